"""Certificates, keys and tokens: what stands for Microsoft Entra ID and managed identity here."""

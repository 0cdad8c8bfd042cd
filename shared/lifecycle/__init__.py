"""Lifecycle policies: how long versions of an image are kept."""

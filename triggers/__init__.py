"""Blueprints, one file per way in: decode, authorise, call, encode."""

"""Patch policies: which templates are built again, when, and how many at a time."""

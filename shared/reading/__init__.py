"""Reads JSON of unknown quality into typed values, collecting every problem with its ARM-style path."""

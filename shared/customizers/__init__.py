"""The customizers: one file each, with how it is read, written out again, and run in the build VM.

A module here that defines `CUSTOMIZER` is found by `registry`; there is no list to add it to.
"""

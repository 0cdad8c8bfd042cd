"""The distributors: one file each, with how it is read and written out again, and its pure rules.

A module here that defines `DISTRIBUTOR` is found by `registry`; there is no list to add it to.
"""

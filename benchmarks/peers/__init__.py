"""Kiln beside other image builders, on the same work, in one run; `python -m benchmarks.peers --help`."""

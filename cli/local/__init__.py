"""Starts and stops the parts of local/ on this machine, and what the demo needs of them."""

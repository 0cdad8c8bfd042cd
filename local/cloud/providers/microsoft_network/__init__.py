"""Microsoft.Network: what a virtual machine needs to be reachable."""

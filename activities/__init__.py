"""Functions of (clients, input) to output with one effect each, one file per stage."""

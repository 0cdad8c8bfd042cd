"""How runs and tables look: on a terminal and as plain lines."""

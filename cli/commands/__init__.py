"""One file per command; each holds the command's own function and is registered in `cli.app`."""

"""The command line: a client of Kiln's HTTP API, plus up, down, demo and test for local/."""

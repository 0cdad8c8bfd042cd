"""The embedded default: a Functions host, a cloud and its guests on one Linux machine. Never deployed."""

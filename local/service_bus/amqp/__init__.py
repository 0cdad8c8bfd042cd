"""The wire: connections, links, tokens and $management requests over proton's engine."""

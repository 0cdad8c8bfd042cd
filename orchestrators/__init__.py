"""Orchestrations as plain generators: only the Durable context, inputs and results."""

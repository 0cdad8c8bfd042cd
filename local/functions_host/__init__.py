"""A local Azure Functions host with Durable Functions for any Python v2-model app.

Runs on one machine, keeps its state in SQLite and runs user code in child processes. Start it with `python -m
local.functions_host APP_DIR`; docs/local-host.md says what it does and where it differs from Azure's.
"""

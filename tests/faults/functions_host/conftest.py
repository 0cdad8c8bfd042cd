"""Fixtures shared with the conformance tests."""

from tests.conformance.functions_host.conftest import azurite_queues

__all__ = ["azurite_queues"]

"""Measurements that write docs/performance.md."""

"""Entry point of the worker process."""

from .process import main

main()

"""`python -m local.service_bus`: see `options.py` for the command line and docs/local-service-bus.md for the
manual.
"""

import asyncio
import logging
import sys

from local.service_bus.errors import ConfigError
from local.service_bus.options import parse_options
from local.service_bus.server import serve

_BAD_USAGE = 2


def main() -> int:
    """Exit code 2 if the command line or the configuration is wrong."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s"
    )
    try:
        asyncio.run(serve(parse_options()))
    except ConfigError as error:
        print(f"service bus: {error}", file=sys.stderr)  # noqa: T201 - for the person at the terminal
        return _BAD_USAGE
    return 0


if __name__ == "__main__":
    sys.exit(main())

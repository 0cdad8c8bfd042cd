"""`python -m local.cloud`: see `options.py` for the command line and docs/local-cloud.md for the manual."""

from __future__ import annotations

import asyncio
import logging
import sys

from local.cloud.options import parse_options
from local.cloud.server import serve
from local.stored_layout import OtherLayoutError

BAD_USAGE = 2


def main() -> int:
    """Exit code 2 if the command line is wrong, or another version wrote the folder."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s"
    )
    # At INFO both clients tell every request, with URLs whose query is a secret.
    for name in ("azure", "httpx"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # httpx writes whole URLs at INFO, and those of scripts carry signatures.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        asyncio.run(serve(parse_options()))
    except OtherLayoutError as error:
        print(f"cloud: {error}", file=sys.stderr)  # noqa: T201 - for the person at the terminal
        return BAD_USAGE
    return 0


if __name__ == "__main__":
    sys.exit(main())

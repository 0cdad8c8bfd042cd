"""The marked parts of docs/performance.md that benchmarks write."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path

PAGE = Path("docs/performance.md")


def write(name: str, text: str, page: Path = PAGE) -> None:
    """Replaces what stands between `<!-- NAME: begin -->` and `<!-- NAME: end -->` in a page."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, _, rest = page.read_text().partition(begin)
    _, _, after = rest.partition(end)
    page.write_text(f"{before}{begin}\n{text}\n{end}{after}")


def machine() -> str:
    return f"{os.cpu_count()} cores, Linux {platform.release()}, {datetime.now(UTC):%Y-%m-%d}"

"""Signed URLs reach the cloud, which must know them, and nothing else that is written down.

The cloud's own database is left out: it stands for Azure, which keeps a Run Command as it was asked for.
"""

import re

from tests.e2e.stack import Stack, shell, tiny

SIGNATURE = re.compile(rb"[?&]sig=[A-Za-z0-9%]{16}")


def test_a_build_writes_no_signed_url_down(stack: Stack) -> None:
    run = stack.finish(stack.build(tiny([shell("one", "env | sort")]), "secrets"))
    assert run["state"] == "Succeeded", run["error"]
    kept = [path for part in ("functions", "logs") for path in (stack.home.root / part).rglob("*")]
    found = [str(path) for path in kept if path.is_file() and SIGNATURE.search(path.read_bytes())]
    assert found == []
    assert b"sig=" not in stack.log(run["id"]).encode()
    assert "sig=" not in str(run)

"""Signed URLs reach the cloud, which must know them, and nothing else that is written down.

The cloud's own database is left out: it stands for Azure, which keeps a Run Command as it was asked for.
"""

import re

from tests.e2e.stack import Stack, shell, tiny

SIGNATURE = re.compile(rb"[?&]sig=[A-Za-z0-9%]{16}")
SECRET = "correct-horse-battery-staple"


def test_a_build_writes_no_signed_url_down(stack: Stack) -> None:
    run = stack.finish(stack.build(tiny([shell("one", "env | sort")]), "secrets"))
    assert run["state"] == "Succeeded", run["error"]
    kept = [path for part in ("functions", "logs") for path in (stack.home.root / part).rglob("*")]
    found = [str(path) for path in kept if path.is_file() and SIGNATURE.search(path.read_bytes())]
    assert found == []
    assert b"sig=" not in stack.log(run["id"]).encode()
    assert "sig=" not in str(run)


def test_a_secret_reaches_the_script_and_nothing_that_is_written_down(stack: Stack) -> None:
    uri = stack.secret("kiln-tests", "token", SECRET)
    step = {
        **shell("use", f'test "$TOKEN" = "{SECRET[:7]}""{SECRET[7:]}"', 'echo "${#TOKEN} letters"'),
        "secrets": {"TOKEN": uri},
    }
    template = tiny([step])
    template["apiVersion"] = "2025-10-01-kiln"
    run = stack.finish(stack.build(template, "vault"))
    assert run["error"] is None, run["error"]
    assert f"{len(SECRET)} letters" in stack.log(run["id"])
    kept = [path for part in ("functions", "logs", "azurite") for path in (stack.home.root / part).rglob("*")]
    assert len([path for path in kept if path.is_file()]) > 5
    assert [str(path) for path in kept if path.is_file() and SECRET.encode() in path.read_bytes()] == []


def test_a_secret_that_is_not_there_fails_the_build_by_its_address(stack: Stack) -> None:
    uri = stack.secret("kiln-tests", "token", SECRET).replace("token", "other")
    template = tiny([{**shell("use", "true"), "secrets": {"TOKEN": uri}}])
    template["apiVersion"] = "2025-10-01-kiln"
    run = stack.finish(stack.build(template, "no-secret"))
    assert (run["error"]["code"], run["error"]["stage"]) == ("SecretNotFound", "stage")
    assert uri in run["error"]["message"]

"""`kiln advise`: flags or questions in, a recommendation with reasons out."""

import json

import pytest
from typer.testing import CliRunner

from cli.app import main, make_app
from cli.commands import advise as command


def test_flags_are_needs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["advise", "--same-machine", "--regions", "2", "--vms-at-once", "45", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {each["decision"]: each["advice"] for each in told["advice"]} == {
        "type": "Specialized",
        "storage": "SharedImage",
        "sharing": "Private",
        "regions": "a target region each",
        "replication": "Full",
        "storageAccountType": "Standard_LRS",
    }
    assert told["replicaCount"] == 3
    assert told["needs"]["same_machine"] is True


def test_the_reason_stands_beside_the_advice(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["advise", "--outside-azure"]) == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert ["storage", "VHD", "a disk file is the one form that leaves Azure"] in rows
    assert "replicaCount" not in {row[0] for row in rows}


def test_nonsense_is_bad_usage() -> None:
    assert main(["advise", "--regions", "0"]) == 2
    assert main(["advise", "--audience", "friends"]) == 2


def test_at_a_terminal_it_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "_is_at_terminal", lambda: True)
    answers = "n\nn\n\nn\n\n3\n0\n10\ny\n\nfriends\npublic\n"
    told = CliRunner().invoke(make_app(), ["advise"], input=answers)
    assert told.exit_code == 0, told.output
    rows = {line.split("\t")[0]: line.split("\t")[1] for line in told.output.splitlines() if "\t" in line}
    assert (rows["sharing"], rows["regions"]) == ("Community", "a target region each")
    assert rows["storageAccountType"] == "Standard_ZRS"


def test_every_need_has_a_question() -> None:
    asked = CliRunner().invoke(make_app(), ["advise", "--help"]).output
    for flag in ("--same-machine", "--outside-azure", "--arm64", "--trusted-launch", "--zones", "--audience"):
        assert flag in asked

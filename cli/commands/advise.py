"""`kiln advise`."""

import sys
from dataclasses import asdict
from typing import Annotated

import typer

from cli.options import JsonOption
from cli.output import print_json, print_rows
from shared.domain.codec import from_json
from shared.domain.image_types import MAX_REPLICAS, Advice, Audience, Needs
from shared.domain.image_types import advise as advise_on

QUESTIONS = {
    "same_machine": "Are machines made from it to be the very same machine, accounts and all?",
    "outside_azure": "Is the image to leave Azure, as a disk file?",
    "versions": "Do you want versions, and machines that always take the latest?",
    "arm64": "Is it for Arm64?",
    "trusted_launch": "Are machines to start with Trusted Launch (secure boot, vTPM)?",
    "regions": "In how many regions are machines made from it?",
    "vms_at_once": "How many machines are made at the same time in one region, at most?",
    "zones": "Must it be there while a zone is down?",
    "throwaway": "Is it for a test only?",
    "audience": "Who uses it: subscription, tenant, tenants (several), or public?",
}


def _flag(name: str, flag: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(flag, help=QUESTIONS[name], show_default=False)
    return option


def advise(
    same_machine: Annotated[bool | None, _flag("same_machine", "--same-machine/--new-machines")] = None,
    outside_azure: Annotated[bool | None, _flag("outside_azure", "--outside-azure/--in-azure")] = None,
    versions: Annotated[bool | None, _flag("versions", "--versions/--no-versions")] = None,
    arm64: Annotated[bool | None, _flag("arm64", "--arm64/--x64")] = None,
    trusted_launch: Annotated[
        bool | None, _flag("trusted_launch", "--trusted-launch/--no-trusted-launch")
    ] = None,
    regions: Annotated[int | None, typer.Option(min=1, help=QUESTIONS["regions"])] = None,
    vms_at_once: Annotated[int | None, typer.Option(min=1, help=QUESTIONS["vms_at_once"])] = None,
    zones: Annotated[bool | None, _flag("zones", "--zones/--no-zones")] = None,
    throwaway: Annotated[bool | None, _flag("throwaway", "--throwaway/--lasting")] = None,
    audience: Annotated[Audience | None, typer.Option(help=QUESTIONS["audience"])] = None,
    as_json: JsonOption = False,
) -> None:
    """Say which kind of image fits, and why; asks at a terminal, unless anything is said by flags."""
    said = {name: value for name, value in locals().items() if name in QUESTIONS and value is not None}
    asking = not said and not as_json and _is_at_terminal()
    needs = from_json(Needs, _ask() if asking else said)
    advice = advise_on(needs)
    if as_json:
        print_json(_to_json(needs, advice))
        return
    rows = [(row.decision.value, row.answer, row.reason) for row in advice.rows]
    if advice.replicas:
        rows.append(("replicaCount", str(advice.replicas), f"of at most {MAX_REPLICAS}, in each region"))
    print_rows(("decision", "advice", "because"), rows)


def _is_at_terminal() -> bool:
    return sys.stdin.isatty()


def _ask() -> dict[str, object]:
    """Each question in turn, with the usual answer as its default."""
    usual = asdict(Needs())
    answers: dict[str, object] = {}
    for name, question in QUESTIONS.items():
        default = usual[name]
        if isinstance(default, bool):
            answers[name] = typer.confirm(question, default=default)
        elif isinstance(default, int):
            answers[name] = typer.prompt(question, default=default, value_proc=_number)
        else:
            answers[name] = typer.prompt(question, default=default.value, value_proc=_audience)
    return answers


def _number(text: str) -> int:
    if not str(text).isdecimal() or int(text) < 1:
        raise typer.BadParameter("must be a whole number, 1 or more")
    return int(text)


def _audience(text: str) -> Audience:
    try:
        return Audience(text)
    except ValueError as error:
        raise typer.BadParameter(f"must be one of {', '.join(Audience)}") from error


def _to_json(needs: Needs, advice: Advice) -> dict[str, object]:
    decided = [{"decision": row.decision, "advice": row.answer, "because": row.reason} for row in advice.rows]
    return {"needs": asdict(needs), "advice": decided, "replicaCount": advice.replicas or None}

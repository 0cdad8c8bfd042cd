"""Lifecycle policies and revocation on versions that were really published."""

from typing import Any

from tests.e2e.factory import TINY, Factory, until
from tests.e2e.machines import make_machine, make_scale_set
from tests.e2e.stack import Stack


def apply(stack: Stack, policy: str, **query: str) -> dict[str, str]:
    """Actions by version; returns when this application's report is there."""
    before = stack.call("GET", f"/lifecycle-policies/{policy}/report").json().get("id")
    started = stack.call("POST", f"/lifecycle-policies/{policy}/apply", params=query)
    assert started.status_code == 202, started.text

    def look() -> dict[str, Any] | None:
        report = dict(stack.call("GET", f"/lifecycle-policies/{policy}/report").json())
        return report if report.get("id") not in (None, before) else None

    report = until(look, "report")
    assert [step["error"] for step in report["steps"] if step["error"]] == []
    assert report["error"] is None
    return {step["versionId"].rpartition("/")[2]: step["action"] for step in report["steps"]}


def test_versions_go_step_by_step_and_what_is_used_stays(stack: Stack) -> None:
    factory = Factory(stack, "aging")
    factory.make_template("web", TINY, "true", vhd=False)
    for count in range(1, 6):
        factory.start("web")
        factory.finished("web", count)
    definition = f"{factory.gallery}/images/web"
    oldest, scaled, *old, newest = sorted(stack.versions(definition), key=lambda v: int(v.rpartition(".")[2]))
    machine = make_machine(factory.kiln, factory.group, f"{definition}/versions/{oldest}")
    scale_set = make_scale_set(factory.kiln, factory.group, f"{definition}/versions/{scaled}")
    policy = {
        "definitionId": definition,
        "keepCount": 1,
        "keepNewestOfMajor": False,
        "excludeAfterDays": 0,
        "deleteAfterDays": 0,
    }
    assert stack.call("PUT", "/lifecycle-policies/web", json=policy).status_code == 200

    kept = dict.fromkeys((newest, oldest, scaled), "keep")
    assert apply(stack, "web") == kept | dict.fromkeys(old, "deprecate")
    assert apply(stack, "web") == kept | dict.fromkeys(old, "deprecate"), "a dry run changes nothing"
    for action in ("deprecate", "exclude", "delete"):
        assert apply(stack, "web", dryRun="false") == kept | dict.fromkeys(old, action)
    assert sorted(stack.versions(definition)) == sorted([oldest, scaled, newest])
    steps = stack.call("GET", "/lifecycle-policies/web/report").json()["steps"]
    reasons = {step["versionId"].rpartition("/")[2]: step["reason"] for step in steps}
    assert machine in reasons[oldest]
    assert scale_set in reasons[scaled]
    states = {image["version"]: image["state"] for image in factory.images(definition=definition)["value"]}
    assert states == dict.fromkeys((oldest, scaled, newest), "Live") | dict.fromkeys(old, "Deleted")


def test_a_version_is_revoked_with_what_was_built_on_it(stack: Stack) -> None:
    factory = Factory(stack, "revoked")
    for name, source in (("base", TINY), ("web", "base")):
        factory.make_template(name, source, "true", vhd=False)
        factory.start(name)
        factory.finished(name, 1)
    [base], [web] = (
        factory.images(definition=f"{factory.gallery}/images/{n}")["value"] for n in ("base", "web")
    )
    asked = {"id": base["id"], "reason": "CVE-2026-1", "withDescendants": True}
    dry = stack.call("POST", "/images/revoke", json=asked)
    assert (dry.status_code, [each["id"] for each in dry.json()["value"]]) == (200, [base["id"], web["id"]])
    assert factory.images("/lineage", id=base["id"])["image"]["state"] == "Live"
    assert stack.call("POST", "/images/revoke", json={**asked, "dryRun": False}).status_code == 202

    def revoked(image: dict[str, Any]) -> bool | None:
        return factory.images("/lineage", id=image["id"])["image"]["state"] == "Revoked" or None

    for image in (base, web):
        until(lambda image=image: revoked(image), "revoked image")
        shown = factory.kiln.request("GET", image["id"], api_version="2025-03-03").json()["properties"]
        assert shown["publishingProfile"]["excludeFromLatest"] is True
        assert shown["publishingProfile"]["endOfLifeDate"]

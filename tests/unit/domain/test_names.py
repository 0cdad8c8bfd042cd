"""Names derive from the run id alone and fit Azure's limits."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.names import RUN_ID, RunNames, new_run_id, staging_group, started_at
from shared.domain.planned_vm import Role

TEMPLATES = st.from_regex(r"[A-Za-z0-9\-_.]{1,64}", fullmatch=True)
GROUPS = st.from_regex(r"[A-Za-z0-9_]{1,90}", fullmatch=True)
NOW = datetime(2026, 11, 21, 12, 34, 56, tzinfo=UTC)


@given(TEMPLATES, st.text())
def test_a_run_id_has_its_form_and_its_time(template: str, entropy: str) -> None:
    run_id = new_run_id(template, NOW, entropy)
    assert RUN_ID.match(run_id)
    assert started_at(run_id) == NOW


@given(TEMPLATES)
def test_resource_names_fit(template: str) -> None:
    names = RunNames(new_run_id(template, NOW, "x"))
    vms = [names.vm(role) for role in Role]
    assert len(set(vms)) == len(vms)
    for vm in vms:
        assert len(vm) <= 15
        assert re.fullmatch(r"[a-z0-9]+", vm)
    assert re.fullmatch(r"[a-z0-9_]+", names.gallery("result"))


@given(GROUPS, TEMPLATES)
def test_staging_groups_fit_arms_limit(group: str, template: str) -> None:
    name = staging_group(group, template, "key")
    assert name.startswith("IT_")
    assert len(name) <= 90
    assert name == staging_group(group, template, "key")


@pytest.mark.parametrize(
    "text", ["", "web", "web-20261121T120000-xyz", "../../etc", "web-20269999T999999-abcdef"]
)
def test_what_is_not_a_run_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a run id|does not match|unconverted"):
        started_at(text)

"""The door: 401 for strangers, 403 for those without the role; and the setting that gives roles."""

import pytest

from shared.access.assignments import AssignmentsError, read_assignments
from shared.access.gate import KEY_HOLDER, Gate, NotAllowedError, NotAuthenticatedError
from shared.access.roles import Assignment, Caller, Role
from shared.access.tokens import CachedKeys, TokenValidator
from tests.unit.access.issuer import AUDIENCE, AUTHORITY, PRINCIPAL, TENANT, Issuer, token

TEMPLATE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.VirtualMachineImages/imageTemplates/t"


def gate(assignments: str = "[]") -> Gate:
    given = read_assignments(assignments)
    return Gate(TokenValidator(TENANT, (AUDIENCE,), AUTHORITY, CachedKeys(Issuer()), given))


def bearer(value: str) -> dict[str, str]:
    return {"authorization": f"Bearer {value}"}


@pytest.mark.parametrize(
    "headers", [{}, {"authorization": ""}, {"authorization": "Basic eA=="}, {"authorization": "Bearer "}]
)
def test_without_a_token_nobody_gets_in(headers: dict[str, str]) -> None:
    with pytest.raises(NotAuthenticatedError, match="a bearer token is needed"):
        gate().admit(headers, Role.READER, TEMPLATE)


def test_a_bad_token_is_told_why_without_being_shown() -> None:
    bad = token(aud="api://other")
    with pytest.raises(NotAuthenticatedError) as caught:
        gate().admit(bearer(bad), Role.READER, TEMPLATE)
    assert str(caught.value) == "the token is refused: it was issued for another audience"


def test_a_caller_without_the_role_is_known_and_refused() -> None:
    reader = f'[{{"principalId": "{PRINCIPAL.upper()}", "role": "Reader", "scope": "{TEMPLATE}"}}]'
    assert gate(reader).admit(bearer(token()), Role.READER, TEMPLATE).id == PRINCIPAL
    with pytest.raises(NotAllowedError, match=r"some-app needs the role Builder for /subscriptions/s/"):
        gate(reader).admit(bearer(token()), Role.BUILDER, TEMPLATE)
    with pytest.raises(NotAllowedError):
        gate().admit(bearer(token()), Role.READER, TEMPLATE)


def test_without_entra_the_host_has_checked_the_key() -> None:
    assert Gate().admit({}, Role.OWNER, TEMPLATE) is KEY_HOLDER


def test_what_is_recorded_of_a_caller_outlives_their_name() -> None:
    user = gate().caller(bearer(token(preferred_username="ada@example.org")))
    assert user.identity == f"ada@example.org (User {PRINCIPAL})"
    assert gate().caller(bearer(token())).identity == f"some-app (Application {PRINCIPAL})"
    assert KEY_HOLDER.identity == Caller("", "", "").identity == "function key"
    assert Caller("", "ada@example.org", "User").identity == "ada@example.org"


def test_assignments_of_one_principal_add_up() -> None:
    text = '[{"principalId": "A", "role": "Reader"}, {"principalId": "a", "role": "Owner", "scope": "/x"}]'
    assert read_assignments(text) == {"a": (Assignment(Role.READER), Assignment(Role.OWNER, "/x"))}
    assert read_assignments("") == {}


def test_all_faults_of_the_setting_are_told() -> None:
    text = '[7, {"principalId": "", "role": "God", "scope": "x", "more": 1}]'
    with pytest.raises(AssignmentsError) as caught:
        read_assignments(text)
    assert str(caught.value).split("; ") == [
        "[0]: must be an object",
        "[1].more: unknown member",
        "[1].principalId: must be an object id",
        "[1].role: must be one of Reader, Builder, Owner",
        "[1].scope: must be / or a full ARM id",
    ]
    for text, message in (("{", "is no JSON"), ("{}", "must be a JSON array")):
        with pytest.raises(AssignmentsError, match=message):
            read_assignments(text)

"""Tokens: the good ones get in with their roles, and no other kind does."""

import time
from collections.abc import Callable

import jwt
import pytest

from shared.access.roles import Assignment, Role
from shared.access.tokens import CachedKeys, TokenRefusedError, TokenValidator
from tests.unit.access.issuer import AUDIENCE, AUTHORITY, PRINCIPAL, TENANT, Issuer, token


def validator(issuer: Issuer | None = None) -> TokenValidator:
    given = {PRINCIPAL: (Assignment(Role.BUILDER, "/subscriptions/s/resourceGroups/web"),)}
    return TokenValidator(TENANT, (AUDIENCE,), AUTHORITY, CachedKeys(issuer or Issuer()), given)


def test_a_good_token_names_its_caller_and_what_they_may_do() -> None:
    caller = validator().caller(token(roles=["Kiln.Reader", "Other.Owner"]))
    assert (caller.id, caller.name, caller.kind) == (PRINCIPAL, "some-app", "Application")
    assert caller.may(Role.READER)
    assert caller.may(Role.BUILDER, "/SUBSCRIPTIONS/s/resourcegroups/WEB/providers/x/y/z")
    assert not caller.may(Role.BUILDER)
    assert not caller.may(Role.BUILDER, "/subscriptions/s/resourceGroups/web2/providers/x/y/z")
    assert not caller.may(Role.OWNER, "/subscriptions/s/resourceGroups/web")


def test_tokens_of_version_2_are_taken_and_name_the_user() -> None:
    caller = validator().caller(token(iss=f"{AUTHORITY}/{TENANT}/v2.0", preferred_username="ada@example.org"))
    assert (caller.name, caller.kind) == ("ada@example.org", "User")


# Tokens are made when their test runs: one that was made when it was collected would have expired by then.
BAD_TOKENS: dict[str, tuple[Callable[[], str], str]] = {
    "expired": (lambda: token(exp=int(time.time()) - 120), "it has expired"),
    "early": (lambda: token(nbf=int(time.time()) + 600), "it is not valid yet"),
    "audience": (lambda: token(aud="https://management.azure.com/"), "it was issued for another audience"),
    "issuer": (lambda: token(iss="https://sts.windows.net/other/"), "it comes from another issuer"),
    "tenant": (lambda: token(tid="other"), "it was issued by another tenant"),
    "no oid": (lambda: token(oid=None), "it lacks the claim oid"),
    "no exp": (lambda: token(exp=None), "it lacks the claim exp"),
    "another's key": (lambda: token(signed_by="two"), "its signature is wrong"),
    "unknown key": (lambda: token(key="two"), "it is signed with a key that the tenant does not have"),
    "another's signature": (
        lambda: token(oid="me").rpartition(".")[0] + "." + token().rpartition(".")[2],
        "its signature is wrong",
    ),
    "nonsense": (lambda: "nonsense", "it is no access token"),
    "empty": (lambda: "", "it is no access token"),
}


@pytest.mark.parametrize("name", BAD_TOKENS)
def test_any_other_token_is_refused(name: str) -> None:
    make, reason = BAD_TOKENS[name]
    with pytest.raises(TokenRefusedError) as caught:
        validator().caller(make())
    assert str(caught.value) == reason


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_tokens_that_choose_a_weaker_algorithm_are_refused(algorithm: str) -> None:
    claims = jwt.decode(token(), options={"verify_signature": False})
    key = "the public key, perhaps, as long as needed" if algorithm == "HS256" else None
    forged = jwt.encode(claims, key, algorithm=algorithm, headers={"kid": "one"})
    with pytest.raises(TokenRefusedError):
        validator().caller(forged)


def test_keys_are_kept_and_fetched_again_for_a_new_one_but_not_for_every_made_up_id() -> None:
    now = [0.0]
    issuer = Issuer()
    keys = CachedKeys(issuer, clock=lambda: now[0])
    keys.get("one")
    keys.get("one")
    assert issuer.fetched == 1
    for name in ("x", "y", "z"):
        with pytest.raises(TokenRefusedError):
            keys.get(name)
    assert issuer.fetched == 1
    issuer.key_ids = ("one", "two")
    now[0] = 61.0
    keys.get("two")
    assert issuer.fetched == 2
    now[0] += 25 * 3600
    keys.get("one")
    assert issuer.fetched == 3


def test_an_unreachable_authority_does_not_shut_out_known_keys() -> None:
    now = [0.0]
    issuer = Issuer()
    keys = CachedKeys(issuer, clock=lambda: now[0])
    keys.get("one")
    issuer.reachable = False
    now[0] = 25 * 3600
    keys.get("one")
    with pytest.raises(TokenRefusedError, match="does not have"):
        keys.get("two")
    with pytest.raises(TokenRefusedError, match="cannot be fetched"):
        CachedKeys(issuer).get("one")

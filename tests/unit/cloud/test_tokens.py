"""A token that was found good stays good until it expires, for the services it was found good for."""

from __future__ import annotations

import time

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from local.cloud.errors import ArmError
from local.cloud.identity.tokens import LIFETIME_SECONDS, Tokens

ARM = "https://management.azure.com/"


@pytest.fixture(scope="module")
def tokens() -> Tokens:
    return Tokens(generate_private_key(65537, 2048), "tenant", "https://127.0.0.1:1")


def bearer(value: str) -> dict[str, str]:
    return {"authorization": f"Bearer {value}"}


def test_a_signature_is_checked_once(tokens: Tokens, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = bearer(tokens.issue(ARM).value)
    first = tokens.verify(headers)
    monkeypatch.setattr(jwt, "decode", lambda *_, **__: pytest.fail("checked again"))
    assert tokens.verify(headers) == first


def test_an_expired_token_is_refused_though_it_was_good(
    tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now - LIFETIME_SECONDS + 1)
    headers = bearer(tokens.issue(ARM).value)
    tokens.verify(headers)
    monkeypatch.setattr(time, "time", lambda: now + 2)
    # PyJWT's own clock has not moved: for it the token is good for a second more.
    monkeypatch.setattr(jwt, "decode", lambda *_, **__: (_ for _ in ()).throw(jwt.ExpiredSignatureError()))
    with pytest.raises(ArmError) as refused:
        tokens.verify(headers)
    assert refused.value.code == "ExpiredAuthenticationToken"


def test_a_token_for_arm_opens_no_vault(tokens: Tokens) -> None:
    headers = bearer(tokens.issue(ARM).value)
    tokens.verify(headers)
    with pytest.raises(ArmError) as refused:
        tokens.verify_for_vault(headers)
    assert refused.value.code == "InvalidAuthenticationTokenAudience"


def test_a_token_that_was_changed_is_refused(tokens: Tokens) -> None:
    value = tokens.issue(ARM).value
    tokens.verify(bearer(value))
    with pytest.raises(ArmError) as refused:
        tokens.verify(bearer(value[:-4] + "AAAA"))
    assert refused.value.code == "InvalidAuthenticationToken"

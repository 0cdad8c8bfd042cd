"""Tokens: shared access signatures and access tokens, and what each says when it is refused."""

import time

import jwt
import pytest
from azure.servicebus._base_handler import _generate_sas_token

from local.service_bus.amqp.tokens import Grant, TokenRules
from local.service_bus.errors import BusError

KEYS = TokenRules({"app": "secret"})
AUDIENCE = "sb://127.0.0.1:5672/Orders"


def sas(policy: str = "app", key: str = "secret", uri: str = AUDIENCE) -> str:
    return str(_generate_sas_token(uri, policy, key).token)


def refusal(token: str, rules: TokenRules = KEYS) -> str:
    with pytest.raises(BusError) as refused:
        rules.grant(token, AUDIENCE)
    assert refused.value.status == 401
    return refused.value.description


def test_a_signature_gives_its_entity_and_what_is_below() -> None:
    grant = KEYS.grant(sas(), AUDIENCE)
    now = time.time()
    assert grant.covers("orders", now)
    assert grant.covers("orders/$deadletterqueue", now)
    assert not grant.covers("orders2", now)
    assert not grant.covers("orders", grant.expires)
    assert KEYS.grant(sas(uri="sb://127.0.0.1:5672/"), AUDIENCE).path == "orders"


def test_each_refusal_has_its_reason() -> None:
    assert "invalid signature" in refusal(sas(key="guess"))
    assert "no policy named 'nobody'" in refusal(sas(policy="nobody"))
    assert "another entity" in refusal(sas(uri="sb://127.0.0.1:5672/other"))
    assert "expired" in refusal("SharedAccessSignature sr=sb%3A%2F%2Fx&sig=y&se=1")
    assert "lacks one of" in refusal("SharedAccessSignature sr=x")
    assert "invalid" in refusal("not.a.token")


def test_without_keys_a_token_must_be_well_formed_and_alive() -> None:
    rules = TokenRules()
    claims = {"aud": "https://servicebus.azure.net/", "exp": int(time.time()) + 60}
    secret = "x" * 32
    assert rules.grant(jwt.encode(claims, secret), AUDIENCE) == Grant("orders", claims["exp"])
    assert "expired" in refusal(jwt.encode({**claims, "exp": 1}, secret), rules)
    assert "Audience" in refusal(jwt.encode({**claims, "aud": "https://vault"}, secret), rules)
    assert "exp" in refusal(jwt.encode({"aud": claims["aud"]}, secret), rules)
    rules.grant(sas(key="anything"), AUDIENCE)

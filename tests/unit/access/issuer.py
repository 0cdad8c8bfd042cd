"""A tenant that signs tokens, good ones and bad ones."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

TENANT = "aaaaaaaa-0000-4000-8000-000000000001"
AUTHORITY = "https://login.microsoftonline.com"
AUDIENCE = "api://kiln"
PRINCIPAL = "bbbbbbbb-0000-4000-8000-000000000002"


@cache
def signing_key(name: str) -> rsa.RSAPrivateKey:
    """One key for each name, because making them is slow."""
    assert name
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Issuer:
    """Counts how often its keys are fetched."""

    key_ids: tuple[str, ...] = ("one",)
    fetched: int = 0
    reachable: bool = True
    _made: dict[str, jwt.PyJWK] = field(default_factory=dict)

    def fetch(self) -> Mapping[str, jwt.PyJWK]:
        self.fetched += 1
        if not self.reachable:
            raise jwt.PyJWKClientConnectionError("no route")
        return {name: self._jwk(name) for name in self.key_ids}

    def _jwk(self, name: str) -> jwt.PyJWK:
        described = RSAAlgorithm.to_jwk(signing_key(name).public_key(), as_dict=True)
        return jwt.PyJWK({**described, "kid": name, "use": "sig", "alg": "RS256"})


def token(key: str = "one", signed_by: str = "", **changes: object) -> str:
    """A good token but for `changes`; a claim that is changed to None is left out."""
    now = int(time.time())
    claims = {
        "aud": AUDIENCE,
        "iss": f"https://sts.windows.net/{TENANT}/",
        "iat": now,
        "nbf": now,
        "exp": now + 600,
        "tid": TENANT,
        "oid": PRINCIPAL,
        "appid": "some-app",
        **changes,
    }
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(kept, signing_key(signed_by or key), algorithm="RS256", headers={"kid": key})

"""Checks Microsoft Entra access tokens ("Access tokens in the Microsoft identity platform")."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import jwt

from shared.access.roles import Assignment, Caller, app_role_assignments

LEEWAY_SECONDS = 60  # of clocks that differ
KEYS_LIFETIME_SECONDS = 24 * 3600
REFRESH_PAUSE_SECONDS = 60.0  # between two fetches of keys, whatever key ids callers make up
REQUIRED_CLAIMS = ["exp", "iat", "iss", "aud", "tid", "oid"]


class TokenRefusedError(Exception):
    """The token is not good; the message says why and holds nothing of it."""


class KeySource(Protocol):
    """Where the tenant's signing keys come from, by their key id (`kid`)."""

    def fetch(self) -> Mapping[str, jwt.PyJWK]: ...


@dataclass(frozen=True)
class EntraKeys:
    """The tenant's JSON Web Key Set. `authority`: `https://login.microsoftonline.com` in the public cloud."""

    authority: str
    tenant_id: str

    def fetch(self) -> Mapping[str, jwt.PyJWK]:
        """Raises jwt.PyJWKClientError when it cannot be had."""
        url = f"{self.authority.rstrip('/')}/{self.tenant_id}/discovery/v2.0/keys"
        keys = jwt.PyJWKClient(url, cache_jwk_set=False, timeout=10).get_signing_keys()
        return {key.key_id: key for key in keys if key.key_id}


@dataclass
class CachedKeys:
    """Keys kept for a day, and fetched again for a new key id, but not more often than once a minute."""

    source: KeySource
    clock: Callable[[], float] = time.monotonic
    _keys: Mapping[str, jwt.PyJWK] = field(default_factory=dict)
    _fetched_at: float | None = None

    def get(self, key_id: str) -> jwt.PyJWK:
        """Raises TokenRefusedError when the tenant has no such key."""
        age = None if self._fetched_at is None else self.clock() - self._fetched_at
        unknown = key_id not in self._keys and (age is None or age >= REFRESH_PAUSE_SECONDS)
        if unknown or age is None or age >= KEYS_LIFETIME_SECONDS:
            self._refresh(known=key_id in self._keys)
        if key_id not in self._keys:
            raise TokenRefusedError("it is signed with a key that the tenant does not have")
        return self._keys[key_id]

    def _refresh(self, *, known: bool) -> None:
        """An unreachable authority does not shut out those whose key is known."""
        try:
            self._keys = self.source.fetch()
        except jwt.PyJWKClientError as error:
            if not known:
                raise TokenRefusedError("the tenant's signing keys cannot be fetched") from error
        self._fetched_at = self.clock()


@dataclass(frozen=True)
class TokenValidator:
    """Accepts the tenant's tokens for one of `audiences`, in the forms of both versions of the endpoint.

    `assignments` maps object ids, in lower case, to what their owners may do; app roles come on top.
    """

    tenant_id: str
    audiences: tuple[str, ...]
    authority: str
    keys: CachedKeys
    assignments: Mapping[str, tuple[Assignment, ...]]

    def caller(self, token: str) -> Caller:
        """Who the token was issued to. Raises TokenRefusedError."""
        claims = self._claims(token)
        if claims.get("tid") != self.tenant_id:
            raise TokenRefusedError("it was issued by another tenant")
        principal = str(claims["oid"])
        roles = claims.get("roles")
        given = app_role_assignments(roles if isinstance(roles, list) else [])
        user = claims.get("preferred_username") or claims.get("upn")
        name = str(user or claims.get("azp") or claims.get("appid") or principal)
        kind = "User" if user else "Application"
        return Caller(principal, name, kind, given + self.assignments.get(principal.lower(), ()))

    @property
    def issuers(self) -> list[str]:
        base = f"{self.authority.rstrip('/')}/{self.tenant_id}"
        return [f"https://sts.windows.net/{self.tenant_id}/", f"{base}/v2.0"]

    def _claims(self, token: str) -> Mapping[str, object]:
        try:
            key_id = jwt.get_unverified_header(token).get("kid", "")
            claims: Mapping[str, object] = jwt.decode(
                token,
                self.keys.get(str(key_id)),
                algorithms=["RS256"],
                audience=self.audiences,
                issuer=self.issuers,
                leeway=LEEWAY_SECONDS,
                options={"require": REQUIRED_CLAIMS},
            )
        except jwt.InvalidTokenError as error:
            raise TokenRefusedError(_reason(error)) from error
        return claims


def _reason(error: jwt.InvalidTokenError) -> str:
    """In our own words: PyJWT's may quote the token's claims."""
    match error:
        case jwt.ExpiredSignatureError():
            return "it has expired"
        case jwt.ImmatureSignatureError():
            return "it is not valid yet"
        case jwt.InvalidAudienceError():
            return "it was issued for another audience"
        case jwt.InvalidIssuerError():
            return "it comes from another issuer"
        case jwt.MissingRequiredClaimError():
            return f"it lacks the claim {error.claim}"
        case jwt.InvalidSignatureError():
            return "its signature is wrong"
        case _:
            return "it is no access token"

"""Tokens that clients put: shared access signatures and Entra access tokens.

A token must be well-formed and not expired. Where keys are configured it must also be signed by one of them:
SAS by the key it names, access tokens by the configured public key. Source: "Service Bus access control with
Shared Access Signatures" of Microsoft's documentation.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote

import jwt

from local.service_bus.addresses import path_of
from local.service_bus.errors import unauthorized

_AUDIENCES = ("https://servicebus.azure.net", "https://servicebus.azure.net/")
_SAS = "SharedAccessSignature "


@dataclass(frozen=True)
class Grant:
    """Access to everything at or below `path` (lower case, empty for the namespace) until `expires` (epoch
    seconds).
    """

    path: str
    expires: float

    def covers(self, path: str, now: float) -> bool:
        below = not self.path or path == self.path or path.startswith(f"{self.path}/")
        return below and now < self.expires


@dataclass(frozen=True)
class TokenRules:
    """`shared_keys` by policy name; `public_key` in PEM. Empty means: any signature."""

    shared_keys: Mapping[str, str] = field(default_factory=dict)
    public_key: str | None = None

    def grant(self, token: str, audience: str) -> Grant:
        """What a token put for an audience (an entity's URL) gives. Raises BusError."""
        path = path_of(audience).lower()
        if token.startswith(_SAS):
            return self._by_signature(token, path)
        return Grant(path, self._expiry_of_access_token(token))

    def _by_signature(self, token: str, path: str) -> Grant:
        fields = dict(parse_qsl(token.removeprefix(_SAS), keep_blank_values=True))
        # `parse_qsl` reads `+` as a blank, which base64 never has.
        signature = fields.get("sig", "").replace(" ", "+")
        if not (fields.get("sr") and signature and fields.get("se", "").isdigit()):
            raise unauthorized("The shared access signature lacks one of sr, sig and se.")
        if int(fields["se"]) <= time.time():
            raise unauthorized("The token is expired.")
        if self.shared_keys:
            self._check_signature(token, fields, signature)
        signed = path_of(unquote(fields["sr"])).lower()
        if not Grant(signed, float("inf")).covers(path, 0):
            raise unauthorized("The token was signed for another entity.")
        return Grant(path, float(fields["se"]))

    def _check_signature(self, token: str, fields: Mapping[str, str], signature: str) -> None:
        key = self.shared_keys.get(fields.get("skn", ""))
        if key is None:
            raise unauthorized(f"There is no policy named '{fields.get('skn', '')}'.")
        # The resource is signed as it was written, still percent-encoded.
        raw = next(p[3:] for p in token.removeprefix(_SAS).split("&") if p.startswith("sr="))
        digest = hmac.new(key.encode(), f"{raw}\n{fields['se']}".encode(), hashlib.sha256).digest()
        if not hmac.compare_digest(base64.b64encode(digest).decode(), signature):
            raise unauthorized("The token has an invalid signature.")

    def _expiry_of_access_token(self, token: str) -> float:
        try:
            claims = self._claims(token)
        except jwt.ExpiredSignatureError as error:
            raise unauthorized("The token is expired.") from error
        except jwt.InvalidTokenError as error:
            raise unauthorized(f"The access token is invalid: {error}.") from error
        return float(claims["exp"])

    def _claims(self, token: str) -> Mapping[str, float]:
        required = ["exp", "aud"]
        if self.public_key is not None:
            return jwt.decode(
                token,
                self.public_key,
                algorithms=["RS256"],
                audience=_AUDIENCES,
                options={"require": required},
            )
        return jwt.decode(
            token,
            audience=_AUDIENCES,
            options={"verify_signature": False, "verify_exp": True, "verify_aud": True, "require": required},
        )

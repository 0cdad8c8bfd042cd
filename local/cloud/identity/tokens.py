"""Access tokens in the form of Microsoft Entra's version 1.0: issued for any audience, verified for ARM's."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from jwt.algorithms import RSAAlgorithm

from local.cloud.errors import ArmError
from local.cloud.json_types import Json

LIFETIME_SECONDS = 86_400
KEY_ID = "kiln-local"
PRINCIPAL_ID = "5ca1ab1e-0000-4000-8000-0000000000bb"
CLIENT_ID = "5ca1ab1e-0000-4000-8000-0000000000cc"
VAULT_AUDIENCE = "https://vault.azure.net"
ARM_AUDIENCES = ("https://management.azure.com", "https://management.core.windows.net")


@dataclass(frozen=True)
class IssuedToken:
    value: str
    expires_on: int  # seconds since the epoch
    resource: str
    client_id: str


MOST_VERIFIED = 1000


class Tokens:
    def __init__(self, key: RSAPrivateKey, tenant_id: str, arm: str) -> None:
        self._key = key
        self._tenant_id = tenant_id
        self._arm = arm
        self._verified: dict[tuple[str, tuple[str, ...]], Json] = {}

    @property
    def issuer(self) -> str:
        return f"https://sts.windows.net/{self._tenant_id}/"

    def issue(self, audience: str, client_id: str = CLIENT_ID) -> IssuedToken:
        issued = int(time.time())
        expires = issued + LIFETIME_SECONDS
        claims = {
            "aud": audience,
            "iss": self.issuer,
            "iat": issued,
            "nbf": issued - 5,
            "exp": expires,
            "oid": PRINCIPAL_ID,
            "sub": PRINCIPAL_ID,
            "tid": self._tenant_id,
            "appid": client_id,
            "ver": "1.0",
        }
        value = jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": KEY_ID})
        return IssuedToken(value, expires, audience, client_id)

    def verify(self, headers: Mapping[str, str]) -> Json:
        """The claims of a bearer token for ARM. Raises ArmError 401 as ARM does."""
        challenge = f'Bearer authorization_uri="{self._authority}", error="invalid_token"'
        return self._verify(headers, (*ARM_AUDIENCES, self._arm), challenge)

    def verify_for_vault(self, headers: Mapping[str, str]) -> Json:
        """The claims of a bearer token for Key Vault. Raises ArmError 401 with its challenge, which clients
        ask for by a request without a token."""
        challenge = f'Bearer authorization="{self._authority}", resource="{VAULT_AUDIENCE}"'
        return self._verify(headers, (VAULT_AUDIENCE,), challenge)

    @property
    def _authority(self) -> str:
        return f"{self._arm}/{self._tenant_id}"

    def _verify(self, headers: Mapping[str, str], services: tuple[str, ...], challenge: str) -> Json:
        """Checks signature, issuer, audience and expiry; of a token that was checked before, only the expiry.

        A signature is a fifth of the processor time of a request, and clients use a token for an hour.
        """
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            message = "Authentication failed. The 'Authorization' header is missing."
            raise _refused("AuthenticationFailed", message, challenge)
        known = self._verified.get((token, services))
        if known is None or float(known["exp"]) <= time.time():
            known = self._checked(token, services, challenge)
            if len(self._verified) >= MOST_VERIFIED:
                self._verified.clear()
            self._verified[token, services] = known
        return known

    def _checked(self, token: str, services: tuple[str, ...], challenge: str) -> Json:
        audiences = [f"{url}{end}" for url in services for end in ("", "/")]
        try:
            claims: Json = jwt.decode(
                token, self._key.public_key(), algorithms=["RS256"], audience=audiences, issuer=self.issuer
            )
        except jwt.ExpiredSignatureError as error:
            message = "The access token expiry is in the past."
            raise _refused("ExpiredAuthenticationToken", message, challenge) from error
        except jwt.InvalidAudienceError as error:
            message = (
                "The access token has been obtained for the wrong audience; use one of "
                f"{', '.join(audiences)}."
            )
            raise _refused("InvalidAuthenticationTokenAudience", message, challenge) from error
        except jwt.InvalidTokenError as error:
            message = f"The access token is invalid: {error}."
            raise _refused("InvalidAuthenticationToken", message, challenge) from error
        return claims

    def own_claims(self) -> Json:
        """Who the cloud is when it calls itself: the managed identity that everybody has here."""
        return {"oid": PRINCIPAL_ID, "sub": PRINCIPAL_ID, "appid": CLIENT_ID, "tid": self._tenant_id}

    def key_set(self) -> Json:
        """The JSON Web Key Set of the signing key."""
        key = RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return {"keys": [{**key, "kid": KEY_ID, "use": "sig", "alg": "RS256"}]}


def _refused(code: str, message: str, challenge: str) -> ArmError:
    return ArmError(401, code, message, headers={"WWW-Authenticate": challenge})

"""Key Vault secrets, read when a script is started and kept nowhere."""

from collections.abc import Collection
from urllib.parse import urlsplit

from azure.core.credentials import TokenCredential
from azure.core.exceptions import ResourceNotFoundError
from azure.keyvault.secrets import KeyVaultSecret, SecretClient

from shared.azure.errors import azure_errors
from shared.domain.errors import BuildError, BuildFailed


def read_secret(uri: str, credential: TokenCredential, known_hosts: Collection[str] = ()) -> str:
    """The value of `https://<vault>/secrets/<name>[/<version>]`; messages show the address alone.

    A vault may ask for tokens of its own domain only, unless it is one of `known_hosts`. Raises
    BuildFailed(SecretNotFound) where there is no such secret.
    """
    value = _get(uri, credential, known_hosts).value
    if value is None:
        raise BuildFailed(BuildError("SecretNotFound", f"secret {uri} has no value"))
    return value


def exact_uri(uri: str, credential: TokenCredential, known_hosts: Collection[str] = ()) -> str:
    """The secret's URI with the version that it has now. Raises as `read_secret` does."""
    if len(_path(uri)) > len(("secrets", "name")):
        return uri
    return f"{uri.rstrip('/')}/{_get(uri, credential, known_hosts).properties.version}"


def _get(uri: str, credential: TokenCredential, known_hosts: Collection[str]) -> KeyVaultSecret:
    parts = urlsplit(uri)
    _, name, *version = _path(uri)
    known = parts.hostname in known_hosts
    vault = f"https://{parts.netloc}"
    with (
        azure_errors(f"read secret {uri}"),
        SecretClient(vault, credential, verify_challenge_resource=not known) as client,
    ):
        try:
            return client.get_secret(name, version[0] if version else None)
        except ResourceNotFoundError as error:
            raise BuildFailed(BuildError("SecretNotFound", f"there is no secret {uri}")) from error


def _path(uri: str) -> list[str]:
    """`secrets`, the name, and the version if there is one."""
    return urlsplit(uri).path.strip("/").split("/")

"""Key Vault secrets, read when a script is started and kept nowhere."""

from urllib.parse import urlsplit

from azure.core.credentials import TokenCredential
from azure.core.exceptions import ResourceNotFoundError
from azure.keyvault.secrets import SecretClient

from shared.azure.errors import azure_errors
from shared.domain.errors import BuildError, BuildFailed


def read_secret(uri: str, credential: TokenCredential) -> str:
    """The value of `https://<vault>/secrets/<name>[/<version>]`; messages show the address alone.

    Raises BuildFailed(SecretNotFound) where there is none.
    """
    parts = urlsplit(uri)
    _, _, name, *version = parts.path.split("/")
    with (
        azure_errors(f"read secret {uri}"),
        SecretClient(f"https://{parts.netloc}", credential) as client,
    ):
        try:
            value = client.get_secret(name, version[0] if version else None).value
        except ResourceNotFoundError as error:
            raise BuildFailed(BuildError("SecretNotFound", f"there is no secret {uri}")) from error
    if value is None:
        raise BuildFailed(BuildError("SecretNotFound", f"secret {uri} has no value"))
    return value

"""The secrets of the cloud: the key that signs tokens and the shared secret of managed identity.

Both are made once and kept: clients cache tokens, so a new key after a restart would refuse them.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

KEY_BITS = 2048


def ensure_signing_key(data: Path) -> RSAPrivateKey:
    path = data / "signing-key.pem"
    if not path.exists():
        key = generate_private_key(public_exponent=65537, key_size=KEY_BITS)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        _write_secret(path, pem)
    loaded = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(loaded, RSAPrivateKey):
        raise TypeError(f"{path} is not an RSA key")
    return loaded


def ensure_identity_header(data: Path) -> str:
    """What a caller of the managed identity endpoint must send as X-IDENTITY-HEADER."""
    path = data / "identity-header"
    if not path.exists():
        _write_secret(path, secrets.token_hex(16).encode())
    return path.read_text()


def _write_secret(path: Path, content: bytes) -> None:
    partial = path.with_suffix(".partial")
    partial.touch(mode=0o600)
    partial.write_bytes(content)
    partial.rename(path)

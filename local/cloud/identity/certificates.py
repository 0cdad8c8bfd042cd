"""The cloud's own certificate authority and server certificate, made once and kept.

Files in the data directory: `ca.pem` (the authority, for NODE_EXTRA_CA_CERTS), `bundle.pem` (certifi's
roots and
the authority, for REQUESTS_CA_BUNDLE and SSL_CERT_FILE), `server.pem` (private key and certificate).
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

import certifi
import trustme


@dataclass(frozen=True)
class Certificates:
    ca: Path
    bundle: Path
    server: Path

    def server_context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.server)
        return context


def ensure_certificates(data: Path) -> Certificates:
    """Clients trust the authority for as long as the data directory lives."""
    files = Certificates(data / "ca.pem", data / "bundle.pem", data / "server.pem")
    if not files.bundle.exists():
        authority = trustme.CA(organization_name="Kiln local cloud")
        server = authority.issue_cert("127.0.0.1", "localhost", "::1")
        files.server.touch(mode=0o600)
        server.private_key_and_cert_chain_pem.write_to_path(str(files.server))
        authority.cert_pem.write_to_path(str(files.ca))
        # Written last and in one move: a bundle that exists says that everything else does.
        partial = files.bundle.with_suffix(".partial")
        partial.write_bytes(Path(certifi.where()).read_bytes() + b"\n" + files.ca.read_bytes())
        partial.rename(files.bundle)
    return files

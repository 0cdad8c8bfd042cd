"""Looks into a finished VHD for what the build was to put there."""

from dataclasses import dataclass
from pathlib import Path

from cli.errors import CommandError
from local.guest.errors import GuestError
from local.guest.inspect import VhdImage

PAGE = "/var/www/html/index.html"
PROGRAM = ("/usr/sbin/nginx", "-v")


class ProofError(CommandError):
    """Exit 1: the image is not what the build said it is."""

    code = "ProofFailed"


@dataclass(frozen=True)
class Proof:
    """The page's text, and what the program inside the image says of itself."""

    page: str
    nginx: str


def prove(vhd: Path, expected_page: str) -> Proof:
    """Raises `ProofError` when the page differs from the example or nginx does not run."""
    try:
        image = VhdImage(vhd)
        proof = Proof(image.read_file(PAGE).decode(), image.run_in(*PROGRAM).strip())
    except GuestError as error:
        raise ProofError(f"{vhd}: {error}") from error
    if proof.page != expected_page:
        raise ProofError(f"{PAGE} in {vhd} is not the example's page")
    return proof

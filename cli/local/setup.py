"""What the local parts need beyond Python: Debian packages and Azurite."""

from cli.local import azurite, debian
from cli.local.home import Home


def prepare(home: Home) -> None:
    """Installs what is missing, and says so; takes no time when nothing is."""
    home.create()
    debian.install(debian.RUN_PACKAGES)
    azurite.install(home)


def prepare_for_tests(home: Home) -> None:
    """The same, with what the tests look at disk images with."""
    home.create()
    debian.install(debian.TEST_PACKAGES)
    azurite.install(home)

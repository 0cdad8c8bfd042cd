"""Where the local parts keep their state: `.kiln` in the checkout, or `KILN_HOME`."""

import os
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Home:
    """The folders and files of one local Kiln."""

    root: Path

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def run(self) -> Path:
        """What runs: one file per part, see `cli.local.processes`."""
        return self.root / "run"

    @property
    def npm(self) -> Path:
        return self.root / "npm"

    @property
    def guest(self) -> Path:
        """The local cloud's disks, and its cache of Marketplace images, minutes of work to make again."""
        return self.root / "cloud" / "guest"

    @property
    def endpoints(self) -> Path:
        return self.root / "endpoints.json"

    @property
    def ports(self) -> Path:
        return self.root / "ports.json"

    def data(self, part: str) -> Path:
        """The folder that a part owns."""
        return self.root / part

    def log(self, part: str) -> Path:
        return self.logs / f"{part}.log"

    def create(self) -> None:
        """Makes the folders, for this user alone: the state holds keys."""
        for folder in (self.root, self.logs, self.run):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def current_home() -> Home:
    """The home that this process uses."""
    return Home(Path(os.environ.get("KILN_HOME") or CHECKOUT / ".kiln").resolve())

"""What a finished VHD tells of the machine that it was made on, read without a mount.

A generalized image tells nothing; a specialized one has kept its identity. Sources: what
`waagent -deprovision+user` and `cloud-init clean` remove, and what both leave behind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields

from local.guest.errors import GuestError
from local.guest.inspect import VhdImage

_FIRST_USER, _LAST_USER = 1000, 59999
_HISTORIES = re.compile(r"\.(bash|sh|ash|zsh|python|mysql|psql)_history|\.(viminfo|lesshst|wget-hsts)")
# The agent's own folder for Run Commands reports the deprovisioning's end, so it cannot go.
_AGENT_KEEPS = re.compile("run-command|.*RunCommandHandler.*")


@dataclass(frozen=True)
class Identity:
    """Each field is empty in a generalized image. Names are paths or users in the image."""

    machine_id: str
    hostname: str  # "" also for localhost and its like
    host_keys: tuple[str, ...]
    users: tuple[str, ...]  # accounts of people, by their ids
    homes: tuple[str, ...]
    sudoers: tuple[str, ...]  # what provisioning wrote
    authorized_keys: tuple[str, ...]
    histories: tuple[str, ...]
    root_password: str
    cloud_init: tuple[str, ...]
    agent: tuple[str, ...]
    seeds: tuple[str, ...]
    leases: tuple[str, ...]


def read_identity(image: VhdImage) -> Identity:
    """Raises GuestError if the image has no readable root file system."""
    people = tuple(_people(image))
    homes = tuple(f"/home/{name}" for name in _names(image, "/home"))
    hostname = _text(image, "/etc/hostname")
    return Identity(
        machine_id=_text(image, "/etc/machine-id"),
        hostname="" if hostname.startswith("localhost") else hostname,
        host_keys=tuple(name for name in _names(image, "/etc/ssh") if name.startswith("ssh_host_")),
        users=people,
        homes=homes,
        sudoers=tuple(name for name in _names(image, "/etc/sudoers.d") if _is_provisioned(name, people)),
        authorized_keys=tuple(
            path for home in ("/root", *homes) if image.exists(path := f"{home}/.ssh/authorized_keys")
        ),
        histories=tuple(
            f"{home}/{name}"
            for home in ("/root", *homes)
            for name in _names(image, home)
            if _HISTORIES.match(name)
        ),
        root_password=_root_password(image),
        cloud_init=tuple(_names(image, "/var/lib/cloud")),
        agent=tuple(name for name in _names(image, "/var/lib/waagent") if not _AGENT_KEEPS.fullmatch(name)),
        seeds=tuple(
            path
            for path in ("/var/lib/systemd/random-seed", "/var/lib/systemd/credential.secret")
            if image.exists(path)
        ),
        leases=tuple(
            name for place in ("dhcp", "dhclient", "dhcpcd") for name in _names(image, f"/var/lib/{place}")
        ),
    )


def generalized_problems(image: VhdImage) -> list[str]:
    """What a generalized image still tells, in sentences for people; empty if it tells nothing."""
    identity = read_identity(image)
    return [
        f"The image is not generalized: {field.name.replace('_', ' ')}: {_shown(value)}."
        for field in fields(identity)
        if (value := getattr(identity, field.name))
    ]


def _shown(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def agent_settings(image: VhdImage) -> dict[str, str]:
    """The settings of Azure's agent, as `ResourceDisk.Format` -> `n`."""
    lines = _text(image, "/etc/waagent.conf").splitlines()
    return {
        name.strip(): value.partition("#")[0].strip()
        for name, mark, value in (line.partition("=") for line in lines)
        if mark and not name.lstrip().startswith("#")
    }


def _people(image: VhdImage) -> Iterator[str]:
    for line in _text(image, "/etc/passwd").splitlines():
        name, _, number = line.split(":")[:3]
        if _FIRST_USER <= int(number) <= _LAST_USER:
            yield name


def _is_provisioned(name: str, people: tuple[str, ...]) -> bool:
    return name in ("waagent", "90-cloud-init-users") or any(name.endswith(person) for person in people)


def _root_password(image: VhdImage) -> str:
    """The kind of its hash, never the hash; "" if the account has none to log in with."""
    rows = (line.split(":") for line in _text(image, "/etc/shadow").splitlines())
    hashed = next((row[1] for row in rows if row[0] == "root"), "*")
    return "" if hashed.startswith(("*", "!")) else f"set ({hashed[:3]}…)"


def _text(image: VhdImage, path: str) -> str:
    return image.read_file(path).decode(errors="replace").strip() if image.exists(path) else ""


def _names(image: VhdImage, path: str) -> list[str]:
    try:
        return image.list_dir(path)
    except GuestError:  # not there
        return []

"""Looks into a finished VHD: its footer, partitions and files, and runs its programs. Nothing is mounted."""

from __future__ import annotations

import shutil
import subprocess
import uuid
from functools import cached_property
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from local.guest import elf
from local.guest.debugfs import FileSystem
from local.guest.disk import gpt
from local.guest.disk.find_root import root_uuid
from local.guest.disk.gpt import Partition
from local.guest.errors import GuestError
from local.guest.isolation import GuestSpec, Tier, probe, start
from local.guest.vhd import Footer, read_footer

_LIBRARY_DIRECTORIES = (
    "/lib/x86_64-linux-gnu",
    "/usr/lib/x86_64-linux-gnu",
    "/lib64",
    "/usr/lib64",
    "/lib",
    "/usr/lib",
)
_SEARCH_PATH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
_RUN_SECONDS = 30


class VhdImage:
    """A fixed VHD with a GPT disk whose root file system is ext4. Raises GuestError if it is not one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.footer: Footer = read_footer(path)

    @cached_property
    def partitions(self) -> tuple[Partition, ...]:
        return gpt.read(self.path)

    def partition(self, kind: uuid.UUID) -> Partition | None:
        """The first partition of a kind, one of those that `local.guest.disk.gpt` names."""
        return next((partition for partition in self.partitions if partition.kind == kind), None)

    @cached_property
    def root_partition(self) -> Partition:
        found = self.partition(gpt.LINUX_ROOT_X64)
        if found is None:
            raise GuestError("InvalidDisk", f"{self.path} has no Linux root partition.")
        return found

    @property
    def root_uuid(self) -> str:
        """The root file system's UUID, as its superblock says."""
        return root_uuid(self.path, self.root_partition.offset)

    @cached_property
    def _root(self) -> FileSystem:
        return FileSystem(self.path, self.root_partition.offset)

    def exists(self, path: str) -> bool:
        """Whether the path leads to something, symbolic links followed."""
        return self._root.resolve(path) is not None

    def read_file(self, path: str) -> bytes:
        return self._root.read(path)

    def list_dir(self, path: str) -> list[str]:
        """The names in a directory, sorted."""
        return self._root.names(path)

    def run_in(self, *command: str) -> str:
        """Runs a program of the image in isolation, without network; returns its output and errors together.

        Only the program and its shared libraries are taken out of the image, so it must need no other file.
        Raises GuestError if it is not an ELF program, does not start, or ends with an exit code other than 0.
        """
        with TemporaryDirectory(prefix="kiln-inspect-", dir="/var/tmp") as scratch:
            base = Path(scratch)
            base.chmod(0o755)
            for name in ("tree", "upper", "work", "root"):
                (base / name).mkdir()
            program = self._find(command[0])
            _Extraction(self._root, base / "tree").add_program(program)
            return _run(base, (program, *command[1:]))

    def _find(self, name: str) -> str:
        candidates = [name] if "/" in name else [f"{directory}/{name}" for directory in _SEARCH_PATH]
        found = next((path for path in candidates if self.exists(path)), None)
        if found is None:
            raise GuestError("FileNotFound", f"There is no program {name} in the image.")
        return found


class _Extraction:
    """Copies a program and all it loads into a tree, each file at the path by which it is looked for."""

    def __init__(self, source: FileSystem, tree: Path) -> None:
        self._source = source
        self._tree = tree
        self._done: set[str] = set()

    def add_program(self, path: str) -> None:
        data = self._copy(path)
        if not elf.is_elf(data):
            raise GuestError(
                "InvalidProgram", f"{path} in the image is a script, which cannot run on its own."
            )
        loader = elf.interpreter(data)
        if loader is not None:
            self._copy(loader)
        self._add_libraries(path, data)

    def _add_libraries(self, path: str, data: bytes) -> None:
        needs = elf.needs(data)
        own = str(PurePosixPath(path).parent)
        directories = [directory.replace("$ORIGIN", own) for directory in needs.directories]
        for name in needs.libraries:
            if name in self._done:
                continue
            self._done.add(name)
            library = self._find_library(name, [*directories, *_LIBRARY_DIRECTORIES])
            self._add_libraries(library, self._copy(library))

    def _find_library(self, name: str, directories: list[str]) -> str:
        for directory in directories:
            if self._source.resolve(f"{directory}/{name}") is not None:
                return f"{directory}/{name}"
        raise GuestError("FileNotFound", f"There is no library {name} in the image.")

    def _copy(self, path: str) -> bytes:
        data = self._source.read(path)
        target = self._tree / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        target.chmod(0o755)
        return data


def _run(base: Path, command: tuple[str, ...]) -> str:
    tier = probe(base)
    spec = GuestSpec(
        store=base,
        options=f"lowerdir=tree,upperdir=upper,workdir=work,{tier.overlay_options}",
        root=Path("root"),
        command=command,
        environment={"PATH": ":".join(_SEARCH_PATH)},
        network=False,
    )
    try:
        return _output(tier, spec)
    finally:
        shutil.rmtree(base / "work", ignore_errors=True)


def _output(tier: Tier, spec: GuestSpec) -> str:
    with Path(spec.store, "report").open("wb") as report:
        process = start(tier, spec, report.fileno(), subprocess.PIPE, subprocess.STDOUT)
        try:
            output, _ = process.communicate(timeout=_RUN_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise GuestError(
                "ProgramTimedOut", f"{spec.command[0]} ran longer than {_RUN_SECONDS} seconds."
            ) from None
    text = output.decode(errors="replace")
    if process.returncode != 0:
        reason = Path(spec.store, "report").read_text() or text.strip()
        raise GuestError(
            "CommandFailed", f"{spec.command[0]} ended with exit code {process.returncode}: {reason}"
        )
    return text

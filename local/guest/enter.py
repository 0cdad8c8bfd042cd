"""Enters a guest: own namespaces, the disk as the root, fewer capabilities, then the program.

Runs as a process of its own (`python -I -S enter.py SPEC_FD REPORT_FD`), so that the namespaces and the
mounts belong to nothing but the guest's processes and vanish with the last of them. It uses the standard
library only and imports nothing of this package.

Why not bubblewrap: it always sets `no_new_privs`, under which sudo cannot work in the guest, and build users
of image templates have password-less sudo.

SPEC_FD holds `local.guest.isolation.GuestSpec`, marshalled. The exit code is the program's, or 128 + the
signal that ended it. What prevents the start is written to REPORT_FD and the exit code is 125. SIGTERM kills
every process of the guest; this process ends only when all of them are gone.

It imports as little as it can: pathlib, json, signal and their like would double the time of a guest's start.
"""

# ruff: noqa: PTH101, PTH102, PTH103, PTH120, PTH123, PTH211

from __future__ import annotations

import ctypes
import marshal
import os
import resource
import select
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
    from typing import NoReturn
else:
    import _signal as signal

# Numbers of the Linux interface: <sched.h>, <sys/mount.h>, <linux/prctl.h>.
CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWPID, CLONE_NEWNET = (
    0x00020000, 0x04000000, 0x08000000, 0x20000000, 0x40000000,
)  # fmt: skip
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = (
    1, 2, 4, 8, 32, 4096, 16384, 1 << 18,
)  # fmt: skip
MNT_DETACH = 2
PR_SET_PDEATHSIG, PR_CAPBSET_DROP = 1, 24
SYS_PIVOT_ROOT = 155  # x86_64; the C library has no wrapper

NOT_ENTERED = 125
MEMORY_FILE_SYSTEM = "mode=755"
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
DEVICE_LINKS = {
    "fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1",
    "stderr": "/proc/self/fd/2", "ptmx": "pts/ptmx",
}  # fmt: skip

# With these, busybox's halt, poweroff and reboot ask the first process.
RESTART_SIGNALS = (signal.SIGUSR1, signal.SIGUSR2, signal.SIGTERM)
RESTART_REFUSED = (
    b"A script cannot restart or stop its local guest. Use a restart customizer, which restarts the machine"
    b" through the VM's API between two scripts.\n"
)

# What package scripts, sudo and su need. Without SYS_ADMIN, SYS_MODULE, SYS_RAWIO, NET_ADMIN and the like
# the guest's root cannot mount, load modules or change the machine's network and clock.
KEPT_CAPABILITIES = {
    0, 1, 2, 3, 4, 5,  # chown, dac_override, dac_read_search, fowner, fsetid, kill
    6, 7, 8, 9, 10, 13,  # setgid, setuid, setpcap, linux_immutable, net_bind_service, net_raw
    14, 15, 18, 19, 23,  # ipc_lock, ipc_owner, sys_chroot, sys_ptrace, sys_nice
    27, 28, 29, 31,  # mknod, lease, audit_write, setfcap
}  # fmt: skip
LAST_CAPABILITY = "/proc/sys/kernel/cap_last_cap"

LIBC = ctypes.CDLL(None, use_errno=True)


class Spec:
    """What `local.guest.isolation.GuestSpec` writes; paths of `options` are relative to `store`."""

    parent: int
    store: str
    options: str
    root: str
    hostname: str
    directory: str
    command: list[str]
    environment: dict[str, str]
    files: dict[str, str]
    cgroups: list[str]
    processes: int | None
    network: bool
    devices: dict[str, str]
    links: dict[str, str]

    def __init__(self, values: dict[str, object]) -> None:
        self.__dict__.update(values)


def call(what: str, result: int) -> None:
    """Raises the C library's errno of a failed call, naming the call."""
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def read(path: str) -> bytes:
    with open(path, "rb") as stream:
        return stream.read()


def write(path: str, data: bytes) -> None:
    with open(path, "wb") as stream:
        stream.write(data)


def mount(source: str, target: str, kind: str, flags: int = 0, options: str = "") -> None:
    result = LIBC.mount(source.encode(), target.encode(), kind.encode(), flags, options.encode())
    call(f"mount {kind or source} on {target}", result)


def die_with_parent(parent: int) -> None:
    """SIGKILL when the parent dies, and at once if it has died before this call."""
    call("prctl", LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0))
    if os.getppid() != parent:
        os._exit(NOT_ENTERED)


def die_with_holder(alive: int) -> None:
    """As `die_with_parent`, for the first process of a process namespace: its parent's id always reads 0."""
    call("prctl", LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0))
    if select.select([alive], [], [], 0)[0]:
        os._exit(NOT_ENTERED)
    os.close(alive)


def mount_root(spec: Spec) -> str:
    """The disk's layers as one tree, with the kernel's file systems in their places; returns its path."""
    call("private mounts", LIBC.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None))
    os.chdir(spec.store)
    root = os.path.realpath(spec.root)
    mount("overlay", root, "overlay", MS_NODEV, spec.options)
    for name in ("proc", "run", "dev"):
        os.makedirs(f"{root}/{name}", exist_ok=True)
    mount("proc", f"{root}/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
    # Root without SYS_ADMIN may still write the machine's sysctls; bubblewrap and Docker hide them likewise.
    mount(f"{root}/proc/sys", f"{root}/proc/sys", "", MS_BIND | MS_REC)
    mount("", f"{root}/proc/sys", "", MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC)
    mount("tmpfs", f"{root}/run", "tmpfs", MS_NOSUID | MS_NODEV, MEMORY_FILE_SYSTEM)
    mount_devices(f"{root}/dev", spec.devices, spec.links)
    return root


def mount_devices(dev: str, disks: dict[str, str], links: dict[str, str]) -> None:
    """A /dev with the harmless nodes, never the machine's disks, and with the guest's own (name -> file)."""
    mount("tmpfs", dev, "tmpfs", MS_NOSUID, MEMORY_FILE_SYSTEM)
    for name in DEVICES:
        write(f"{dev}/{name}", b"")
        mount(f"/dev/{name}", f"{dev}/{name}", "", MS_BIND)
    for name, file in disks.items():
        write(f"{dev}/{name}", b"")
        mount(file, f"{dev}/{name}", "", MS_BIND)
    for name, target in {**DEVICE_LINKS, **links}.items():
        os.makedirs(os.path.dirname(f"{dev}/{name}"), exist_ok=True)
        os.symlink(target, f"{dev}/{name}")
    os.mkdir(f"{dev}/pts")
    os.mkdir(f"{dev}/shm")
    mount("devpts", f"{dev}/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=620")
    mount("tmpfs", f"{dev}/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777")


def place_files(root: str, files: dict[str, str]) -> None:
    """Copies files of the machine (destination -> source) into the guest's /run."""
    os.mkdir(f"{root}/run/lock")
    for destination, source in files.items():
        target = root + destination
        os.makedirs(os.path.dirname(target), exist_ok=True)
        write(target, read(source))
        os.chmod(target, 0o755)  # noqa: S103 - other users of the guest may run it


def pivot(root: str) -> None:
    """Makes `root` the only root; the machine's own tree is gone for this process and its children."""
    os.chdir(root)
    call("pivot_root", LIBC.syscall(SYS_PIVOT_ROOT, b".", b"."))
    call("umount", LIBC.umount2(b".", MNT_DETACH))
    os.chdir("/")


def drop_capabilities(last: int) -> None:
    for number in range(last + 1):
        if number not in KEPT_CAPABILITIES:
            call(f"drop capability {number}", LIBC.prctl(PR_CAPBSET_DROP, number, 0, 0, 0))


def prepare_guest(spec: Spec) -> None:
    os.umask(0o022)
    last_capability = int(read(LAST_CAPABILITY))
    network = 0 if spec.network else CLONE_NEWNET
    call("unshare", LIBC.unshare(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | network))
    call("sethostname", LIBC.sethostname(spec.hostname.encode(), len(spec.hostname.encode())))
    root = mount_root(spec)
    place_files(root, spec.files)
    pivot(root)
    os.makedirs(spec.directory, exist_ok=True)
    os.chdir(spec.directory)
    drop_capabilities(last_capability)


def be_init(spec: Spec, report: int) -> NoReturn:
    """The first process of the guest: starts the program, reaps what is left to it, ends with the program.

    When it ends, the kernel kills every other process of the guest.
    """
    try:
        prepare_guest(spec)
    except OSError as error:
        fail(report, error)
    if not spec.command:
        os._exit(0)
    program = os.fork()
    if program == 0:
        execute(spec, report)
    for number in RESTART_SIGNALS:
        signal.signal(number, refuse_restart)
    while True:
        ended, status = os.wait()
        if ended == program:
            os._exit(exit_code(status))


def refuse_restart(*_: object) -> NoReturn:
    """A machine that restarts takes its scripts with it."""
    os.write(2, RESTART_REFUSED)
    os._exit(1)


def execute(spec: Spec, report: int) -> NoReturn:
    os.setsid()
    for number in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores them, and the program would inherit that
        signal.signal(number, signal.SIG_DFL)
    os.set_inheritable(report, False)
    try:
        os.execve(spec.command[0], spec.command, spec.environment)  # noqa: S606 - no shell is wanted
    except OSError as error:
        fail(report, error)


def fail(report: int, error: OSError) -> NoReturn:
    os.write(report, (error.strerror or str(error)).encode())
    os._exit(NOT_ENTERED)


def exit_code(status: int) -> int:
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def main(spec_fd: int, report: int) -> int:
    with os.fdopen(spec_fd, "rb") as stream:
        spec = Spec(marshal.load(stream))  # noqa: S302 - the writer is this program's own parent
    die_with_parent(spec.parent)
    try:
        enter_limits(spec)
        call("unshare", LIBC.unshare(CLONE_NEWPID))
    except OSError as error:
        fail(report, error)
    alive, held = os.pipe()
    init = os.fork()
    if init == 0:
        os.close(held)
        die_with_holder(alive)
        be_init(spec, report)
    signal.signal(signal.SIGTERM, lambda *_: os.kill(init, signal.SIGKILL))
    return exit_code(os.waitpid(init, 0)[1])


def enter_limits(spec: Spec) -> None:
    for group in spec.cgroups:
        write(f"{group}/cgroup.procs", b"0")
    if spec.processes is not None:
        resource.setrlimit(resource.RLIMIT_NPROC, (spec.processes, spec.processes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    # The interpreter's own tidy end would take longer than all that it tidies.
    os._exit(main(int(sys.argv[1]), int(sys.argv[2])))

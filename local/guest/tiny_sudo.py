"""sudo for the tiny image: a setuid program of a few bytes, and a script that reads sudoers.

Busybox has no sudo, and drops a setuid bit's rights as soon as it starts. So the program becomes root for
good and hands the caller's id on to the script as its first argument.
"""

from __future__ import annotations

import struct

SCRIPT_PATH = "/usr/lib/sudo/sudo.sh"

# x86-64 machine code. At the start, [rsp] is the number of arguments, then come the arguments, then the
# environment. The first two words become the arguments that the script gets: its path, the caller's id.
_CODE = b"".join(
    (
        b"\xb8\x66\x00\x00\x00\x0f\x05",  # mov eax, 102 (getuid); syscall
        b"\x49\x89\xc4",  # mov r12, rax
        b"\x48\x8b\x1c\x24",  # mov rbx, [rsp]
        b"\x4c\x8d\x6c\xdc\x10",  # lea r13, [rsp + rbx*8 + 16] (the environment)
        b"\x31\xff\x31\xf6\x31\xd2",  # xor edi, edi; xor esi, esi; xor edx, edx
        b"\xb8\x74\x00\x00\x00\x0f\x05",  # mov eax, 116 (setgroups); syscall
        b"\xb8\x77\x00\x00\x00\x0f\x05",  # mov eax, 119 (setresgid); syscall
        b"\xb8\x75\x00\x00\x00\x0f\x05",  # mov eax, 117 (setresuid); syscall
        b"\x4c\x8d\x44\x24\xf8",  # lea r8, [rsp - 8]
        b"\x41\xc6\x00\x00",  # mov byte [r8], 0
        b"\x4c\x89\xe0",  # mov rax, r12
        b"\xb9\x0a\x00\x00\x00",  # mov ecx, 10
        b"\x31\xd2",  # digit: xor edx, edx
        b"\x48\xf7\xf1",  # div rcx
        b"\x80\xc2\x30",  # add dl, '0'
        b"\x49\xff\xc8",  # dec r8
        b"\x41\x88\x10",  # mov [r8], dl
        b"\x48\x85\xc0",  # test rax, rax
        b"\x75\xed",  # jnz digit
        b"\x4c\x89\x44\x24\x08",  # mov [rsp + 8], r8
        b"\x48\x8d\x3d\x1d\x00\x00\x00",  # lea rdi, [path]
        b"\x48\x89\x3c\x24",  # mov [rsp], rdi
        b"\x48\x89\xe6",  # mov rsi, rsp
        b"\x4c\x89\xea",  # mov rdx, r13
        b"\xb8\x3b\x00\x00\x00\x0f\x05",  # mov eax, 59 (execve); syscall
        b"\xbf\x7f\x00\x00\x00",  # mov edi, 127
        b"\xb8\x3c\x00\x00\x00\x0f\x05",  # mov eax, 60 (exit); syscall
    )
)

SCRIPT = """\
#!/bin/sh
# Started as root by the setuid program beside it; $1 is the caller's id. Knows the options of build scripts.
caller_id=$1
shift
name_of() { sed -n "s/^\\([^:]*\\):[^:]*:$1:.*/\\1/p" /etc/passwd | head -n 1; }
caller=$(name_of "$caller_id")
user=root keep= login= variables=
while [ $# -gt 0 ]; do
  case $1 in
    -u) user=$2; shift 2 ;;
    --user=*) user=${1#*=}; shift ;;
    -E | --preserve-env) keep=1; shift ;;
    -n | -H | -S | -k | --non-interactive | --set-home) shift ;;
    -i | -s | --login | --shell) login=1; shift ;;
    --) shift; break ;;
    -*) echo "sudo: the tiny image's sudo does not know $1" >&2; exit 1 ;;
    *=*) variables="$variables $1"; shift ;;
    *) break ;;
  esac
done
if [ "$caller_id" != 0 ]; then
  rule="^$caller[[:space:]]+ALL[[:space:]]*=[[:space:]]*[(]ALL(:ALL)?[)][[:space:]]*NOPASSWD:[[:space:]]*ALL"
  if ! cat /etc/sudoers /etc/sudoers.d/* 2>/dev/null | grep -qE "$rule"; then
    echo "sudo: a password is required" >&2
    exit 1
  fi
fi
home=$(sed -n "s/^$user:[^:]*:[^:]*:[^:]*:[^:]*:\\([^:]*\\):.*/\\1/p" /etc/passwd | head -n 1)
if [ -z "$home" ]; then
  echo "sudo: unknown user $user" >&2
  exit 1
fi
[ $# -gt 0 ] || { [ -n "$login" ] && set -- /bin/sh; } || { echo "usage: sudo command" >&2; exit 1; }
set -- HOME="$home" USER="$user" LOGNAME="$user" SUDO_USER="$caller" SUDO_UID="$caller_id" \\
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin $variables "$@"
if [ -z "$keep" ]; then
  for name in LANG TERM http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
    eval "value=\\${$name-}"
    [ -z "$value" ] || set -- "$name=$value" "$@"
  done
  set -- -i "$@"
fi
[ "$user" = root ] && exec env "$@"
exec su -s /bin/sh "$user" -c 'exec env "$@"' -- sudo "$@"
"""


def program() -> bytes:
    """The setuid program: an ELF file of one segment."""
    code = _CODE + SCRIPT_PATH.encode() + b"\0"
    base, headers = 0x400000, 64 + 56
    size = headers + len(code)
    head = struct.pack(
        "<16sHHIQQQIHHHHHH",
        b"\x7fELF\x02\x01\x01", 2, 62, 1, base + headers, 64, 0, 0, 64, 56, 1, 64, 0, 0,
    )  # fmt: skip
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, base, base, size, size, 0x1000)
    return head + segment + code

#!/bin/sh
set -eu
exec 2>&1
expected_sha256="${KILN_ARTIFACT_SHA256:-0000000000000000000000000000000000000000000000000000000000000000}"
destination=/tmp/x
build_user=kilnbuild
home=/home/kilnbuild
sudoers=/etc/sudoers.d/90-kilnbuild
owner="$build_user"

fail() {
    echo "kiln: $*" >&2
    exit 1
}

# Defines fetch_artifact: the staged bytes, from the URI in KILN_ARTIFACT_URI, into a file.

download() {
    if command -v curl >/dev/null 2>&1; then
        curl --fail --silent --show-error --location --output "$1" "$KILN_ARTIFACT_URI"
    elif command -v wget >/dev/null 2>&1; then
        wget -q -O "$1" "$KILN_ARTIFACT_URI"
    elif command -v python3 >/dev/null 2>&1; then
        python3 - "$1" <<'PYTHON'
import os, shutil, sys, urllib.request
with urllib.request.urlopen(os.environ["KILN_ARTIFACT_URI"]) as source, open(sys.argv[1], "wb") as target:
    shutil.copyfileobj(source, target)
PYTHON
    else
        fail "cannot download: the image has none of curl, wget and python3"
    fi
}

# A new VM's network may need a moment: three attempts.
fetch_artifact() {
    [ -n "${KILN_ARTIFACT_URI:-}" ] || fail "KILN_ARTIFACT_URI is not set"
    download "$1" || { sleep 2 && download "$1"; } || { sleep 5 && download "$1"; } ||
        fail "cannot download the staged file (the address is not shown: it carries a signature)"
    verify "$1"
}

verify() {
    [ -n "$expected_sha256" ] || return 0
    command -v sha256sum >/dev/null 2>&1 || fail "cannot verify the checksum: the image has no sha256sum"
    actual_sha256=$(sha256sum <"$1")
    actual_sha256=${actual_sha256%% *}
    [ "$actual_sha256" = "$expected_sha256" ] ||
        fail "checksum mismatch: expected $expected_sha256, got $actual_sha256"
}

# Defines make_build_user: the unprivileged user that scripts run as, with a home and password-less sudo.
# It may be there already, from an earlier customizer.

make_build_user() {
    id "$build_user" >/dev/null 2>&1 || add_build_user
    mkdir -p "$home"
    chown "$build_user" "$home"
    chmod 0700 "$home"
    allow_sudo
}

add_build_user() {
    shell=/bin/bash
    [ -x "$shell" ] || shell=/bin/sh
    if command -v useradd >/dev/null 2>&1; then
        useradd --home-dir "$home" --create-home --shell "$shell" --comment 'Kiln build' "$build_user" ||
            fail "cannot make the build user $build_user"
    else
        write_build_user
    fi
}

# What useradd would do, for images as small as busybox.
write_build_user() {
    number=1000
    while cut -d : -f 3 /etc/passwd /etc/group | grep -qx "$number"; do
        number=$((number + 1))
    done
    echo "$build_user:x:$number:" >>/etc/group
    echo "$build_user:!:1::::::" >>/etc/shadow
    echo "$build_user:x:$number:$number:Kiln build:$home:$shell" >>/etc/passwd
}

allow_sudo() {
    if ! command -v sudo >/dev/null 2>&1; then
        echo "kiln: the image has no sudo: the script runs as $build_user and cannot become root"
        return 0
    fi
    mkdir -p "${sudoers%/*}"
    # Variables of proxies pass, for a package manager behind sudo needs them as much as one before it.
    cat >"$sudoers" <<SUDOERS
$build_user ALL=(ALL) NOPASSWD: ALL
Defaults:$build_user !requiretty
Defaults:$build_user env_keep += "http_proxy https_proxy ftp_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY"
SUDOERS
    chmod 0440 "$sudoers"
}

make_build_user

# Puts the artifact at $destination, which belongs to $owner (to root if that is empty).

folder=${destination%/*}
folder=${folder:-/}
[ -d "$folder" ] || fail "cannot write $destination: the folder $folder does not exist"
[ ! -d "$destination" ] || fail "cannot write $destination: it is a folder"

# Beside its destination, so that it takes the space once and appears whole or not at all.
arriving=$(mktemp "${folder%/}/.kiln-XXXXXX") || fail "cannot write to the folder $folder"
trap 'rm -f "$arriving"' EXIT
trap 'exit 143' HUP INT TERM

fetch_artifact "$arriving"
chmod 0644 "$arriving"
[ -z "$owner" ] || chown "$owner" "$arriving"
mv -f "$arriving" "$destination"

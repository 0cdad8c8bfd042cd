# shellcheck shell=sh
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

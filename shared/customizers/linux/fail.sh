# shellcheck shell=sh
fail() {
    echo "kiln: $*" >&2
    exit 1
}

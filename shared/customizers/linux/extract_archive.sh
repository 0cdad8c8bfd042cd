# shellcheck shell=sh
# Unpacks the artifact into the folder $destination, which is made if it is not there.

made=
if [ ! -d "$destination" ]; then
    mkdir -p "$destination" || fail "cannot make the folder $destination"
    made=yes
fi
# Beside what it holds: /tmp may be small, and in memory.
archive=$(mktemp "${destination%/}/.kiln-XXXXXX") || fail "cannot write to the folder $destination"
trap 'rm -f "$archive"' EXIT
trap 'exit 143' HUP INT TERM

unpack_zip() {
    if command -v unzip >/dev/null 2>&1; then
        unzip -q -o "$archive" -d "$destination"
    elif command -v python3 >/dev/null 2>&1; then
        python3 -m zipfile -e "$archive" "$destination"
    else
        fail "cannot unpack: the image has neither unzip nor python3"
    fi
}

unpack_tar() {
    # shellcheck disable=SC2086 # no switch at all must be no word at all
    tar -x -o $1 -f "$archive" -C "$destination"
}

# Busybox' tar does not see by itself how an archive is compressed.
fetch_artifact "$archive"
case $(head -c 4 "$archive" | od -A n -t x1 | tr -d ' \n') in
    504b*) unpack_zip ;;
    1f8b*) unpack_tar -z ;;
    425a68*) unpack_tar -j ;;
    fd377a58) unpack_tar -J ;;
    28b52ffd) unpack_tar --zstd ;;
    *) unpack_tar '' ;;
esac || fail "cannot unpack: is it a zip archive, or one of tar, compressed or not?"
if [ -n "$made" ] && [ -n "$owner" ]; then
    chown -R "$owner" "$destination"
fi
# Not by the trap alone: what is in /tmp now may be put by for a layer (keep_layer.sh).
rm -f "$archive"

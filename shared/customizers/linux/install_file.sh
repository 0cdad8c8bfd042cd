# shellcheck shell=sh
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

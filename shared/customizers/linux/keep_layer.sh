# shellcheck shell=sh
# The disk is snapshotted when this script has ended, while the VM runs: what was written must be on it by
# then, and what is in /tmp as well (restore_tmp.sh).

umask 077
mkdir -p "$put_by/tmp"
# Without room for it the layer is of no use, but the build goes on.
cp -a /tmp/. "$put_by/tmp/" || { rm -rf "$put_by/tmp" && echo "kiln: no room to keep /tmp in the layer"; }
printf '%s' "$kiln_run" >"$put_by/run"
sync

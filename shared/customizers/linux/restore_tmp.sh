# shellcheck shell=sh
# Customizers hand files on in /tmp, which a boot empties: what it held when the layer was kept that this
# VM began with. What this very run has put by is only removed.

put_by=/var/lib/kiln-layer
if [ -f "$put_by/run" ] && [ "$(cat "$put_by/run")" != "$kiln_run" ]; then
    if ! cp -a "$put_by/tmp/." /tmp/; then
        echo "kiln: what the layer's /tmp held cannot be restored; build without the cache" >&2
        exit 1
    fi
fi
rm -rf "$put_by"

# shellcheck shell=sh
# Runs the artifact as a script, under its own shebang, and ends with its exit code.

umask_before=$(umask)
umask 077
# Hardened images mount /tmp noexec; root can run things from /var/lib.
work=$(mktemp -d /var/lib/kiln-XXXXXX 2>/dev/null) || work=$(mktemp -d) || fail "cannot make a private folder"
trap 'rm -rf "$work"' EXIT
trap 'exit 143' HUP INT TERM

fetch_artifact "$work/script"

# Packer turns Windows line ends into Unix ones; a shebang that ends in CR would not be found.
carriage_return=$(printf '\r')
if head -n 1 "$work/script" | grep -q "^#!.*$carriage_return\$"; then
    sed "s/$carriage_return\$//" "$work/script" >"$work/converted"
    mv -f "$work/converted" "$work/script"
fi
chmod 0700 "$work/script"
umask "$umask_before"

# The script has no business with the address, which carries a signature.
unset KILN_ARTIFACT_URI KILN_ARTIFACT_SHA256
status=0
"$work/script" </dev/null || status=$?
exit "$status"

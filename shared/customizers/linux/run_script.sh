# shellcheck shell=sh
# Runs the script that provide_script writes, as the build user in its home; ends if it fails, with its code.

make_build_user
umask_before=$(umask)
umask 077
# Hardened images mount /tmp and /home noexec; from /var/lib things can be run.
work=$(mktemp -d /var/lib/kiln-XXXXXX) || fail "cannot make a private folder"
trap 'rm -rf "$work"' EXIT
trap 'exit 143' HUP INT TERM

provide_script "$work/script"

# Packer turns Windows line ends into Unix ones; a shebang that ends in CR would not be found.
carriage_return=$(printf '\r')
if head -n 1 "$work/script" | grep -q "^#!.*$carriage_return\$"; then
    sed "s/$carriage_return\$//" "$work/script" >"$work/converted"
    mv -f "$work/converted" "$work/script"
fi
chmod 0700 "$work/script"
chown "$build_user" "$work" "$work/script"
umask "$umask_before"

# Everything goes but proxies and what is meant for the script: no address with a signature, nothing of root's.
clean_environment() {
    for variable in $(env | sed -n 's/^\([A-Za-z_][A-Za-z0-9_]*\)=.*/\1/p'); do
        case $variable in
            *_proxy | *_PROXY | KILN_ENV_*) ;;
            *) unset "$variable" ;;
        esac
    done
    export HOME="$home" USER="$build_user" LOGNAME="$build_user" SHELL=/bin/sh
    export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
}

# Variables are handed on through the environment, which other users cannot see, as they can command lines.
# They come last, for they may have any name: what runs is a list of absolute paths by then.
run_as_build_user() {
    cd "$home" || exit 126
    # runuser asks no password settings of the image; busybox has su alone.
    if runuser=$(command -v runuser); then
        set -- "$runuser" -u "$build_user" -- /bin/sh
    else
        set -- "$(command -v su)" -s /bin/sh "$build_user"
    fi
    set -- "$@" -c "exec $work/script $arguments"
    clean_environment
    set_variables
    exec "$@"
}

status=0
(run_as_build_user) </dev/null || status=$?
[ "$status" -eq 0 ] || exit "$status"

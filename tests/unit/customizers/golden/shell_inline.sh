#!/bin/sh
set -eu
exec 2>&1
build_user=kilnbuild
home=/home/kilnbuild
sudoers=/etc/sudoers.d/90-kilnbuild
arguments=''
set_variables() {
    :
}

fail() {
    echo "kiln: $*" >&2
    exit 1
}

provide_script() {
    cat >"$1" <<'KILN_SCRIPT'
#!/bin/sh -e
echo 'a b'
exit 3
KILN_SCRIPT
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

# shellcheck shell=sh
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

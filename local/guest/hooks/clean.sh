#!/bin/sh
# mmdebstrap customize hook: `clean.sh ROOT` removes what a base image must not hold. The last one.
set -e
root=$1

# Packages: lists and cache stay, so that apt-get install works at once; the downloads go.
rm -rf "$root"/var/cache/apt/archives/*.deb "$root/var/cache/apt/fetched"
rm "$root/etc/apt/apt.conf.d/fetched" "$root/etc/apt/preferences.d/usrmerge"

# Nothing that would be the same in every machine made from this.
: >"$root/etc/machine-id"
rm -f "$root/etc/hostname" "$root"/etc/ssh/ssh_host_*
ln -sf ../run/systemd/resolve/stub-resolv.conf "$root/etc/resolv.conf"

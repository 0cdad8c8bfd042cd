#!/bin/sh
# mmdebstrap essential hook: `fetched.sh ROOT` gives apt what fetch.sh has downloaded. apt checks each package, and
# those that are decompressed are put in their places after that, just before dpkg takes them.
set -e
cd "$1/var/cache/apt"
flock fetched/lock find fetched -maxdepth 1 -name '*.deb' -exec ln -f -t archives {} +
cat >"$1/etc/apt/apt.conf.d/fetched" <<'END'
DPkg::Pre-Install-Pkgs { "cd /var/cache/apt/fetched && touch enough && for plain in *.plain; do [ ! -e $plain ] || mv -f $plain ../archives/${plain%.plain}; done"; };
END

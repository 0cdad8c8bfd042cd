#!/bin/sh
# mmdebstrap setup hook: `merge_usr.sh ROOT` lays out /usr merged from the start, as debootstrap does for images.
# Otherwise the package usrmerge does it later, in Perl, whose packages would have to be unpacked first, and twice.
set -e
for directory in bin sbin lib lib32 lib64 libx32; do
  mkdir -p "$1/usr/$directory"
  ln -s "usr/$directory" "$1/$directory"
done
mkdir -p "$1/etc/apt/preferences.d"
printf 'Package: usrmerge\nPin: release *\nPin-Priority: -1\n' >"$1/etc/apt/preferences.d/usrmerge"

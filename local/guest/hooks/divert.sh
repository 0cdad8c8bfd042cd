#!/bin/sh
# mmdebstrap essential hook: `divert.sh ROOT`.
# Package scripts run these helpers again and again, which takes ten seconds; configure.sh does their work once.
set -e
for helper in /usr/sbin/update-initramfs /usr/bin/py3compile; do
  chroot "$1" dpkg-divert --quiet --local --rename --add --divert "$helper.real" "$helper"
  ln -s /bin/true "$1$helper"
done

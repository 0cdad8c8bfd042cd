#!/bin/sh
# mmdebstrap essential hook: `divert.sh ROOT`.
# Package scripts run these helpers again and again, which takes ten seconds; configure.sh does their work once.
# Host keys are made at the first boot, so that ssh-keygen's work would be thrown away.
set -e
for helper in /usr/sbin/update-initramfs /usr/bin/py3compile /usr/sbin/update-ca-certificates /usr/bin/ssh-keygen; do
  chroot "$1" dpkg-divert --quiet --local --rename --divert "$helper.real" --add "$helper"
  ln -s /bin/true "$1$helper"
done

#!/bin/sh
# mmdebstrap customize hook: `undivert.sh ROOT` takes back what divert.sh did.
set -e
for helper in /usr/sbin/update-initramfs /usr/bin/py3compile /usr/sbin/update-ca-certificates /usr/bin/ssh-keygen; do
  rm "$1$helper"
  chroot "$1" dpkg-divert --quiet --local --rename --remove "$helper"
done

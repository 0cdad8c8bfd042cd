#!/bin/sh
# `boot.sh ROOT` writes fstab and grub.cfg for the disks that are made from ROOT, if it has a kernel.
# Environment: KILN_ROOT_UUID, the root file system's UUID; KILN_ESP_ID, the EFI partition's volume id.
set -e
root=$1

# The distributions' own links to the newest kernel, so that upgrades change nothing here.
if [ -L "$root/vmlinuz" ]; then
  links=
elif [ -L "$root/boot/vmlinuz" ]; then
  links=/boot
else
  exit 0
fi
# Its value may have quotes, a dollar or a backslash; the title is for people, so letters will do.
title=$(sed -n 's/^PRETTY_NAME=//p' "$root/etc/os-release" | tr -cd 'A-Za-z0-9 ./()-')

mkdir -p "$root/boot/efi" "$root/boot/grub"
cat >"$root/etc/fstab" <<END
UUID=$KILN_ROOT_UUID / ext4 rw,discard,errors=remount-ro,x-systemd.growfs 0 1
UUID=$KILN_ESP_ID /boot/efi vfat defaults,umask=0077,nofail 0 0
END
cat >"$root/boot/grub/grub.cfg" <<END
serial --speed=115200 --unit=0
terminal_input serial console
terminal_output serial console
set timeout=0
search --no-floppy --fs-uuid --set=root $KILN_ROOT_UUID
menuentry "$title" {
  linux $links/vmlinuz root=UUID=$KILN_ROOT_UUID ro console=tty0 console=ttyS0,115200 earlyprintk=ttyS0,115200 consoleblank=0 net.ifnames=0
  initrd $links/initrd.img
}
END

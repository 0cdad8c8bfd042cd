#!/bin/sh
# mmdebstrap customize hook: `configure.sh ROOT` makes a Debian system one of Azure's.
# Environment: KILN_ROOT_UUID, the root file system's UUID; KILN_ESP_ID, the EFI partition's volume id.
set -e
root=$1

# Cloud: only Azure's data source, and only the keys that are still in use.
mkdir -p "$root/etc/cloud/cloud.cfg.d"
cat >"$root/etc/cloud/cloud.cfg.d/91-azure_datasource.cfg" <<'END'
datasource_list: [ Azure ]
datasource:
  Azure:
    apply_network_config: true
END
printf 'locale: false\nssh_genkeytypes: [ ed25519, rsa ]\n' >"$root/etc/cloud/cloud.cfg.d/92-provisioning.cfg"
sed -i 's/^ResourceDisk.Format=.*/ResourceDisk.Format=n/; s/^#\?Provisioning.Agent=.*/Provisioning.Agent=auto/' \
  "$root/etc/waagent.conf"
chroot "$root" systemctl --quiet enable systemd-networkd systemd-resolved ssh walinuxagent

# Boot: file systems by their ids; Debian's own links to the newest kernel, so that upgrades change nothing here.
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
menuentry "Debian GNU/Linux" {
  linux /vmlinuz root=UUID=$KILN_ROOT_UUID ro console=tty0 console=ttyS0,115200 earlyprintk=ttyS0,115200 consoleblank=0 net.ifnames=0
  initrd /initrd.img
}
END

# An initramfs with the drivers of Hyper-V and of the machines that tests boot on: a third of the time and size.
printf 'MODULES=list\n' >"$root/etc/initramfs-tools/conf.d/azure"
printf '%s\n' ext4 crc32c hv_vmbus hv_storvsc hv_netvsc hv_utils hyperv_keyboard pci_hyperv virtio_blk virtio_pci \
  virtio_net virtio_scsi sd_mod sr_mod ata_piix ahci nvme mana >>"$root/etc/initramfs-tools/modules"
chroot "$root" update-initramfs -c -k all
chroot "$root" python3 -m compileall -q -j 2 /usr/lib/python3/dist-packages || true # some files are templates

# Packages: lists and cache stay, so that apt-get install works at once; the downloads go.
rm -f "$root"/var/cache/apt/archives/*.deb
chroot "$root" apt-cache gencaches

# Nothing that would be the same in every machine made from this.
: >"$root/etc/machine-id"
rm -f "$root/etc/hostname" "$root"/etc/ssh/ssh_host_*
ln -sf ../run/systemd/resolve/stub-resolv.conf "$root/etc/resolv.conf"

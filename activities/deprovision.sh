#!/bin/sh
# Makes the VM an image: removes what must differ between machines made from it.
#
# Does what `waagent -deprovision+user` and `cloud-init clean --logs --machine-id --seed` do, and the rest that
# both leave behind. The agent's own folder for Run Commands stays: it reports this script's end. A script
# of the template's owner at /tmp/DeprovisioningScript.sh takes precedence, as at Azure VM Image Builder.
set -u
exec 2>&1
cd /

own=/tmp/DeprovisioningScript.sh
if [ -f "$own" ]; then
    echo "kiln: running $own"
    sh "$own"
    exit $?
fi

# The account that the VM was created with, and the one that ran its scripts; others are the image's own.
# busybox has deluser alone, and some distributions have neither: then the lines go by themselves.
for user in kiln kilnbuild; do
    grep -q "^$user:" /etc/passwd || continue
    if command -v userdel >/dev/null 2>&1; then
        userdel --force "$user" 2>/dev/null
    elif command -v deluser >/dev/null 2>&1; then
        deluser "$user" >/dev/null 2>&1
    fi
    for file in passwd shadow group gshadow subuid subgid; do
        [ ! -f "/etc/$file" ] || sed -i "/^$user:/d" "/etc/$file"
    done
    rm -rf "/home/$user" "/var/mail/$user" "/var/spool/cron/$user" "/var/spool/cron/crontabs/$user"
done
rm -f /etc/sudoers.d/waagent /etc/sudoers.d/90-cloud-init-users /etc/sudoers.d/90-kilnbuild

# Identity: new at the first boot of every machine.
rm -f /etc/ssh/ssh_host_*
if [ -e /etc/machine-id ]; then
    : >/etc/machine-id
    chmod 0444 /etc/machine-id
fi
if [ -d /var/lib/dbus ]; then
    ln -sf /etc/machine-id /var/lib/dbus/machine-id
fi
rm -f /var/lib/systemd/random-seed /var/lib/systemd/credential.secret
rm -f /etc/iscsi/initiatorname.iscsi /etc/nvme/hostid /etc/nvme/hostnqn
rm -f /etc/udev/rules.d/70-persistent-net.rules
[ ! -e /etc/hostname ] || echo localhost >/etc/hostname

# What the provisioning agents remember of this machine.
rm -rf /var/lib/cloud/* /var/log/cloud-init*.log
rm -f /etc/netplan/50-cloud-init.yaml /etc/network/interfaces.d/50-cloud-init* \
    /etc/systemd/network/10-cloud-init-*
# By family: the name of this machine's interface and its lease, where the distribution keeps them.
. /etc/os-release 2>/dev/null || ID=unknown
case " $ID ${ID_LIKE:-} " in
*" rhel "* | *" fedora "* | *" centos "*)
    [ ! -f /etc/sysconfig/network-scripts/ifcfg-eth0 ] ||
        sed -i '/^HWADDR=/d; /^UUID=/d' /etc/sysconfig/network-scripts/ifcfg-eth0
    rm -f /etc/NetworkManager/system-connections/cloud-init-*.nmconnection
    ;;
*" suse "* | *" opensuse "*)
    rm -f /etc/udev/rules.d/85-persistent-net-cloud.rules
    rm -rf /var/lib/wicked/*
    ;;
esac
rm -rf /var/lib/dhcp/* /var/lib/dhclient/* /var/lib/dhcpcd/* /var/lib/NetworkManager/*.lease
if [ -d /var/lib/waagent ]; then
    find /var/lib/waagent -mindepth 1 -maxdepth 1 ! -name '*RunCommandHandlerLinux*' -exec rm -rf {} +
fi
rm -f /var/log/waagent.log*

# Root's traces, logs, package caches.
[ ! -f /etc/shadow ] || sed -i 's/^root:[^:]*:/root:*:/' /etc/shadow
rm -rf /root/.ssh /root/.cache
rm -f /root/.bash_history /root/.wget-hsts /root/.viminfo /root/.lesshst /root/.python_history
rm -f /etc/passwd- /etc/shadow- /etc/group- /etc/gshadow- /etc/subuid- /etc/subgid-
rm -rf /var/log/journal/* /var/log/azure/* /var/crash/*
find /var/log -type f \( -name '*.gz' -o -name '*.[0-9]' \) -exec rm -f {} +
find /var/log -type f -exec sh -c 'for log in "$@"; do : >"$log"; done' sh {} +
if command -v apt-get >/dev/null 2>&1; then
    apt-get clean
    rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin
fi
for manager in tdnf dnf yum zypper; do
    command -v "$manager" >/dev/null 2>&1 || continue
    "$manager" clean $([ "$manager" = zypper ] && echo --all || echo all) >/dev/null 2>&1
done
rm -rf /var/cache/dnf/* /var/cache/yum/* /var/cache/tdnf/* /var/cache/zypp/*
rm -f /swapfile /mnt/resource/swapfile

# Last, because this script and its log may lie there.
find /var/tmp /tmp -mindepth 1 -maxdepth 1 -exec rm -rf {} + 2>/dev/null
sync
echo "kiln: deprovisioned"

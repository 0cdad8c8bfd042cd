#!/bin/sh
# What cloud-init and Azure's agent do at the first boot of a machine made from a generalized image.
#
# Environment: HOST_NAME, VM_ID, ADMIN_USER (may be empty), ADMIN_KEYS (lines of authorized_keys), ADMIN_PASSWORD
# (may be empty: the account is locked then). What the image has already is kept, so that a second run changes
# nothing. It works with busybox, where there is neither useradd nor ssh-keygen.
set -eu
umask 022
here=/var/lib/waagent
mkdir -p "$here" /var/lib/cloud/instances/"$VM_ID" /var/lib/cloud/data
ln -sfn "/var/lib/cloud/instances/$VM_ID" /var/lib/cloud/instance

echo "$HOST_NAME" >/etc/hostname
if [ ! -s /etc/machine-id ]; then
  tr -d - </proc/sys/kernel/random/uuid >/etc/machine-id
  chmod 0444 /etc/machine-id
fi

# No RSA key: to find one takes up to a second, and nobody logs in to a local guest.
if command -v ssh-keygen >/dev/null; then
  for kind in ed25519 ecdsa; do
    key=/etc/ssh/ssh_host_${kind}_key
    [ -e "$key" ] || ssh-keygen -q -t "$kind" -N '' -C "root@$HOST_NAME" -f "$key"
  done
fi

add_user() {
  shell=/bin/bash
  [ -x "$shell" ] || shell=/bin/sh
  if command -v useradd >/dev/null; then
    useradd --create-home --shell "$shell" --comment 'Azure admin user' "$ADMIN_USER"
    return
  fi
  number=1000
  while cut -d : -f 3 /etc/passwd /etc/group | grep -qx "$number"; do
    number=$((number + 1))
  done
  echo "$ADMIN_USER:x:$number:" >>/etc/group
  echo "$ADMIN_USER:!:1::::::" >>/etc/shadow
  echo "$ADMIN_USER:x:$number:$number:Azure admin user:/home/$ADMIN_USER:$shell" >>/etc/passwd
  mkdir -p "/home/$ADMIN_USER"
  chown "$number:$number" "/home/$ADMIN_USER"
}

set_password() {
  if command -v chpasswd >/dev/null; then
    printf '%s:%s\n' "$ADMIN_USER" "$ADMIN_PASSWORD" | chpasswd
    return
  fi
  hash=$(printf '%s\n' "$ADMIN_PASSWORD" | mkpasswd -m sha512 -P 0)
  sed -i "s|^$ADMIN_USER:[^:]*:|$ADMIN_USER:$hash:|" /etc/shadow
}

if [ -n "$ADMIN_USER" ]; then
  id "$ADMIN_USER" >/dev/null 2>&1 || add_user
  home=/home/$ADMIN_USER
  mkdir -p /etc/sudoers.d "$home/.ssh"
  printf '%s\n' "$ADMIN_KEYS" >"$home/.ssh/authorized_keys"
  chmod 0700 "$home/.ssh"
  chmod 0600 "$home/.ssh/authorized_keys"
  chown -R "$ADMIN_USER" "$home/.ssh"
  if [ -n "$ADMIN_PASSWORD" ]; then
    set_password
  fi
  printf '%s ALL=(ALL) NOPASSWD:ALL\n' "$ADMIN_USER" >/etc/sudoers.d/90-cloud-init-users
  chmod 0440 /etc/sudoers.d/90-cloud-init-users
fi

# What `waagent -deprovision+user` looks for: without this file it does not know which user to remove.
cat >"$here/ovf-env.xml" <<END
<?xml version="1.0" encoding="utf-8"?>
<Environment xmlns="http://schemas.dmtf.org/ovf/environment/1" xmlns:wa="http://schemas.microsoft.com/windowsazure">
  <wa:ProvisioningSection>
    <wa:Version>1.0</wa:Version>
    <LinuxProvisioningConfigurationSet xmlns="http://schemas.microsoft.com/windowsazure">
      <ConfigurationSetType>LinuxProvisioningConfiguration</ConfigurationSetType>
      <HostName>$HOST_NAME</HostName>
      <UserName>$ADMIN_USER</UserName>
      <UserPassword>REDACTED</UserPassword>
      <DisableSshPasswordAuthentication>$([ -n "$ADMIN_PASSWORD" ] && echo false || echo true)</DisableSshPasswordAuthentication>
    </LinuxProvisioningConfigurationSet>
  </wa:ProvisioningSection>
  <wa:PlatformSettingsSection>
    <wa:Version>1.0</wa:Version>
    <PlatformSettings xmlns="http://schemas.microsoft.com/windowsazure">
      <ProvisionGuestAgent>true</ProvisionGuestAgent>
    </PlatformSettings>
  </wa:PlatformSettingsSection>
</Environment>
END
chmod 0600 "$here/ovf-env.xml"
echo "$VM_ID" >"$here/provisioned"
: >/var/lib/cloud/instance/boot-finished

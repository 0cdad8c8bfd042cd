#!/bin/sh
# `decompress.sh FOLDER` makes of each package in FOLDER the same one without compression, PACKAGE.plain, which dpkg
# unpacks in half of the time. It ends with the downloads, whose lock FOLDER/lock is, or when FOLDER/enough is there.
# The format is deb(5)'s, an ar archive of three members.
cd "$1" || exit
member() {
  printf '%-16s%-12s%-6s%-6s%-8s%-10s`\n' "$1" 0 0 0 100644 "$(stat -c %s "$2")"
  cat "$2"
}

plain() {
  dpkg-deb --ctrl-tarfile "$1" >control.tar && dpkg-deb --fsys-tarfile "$1" >data.tar && {
    printf '!<arch>\n'
    printf '%-16s%-12s%-6s%-6s%-8s%-10s`\n2.0\n' debian-binary 0 0 0 100644 4
    member control.tar control.tar
    member data.tar data.tar
  } >draft && mv draft "$1.plain"
}

more=yes
while [ $more ] && [ -e lock ]; do
  ! flock --nonblock lock true || more=
  for package in *.deb; do
    [ ! -e enough ] || exit 0
    [ ! -e "$package" ] || [ -e "$package.plain" ] || plain "$package"
  done
  sleep 0.1
done

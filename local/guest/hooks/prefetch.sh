#!/bin/sh
# mmdebstrap extract hook: `prefetch.sh ROOT` begins to download the rest of the packages, KILN_PACKAGES, while dpkg
# installs the essential ones, which takes a processor but no network. What fails here is downloaded in its turn.
set -e
exec 9>"$1/tmp/prefetch"
flock 9
# The lock is held by what is started here, and goes with its end.
APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get -qq --yes --download-only -o Debug::NoLocking=1 install apt $KILN_PACKAGES \
  >/dev/null 2>&1 </dev/null &

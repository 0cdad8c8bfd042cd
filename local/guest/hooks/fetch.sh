#!/bin/sh
# mmdebstrap setup hook: `fetch.sh ROOT` reads the lists of packages, so that mmdebstrap need not, and begins to
# download KILN_PACKAGES and to decompress them. mmdebstrap puts the essential ones in place meanwhile, which keeps
# one processor busy. What fails here is done in its turn.
set -e
here=$(dirname "$0")
folder=$1/var/cache/apt/fetched
export APT_CONFIG="$MMDEBSTRAP_APT_CONFIG"
apt-get -qq update --error-on=any
mkdir -p "$folder/partial"
{
  # The lock is held until all is downloaded.
  flock "$folder/lock" apt-get -qq --yes --download-only -o Debug::NoLocking=1 -o "Dir::Cache::archives=$folder/" \
    install apt $KILN_PACKAGES &
  nice "$here/decompress.sh" "$folder" &
} >/dev/null 2>&1 </dev/null
# Whoever waits for the lock must not be the first to take it.
until [ -e "$folder/lock" ]; do sleep 0.01; done

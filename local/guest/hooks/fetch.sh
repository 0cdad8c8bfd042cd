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
# apt-get inherits the lock, which is held until all is downloaded.
exec 9>"$folder/lock"
flock 9
apt-get -qq --yes --download-only -o Debug::NoLocking=1 -o "Dir::Cache::archives=$folder/" install apt $KILN_PACKAGES \
  >/dev/null 2>&1 </dev/null &
nice "$here/decompress.sh" "$folder" >/dev/null 2>&1 </dev/null 9>&- &

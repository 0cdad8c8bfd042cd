#!/bin/sh
# mmdebstrap essential hook: `prefetched.sh ROOT` waits for the downloads that prefetch.sh began.
set -e
flock "$1/tmp/prefetch" rm "$1/tmp/prefetch"

#!/bin/sh
# /tmp is empty after a boot, as systemd-tmpfiles has it on Debian and Ubuntu ("D /tmp"), whatever it held.
rm -rf /tmp/..?* /tmp/.[!.]* /tmp/*

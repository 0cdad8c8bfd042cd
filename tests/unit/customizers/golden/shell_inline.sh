#!/bin/sh -e
exec 2>&1
echo 'a b'
exit 3

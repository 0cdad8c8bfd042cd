#!/bin/sh -e
echo 'a b'
exit 3

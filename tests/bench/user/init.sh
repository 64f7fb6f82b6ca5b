#!/bin/sh
# Process 1 of `phx bench user`, on Phoenix and on Linux alike. kb="..." of the boot arguments are kbench's (commas for spaces).
mount -t proc proc /proc
mount -t devtmpfs dev /dev
mount -t tmpfs tmp /tmp
args=
read -r line </proc/cmdline
for word in $line; do
    case $word in kb=*) args=${word#kb=} ;; esac
done
IFS=,
set -- $args
unset IFS
/bin/kbench "$@"
poweroff -f

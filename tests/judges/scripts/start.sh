#!/bin/sh
# Process 1 of judges that are scripts: runs /judge/main between two marks, then ends the machine.
mount -t proc proc /proc
mount -t devtmpfs dev /dev
mkdir -p /dev/pts
mount -t devpts devpts /dev/pts 2>/dev/null
[ -e /dev/fd ] || ln -s /proc/self/fd /dev/fd
mount -t tmpfs tmp /tmp
hostname judge
export PATH=/sbin:/usr/sbin:/bin:/usr/bin HOME=/root TERM=vt100 TZ=UTC
mkdir -p /tmp/w
cd /tmp/w
stty -onlcr -echo 2>/dev/null
echo "JUDGE BEGIN"
/judge/main </dev/null 2>&1
echo "JUDGE END $?"
poweroff -f

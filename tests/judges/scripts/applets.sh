#!/bin/sh
# Each applet of Debian's busybox-static that can do something without a network or hardware, and what it prints.
# A line `== NAME` begins what one applet does; its exit status ends it.

name=
t() { # NAME: the next applet
    end
    name=$1
    echo "== $1"
}
end() {
    s=$?
    [ -z "$name" ] || echo "-- $s"
}

echo "one two
three four
five six
three four" >text
printf 'b 2\na 10\nc 1\n' >numbers

# --- printing
t echo; echo -e 'a\tb\\n' -n; echo -n x; echo y
t printf; printf '%s-%5d|%-5s|%05.2f|%x|%o|%c\n' str 42 left 3.14159 255 8 char
t true; true
t false; false
t yes; yes word | head -n 3
t seq; seq 1 3 10; seq -w 8 11; seq -s , 3
t '['; [ 1 -lt 2 ] && [ a = a ] && [ ! -e none ] && [ -d / ] && echo good
t '[['; [[ abc == a* ]] && echo match
t test; test -f text && test -s text && test text -nt /proc/none; test 1 -gt 2
t expr; expr 6 \* 7; expr substr hello 2 3; expr hello : 'h\(.*\)o'; expr 1 = 2
t basename; basename /a/b/c.txt .txt
t dirname; dirname /a/b/c.txt
t realpath; realpath ./text
t readlink; ln -s text soft; readlink soft; readlink -f soft
t pwd; pwd
t env; env -i A=1 B=2 env
t arch; arch
t uname; uname -s; uname -m
t hostname; hostname; hostname other; hostname; hostname judge
t hostid; hostid | wc -c
t nproc; nproc
t logname; logname </dev/null
t whoami; whoami
t id; id; id -u; id -gn root
t groups; groups
t tty; tty
t date; date -u -d @1000000000 '+%Y-%m-%d %H:%M:%S %a %j'; date -u -d '2024-02-29 12:00' +%s
t cal; cal 2 2024
t ascii; ascii | head -n 5
t factor; factor 1001 1024 9007199254740993
t bc; echo '2^100; scale=5; 22/7; sqrt(2)' | bc
t dc; echo '5 k 1 3 / p 16 i FF p' | dc
t getopt; getopt -o ab: -l long,arg: -- -a -b x --arg=y rest
t usleep; usleep 1000
t sleep; sleep 0.01
t clear; clear | od -c | head -n 1
t reset; reset 2>&1 | od -An -c | head -n 1
t time; time -f '%C' true
t timeout; timeout 1 sleep 10; timeout 5 echo in time

# --- text
t cat; cat text; cat -n text; printf 'a\tb\001\n' | cat -A
t tac; tac text
t rev; rev text
t nl; nl text; nl -ba -w3 text
t head; head -n 2 text; head -c 5 text; echo
t tail; tail -n 2 text; tail -c 5 text; tail -n +3 text
t wc; wc text; wc -l <text; wc -w -c text
t sort; sort text; sort -n -k2 numbers; sort -ru text; sort -k2 -n -r numbers
t uniq; sort text | uniq -c; sort text | uniq -d; sort text | uniq -u
t cut; cut -d' ' -f2 text; cut -c1-3 text
t paste; paste text numbers; paste -sd, text
t tr; tr a-z A-Z <text; tr -d ' ' <text; echo aabbcc | tr -s a-z
t fold; echo abcdefghijkl | fold -w 5
t expand; printf 'a\tb\n' | expand -t 4
t unexpand; echo '        a       b' | unexpand -a
t grep; grep -n three text; grep -c four text; grep -v three text; grep -io ONE text; grep -E '^(one|five)' text; grep absent text
t egrep; egrep 'two|six' text
t fgrep; fgrep -x 'five six' text
t sed; sed 's/three/3/; 2d' text; sed -n '$p' text; sed -e '1i\' -e before -e '/five/a after' text; sed -E 's/(\w+) (\w+)/\2 \1/' text
t awk; awk '{ n[$1]++; s += length($2) } END { for (k in n) print k, n[k] | "sort"; close("sort"); printf "%d %.3f\n", s, s / 7 }' text
t diff; sed 's/six/6/' text >other; diff text other; diff -u -L a -L b text other; diff -q text text
t cmp; cmp text other; cmp -s text text
t patch; diff -u text other >p; cp text patched; patch patched <p; cat patched
t ed; printf '2s/three/drei/\n1,2p\nw\nq\n' | ed -s patched 2>/dev/null || printf '2s/three/drei/\n1,2p\nw\nq\n' | ed patched
t strings; printf 'ab\0hello world\0\1\2xyzzy\n' | strings
t shuf; seq 5 | shuf | sort; shuf -i 7-7
t more; more text
t less; less text </dev/null | cat
t tee; echo tee | tee a b; cat a b
t xargs; seq 5 | xargs -n 2 echo; printf 'a\0b c\0' | xargs -0 -I{} echo '<{}>'
t dos2unix; printf 'a\r\nb\r\n' >d; dos2unix d; od -c d
t unix2dos; unix2dos d; od -An -c d
t ts; echo line | ts 'T'

# --- numbers of bytes
t od; printf 'abc\377\0' | od -t x1; printf 'ABCD' | od -An -t d2
t hexdump; printf 'hello\0world' | hexdump -C; hexdump -v -e '1/1 "%02x "' text | cut -c1-30
t xxd; printf 'hello' | xxd; printf 'hello' | xxd -p; echo 68690a | xxd -r -p
t md5sum; md5sum text | tee m; md5sum -c m
t sha1sum; sha1sum text
t sha256sum; sha256sum <text
t sha512sum; sha512sum text
t sha3sum; sha3sum text
t crc32; crc32 text
t base64; base64 text; base64 text | base64 -d | cmp - text
t uuencode; uuencode -m text name | tee u
t uudecode; uudecode -o - u | cmp - text
t mkpasswd; mkpasswd -m sha512 -S saltsalt secret

# --- files
t touch; touch -d '2020-01-02 03:04:05' old; stat -c '%n %s %y' old
t stat; stat -c '%F %a %u:%g %h %s' text soft; stat -c '%F %a' / /dev/null; stat -L -c %F soft; stat -f -c %l /tmp
t ls; mkdir -p d1/d2; touch d1/a d1/.b; ls d1; ls -A d1; ls -ld d1 | cut -c1-10; ls -1F . | head -n 4; ls none
t mkdir; mkdir d1; mkdir -p d1/x/y; mkdir -m 700 private; stat -c %a private
t rmdir; rmdir d1; rmdir -p d1/x/y 2>&1 | sed 's/:.*:/:/'; ls d1
t cp; cp text copy; cp -a d1 d3; ls -A d3; cp none x; cp -r d1 copy
t mv; mv copy moved; ls copy moved; mv -n moved text; mv moved d1/; ls d1
t rm; rm d1/moved; rm -r d3; rm none; rm -f none
t ln; ln text hard; stat -c %h text; ln -sf other soft; readlink soft; ln text /proc/x 2>&1 | sed 's/x: .*/x/'
t link; link text hard2; stat -c %h hard2
t unlink; unlink hard2; unlink hard; stat -c %h text
t chmod; chmod u+x,go-r text; stat -c %a text; chmod 644 text; chmod -R a-w d1; stat -c %a d1/a
t chown; chown 1:2 other; stat -c %u:%g other; chown -h nobody soft; stat -c %U soft
t chgrp; chgrp users other; stat -c %G other
t mkfifo; mkfifo fifo; stat -c %F fifo; (echo through >fifo &); cat fifo
t mknod; mknod node c 1 3; stat -c '%F %t:%T' node; echo gone >node
t mktemp; mktemp -u /tmp/x.XXXXXX | wc -c; f=$(mktemp); stat -c '%a %s' "$f"; rm "$f"
t truncate; truncate -s 10 short; wc -c <short; truncate -s 3 short; wc -c <short
t fallocate; fallocate -l 4096 room; stat -c %s room
t dd; dd if=/dev/zero of=zeros bs=512 count=3 2>/dev/null; stat -c %s zeros; dd if=text bs=1 skip=4 count=3 2>/dev/null; echo; echo XY | dd of=zeros conv=notrunc bs=1 seek=100 2>&1 | head -n 2; od -An -c -j 99 -N 4 zeros
t shred; echo secret >s; shred -u -n 1 s; ls s
t sync; sync
t du; du -s zeros | cut -f2; du -sk d1 | cut -f2
t df; df -P /tmp | awk 'NR==2 { print $1, $6 }'; df none
t find; find d1 | sort; find . -name 'n*s' -type f; find . -maxdepth 1 -perm 700 -exec echo {} \;; find d1 -newer text -type d -empty | sort
t which; which sh ls none
t run-parts; mkdir parts; printf '#!/bin/sh\necho part $1\n' >parts/10one; chmod +x parts/10one; run-parts -a x parts; run-parts --test parts
t fatattr; fatattr text 2>&1 | sed 's/:.*//'
t nuke; nuke private; ls private
t freeramdisk; freeramdisk /dev/none
t mt; mt -f /dev/none status

# --- archives
t tar; tar cf t.tar text d1; tar tf t.tar; mkdir un; tar xf t.tar -C un; cmp text un/text; tar czf t.tgz text && tar tzvf t.tgz | awk '{ print $1, $6 }'
t cpio; find d1 | sort | cpio -o -H newc >c.cpio; cpio -t <c.cpio; mkdir uc; cd uc; cpio -id <../c.cpio; find d1 | sort; cd ..
t ar; ar -t none.a
t gzip; gzip -c text >t.gz; gzip -t t.gz
t gunzip; gunzip -c t.gz | cmp - text; cp text g; gzip g; gunzip g.gz; cmp g text
t zcat; zcat t.gz | head -n 1
t bzip2; bzip2 -c text >t.bz2
t bunzip2; bunzip2 -c t.bz2 | cmp - text
t bzcat; bzcat t.bz2 | tail -n 1
t xz; xz -dc t.gz
t unxz; unxz -c text
t xzcat; printf '\375' | xzcat
t lzma; lzma -dc text
t unlzma; unlzma -c text
t lzcat; lzcat </dev/null
t lzop; lzop -c text >t.lzo; lzop -dc t.lzo | cmp - text
t uncompress; uncompress -c text
t unzip; unzip -l none.zip
t rpm; rpm -qip none.rpm
t rpm2cpio; rpm2cpio none.rpm
t dpkg-deb; dpkg-deb -I none.deb
t dpkg; dpkg -l nothing | tail -n 1

# --- processes
t sh; sh -c 'echo $0 $# $1' name arg; sh -c 'exit 7'
t ash; ash -c 'set -- a b c; shift; echo $*; f() { local x=1; return 3; }; f'
t busybox; busybox echo through busybox; busybox nothing
t ps; ps | awk '$1 == 1 { print $1, $2 }'; ps -o pid,ppid,comm | awk '$1 == 1'
t pidof; pidof none
t kill; sh -c 'sleep 100 & kill $!; wait $!; echo $?' 2>/dev/null; kill -l 9; kill -0 1; kill 99999
t killall; sh -c 'sleep 200 & sleep 0.1; killall -q sleep; wait $!; echo $?' 2>/dev/null; killall none
t top; top -b -n 1 | head -n 4 | sed 's/[0-9.]\+/N/g; s/ \+/ /g'
t free; free | awk 'NR==1 { print $1, $2, $3 } NR==2 { print $1, NF, ($2 > 0) }'
t uptime; uptime | sed 's/[0-9]\+/N/g; s/ \+/ /g; s/N days\?, //'
t w; w | head -n 1 | sed 's/[0-9]\+/N/g; s/ \+/ /g'
t who; who
t last; last 2>&1 | head -n 1
t renice; sleep 100 & renice -n 5 -p $!; awk '{ print $19 }' /proc/$!/stat; kill $! 2>/dev/null; wait $! 2>/dev/null
t ionice; ionice -c 2 -n 3 true; ionice -p $$ | head -c 4; echo
t taskset; taskset 1 echo pinned; taskset -p $$ | sed 's/pid [0-9]*/pid N/'
t setsid; setsid sh -c 'echo session'
t setpriv; setpriv --nnp echo no new privileges
t start-stop-daemon; start-stop-daemon -S -b -m -p pid -x /bin/sleep -- 50; sleep 0.2; start-stop-daemon -K -p pid | sed 's/pid [0-9]*/pid N/'; start-stop-daemon -K -q -p pid 2>&1 | sed 's/process [0-9]*/process N/'
t su; su -s /bin/sh nobody -c 'id -u; cat /root/x' 2>&1
t nologin; timeout 0.3 nologin
t chroot; chroot / /bin/echo in a root; chroot none 2>&1 | head -n 1
t unshare; unshare --none 2>&1 | head -n 1
t nsenter; nsenter --none 2>&1 | head -n 1
t linux32; linux64 uname -s
t linux64; linux64 echo 64
t cttyhack; cttyhack echo tty
t watchdog; watchdog 2>&1 | head -n 1
t crontab; crontab -l
t crond; crond -h 2>&1 | head -n 2
t run-init; run-init 2>&1 | head -n 1
t switch_root; switch_root /none /init 2>&1 | head -n 1
t pivot_root; pivot_root none none2
t svc; svc -x 2>&1 | head -n 1
t svok; svok none

# --- the system
t mount; mount | grep -c ' on /tmp '; mkdir mp; mount -t tmpfs -o size=1m extra mp; touch mp/in; ls mp; mount -t nosuch x mp
t umount; umount mp; ls mp; umount mp
t losetup; losetup /dev/none 2>&1 | sed 's/:.*//'
t swapon; swapon none
t mkswap; truncate -s 1M swap; mkswap swap | head -n 1; od -An -c -j 4086 -N 10 swap
t mke2fs; truncate -s 1M e2; mke2fs e2 | sed 's/:.*//' | head -n 3; od -An -t x1 -j 1080 -N 2 e2
t mkdosfs; truncate -s 1M dos; mkdosfs dos; od -An -t x1 -j 510 -N 2 dos
t fdisk; fdisk -l dos 2>&1 | head -n 2 | tail -n 1
t blkdiscard; blkdiscard none
t blockdev; blockdev --getsize none
t findfs; findfs LABEL=none
t fsfreeze; fsfreeze --freeze none
t fstrim; fstrim none
t partprobe; partprobe none
t dmesg; dmesg >/dev/null
t logger; logger hello
t klogd; klogd --none 2>&1 | head -n 1
t syslogd; syslogd --none 2>&1 | head -n 1
t sysctl; sysctl -n kernel.ostype; sysctl kernel.nosuch
t adjtimex; adjtimex | grep -c offset
t hwclock; hwclock --none 2>&1 | head -n 1
t rdate; rdate 2>&1 | head -n 1
t stty; stty </dev/null
t getty; getty 2>&1 | head -n 1
t openvt; openvt -c 99 true 2>&1 | sed 's/:.*//'
t chvt; chvt x
t deallocvt; deallocvt x
t setkeycodes; setkeycodes 1 2>&1 | head -n 1
t loadfont; loadfont </dev/null 2>&1 | sed 's/:.*//'
t lsmod; lsmod | head -n 1
t modprobe; modprobe -q none
t modinfo; modinfo none 2>&1 | sed 's,modules/.*/,modules/N/,'
t insmod; insmod none.ko
t rmmod; rmmod none 2>&1 | sed 's/:.*//'
t depmod; depmod --none 2>&1 | head -n 1
t mdev; mdev none 2>&1 | head -n 1
t lsscsi; lsscsi
t devmem; devmem 2>&1 | head -n 1
t acpid; acpid --none 2>&1 | head -n 1
t resume; resume none
t reboot; reboot --none 2>&1 | head -n 1
t halt; halt --none 2>&1 | head -n 1
t poweroff; poweroff --none 2>&1 | head -n 1
t init; init --help 2>&1 | head -n 3
t sulogin; sulogin --none 2>&1 | head -n 1
t i2cdetect; i2cdetect -y 99
t i2cget; i2cget -y 99 1 2>&1 | head -n 1
t i2cset; i2cset -y 99 1 2 2>&1 | head -n 1
t i2cdump; i2cdump -y 99 1 2>&1 | head -n 1
t microcom; microcom none
t passwd; passwd nosuch
t ubirename; ubirename /dev/none a b

# --- what asks for no network
t ipcalc; ipcalc -bnmp 192.168.1.20/26
t httpd; httpd -e '<a&b>'; httpd -d 'a%20b'; echo; httpd -m pw | cut -c1-3
t ssl_client; ssl_client 2>&1 | head -n 1
t dumpleases; dumpleases -f none
t nslookup; nslookup 2>&1 | head -n 1
t ifup; ifup -a -i none
t ifdown; ifdown -a -i none
t tunctl; tunctl --none 2>&1 | head -n 1
t wget; wget 2>&1 | head -n 1
t ftpget; ftpget 2>&1 | head -n 1
t ftpput; ftpput 2>&1 | head -n 1
t telnet; telnet 2>&1 | head -n 1
t tftp; tftp 2>&1 | head -n 1
t nc; nc 2>&1 | head -n 1
t traceroute; traceroute 2>&1 | head -n 1
t ping; ping 2>&1 | head -n 1
t brctl; brctl 2>&1 | head -n 1
t vconfig; vconfig 2>&1 | head -n 1
t tc; tc 2>&1 | head -n 1
end
name=
exit 0

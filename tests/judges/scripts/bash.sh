#!/bin/bash-static
# What a long script of bash asks of a kernel, and some of what it asks of bash itself: each part prints, and all that is printed counts.
# Process numbers and times are never printed.

part() { echo "== $*"; }
say() { printf '%s\n' "$*"; }
cd /tmp/w || exit 1
umask 022
BASH_BIN=/bin/bash-static
export LC_ALL=C

# ----------------------------------------------------------------------------------------------------------------------
part arrays

declare -a list=(alpha beta "gamma delta" epsilon)
say "${#list[@]} ${list[2]} ${list[-1]}"
list+=(zeta)
list[10]=far
say "${!list[*]}"
unset 'list[1]'
say "${list[*]:1:2}"
for item in "${list[@]}"; do
    say "<$item>"
done
copy=("${list[@]}")
say "${#copy[@]} ${!copy[*]}"
declare -A ages=([ann]=31 [bob]=27 ["carl otto"]=64)
ages[dora]=5
unset 'ages[bob]'
for key in $(printf '%s\n' "${!ages[@]}" | tr ' ' _ | sort); do
    say "$key ${ages[${key//_/ }]}"
done
[[ -v ages[ann] ]] && say "ann is known"
[[ -v ages[bob] ]] || say "bob is not"
readarray -t lines < <(printf 'first\nsecond\nthird\n')
say "${#lines[@]} ${lines[1]}"
mapfile -t -s 1 -n 1 some <<<"$(seq 5)"
say "${some[*]}"
numbers=(5 3 9 1 7)
sorted=($(printf '%s\n' "${numbers[@]}" | sort -n))
say "${sorted[*]}"
say "${numbers[@]/#/n}"
say "${list[@]%a}"
matrix=()
for ((i = 0; i < 3; i++)); do
    for ((j = 0; j < 3; j++)); do
        matrix[i * 3 + j]=$((i * j))
    done
done
say "${matrix[*]}"
sum=0
for n in "${numbers[@]}"; do ((sum += n)); done
say "sum $sum"
declare -n alias=numbers
alias[0]=50
say "${numbers[0]} ${#alias[@]}"
unset -n alias

# ----------------------------------------------------------------------------------------------------------------------
part expansion

text="The quick brown fox"
say "${text#* } | ${text##* } | ${text% *} | ${text%% *}"
say "${text/quick/slow} ${text//o/0} ${text^^} ${text,,}"
say "${text:4:5} ${text: -3} ${#text}"
unset none
say "${none:-default} ${none+set} ${text:+has text}"
: "${none:=assigned}"
say "$none"
(unset gone; : "${gone:?is not there}") 2>&1 | sed 's/.*gone/gone/'
say {a,b}{1..3} {01..10..3} {z..w}
say $((2 ** 10)) $((017 + 0x1f)) $((7 / 2)) $((-7 % 3)) $((1 << 4 | 3)) $((5 > 3 ? 10 : 20))
say $'tab\there \x41 \u00e9' | od -An -c
printf '%q %b %08.3f %+d %#x %s\n' 'a b' 'x\ty' 3.14159 7 255 end
printf -v formatted '%03d' 7
say "$formatted"
IFS=: read -r one two rest <<<"a:b:c:d"
say "$one $two $rest"
read -r -n 3 three <<<"abcdef"
say "$three"
read -r -d '' all <<'END' || true
several
lines
END
say "$all"
set -- "first arg" second third
say "$# $1 ${*:2}"
shift
say "$*"
say "$(echo nested $(echo deeper `echo deepest`))"
tilde=~root
say "$tilde"
shopt -s extglob nullglob
touch g1.txt g2.txt g3.log .hidden
say *.txt !(*.txt) none*
say +(g)[1-2].@(txt|log)
shopt -u nullglob
say none*
rm g1.txt g2.txt g3.log .hidden
case "file.tar.gz" in
    *.zip) say zip ;;
    *.tar.*) say tar ;;&
    *.gz) say gz ;;
    *) say other ;;
esac
[[ "2024-05-17" =~ ^([0-9]+)-([0-9]+)-([0-9]+)$ ]] && say "${BASH_REMATCH[3]}.${BASH_REMATCH[2]}.${BASH_REMATCH[1]}"
[[ abc < abd && -d /tmp && ! -e /none ]] && say "conditions hold"

# ----------------------------------------------------------------------------------------------------------------------
part functions

factorial() {
    local n=$1
    ((n <= 1)) && { echo 1; return; }
    echo $((n * $(factorial $((n - 1)))))
}
say "$(factorial 10)"
fibonacci() {
    local -i a=0 b=1 t i
    for ((i = 0; i < $1; i++)); do ((t = a + b, a = b, b = t)); done
    say $a
}
fibonacci 50
outer() {
    local shared=outer
    inner
    say "outer sees $shared"
}
inner() { shared=changed; say "inner was called by ${FUNCNAME[1]}"; }
outer
status() { return "$1"; }
status 42
say "status $?"
status 3 || status 4 && say no
say "$? after or"
recursive() { (($1 == 0)) && return 7; recursive $(($1 - 1)); }
recursive 200
say "came back with $?"
declare -F factorial
exported() { echo "from a child: $1"; }
export -f exported
$BASH_BIN -c 'exported hello'

# ----------------------------------------------------------------------------------------------------------------------
part here documents

name=world
cat <<END
hello $name, $((6 * 7)), $(echo substituted), \$literal
END
cat <<'END'
no $name here, $(none)
END
cat <<-END
	tabs are
	removed
END
cat <<ONE; cat <<TWO
first document
ONE
second document
TWO
while read -r number word; do
    say "$word=$number"
done <<END
1 one
2 two
3 three
END
tr a-z A-Z <<<"a here string"
long=$(for ((i = 0; i < 3000; i++)); do echo "line $i of a long document"; done)
wc -c <<END
$long
END

# ----------------------------------------------------------------------------------------------------------------------
part redirection

exec 3>out3
say "to three" >&3
exec 3>&-
cat out3
exec 4<<<"from four"
read -r -u 4 line
say "$line"
exec 4<&-
{ say out; say err >&2; } 2>both >&2
cat both 2>/dev/null
{ say out; say err >&2; } >both 2>&1
sort both
say appended >>both
wc -l <both
exec 5<>both
read -r -u 5 line
say "read $line"
say "written in the middle" >&5
exec 5>&-
wc -l <both | tr -d ' '
set -o noclobber
(say x >both) 2>&1 | sed 's/.*both/both/'
say forced >|both
set +o noclobber
cat both
{ say hidden; } >/dev/null 2>&1
exec {fd}>dynamic
say "a descriptor of bash's choice is at least 10: $((fd >= 10))" >&$fd
exec {fd}>&-
cat dynamic
cat <(say "process") <(say "substitution")
tee >(tr a-z A-Z >upper) <<<"through tee" >lower
sleep 0.2
cat lower upper
diff <(seq 3) <(seq 2 4) | grep '^[<>]'
(cat </none) 2>&1 | sed 's/.*none/none/'
say "$(<out3)"
rm -f out3 both dynamic lower upper

# ----------------------------------------------------------------------------------------------------------------------
part pipes

seq 1 100 | grep 7 | sort -rn | head -n 3 | tr '\n' ' '
echo
say a | cat | cat | cat | cat | cat
false | true | false
say "${PIPESTATUS[*]}"
set -o pipefail
false | true
say "pipefail $?"
set +o pipefail
yes | head -n 1000 | wc -l | tr -d ' '
(trap '' PIPE; yes 2>/dev/null; echo "yes ended with $?" >&2) 2>&1 | head -n 1
seq 100000 | (read -r first; read -r second; say "$first $second")
say "$(seq 20000 | md5sum)"
total=0
while read -r n; do ((total += n)); done < <(seq 1000)
say "total $total"
shopt -s lastpipe
set +m
seq 3 | while read -r n; do last=$n; done
say "last $last"
mkfifo f1 f2
(while read -r line; do say "echo: $line"; done <f1 >f2) &
exec 6>f1 7<f2
for word in one two three; do
    say $word >&6
    read -r -u 7 answer
    say "$answer"
done
exec 6>&- 7<&-
wait
rm f1 f2

# ----------------------------------------------------------------------------------------------------------------------
part traps

trap 'say "got USR1"' USR1
kill -USR1 $$
trap 'say "got USR2 $((++usr2))"' USR2
for ((i = 0; i < 3; i++)); do kill -USR2 $$; done
trap
trap - USR1 USR2
(trap 'say "bye from a subshell"' EXIT; say "in the subshell")
(trap 'say "term"; exit 3' TERM; kill -TERM $BASHPID; say "not reached")
say "subshell $?"
$BASH_BIN -c 'trap "echo int; exit 5" INT; kill -INT $$; echo not reached'
say "child $?"
{ $BASH_BIN -c 'kill -KILL $$'; } 2>/dev/null
say "killed $?"
$BASH_BIN -c 'trap "" TERM; kill -TERM $$; echo survived'
(trap '' HUP; $BASH_BIN -c 'kill -HUP $$; echo "ignored signals are inherited"')
trap 'say "debug: $BASH_COMMAND"' DEBUG
true
trap - DEBUG
failing() { false; true; }
trap 'say "error in line of $FUNCNAME"' ERR
set -E
failing
set +E
trap - ERR
trap 'say "return from $FUNCNAME"' RETURN
returning() { trap 'say "returning"' RETURN; :; }
returning
trap - RETURN
$BASH_BIN -c 'trap "echo exit trap \$?" EXIT; exit 9'
say "status $?"
$BASH_BIN -c 'set -e; trap "echo stopped by set -e" EXIT; false; echo not reached'
$BASH_BIN -c 'trap "echo chld" CHLD; sleep 0.1 & wait' | head -n 1
(
    trap 'say "alarm"; exit 0' ALRM
    (sleep 0.2; kill -ALRM $BASHPID) &
    parent=$BASHPID
    (sleep 0.3; kill -ALRM $parent) &
    wait
    wait
) 2>/dev/null
signals=0
trap '((signals++))' USR1
for ((i = 0; i < 50; i++)); do
    (kill -USR1 $$)
done
say "every signal of 50 arrived: $((signals == 50))"
trap - USR1
sleep 10 &
kill -STOP $!
sleep 0.1
kill -CONT $!
sleep 0.1
kill $!
wait $! 2>/dev/null
say "stopped, continued, ended with $?"
sleep 5 &
job=$!
(sleep 0.2; kill -USR2 $$) &
trap 'say "wait is cut short"' USR2
wait $job
say "wait gave $?"
kill $job
wait $job 2>/dev/null
trap - USR2
wait

# ----------------------------------------------------------------------------------------------------------------------
part jobs

sleep 0.3 &
first=$!
sleep 0.1 &
second=$!
say "$(jobs -p | wc -l | tr -d ' ') jobs"
wait $second
say "second ended with $?"
wait $first
say "first ended with $?"
(exit 12) &
wait $!
say "a status of $?"
for ((i = 0; i < 20; i++)); do
    (sleep 0.0$((i % 10)); exit $i) &
    children[i]=$!
done
sum=0
for ((i = 0; i < 20; i++)); do
    wait "${children[i]}"
    ((sum += $?))
done
say "statuses add up to $sum"
wait
(sleep 0.1; exit 3) &
quick=$!
(sleep 0.6; exit 4) &
slow=$!
wait -n $quick $slow
say "the first to end: $?"
wait -n $slow
say "the next: $?"
wait $$ 2>/dev/null
say "not a child: $?"
set -m
sleep 0.2 | (cat; exit 8) &
wait %+
say "job by number: $?"
(sleep 10 & jobs >/dev/null; kill %1 2>/dev/null; wait %1) 2>/dev/null
say "job killed: $?"
set +m
disowned() { sleep 0.1 & disown; jobs | wc -l | tr -d ' '; }
disowned
time_of() { local TIMEFORMAT='%0R'; time sleep 0.01; }
time_of 2>&1

# ----------------------------------------------------------------------------------------------------------------------
part co-processes

coproc UPPER { while read -r line; do say "${line^^}"; done; }
for word in alpha beta gamma; do
    say $word >&"${UPPER[1]}"
    read -r answer <&"${UPPER[0]}"
    say "$answer"
done
upper=$UPPER_PID
eval "exec ${UPPER[1]}>&-"
wait "$upper"
say "co-process ended with $?"
coproc CALCULATOR { bc; }
calculator=("${CALCULATOR[@]}")
pid=$CALCULATOR_PID
for sum in '1 + 2' '2 ^ 64' 'sqrt(144)'; do
    say "$sum" >&"${calculator[1]}"
    read -r answer <&"${calculator[0]}"
    say "$sum = $answer"
done
exec {calculator[1]}>&-
wait $pid
say "calculator ended with $?"
coproc { sleep 0.1; say "anonymous"; exit 6; }
anonymous=$COPROC_PID
read -r answer <&"${COPROC[0]}"
say "$answer"
wait "$anonymous"
say "status $?"

# ----------------------------------------------------------------------------------------------------------------------
part files

mkdir -p tree/{a,b}/{c,d}
touch tree/a/c/file{1..3} tree/b/d/other
find tree | sort
shopt -s globstar
say tree/**/file*
[[ tree/a -nt /proc/none ]] && say newer
[[ -f tree/a/c/file1 && -r tree/a/c/file1 && ! -x tree/a/c/file1 && ! -s tree/a/c/file1 ]] && say "an empty file"
chmod 000 tree/a/c/file1
stat -c %a tree/a/c/file1
ln -s ../b/d/other tree/a/link
[[ -L tree/a/link && -f tree/a/link ]] && say "a link to a file"
ln -s nowhere tree/dangling
[[ -L tree/dangling && ! -e tree/dangling ]] && say "dangling"
ln tree/b/d/other tree/hard
[[ tree/hard -ef tree/b/d/other ]] && say "the same file"
(cd tree/a/c && pwd && cd ../../b && pwd && cd - >/dev/null && pwd)
pushd tree >/dev/null
pushd a >/dev/null
dirs | sed 's,~,/root,g'
popd >/dev/null
popd >/dev/null
pwd
umask 077
say private >secret
stat -c %a secret
umask 022
umask
say one >edit
sed -i 's/one/two/' edit
cat edit
for i in {1..200}; do say "content $i" >"many.$i"; done
ls many.* | wc -l | tr -d ' '
cat many.* | sort -k2 -n | md5sum
rm many.*
(ulimit -n 20; for i in {1..30}; do eval "exec $((i + 9))</dev/null" 2>/dev/null || { say "descriptors run out"; break; }; done)
(ulimit -f 1; dd if=/dev/zero of=big bs=1024 count=100 2>/dev/null; say "file size limit: $?") 2>/dev/null
rm -rf tree secret edit big

# ----------------------------------------------------------------------------------------------------------------------
part programs

$BASH_BIN -c 'echo "$0 $# $*"' zero one two
(exec $BASH_BIN -c 'echo replaced')
(exec -a other $BASH_BIN -c 'echo $0')
env -i X=1 $BASH_BIN -c 'echo "$X ${HOME-none}"'
VAR=passed $BASH_BIN -c 'echo $VAR'
none_such 2>/dev/null
say "not found $?"
printf '#!/bin/bash-static\necho "script $1"\n' >script
./script arg 2>/dev/null
say "not executable $?"
chmod +x script
./script arg
printf '#!/bin/cat\nthe interpreter is cat\n' >catted
chmod +x catted
./catted
printf 'echo no interpreter line\n' >plain
chmod +x plain
./plain
printf '#!/none/such\n' >broken
chmod +x broken
./broken 2>/dev/null
say "broken $?"
rm script catted plain broken
big=$(printf 'x%.0s' {1..50000})
$BASH_BIN -c 'echo ${#1}' - "$big"
LONG=$big $BASH_BIN -c 'echo ${#LONG}'
say "$(ulimit -s)"
depth() { (($1 == 0)) && { say "$(($(cut -d' ' -f1 /proc/self/stat) > 0))"; return; }; (depth $(($1 - 1))); }
depth 20
$BASH_BIN -c 'exit 300'
say "status modulo 256: $?"
{ $BASH_BIN -c 'ulimit -c 0; kill -SEGV $$'; } 2>/dev/null
say "segmentation fault $?"
{ $BASH_BIN -c 'kill -STOP $$; exit 11' & } 2>/dev/null
sleep 0.3
grep State /proc/$!/status
kill -CONT $!
wait $!
say "continued and ended with $?"
hash -r
type -t part for cat say
command -v sleep
builtin echo builtin
eval 'say evaluated; (exit 2)'
say "$?"
getopts_test() {
    local OPTIND option
    while getopts 'ab:c' option; do
        say "option $option ${OPTARG-}"
    done
    shift $((OPTIND - 1))
    say "left $*"
}
getopts_test -a -b value -c rest of it
select_test() { PS3='? '; select x in red green; do say "chosen $x"; break; done; }
select_test <<<2 2>/dev/null
[[ $(date -u -d @0 +%Y) == 1970 ]] && say "the epoch"
printf '%(%Y-%m-%d)T\n' 86400
[[ $EPOCHSECONDS -gt 1700000000 && $RANDOM -ge 0 && $SECONDS -ge 0 ]] && say "clocks run"
say "$BASH_SUBSHELL $(say $BASH_SUBSHELL) $( (say $BASH_SUBSHELL))"
wait
part end
exit 0

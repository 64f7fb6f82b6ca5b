#!/bin/zsh-static -f
# What a long script of zsh asks of a kernel, and some of what it asks of zsh itself: all that is printed counts.
# Process numbers and times are never printed. No modules: the static zsh has them built in.

part() { print -r -- "== $*" }
say() { print -r -- "$*" }
cd /tmp/w || exit 1
umask 022
ZSH_BIN=/bin/zsh-static
export LC_ALL=C

# ----------------------------------------------------------------------------------------------------------------------
part arrays

typeset -a list
list=(alpha beta "gamma delta" epsilon)
say "${#list} ${list[1]} ${list[-1]} $list[2]"
list+=(zeta)
say "${list[2,4]}"
list[2]=()
say "${(j:,:)list}"
for item in "${list[@]}"; do
    say "<$item>"
done
say ${(o)list}
say ${(O)list}
say "${(U)list}"
say "${(L)list[1]:u}"
say ${#${(@)list:#alpha}}
say "${list[(r)gam*]} ${list[(i)zeta]} ${list[(i)none]}"
numbers=(5 3 9 1 7)
say ${(n)numbers} ${(On)numbers}
sum=0
for n in $numbers; do (( sum += n )); done
say "sum $sum"
sentence="some words in a line"
words=(${(s: :)sentence})
say "${#words}: ${(j:|:)words}"
lines=("${(@f)$(printf 'first\nsecond\nthird\n')}")
say "${#lines} $lines[2]"
repeated="a b a c b"
say ${(u)${=repeated}}
zipped=(1 2 3)
letters=(a b c)
say "${(@)zipped:^letters}"
say "${(@qq)list}"
typeset -A ages
ages=(ann 31 bob 27 "carl otto" 64)
ages[dora]=5
unset 'ages[bob]'
for key in ${(ok)ages}; do
    say "$key $ages[$key]"
done
say "${(k)ages[(r)64]} ${+ages[ann]} ${+ages[bob]}"
for key value in ${(kv)ages}; do
    (( total += value ))
done
say "total $total"
typeset -U unique
unique=(x y x z y)
say "$unique"
typeset -T SEARCH search :
search=(/a /b /c)
say "$SEARCH"
SEARCH=/x:/y
say "${search[2]} ${#search}"
matrix=()
for i in {0..2}; do
    for j in {0..2}; do
        matrix+=($(( i * j )))
    done
done
say "$matrix"
set -A built one two three
say "${built[@]:1:1} ${built[-2]}"

# ----------------------------------------------------------------------------------------------------------------------
part expansion

text="The quick brown fox"
say "${text#* } | ${text##* } | ${text% *} | ${text%% *}"
say "${text/quick/slow} ${text//o/0} ${text:u} ${text:l}"
say "${text[5,9]} ${text[-3,-1]} ${#text}"
unset none
say "${none:-default} ${none+set} ${text:+has text}"
: ${none:=assigned}
say $none
(unset gone; : ${gone:?is not there}) 2>&1 | sed 's/.*gone/gone/'
say {a,b}{1..3} {01..10..3} {z..w}
say $(( 2 ** 10 )) $(( 16#ff + 8#17 )) $(( 7 / 2 )) $(( 7 / 2. )) $(( -7 % 3 )) $(( 1 << 4 | 3 )) $(( 5 > 3 ? 10 : 20 ))
printf '%q %b %08.3f %+d %#x %s\n' 'a b' 'x\ty' 3.14159 7 255 end
say ${(l:8::0:):-42} "[${(r:6:):-ab}]"
path_of=/usr/share/doc/readme.txt.gz
say $path_of:h $path_of:t $path_of:r $path_of:e $path_of:t:r:r
IFS=: read -r one two rest <<<"a:b:c:d"
say "$one $two $rest"
read -r -u 0 -k 3 three <<<"abcdef"
say $three
touch g1.txt g2.txt g3.log .hidden
say *.txt
say g<2-3>.*
setopt extended_glob null_glob
say ^*.txt
say (g1|g3).*
say *(.) none*
say .*(D)
unsetopt null_glob
(say none*) 2>&1 | sed 's/.*no matches/no matches/'
mkdir -p deep/er/est
touch deep/er/est/file
say **/file
say *(/)
say deep/**/*(.:t)
say g*(N:r)
rm -r g1.txt g2.txt g3.log .hidden deep
case file.tar.gz in
    (*.zip) say zip ;;
    (*.tar.*) say tar ;|
    (*.gz) say gz ;;
    (*) say other ;;
esac
if [[ 2024-05-17 = (#b)(<->)-(<->)-(<->) ]]; then
    say "$match[3].$match[2].$match[1]"
fi
if [[ "some text" = (#b)(*)\ (*) ]]; then
    say "$match[2] $match[1]"
fi
[[ abc < abd && -d /tmp && ! -e /none ]] && say "conditions hold"
say ${(%):-%n} ${${(%):-%N}:t}
say ${(e):-'evaluated $(( 1 + 1 ))'}
pointer=text
say ${(P)pointer}
say ${(C):-capital letters}
say "$(echo nested $(echo deeper `echo deepest`))"

# ----------------------------------------------------------------------------------------------------------------------
part functions

factorial() {
    local n=$1
    (( n <= 1 )) && { echo 1; return }
    echo $(( n * $(factorial $(( n - 1 ))) ))
}
say $(factorial 10)
fibonacci() {
    local -i a=0 b=1 t
    repeat $1; do (( t = a + b, a = b, b = t )); done
    say $a
}
fibonacci 50
outer() {
    local shared=outer
    inner
    say "outer sees $shared"
}
inner() { shared=changed; say "inner was called by ${funcstack[2]}" }
outer
status_of() { return $1 }
status_of 42
say "status $?"
() { say "anonymous with $# arguments: $*" } one two
recursive() { (( $1 == 0 )) && return 7; recursive $(( $1 - 1 )) }
recursive 200
say "came back with $?"
optional() {
    zparseopts -D -E -A found -- a b: -long:
    say "${+found[-a]} $found[-b] $found[--long] left $*"
}
optional -a x -b value --long word y
always_runs() {
    {
        say try
        return 3
    } always {
        say "always, with $?"
    }
}
always_runs
say "returned $?"
autoload -Uz is-at-least 2>/dev/null
integer count=0
while (( count < 10 )); do
    (( count++ ))
    (( count % 2 )) && continue
    (( count > 6 )) && break
    say "count $count"
done
until (( count == 0 )); do (( count-- )); done
say $count
for (( i = 0; i < 3; i++ )); do print -n "$i "; done
print
foreach x (red green)
    say $x
end
select choice in first second; do say "chosen $choice"; break; done <<<2 2>/dev/null

# ----------------------------------------------------------------------------------------------------------------------
part here documents

name=world
cat <<END
hello $name, $(( 6 * 7 )), $(echo substituted), \$literal
END
cat <<'END'
no $name here, $(none)
END
cat <<-END
	tabs are
	removed
	END
while read -r number word; do
    say "$word=$number"
done <<END
1 one
2 two
END
tr a-z A-Z <<<"a here string"
long=$(for i in {1..3000}; do echo "line $i of a long document"; done)
wc -c <<END
$long
END

# ----------------------------------------------------------------------------------------------------------------------
part redirection

exec 3>out3
say "to three" >&3
exec 3>&-
cat out3
{ say out; say err >&2 } >both 2>&1
sort both
say appended >>both
wc -l <both | tr -d ' '
exec 5<>both
read -r -u 5 line
say "read $line"
exec 5>&-
setopt no_clobber
(say x >both) 2>&1 | sed 's/.*both/both/'
say forced >|both
unsetopt no_clobber
cat both
setopt multios
say "to many" >m1 >m2
sleep 0.2
cat m1 m2
cat <m1 <m2 | sort
say "into a pipe and a file" >m3 | tr a-z A-Z
sleep 0.2
cat m3
exec {fd}>dynamic
say "a descriptor of zsh's choice is at least 10: $(( fd >= 10 ))" >&$fd
exec {fd}>&-
cat dynamic
cat <(say process) <(say substitution)
diff =(seq 3) =(seq 2 4) | grep '^[-+][0-9]'
(cat </none) 2>&1 | sed 's/.*no such/no such/'
say "$(<out3)"
exec 6<out3
while read -r -u 6 line; do say "line $line"; done
exec 6<&-
rm -f out3 both dynamic m1 m2 m3

# ----------------------------------------------------------------------------------------------------------------------
part pipes

seq 1 100 | grep 7 | sort -rn | head -n 3 | tr '\n' ' '
print
say a | cat | cat | cat | cat | cat
false | true | false
say "$pipestatus"
setopt pipe_fail
false | true
say "pipefail $?"
unsetopt pipe_fail
yes | head -n 1000 | wc -l | tr -d ' '
seq 100000 | (read -r first; read -r second; say "$first $second")
say "$(seq 20000 | md5sum)"
total=0
seq 1000 | while read -r n; do (( total += n )); done
say "total $total"
mkfifo f1 f2
(while read -r line; do say "echo: $line"; done <f1 >f2) &
exec 6>f1 7<f2
for word in one two three; do
    say $word >&6
    read -r -u 7 answer
    say $answer
done
exec 6>&- 7<&-
wait
rm f1 f2

# ----------------------------------------------------------------------------------------------------------------------
part traps

trap 'say "got USR1"' USR1
kill -USR1 $$
trap - USR1
TRAPUSR2() { say "got signal $1, call $(( ++usr2 ))"; return 0 }
repeat 3; do kill -USR2 $$; done
unfunction TRAPUSR2
(trap 'say "bye from a subshell"' EXIT; say "in the subshell")
(trap 'say term; exit 3' TERM; kill -TERM $(sh -c 'echo $PPID'); say "not reached")
say "subshell $?"
$ZSH_BIN -fc 'trap "echo int; exit 5" INT; kill -INT $$; echo not reached'
say "child $?"
$ZSH_BIN -fc 'kill -KILL $$' 2>/dev/null
say "killed $?"
$ZSH_BIN -fc 'trap "" TERM; kill -TERM $$; echo survived'
(trap '' HUP; $ZSH_BIN -fc 'kill -HUP $$; echo "ignored signals are inherited"')
failing() { false; true }
TRAPZERR() { say "error" }
failing
unfunction TRAPZERR
cleanup() {
    trap 'say "function ends"' EXIT
    say "function runs"
}
cleanup
$ZSH_BIN -fc 'trap "echo exit trap \$?" EXIT; exit 9'
say "status $?"
$ZSH_BIN -fc 'set -e; trap "echo stopped by set -e" EXIT; false; echo not reached'
signals=0
TRAPUSR1() { (( signals++ )); return 0 }
repeat 30; do
    (kill -USR1 $$)
done
sleep 0.1
say "signals arrived: $(( signals > 0 ))"
unfunction TRAPUSR1
sleep 10 &
kill -STOP $!
sleep 0.1
kill -CONT $!
sleep 0.1
kill $!
wait $! 2>/dev/null
say "stopped, continued, ended with $?"
TRAPALRM() { say "alarm"; TMOUT=0; return 0 }
(sleep 0.2; kill -ALRM $$) &
sleep 0.5
wait
unfunction TRAPALRM

# ----------------------------------------------------------------------------------------------------------------------
part jobs

sleep 0.3 &
first=$!
sleep 0.1 &
second=$!
wait $second
say "second ended with $?"
wait $first
say "first ended with $?"
(exit 12) &
wait $!
say "a status of $?"
children=()
for i in {0..19}; do
    (sleep 0.0$(( i % 10 )); exit $i) &
    children+=($!)
done
sum=0
for pid in $children; do
    wait $pid
    (( sum += $? ))
done
say "statuses add up to $sum"
sleep 0.1 | (cat; exit 8) &
wait $!
say "a pipe in the background: $?"
sleep 5 &!
kill $!
wait 2>/dev/null
say "a job that was let go"
wait 1 2>/dev/null
say "not a child: $?"

# ----------------------------------------------------------------------------------------------------------------------
part co-processes

coproc while read -r line; do print -r -- "${line:u}"; done
upper=$!
for word in alpha beta gamma; do
    print -p $word
    read -rp answer
    say $answer
done
kill $upper
wait $upper 2>/dev/null
say "co-process ended with $?"
coproc bc
calculator=$!
for sum in '1 + 2' '2 ^ 64' 'sqrt(144)'; do
    print -p $sum
    read -rp answer
    say "$sum = $answer"
done
print -p quit
wait $calculator
say "calculator ended with $?"
coproc { sleep 0.1; print "anonymous"; exit 6 }
anonymous=$!
read -rp answer
say $answer
wait $anonymous
say "status $?"
coproc cat
catter=$!
exec 8>&p 9<&p
say "through descriptors" >&8
read -r -u 9 answer
say $answer
exec 8>&- 9<&-
kill $catter
wait $catter 2>/dev/null
say "cat ended with $?"

# ----------------------------------------------------------------------------------------------------------------------
part files

zmodload zsh/stat
mkdir -p tree/a/b tree/c
print content >tree/a/b/file
ln -s ../a/b/file tree/c/link
say **/*(@:t) **/*(.:t)
zstat -H facts tree/a/b/file
say "size $facts[size], links $facts[nlink], mode $(( [#8] facts[mode] & 8#777 ))"
[[ -L tree/c/link && -f tree/c/link ]] && say "a link to a file"
[[ tree/c/link -ef tree/a/b/file ]] && say "the same file"
chmod 000 tree/a/b/file
[[ -f tree/a/b/file ]] && zstat +mode -s tree/a/b/file
umask 077
print private >secret
zstat -s +mode secret
umask 022
(cd tree/a/b && pwd && cd ../../c && pwd && cd - >/dev/null && pwd)
pushd tree
pushd a
dirs -v | tr '\t' ' '
popd
popd
for i in {1..200}; do print "content $i" >many.$i; done
files=(many.<->(n))
say "${#files} $files[1] $files[-1]"
cat $files | md5sum
say *(.L+9[1])
rm many.<->
print -l b a c >unsorted
say ${(o)${(f)"$(<unsorted)"}}
say =ls
rm -rf tree secret unsorted
(ulimit -n 20; ulimit -n; exec {fd}</dev/null && say "still a descriptor")

# ----------------------------------------------------------------------------------------------------------------------
part programs

$ZSH_BIN -fc 'echo "$0 $# $*"' zero one two
(exec $ZSH_BIN -fc 'echo replaced')
(ARGV0=other $ZSH_BIN -fc 'echo $0')
env -i X=1 $ZSH_BIN -fc 'echo "$X"'
VAR=passed $ZSH_BIN -fc 'echo $VAR'
none_such 2>/dev/null
say "not found $?"
printf '#!/bin/zsh-static -f\necho "script $1"\n' >script
./script arg 2>/dev/null
say "not executable $?"
chmod +x script
./script arg
rm script
big=${(l:50000::x:)}
$ZSH_BIN -fc 'echo ${#1}' - $big
LONG=$big $ZSH_BIN -fc 'echo ${#LONG}'
$ZSH_BIN -fc 'exit 300'
say "status modulo 256: $?"
ulimit -s
whence -w say for cat print
builtin print builtin
eval 'say evaluated; (exit 2)'
say $?
zmodload zsh/datetime
strftime '%Y-%m-%d' 86400
(( EPOCHSECONDS > 1700000000 && EPOCHREALTIME > EPOCHSECONDS - 5 && RANDOM >= 0 )) && say "clocks run"
mkfifo ready
(sleep 0.1; print x >ready) &
exec 6<>ready
read -r -t 5 -u 6 word && say "select says: $word"
read -r -t 0 -u 6 word || say "nothing more to read"
read -r -t 1 -u 6 word || say "timed out"
exec 6>&-
wait
rm ready
zmodload zsh/sched
sched +1 'say "scheduled"; sched'
say "$(sched | wc -l | tr -d ' ') scheduled"
sched -1
typeset -i 2 binary=10
typeset -F 3 fixed=3.14159
typeset -Z 5 padded=42
typeset -r constant=1
say $binary $fixed $padded
(constant=2) 2>&1 | sed 's/.*read-only/read-only/'
print -P '%B%b%1~ %% %j'
print -rC 2 one two three four
print -l ${(s:,:):-a,b,c}
print -n "no newline"; print
print -u 2 "to standard error" 2>&1
setopt local_options ksh_arrays
say ${list[0]}
unsetopt ksh_arrays
emulate sh -c 'set -- a b c; echo "$# $1"'
alias -g LINES='| wc -l | tr -d " "'
eval 'seq 7 LINES'
hash -d work=/tmp/w
say ~work
disable -f say 2>/dev/null
enable -f say
say "$ZSH_SUBSHELL $(say $ZSH_SUBSHELL)"
time_of() { TIMEFMT='timed %J'; time (exit 0) }
time_of 2>&1 | cut -c1-5
part end
exit 0

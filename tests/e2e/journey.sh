#!/bin/bash
# journey.sh STOA FETCH TRAIN_TOOL - one whole journey on real data, then each
# daemon is taken away in turn: only its own function is down, and says so by
# name. A broker and a Redis on the default ports are somebody else's: they
# see nobody of the suite and live on.
set -Eeuo pipefail
fetch=$2
tool=$3
here=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
export STOA_HOME=$work/home
passed=0
failed=0
others=()

# A copy of the programs: one that is not there does not come back.
mkdir "$work/bin" "$work/away"
cp "$1" "$(dirname "$1")"/stoa-* "$work/bin/"
stoa=$work/bin/stoa

ended() {
	"$stoa" down >/dev/null 2>&1 || true
	[ ${#others[@]} = 0 ] || kill "${others[@]}" 2>/dev/null || true
	[ ${#others[@]} = 0 ] || wait "${others[@]}" 2>/dev/null || true
	rm -rf "$work"
}
trap ended EXIT
trap 'echo "FAIL line $LINENO: $BASH_COMMAND" >&2' ERR

ok() { passed=$((passed + 1)); echo "ok   $1"; }
no() { failed=$((failed + 1)); echo "FAIL $1: $2"; }
is_open() { (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
until_true() { # seconds, command...
	local deadline=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -lt $deadline ] || return 1
		sleep 0.05
	done
}

says() { # what, how the words look, program...
	local what=$1 want=$2 out
	shift 2
	# shellcheck disable=SC2053 # a pattern
	out=$("$@" 2>&1) && [[ $out == $want ]] && ok "$what" || no "$what" "$out"
}
answers() { # what, command
	local out
	out=$("$stoa" run "$2" 2>&1) && ok "$1: $2 answers" || no "$1: $2" "$out"
}
names() { # who is missing, command
	local out
	out=$("$stoa" run "$2" 2>&1) && { no "without $1: $2 succeeded" "$out"; return; }
	case $out in
	*"$1 does not answer now"*) ok "without $1: $2 names it" ;;
	*) no "without $1: $2 does not name it" "$out" ;;
	esac
}

# ---- other people's broker and Redis ----------------------------------------
if is_open 4222 || is_open 6379; then
	echo 'note: the default ports are taken already; nothing of ours is put there'
else
	nats-server -a 127.0.0.1 -p 4222 -m 18222 >"$work/other-nats.log" 2>&1 &
	others+=($!)
	redis-server --bind 127.0.0.1 --port 6379 --save '' --dir "$work" \
		>"$work/other-redis.log" 2>&1 &
	others+=($!)
	until_true 10 is_open 4222
	until_true 10 is_open 6379
	redis-cli set others kept >/dev/null
fi
# How many have ever connected to each; asking Redis is one connection.
seen_nats() {
	curl -s http://127.0.0.1:18222/varz | grep -o '"total_connections": [0-9]*'
}
seen_redis() {
	printf 'info stats\nget others\ndbsize\n' | redis-cli |
		awk -F: -v less="$1" '/total_connections_received/ { print $2 - less }
			NF == 1 && !/^#/ { print }'
}
if [ ${#others[@]} != 0 ]; then
	before="$(seen_nats) $(seen_redis 0)"
	case $before in
	*total_connections*[0-9]*kept*) ;;
	*) no 'the other broker and Redis' "cannot be asked: $before" ;;
	esac
fi

# ---- the journey ------------------------------------------------------------
"$stoa" up --detach --bot-rate-factor 1000 >"$work/up.txt" ||
	{ cat "$work/up.txt"; exit 1; }
upload=$("$stoa" run --json "/upload file:$here/docs/samples/clinc150 name:clinc150" 2>&1) ||
	{ no upload "$upload"; exit 1; }
cid=$(grep -o 'bafy[a-z2-7]*' <<<"$upload" | head -1) ||
	{ no upload "$upload"; exit 1; }
ok "uploaded $cid"
card=$("$stoa" run --json "/train dataset:$cid parameters:{\"epochs\": 3} name:intents" 2>&1) ||
	{ no train "$card"; exit 1; }
model=$(grep -o 'm_[a-z2-7]\{10\}' <<<"$card" | head -1) ||
	{ no train "$card"; exit 1; }
job=$(grep -o 'j_[a-z2-7]\{10\}' <<<"$card" | head -1) ||
	{ no train "$card"; exit 1; }
ok "trained $model in $job"
question="/ask model:$model question:\"how do I say thank you in japanese\""
says 'the answer is translate' '*translate*' "$stoa" run "$question"

# Where it comes from, offline: signature, files, job and data set.
about=$("$stoa" run --json "/model id:$model" 2>&1) ||
	{ no "/model id:$model" "$about"; exit 1; }
content=$(grep -o '"Content","value":"[^"]*' <<<"$about" | cut -d'"' -f6) ||
	{ no "/model id:$model" "$about"; exit 1; }
"$fetch" "$STOA_HOME" "$content" "$work/model" && ok "fetched $content" ||
	{ no fetch "$content"; exit 1; }
says 'its provenance names the job and the data set' "*$job*$cid*" \
	"$tool" verify "$work/model"
printf x >>"$work/model/model.safetensors"
claim=$("$tool" verify "$work/model" 2>&1) &&
	no provenance 'a changed model is taken for genuine' ||
	{ [[ $claim == *'another SHA-256 is claimed'* ]] &&
		ok 'one byte more, and the provenance is refused' || no provenance "$claim"; }

# ---- without one of them ----------------------------------------------------
row() { "$stoa" status | awk -v n="$1" '$1 == n { print $3 }'; }
is_state() { [ "$(row "$1")" = "$2" ]; }
pid_of() { "$stoa" status | awk -v n="$1" '$1 == n { print $2 }'; }
take_away() {
	mv "$work/bin/stoa-$1" "$work/away/"
	kill -9 "$(pid_of "$1")"
	until_true 10 is_state "$1" down
}
bring_back() {
	mv "$work/away/stoa-$1" "$work/bin/"
	until_true 20 is_state "$1" ready && ok "$1 is back by itself" ||
		no "$1 is not back" "$(row "$1")"
}

take_away accounts
answers 'without accounts' /help
answers 'without accounts' /models
answers 'without accounts' "$question"
names accounts /balance
bring_back accounts
answers 'with accounts' /balance

take_away training
answers 'without training' /help
answers 'without training' /balance
names training /models
bring_back training
answers 'with training' /models

take_away storage
answers 'without storage' /balance
answers 'without storage' /models
names storage "$question"
bring_back storage
answers 'with storage' "$question"

printf 'text,label\nlights on,lights\nlights off,lights\nplay it,music\nstop it,music\n' \
	>"$work/small.csv"
take_away worker
answers 'without the worker' /balance
answers 'without the worker' /models
answers 'without the worker' "/upload file:$work/small.csv name:small"
names worker "$question"
bring_back worker
answers 'with the worker' "$question"

# Without the bot nobody can make a card; the command waits, and is answered.
take_away bot
status=$("$stoa" run --json /balance >"$work/waited" 2>&1 & echo $!)
"$stoa" doctor >"$work/doctor" 2>&1 &&
	no 'without the bot' 'doctor finds nothing wrong' ||
	{ grep -q bot "$work/doctor" && ok "without the bot: doctor names it" ||
		no 'without the bot' "$(cat "$work/doctor")"; }
[ -s "$work/waited" ] && no 'without the bot' "an answer: $(cat "$work/waited")" ||
	ok 'without the bot: the command waits'
bring_back bot
answered() { ! kill -0 "$status" 2>/dev/null; }
until_true 30 answered && grep -q '"severity":"info"' "$work/waited" &&
	ok 'and is answered when it is back' || no 'what waited' "$(cat "$work/waited")"

"$stoa" verify >"$work/verify" && ok 'every record verifies' ||
	no verify "$(cat "$work/verify")"

# ---- what the others saw ----------------------------------------------------
if [ ${#others[@]} != 0 ]; then
	after="$(seen_nats) $(seen_redis 1)"
	[ "$before" = "$after" ] && kill -0 "${others[@]}" &&
		ok 'the other broker and Redis saw nobody' ||
		no 'the other broker and Redis' "before $before, after $after"
	"$stoa" down >/dev/null
	kill -0 "${others[@]}" && is_open 4222 && is_open 6379 &&
		ok 'and go on after the suite has stopped' ||
		no 'the other broker and Redis' 'stopped with the suite'
fi
echo "$passed passed, $failed failed"
[ $failed = 0 ]

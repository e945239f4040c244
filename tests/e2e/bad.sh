#!/bin/bash
# bad.sh STOA - bad input through the chat: each answer names the field, the
# limit and the fix; nothing is lost, nobody else is affected.
set -euo pipefail
stoa=$1
work=$(mktemp -d)
export STOA_HOME=$work/home
passed=0
failed=0
trap '"$stoa" down >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
"$stoa" up --detach --bot-rate-factor 1000 >"$work/up.txt" || { cat "$work/up.txt"; exit 1; }

# command, then what the answer must say (all of them)
expect() {
	local line=$1 out
	shift
	out=$("$stoa" run "$line" 2>&1) && {
		failed=$((failed + 1))
		echo "FAIL $line: succeeded: $out"
		return
	}
	for want in "$@"; do
		if ! printf '%s' "$out" | tr '\n' ' ' | tr -s ' ' | grep -qiF -- "$want"; then
			failed=$((failed + 1))
			echo "FAIL $line"
			echo "     does not say \"$want\": $out"
			return
		fi
	done
	passed=$((passed + 1))
	echo "ok   $line" | cut -c1-100
}

cid() { "$stoa" run --json "/upload file:$1" | grep -o 'baf[ky][a-z2-7]*' | head -1; }
{
	echo text,label
	for i in $(seq 20); do
		printf 'hello number %s,greet\ngood bye %s,leave\n' "$i" "$i"
	done
} >"$work/good.csv"
printf 'text,label\nhello,greet\nbye\n' >"$work/ragged.csv"
printf 'text,label\nhello,same\nbye,same\n' >"$work/one.csv"
printf 'a,b\n1,2\n' >"$work/columns.csv"
good=$(cid "$work/good.csv")
ragged=$(cid "$work/ragged.csv")
one=$(cid "$work/one.csv")
columns=$(cid "$work/columns.csv")
other=bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4

# What the parser and the validator see.
expect '/trian dataset:x' 'there is no command' '/train'
expect '/train' 'dataset'
expect "/train dataset:notacid" 'dataset' 'CID'
expect "/train dataset:$good datset:x" 'datset' 'dataset'
expect "/train dataset:$good parameters:{\"epochs\": }" 'parameters'
expect "/train dataset:$good parameters:{\"epochs\": 1" 'parameters'
expect "/train dataset:$good max_spend:lots" 'max_spend'
expect "/transfer to:u_aaaaaaaaaa amount:-1" 'amount'
expect "/transfer to:u_aaaaaaaaaa amount:0.0000001" 'amount'
expect "/transfer to:u_aaaaaaaaaa amount:1e9" 'amount'

# What the domains refuse.
expect "/train dataset:$other" 'data' 'upload'
expect "/train dataset:$good parameters:{\"epochs\": -1}" 'epochs' '1000'
expect "/train dataset:$good parameters:{\"epochs\": 1000000000}" 'epochs' '1000'
expect "/train dataset:$good parameters:{\"learning_rate\": NaN}" 'parameters'
expect "/train dataset:$good parameters:{\"epohcs\": 3}" 'epohcs' 'epochs'
expect "/train dataset:$good recipe:text-clasifier" 'recipe' 'text-classifier'
expect "/train dataset:$good max_spend:0.000001" 'max_spend' '0.01'
expect "/train dataset:$good max_spend:1000000" '100 Joy' '1000000 Joy'
expect '/job id:j_aaaaaaaaaa' 'j_aaaaaaaaaa'
expect '/cancel job:j_aaaaaaaaaa' 'j_aaaaaaaaaa'
expect '/model id:m_aaaaaaaaaa' 'm_aaaaaaaaaa'
expect '/ask model:m_aaaaaaaaaa question:"hello"' 'm_aaaaaaaaaa'
expect "/transfer to:u_aaaaaaaaaa amount:1" 'u_aaaaaaaaaa'

# What only the worker can see: the job ends for a named reason.
expect "/train dataset:$ragged" 'line 3' 'column'
expect "/train dataset:$one" 'label'
expect "/train dataset:$columns" 'column'

# Too large: the answer says how large it may be.
long=$(head -c 9000 /dev/zero | tr '\0' x)
expect "/ask model:m_aaaaaaaaaa question:\"$long\"" '8'

truncate -s 300M "$work/huge.csv"
expect "/upload file:$work/huge.csv" 'huge.csv' '268435456'
[ "$(du -sm "$STOA_HOME/storage" | cut -f1)" -lt 50 ] && passed=$((passed + 1)) ||
	{ failed=$((failed + 1)); echo "FAIL the refused upload was stored"; }

# And the suite is none the worse.
"$stoa" run "/train dataset:$good parameters:{\"epochs\": 2} name:fine" >"$work/out" 2>&1 &&
	passed=$((passed + 1)) ||
	{ failed=$((failed + 1)); echo "FAIL a good job afterwards: $(cat "$work/out")"; }
"$stoa" status >"$work/out" && awk 'NR > 1 && $4 != 0 { exit 1 }' "$work/out" &&
	passed=$((passed + 1)) ||
	{ failed=$((failed + 1)); echo "FAIL something was restarted: $(cat "$work/out")"; }
"$stoa" down --help >"$work/out" && "$stoa" status >"$work/out" && passed=$((passed + 1)) ||
	{ failed=$((failed + 1)); echo "FAIL asking for help stopped the suite"; }
"$stoa" verify >"$work/out" && passed=$((passed + 1)) ||
	{ failed=$((failed + 1)); cat "$work/out"; }

# A lost key of sealed data is not quietly replaced.
"$stoa" down >/dev/null
mv "$STOA_HOME/keys/storage-owner.secret" "$work/owner"
! "$stoa" up --detach >"$work/out" 2>&1 &&
	grep -q 'storage-owner.secret is missing.*backup' "$work/out" && passed=$((passed + 1)) ||
	{ failed=$((failed + 1)); echo "FAIL a lost key: $(cat "$work/out")"; }

# The broker hangs and the supervisor is killed: never two brokers on a store.
mv "$work/owner" "$STOA_HOME/keys/storage-owner.secret"
"$stoa" up --detach >"$work/out"
broker=$(awk '$1 == "nats" { print $2 }' "$STOA_HOME/run/pids")
kill -STOP "$broker"
kill -9 "$(cat "$STOA_HOME/run/up.pid")"
is_gone() { [ ! -e "/proc/$1" ] || grep -q '^State:	Z' "/proc/$1/status"; }
"$stoa" up --detach >"$work/out" 2>&1 && is_gone "$broker" &&
	passed=$((passed + 1)) ||
	{ failed=$((failed + 1)); echo "FAIL a hung broker: $(cat "$work/out")"; }
echo "$passed passed, $failed failed"
[ $failed = 0 ]

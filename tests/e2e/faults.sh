#!/bin/bash
# faults.sh STOA LEDGER - journal faults on the real broker. Each case breaks
# something while the suite is stopped (or kills it), starts again, and
# demands: repaired, or refused with a clear message; never silent.
set -euo pipefail
stoa=$1
ledger=$2
work=$(mktemp -d)
home=$work/home
c=c_faultsaaaa
passed=0
failed=0
trap '"$stoa" down --home "$home" >/dev/null 2>&1 || true; rm -rf "$work"' EXIT

up() { "$stoa" up --detach --home "$home" --workers 0 "$@" >"$work/up.txt" 2>&1 ||
	{ cat "$work/up.txt" "$home"/logs/*.log | tail -40; return 1; }; }
down() { "$stoa" down --home "$home" >/dev/null; }
head_of() { "$ledger" "$home" head $c; }
ok() { passed=$((passed + 1)); echo "ok   $1"; }
no() {
	failed=$((failed + 1))
	echo "FAIL $1: $2"
	[ ! -f "$home/logs/accounts.log" ] || tail -5 "$home/logs/accounts.log"
}
expect() { # what, wanted head
	local have
	have=$(head_of) && [ "$have" = "$2" ] && ok "$1" ||
		no "$1" "head '$have', wanted '$2'"
}
copy=$home/journal/accounts-0.copy
block() { find "$home/nats" -path '*journal-accounts*' -name '*.blk' | sort | head -1; }
flip() { # file, offset
	local byte
	byte=$(od -An -tu1 -j "$2" -N1 "$1" | tr -d ' ')
	printf "\\x$(printf %02x $((byte ^ 64)))" |
		dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
# The child's present pid: it is written down a moment after it starts.
kill9() {
	local pid
	for _ in $(seq 50); do
		pid=$(awk -v n="$1" '$1 == n { print $2 }' "$home/run/pids")
		if [ -n "$pid" ] && [ "$pid" != 0 ] && kill -9 "$pid" 2>/dev/null; then
			return 0
		fi
		sleep 0.05
	done
	return 1
}
fresh() { down; rm -rf "$home"; up "$@"; "$ledger" "$home" open $c; }

up
"$ledger" "$home" open $c
"$ledger" "$home" move $c one 500 >/dev/null
want=$(head_of)

# The same commands again: the first answers again, nothing happens twice.
"$ledger" "$home" move $c one 500 >/dev/null
expect 'the same command ids change nothing' "$want"

# 1. Bytes of the copy flipped: head, middle, end; cut anywhere.
size=$(stat -c %s "$copy")
for at in 5 40 $((size / 3)) $((size / 2)) $((size - 10)); do
	down
	flip "$copy" "$at"
	up
	expect "a byte of the copy flipped at $at of $size" "$want"
done
for at in 0 7 $((size / 2)) $((size - 1)); do
	down
	truncate -s "$at" "$copy"
	up
	expect "the copy cut at $at of $size" "$want"
done

# 2. The stopped broker's block file loses its tail: refilled from the copy.
for part in 2 10; do
	down
	blk=$(block)
	bsize=$(stat -c %s "$blk")
	truncate -s $((bsize - bsize / part)) "$blk"
	find "$home/nats" -path '*journal-accounts*' -name 'index.db' -delete
	up
	for i in $(seq 100); do
		[ "$(head_of)" = "$want" ] && break
		sleep 0.1
	done
	expect "the broker's block cut by 1/$part" "$want"
	"$ledger" "$home" move $c "after$part" 50 >/dev/null
	want=$(head_of)
done

# 3. The block flipped in the middle: the broker may cut all that follows.
down
blk=$(block)
flip "$blk" $(($(stat -c %s "$blk") / 2))
find "$home/nats" -path '*journal-accounts*' -name 'index.db' -delete
up
for i in $(seq 100); do
	[ "$(head_of)" = "$want" ] && break
	sleep 0.1
done
have=$(head_of)
case $have in
"$want") ok 'the block flipped in the middle: repaired' ;;
*frozen*) ok "the block flipped in the middle: refused by name ($have)" ;;
*) no 'the block flipped in the middle' "$have" ;;
esac

# 4. Killed in the middle of writing, many times: nothing answered is lost.
fresh
for i in 1 2 3 4 5; do
	"$ledger" "$home" move $c "kill$i" 400 >"$work/out" &
	mover=$!
	sleep 0.15
	kill9 accounts
	wait $mover || no "kill $i" "$(cat "$work/out")"
done
"$ledger" "$home" audit $c >"$work/audit" && ok "five kills: $(cat "$work/audit")" ||
	no 'five kills' "$(cat "$work/audit")"

# 5. The broker killed while commands are under way.
for i in 1 2 3; do
	"$ledger" "$home" move $c "broker$i" 400 >"$work/out" &
	mover=$!
	sleep 0.15
	kill9 nats
	wait $mover || no "broker kill $i" "$(cat "$work/out")"
	sleep 0.4 # the supervisor writes down who runs
done
"$ledger" "$home" audit $c >"$work/audit" && ok "three kills of the broker: $(cat "$work/audit")" ||
	no 'three kills of the broker' "$(cat "$work/audit")"
want=$(head_of)

# 6. A replica whose copy is gone learns everything from the stream.
down
rm "$copy"
up
expect 'the copy deleted' "$want"

# 7. Two replicas; one is behind when the broker loses its tail.
fresh --accounts-replicas 2
"$ledger" "$home" move $c two 300 >/dev/null
want=$(head_of)
down
blk=$(block)
truncate -s $(($(stat -c %s "$blk") / 2)) "$blk"
find "$home/nats" -path '*journal-accounts*' -name 'index.db' -delete
truncate -s $(($(stat -c %s "$copy") / 2)) "$copy"
up --accounts-replicas 2
for i in $(seq 100); do
	[ "$(head_of)" = "$want" ] && break
	sleep 0.1
done
expect 'a tail lost with the longer copy on the other replica' "$want"

# 8. The recipe of docs/repair.md: a new stream generation from one copy.
down
rm -rf "$home/nats"
rm -f "$home/journal/accounts-1.copy"
up
for i in $(seq 100); do
	[ "$(head_of)" = "$want" ] && break
	sleep 0.1
done
expect 'a new stream generation from one copy' "$want"
"$stoa" verify --home "$home" >"$work/verify" && ok 'and it verifies' ||
	no 'verify' "$(cat "$work/verify")"

# 9. A forged actor: the worker's credential may not even publish it.
if "$ledger" "$home" forge $c >"$work/forge" 2>&1; then
	no 'a forged actor' "$(cat "$work/forge")"
else
	grep -q 'Permissions Violation' "$work/forge" &&
		ok 'a forged actor is refused by the broker' ||
		no 'a forged actor' "$(cat "$work/forge")"
fi
expect 'and nothing was written' "$want"

# 10. Records that do not link freeze their community by name, others go on.
poison() { # kind, what the alarm says
	fresh
	"$ledger" "$home" move $c base 20 >/dev/null
	"$ledger" "$home" open c_othersaaaa
	"$ledger" "$home" poison $c "$1"
	local have
	have=$(head_of) && [[ $have == *frozen*"$2"* ]] &&
		ok "a $1 freezes by name: ${have#* * }" || no "a $1" "$have"
	"$ledger" "$home" move $c late 1 >/dev/null 2>"$work/late" &&
		no "a $1" 'a frozen community took a command' ||
		{ grep -q 'move: FROZEN' "$work/late" &&
			ok "commands to it are refused: $(head -1 "$work/late")" ||
			no "a $1" "$(cat "$work/late")"; }
	"$ledger" "$home" move c_othersaaaa fine 20 >/dev/null &&
		ok 'other communities go on' || no "a $1" 'others stopped'
}
poison fork fork
poison gap gap

# 11. An event of the future: the replica stops rather than guess.
fresh
"$ledger" "$home" move $c base 20 >/dev/null
"$ledger" "$home" poison $c unknown
for i in $(seq 50); do
	grep -q 'an event that this build does not know' "$home/logs/accounts.log" && break
	sleep 0.1
done
grep -q 'an event that this build does not know' "$home/logs/accounts.log" &&
	ok 'an event of the future stops the replica by name' ||
	no 'an event of the future' 'no alarm'

# 12. The disk is full: the process ends with a clear message, and when there
# is room again everything that was answered is there.
down
rm -rf "$home"
up
"$ledger" "$home" open $c
"$ledger" "$home" move $c before 50 >/dev/null
want=$(head_of)
pid=$(awk '$1 == "accounts" { print $2 }' "$home/run/pids")
prlimit --pid "$pid" --fsize="$(stat -c %s "$copy")"
"$ledger" "$home" move $c full 1 >/dev/null || no 'a full disk' 'the command was lost'
grep -q 'copy_write_failed' "$home/logs/accounts.log" &&
	ok "a full disk: $(grep -o '"msg":"[^"]*' "$home/logs/accounts.log" | grep 'free some' | head -1 | cut -c8-120)" ||
	no 'a full disk' 'no message'
"$ledger" "$home" audit $c >/dev/null && ok 'and after the restart the command was done once' ||
	no 'a full disk' 'audit'

echo "$passed passed, $failed failed"
[ $failed = 0 ]

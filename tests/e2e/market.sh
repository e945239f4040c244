#!/bin/bash
# market.sh STOA TERMINAL - a model's way to the market and through it, at the
# terminals of four members: trained, approved by a vote, listed by itself,
# bought while the marketplace is killed, leased, asked, refused when the lease
# is over; every balance exact to the micro-Joy. Days of votes pass in a second:
# --governance-pace.
set -Eeuo pipefail
terminal=$2
work=$(mktemp -d)
export STOA_HOME=$work/home
stoa=$1
passed=0
failed=0
ended() {
	"$stoa" down >/dev/null 2>&1 || true
	rm -rf "$work"
}
trap ended EXIT
trap 'echo "FAIL line $LINENO: $BASH_COMMAND" >&2' ERR

ok() { passed=$((passed + 1)); echo "ok   $1"; }
no() { failed=$((failed + 1)); echo "FAIL $1: $2"; }
# A member is the terminal's user of that name; eve has the suite's own.
user() { echo "t_$1aaaaaaaaaa" | cut -c1-12; }
says() {
	if [ "$1" = eve ]; then "$stoa" run "$2"; else
		"$terminal" "$STOA_HOME" say "$(user "$1")" "$2"
	fi
}
wants() { # what, part of the answer, member, line
	local out
	out=$(says "$3" "$4" 2>&1) || true
	case $out in
	*"$2"*) ok "$1" ;;
	*) no "$1" "$out" ;;
	esac
}
waits() { # what, part, member, line: asked until it says so
	local out deadline=$((SECONDS + 15))
	while :; do
		out=$(says "$3" "$4" 2>&1) || true
		case $out in *"$2"*) ok "$1"; return ;; esac
		[ $SECONDS -lt $deadline ] || { no "$1" "$out"; return; }
		sleep 0.1
	done
}
owns() { # member, Joy: no more and no less
	local out deadline=$((SECONDS + 15))
	while :; do
		out=$(says "$1" /balance 2>&1) || true
		if grep -Eq "^ *Joy:? +$2 Joy" <<<"$out"; then
			ok "$1 has $2 Joy"
			return
		fi
		[ $SECONDS -lt $deadline ] || { no "$1 has $2 Joy" "$out"; return; }
		sleep 0.1
	done
}

# ---- members, Joy, a model ----------------------------------------------------
"$stoa" up --detach --bot-rate-factor 1000 --governance-pace 100000 \
	>"$work/up.txt" || { cat "$work/up.txt"; exit 1; }
declare -A id
for who in ada bob cyd dan; do
	id[$who]=$(says "$who" /balance | grep -o 'u_[a-z2-7]\{10\}' | head -1)
done
{
	echo 'text,label'
	for i in $(seq 100); do
		echo "please turn the lights on in room $i,lights"
		echo "play the song number $i again,music"
	done
} >"$work/small.csv"
cid=$("$stoa" run --json "/upload file:$work/small.csv name:small" |
	grep -o 'baf[a-z2-7]\{40,\}' | head -1) || true
model=$(says ada "/train dataset:$cid parameters:{\"epochs\":2} name:small" |
	grep -o 'm_[a-z2-7]\{10\}' | head -1) || true
[ -n "$model" ] && ok "ada trained $model on data of eve's" || no train 'no model'
community=$("$stoa" verify --verbose | grep -o 'c_[a-z2-7]\{10\}' | head -1)
issue() { "$terminal" "$STOA_HOME" issue "$community" "${id[ada]}" "${id[$1]}" "$2"; }
issue bob 200000000
issue cyd 10000000
issue dan 1000000
ask="/ask model:$model question:\"play the song number 7 again\""
wants 'what nobody has approved its community may ask' music cyd "$ask"
wants 'but not sell' 'is not on the market' ada "/list model_id:$model price:100"
wants 'nor buy' 'is not on the market' bob "/buy model_id:$model"

# ---- by a vote onto the market ------------------------------------------------
out=$(says ada "/propose type:MODEL_APPROVAL title:\"Use small\" description:\"It is good.\" action:\"approve $model price 100\"") || true
n=$(grep -o '^#[0-9]*' <<<"$out" | head -1)
waits 'the proposal is open' 'open for votes' ada "/proposal $n"
for who in ada bob cyd; do says "$who" "/vote id:$n choice:for" >/dev/null; done
waits 'it passed, waited for its timelock, and was carried out' 'It was carried out' dan "/why $n"
waits 'the model is listed by itself' '100 Joy' dan /market
"$terminal" "$STOA_HOME" card "$(user ada)" "$model-listed" | grep -q 'New on the market' &&
	ok 'and that was told where it was proposed' || no 'the notice' none
wants 'the owner may ask it' music ada "$ask"
wants 'nobody else may any more, and is told what it costs' 'the model 100 Joy' cyd "$ask"

# ---- what cannot be -----------------------------------------------------------
wants 'a price of nothing' 'price' ada "/list model_id:$model price:0"
wants 'a negative one' 'price' ada "/list model_id:$model price:-5"
wants 'too many decimals' 'six decimals' ada "/list model_id:$model price:1.1234567"
wants 'more than there can be' 'price' ada "/list model_id:$model price:99999999999999999999"
wants 'a model that is none' 'm_aaaaaaaaaa' bob '/buy model_id:m_aaaaaaaaaa'
wants 'a job for a model' 'model' bob '/buy model_id:j_aaaaaaaaaa'
wants 'one'"'"'s own model' 'is your own' ada "/buy model_id:$model"
wants 'somebody else'"'"'s to sell' "belongs to ${id[ada]}" bob "/list model_id:$model price:1"
wants 'a model that is not for lease' 'not offered for lease' cyd "/lease model_id:$model duration:1h"
wants 'more than one has' 'less than 100 Joy' cyd "/buy model_id:$model confirm:100"
owns cyd 10

# ---- bought, while the marketplace dies ---------------------------------------
wants 'what it costs is shown first' 'You pay: 100 Joy' bob "/buy model_id:$model"
wants 'and who gets how much' '5 Joy' bob "/buy model_id:$model"
wants 'an old price is shown again, not taken' 'Nothing has happened yet' bob "/buy model_id:$model confirm:99"
owns bob 200
says bob "/buy model_id:$model confirm:100" >"$work/buy" 2>&1 &
buying=$!
sleep 0.01
kill -9 "$(awk '$1 == "marketplace" { print $2 }' "$STOA_HOME/run/pids")"
wait $buying || true
grep -q 'small is yours' "$work/buy" && ok 'bob bought it though the marketplace was killed' ||
	no 'the purchase' "$(cat "$work/buy")"
owns bob 100
owns eve 2.5
wants 'who made it was paid for that, too' 'Models sold: 90 Joy' ada /earnings
wants 'in two sums' 'As who trained them: 5 Joy' ada /earnings
wants 'the seller may not ask it any more' "belongs to ${id[bob]}" ada "$ask"
wants 'its old price is gone' 'not offered for sale' cyd "/buy model_id:$model"

# ---- leased from the buyer ----------------------------------------------------
wants 'bob lets it for lease' '3.6 Joy an hour' bob "/list model_id:$model rent:3.6 question:0.25 licence:CC-BY-4.0"
wants 'a lease of 100 years' 'up to 365d' cyd "/lease model_id:$model duration:36500d"
wants 'a lease of no time' 'duration' cyd "/lease model_id:$model duration:0"
wants 'four seconds cost' '0.004 Joy' cyd "/lease model_id:$model duration:4s"
wants 'cyd leases it' 'You lease small' cyd "/lease model_id:$model duration:4s confirm:0.004"
leased=$SECONDS
wants 'and asks it' music cyd "$ask"
wants 'the lease is listed' 'runs' cyd /leases
wants 'nobody else may' 'an hour costs 3.6 Joy' dan "$ask"
wants 'its owner cannot end it' 'is up to' bob "/return id:$(says cyd /leases | grep -o 'd_[a-z2-7]\{10\}' | head -1) confirm:true"
while [ $((SECONDS - leased)) -lt 5 ]; do sleep 0.1; done
wants 'when it is over nobody needs to say so' 'you do not lease it' cyd "$ask"
owns cyd 9.996
waits 'bob was paid for it' 'Leases: 0.0036 Joy' bob /earnings
owns bob 100.0036
owns eve 2.5001

# ---- by question --------------------------------------------------------------
wants 'three questions cost' '0.75 Joy' cyd "/lease model_id:$model questions:3"
wants 'cyd leases three' 'You lease small' cyd "/lease model_id:$model questions:3 confirm:0.75"
wants 'asks one' music cyd "$ask"
deal=$(says cyd /leases | grep -o 'd_[a-z2-7]\{10\}' | head -1)
wants 'what returning it means is shown' '1 of 3' cyd "/return id:$deal"
wants 'two come back' 'Came back: 0.5 Joy' cyd "/return id:$deal confirm:true"
owns cyd 9.746

# ---- an offer -----------------------------------------------------------------
wants 'dan offers' 'waits' dan "/offer model_id:$model price:0.5 confirm:0.5"
owns dan '0.5 Joy, and 0.5'
deal=$(says bob /offers | grep -o 'd_[a-z2-7]\{10\}' | head -1)
wants 'bob is asked whether he is sure' 'Nothing has happened yet' bob "/offers id:$deal answer:accept"
wants 'and shown to the micro-Joy who would get what' '0.0125 Joy' bob "/offers id:$deal answer:accept"
wants 'bob accepts' 'was accepted' bob "/offers id:$deal answer:accept confirm:true"
owns dan 0.5
wants 'dan may ask it' music dan "$ask"
wants 'dan is its owner' 'On the market' dan "/list model_id:$model price:7"
waits 'and lists it' '7 Joy' cyd /market

# ---- off the market, by a vote ------------------------------------------------
out=$(says ada "/propose type:ETHICS title:\"Not this one\" description:\"It leaks.\" action:\"takedown $model\"") || true
n=$(grep -o '^#[0-9]*' <<<"$out" | head -1)
says bob "/sponsor $n" >/dev/null || true
waits 'a takedown is proposed' 'open for votes' ada "/proposal $n"
for who in ada bob cyd; do says "$who" "/vote id:$n choice:for" >/dev/null; done
waits 'it passed and was carried out' 'It was carried out' dan "/why $n"
wants 'a withdrawn model cannot be asked, not even by its owner' 'taken off the market' dan "$ask"
wants 'nor bought' 'taken off the market' cyd "/buy model_id:$model"

"$stoa" verify >"$work/verify" && ok 'every record verifies' || no verify "$(cat "$work/verify")"
echo "$passed passed, $failed failed"
[ $failed = 0 ]

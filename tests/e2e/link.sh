#!/bin/bash
# link.sh STOA TERMINAL - one person with two terminals: a code here, typed
# there, answered here; then money, jobs and votes are one, and stay one when
# one of them leaves again.
set -Eeuo pipefail
. "${0%/*}/members.sh" "$1" "$2"

member() { says "$1" /whoami | grep -o 'u_[a-z2-7]\{10\}' | head -1; }

"$stoa" up --detach --bot-rate-factor 1000 >"$work/up.txt" ||
	{ cat "$work/up.txt"; exit 1; }
declare -A id
for who in ada bob cyd; do
	id[$who]=$(member $who)
done
[ -n "${id[cyd]}" ] && [ "${id[ada]}" != "${id[bob]}" ] && ok 'three members' || no members "${id[*]}"
community=$("$stoa" verify --verbose | grep -o 'c_[a-z2-7]\{10\}' | head -1)
"$terminal" "$STOA_HOME" issue "$community" "${id[ada]}" "${id[ada]}" 3000000
"$terminal" "$STOA_HOME" issue "$community" "${id[ada]}" "${id[bob]}" 4000000
{
	echo 'text,label'
	for i in $(seq 40); do
		echo "please turn the lights on in room $i,lights"
		echo "play the song number $i again,music"
	done
} >"$work/small.csv"
cid=$("$stoa" run --json "/upload file:$work/small.csv name:small" |
	grep -o 'baf[a-z2-7]\{40,\}' | head -1)
says bob "/train dataset:$cid parameters:{\"epochs\":2} name:small" >"$work/job"
job=$(says bob '/jobs mine:true' | grep -o 'j_[a-z2-7]\{10\}' | head -1)
[ -n "$job" ] && ok 'bob has trained a model' || no 'a job of bob' "$(cat "$work/job")"
says cyd '/propose type:FEATURE_REQUEST title:"One" description:"Which"' >/dev/null
waits 'a vote is open' 'open for votes' ada '/proposal #1'
wants 'ada votes' 'Receipt: record ' ada '/vote id:1 choice:for'
wants 'bob votes' 'Receipt: record ' bob '/vote id:1 choice:against'
wants 'that is two ballots' '2 ballots' cyd '/why #1'

# ---- the code ----------------------------------------------------------------
says ada /link >"$work/code"
code=$(grep -o '[0-9a-hj-km-np-tv-z]\{5\}-[0-9a-hj-km-np-tv-z]\{5\}' "$work/code" | head -1)
[ -n "$code" ] && ok 'ada is shown a code' || no 'a code' "$(cat "$work/code")"
grep -q 'Give this code to nobody' "$work/code" && ok 'with a warning' || no 'a warning' "$(cat "$work/code")"
wants 'who types it is warned, too' 'somebody gave you this code' bob "/link code:$code"
wants 'another code is none' 'no code like this holds now' bob '/link code:00000-00000 confirm:yes'
wants 'the code is claimed' 'Nothing has changed yet' bob "/link code:${code^^} confirm:yes"
wants 'it is used up' 'no code like this holds now' cyd "/link code:$code confirm:yes"
wants 'nobody is linked so far' "${id[bob]}" bob /whoami
wants 'ada is asked' "Member: ${id[bob]}" ada /link
wants 'and answers for nobody else' 'nobody waits for that answer' ada "/link confirm:${id[cyd]}"
wants 'then says yes' "Both accounts are ${id[ada]}" ada "/link confirm:${id[bob]}"
if grep -rqi "$code" "$STOA_HOME"/logs; then
	no 'the code' 'stands in a log'
else
	ok 'the code is in no log'
fi

# ---- one person --------------------------------------------------------------
wants 'bob is ada' "Member: ${id[ada]}" bob /whoami
wants 'with two accounts' '2  console' ada /whoami
wants 'their Joy is added' 'Joy: 7 Joy' bob /balance
wants 'so is their credit' "Credit: 19" ada /balance
wants 'the job is found under either name' "$job" ada '/jobs mine:true'
wants 'of two ballots one stands' '1 ballot' cyd '/why #1'
wants 'it is the one of who stayed' 'You have voted: for' bob '/vote 1'
wants 'the other terminal changes it' 'Receipt: record ' bob '/vote id:1 choice:against'
wants 'and it is still one' '1 ballot' cyd '/why #1'

# ---- and two again -----------------------------------------------------------
wants 'which account is to be said' 'several of your accounts are on console' ada '/unlink console'
wants 'bob leaves' 'is somebody new from now on' ada '/unlink 2'
waits 'bob is nobody that was' 'Credit: 0 Joy' bob /balance
new=$(member bob)
[ "$new" != "${id[ada]}" ] && [ "$new" != "${id[bob]}" ] && ok 'and has a new name' || no 'a new name' "$new"
wants 'what bob brought stays' 'Joy: 7 Joy' ada /balance
wants 'bob is not on the roll of what is open' 'to be a member when voting opened' bob '/vote id:1 choice:for'
wants 'the last account cannot leave' 'the only account of yours' ada '/unlink 1'

"$stoa" verify >"$work/verify" && ok 'every record verifies' || no verify "$(cat "$work/verify")"
"$stoa" export --community "$community" --out "$work/bundle" >"$work/export"
"$stoa" verify proposal '#1' --bundle "$work/bundle" >"$work/vote" &&
	ok 'the vote is counted again from a bundle' || no 'counted again' "$(cat "$work/vote")"
echo "$passed passed, $failed failed"
[ $failed = 0 ]

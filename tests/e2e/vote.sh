#!/bin/bash
# vote.sh STOA TERMINAL - a community of four decides, at its terminals: what
# passes is done, what waits says for whom, and /why tells each story. Days
# pass in a second: --governance-pace.
set -Eeuo pipefail
. "${0%/*}/members.sh" "$1" "$2"

# Proposes as a member; waits until it is open (a sponsor helps if need be);
# gives the number.
proposes() { # member, sponsor or "", line
	local out number
	out=$(says "$1" "$3" 2>&1) || true
	number=$(grep -o '^#[0-9]*' <<<"$out" | head -1) || true
	[ -n "$number" ] || { echo "$out" >&2; return 1; }
	[ -z "$2" ] || says "$2" "/sponsor $number" >/dev/null
	for _ in $(seq 100); do
		out=$(says "$1" "/proposal $number" 2>&1) || true
		case $out in *'open for votes'*) echo "$number"; return ;; esac
	done
	echo "$out" >&2
	return 1
}
votes() { # number, then member=choice...
	local number=$1 pair out
	shift
	for pair in "$@"; do
		out=$(says "${pair%%=*}" "/vote id:$number choice:\"${pair#*=}\"" 2>&1) || true
		case $out in
		*'Receipt: record '*) ;;
		*) no "the vote of $pair on $number" "$out" ;;
		esac
	done
}

# ---- members, Joy, a model --------------------------------------------------
"$stoa" up --detach --bot-rate-factor 1000 --governance-pace 100000 \
	>"$work/up.txt" || { cat "$work/up.txt"; exit 1; }
declare -A id
for who in ada bob cyd dan; do
	id[$who]=$(says "$who" /balance | grep -o 'u_[a-z2-7]\{10\}' | head -1)
done
[ ${#id[@]} = 4 ] && [ -n "${id[dan]}" ] && ok 'four members' || no members "${id[*]}"
{
	echo 'text,label'
	for i in $(seq 100); do
		echo "please turn the lights on in room $i,lights"
		echo "play the song number $i again,music"
	done
} >"$work/small.csv"
cid=$("$stoa" run --json "/upload file:$work/small.csv name:small" |
	grep -o 'baf[a-z2-7]\{40,\}' | head -1) || true
[ -n "$cid" ] && ok 'a dataset' || no dataset 'no CID'
{ # a longer one, so that its training costs something
	echo 'text,label'
	for i in $(seq 600); do
		echo "please turn the lights on in room $i of the house,lights"
		echo "play the song number $i again and again,music"
	done
} >"$work/long.csv"
long=$("$stoa" run --json "/upload file:$work/long.csv name:long" |
	grep -o 'baf[a-z2-7]\{40,\}' | head -1) || true
model=$(says ada "/train dataset:$cid parameters:{\"epochs\":2} name:small" |
	grep -o 'm_[a-z2-7]\{10\}' | head -1) || true
[ -n "$model" ] && ok "trained $model" || no train 'no model'
wants 'its card offers to propose approval' 'Propose approval: /propose type:MODEL_APPROVAL' ada "/model $model"

# ---- the line of everybody's first proposal ---------------------------------
n=$(proposes bob '' '/propose title:"New Feature" description:"..." type:FEATURE_REQUEST')
[ "$n" = '#1' ] && ok 'the first proposal is open' || no 'the first proposal' "$n"
wants 'it can be voted on' 'Vote for: /vote id:#1 choice:for' cyd '/proposal #1'
wants 'its notice is a card of its own' 'open for votes' bob /proposals
votes "$n" ada=for bob=against
wants 'a new ballot replaces the old one' 'You have voted: against' bob '/vote 1'
votes "$n" bob=for
wants 'a choice that is none is explained' 'there is no option perhaps' cyd '/vote id:1 choice:perhaps'
wants 'so is a proposal that is none' 'there is no proposal #99' cyd '/why #99'
wants 'a type that is near is suggested' 'did you mean FEATURE_REQUEST' cyd '/propose title:x description:y type:FEATURE_REQUES'
wants 'what a type may not do is said' 'FEATURE_REQUEST proposals may not pay' cyd "/propose title:x description:y type:FEATURE_REQUEST action:\"pay ${id[bob]} 1\""
wants 'an owner may veto, others may not' 'needs the role owner' cyd '/veto id:1 reason:no'

# ---- PARAMETER: a setting and a rule, in one --------------------------------
param=$(proposes ada bob '/propose type:PARAMETER title:"No more gifts" description:"New members bring their own." action:"set welcome_grant 0; rule MODEL_APPROVAL quorum 20% voting 900ms timelock 500ms extension 0; rule ETHICS voting 5s reveal 3s quorum 0 threshold 50% extension 0 sponsors 0; rule TEXT quorum 30% voting 2500ms extension 2500ms; charter reminder 1200ms last_reminder 500ms; command faq text Welcome; command sort model '"$model"'"')
votes "$param" ada=for bob=for cyd=for dan=against
# Meanwhile: optimistic MEMBERSHIP, one unopposed and one objected.
quiet=$(proposes ada bob "/propose type:MEMBERSHIP title:\"Trainer\" description:\"Bob knows.\" action:\"role ${id[bob]} trainer\"")
loud=$(proposes ada bob "/propose type:MEMBERSHIP title:\"Admin\" description:\"Cyd, too.\" action:\"role ${id[cyd]} admin\"")
votes "$loud" dan=against
ranked=$(proposes cyd '' '/propose type:TEXT title:Colour description:"Of our banner" options:"red | blue | green | none of these"')
votes "$ranked" 'ada=blue > red' 'bob=1 > 2' 'cyd=2 > 3' 'dan=green > blue > red'

waits 'the first proposal passed' 'It passed: **for** got 100 %' dan "/why #1"
waits 'who is unopposed is trainer' 'Your balance' bob /balance
waits 'MEMBERSHIP passes unopposed' 'It passed because too few objected' dan "/why $quiet"
waits 'and is carried out' 'make '"${id[bob]}"' trainer: done' dan "/why $quiet"
wants 'the role is given' 'Role: trainer' bob /balance
waits 'MEMBERSHIP is stopped by one objection of four' 'It was stopped by objections: 1 vote of the 1 vote' dan "/why $loud"
waits 'a ranked vote tells its rounds' 'Round 1: ' dan "/why $ranked"
waits 'and who won' '**blue** got' dan "/why $ranked"
waits 'PARAMETER is carried out' 'It was carried out' dan "/why $param"
wants 'all of it' '2. rule for MODEL_APPROVAL' dan "/why $param"
wants 'the community has a command of its own' 'Welcome' dan '/run name:faq'
wants 'and one that asks a model' 'music' dan '/run name:sort question:"play the song number 7 again"'
wants 'both are listed' "asks $model" dan /run
wants 'a name that is taken cannot be proposed' 'the name cannot be balance' ada '/propose type:PARAMETER title:x description:y action:"command balance text x"'
retire=$(proposes ada bob '/propose type:PARAMETER title:"No faq" description:"Nobody asks." action:"retire-command faq"')
votes "$retire" ada=for bob=for cyd=for
wants 'the rule has changed' '20 %' ada '/rules type:MODEL_APPROVAL'
id[eve]=$(says eve /balance | tee "$work/eve" | grep -o 'u_[a-z2-7]\{10\}' | head -1)
grep -q '^Credit: 0 Joy' "$work/eve" && ok 'a new member gets no credit any more' ||
	no 'the welcome grant' "$(cat "$work/eve")"

# ---- a secret vote ----------------------------------------------------------
secret=$(proposes ada '' '/propose type:ETHICS title:"No weapons" description:"Of no kind."')
votes "$secret" ada=against bob=for cyd=for dan=against ada=for
wants 'what was sealed is not repeated' 'Your ballot is sealed' dan "/vote id:$secret choice:against"
wants 'who has voted can be told, what cannot' 'Sealed ballots: 4' eve "/proposal $secret"
out=$(says eve "/proposal $secret") || true
case $out in
*'for '*' sealed'*'against '*' sealed'*) ok 'no choice is seen before the end' ;;
*) no 'the secret' "$out" ;;
esac
case $out in *' %, '*) no 'the secret' "$out" ;; esac
bot=$(awk '$1 == "bot" { print $2 }' "$STOA_HOME/run/pids")
kill -9 "$bot"
waits 'the bot died between commitment and opening, and is back' 'sealed ballot' ada "/vote $secret"

# ---- reminders, and more time -----------------------------------------------
nudge=$(proposes dan '' '/propose type:FEATURE_REQUEST title:"Remember" description:"..."')
votes "$nudge" bob=for
nudge_id=$(says dan "/proposal $nudge" | grep -o 'p_[a-z2-7]\{10\}' | head -1)
for i in 1 2; do
	out=$("$terminal" "$STOA_HOME" card "$(user dan)" "$nudge_id-reminder-$i") || true
	case $out in
	*"${id[bob]}"*) no "reminder $i" "$out" ;;
	*'Have not voted: '*"${id[ada]}"*) ok "reminder $i names who has not voted, and nobody else" ;;
	*) no "reminder $i" "$out" ;;
	esac
done
more=$(proposes cyd '' '/propose type:TEXT title:"Late" description:"..."')
more_id=$(says cyd "/proposal $more" | grep -o 'p_[a-z2-7]\{10\}' | head -1)
votes "$more" ada=for bob=for
"$terminal" "$STOA_HOME" card "$(user cyd)" "$more_id-extended" | grep -q 'more to vote' &&
	ok 'a late quorum gives more time, and that is told' || no 'the extension' 'no card'

waits 'the secret ballots were opened by themselves' 'It passed: **for** got 75 %' eve "/why $secret"
wants 'each as its member cast it last' '4 ballots of 6 eligible members' eve "/why $secret"

# ---- the treasury earns, and pays -------------------------------------------
community=$("$stoa" verify --verbose | grep -o 'c_[a-z2-7]\{10\}' | head -1)
"$terminal" "$STOA_HOME" issue "$community" "${id[ada]}" "${id[eve]}" 5000000
says eve "/train dataset:$long parameters:{\"epochs\":1000} name:long max_spend:2" >"$work/job"
grep -q 'm_[a-z2-7]\{10\}' "$work/job" && ok 'eve pays for a training' || no 'eve' "$(cat "$work/job")"
pay=$(proposes ada bob "/propose type:TREASURY title:\"For the labels\" description:\"They are good.\" action:\"pay ${id[dan]} 0.001 thanks\"")
votes "$pay" ada=for bob=for cyd=for
big=$(proposes ada bob "/propose type:TREASURY title:\"Too much\" description:\"All of it.\" action:\"pay ${id[dan]} 1000000\"")
votes "$big" ada=for bob=for cyd=for

waits 'a command goes by a vote, too' 'no such command of its own' dan '/run name:faq'

# ---- FINE_TUNE: quadratic, with a delegate ----------------------------------
wants 'dan relies on cyd' 'votes for you on FINE_TUNE proposals' dan "/delegate to:${id[cyd]} type:FINE_TUNE"
tune=$(proposes cyd '' "/propose type:FINE_TUNE title:\"Which one\" description:\"The treasury pays.\" options:\"short | long\" action:\"1: train $cid epochs=2 budget 0.01 name short; 2: train $cid epochs=3 budget 0.01 name longer\"")
wants 'how to vote is told' 'Credits left: 100' ada "/vote $tune"
wants 'too many votes cost too much' 'you have 100' ada "/vote id:$tune choice:\"short 11\""
wants 'votes cost their square' 'Cost: 58 voice credits' ada "/vote id:$tune choice:\"short 7 long 3\""
votes "$tune" 'cyd=short 5'
wants 'and are paid' 'Voice credits: 42 of 100' ada /credits

# ---- MODEL_APPROVAL waits for a daemon that is not there, and goes on --------
market=$(awk '$1 == "marketplace" { print $2 }' "$STOA_HOME/run/pids")
kill -STOP "$market"
approve=$(proposes ada '' "/propose type:MODEL_APPROVAL title:\"Use small\" description:\"It is good.\" action:\"approve $model\"")
votes "$approve" ada=for bob=for cyd=against
waits 'MODEL_APPROVAL passed, under its new rule' 'more than the 50 % needed. The quorum of 20 % needs' dan "/why $approve"
waits 'it waited for its timelock and is being carried out' 'being carried out' dan "/proposal $approve"
wants '/why says for whom it waits' 'waits for marketplace to answer' dan "/why $approve"
wants 'and what cannot be vetoed any more says so' 'being carried out' ada "/veto id:$approve reason:late"
kill -CONT "$market"
waits 'it is carried out when that is back' 'It was carried out' dan "/why $approve"

waits 'FINE_TUNE passed by quadratic votes' '**short** got' dan "/why $tune"
wants 'the delegate counted for dan' 'counted for 1 who relies on a delegate' dan "/why $tune"
waits 'the job was begun' 'done, j_' dan "/why $tune"
job=$(says dan "/why $tune" | grep -o 'j_[a-z2-7]\{10\}' | head -1)
waits 'the treasury paid for it' 'done' dan "/job $job"
wants 'it is nobody'"'"'s own' 'the community, by a vote' dan "/job $job"
wants 'what it cost was paid' 'of 0.01 Joy' dan "/job $job"

waits 'TREASURY was carried out' 'It was carried out' dan "/why $pay"
wants 'and really paid' 'Joy: 0.001 Joy' dan /balance
waits 'what the treasury does not have fails, by name' 'refused by accounts: the treasury has' dan "/why $big"
says cyd "/retry $big" >/dev/null
big_id=$(says cyd "/why $big" | grep -o 'p_[a-z2-7]\{10\}' | head -1)
"$terminal" "$STOA_HOME" card "$(user ada)" "$big_id-FAILED-2" | grep -q 'the treasury has' &&
	ok 'any member has it tried again, and is told' || no 'the second attempt' 'no card'

# ---- what is told without being asked ---------------------------------------
first=$(says ada '/proposal #1' | grep -o 'p_[a-z2-7]\{10\}' | head -1)
"$terminal" "$STOA_HOME" card "$(user bob)" "$first-ACTIVE-0" | grep -q 'Vote for' &&
	ok 'that voting opened was told where it was proposed' || no 'the notice' 'none'
"$terminal" "$STOA_HOME" card "$(user bob)" "$first-SUCCEEDED-0" | grep -q 'It passed' &&
	ok 'and how it ended' || no 'the notice of the end' 'none'

"$stoa" verify >"$work/verify" && ok 'every record verifies' || no verify "$(cat "$work/verify")"
echo "$passed passed, $failed failed"
[ $failed = 0 ]

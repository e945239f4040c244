#!/bin/bash
# chain_nodes.sh STOA TERMINAL - the suite on a chain of the world whose three
# providers are bad: slow, gone, limited, behind, of another chain, or liars.
# In each mode a daemon dies between signing and sending, a withdrawal arrives
# once to the wei, and a deposit is credited for what it is; what never was paid
# is never credited. When nobody is well nothing happens, and it goes on later.
# MODES= chooses modes, "MODE:BAD,BAD" each, NOBODY= those in which nobody is well,
# ALONE= those of a liar beside whom nobody is, TWO= those beside one who is well;
# KEEP= is a folder for the logs.
. "$(dirname "$0")/members.sh" "$@"
bin=$PWD/contracts/node_modules/@foundry-rs
cast() { ETH_RPC_URL=$url "$bin/cast-linux-amd64/bin/cast" "$@"; }
rich=0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266
modes=${MODES:-silent:0 html:0,1 limited:0 limitedInWords:0 truncated:0 cut:0 dead:0,1 lagging:0
	nullFinal:0 stuckFinal:0 wrongHash:0 dropLogs:0 fatLog:0 twinLog:0 madeUpLog:0 failedReceipt:0
	noReceipt:0 wouldFail:0 lowGas:0 highNonce:0 wrongCall:0 dropTransactions:0 rangeLimit:0 wrongChain:0}
at() { node -p "JSON.parse(require('fs').readFileSync('$STOA_HOME/chain/manifest.json')).contracts.$1.address"; }
pid_of() { awk -v name="$1" '$1 == name { print $2 }' "$STOA_HOME/run/pids"; }

# ---- the chain, and who is between ----
ended_here() {
	[ -z "${KEEP:-}" ] || cp -r "$STOA_HOME/logs" "$KEEP"
	ended
	kill "$anvil" "$proxies" 2>/dev/null || true
}
chain_start() {
	local port
	port=$(node -e 'const s = require("net").createServer()
		s.listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })')
	url=http://127.0.0.1:$port
	"$bin/anvil-linux-amd64/bin/anvil" --host 127.0.0.1 --port "$port" --chain-id 31337 \
		--slots-in-an-epoch 2 --block-time 1 --mixed-mining --silent \
		--load-state "$STOA_HOME/chain/state.json" &
	anvil=$!
	trap ended_here EXIT
	for _ in $(seq 100); do cast chain-id >/dev/null 2>&1 && break; sleep 0.1; done
	coproc PROXY { exec node tests/e2e/chain_nodes.mjs "$url" 3; }
	proxies=$PROXY_PID
}
proxy() { # what it is told; what it says
	echo "$*" >&"${PROXY[1]}"
	IFS= read -r -u "${PROXY[0]}" -t 20 said || { echo "FAIL the proxies are gone"; exit 1; }
	echo "$said"
}
mine() { cast rpc anvil_mine 0x14 >/dev/null; }

# ---- what members do ----
# An address nobody has, of the case's number; what it has, in Joy.
outside() { cast to-check-sum-address "0x00000000000000000000000000000000bad0de$(printf %02x "$1")"; }
holds() { cast from-wei "$(cast call "$joy" 'balanceOf(address)(uint256)' "$1" | awk '{ print $1 }')"; }
next=0 # case
owes=0 # what the ledger should say
withdraw() { # Joy, to a new address
	next=$((next + 1))
	owes=$((owes - $1))
	says ada "/withdraw amount:$1 address:$(outside $next) confirm:$1" >/dev/null
}
arrives() { # what, Joy, case if not the last one: that and no more
	local deadline=$((SECONDS + ${limit:-45})) address
	address=$(outside "${3:-$next}")
	while [ "$(holds "$address")" != "$2.000000000000000000" ]; do
		[ $SECONDS -lt $deadline ] || { no "$1" "$(holds "$address") of $2"; return; }
		sleep 0.3
	done
	ok "$1"
}
deposit() {
	cast send "$joy" 'transfer(address,uint256)' "$account" "$(cast to-wei "$1")" \
		--from $rich --unlocked >/dev/null
	owes=$((owes + $1))
	mine
}
joy_of() { says "$1" /balance 2>&1 | grep -o '[0-9][0-9,.]* Joy' | head -1; }
credited() { # what: the ledger says what it should
	local deadline=$((SECONDS + 30))
	while [ "$(joy_of ada)" != "$owes Joy" ]; do
		[ $SECONDS -lt $deadline ] || { no "$1" "$(joy_of ada), not $owes"; return; }
		sleep 0.3
	done
	ok "$1"
}
# The daemon dies when it has signed, and before anybody has what it signed.
die_signed() {
	local deadline=$((SECONDS + 30)) sends=0
	proxy hold >/dev/null
	withdraw 2
	until [ "$sends" -gt 0 ]; do
		[ $SECONDS -lt $deadline ] || { no "$mode: something is signed" nothing; break; }
		sleep 0.1
		sends=$(proxy sends)
	done
	kill -9 "$(pid_of chain)" || true
	${1:-true}
	proxy free >/dev/null
}
# Gas costs so much that nobody takes what was signed, for half a minute or so.
dear() {
	cast rpc anvil_setNextBlockBaseFeePerGas 0x746a528800 >/dev/null
	cast rpc anvil_mine 0x1 >/dev/null
}

contracts/tools/devnet.sh "$STOA_HOME" >"$work/devnet.txt" || { cat "$work/devnet.txt"; exit 1; }
chain_start
for place in $(proxy urls); do echo "$place/secretkey"; done >"$work/urls"
chmod 600 "$work/urls"
"$stoa" up --detach --chain evm --chain-url-file "$work/urls" \
	--chain-manifest "$STOA_HOME/chain/manifest.json" \
	--chain-key-file "$STOA_HOME/keys/chain-operator.json" \
	--chain-key-password-file "$STOA_HOME/keys/chain-operator.password" \
	--chain-stuck-s 6 --workers 0 --bot-rate-factor 1000 --governance-pace 100000 >"$work/up.txt" ||
	{ cat "$work/up.txt" "$STOA_HOME"/logs/chain.log; exit 1; }
joy=$(at JoyToken) vault=$(at Vault)
operator=$(cast call "$vault" 'operator()(address)')
account=$(says ada /deposit | grep -o '0x[0-9a-fA-F]\{40\}' | head -1)
other=$(says bob /deposit | grep -o '0x[0-9a-fA-F]\{40\}' | head -1)
proxy victim "$joy" "$other" >/dev/null
proxy lag 30 >/dev/null
deposit 1000
credited 'a deposit'
# Withdrawals wait ten minutes, unless the community decides otherwise.
out=$(says ada '/propose type:PARAMETER title:"At once" description:"Tests." action:"set withdrawal_delay 0"')
n=$(grep -o '^#[0-9]*' <<<"$out" | head -1)
says bob "/sponsor id:$n" >/dev/null
waits 'a shorter delay is proposed' 'open for votes' ada "/proposal $n"
says ada "/vote id:$n choice:for" >/dev/null
waits 'and decided' 'It was carried out' ada "/why $n"
begun=$SECONDS

for entry in $modes; do
	mode=${entry%:*} which=${entry#*:} since=$SECONDS
	proxy bad "$mode" ${which//,/ } >/dev/null
	# Who starts asks two.
	[[ $which = 0,1 ]] || die_signed
	deposit 7
	withdraw 3
	arrives "$mode: a withdrawal arrives" 3
	[[ $which = 0,1 ]] || arrives "$mode: and one signed by a daemon that died" 2 $((next - 1))
	spoilt=$(proxy spoilt)
	[[ $which != 0,1 ]] || proxy bad "$mode" 0 >/dev/null
	credited "$mode: and the deposit"
	[ $((spoilt + $(proxy spoilt))) -gt 0 ] && ok "$mode: to a daemon that was told otherwise, $((SECONDS - since)) s" ||
		no "$mode" 'nobody was asked'
done

proxy bad clean >/dev/null
mine
for mode in ${NOBODY-dead limited}; do
	proxy bad $mode 0 1 2 >/dev/null
	# Some know the chain already, some are told of it only later.
	[ $mode = dead ] || kill -9 "$(pid_of chain)" || true
	sleep 3
	withdraw 5
	deposit 11
	sleep 5
	[ "$(holds "$(outside $next)")" = 0.000000000000000000 ] &&
		[ "$(joy_of ada)" = "$((owes - 11)) Joy" ] && ok "$mode: nobody is well, and nothing happens" ||
		no "$mode: nobody is well" "$(holds "$(outside $next)") sent, $(joy_of ada)"
	kill -9 "$(pid_of chain)" || true
	sleep 1
	proxy bad clean >/dev/null
	arrives "$mode: and it goes on" 5
	credited "$mode: with the deposit"
done

# Of three the only one that is there is a liar.
for mode in ${ALONE-fatLog madeUpLog failedReceipt wouldFail}; do
	proxy bad clean >/dev/null
	sleep 3
	proxy bad $mode 0 >/dev/null
	proxy also dead 1 2 >/dev/null
	withdraw 3
	deposit 13
	sleep 14
	mine
	sleep 3
	[ "$(joy_of ada)" = "$owes Joy" ] || [ "$(joy_of ada)" = "$((owes - 13)) Joy" ] &&
		ok "$mode: alone it is not believed" || no "$mode: alone" "$(joy_of ada), not $owes"
	proxy bad clean >/dev/null
	arrives "$mode: and the withdrawal arrives" 3
	credited "$mode: with the deposit"
done

# Of two one is bad: what needs both waits, and nothing else.
head -2 "$work/urls" >"$work/two" && cat "$work/two" >"$work/urls"
proxy bad clean >/dev/null
kill -9 "$(pid_of chain)" || true
withdraw 1
arrives 'two providers are left' 1
for mode in ${TWO-silent fatLog failedReceipt noReceipt wouldFail}; do
	proxy bad "$mode" 0 >/dev/null
	withdraw 3
	deposit 5
	arrives "$mode: of two, a withdrawal arrives" 3
	mine
	sleep 5
	[ "$(joy_of ada)" = "$owes Joy" ] || [ "$(joy_of ada)" = "$((owes - 5)) Joy" ] &&
		ok "$mode: of two, the other is heard" || no "$mode: of two" "$(joy_of ada), not $owes"
	proxy bad clean >/dev/null
	credited "$mode: with the deposit"
done

mode='dearer gas'
sleep 6
die_signed dear
limit=25 arrives "$mode: than what was signed" 2
grep -q 'is not taken' "$STOA_HOME/logs/chain.log" && ok "$mode: as an operator is told" ||
	no "$mode" 'it was taken'

mode=deaf
proxy deaf >/dev/null
withdraw 4
arrives 'nobody says that it was taken' 4
kill -9 "$(pid_of chain)" || true
proxy free >/dev/null
mine
credited 'the ledger says the same'
sleep 3
mine
[ "$(joy_of bob)" = '0 Joy' ] && ok 'nobody is credited what nobody paid' || no 'what nobody paid' "$(joy_of bob)"
has=$(holds "$vault")
[ "$has" = "$owes.000000000000000000" ] && ok 'and so does the vault' || no 'the vault' "$has, not $owes"
wishes=$(proxy wishes "$operator")
[[ $wishes = once:* ]] && ok "each wish has one nonce ($wishes)" || no 'wishes' "$wishes"
[ "$(proxy refused)" = 0 ] && ok 'every request is one' || no 'requests' "$(proxy refused)"
! grep -rq secretkey "$STOA_HOME/logs" && ok 'no key of a provider is in a log' ||
	no 'keys in logs' "$(grep -rl secretkey "$STOA_HOME/logs")"
"$stoa" verify >"$work/verify" && ok 'every record verifies' || no verify "$(cat "$work/verify")"
echo "$passed passed, $failed failed, $((SECONDS - begun)) s"
[ $failed = 0 ]

#!/bin/bash
# chain_keys.sh STOA TERMINAL - where the operator's key and its password are,
# and are not, after a deposit and a withdrawal have been signed for: in no log,
# journal, store, answer or core, and in nobody's memory, command line or
# environment; in stoa-chain the key once, the password nowhere. The test knows
# both, and first sees itself find what it plants.
. "$(dirname "$0")/members.sh" "$@"
bin=$PWD/contracts/node_modules/@foundry-rs
cast() { ETH_RPC_URL=$url "$bin/cast-linux-amd64/bin/cast" "$@"; }
stoa=$(readlink -f "$stoa")
rich=0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266
at() { node -p "JSON.parse(require('fs').readFileSync('$STOA_HOME/chain/manifest.json')).contracts.$1.address"; }
pid_of() { awk -v name="$1" '$1 == name { print $2 }' "$STOA_HOME/run/pids"; }
looks() { node tests/e2e/chain_keys.mjs "$@" 2>"$work/looked" || { cat "$work/looked"; exit 1; }; }
holds() { cast from-wei "$(cast call "$joy" 'balanceOf(address)(uint256)' "$1" | awk '{ print $1 }')"; }
withdraws() { # what, Joy, what the address has then
	local out deadline=$((SECONDS + 60))
	out=$(says ada "/withdraw amount:$2 address:$outside confirm:$2" 2>&1) || true
	until [ "$(holds "$outside")" = "$3.000000000000000000" ]; do
		[ $SECONDS -lt $deadline ] || { no "$1" "$out; $(holds "$outside") Joy"; return; }
		sleep 0.3
	done
	ok "$1"
}
ready() { # name, its last pid: another one answers
	local deadline=$((SECONDS + 20))
	until [ "$(pid_of "$1")" != "$2" ] && "$stoa" status 2>&1 | grep -Eq "^$1 .* ready"; do
		[ $SECONDS -lt $deadline ] || { no "$1 comes back" "$("$stoa" status)"; return; }
		sleep 0.1
	done
}

contracts/tools/devnet.sh "$STOA_HOME" >"$work/devnet.txt" || { cat "$work/devnet.txt"; exit 1; }
url=
keystore=$STOA_HOME/keys/chain-operator.json password=$STOA_HOME/keys/chain-operator.password
CANARY_PASSWORD=$(cat "$password")
CANARY_KEY=$(cast wallet private-key --keystore "$keystore" --password-file "$password")
outside=$(cast to-check-sum-address 0x00000000000000000000000000000000c0ffee01)
operator=$(cast wallet address --keystore "$keystore" --password-file "$password")
looks_env() { CANARY_KEY=$CANARY_KEY CANARY_PASSWORD=$CANARY_PASSWORD looks "$@"; }

# ---- it can find -------------------------------------------------------------
hex=${CANARY_KEY#0x}
mkdir "$work/planted"
plants() { # name: what is written, and the form that must be told
	cat >"$work/planted/$1"
	[ "$(looks_env "$work/planted/$1" | awk '{ print $2, $3 }' | grep -c "^$2 1\$")" = 1 ] &&
		ok "finds what is planted: $2" || no "finds what is planted: $2" "$(looks_env "$work/planted/$1")"
}
as_bytes() { printf "$(sed 's/../\\x&/g' <<<"$1")"; }
{ head -c 5000000 /dev/zero | tr '\0' x; as_bytes "$hex"; echo; } | plants bytes key:bytes
echo "{\"at\":1,\"text\":\"0x$hex\"}" | plants hex key:hex
tr a-f A-F <<<"key $hex" | plants HEX key:HEX
{ printf ab; as_bytes "$hex"; } | base64 -w0 | plants base64 key:base64
echo "password=$CANARY_PASSWORD" | plants password password:text
# One that has it in its environment, and so in its memory.
env PLANTED="$hex" sleep 300 &
planted=$!
found=$(looks_env "pid:$planted:planted")
kill $planted
grep -q '^memory:planted key:hex' <<<"$found" && grep -q '^environ:planted key:hex' <<<"$found" &&
	ok 'finds it in a process' || no 'finds it in a process' "$found"
rm -r "$work/planted"

# ---- it signs ----------------------------------------------------------------
# Cores would go where the daemons run: into the work folder.
(ulimit -c unlimited; cd "$work"; bash -c 'kill -SEGV $$') 2>/dev/null || true
cores() { find "$work" -maxdepth 1 -name 'core*' | wc -l; }
controls=$(cores)
rm -f "$work"/core*
(ulimit -c unlimited; cd "$work"; "$stoa" up --detach --chain devnet \
	--bot-rate-factor 1000 --governance-pace 100000) >"$work/up.txt" ||
	{ cat "$work/up.txt" "$STOA_HOME"/logs/chain.log; exit 1; }
url=$(cat "$STOA_HOME/chain/url")
joy=$(at JoyToken)
account=$(says ada /deposit | grep -o '0x[0-9a-fA-F]\{40\}' | head -1)
cast send "$joy" 'transfer(address,uint256)' "$account" "$(cast to-wei 50)" \
	--from $rich --unlocked >/dev/null
waits 'a deposit' '50 Joy' ada /balance
out=$(says ada '/propose type:PARAMETER title:"At once" description:"Tests." action:"set withdrawal_delay 0"')
n=$(grep -o '^#[0-9]*' <<<"$out" | head -1)
says bob "/sponsor id:$n" >/dev/null
waits 'a shorter delay is proposed' 'open for votes' ada "/proposal $n"
says ada "/vote id:$n choice:for" >/dev/null
waits 'and decided' 'It was carried out' ada "/why $n"
withdraws 'a withdrawal' 7 7
nonce=$(cast nonce "$operator")
[ "$nonce" -ge 2 ] && ok "the key has signed $nonce transactions" || no signed "$nonce"

# ---- what may make it talk ---------------------------------------------------
said=$STOA_HOME/said
mkdir "$said"
for part in chain marketplace accounts; do
	curl -s --max-time 5 --unix-socket "$STOA_HOME/run/$part.sock" http://x/metrics >"$said/$part.metrics"
done
chain=$(dirname "$stoa")/stoa-chain
tries() { # name, arguments: started by hand, with settings that are wrong
	local name=$1
	shift
	STOA_KEY_PASSWORD=${try_password:-} timeout 10 "$chain" --home "$STOA_HOME" --url http://127.0.0.1:9 \
		--manifest "$STOA_HOME/chain/manifest.json" "$@" >"$said/$name" 2>&1
}
try_password=${CANARY_PASSWORD}x tries wrong-password --key-file "$keystore" && no 'a wrong password' started ||
	{ grep -q 'another password' "$said/wrong-password" && ok 'a wrong password is told' ||
		no 'a wrong password' "$(cat "$said/wrong-password")"; }
cp "$keystore" "$work/open.json"
chmod 644 "$work/open.json"
tries open-key --key-file "$work/open.json" --key-password-file "$password" && no 'a key that all can read' started ||
	ok 'a key that others can read is refused'
try_password=$CANARY_PASSWORD tries config --key-file "$keystore" --print-config || no config "$?"
grep -q 'key-password = (set)' "$said/config" && ok 'the settings say only that there is one' ||
	no 'the settings' "$(cat "$said/config")"
rm "$work/open.json"
"$stoa" doctor >"$said/doctor" 2>&1 || no doctor "$(cat "$said/doctor")"
grep -q 'keys/chain-operator.json is private' "$said/doctor" && grep -q 'journal/chain-0.copy: every' "$said/doctor" &&
	ok 'doctor looks at the key and the journal' || no doctor "$(cat "$said/doctor")"
"$stoa" verify --verbose >"$said/verify" && grep -A1 '^journal/chain-0' "$said/verify" | grep -q w_vault &&
	ok 'the journal verifies' || no verify "$(cat "$said/verify")"
"$stoa" export --domain chain --community w_vault --out "$said/bundle" >"$said/export" &&
	ok 'and is exported' || no export "$(cat "$said/export")"

# ---- where it is -------------------------------------------------------------
everywhere() { # when: nowhere but in stoa-chain, and there once
	local found whats=()
	while read -r name pid _; do
		if [ "$pid" -gt 0 ]; then whats+=("pid:$pid:$name"); fi
	done <"$STOA_HOME/run/pids"
	whats+=("pid:$(head -1 "$STOA_HOME/run/up.pid"):up")
	found=$(looks_env "${whats[@]}")
	[ "$found" = 'memory:chain key:bytes 1' ] &&
		ok "$1: of ${#whats[@]} processes only chain has the key, once ($(cat "$work/looked"))" ||
		no "$1: the processes" "$found"
	whats=()
	for entry in "$STOA_HOME"/*; do
		if [ "$(basename "$entry")" != keys ]; then whats+=("$entry"); fi
	done
	found=$(looks_env "${whats[@]}" "$work"/*.txt)
	[ -z "$found" ] && ok "$1: no file has it ($(cat "$work/looked"))" || no "$1: the files" "$found"
}
ls "$STOA_HOME"/nats/jetstream/*/streams/journal-chain/msgs/*.blk >/dev/null 2>&1 ||
	find "$STOA_HOME" -path '*journal-chain*' -name '*.blk' | grep -q . ||
	no "the broker's store is among the files" "$(ls "$STOA_HOME")"
everywhere 'after signing'

# ---- the broker lets nobody else ask -----------------------------------------
nats=tests/peers/nats
[ -d $nats/node_modules ] || npm ci --prefix $nats --loglevel=error --no-audit --no-fund
node $nats/chain.mjs "$STOA_HOME" >"$work/refused" && ok "the broker: $(tail -1 "$work/refused")" ||
	no 'the broker' "$(cat "$work/refused")"

# ---- killed ------------------------------------------------------------------
pid=$(pid_of chain)
[ "$(readlink "/proc/$pid/cwd")" = "$work" ] || no 'where a core would be' "$(readlink "/proc/$pid/cwd")"
kill -SEGV "$pid"
ready chain "$pid"
if [ "$controls" = 0 ]; then
	echo 'note: this system keeps cores elsewhere: whether chain leaves one is not seen'
elif [ "$(cores)" = 0 ]; then
	ok 'it leaves no core where another process does'
else
	no 'a core' "$(ls "$work")"
fi
withdraws 'it signs again' 3 10
everywhere 'after a crash'
"$stoa" down >"$work/down.txt"
found=$(for entry in "$STOA_HOME"/*; do [ "$(basename "$entry")" = keys ] || echo "$entry"; done |
	CANARY_KEY=$CANARY_KEY CANARY_PASSWORD=$CANARY_PASSWORD xargs node tests/e2e/chain_keys.mjs 2>/dev/null)
[ -z "$found" ] && ok 'when all has ended: no file has it' || no 'the files at the end' "$found"

echo "$passed passed, $failed failed"
[ $failed = 0 ]

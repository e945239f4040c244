#!/bin/bash
# devnet.sh STOA TOOL - a home with a chain of its own: prepared once, started
# and stopped with the suite, kept over a restart and over a kill, with a key
# that our own reader opens. TOOL is evm_tool. What `stoa up` tells the chain's
# daemon is told to a stand-in, which writes it down.
set -euo pipefail
here=$(cd "$(dirname "$0")/../.." && pwd)
stoa=$(readlink -f "$1")
tool=$(readlink -f "$2")
work=$(mktemp -d)
home=$work/home
bin=$work/bin
cast=$here/contracts/node_modules/@foundry-rs/cast-linux-amd64/bin/cast
deployer=0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266
failed=0

ok() { echo "ok   $*"; }
bad() { echo "FAIL $*"; failed=1; }
is() { if [ "$2" = "$3" ]; then ok "$1"; else bad "$1: $2, not $3"; fi; }
ends() {
	"$bin/stoa" down --home "$home" >/dev/null 2>&1 || true
	rm -rf "$work"
}
trap ends EXIT

mkdir "$bin"
cp "$stoa" "$bin/stoa"
for daemon in "$(dirname "$stoa")"/stoa-*; do
	ln -s "$daemon" "$bin/"
done
rm -f "$bin/stoa-chain"
printf '#!/bin/bash\nprintf "%%s\\n" "$@" >"%s/said"\nexit 78\n' "$work" \
	>"$bin/stoa-chain"
chmod +x "$bin/stoa-chain"

up() { "$bin/stoa" up --detach --home "$home" --chain="$1" --workers=0; }
call() { timeout 20 "$cast" "$@" --rpc-url "$(cat "$home/chain/url")"; }
contract() {
	node -p 'JSON.parse(require("fs").readFileSync(process.argv[1]))
		.contracts[process.argv[2]].address' \
		"$home/chain/manifest.json" "$1"
}
pid_of() { awk -v name="$1" '$1 == name { print $2 }' "$home/run/pids"; }
waits() { # SECONDS COMMAND...
	local until=$((SECONDS + $1))
	shift
	while ! "$@"; do
		[ $SECONDS -lt $until ] || return 1
		sleep 0.2
	done
}
answers() { call chain-id >/dev/null 2>&1; }

# ---- what is refused ---------------------------------------------------------
for chain in devnet evm moon; do
	if up $chain >"$work/$chain" 2>&1; then
		bad "--chain=$chain started without what it needs"
	fi
done
said() { if grep -q -- "$3" "$work/$2"; then ok "$1"; else bad "$1: $(cat "$work/$2")"; fi; }
said 'a devnet that was not prepared says how' devnet \
	"contracts/tools/devnet.sh $home"
said 'a chain of the world names what it lacks' evm 'needs --chain-url-file'
said 'another chain is none' moon 'embedded, devnet or evm'

# ---- prepared once -----------------------------------------------------------
"$here/contracts/tools/devnet.sh" "$home" >"$work/first"
before=$(sha256sum "$home"/chain/*.json "$home"/keys/chain-*)
"$here/contracts/tools/devnet.sh" "$home"
is 'preparing it again changes nothing' "$before" \
	"$(sha256sum "$home"/chain/*.json "$home"/keys/chain-*)"
key=$home/keys/chain-operator.json
password=$home/keys/chain-operator.password
is 'only the owner reads the key' "$(stat -c %a "$key" "$password" | xargs)" \
	'600 600'
operator=$("$cast" wallet address --keystore "$key" \
	--password-file "$password")
hex() { od -An -v -tx1 "$1" | tr -d ' \n'; }
opened=$(printf 'unlock\t0x%s\t%s\n' "$(hex "$password")" "$(cat "$key")" |
	"$tool")
is 'our reader opens the key as cast does' "$opened" "ok $("$cast" wallet \
	private-key --keystore "$key" --password-file "$password")"

# ---- started -----------------------------------------------------------------
up devnet >"$work/out"
is 'the chain answers where chain/url says' "$(call chain-id)" 31337
is "only the owner reads the provider's address" \
	"$(stat -c %a "$home/chain/url")" 600
printf -- '--%s\n' "url-file=$home/chain/url" \
	"manifest=$home/chain/manifest.json" "key-file=$key" \
	"key-password-file=$password" >"$work/want"
is 'the daemon is told the files' "$(grep -E '^--(url|manifest|key)' "$work/said")" \
	"$(cat "$work/want")"
is 'the vault obeys the key' \
	"$(call call "$(contract Vault)" 'operator()(address)')" "$operator"
is 'the key has coins' "$(call balance "$operator" --ether)" \
	1000.000000000000000000
finals() { [ "$(call block finalized -f number)" -gt "$1" ]; }
if waits 15 finals "$(call block finalized -f number)"; then
	ok 'blocks become final by themselves'
else
	bad 'no block becomes final'
fi

# ---- kept --------------------------------------------------------------------
there=0x1111111111111111111111111111111111111111
joy=$(contract JoyToken)
pays() {
	call send --unlocked --from $deployer "$joy" \
		'transfer(address,uint256)' $there "$1" >/dev/null
	block=$(call block latest -f number)
	hash=$(call block "$block" -f hash)
}
kept() {
	waits 20 answers || true
	is "$1: the block is the same" "$(call block "$block" -f hash)" "$hash"
	is "$1: so is the balance" \
		"$(call call "$joy" 'balanceOf(address)(uint256)' $there)" "$2"
}
pays 7
anvil=$(pid_of anvil)
"$bin/stoa" down --home "$home" >/dev/null
if kill -0 "$anvil" 2>/dev/null; then
	bad 'anvil outlives the suite'
else
	ok 'anvil ends with the suite'
fi
up devnet >"$work/out"
kept 'after a restart' 7
pays 2
sleep 11 # it is written every ten seconds
kill -9 "$(pid_of anvil)"
waits 15 answers || bad 'a killed anvil does not come back'
kept 'after a kill' 9
"$bin/stoa" status --home "$home" >"$work/status" || true
said 'status shows it' status '^anvil'
[ $failed = 0 ] && echo 'devnet: ok'
exit $failed

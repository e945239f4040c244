# members.sh - sourced by journeys of several members, each at a terminal of
# their own: `. members.sh STOA TERMINAL`. Counts what holds; cleans up.
set -Eeuo pipefail
stoa=$1 terminal=$2
work=$(mktemp -d)
export STOA_HOME=$work/home
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
# A member is the terminal's user of that name.
user() { echo "t_$1aaaaaaaaaa" | cut -c1-12; }
says() { "$terminal" "$STOA_HOME" say "$(user "$1")" "$2"; }
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

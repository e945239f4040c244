#!/bin/bash
# tidy.sh [ROOT] - the house style as a test: sizes, banned calls, layers.
# Prints what breaks a rule; status 1 if anything does.
set -u
cd "${1:-$(dirname "$0")/../..}" || exit 2
bad=0
say() { echo "tidy: $1"; bad=1; }

files=$(find libcommon services -name '*.[ch]' | sort)
code=$(find libcommon services tests -name node_modules -prune -o -name '*.[ch]' -print | sort)

# Files up to 800 lines, functions up to 70 (brace to brace).
for f in $files; do
	lines=$(wc -l <"$f")
	[ "$lines" -le 800 ] || say "$f has $lines lines (800)"
done
# shellcheck disable=SC2086
long=$(awk '
	FNR == 1 { start = 0 }
	/^\{/ { start = FNR }
	/^\}/ && start { n = FNR - start + 1
		if (n > 70) print FILENAME ":" start " has " n " lines (70)"
		start = 0 }' $files)
[ -z "$long" ] || say "function too long: $long"

# Calls that have no bound, hide state, or decide for the caller.
banned='strcpy|strcat|sprintf|vsprintf|gets|strtok|rand|srand|atoi|atol|atof|system|popen|alloca|setjmp|longjmp'
hits=$(grep -nE "(^|[^a-zA-Z0-9_>.])($banned)[[:space:]]*\(" $files |
	grep -vE '^\S+:[0-9]+:[[:space:]]*(\*|/\*|//)')
[ -z "$hits" ] || say "banned call: $hits"

hits=$(grep -nE '\b(TODO|FIXME|XXX|HACK)\b' $code)
[ -z "$hits" ] || say "unfinished: $hits"

# Layers: base sees only base; cores only base and themselves; ports only
# base; domain base and port; nobody but one file sees a foreign library.
hits=$(grep -nE '#include "(port|domain|edge|fake)/' libcommon/base/*.[ch])
[ -z "$hits" ] || say "base looks up: $hits"
hits=$(grep -nE '#include "(domain|edge|fake)/' libcommon/port/*.h)
[ -z "$hits" ] || say "a port looks up: $hits"
hits=$(grep -nE '#include "(edge|fake)/' libcommon/domain/*.[ch] |
	grep -v '^$')
[ -z "$hits" ] || say "domain looks up: $hits"
only() { # header, files that may include it
	hits=$(grep -rlE "#include <$1>" libcommon services | grep -vE "$2")
	[ -z "$hits" ] || say "<$1> outside its edge: $hits"
}
only 'nats(/nats)?\.h' '^libcommon/edge/(nats\.c|nats_watch\.[ch])$'
only 'microhttpd\.h' '^libcommon/edge/(ops|http_mhd)\.c$'
only 'libwebsockets\.h' '^libcommon/edge/ws_lws\.c$'
only 'curl/curl\.h' '^(libcommon/edge/(call|fetch)_curl|services/stoa/ready)\.c$'
only 'hiredis/.*' '^libcommon/edge/cache_redis\.c$'
only 'uv\.h' '^(libcommon/edge/(loop\.c|nats_watch\.c|cache_redis\.[ch]|call_curl\.c|snapshot_file\.c)|services/stoa/supervise\.c)$'
only 'cairo(/.*)?\.h' '^services/discord/canvas\.[ch]$'
only '(zlib|zstd)\.h' '^services/gateway/unpack\.c$'
only 'secp256k1[a-z_]*\.h' '^services/chain/evm_curve\.c$'
only 'seccomp\.h' '^(libcommon/edge/sandbox|services/worker/[a-z_]+)\.c$'

# Every function of a program is static unless a header declares it: the
# compiler checks it (-Wmissing-prototypes). Tabs indent, lines end clean.
hits=$(grep -nE "[[:space:]]+\$" $code | head -5)
[ -z "$hits" ] || say "white space at the end of a line: $hits"

[ $bad = 0 ] && echo "tidy: ok"
exit $bad

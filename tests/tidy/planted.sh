#!/bin/bash
# planted.sh - plants a violation of each kind in a copy, expects it found.
set -u
cd "$(dirname "$0")/../.." || exit 2
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -r libcommon services tests "$copy"/ 2>/dev/null
missed=0

plant() { # what, file, text
	cp "$2" "$copy/saved"
	printf '%s\n' "$3" >>"$copy/$2"
	if tests/tidy/tidy.sh "$copy" >/dev/null 2>&1; then
		echo "planted: tidy does not see $1"
		missed=1
	fi
	cp "$copy/saved" "$copy/$2"
}

if ! tests/tidy/tidy.sh "$copy" >"$copy/out" 2>&1; then
	echo "planted: the tree itself is not tidy"
	cat "$copy/out"
	exit 1
fi
plant 'a banned call' libcommon/base/str.c \
	'void f(char *a, const char *b); void f(char *a, const char *b) { strcpy(a, b); }'
plant 'a layer crossed' libcommon/base/str.c '#include "edge/log.h"'
plant 'a note left' libcommon/base/str.c '/* TO''DO: later */'
plant 'a long function' libcommon/base/str.c \
	"$(printf 'void\ng(void)\n{\n'; yes '	;' | head -75; printf '}\n')"
plant 'a foreign library' libcommon/base/str.c '#include <uv.h>'
plant 'a drawing library' services/bot/view.h '#include <cairo/cairo.h>'
plant 'a curve' services/chain/evm_tx.c '#include <secp256k1.h>'
plant 'a compression' services/gateway/shard.c '#include <zstd.h>'

cat >"$copy/impure.c" <<'C'
#include <time.h>
long f(void);
long f(void) { return (long)time(0); }
C
cc -c -o "$copy/impure.o" "$copy/impure.c"
if tests/tidy/pure.sh "$copy/impure.o" >/dev/null 2>&1; then
	echo "planted: pure does not see a clock"
	missed=1
fi
[ $missed = 0 ] && echo 'planted: every violation was found'
exit $missed

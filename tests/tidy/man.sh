#!/bin/bash
# man.sh BIN - the manual pages are well formed, and name every option that
# their daemon's --help lists, and no other.
set -euo pipefail
bin=$(cd "$1" && pwd)
cd "$(dirname "$0")/../../docs/man"
mandoc -T lint -W all -- *.[178]
failed=0
for page in stoa-*.8; do
	if ! diff <("$bin/${page%.8}" --help | grep -o '^  --[a-z-]*' | sort) \
		<(sed -n 's/^\.It Fl -\([a-z-]*\).*/  --\1/p' "$page" | sort); then
		echo "$page: options differ from those of --help (<)"
		failed=1
	fi
done
[ $failed = 0 ] && echo 'lint-man: ok'
exit $failed

#!/bin/bash
# pure.sh OBJECT... - the pure layers import nothing that could see the world:
# no clock, no random source, no environment, no input or output.
set -u
allow=$(grep -v '^#' "$(dirname "$0")/pure.allow" | grep -v '^$' | paste -sd'|')
bad=0
own=$(nm --defined-only -g "$@" 2>/dev/null | awk 'NF == 3 { print $3 }' |
	sort -u)
for object in "$@"; do
	for symbol in $(nm -u "$object" | awk '{ print $2 }'); do
		echo "$symbol" | grep -qxE "$allow" && continue
		echo "$own" | grep -qxF "$symbol" && continue
		echo "pure: $object wants $symbol"
		bad=1
	done
done
[ $bad = 0 ] && echo "pure: ok, $# objects"
exit $bad

#!/bin/sh
# deps.sh check|install run|test - are the Debian packages there; install them.
# `run` is what building and running needs, `test` adds what tests need.
set -eu
list=$(dirname "$0")/packages.txt
verb=$1
kind=$2

# A tool that is there from elsewhere counts: only its command matters.
provided() {
	case $1 in
	nodejs) command -v node ;;
	npm) command -v npm ;;
	gcc | make | clang | clang-format | clang-tidy) command -v "$1" ;;
	*) dpkg-query -W -f='${Status}' "$1" 2>/dev/null |
		grep -q 'ok installed' ;;
	esac >/dev/null 2>&1
}

missing=
while read -r when package; do
	case $when in
	'#'* | '') continue ;;
	test) [ "$kind" = test ] || continue ;;
	esac
	provided "$package" || missing="$missing $package"
done <"$list"

[ -n "$missing" ] || exit 0
if [ "$verb" = check ]; then
	echo "missing:$missing"
	exit 1
fi
sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -q
# The servers' own services are not wanted: the suite starts private ones.
policy=
if [ ! -e /usr/sbin/policy-rc.d ]; then
	policy=/usr/sbin/policy-rc.d
	printf '#!/bin/sh\nexit 101\n' | $sudo tee $policy >/dev/null
	$sudo chmod 755 $policy
fi
trap '[ -z "$policy" ] || $sudo rm -f "$policy"' EXIT
# shellcheck disable=SC2086
$sudo apt-get install -y --no-install-recommends $missing

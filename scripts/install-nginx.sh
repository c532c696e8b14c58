#!/bin/sh
# Links an nginx to the given path: one that is installed, or else what Debian's
# package has, unpacked beside it. That starts no service, as installing it would.
# Usage: install-nginx.sh <link>
set -eu

link=$1

find_nginx() {
	for name in "${NGINX:-}" nginx /usr/sbin/nginx; do
		if [ -n "$name" ] && command -v "$name"; then return; fi
	done
	unpacked=$(dirname "$link")/nginx-unpacked/usr/sbin/nginx
	[ -x "$unpacked" ] && realpath "$unpacked"
}

unpack() {
	directory=$(mktemp -d)
	if [ "$(id -u)" = 0 ]; then apt-get update -qq || true; fi
	(cd "$directory" && apt-get download -qq nginx 2>/dev/null) &&
		dpkg-deb -x "$directory"/nginx_*.deb "$(dirname "$link")/nginx-unpacked"
	rm -r "$directory"
}

mkdir -p "$(dirname "$link")"
if ! find_nginx >/dev/null && command -v apt-get >/dev/null; then
	echo "→ unpacking Debian's nginx, for the tests and the benchmark"
	unpack
fi
if ! path=$(find_nginx) || ! "$path" -v 2>/dev/null; then
	echo 'missing: nginx, which the tests and the benchmark leave out' >&2
	echo '    get it: install it and set NGINX to its path' >&2
	exit 0
fi
ln -sf "$path" "$link"
echo "→ the tests and the benchmark use $path"

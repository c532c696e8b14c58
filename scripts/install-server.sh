#!/bin/sh
# Makes a server available at the given path, which ends in its name: the one that is installed, or
# else the one of Debian's packages, unpacked beside it. (Installing them would start a service.)
# Usage: install-server.sh <directory>/nginx|apache2|haproxy|caddy|redis-server
set -eu

link=$1
name=$(basename "$link")
# Where to look first: NGINX, APACHE2, HAPROXY, CADDY, REDIS_SERVER.
variable=$(echo "$name" | tr '[:lower:]-' '[:upper:]_')
# Its package, another of its own that this needs, and how it is asked for its version.
case $name in
apache2) package=apache2-bin flag=-v ;;
caddy) package=caddy flag=version ;;
redis-server) package=$name companion=redis-tools flag=--version ;;
*) package=$name flag=-v ;;
esac
companion=${companion:-$package}
mkdir -p "$(dirname "$link")"
unpacked=$(realpath "$(dirname "$link")")/$name-unpacked

find_server() {
	for path in "$(printenv "$variable")" "$name" "/usr/sbin/$name"; do
		if [ -n "$path" ] && command -v "$path"; then return; fi
	done
	ls "$unpacked/usr/sbin/$name" "$unpacked/usr/bin/$name" 2>/dev/null
}

# The package and the libraries that it needs.
packages() {
	apt-get install --simulate --no-install-recommends "$package" |
		sed -n "s/^Inst \(lib[^ ]*\|$package\|$companion\) .*/\1/p"
}

unpack() {
	directory=$(mktemp -d)
	if [ "$(id -u)" = 0 ]; then "$(dirname "$0")/apt-get.sh" update -qq || true; fi
	(cd "$directory" && apt-get download -qq $(packages) 2>/dev/null) &&
		for archive in "$directory"/*.deb; do dpkg-deb -x "$archive" "$unpacked"; done
	rm -r "$directory"
}

if ! find_server >/dev/null && command -v apt-get >/dev/null; then
	echo "→ unpacking Debian's $name, for the tests and the benchmark"
	unpack
fi
path=$(find_server | head -1)
libraries=$(find "$unpacked" -name 'lib*.so*' -printf '%h\n' 2>/dev/null | sort -u | paste -sd :)
case $libraries:$path in
:?*) ln -sf "$path" "$link" ;;
*:"$unpacked"/*)
	printf "#!/bin/sh\nLD_LIBRARY_PATH='%s' exec '%s' \"\$@\"\n" "$libraries" "$path" >"$link"
	chmod +x "$link"
	;;
esac
if ! "$link" $flag 2>/dev/null; then
	rm -f "$link"
	echo "missing: $name; the tests and the benchmark that need it are left out" >&2
	echo "    get it: install it and set $variable to its path" >&2
	exit 0
fi
echo "→ the tests and the benchmark use $path"

#!/bin/sh
# Makes servers available under .tools/, each by its name: the one that is installed, or else the one of
# Debian's packages, unpacked beside it. (Installing them would start services.)
# Usage: install-servers.sh nginx|apache2|haproxy|caddy|redis-server ...
set -eu

tools=$(cd "$(dirname "$0")/.." && pwd)/.tools
mkdir -p "$tools"

# Where to look first: NGINX, APACHE2, HAPROXY, CADDY, REDIS_SERVER.
variable_of() {
	echo "$1" | tr '[:lower:]-' '[:upper:]_'
}

# Its package, and another of its own that this needs.
packages_of() {
	case $1 in
	apache2) echo apache2-bin ;;
	redis-server) echo redis-server redis-tools ;;
	*) echo "$1" ;;
	esac
}

# How it is asked for its version.
flag_of() {
	case $1 in
	caddy) echo version ;;
	redis-server) echo --version ;;
	*) echo -v ;;
	esac
}

find_server() {
	for path in "$(printenv "$(variable_of "$1")")" "$1" "/usr/sbin/$1"; do
		if [ -n "$path" ] && command -v "$path"; then return; fi
	done
	ls "$tools/unpacked/usr/sbin/$1" "$tools/unpacked/usr/bin/$1" 2>/dev/null
}

# Unpacks these servers, with the libraries that they need.
unpack() {
	own=$(for name in "$@"; do packages_of "$name"; done)
	directory=$(mktemp -d)
	if [ "$(id -u)" = 0 ]; then "$tools/../scripts/apt-get.sh" update -qq || true; fi
	# shellcheck disable=SC2086 # They are several words.
	packages=$(apt-get install --simulate --no-install-recommends $own |
		sed -n "s/^Inst \(lib[^ ]*\|$(echo $own | sed 's/ /\\|/g')\) .*/\1/p")
	# shellcheck disable=SC2086
	(cd "$directory" && apt-get download -qq $packages 2>/dev/null) &&
		for archive in "$directory"/*.deb; do dpkg-deb -x "$archive" "$tools/unpacked"; done
	rm -r "$directory"
}

# Links it to where it is found. Returns false if it does not run.
link_server() {
	path=$(find_server "$1" | head -1)
	link=$tools/$1
	libraries=$(find "$tools/unpacked" -name 'lib*.so*' -printf '%h\n' 2>/dev/null | sort -u | paste -sd :)
	case $path in
	"$tools/unpacked"/*)
		printf "#!/bin/sh\nLD_LIBRARY_PATH='%s' exec '%s' \"\$@\"\n" "$libraries" "$path" >"$link"
		chmod +x "$link"
		;;
	?*) ln -sf "$path" "$link" ;;
	esac
	if ! "$link" "$(flag_of "$1")" 2>/dev/null; then
		rm -f "$link"
		echo "missing: $1; the tests and the benchmark that need it are left out" >&2
		echo "    get it: install it and set $(variable_of "$1") to its path" >&2
		return 1
	fi
	echo "→ the tests and the benchmark use $path"
}

missing=
for name in "$@"; do
	if ! find_server "$name" >/dev/null; then missing="$missing $name"; fi
done
if [ -n "$missing" ] && command -v apt-get >/dev/null; then
	echo "→ unpacking Debian's$missing, for the tests and the benchmark"
	# shellcheck disable=SC2086
	unpack $missing
fi
all_run=true
for name in "$@"; do
	link_server "$name" || all_run=false
done
# What is missing is looked for again the next time.
if $all_run; then touch "$tools/servers"; fi

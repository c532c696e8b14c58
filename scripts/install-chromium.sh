#!/bin/sh
# Links a Chromium to the given path: the headless shell, which needs a third of a whole browser's CPU
# time for the same pages, of Debian or Playwright; else a browser that is installed.
# Usage: install-chromium.sh <link>
set -eu

link=$1
apt_get=$(dirname "$0")/apt-get.sh
shell=chromium-headless-shell

# Playwright's own, if it is installed.
find_playwrights() {
	location=$(playwright-core install chromium --only-shell --dry-run |
		sed -n '/Headless Shell/,/^$/s/.*Install location: *//p')
	find "$location" -type f -name '*headless[-_]shell' 2>/dev/null | grep .
}

find_shell() {
	for name in "${CHROMIUM:-}" "$shell"; do
		if [ -n "$name" ] && command -v "$name"; then return; fi
	done
	find_playwrights
}

find_browser() {
	for name in chromium chromium-browser google-chrome google-chrome-stable; do
		if command -v "$name"; then return; fi
	done
	return 1
}

install() {
	if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
		echo "→ installing Debian's $shell, for the browser tests"
		"$apt_get" update -qq &&
			"$apt_get" install -y -qq --no-install-recommends "$shell" >/dev/null && return
	fi
	if find_browser >/dev/null; then return; fi
	echo "→ installing Playwright's $shell, for the browser tests"
	playwright-core install chromium --only-shell
}

find_shell >/dev/null || install
if ! path=$(find_shell || find_browser); then
	echo 'missing: Chromium, for the browser tests' >&2
	echo '    get it: install it and set CHROMIUM to its path' >&2
	exit 1
fi
mkdir -p "$(dirname "$link")"
ln -sf "$path" "$link"
echo "→ the browser tests use $path"

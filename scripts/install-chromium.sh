#!/bin/sh
# Links a Chromium to the given path: one that is installed, or else Debian's
# package, or else Playwright's.
# Usage: install-chromium.sh <link>
set -eu

link=$1
apt_get=$(dirname "$0")/apt-get.sh

find_chromium() {
	for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
		if [ -n "$name" ] && command -v "$name"; then return; fi
	done
	node -e '
		const { existsSync } = require("node:fs");
		const path = require("playwright-core").chromium.executablePath();
		if (existsSync(path)) console.log(path); else process.exit(1);
	'
}

if ! find_chromium >/dev/null; then
	if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
		echo "→ installing Debian's chromium, for the browser tests"
		"$apt_get" update -qq
		"$apt_get" install -y -qq --no-install-recommends chromium >/dev/null
	else
		echo "→ installing Playwright's Chromium, for the browser tests"
		playwright-core install chromium
	fi
fi
if ! path=$(find_chromium); then
	echo 'missing: Chromium, for the browser tests' >&2
	echo '    get it: install it and set CHROMIUM to its path' >&2
	exit 1
fi
mkdir -p "$(dirname "$link")"
ln -sf "$path" "$link"
echo "→ the browser tests use $path"

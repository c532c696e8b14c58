#!/bin/sh
# Names the programs that are missing on this machine and that `make` cannot install.
set -u

missing=0
lacks() {
	echo "missing: $1" >&2
	echo "    get it: $2" >&2
	missing=1
}

command -v rustup >/dev/null || lacks 'rustup, with a Rust toolchain' 'https://rustup.rs'
command -v cargo >/dev/null || lacks 'cargo' 'rustup default stable'
command -v cc >/dev/null || lacks 'a C compiler' \
	'Debian: apt-get install build-essential; macOS: xcode-select --install'
command -v npm >/dev/null || lacks 'npm' 'https://nodejs.org, version 20 or newer'
if ! command -v node >/dev/null; then
	lacks 'node' 'https://nodejs.org, version 20 or newer'
elif [ "$(node -p 'process.versions.node.split(".")[0]')" -lt 20 ]; then
	lacks "node 20 or newer (this is $(node --version))" 'https://nodejs.org'
fi
exit "$missing"

#!/bin/sh
# `npm run deploy`: builds and uploads the Worker, also on a machine without Rust, as
# Cloudflare's Workers Builds are. Rust then goes under .tools/.
# Usage: deploy.sh [<option of wrangler deploy> ...]
set -eu
cd "$(dirname "$0")/.."

install_rust() {
	echo "→ installing Rust into .tools/ (once)"
	installer=$(mktemp)
	curl --proto '=https' --tlsv1.2 --fail --silent --show-error --location \
		--output "$installer" https://static.rust-lang.org/rustup/rustup-init.sh
	sh "$installer" -y --quiet --no-modify-path --profile minimal
	rm "$installer"
}

if ! command -v cargo >/dev/null; then
	export RUSTUP_HOME="$PWD/.tools/rustup" CARGO_HOME="$PWD/.tools/cargo"
	export PATH="$CARGO_HOME/bin:$PATH"
	command -v cargo >/dev/null || install_rust
fi
make build
# With the Node that wrangler needs, which is among the packages.
export PATH="$PWD/node_modules/.bin:$PATH"
exec wrangler deploy "$@"

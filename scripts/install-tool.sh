#!/bin/sh
# Installs wasm-bindgen's command or cargo-fuzz, of one version, under .tools/,
# from source, as their ready-made binaries are not on crates.io.
# Usage: install-tool.sh .tools/<name>-<version>
set -eu

stamp=$1
tool=$(basename "$stamp")
version=${tool##*-}
name=${tool%-*}
case $name in
wasm-bindgen) crate=wasm-bindgen-cli ;;
*) crate=$name ;;
esac

install() {
	# A debug build is done sooner, and fast enough.
	CARGO_TARGET_DIR=.tools/target \
		cargo install --debug --force --root .tools --version "$version" "$@" "$crate"
}

echo "→ installing $crate $version into .tools/ (once; it takes a few minutes)"
# A registry mirror may lag behind the versions that the tool's own lock file asks for.
install --locked || {
	echo "→ not with its own lock file; trying with what the registry has"
	install
}
rm -rf .tools/target
touch "$stamp"

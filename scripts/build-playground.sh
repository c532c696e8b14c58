#!/bin/sh
# build-playground.sh DIRECTORY
# Builds tool.js and its Wasm: the tool's own check and explain, for the playground's page.
set -eu
cd "$(dirname "$0")/.."
export PATH="$PWD/.tools/bin:$PWD/node_modules/.bin:$PATH"

cargo build --locked --package socketio-cors-playground --profile npm \
	--target-dir target --target wasm32-unknown-unknown
wasm-bindgen --target web --no-typescript --out-dir "$1" --out-name tool \
	target/wasm32-unknown-unknown/npm/socketio_cors_playground.wasm
wasm-opt --enable-bulk-memory --enable-bulk-memory-opt --enable-multivalue --enable-mutable-globals \
	--enable-nontrapping-float-to-int --enable-reference-types --enable-sign-ext --strip-debug --strip-producers \
	--strip-target-features "$1/tool_bg.wasm" -o "$1/tool_bg.wasm"

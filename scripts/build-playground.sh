#!/bin/sh
# build-playground.sh DIRECTORY
# Builds tool.js and its Wasm: the tool's own check and explain, for the playground's page.
set -eu
cd "$(dirname "$0")/.."
export PATH="$PWD/.tools/bin:$PATH"

cargo build --locked --package socketio-cors-playground --profile playground \
	--target-dir target --target wasm32-unknown-unknown
wasm-bindgen --target web --no-typescript --out-dir "$1" --out-name tool \
	target/wasm32-unknown-unknown/playground/socketio_cors_playground.wasm

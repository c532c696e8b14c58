#!/bin/sh
# build-playground.sh DIRECTORY
# Builds tool.js and its Wasm: the tool's own check and explain, for the playground's page.
set -eu
cd "$(dirname "$0")/.."
export PATH="$PWD/.tools/bin:$PWD/node_modules/.bin:$PATH"

cargo build --locked --package socketio-cors-playground --profile npm \
	--target-dir target --target wasm32-unknown-unknown
wasm-bindgen --target web --no-typescript --remove-name-section --remove-producers-section \
	--out-dir "$1" --out-name tool target/wasm32-unknown-unknown/npm/socketio_cors_playground.wasm

#!/bin/sh
# build-playground.sh DIRECTORY
# Builds tool.js and its Wasm: the tool's own check and explain, for the playground's page.
set -eu
cd "$(dirname "$0")/.."
export PATH="$PWD/.tools/bin:$PWD/node_modules/.bin:$PATH"

scripts/compile-wasm.sh socketio-cors-playground
wasm-bindgen --target web --no-typescript --remove-name-section --remove-producers-section \
	--out-dir "$1" --out-name tool target/wasm32-unknown-unknown/wasm/socketio_cors_playground.wasm

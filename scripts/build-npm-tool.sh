#!/bin/sh
# build-npm-tool.sh DIRECTORY
# Builds the tool for Node: socketio_cors.js and its Wasm. They ask ../lib/host.js for the machine.
set -eu
cd "$(dirname "$0")/.."
export PATH="$PWD/.tools/bin:$PWD/node_modules/.bin:$PATH"

scripts/compile-wasm.sh socketio-cors
# To optimize it further with wasm-opt takes half a minute, and saves 2 %.
wasm-bindgen --target web --no-typescript --remove-name-section --remove-producers-section \
	--out-dir "$1" --out-name socketio_cors target/wasm32-unknown-unknown/wasm/socketio-cors.wasm

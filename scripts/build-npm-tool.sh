#!/bin/sh
# build-npm-tool.sh DIRECTORY
# Builds the tool for Node: socketio_cors.js and its Wasm. They ask ../lib/host.js for the machine.
set -eu
cd "$(dirname "$0")/.."
export PATH="$PWD/.tools/bin:$PWD/node_modules/.bin:$PATH"

cargo build --locked --package socketio-cors --profile npm \
	--target-dir target --target wasm32-unknown-unknown
wasm-bindgen --target web --no-typescript --out-dir "$1" --out-name socketio_cors \
	target/wasm32-unknown-unknown/npm/socketio-cors.wasm
# The features that Rust's target has.
FEATURES="--enable-bulk-memory --enable-bulk-memory-opt --enable-multivalue --enable-mutable-globals \
--enable-nontrapping-float-to-int --enable-reference-types --enable-sign-ext"
# Without its names. To optimize it takes half a minute, and saves 2 %.
# shellcheck disable=SC2086 # They are several words.
wasm-opt $FEATURES --strip-debug --strip-producers --strip-target-features \
	"$1/socketio_cors_bg.wasm" -o "$1/socketio_cors_bg.wasm"

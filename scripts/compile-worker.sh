#!/bin/sh
# compile-worker.sh FILE [FEATURE]
# Compiles the Worker's Rust to Wasm, which scripts/build.sh goes on with.
set -eu
cd "$(dirname "$0")/.."

# Optimized as a whole: a request takes less time, and the upload a tenth less. A test's own Worker is not
# worth ten seconds.
if [ $# -eq 1 ]; then
	scripts/compile-wasm.sh socketio-cors-edge -- -Clto=fat
else
	scripts/compile-wasm.sh socketio-cors-edge --features "$2"
fi
mkdir -p "$(dirname "$1")"
# Cargo has one place for it, whatever the features.
cp target/wasm32-unknown-unknown/wasm/socketio_cors_edge.wasm "$1"
touch "$1"

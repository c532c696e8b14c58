#!/bin/sh
# compile-worker.sh [FEATURE]
# Cargo's part of scripts/build.sh.
set -eu

# Optimized as a whole: a request takes less time, and the upload a tenth less. A test's own Worker is not
# worth ten seconds.
if [ $# -eq 0 ]; then
	exec "$(dirname "$0")/compile-wasm.sh" socketio-cors-edge -- -Clto=fat
else
	exec "$(dirname "$0")/compile-wasm.sh" socketio-cors-edge --features "$1"
fi

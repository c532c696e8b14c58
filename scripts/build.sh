#!/bin/sh
# Builds the Worker: build/index.js and build/index_bg.wasm. worker-build is told
# where its helpers are, as it would download them itself otherwise.
set -eu
cd "$(dirname "$0")/.."

WASM_BINDGEN_BIN="$PWD/.tools/bin/wasm-bindgen"
WASM_OPT_BIN="$PWD/node_modules/.bin/wasm-opt"
ESBUILD_BIN="$PWD/node_modules/.bin/esbuild"
PATH="$PWD/node_modules/.bin:$PATH"
export WASM_BINDGEN_BIN WASM_OPT_BIN ESBUILD_BIN PATH

# Speed without the size that inlining and unrolling take: 8 KB (gzip) less than without this.
export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="-Cllvm-args=-inline-threshold=10 \
-Cllvm-args=-inlinehint-threshold=50 -Cllvm-args=-unroll-threshold=0 -Cllvm-args=-unroll-partial-threshold=0"
.tools/bin/worker-build --release
# worker-build keeps the functions' names: a tenth of the upload.
"$WASM_OPT_BIN" -Oz --all-features --strip-debug build/index_bg.wasm -o build/index_bg.wasm

#!/bin/sh
# build.sh COMPILED DIRECTORY LEVEL
# Builds the Worker of what scripts/compile-worker.sh compiled: index.js and index_bg.wasm, optimized for size
# and speed (LEVEL is `full`), or soon (`quick`).
#
# worker-build would do the same, but its entry point wraps each request in proxies and
# promises that cost a fifth of an answer's CPU time.
set -eu
cd "$(dirname "$0")/.."
OUT="$2"
GLUE=target/glue
export PATH="$PWD/.tools/bin:$PWD/node_modules/.bin:$PATH"

# With the hooks by which a panic ends its own instance of Wasm alone.
wasm-bindgen --target module --no-typescript --out-dir "$GLUE" --out-name index \
	--experimental-reset-state-function --force-enable-abort-handler "$1"
# In workerd a plain import gives the compiled module. The classes are those that the linker leaves
# out; without these lines nothing mentions them.
sed -i.bak -e 's/^import source /import /' -e '/^if (Symbol.dispose)/d' "$GLUE/index.js"

mkdir -p "$OUT"
# wasm-bindgen names a module once for each of its functions that needs no wrapper.
esbuild src/js/entry.js --bundle --minify --format=esm --log-level=warning --log-override:duplicate-object-key=silent \
	"--alias:wasm=$PWD/$GLUE/index.js" "--alias:js=$PWD/src/js" --external:./index_bg.wasm --outfile="$OUT/index.js"
# The features that the code has already: those of Rust's target, and the exceptions of
# wasm-bindgen's wrappers. With all features, wasm-opt writes Wasm that older runtimes cannot load.
FEATURES="--enable-bulk-memory --enable-bulk-memory-opt --enable-exception-handling --enable-multivalue \
--enable-mutable-globals --enable-nontrapping-float-to-int --enable-reference-types --enable-sign-ext"
# Functions that are inlined because they have one caller compress worse than before.
OPTIMIZE=-O1
if [ "$3" = full ]; then OPTIMIZE="-Os --one-caller-inline-max-function-size=20"; fi
# shellcheck disable=SC2086 # They are several words.
wasm-opt $OPTIMIZE $FEATURES --strip-debug --strip-producers --strip-target-features \
	"$GLUE/index_bg.wasm" -o "$OUT/index_bg.wasm"

#!/usr/bin/env bash
# lint-and-compile.sh RUSTC ARGUMENT…
# What cargo runs in place of rustc for the workspace's crates where RUSTC_WORKSPACE_WRAPPER names it:
# Clippy reads the crate, then rustc compiles it. `cargo clippy` would read all that these crates
# depend on as well, once more and for each target.
#
# For bash: other shells keep variables like CARGO_BIN_EXE_socketio-cors from what they run.
set -eu

# Clippy reads a crate with its unit tests. Where the same source is compiled without them, or for
# another target that it does not ask for, the lints of rustc itself find what only that shows.
case "${CARGO_CRATE_NAME:-} $* " in
*" --test "*) is_read=false ;;
"socketio_cors_core "* | "socketio_cors_explain "*) is_read=true ;;
"socketio_cors "*wasm32*) is_read=false ;;
"socketio_cors "*) is_read=true ;;
*) is_read=false ;;
esac

# Of what is only read, nothing is kept.
reading=$(mktemp -d)
trap 'rm -rf "$reading"' EXIT
compiles=false
given=()
arguments=()
while [ $# -gt 0 ]; do
	case $1 in
	--emit=*) arguments+=(--emit=metadata) compiles=true ;;
	# Cargo waits for what rustc tells it of its files.
	--json=*) arguments+=(--json=diagnostic-rendered-ansi) ;;
	incremental=*) arguments+=("incremental=$reading") ;;
	--out-dir) arguments+=(--out-dir "$reading") && given+=("$1") && shift ;;
	*) arguments+=("$1") ;;
	esac
	given+=("$1")
	shift
done

# It is asked for its version and the like as well.
if $compiles && ! $is_read; then CLIPPY_ARGS=-Dwarnings clippy-driver "${arguments[@]}"; fi
if $is_read; then given+=(-Dwarnings); fi
"${given[@]}"

#!/bin/sh
# lint-and-compile.sh RUSTC ARGUMENT…
# What cargo runs in place of rustc for the workspace's crates where RUSTC_WORKSPACE_WRAPPER names it:
# Clippy reads the crate, then rustc compiles it. `cargo clippy` would read all that these crates
# depend on as well, once more and for each target.
set -eu

# It is asked for its version and the like as well.
compiles=false
for argument; do
	case $argument in --emit=*) compiles=true ;; esac
done

# In a subshell, as it changes the arguments.
lint() (
	read=$(mktemp -d)
	trap 'rm -rf "$read"' EXIT
	rustc=$1
	shift
	count=$#
	while [ "$count" -gt 0 ]; do
		argument=$1
		shift
		count=$((count - 1))
		case $argument in
		--emit=*) set -- "$@" --emit=metadata ;;
		# Cargo waits for what rustc tells it of its files.
		--json=*) set -- "$@" --json=diagnostic-rendered-ansi ;;
		incremental=*) set -- "$@" "incremental=$read" ;;
		--out-dir)
			shift
			count=$((count - 1))
			set -- "$@" --out-dir "$read"
			;;
		*) set -- "$@" "$argument" ;;
		esac
	done
	CLIPPY_ARGS=-Dwarnings clippy-driver "$rustc" "$@"
)

if $compiles; then lint "$@"; fi
exec "$@"

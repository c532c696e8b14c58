#!/bin/sh
# Installs a command under .tools/ from source, with the versions of its lock file.
# Usage: install-tool.sh .tools/<name>-<version> <argument of cargo install> ...
set -eu

stamp=$1
shift

echo "→ installing $(basename "$stamp") into .tools/ (once; it takes a few minutes)"
# A debug build is done sooner, and fast enough; sooner still without what a debugger or a panic needs.
CARGO_TARGET_DIR=.tools/target CARGO_PROFILE_DEV_DEBUG=none CARGO_PROFILE_DEV_PANIC=abort RUSTC_WORKSPACE_WRAPPER= cargo install --locked --debug --force --root .tools "$@"
rm -rf .tools/target
touch "$stamp"

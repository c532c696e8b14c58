#!/bin/sh
# Installs a command under .tools/ from source, with the versions of its lock file.
# Usage: install-tool.sh .tools/<name>-<version> <argument of cargo install> ...
set -eu

stamp=$1
shift

echo "→ installing $(basename "$stamp") into .tools/ (once; it takes a few minutes)"
# A debug build is done sooner, and fast enough.
CARGO_TARGET_DIR=.tools/target cargo install --locked --debug --force --root .tools "$@"
rm -rf .tools/target
touch "$stamp"

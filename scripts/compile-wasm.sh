#!/bin/sh
# compile-wasm.sh PACKAGE [CARGO'S OPTIONS] [-- RUSTC'S OPTIONS FOR THE PACKAGE]
# Compiles a package of the workspace to Wasm, in target/wasm32-unknown-unknown/wasm/. Each has the same
# profile and flags, so that what they depend on is compiled once.
set -eu
# Not by a link to this directory, as a test makes one: the Wasm names the place.
cd -P "$(dirname "$0")/.."

export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER="$PWD/scripts/linker/wasm-ld"
# Speed without the size that inlining and unrolling take; and what -Clto=fat needs of each crate.
export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="-Cllvm-args=-inline-threshold=10 \
-Cllvm-args=-inlinehint-threshold=50 -Cllvm-args=-unroll-threshold=0 -Cllvm-args=-unroll-partial-threshold=0 \
-Cembed-bitcode=yes"
cargo rustc --locked --profile wasm --target-dir target --target wasm32-unknown-unknown --package "$@"

#!/bin/sh
# Fuzzes each target of fuzz/ for FUZZ_SECONDS (600) and fails if one finds anything. The corpus
# stays in fuzz/corpus/, and the next run starts from it.
# Usage: fuzz.sh [<target> ...]
set -eu
cd "$(dirname "$0")/.."

seconds=${FUZZ_SECONDS:-600}
[ $# -gt 0 ] || set -- policy_text origin_header decision
export PATH="$PWD/.tools/bin:$PATH"

# cargo-fuzz has no --locked of its own.
cargo fetch --quiet --locked --manifest-path fuzz/Cargo.toml

status=0
for target in "$@"; do
	corpus=fuzz/corpus/$target
	log=$corpus.log
	mkdir -p "$corpus"
	echo "→ fuzzing $target for $seconds s (log: $log)"
	# No sanitizer: they take a nightly compiler, and the core has no unsafe code.
	cargo fuzz build --sanitizer none "$target"
	if cargo fuzz run --sanitizer none "$target" "$corpus" "fuzz/seeds/$target" -- \
		-max_total_time="$seconds" -dict=fuzz/tokens.dict -max_len=4096 -timeout=10 \
		-print_final_stats=1 >"$log" 2>&1; then
		grep -E '^(Done|stat::)|DONE' "$log"
	else
		tail -n 40 "$log"
		status=1
	fi
done
exit $status

#!/bin/sh
# Builds the Next.js application of the tests in a directory of its own, as its packages
# weigh 340 MB.
# Usage: build-nextjs.sh <directory>
set -eu

directory=$1
echo "→ installing Next.js and building its application into $directory, for the tests"
rm -rf "$directory"
cp -r tests/socketio/nextjs "$directory"
cd "$directory"
npm ci --no-audit --no-fund --loglevel=error
NEXT_TELEMETRY_DISABLED=1 node_modules/.bin/next build >build.log || {
	cat build.log >&2
	exit 1
}

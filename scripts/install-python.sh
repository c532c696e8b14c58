#!/bin/sh
# Makes a virtual environment with Python packages, each with the checksum that its line names.
# Usage: install-python.sh <directory> <requirements file>
set -eu

directory=$1
requirements=$2
python=${PYTHON:-python3}

is_fit() {
	"$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

if ! is_fit && command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
	echo "→ installing Debian's Python, for the tests with servers in Python"
	"$(dirname "$0")/apt-get.sh" update -qq
	"$(dirname "$0")/apt-get.sh" install -y -qq --no-install-recommends python3-venv >/dev/null
fi
if ! is_fit; then
	echo 'missing: Python 3.11 or newer with venv, for the tests with servers in Python' >&2
	echo '    get it: install it (Debian: python3-venv) and set PYTHON to its path' >&2
	exit 1
fi
echo "→ installing Python packages into $directory, for the tests"
rm -rf "$directory"
"$python" -m venv "$directory"
"$directory/bin/pip" install --quiet --disable-pip-version-check \
	--require-hashes --only-binary :all: --requirement "$requirements"

#!/bin/sh
# apt-get, one at a time: make may run several of the scripts that call it at once.
# Usage: apt-get.sh <what to tell apt-get> ...
exec flock "$(dirname "$0")" apt-get "$@"

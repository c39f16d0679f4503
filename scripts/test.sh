#!/bin/sh
# Runs the tests with the race detector and closes with a line that counts them.
#   scripts/test.sh                    every package
#   scripts/test.sh ./store/... -run Claim
# The servers they need run beside them (scripts/servers.sh).
set -eu
cd "$(dirname "$0")/.."

bin=$(mktemp -d)
trap 'rm -rf "$bin"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
go build -o "$bin/testcount" ./scripts/testcount

[ $# -gt 0 ] || set -- ./...
# Nothing is taken from the cache: the stories build the bot themselves, and the cache does
# not see what that is made of.
scripts/servers.sh "$bin/testcount" -race -count=1 -timeout=20m "$@"

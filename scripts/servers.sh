#!/bin/sh
# Runs a command beside a private PostgreSQL and Redis, as far as the tests of this
# checkout need them and none is named by TICKETBELL_TEST_POSTGRES or
# TICKETBELL_TEST_REDIS, and stops them whatever happens.
#   scripts/servers.sh go test ./store -bench Search
set -eu
cd "$(dirname "$0")/.."
scripts/deps.sh
. scripts/needs.sh

tmp=$(mktemp -d)
chmod 711 "$tmp" # the user PostgreSQL runs as has to pass through
clean() {
	status=$?
	trap - EXIT INT TERM
	[ ! -d "$tmp/postgres" ] || scripts/postgres.sh stop "$tmp/postgres" || true
	[ ! -d "$tmp/redis" ] || scripts/redis.sh stop "$tmp/redis" || true
	rm -rf "$tmp"
	exit "$status"
}
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if needs_postgres; then
	TICKETBELL_TEST_POSTGRES=$(scripts/postgres.sh start "$tmp/postgres")
	export TICKETBELL_TEST_POSTGRES
fi
if needs_redis; then
	TICKETBELL_TEST_REDIS=$(scripts/redis.sh start "$tmp/redis")
	export TICKETBELL_TEST_REDIS
fi

"$@"

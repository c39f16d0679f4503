#!/bin/sh
# Installs what the tests need and this machine lacks, on Debian or Ubuntu.
# Nothing is installed for a server whose address is given:
#   TICKETBELL_TEST_POSTGRES   postgres://…  (a role that may create databases)
#   TICKETBELL_TEST_REDIS      redis://…
# Without root it installs nothing and says what to install.
set -eu
cd "$(dirname "$0")/.."
. scripts/needs.sh

missing=""
lacks() { missing="$missing $*"; }

command -v go >/dev/null 2>&1 || { echo "deps: install Go 1.26 or newer first: https://go.dev/doc/install" >&2; exit 1; }
command -v make >/dev/null 2>&1 || lacks make
command -v git >/dev/null 2>&1 || lacks git
command -v cc >/dev/null 2>&1 || command -v gcc >/dev/null 2>&1 || lacks gcc libc6-dev # go test -race links with C
[ -s /etc/ssl/certs/ca-certificates.crt ] || [ "$(uname)" != Linux ] || lacks ca-certificates
if needs_postgres && ! postgres_bin >/dev/null; then lacks postgresql; fi
if needs_redis && ! command -v redis-server >/dev/null 2>&1; then lacks redis-server; fi
if needs_chromium && ! chromium_bin >/dev/null; then lacks chromium; fi

[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" != 0 ]; then
	echo "deps: the tests need:$missing" >&2
	echo "deps: install them, for example: sudo apt-get install --no-install-recommends$missing" >&2
	echo "deps: or name servers that run: TICKETBELL_TEST_POSTGRES=postgres://… TICKETBELL_TEST_REDIS=redis://…" >&2
	exit 1
fi

echo "deps: installing$missing"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086 # the names are words on purpose
apt-get install -y -qq --no-install-recommends $missing >/dev/null

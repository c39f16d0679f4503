# shellcheck shell=sh
# Sourced by the other scripts: what do the tests of this checkout need?
# A server is needed when a Go file names the variable its address comes in, so that
# nothing here has to be changed when a package begins or ceases to use one.

# uses WORD: some Go file of the repository names WORD.
uses() { grep -rqs --include='*.go' -e "$1" .; }

needs_postgres() { [ -z "${TICKETBELL_TEST_POSTGRES:-}" ] && uses TICKETBELL_TEST_POSTGRES; }
needs_redis() { [ -z "${TICKETBELL_TEST_REDIS:-}" ] && uses TICKETBELL_TEST_REDIS; }
needs_chromium() { uses chromedp/chromedp; }

# postgres_bin prints the folder with initdb and pg_ctl, the newest one Debian has.
# Debian keeps them out of PATH.
postgres_bin() {
	# shellcheck disable=SC2012 # Debian's folders are called 15, 16, 17
	newest=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
	if [ -n "$newest" ] && [ -x "$newest/initdb" ]; then
		echo "$newest"
	elif command -v initdb >/dev/null 2>&1; then
		dirname "$(command -v initdb)"
	else
		return 1
	fi
}

# chromium_bin prints the browser chromedp would find.
chromium_bin() {
	command -v chromium || command -v chromium-browser || command -v google-chrome
}

# free_port prints a port below the range the kernel hands out itself. Two callers may
# get the same one: who starts a server on it tries another when it is taken.
free_port() { echo $((20000 + $(od -An -N2 -tu2 /dev/urandom) % 12000)); }

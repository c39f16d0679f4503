#!/bin/sh
# A private PostgreSQL for tests, in a folder of its own and on a port nobody else uses.
#   scripts/postgres.sh start DIR   prints its address (postgres://…) on stdout
#   scripts/postgres.sh restart DIR   breaks it off and starts it again on the same port
#   scripts/postgres.sh stop DIR
# It is as fast as it is careless: what it holds is lost when the machine stops.
set -eu
dir=${2:?"usage: scripts/postgres.sh start|restart|stop DIR"}
case $dir in /*) ;; *) dir=$PWD/$dir ;; esac
cd "$(dirname "$0")/.."
. scripts/needs.sh
bin=$(postgres_bin) || { echo "postgres: no initdb found; scripts/deps.sh installs it" >&2; exit 1; }

# PostgreSQL refuses to run as root.
as_owner() {
	if [ "$(id -u)" = 0 ]; then (cd "$dir" && runuser -u "$owner" -- "$@"); else "$@"; fi
}
owner=nobody
if id postgres >/dev/null 2>&1; then owner=postgres; fi

start() {
	mkdir -p "$dir"
	[ "$(id -u)" != 0 ] || chown "$owner" "$dir"
	as_owner "$bin/initdb" --pgdata="$dir/data" --username=ticketbell --auth=trust \
		--encoding=UTF8 --locale=C --no-sync >"$dir/initdb.log" 2>&1 || fail initdb.log
	cat >>"$dir/data/postgresql.conf" <<-CONF
		listen_addresses = '127.0.0.1'
		unix_socket_directories = ''
		max_connections = 200
		fsync = off
		synchronous_commit = off
		full_page_writes = off
	CONF
	for _ in 1 2 3 4 5; do
		port=$(free_port)
		if as_owner "$bin/pg_ctl" --pgdata="$dir/data" --log="$dir/server.log" --options="-p $port" --wait --timeout=60 start >/dev/null 2>&1; then
			echo "postgres://ticketbell@127.0.0.1:$port/postgres?sslmode=disable"
			return
		fi
	done
	fail server.log
}

stop() {
	[ ! -f "$dir/data/postmaster.pid" ] || as_owner "$bin/pg_ctl" --pgdata="$dir/data" --mode=immediate --wait stop >/dev/null
}

restart() {
	as_owner "$bin/pg_ctl" --pgdata="$dir/data" --log="$dir/server.log" --mode=immediate --wait --timeout=60 restart >/dev/null 2>&1 ||
		fail server.log
}

fail() {
	echo "postgres: did not start:" >&2
	tail -n 20 "$dir/$1" >&2
	exit 1
}

case $1 in
start) start ;;
restart) restart ;;
stop) stop ;;
*) echo "usage: scripts/postgres.sh start|restart|stop DIR" >&2; exit 2 ;;
esac

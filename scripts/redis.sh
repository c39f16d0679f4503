#!/bin/sh
# A private Redis for tests that keeps nothing, on a port nobody else uses.
#   scripts/redis.sh start DIR   prints its address (redis://…) on stdout; after a stop, the same as before
#   scripts/redis.sh stop DIR
set -eu
dir=${2:?"usage: scripts/redis.sh start|stop DIR"}
case $dir in /*) ;; *) dir=$PWD/$dir ;; esac
cd "$(dirname "$0")/.."
. scripts/needs.sh

# up waits until the Redis on that port answers and is ours: with --daemonize, redis-server
# returns at once, and that its port was taken shows in the log alone.
up() {
	for _ in $(seq 100); do
		answers=$(timeout 2 redis-cli -p "$1" info server 2>/dev/null | tr -d '\r' | sed -n 's/^process_id://p')
		if [ -n "$answers" ] && [ "$answers" = "$(cat "$dir/pid" 2>/dev/null)" ]; then return 0; fi
		sleep 0.05
	done
	return 1
}

start() {
	command -v redis-server >/dev/null 2>&1 || { echo "redis: not installed; scripts/deps.sh installs it" >&2; exit 1; }
	mkdir -p "$dir"
	for _ in 1 2 3 4 5; do
		port=$(cat "$dir/port" 2>/dev/null || free_port)
		redis-server --bind 127.0.0.1 --port "$port" --save '' --appendonly no --dir "$dir" \
			--daemonize yes --pidfile "$dir/pid" --logfile "$dir/server.log" >/dev/null
		if up "$port"; then
			echo "$port" >"$dir/port"
			echo "redis://127.0.0.1:$port/0"
			return
		fi
	done
	echo "redis: did not start:" >&2
	tail -n 20 "$dir/server.log" >&2
	exit 1
}

# stop waits for the end: the folder may be removed then.
stop() {
	pid=$(cat "$dir/pid" 2>/dev/null) || return 0
	kill "$pid" 2>/dev/null || return 0
	for _ in $(seq 100); do
		kill -0 "$pid" 2>/dev/null || return 0
		sleep 0.05
	done
}

case $1 in
start) start ;;
stop) stop ;;
*) echo "usage: scripts/redis.sh start|stop DIR" >&2; exit 2 ;;
esac

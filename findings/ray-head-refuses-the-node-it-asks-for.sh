#!/bin/sh
set -eu
# Ray 2.60.0: once a user has run `ray.init()`, the command that `ray start --head` prints for adding
# a machine is refused by that head, although both read the same home folder.
#
# One would guess: `ray start --head` and `ray start --address=HOST:PORT`, one after the other, by one
# user on one machine, make a cluster of two nodes, as the words of the first say and as they do for a
# user whose home is new.
# What happens: `ray.init()`, which starts a cluster of its own, leaves ~/.ray/auth_token. The head of
# a later `ray start --head` takes the token up and demands it; `ray start --address=...` looks for it
# only where RAY_AUTH_MODE is set, knocks twenty times without it (InvalidAuthToken) and ends with a
# traceback. `ray.init(address="HOST:PORT")` does the same; `ray.init(address="auto")` sends the token.
# Who starts clusters by hand sets RAY_AUTH_MODE=token (or disabled) for all of these commands; who
# starts one in a program for itself alone gives it a token of its own in RAY_AUTH_TOKEN, which
# `ray.init()` takes without writing a file.
#
# Installs pinned public packages in a temporary folder; fails if the behaviour changes.
folder=$(mktemp -d)
started=
trap 'test -z "$started" || kill $started 2>/dev/null; sleep 5; rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check ray==2.60.0
export HOME="$folder/home" RAY_USAGE_STATS_ENABLED=0 RAY_TMPDIR="$folder/t"
unset RAY_AUTH_MODE RAY_AUTH_TOKEN RAY_AUTH_TOKEN_PATH RAY_ADDRESS
mkdir "$HOME"
ray="$folder/venv/bin/ray"
few="--num-cpus 1 --object-store-memory 100000000"
port=$("$folder/venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("", 0)); print(s.getsockname()[1])')

init='import ray; ray.init(address="local", num_cpus=1, include_dashboard=False, object_store_memory=10**8)'
RAY_AUTH_TOKEN=of-its-own-and-long-enough-for-anyone "$folder/venv/bin/python" -c "$init" 2>/dev/null
test ! -e "$HOME/.ray/auth_token" && echo "ray.init() with RAY_AUTH_TOKEN: no file"
"$folder/venv/bin/python" -c "$init" 2>/dev/null
test -s "$HOME/.ray/auth_token" && echo "ray.init(): wrote ~/.ray/auth_token"

$ray start --head --block --port "$port" --include-dashboard false $few > "$folder/head" 2>&1 &
started=$!
waited() {
    tries=0
    until grep -q "$1" "$2"; do tries=$((tries + 1)); test $tries -lt 60; sleep 1; done
}
waited "ray start --address=" "$folder/head"
asked=$(sed -n "s/.*\(ray start --address='[^']*'\).*/\1/p" "$folder/head" | head -n 1)
address=$(echo "$asked" | sed "s/.*'\(.*\)'/\1/")
echo "ray start --head: to add another node: $asked"
status=0
$ray start --address="$address" $few > "$folder/node" 2>&1 || status=$?
echo "that command: status $status, $(grep -o 'InvalidAuthToken: [A-Za-z ]*' "$folder/node" | sort | uniq -c | head -n 1)"
test "$status" != 0
grep -q "InvalidAuthToken" "$folder/node"
RAY_AUTH_MODE=token $ray start --block --address="$address" $few > "$folder/node" 2>&1 &
started="$! $started"
waited "Ray runtime started" "$folder/node"
echo "the same with RAY_AUTH_MODE=token: Ray runtime started"
echo "as described"

#!/bin/bash
# The search page of the portal at 10^6 and 10^7 names: the 99th percentile of each kind of text,
# page and all, against the goals of 10 ms and 30 ms; at 10^6 also while an import runs. The
# registry is filled directly (fill_objects), the questions go to the real server.
# BENCH_NAMES changes the sizes ("1000000 10000000").
#
# What it uses of the program: sunlot --data DIR init ..., sunlot --data DIR serve --port 0
#                              --proxy 127.0.0.1 --quiet, sunlot --data DIR import objects FILE
set -u -o pipefail

here=$(cd "$(dirname "$0")" && pwd) || exit 1
dir=$(mktemp -d) || exit 1
server=
import=
trap 'kill $server $import 2>/dev/null; wait; rm -rf "$dir"' EXIT

fail() {
    echo "bench_search: $*" >&2
    exit 1
}

fill() {
    local from to
    rm -rf "$dir/data"
    "$SUNLOT" --data "$dir/data" init --division 410882 --name bench --origin bench.example/log >"$dir/out" || fail init
    from=$(date +%s%N)
    "$BENCH/gen_objects" "$1" bare | "$BENCH/fill_objects" "$dir/data/sunlot.db" || fail fill
    to=$(date +%s%N)
    echo "# $1 names filled and indexed in $(((to - from) / 1000000000)) s," \
        "$(($(stat -c %s "$dir/data/sunlot.db") / 1000000)) MB"
}

start() {
    "$SUNLOT" --data "$dir/data" serve --port 0 --proxy 127.0.0.1 --quiet >"$dir/out" &
    server=$!
    port=
    for _ in $(seq 600); do
        port=$(sed -n 's|.*http://127.0.0.1:\([0-9]*\)/ .*|\1|p' "$dir/out")
        [ -n "$port" ] && return
        sleep 0.1
    done
    fail "the portal did not start"
}

stop() {
    awk -v name="$1_memory" '/^VmRSS/ { printf "%s %.1f MB %.2f <=1\n", name, $2 / 1024, $2 / 1024 / 96 }' \
        "/proc/$server/status"
    kill "$server"
    wait "$server"
    server=
}

# The same questions while as many objects again are imported.
with_import() {
    "$BENCH/gen_objects" $((2 * $1)) | awk -v n="$1" 'NR == 1 || NR > n + 1' >"$dir/more.csv" || fail more
    "$SUNLOT" --data "$dir/data" import objects "$dir/more.csv" >"$dir/import.out" 2>&1 &
    import=$!
    sleep 1
    echo "# while as many are imported"
    python3 "$here/search_client.py" "$port" "$dir/data/sunlot.db" "$2" "search_import_$1" || fail client
    kill -0 "$import" 2>/dev/null || echo "# the import ended before the last question"
    kill "$import" 2>/dev/null
    wait "$import"
    import=
}

for rows in ${BENCH_NAMES:-1000000 10000000}; do
    goal=10
    [ "$rows" -gt 1000000 ] && goal=30
    fill "$rows"
    start
    python3 "$here/search_client.py" "$port" "$dir/data/sunlot.db" "$goal" "search_$rows" || fail client
    [ "$rows" -gt 1000000 ] || with_import "$rows" "$goal"
    stop "search_$rows"
done

#!/bin/bash
# Import of a registry, checked and indexed, against the databases' own bulk loaders: the same file
# by `sqlite3 .import` and by PostgreSQL's \copy, each followed by the index builds of our table.
# Syncs are on everywhere. BENCH_ROWS changes the number of rows (1000000).
#
# What it uses of the program: sunlot --data DIR init --division CODE --name NAME --origin NAME
#                              [--database URL], sunlot --data DIR import objects FILE
set -u -o pipefail

rows=${BENCH_ROWS:-1000000}
tests=$(cd "$(dirname "${BASH_SOURCE[0]}")/../test" && pwd) || exit 1
dir=$(mktemp -d) || exit 1
chmod 755 "$dir"
trap 'rm -rf "$dir"' EXIT

columns='number TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL,
    division TEXT NOT NULL, address TEXT NOT NULL, industry TEXT NOT NULL, business TEXT NOT NULL,
    established TEXT NOT NULL'
# As many rows and words a key as the indexes of the table object: primary key, pool id, division, name,
# industry, department.
indexes="CREATE UNIQUE INDEX raw_key ON raw (number, state);
    CREATE UNIQUE INDEX raw_pool ON raw (state, number);
    CREATE INDEX raw_division ON raw (state, division, number);
    CREATE INDEX raw_name ON raw (state, name, number);
    CREATE INDEX raw_industry ON raw (state, industry, number);
    CREATE INDEX raw_owner ON raw (state, kind, number);"

# seconds COMMAND...: how long it took, nothing if it failed.
seconds() {
    local from to
    from=$(date +%s%N)
    "$@" >"$dir/out" 2>&1 || {
        echo "# failed: $*" >&2
        tail -n 5 "$dir/out" >&2
        return 1
    }
    to=$(date +%s%N)
    awk "BEGIN { printf \"%.2f\", ($to - $from) / 1e9 }"
}

# result NAME SECONDS PEER-SECONDS GOAL
result() {
    echo "$1 $2 s $(awk "BEGIN { printf \"%.2f\", $2 / $3 }") $4"
    echo "$1_rate $(awk "BEGIN { printf \"%.0f\", $rows / $2 }") rows/s - -"
}

sqlite_peer() {
    sqlite3 "$dir/peer.db" 'PRAGMA journal_mode = WAL' "PRAGMA synchronous = FULL" \
        "CREATE TABLE raw ($columns)" '.mode csv' ".import '$dir/bare.csv' raw" "$indexes"
}

postgres_peer() {
    psql -q -v ON_ERROR_STOP=1 -d "$SUNLOT_TEST_PG" -c "CREATE TABLE raw ($columns)" \
        -c "\\copy raw from '$dir/bare.csv' with (format csv)" -c "$indexes"
}

import() {
    "$SUNLOT" --data "$1" import objects "$dir/rows.csv"
}

on_sqlite() {
    local peer ours
    peer=$(seconds sqlite_peer) || return 1
    "$SUNLOT" --data "$dir/lite" init --division 410882 --name bench --origin bench.example/log >"$dir/out" || return 1
    ours=$(seconds import "$dir/lite") || return 1
    echo "import_sqlite_peer $peer s - -"
    result import_sqlite "$ours" "$peer" '<=2'
}

on_postgres() {
    local peer ours
    peer=$(seconds postgres_peer) || return 1
    "$SUNLOT" --data "$dir/pg" init --division 410882 --name bench --origin bench.example/log \
        --database "$SUNLOT_TEST_PG" >"$dir/out" ||
        return 1
    ours=$(seconds import "$dir/pg") || return 1
    echo "import_postgres_peer $peer s - -"
    result import_postgres "$ours" "$peer" -
}

if [ "${1:-}" = postgres ]; then
    dir=$BENCH_DIR
    trap - EXIT
    on_postgres
    exit
fi
"$BENCH/gen_objects" "$rows" >"$dir/rows.csv" && "$BENCH/gen_objects" "$rows" bare >"$dir/bare.csv" ||
    exit 1
echo "# $rows rows, $(stat -c %s "$dir/rows.csv") bytes"
on_sqlite || exit 1
SUNLOT_PG_FSYNC=on BENCH_DIR=$dir "$tests/pg/pg_run" "${BASH_SOURCE[0]}" postgres

#!/bin/bash
# The workbench's list of objects over a whole province's registry: a million objects (BENCH_ROWS
# changes that), pages as clerks ask for them, on SQLite and on PostgreSQL: over HTTP by persons who
# have signed in (list_client.py), and what the office alone takes of that, filter, page and count
# (list_times).
set -u -o pipefail

rows=${BENCH_ROWS:-1000000}
tests=$(cd "$(dirname "${BASH_SOURCE[0]}")/../test" && pwd) || exit 1

# prepare DIR OPTION...: an installation with all objects in it.
prepare() {
    local data=$1
    shift
    "$SUNLOT" --data "$data" init --division 410882 --name bench --origin bench.example/log "$@" >"$dir/out" &&
        "$SUNLOT" --data "$data" import departments "$dir/departments.csv" >"$dir/out" &&
        "$SUNLOT" --data "$data" import objects "$dir/rows.csv" >"$dir/out" &&
        "$BENCH/list_times" "$data" index
}

if [ "${1:-}" = postgres ]; then
    dir=$BENCH_DIR
    prepare "$dir/pg" --database "$SUNLOT_TEST_PG" &&
        psql -q -d "$SUNLOT_TEST_PG" -c 'VACUUM ANALYZE' && # as autovacuum does in time
        "$BENCH/list_times" "$dir/pg" list_postgres &&
        python3 "${BASH_SOURCE[0]%/*}/list_client.py" "$SUNLOT" "$dir/pg" list_http_postgres
    exit
fi
dir=$(mktemp -d) || exit 1
chmod 755 "$dir"
trap 'rm -rf "$dir"' EXIT
{
    echo '部门代码,部门名称'
    for i in $(seq -w 1 20); do echo "D$i,第$i部门"; done
} >"$dir/departments.csv"
"$BENCH/gen_objects" "$rows" full >"$dir/rows.csv" || exit 1
echo "# $rows objects"
prepare "$dir/lite" && "$BENCH/list_times" "$dir/lite" list_sqlite &&
    python3 "${BASH_SOURCE[0]%/*}/list_client.py" "$SUNLOT" "$dir/lite" list_http_sqlite || exit 1
BENCH_DIR=$dir "$tests/pg/pg_run" "${BASH_SOURCE[0]}" postgres

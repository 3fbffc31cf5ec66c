#!/bin/bash
# The portal's pages against nginx giving the same bytes with the same headers from files, in one
# run, by the same client (wrk): a cached page, a business page that no cache has, a static file; as
# browsers ask (gzip; nginx has the packed bytes ready) and plain. "business" are 500 of the
# county's 5,000, drawn evenly, most of which nobody has checked yet; "checked" are those with
# results and tickets, the dearest of these pages. First on a quiet machine, then while an import
# runs. Rounds of both servers alternate, each in turn first, so that a busy machine slows both alike;
# an import works in bursts, so there are twice as many beside it. BENCH_SECONDS changes the length of
# a round (1), BENCH_ROWS the rows of the import (10000000).
#
# What it uses of the program: sunlot demo DIR, sunlot --data DIR serve --port 0,
#                              sunlot --data DIR import objects FILE
set -u -o pipefail

seconds=${BENCH_SECONDS:-1}
rows=${BENCH_ROWS:-10000000}
rounds=7
here=$(cd "$(dirname "$0")" && pwd) || exit 1
dir=$(mktemp -d) || exit 1
chmod 755 "$dir"
children=()
trap '[ ${#children[@]} -gt 0 ] && kill "${children[@]}" 2>/dev/null; wait; rm -rf "$dir"' EXIT

fail() {
    echo "bench_portal: $*" >&2
    exit 1
}

# start_server: the port is in $ours afterwards. The access log goes into a file, as nginx's does.
start_server() {
    "$SUNLOT" --data "$dir/county" serve --port 0 >"$dir/out" 2>"$dir/access.log" &
    server=$!
    children+=("$server")
    for _ in $(seq 100); do
        ours=$(sed -n 's|.*http://127.0.0.1:\([0-9]*\)/ .*|\1|p' "$dir/out")
        [ -n "$ours" ] && return
        sleep 0.1
    done
    fail "the portal did not start"
}

# businesses: the addresses of 500 businesses of the county, always the same ones.
businesses() {
    grep -oE '\b[0-9A-HJ-NPQRTUWXY]{18}\b' "$dir/county/source/objects.csv" | sort -u |
        shuf -n 500 --random-source=<(yes) | sed 's|^|/business/|'
}

# lists: files with the addresses of each kind of page, in the folder.
lists() {
    local front
    echo / >"$dir/front"
    echo /results >"$dir/results"
    front=$(curl -s "http://127.0.0.1:$ours/")
    grep -o '/static/portal[^"]*' <<<"$front" | head -n 1 >"$dir/static"
    curl -s "http://127.0.0.1:$ours/results" | grep -o '/business/[^"?]*' | sort -u >"$dir/checked"
    businesses >"$dir/business"
    for kind in front results static business checked; do
        [ -s "$dir/$kind" ] || fail "no address of kind $kind"
    done
}

# fetch_bytes: every address as a file for nginx, plain and packed, byte for byte what we answer: the
# first time, put together of packed parts, in www-first (for addresses with a parameter that never
# came before), from the second time on, packed as one, in www.
fetch_bytes() {
    local path file first
    while read -r path; do
        file=$dir/www$path
        [ "$path" = / ] && file=$dir/www/index
        mkdir -p "${file%/*}"
        curl -s -o "$file" "http://127.0.0.1:$ours$path"
        curl -s -o "$dir/first.gz" -H 'Accept-Encoding: gzip' "http://127.0.0.1:$ours$path"
        curl -s -o "$file.gz" -H 'Accept-Encoding: gzip' "http://127.0.0.1:$ours$path"
        first=$dir/www-first${file#"$dir/www"}
        mkdir -p "${first%/*}"
        cp "$file" "$first"
        mv "$dir/first.gz" "$first.gz"
    done < <(cat "$dir"/{front,results,static,business,checked})
}

start_nginx() {
    local headers
    peer=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    headers=$(curl -sD - -o "$dir/out.html" "http://127.0.0.1:$ours/" | tr -d '\r' |
        grep -iE '^(X-|Content-Security|Referrer|Cross|Permissions|Strict|Cache-Control|Vary)' |
        sed 's/^\([^:]*\): \(.*\)$/add_header \1 "\2";/')
    cat >"$dir/nginx.conf" <<TXT
worker_processes auto;
pid $dir/nginx.pid;
error_log $dir/nginx.err;
daemon off;
events { worker_connections 1024; }
http {
    access_log $dir/nginx.log;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 100000000;
    open_file_cache max=1000;
    gzip_static on;
    types { text/css css; }
    default_type "text/html; charset=utf-8";
    map \$args \$first { "" ""; default "-first"; }
    server {
        listen 127.0.0.1:$peer;
        root $dir/www\$first;
        index index;
        $headers
    }
}
TXT
    nginx -p "$dir" -c "$dir/nginx.conf" 2>"$dir/nginx.start" &
    children+=("$!")
    sleep 1
    curl -s "http://127.0.0.1:$peer/" | cmp -s - "$dir/www/index" || fail "nginx does not serve: $(cat "$dir/nginx.start")"
}

# rate PORT KIND gzip|plain kept|new: answers a second; none may have failed or been refused.
rate() {
    local words
    words=$(wrk -t 2 -c 32 -d "${seconds}s" -s "$here/wrk_pages.lua" "http://127.0.0.1:$1" -- \
        "$dir/$2" "$3" "$4" | grep '^rate ')
    [[ $words =~ ^rate\ ([0-9]+)\ wrong\ 0$ ]] || fail "$2 on port $1: ${words:-no answer}"
    echo "${BASH_REMATCH[1]}"
}

# compare NAME KIND gzip|plain kept|new GOAL: the medians of all rounds; the ratio is the median of
# the ratios of neighbouring rounds.
compare() {
    local a b first pairs=
    for ((first = 0; first < rounds; first++)); do
        ((first % 2)) && { a=$(rate "$ours" "$2" "$3" "$4") || exit 1; }
        b=$(rate "$peer" "$2" "$3" "$4") || exit 1
        ((first % 2)) || { a=$(rate "$ours" "$2" "$3" "$4") || exit 1; }
        pairs+="$a $b"$'\n'
    done
    python3 - "$1" "$5" "$pairs" <<'PY'
import statistics
import sys

name, goal, rounds = sys.argv[1:]
pairs = [tuple(map(float, line.split())) for line in rounds.splitlines()]
ratio = statistics.median(a / b for a, b in pairs)
print("# nginx: %.0f/s" % statistics.median(b for _, b in pairs))
print("%s %.0f /s %.2f %s" % (name, statistics.median(a for a, _ in pairs), ratio, goal))
PY
}

# all PREFIX FORM
all() {
    compare "portal_$1front" front "$2" kept '>=0.8'
    compare "portal_$1business" business "$2" kept '>=0.8'
    compare "portal_$1results" results "$2" kept '>=0.8'
    compare "portal_$1static" static "$2" kept '>=0.8'
    compare "portal_$1business_uncached" business "$2" new '>=0.3'
    compare "portal_$1checked_uncached" checked "$2" new -
}

# memory NAME: resident, against 64 MB and the page cache of 32 MB.
memory() {
    awk -v name="$1" '/^VmRSS/ { printf "%s %.1f MB %.2f <=1\n", name, $2 / 1024, $2 / 1024 / 96 }' \
        "/proc/$server/status"
}

for tool in wrk nginx curl; do
    command -v "$tool" >/dev/null || PATH=$PATH:/usr/sbin command -v "$tool" >/dev/null || fail "$tool is not installed"
done
PATH=$PATH:/usr/sbin
"$SUNLOT" demo "$dir/county" >"$dir/out" || fail "no demo county"
start_server
lists
fetch_bytes
start_nginx
echo "# $(wc -l <"$dir/business") business pages; as browsers ask (gzip)"
all '' gzip
echo "# plain"
all 'plain_' plain
memory portal_memory
"$BENCH/gen_objects" "$rows" >"$dir/rows.csv" || exit 1
"$SUNLOT" --data "$dir/county" import objects "$dir/rows.csv" >"$dir/import.out" 2>&1 &
import=$!
children+=("$import")
sleep 3
echo "# while an import of $rows rows runs"
rounds=15
all 'import_' gzip
memory portal_import_memory
kill -0 "$import" 2>/dev/null || fail "the import ended before the measurement did; BENCH_ROWS must be larger"

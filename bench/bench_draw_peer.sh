#!/bin/sh
# The draw of one pool by bench_draw and by draw_peer.py (Python, hashlib, heapq): both must find the
# same root and the same selection; the ratio is our time against the peer's.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for lines in 100000 1000000; do
    "$BENCH/bench_draw" make "$lines" "$work/pool.tsv"
    "$BENCH/bench_draw" time "$work/pool.tsv" >"$work/ours"
    python3 "$here/draw_peer.py" "$work/pool.tsv" >"$work/peer"
    read -r ours root selected <"$work/ours"
    read -r peer peer_root peer_selected <"$work/peer"
    if [ "$root $selected" != "$peer_root $peer_selected" ]; then
        echo "bench_draw_peer: the two draws differ" >&2
        exit 1
    fi
    awk -v n="$lines" -v a="$ours" -v b="$peer" \
        'BEGIN { printf "# Python needs %.3f s\ndraw_peer_%d %.3f s %.3f <=0.5\n", b, n, a, a / b }'
done

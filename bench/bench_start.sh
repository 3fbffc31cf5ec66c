#!/bin/bash
# From the start of `sunlot serve` on the demo county to the last byte of the first front page (goal
# 50 ms), and the memory that the server holds then, at rest (goal 64 MB, page cache and all).
# BENCH_STARTS changes how often it is started (11); the median counts.
#
# What it uses of the program: sunlot demo DIR, sunlot --data DIR serve --port 0 --quiet
set -u -o pipefail

dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
"$SUNLOT" demo "$dir/county" >"$dir/out" || exit 1
python3 - "$SUNLOT" "$dir/county" "${BENCH_STARTS:-11}" <<'PY'
import glob
import http.client
import re
import signal
import statistics
import subprocess
import sys
import time

program, county, starts = sys.argv[1], sys.argv[2], int(sys.argv[3])
took, busy, memory = [], [], []
for _ in range(starts):
    began = time.perf_counter()
    server = subprocess.Popen([program, "--data", county, "serve", "--port", "0", "--quiet"],
                              stdout=subprocess.PIPE)
    port = None
    while port is None:
        line = server.stdout.readline()
        if not line:
            sys.exit("the portal did not start")
        port = re.search(rb"http://127.0.0.1:(\d+)/", line)
    link = http.client.HTTPConnection("127.0.0.1", int(port.group(1)))
    link.request("GET", "/")
    answer = link.getresponse()
    body = answer.read()
    took.append((time.perf_counter() - began) * 1000)
    busy.append(sum(int(open(f).read().split()[0]) for f in glob.glob("/proc/%d/task/*/schedstat" % server.pid)) / 1e6)
    if answer.status != 200 or b"</html>" not in body:
        sys.exit("the first answer is no front page")
    time.sleep(0.2)
    with open("/proc/%d/status" % server.pid, encoding="ascii") as status:
        memory.append(int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1)) / 1024)
    server.send_signal(signal.SIGTERM)
    server.wait()
print("# fastest %.1f ms, slowest %.1f ms; on a core %.1f ms" % (min(took), max(took), statistics.median(busy)))
middle = statistics.median(took)
print("start_first_answer %.1f ms %.2f <=1" % (middle, middle / 50))
middle = statistics.median(memory)
print("start_memory %.1f MB %.2f <=1" % (middle, middle / 64))
PY

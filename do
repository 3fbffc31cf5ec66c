#!/bin/bash
# The one script: builds, runs, tests, measures. Every command installs the packages it needs
# (tools/packages.txt) where they are missing; with all of them installed it works offline.
set -u -o pipefail

here=$PWD
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit 1
cd "$root" || exit 1
export LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1
results=build-results

usage() {
    cat <<'TXT'
./do run [--port N]     build, make the demo county in ./demo, show what to look at and serve its
                        portal on 127.0.0.1 (port 8080) until Ctrl-C
./do run --once         the same without serving
./do test [WHAT]        all tests; WHAT: unit, vector, story, page, fault, fuzz, or part of a
                        test's name
./do check [tidy]       house rules, layout, static analysis; with "tidy" also clang-tidy
./do build              only build
./do bench [NAME]       measure against limits and peers; all benchmarks or one
./do scan [NAME [WHICH]]  scanners of others against the demo county: sqlmap, wapiti, slow or tls;
                        WHICH: some of its targets (test/scan/README.md)
./do fuzz NAME SECONDS  one fuzz target for longer
./do vectors FILE...    run draw vectors (format of draws.json or assignments.json)
./do fmt                lay out the C sources
./do help               this text
TXT
}

say() {
    printf '%s\n' "$*" >&2
}

die() {
    say "do: $*"
    exit 1
}

# quietly COMMAND...: its output is shown only when it fails.
quietly() {
    local output
    output=$("$@" 2>&1) || {
        say "$output"
        return 1
    }
}

# ---- packages -----------------------------------------------------------------------------------

# missing GROUP...: one line per package of these groups of which no alternative is installed.
missing() {
    local installed group names name found
    installed=" $(dpkg-query -W -f='${db:Status-Abbrev}${Package}\n' 2>/dev/null |
        sed -n 's/^.i //p' | tr '\n' ' ') "
    while read -r group names _; do
        [[ " $* " == *" $group "* ]] || continue
        found=
        for name in ${names//|/ }; do
            [[ $installed == *" $name "* ]] && found=1
        done
        [ -n "$found" ] || printf '%s\n' "$names"
    done < <(grep -v '^#' tools/packages.txt)
}

# as_root COMMAND...: runs it as root, by sudo where needed; asks nothing where nobody can answer.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif [ -t 0 ] && [ -z "${CI:-}" ]; then
        sudo "$@"
    else
        sudo -n "$@"
    fi
}

# need GROUP...: installs what is missing; nothing is upgraded.
need() {
    local lacking line name chosen=()
    if ! command -v dpkg-query >/dev/null; then
        say "do: not Debian or Ubuntu: the packages of tools/packages.txt must be there already"
        return 0
    fi
    lacking=$(missing "$@")
    [ -z "$lacking" ] && return 0
    if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
        die "packages are missing and there is neither root nor sudo; needed: ${lacking//$'\n'/ }"
    fi
    say "do: installing ${lacking//$'\n'/ }"
    as_root apt-get update -qq >&2 || say "do: package lists could not be refreshed, trying with the old ones"
    for line in $lacking; do
        for name in ${line//|/ }; do
            if [[ $(apt-cache policy "$name" 2>/dev/null) =~ Candidate:\ [^\(] ]]; then
                chosen+=("$name")
                break
            fi
        done
    done
    quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
        --no-install-recommends --no-upgrade -o DPkg::Lock::Timeout=300 "${chosen[@]}"
    lacking=$(missing "$@")
    [ -z "$lacking" ] || die "could not install ${lacking//$'\n'/ } (is the package server reachable?)"
}

# need_npm: the packages of package-lock.json, which the page tests need; nothing once they are there.
need_npm() {
    cmp -s package-lock.json node_modules/do-lock && return 0
    command -v npm >/dev/null || need npm
    say "do: installing the npm packages of package-lock.json"
    quietly npm ci --ignore-scripts --no-audit --no-fund && cp package-lock.json node_modules/do-lock
}

# ---- builds -------------------------------------------------------------------------------------

# configure DIR MESON-OPTION...: sets a build folder up, and again when rooms, migrations, fuzz
# targets or benchmarks came or went (Meson looks for them only then).
configure() {
    local dir=$1 list
    shift
    list=$(printf '%s\n' "$@"
        find src test bench tools \( -name meson.build -o -name 'fuzz_*.c' -o -name 'bench_*.c' \) |
            sort
        ls schema)
    if [ ! -f "$dir/build.ninja" ]; then
        rm -rf "$dir"
        quietly meson setup "$dir" "$@" || return 1
    elif [ "$list" != "$(cat "$dir/do-list" 2>/dev/null)" ]; then
        quietly meson setup --reconfigure "$dir" "$@" || return 1
    fi
    printf '%s\n' "$list" >"$dir/do-list"
}

# compile DIR TARGET...: quiet unless something is wrong.
compile() {
    local dir=$1
    shift
    ninja --quiet -C "$dir" "$@" >&2
}

build_plain() {
    configure build -Dtests=enabled && compile build "$@"
}

build_asan() {
    configure build-asan -Ddebug=true -Doptimization=1 -Dwerror=false \
        -Db_sanitize=address,undefined -Db_lundef=false && compile build-asan
}

build_fuzz() {
    local cc
    cc=$(command -v clang-14 || command -v clang) || return 1
    CC=$cc configure build-fuzz -Dfuzz=true -Ddebug=true -Doptimization=1 -Dwerror=false \
        -Db_sanitize=address,undefined -Db_lundef=false "-Dc_args=-fsanitize=fuzzer-no-link -w" &&
        compile build-fuzz fuzz-targets
}

# Sanitizers of gcc 12 and clang 14 cannot place their shadow memory under the widest address
# randomisation that newer kernels use; it is then switched off for the test's process only.
steady() {
    if [ "$(cat /proc/sys/vm/mmap_rnd_bits 2>/dev/null || echo 28)" -gt 28 ] &&
        setarch -R true 2>/dev/null; then
        setarch -R "$@"
    else
        "$@"
    fi
}

# ---- tests --------------------------------------------------------------------------------------

# note FILE STATUS NAME: adds one TAP line to a result file and hands the status on.
note() {
    [ "$2" = 0 ] && echo "ok - $3" >>"$results/$1.tap" || echo "not ok - $3" >>"$results/$1.tap"
    return "$2"
}

# meson_tests LABEL DIR OPTION...: runs tests of one build; its log is left for the tally. Given
# names that match no test it leaves nothing. One test more than there are processors runs at once,
# since those with a browser or a clock wait half of their time.
meson_tests() {
    local label=$1 dir=$2
    shift 2
    say "== tests, $label"
    rm -f "$dir/meson-logs/$label.json"
    steady meson test -C "$dir" --no-rebuild --num-processes "$(($(nproc) + 1))" \
        --print-errorlogs --logbase "$label" "$@" </dev/null
    if [ -f "$dir/meson-logs/$label.json" ]; then
        cp "$dir/meson-logs/$label.json" "$results/$label.json"
    fi
}

test_plain() {
    build_plain || { note build 1 "plain build"; return; }
    meson_tests plain build "$@"
}

test_asan() {
    build_asan || { note build 1 "build with sanitizers"; return; }
    meson_tests asan build-asan --timeout-multiplier 5 "$@"
}

# Each target starts from its seeds, which are in test/fuzz/corpus/NAME, and runs for a few seconds.
test_fuzz() {
    local target name
    build_fuzz || { note build 1 "fuzz build"; return; }
    for target in build-fuzz/test/fuzz/fuzz_*; do
        [[ -f $target && -x $target ]] || continue
        name=${target##*/fuzz_}
        fuzz_one "$name" "${FUZZ_SECONDS:-5}" >"$results/fuzz-$name.log" 2>&1
        note fuzz $? "$name" || { echo "== fuzz target $name failed"; tail -n 60 "$results/fuzz-$name.log"; }
    done
}

# fuzz_one NAME SECONDS: new inputs are kept in build-fuzz, never among the seeds.
fuzz_one() {
    local found=build-fuzz/found/$1 seeds=test/fuzz/corpus/$1 words=test/fuzz/$1.dict
    mkdir -p "$found"
    [ -d "$seeds" ] || seeds=
    [ -f "$words" ] && words=-dict=$words || words=
    # shellcheck disable=SC2086  # absent seeds and words must vanish
    steady "build-fuzz/test/fuzz/fuzz_$1" -max_total_time="$2" -timeout=20 -rss_limit_mb=2048 \
        -print_final_stats=1 -artifact_prefix="build-fuzz/crash-$1-" $words "$found" $seeds
}

do_test() {
    local what=${1:-all}
    need build test check
    rm -rf "$results"
    mkdir -p "$results"
    need_npm || note npm 1 "npm packages"
    case $what in
    all)
        run_checks
        test_plain
        test_asan --no-suite browser
        test_fuzz
        ;;
    unit | vector | story | page | fault)
        test_plain --suite "$what"
        test_asan --suite "$what"
        ;;
    fuzz)
        test_plain --suite fuzz
        test_fuzz
        ;;
    *) test_named "$what" ;;
    esac
    shopt -s nullglob
    python3 tools/tally.py "$results"/*.tap "$results"/*.json
}

# test_named PART: the tests of the plain build whose name holds PART.
test_named() {
    local names
    build_plain || { note build 1 "plain build"; return; }
    names=$(meson test -C build --list 2>/dev/null | sed 's/.* \/ //' | grep -F -- "$1")
    [ -n "$names" ] || { say "do: no test's name holds '$1'; ./do help"; return; }
    # shellcheck disable=SC2086  # one word a test
    meson_tests plain build $names
}

# ---- checks -------------------------------------------------------------------------------------

c_sources() {
    git ls-files -co --exclude-standard -- '*.c' '*.h'
}

clang_format() {
    local tool
    tool=$(command -v clang-format-14 || command -v clang-format) || return 1
    c_sources | xargs -r "$tool" "$@"
}

run_cppcheck() {
    mkdir -p build-cppcheck
    # ctuuninitvar takes every output parameter for a value that is read
    cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr \
        --suppress=missingIncludeSystem --suppress=ctuuninitvar --error-exitcode=1 \
        -j "$(nproc)" -I src --cppcheck-build-dir=build-cppcheck src
}

# run_checks: every check runs, whatever the others say; results are noted one by one.
run_checks() {
    say "== checks"
    mkdir -p "$results"
    python3 tools/check.py
    note check $? "house rules"
    python3 tools/check_test.py >"$results/check-selftest.tap" || cat "$results/check-selftest.tap"
    python3 tools/tally_test.py >"$results/tally-selftest.tap" || cat "$results/tally-selftest.tap"
    clang_format --dry-run -Werror
    note check $? "layout"
    run_cppcheck
    note check $? "cppcheck"
}

do_check() {
    need build check
    rm -rf "$results"
    run_checks
    if [ "${1:-}" = tidy ]; then
        need test
        run_tidy
        note check $? "clang-tidy"
    fi
    shopt -s nullglob
    python3 tools/tally.py "$results"/*.tap
}

run_tidy() {
    local tool
    tool=$(command -v clang-tidy-14 || command -v clang-tidy) || { say "do: clang-tidy is not installed"; return 1; }
    build_fuzz || return 1 # its compile commands are clang's
    git ls-files -- 'src/*.c' | xargs -r -n 4 -P "$(nproc)" "$tool" --quiet -p build-fuzz \
        --config-file=tools/clang-tidy.yaml 2>/dev/null
}

# ---- the other commands -------------------------------------------------------------------------

do_build() {
    need build test
    build_plain && echo "built: build/src/cmd/sunlot"
}

# do_run PORT|once: the folder demo is made anew each time; one that this command did not make is
# left alone.
do_run() {
    need build
    configure_run || return 1
    if [ -e demo ] && [ ! -e build/demo-made ]; then
        die "the folder demo exists and was not made by ./do run; move it away first"
    fi
    rm -rf demo
    mkdir -p build && touch build/demo-made
    build/src/cmd/sunlot demo demo || return 1
    printf '\nsunlot = %s\n\n' "$root/build/src/cmd/sunlot"
    [ "$1" = once ] || exec build/src/cmd/sunlot --data demo serve --port "$1"
}

# Without the test packages the program is built all the same.
configure_run() {
    local tests=disabled
    pkg-config --exists cmocka && tests=enabled
    configure build -Dtests=$tests && compile build src/cmd/sunlot src/cmd/sunlot-picture
}

# Programs and scripts alike print "name value unit ratio goal" a line; see bench/README.md.
do_bench() {
    local program chosen=()
    need build test bench
    configure build-bench -Dbuildtype=release -Dbench=true -Dtests=disabled -Dwerror=false &&
        compile build-bench || return 1
    for program in build-bench/bench/bench_* bench/bench_*.sh; do
        if [[ -f $program && -x $program && ${program##*/bench_} == "${1:-}"* ]]; then
            chosen+=("$program")
        fi
    done
    [ ${#chosen[@]} -gt 0 ] || die "no benchmark of that name"
    export SUNLOT=$root/build-bench/src/cmd/sunlot BENCH=$root/build-bench/bench
    python3 tools/bench_table.py "${chosen[@]}"
}

# Every scan runs, whatever the others say; a finding is the exit code 1.
do_scan() {
    local script status=0 chosen=()
    for script in test/scan/scan_*.py; do
        [ "${script##*/}" = scan_kit.py ] && continue
        [[ ${script##*/scan_} == "${1:-}"* ]] && chosen+=("$script")
    done
    [ ${#chosen[@]} -gt 0 ] || die "no scan of that name"
    need build test scan
    configure_run || return 1
    for script in "${chosen[@]}"; do
        SUNLOT_SOURCE=$root nice -n 10 python3 "$script" "$root/build/src/cmd/sunlot" "${@:2}" || status=1
    done
    return $status
}

do_fuzz() {
    [ $# = 2 ] || { usage; return 2; }
    need build test
    build_fuzz && fuzz_one "$1" "$2"
}

# Paths are the caller's; nothing but the program's own lines goes to standard output.
do_vectors() {
    [ $# -gt 0 ] || { usage; return 2; }
    need build test
    build_plain test/vector/sunlot-vectors || return 1
    cd "$here" && "$root/build/test/vector/sunlot-vectors" "$@"
}

do_fmt() {
    need check
    clang_format -i
}

command=${1:-help}
[ $# -gt 0 ] && shift
case $command in
run)
    if [ $# = 2 ] && [ "$1" = --port ] && [[ $2 =~ ^[0-9]{1,5}$ ]] && ((10#$2 <= 65535)); then
        do_run "$2"
    elif [ $# = 1 ] && [ "$1" = --once ]; then
        do_run once
    elif [ $# = 0 ]; then
        do_run 8080
    else
        usage
        exit 2
    fi
    ;;
test | check | bench)
    [ $# -le 1 ] || { usage; exit 2; }
    "do_$command" "$@"
    ;;
build | fmt)
    [ $# = 0 ] || { usage; exit 2; }
    "do_$command"
    ;;
scan)
    [ $# -le 2 ] || { usage; exit 2; }
    do_scan "$@"
    ;;
fuzz | vectors) "do_$command" "$@" ;;
help | -h | --help) usage ;;
*)
    usage
    exit 2
    ;;
esac

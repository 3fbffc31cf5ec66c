#!/bin/sh
# run_vectors.sh SUNLOT-VECTORS: TAP. The shared draw vectors hold, and a copy with one value changed
# does not. Passes with a note where ../shared is absent.
set -u
run=$1
folder=${SUNLOT_SHARED:-}/draw/vectors
count=0

result() {
    count=$((count + 1))
    [ "$1" -eq 0 ] && echo "ok $count - $2" || echo "not ok $count - $2"
}

# tampered NAME FILE SED: the copy must be told from the original, and must fail.
tampered() {
    sed "$3" "$2" >"$work/case.json"
    cmp -s "$2" "$work/case.json" && { result 1 "$1 changes the file"; return; }
    "$run" "$work/case.json" >"$work/out" 2>&1
    status=$?
    tail -n 1 "$work/out" | grep -q ' passed, [1-9][0-9]* failed$'
    result $((status != 1 || $?)) "$1 is found"
}

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
echo '[]' >"$work/none.json"
"$run" "$work/none.json" >/dev/null 2>&1
result $(($? != 1)) "a file without any case fails"
"$run" "$work/absent.json" >/dev/null 2>&1
result $(($? != 1)) "a file that is not there fails"
if [ ! -d "$folder" ]; then
    echo "# $folder is absent: the shared vectors were not run"
    echo "1..$count"
    exit 0
fi
for file in "$folder"/*.json; do
    "$run" "$file" >"$work/out" 2>&1
    result $? "$(basename "$file")"
    sed 's/^/# /' "$work/out"
done
tampered "a pool object" "$folder/draws.json" 's/"91410882MA0029209F",$/"91410882MA0029209E",/'
tampered "a leaf" "$folder/draws.json" 's/"commitment_leaf": "52bad872/"commitment_leaf": "52bad873/'
tampered "a source" "$folder/draws.json" 's/dice 10 20/dice 10 21/'
tampered "a part" "$folder/draws.json" 's/dice:10x20:7\.3/dice:10x20:7.4/'
tampered "a secret" "$folder/draws.json" 's/"secret": "a33a/"secret": "a33b/'
tampered "a code" "$folder/draws.json" 's/"code_1": "1c24/"code_1": "1c25/'
tampered "a seed" "$folder/draws.json" 's/"seed_1": "f1cd/"seed_1": "f1ce/'
tampered "a pool key" "$folder/draws.json" 's/"pool_key": "137f/"pool_key": "137e/'
tampered "a quota" "$folder/draws.json" 's/"ALL": 2$/"ALL": 3/'
tampered "a root" "$folder/draws.json" 's/pool-root 9197/pool-root 9198/'
tampered "an assignment's seed" "$folder/assignments.json" 's/"seed": "eb10/"seed": "eb11/'
tampered "a load" "$folder/assignments.json" 's/"SCJG-00": 10/"SCJG-00": 11/'
tampered "a witness" "$folder/assignments.json" '/"infeasible"/,/"inspectors"/s/MA10608033|SCJG|1"/MA10608033|SCJG|3"/'
echo "1..$count"

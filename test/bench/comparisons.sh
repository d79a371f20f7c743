#!/bin/bash
# Speed of comparisons_agg and of what reads it, every figure a ratio within one run: to a scan that counts the same columns,
# or to plain SQL that counts the same thing.
#
#   ROUNDS=n   medians of n (5)
#   N=n        comparisons (1000000)
#   KEEP=1     leave the schema hdata_bench_pref with its data, and use it if it is there
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
rounds=${ROUNDS:-5}
n=${N:-1000000}
# shellcheck source=lib.sh
. "$here/lib.sh"

clean_up()
{
    [ -n "${KEEP:-}" ] || sql -c 'DROP SCHEMA IF EXISTS hdata_bench_pref CASCADE'
    rm -f "$timings"
}
trap clean_up EXIT

export PGOPTIONS='-c search_path=hdata_bench_pref -c client_min_messages=warning -c jit=off -c work_mem=1GB
    -c hash_mem_multiplier=2 -c max_parallel_workers_per_gather=0'
warm_up="SELECT hdata.n_comparisons(hdata.comparisons_agg(1, 2, 1))"

sql -c 'CREATE EXTENSION IF NOT EXISTS hdata'
if [ "$(sql -c "SELECT to_regnamespace('hdata_bench_pref') IS NULL")" = t ]; then
    # 500 items of different strength, 1,000 raters, 20,000 prompts
    sql -c 'CREATE SCHEMA hdata_bench_pref' \
        -c "SELECT setseed(0.6)" \
        -c "CREATE TABLE ints AS SELECT a, (a + d) % 500 AS b, CASE WHEN u < 0.1 THEN 0.5 WHEN u < 0.55 + 0.2 * sign(d - 250) THEN 1 ELSE 0 END::float8 AS outcome, r AS rater, p AS prompt
            FROM (SELECT floor(random() * 500)::bigint AS a, 1 + floor(random() * 499)::bigint AS d, random() AS u, floor(random() * 1000)::bigint AS r,
                floor(random() * 20000)::bigint AS p FROM generate_series(1, $n)) v" \
        -c "CREATE TABLE texts AS SELECT 'model number ' || a AS a, 'model number ' || b AS b, outcome, 'rater ' || rater AS rater, 'prompt number ' || prompt AS prompt FROM ints" \
        -c "CREATE TABLE uuids AS SELECT md5('i' || a)::uuid AS a, md5('i' || b)::uuid AS b, outcome, md5('r' || rater)::uuid AS rater, md5('p' || prompt)::uuid AS prompt FROM ints" \
        -c "CREATE TABLE stored AS SELECT hdata.comparisons_agg(a, b, outcome, rater, prompt) AS c FROM ints" \
        -c "CREATE TABLE daily AS SELECT prompt % 30 AS day, hdata.comparisons_agg(a, b, outcome, rater, prompt) AS c FROM ints GROUP BY 1"
    sql -c 'VACUUM (FREEZE, ANALYZE)'
fi

for t in ints texts uuids; do
    timed "$t.scan" '' "SELECT count(a), count(b), count(outcome), count(rater), count(prompt) FROM $t"
    timed "$t.agg" '' "SELECT hdata.n_comparisons(hdata.comparisons_agg(a, b, outcome, rater, prompt)) FROM $t"
    timed "$t.group_by" '' "SELECT count(*) FROM (SELECT a, b, outcome, rater, prompt, count(*) FROM $t GROUP BY 1, 2, 3, 4, 5) q"
done
timed pairs.agg '' 'SELECT hdata.n_comparisons(hdata.comparisons_agg(a, b, outcome)) FROM ints'
timed weights.agg '' 'SELECT hdata.n_comparisons(hdata.comparisons_agg(a, b, outcome, rater, prompt, 0.3)) FROM ints'
timed rollup '' 'SELECT hdata.n_comparisons(hdata.rollup(c)) FROM daily'
timed matrix '' 'SELECT count(*) FROM stored, hdata.win_matrix(c)'
timed matrix.sql '' 'SELECT count(*) FROM (SELECT least(a, b), greatest(a, b), count(*), sum(CASE WHEN a < b THEN outcome ELSE 1 - outcome END)
    FROM ints GROUP BY 1, 2) q'
timed connectivity '' 'SELECT estimate_exists FROM stored, hdata.connectivity_summary(c)'
timed swap '' 'SELECT count(*) FROM stored, hdata.swap_consistency(c)'
timed swap.sql '' 'SELECT count(*), avg((x.outcome = 1 - y.outcome)::int) FROM ints x JOIN ints y ON (x.rater, x.prompt, x.a, x.b) = (y.rater, y.prompt, y.b, y.a)
    AND x.a < x.b'
timed bias '' 'SELECT count(*) FROM stored, hdata.position_bias(c)'
for t in ints texts uuids stored daily; do
    sql -o /dev/null -c "SELECT count(*) FROM $t"
done
run_timed "$rounds"

echo "$n comparisons, 500 items, 1,000 raters, 20,000 prompts; medians of $rounds, queries taking turns"
printf '%-34s %9s %8s\n' query ms ns/row
for q in ints.scan ints.agg ints.group_by texts.scan texts.agg texts.group_by uuids.scan uuids.agg uuids.group_by pairs.agg weights.agg \
    rollup matrix matrix.sql connectivity swap swap.sql bias; do
    m=$(median "$q")
    printf '%-34s %9.0f %8.0f\n' "$q" "$m" "$(awk -v m="$m" -v n="$n" 'BEGIN { print m * 1e6 / n }')"
done
echo "bytes of a comparison, stored: $(sql -c "SELECT round(length(hdata.comparisons_send(c)) / $n.0, 2) FROM stored")"
above=$(awk -v a="$(median ints.agg)" -v s="$(median ints.scan)" 'BEGIN { print a - s }')
check "comparisons_agg above the scan, bigint ids / scan" "$(ratio "$above" "$(median ints.scan)")" 2
check "comparisons_agg / GROUP BY of the same columns, bigint ids" "$(ratio "$(median ints.agg)" "$(median ints.group_by)")" 0.5
check "comparisons_agg / GROUP BY of the same columns, text ids" "$(ratio "$(median texts.agg)" "$(median texts.group_by)")" 0.7
check "win_matrix of a stored state / GROUP BY least, greatest" "$(ratio "$(median matrix)" "$(median matrix.sql)")" 1
check "swap_consistency of a stored state / self-join" "$(ratio "$(median swap)" "$(median swap.sql)")" 1
[ "$missed" = 0 ] || echo "$missed targets missed"

#!/bin/bash
# Speed of bradley_terry() with each kind of interval, every figure a ratio within one run: to a scan of the same columns, or of
# four times the rows to the rows.  Where Python has choix, its fit of the same comparisons stands beside ours.
#
#   ROUNDS=n     medians of n (5)
#   N=n          comparisons (1000000)
#   COVERAGE=n   instead: coverage of the intervals and ranks, n data sets a row (300: a minute)
#   KEEP=1       leave the schema hdata_bench_bt with its data, and use it if it is there
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
rounds=${ROUNDS:-5}
n=${N:-1000000}
# shellcheck source=lib.sh
. "$here/lib.sh"

clean_up()
{
    [ -n "${KEEP:-}" ] || sql -c 'DROP SCHEMA IF EXISTS hdata_bench_bt CASCADE'
    rm -f "$timings"
}
trap clean_up EXIT

export PGOPTIONS='-c search_path=hdata_bench_bt -c client_min_messages=warning -c jit=off -c work_mem=1GB
    -c hash_mem_multiplier=2 -c max_parallel_workers_per_gather=0'
warm_up="SELECT count(*) FROM hdata.bradley_terry((SELECT hdata.comparisons_agg(1, 2, o) FROM (VALUES (0), (1)) v (o)))"

sql -c 'CREATE EXTENSION IF NOT EXISTS hdata'

# ---- coverage

if [ -n "${COVERAGE:-}" ]; then
    sql -c 'DROP SCHEMA IF EXISTS hdata_bench_bt CASCADE' -c 'CREATE SCHEMA hdata_bench_bt' -f "$here/preference_coverage.sql"
    echo "Coverage in % of 95 % intervals and ranks, $COVERAGE data sets a row"
    echo
    echo '| items | raters x comparisons | prompts | dependent by | ci | rating | contrast | ranks | width |'
    echo '|---|---|---|---|---|---|---|---|---|'
    for design in '10 30 40 40 0 0 nothing' '10 30 40 40 1 0 rater' '10 30 40 40 0 1 prompt' '10 30 40 40 1 1 both' '6 8 100 60 1 1 both'; do
        read -r items raters per prompts by_rater by_prompt what <<<"$design"
        sql -o /dev/null -c "SELECT simulate($COVERAGE, $items, $raters, $per, $prompts, $by_rater, $by_prompt)"
        sql -c "SELECT format('| $items | $raters x $per | $prompts | $what | %s | %s | %s | %s | %s |', ci, centred, anchored, ranks, width) FROM covered()"
    done
    exit 0
fi

# ---- data: 500 items of different strength, 1,000 raters, 20,000 prompts, 6 % ties

if [ "$(sql -c "SELECT to_regnamespace('hdata_bench_bt') IS NULL")" = t ]; then
    sql -c 'CREATE SCHEMA hdata_bench_bt'
    for times in 1 4; do
        sql -c "CREATE UNLOGGED TABLE votes$times AS SELECT a, b, CASE WHEN u < 0.06 THEN 0.5 WHEN v < 1 / (1 + exp((b - a) / 150.0)) THEN 1 ELSE 0 END::float8 AS outcome, rater, prompt
            FROM (SELECT a, (a + d) % 500 AS b, u, v, rater, prompt FROM (SELECT floor(random() * 500)::bigint AS a, 1 + floor(random() * 499)::bigint AS d, random() AS u, random() AS v,
                floor(random() * 1000)::bigint AS rater, floor(random() * 20000)::bigint AS prompt FROM setseed(0.7), generate_series(1, $n * $times)) x) y" \
            -c "CREATE UNLOGGED TABLE state$times AS SELECT hdata.comparisons_agg(a, b, outcome, rater, prompt) AS c FROM votes$times"
    done
    sql -c 'VACUUM (FREEZE, ANALYZE)'
fi

agg() { echo "(SELECT hdata.comparisons_agg(a, b, outcome, rater, prompt) AS c FROM votes$1) q"; }
fit() { echo "SELECT count(*) FROM $(agg "$1"), hdata.bradley_terry(c$2)"; }

for times in 1 4; do
    timed "scan$times" '' "SELECT count(a), count(b), count(outcome), count(rater), count(prompt) FROM votes$times"
    timed "agg$times" '' "SELECT hdata.n_items(c) FROM $(agg $times)"
    for ci in model sandwich rater prompt two_way; do
        timed "$ci$times" '' "$(fit $times ", ci => '$ci'")"
    done
done
timed davidson '' "$(fit 1 ", ties => 'davidson', order_effect => true, ci => 'rater'")"
timed prior '' "$(fit 1 ', prior => 1')"
timed rater_fit '' "SELECT count(*) FROM $(agg 1), hdata.rater_fit(c)"
# what plain SQL can do: one step of the MM algorithm (Hunter 2004); it needs dozens to thousands
timed mm '' "SELECT count(*) FROM (SELECT i, sum(y) / sum(1 / (1.0 + 1.0)) AS worth FROM votes1, LATERAL (VALUES (a, outcome), (b, 1 - outcome)) w (i, y) GROUP BY i) q"
for times in 1 4; do
    sql -o /dev/null -c "SELECT count(*) FROM votes$times"
done
run_timed "$rounds"

echo "$n comparisons, 500 items, 1,000 raters, 20,000 prompts; medians of $rounds, queries taking turns; aggregation included"
printf '%-34s %9s %8s %8s\n' query ms scans 4x/1x
for q in scan agg model sandwich rater prompt two_way; do
    printf '%-34s %9.0f %8s %8s\n' "$q" "$(median "${q}1")" "$(ratio "$(median "${q}1")" "$(median scan1)")" "$(ratio "$(median "${q}4")" "$(median "${q}1")")"
done
for q in davidson prior rater_fit mm; do
    printf '%-34s %9.0f %8s\n' "$q" "$(median $q)" "$(ratio "$(median $q)" "$(median scan1)")"
done
echo '(davidson: with order effect, by rater; mm: one step of the MM algorithm in plain SQL)'
above() { awk -v a="$(median "$1")" -v s="$(median scan1)" 'BEGIN { printf "%.2f", (a - s) / 1000 }'; }
# for the million of comparisons that it is by default
check 'intervals by rater, seconds above the scan' "$(above rater1)" 1
check 'intervals by prompt, seconds above the scan' "$(above prompt1)" 1
check 'two ways, seconds above the scan' "$(above two_way1)" 1.6
for q in model rater two_way; do
    check "four times the comparisons, $q" "$(ratio "$(median ${q}4)" "$(median ${q}1)")" 5
done
check_over 'one step of MM in plain SQL / fit with intervals of the model' "$(ratio "$(median mm)" "$(median model1)")" 0.5

# ---- peers

if python3 -c 'import choix' 2>/dev/null; then
    sql -c "\\copy (SELECT CASE WHEN outcome = 1 THEN a ELSE b END, CASE WHEN outcome = 1 THEN b ELSE a END FROM votes1 WHERE outcome <> 0.5) TO '/tmp/hdata_bench_bt.csv' (FORMAT csv)"
    seconds=$(python3 -c "
import csv, time, choix
data = [(int(w), int(l)) for w, l in csv.reader(open('/tmp/hdata_bench_bt.csv'))]
start = time.time(); choix.ilsr_pairwise(500, data); print('%.1f' % (time.time() - start))")
    rm -f /tmp/hdata_bench_bt.csv
    check_over "choix.ilsr_pairwise ($seconds s, ratings alone) / fit with intervals" "$(awk -v s="$seconds" -v m="$(median model1)" 'BEGIN { printf "%.1f", s * 1000 / m }')" 5
else
    echo 'choix is not installed: no peer beside it'
fi
[ "$missed" = 0 ] || echo "$missed targets missed"

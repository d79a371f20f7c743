#!/bin/bash
# Speed of score_matrix_agg, alpha, item_stats and item_pairs over grades of ten criteria, every figure a ratio within one run to
# what SQL itself offers for the same numbers, which are compared first.
#
#   UNITS=n    responses (200000; ten grades each)
#   ROUNDS=n   medians of n (5)
#   KEEP=1     leave the schema hdata_bench_matrix with its data, and use it if it is there
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
rounds=${ROUNDS:-5}
units=${UNITS:-200000}
# shellcheck source=lib.sh
. "$here/lib.sh"

clean_up()
{
    [ -n "${KEEP:-}" ] || sql -c 'DROP SCHEMA IF EXISTS hdata_bench_matrix CASCADE'
    rm -f "$timings"
}
trap clean_up EXIT

export PGOPTIONS='-c search_path=hdata_bench_matrix -c client_min_messages=warning -c jit=off -c work_mem=1GB
    -c hash_mem_multiplier=2 -c max_parallel_workers_per_gather=0'
warm_up="SELECT FROM (SELECT hdata.score_matrix_agg(i, i, i) AS m FROM generate_series(1::bigint, 1) i) q, hdata.alpha(m)"

# ---- the data: a response has an ability, a criterion a difficulty; numbers of one row depend on it alone

sql -c 'CREATE EXTENSION IF NOT EXISTS hdata'
if [ "$(sql -c "SELECT to_regnamespace('hdata_bench_matrix') IS NULL")" = t ]; then
    sql -c 'CREATE SCHEMA hdata_bench_matrix' -c "CREATE UNLOGGED TABLE by_unit AS
        SELECT unit, item, (p < 0.2 + item * 0.06 + able * 0.03)::int::float8 AS met, round((p * 0.6 + able * 0.05)::numeric, 3)::float8 AS score
        FROM generate_series(1::bigint, $units) unit, generate_series(1::bigint, 10) item,
            LATERAL (SELECT (hashint8extended(unit * 16 + item, 1) & 65535) / 65536.0 AS p, (hashint8extended(unit, 2) & 7) AS able) x
        ORDER BY unit, item" \
        -c "CREATE UNLOGGED TABLE shuffled AS SELECT * FROM by_unit ORDER BY hashint8extended(unit * 16 + item, 3)" \
        -c "CREATE UNLOGGED TABLE text_ids AS SELECT 'response-' || lpad(unit::text, 9, '0') AS unit, 'criterion-' || item AS item, met, score FROM shuffled" \
        -c 'VACUUM (FREEZE, ANALYZE)'
fi

# ---- what is compared: the state alone, one number of it, everything of items, all pairs

state() { echo "(SELECT hdata.score_matrix_agg(unit, item, $2) AS m FROM $1 OFFSET 0) q"; }
ours_alpha() { echo "SELECT hdata.cronbach_alpha(m) AS alpha FROM $(state "$1" "$2")"; }
ours_items() { echo "SELECT item, difficulty, sd, item_total, item_rest, alpha_if_dropped FROM $(state "$1" "$2"), hdata.item_stats(m)"; }
# in FROM, where it is computed once and not for each item
ours_both() { echo "SELECT alpha, s.* FROM $(state "$1" "$2"), hdata.cronbach_alpha(m) alpha, hdata.item_stats(m) s"; }
ours_pairs() { echo "SELECT item_a, item_b, phi FROM $(state "$1" "$2"), hdata.item_pairs(m)"; }
plain_alpha() { echo "SELECT k / (k - 1.0) * (1 - s / t) AS alpha FROM (SELECT sum(v) AS s, count(*) AS k FROM (SELECT var_samp($2) AS v FROM $1 GROUP BY item) x) a,
        (SELECT var_samp(t) AS t FROM (SELECT sum($2) AS t FROM $1 GROUP BY unit) x) b"; }
# totals by a join: faster than by a window
plain_items() { echo "WITH t AS MATERIALIZED (SELECT unit, sum($2) AS t FROM $1 GROUP BY unit),
        i AS (SELECT item, avg(g.$2) AS difficulty, stddev_samp(g.$2) AS sd, var_samp(g.$2) AS v, corr(g.$2, t) AS item_total, corr(g.$2, t - g.$2) AS item_rest, var_samp(t - g.$2) AS r
            FROM $1 g JOIN t USING (unit) GROUP BY item)
        SELECT item, difficulty, sd, item_total, item_rest, (n - 1) / (n - 2.0) * (1 - (s - v) / r) AS alpha_if_dropped FROM i, (SELECT count(*) AS n, sum(v) AS s FROM i) x"; }
plain_pairs() { echo "SELECT a.item AS item_a, b.item AS item_b, corr(a.$2, b.$2) AS phi FROM $1 a JOIN $1 b ON a.unit = b.unit AND a.item < b.item GROUP BY 1, 2"; }
# where the criteria are known and few, and can be written out
pivot_pairs()
{
    local i j list='' columns=''
    for ((i = 1; i <= 10; i++)); do
        columns+="${columns:+, }max($2) FILTER (WHERE item = $i) AS i$i"
        for ((j = i + 1; j <= 10; j++)); do list+="${list:+, }corr(i$i, i$j)"; done
    done
    echo "SELECT $list FROM (SELECT unit, $columns FROM $1 GROUP BY unit) p"
}

same()
{
    [ "$(sql -c "$1")" = t ] || { echo "plain SQL gives other numbers: $2"; exit 1; }
}
for v in met score; do
    same "SELECT abs(p.alpha - o.alpha) < 1e-9 FROM ($(plain_alpha by_unit $v)) p, ($(ours_alpha shuffled $v)) o" alpha
    same "SELECT count(*) = 10 AND bool_and(abs(p.difficulty - o.difficulty) + abs(p.sd - o.sd) + abs(p.item_total - o.item_total)
        + abs(p.item_rest - o.item_rest) + abs(p.alpha_if_dropped - o.alpha_if_dropped) < 1e-8)
        FROM ($(plain_items by_unit $v)) p JOIN ($(ours_items shuffled $v)) o ON p.item::text = o.item" items
    same "SELECT count(*) = 45 AND bool_and(abs(p.phi - o.phi) < 1e-9) FROM ($(plain_pairs by_unit $v)) p
        JOIN ($(ours_pairs shuffled $v)) o ON p.item_a::text = o.item_a AND p.item_b::text = o.item_b" pairs
done

for t in by_unit shuffled text_ids; do
    timed $t.scan '' "SELECT max(unit), max(item), max(met) FROM $t"
    for v in met score; do
        timed $t.$v.state '' "SELECT m IS NULL FROM $(state $t $v)"
        for what in alpha items both pairs; do
            timed $t.$v.$what '' "$(ours_$what $t $v)"
        done
    done
done
for t in by_unit shuffled; do
    timed $t.plain_alpha '' "$(plain_alpha $t met)"
    timed $t.plain_items '' "$(plain_items $t met)"
    timed $t.plain_pairs '' "$(plain_pairs $t met)"
    timed $t.pivot_pairs '' "$(pivot_pairs $t met)"
done
workers='SET max_parallel_workers_per_gather = 2; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0'
timed parallel "$workers" "$(ours_both shuffled met)"
for t in by_unit shuffled text_ids; do
    sql -o /dev/null -c "SELECT count(*) FROM $t"
done
run_timed "$rounds"

n=$((units * 10))
ns() { awk -v ms="$(median "$1")" -v n="$n" 'BEGIN { printf "%.0f", ms * 1e6 / n }'; }
echo "$n grades, $units responses by 10 criteria; medians of $rounds, queries taking turns; met: 0 or 1, score: three decimals"
printf '%-10s %-6s %-8s %9s %8s %8s\n' rows value query ms ns/row scans
for t in by_unit shuffled text_ids; do
    printf '%-10s %-6s %-8s %9.0f %8s\n' $t '' scan "$(median $t.scan)" "$(ns $t.scan)"
    for v in met score; do
        for what in state alpha items both pairs; do
            printf '%-10s %-6s %-8s %9.0f %8s %8s\n' $t $v $what "$(median $t.$v.$what)" "$(ns $t.$v.$what)" "$(ratio "$(median $t.$v.$what)" "$(median $t.scan)")"
        done
    done
done
echo '(state: the state alone; both: alpha and item_stats of one state)'
echo

for t in by_unit shuffled; do
    both=$(awk -v a="$(median $t.plain_alpha)" -v b="$(median $t.plain_items)" 'BEGIN { print a + b }')
    check_over "$t: alpha and all item statistics, plain SQL ($(printf %.0f "$both") ms) over hdata" "$(ratio "$both" "$(median $t.met.both)" 1)" 5
    check_over "$t: all item statistics, plain SQL ($(median $t.plain_items) ms) over hdata" "$(ratio "$(median $t.plain_items)" "$(median $t.met.items)" 1)" 5
    echo "$t: alpha alone, plain SQL ($(median $t.plain_alpha) ms) over hdata: $(ratio "$(median $t.plain_alpha)" "$(median $t.met.alpha)" 1)"
    check_over "$t: 10 x 10 correlations, self-join ($(median $t.plain_pairs) ms) over hdata" "$(ratio "$(median $t.plain_pairs)" "$(median $t.met.pairs)" 1)" 10
    echo "$t: 10 x 10 correlations, ten columns spelt out ($(median $t.pivot_pairs) ms) over hdata: $(ratio "$(median $t.pivot_pairs)" "$(median $t.met.pairs)" 1)"
done
echo "two workers, alpha and item statistics: $(median parallel) ms, $(ratio "$(median parallel)" "$(median shuffled.met.both)") of serial"
for v in met score; do
    echo "size of the state, $v: $(sql -c "SELECT octet_length(hdata.score_matrix_send(m)) || ' bytes, ' || round(octet_length(hdata.score_matrix_send(m))::numeric / $n, 2) || ' a grade' FROM $(state by_unit $v)")"
done
echo
echo "$missed missed"

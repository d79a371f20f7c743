#!/bin/bash
# Speed of rubric_agg and score(), against the plain SQL that computes one convention over the same rows (and computes it
# wrongly: NULL where nothing is met, N/A kept in the denominator), in one run, the queries taking turns.
#
#   ROUNDS=n   medians of n (5)
#   RESPONSES=n   of ten grades each (200000)
#   KEEP=1     leave the schema hdata_bench_rubric with its data, and use it if it is there
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
rounds=${ROUNDS:-5}
responses=${RESPONSES:-200000}
grades=$((responses * 10))
# shellcheck source=lib.sh
. "$here/lib.sh"

clean_up()
{
    [ -n "${KEEP:-}" ] || sql -c 'DROP SCHEMA IF EXISTS hdata_bench_rubric CASCADE'
    rm -f "$timings"
}
trap clean_up EXIT

export PGOPTIONS='-c search_path=hdata_bench_rubric -c client_min_messages=warning -c jit=off -c work_mem=512MB
    -c hash_mem_multiplier=1 -c max_parallel_workers_per_gather=0'
warm_up='SELECT hdata.score(hdata.rubric_agg(1, true))'

sql -c 'CREATE EXTENSION IF NOT EXISTS hdata'

# ---- the data: ten criteria a response, two of them penalties; every fiftieth grade is N/A

if [ "$(sql -c "SELECT to_regnamespace('hdata_bench_rubric') IS NULL")" = t ]; then
    sql -c 'CREATE SCHEMA hdata_bench_rubric' -c "
        CREATE UNLOGGED TABLE grade AS
        SELECT r AS response, c AS criterion, (ARRAY[5, 3, 2, -4, 7, 8, 1, -2, 10, 4])[c]::float8 AS points,
               CASE WHEN h % 50 > 0 THEN (h >> 8) % 5 < 3 END AS met,
               CASE WHEN h % 50 > 0 THEN ((h >> 8) % 5 < 3)::int::float8 END AS value,
               CASE WHEN h % 50 > 0 THEN ((h >> 8) % 101) / 100.0::float8 END AS part,
               c = 5 AS gate, (ARRAY['{accuracy}', '{style}', '{accuracy,safety}'])[1 + c % 3]::text[] AS tags
        FROM generate_series(1::bigint, $responses) r, generate_series(1, 10) c, hashint8extended(r * 16 + c, 7) x, LATERAL (SELECT x & 1048575) y (h)" \
        -c 'CREATE UNLOGGED TABLE shuffled AS SELECT * FROM grade ORDER BY hashint8extended(response * 16 + criterion, 8)' \
        -c "CREATE UNLOGGED TABLE summed AS SELECT response, (response % 1000)::text AS task, hdata.rubric_agg(points, met) AS s FROM grade GROUP BY response" \
        -c 'VACUUM (FREEZE, ANALYZE)'
fi

# ---- queries

plain='sum(points * value) / sum(points) FILTER (WHERE points > 0)'
plain_filter='sum(points) FILTER (WHERE met) / sum(points) FILTER (WHERE points > 0)'
per_response() { echo "SELECT count(score) FROM (SELECT response, $1 AS score FROM $2 GROUP BY response OFFSET 0) q"; }
mean() { echo "SELECT $1 FROM (SELECT response, $2 AS score FROM $3 GROUP BY response) q"; }
hash='SET enable_sort = off'

for t in grade shuffled; do
    timed "$t.plain" "$hash" "$(per_response "$plain" $t)"
    timed "$t.plain_filter" "$hash" "$(per_response "$plain_filter" $t)"
    timed "$t.met" "$hash" "$(per_response 'hdata.score(hdata.rubric_agg(points, met))' $t)"
    timed "$t.value" "$hash" "$(per_response 'hdata.score(hdata.rubric_agg(points, value))' $t)"
    timed "$t.part" "$hash" "$(per_response 'hdata.score(hdata.rubric_agg(points, part))' $t)"
    timed "$t.gate" "$hash" "$(per_response 'hdata.gated_score(hdata.rubric_agg(points, value, gate))' $t)"
    timed "$t.tags" "$hash" "$(per_response 'hdata.score(hdata.rubric_agg(points, value, gate, tags))' $t)"
    timed "$t.plain_mean" "$hash" "$(mean 'avg(score)' "$plain" $t)"
    timed "$t.mean" "$hash" "$(mean 'hdata.mean(hdata.score_agg(score))' 'hdata.score(hdata.rubric_agg(points, value))' $t)"
    timed "$t.mean_state" "$hash" "$(mean 'hdata.mean(hdata.score_agg(score))' 'hdata.rubric_agg(points, value)' $t)"
done
timed stored.score '' 'SELECT count(hdata.score(s)) FROM summed'
timed stored.mean '' 'SELECT hdata.mean(hdata.score_agg(s)) FROM summed'
timed stored.clustered '' 'SELECT c.* FROM (SELECT hdata.score_agg(s, task) AS s FROM summed) q, hdata.ci(s) c'
timed stored.rollup '' 'SELECT hdata.score(hdata.rollup(s)) FROM summed'
workers='SET max_parallel_workers_per_gather = 2; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0'
timed parallel.mean "$workers" "$(mean 'hdata.mean(hdata.score_agg(score))' 'hdata.score(hdata.rubric_agg(points, value))' grade)"
votes='generate_series(1, 3) grader'
timed grades.plain "$hash" "SELECT count(v) FROM (SELECT avg(value) AS v FROM grade, $votes GROUP BY response, criterion OFFSET 0) q"
timed grades.majority "$hash" "SELECT count(v) FROM (SELECT hdata.merge_grades(value, 1, points, 'majority') AS v FROM grade, $votes GROUP BY response, criterion OFFSET 0) q"

sql -o /dev/null -c 'SELECT count(*) FROM grade' -c 'SELECT count(*) FROM shuffled' -c 'SELECT count(*) FROM summed'
run_timed "$rounds"

# ---- results

echo "$grades grades of $responses responses; medians of $rounds, queries taking turns"
printf '%-10s %-14s %9s %8s %8s\n' rows query ms ns/row plain
for t in grade shuffled; do
    for q in plain plain_filter met value part gate tags plain_mean mean mean_state; do
        m=$(median "$t.$q")
        printf '%-10s %-14s %9.0f %8.0f %8s\n' "$t" "$q" "$m" "$(awk -v ms="$m" -v n=$grades 'BEGIN { print ms * 1e6 / n }')" \
            "$(ratio "$m" "$(median "$t.plain")")"
    done
done
echo '(met, value, part: score(rubric_agg(points, ...)) of booleans, 0 and 1, hundredths; gate: gated_score; tags: with three axes;'
echo ' mean: mean(score_agg(score(...))); mean_state: mean(score_agg(rubric_agg(...))))'
echo

check 'in order of responses: score per response, over plain SQL' "$(ratio "$(median grade.value)" "$(median grade.plain)")" 1.5
check 'shuffled: score per response, over plain SQL' "$(ratio "$(median shuffled.value)" "$(median shuffled.plain)")" 1.5
check 'in order of responses: booleans, over plain SQL with FILTER' "$(ratio "$(median grade.met)" "$(median grade.plain_filter)")" 1.5
check 'in order of responses: mean of the scores, over plain SQL' "$(ratio "$(median grade.mean)" "$(median grade.plain_mean)")" 1.5
check 'shuffled: mean of the scores, over plain SQL' "$(ratio "$(median shuffled.mean)" "$(median shuffled.plain_mean)")" 1.5
echo "grades in hundredths, over plain SQL: $(ratio "$(median grade.part)" "$(median grade.plain)"); with gates $(ratio "$(median grade.gate)" "$(median grade.plain)")," \
    "with gates and tags $(ratio "$(median grade.tags)" "$(median grade.plain)")"
echo "stored states, $responses of them: score of each $(median stored.score) ms, their mean $(median stored.mean) ms, by 1000 tasks with interval" \
    "$(median stored.clustered) ms, pooled $(median stored.rollup) ms"
echo "two workers, mean of the scores: $(median parallel.mean) ms, $(ratio "$(median parallel.mean)" "$(median grade.mean)") of serial"
echo "majority of three graders a criterion, $((grades * 3)) rows: $(median grades.majority) ms, over avg() $(ratio "$(median grades.majority)" "$(median grades.plain)")"
echo

# ---- memory: the hash table must fit into work_mem = 512 MB

for q in "$plain" 'hdata.rubric_agg(points, value)' 'hdata.rubric_agg(points, value, gate, tags)'; do
    sql -c "$hash" -c "EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off) SELECT response, $q FROM grade GROUP BY response" |
        awk -v q="$q" '/Batches/ { sub(/^ */, ""); print q ": " $0 }'
done
batches=$(sql -c "$hash" -c "EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off) SELECT response, hdata.rubric_agg(points, value) FROM grade GROUP BY response" |
    sed -n 's/.*Batches: \([0-9]*\).*/\1/p')
check 'HashAggregate of all responses in work_mem = 512 MB, batches' "$batches" 1
sql -F ' ' -c "SELECT round(avg(octet_length(hdata.rubric_score_send(s))), 1) || ' bytes a stored state (' || round(avg(pg_column_size(s)), 1) || ' on disk)' FROM summed"
echo
echo "$missed missed"

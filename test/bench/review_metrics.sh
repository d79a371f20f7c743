#!/bin/bash
# Speed of the metrics of reviews, every figure a ratio within one run, to plain SQL with window functions over the same rows:
# in the order of the log, and shuffled.
#
#   ROUNDS=n   medians of n (5)
#   N=n        items (200000: about a million events)
#   KEEP=1     leave the schema hdata_bench_review with its data, and use it if it is there
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
rounds=${ROUNDS:-5}
n=${N:-200000}
# shellcheck source=lib.sh
. "$here/lib.sh"

clean_up()
{
    [ -n "${KEEP:-}" ] || sql -c 'DROP SCHEMA IF EXISTS hdata_bench_review CASCADE'
    rm -f "$timings"
}
trap clean_up EXIT

export PGOPTIONS='-c search_path=hdata_bench_review -c client_min_messages=warning -c jit=off -c work_mem=1GB
    -c hash_mem_multiplier=2 -c max_parallel_workers_per_gather=0'
warm_up="SELECT hdata.km_median(hdata.km_agg(1, true))"
as_of="timestamptz '2026-04-01'"

sql -c 'CREATE EXTENSION IF NOT EXISTS hdata'
if [ "$(sql -c "SELECT to_regnamespace('hdata_bench_review') IS NULL")" = t ]; then
    # draft, submitted, in_review, for some (changes_requested, submitted, in_review) once or twice, and approved for nine of ten
    sql -c 'CREATE SCHEMA hdata_bench_review' -c 'SELECT setseed(0.42)' \
        -c "CREATE TABLE ordered AS
            WITH it AS (SELECT g AS item, timestamptz '2026-01-01' + random() * interval '60 days' AS t0, (random() < 0.30)::int + (random() < 0.08)::int AS loops, random() AS u, random() AS c
                    FROM generate_series(1, $n::bigint) AS g),
                st AS (SELECT item, t0, u, array['draft', 'submitted', 'in_review'] || (SELECT coalesce(array_agg(x ORDER BY k, o), '{}') FROM generate_series(1, loops) AS k,
                    unnest(array['changes_requested', 'submitted', 'in_review']) WITH ORDINALITY AS z(x, o)) || CASE WHEN c < 0.9 THEN array['approved'] ELSE '{}'::text[] END AS s FROM it)
            SELECT item, o::bigint AS seq, x AS state, t0 + o * (interval '3 hours') * (0.5 + u) AS at FROM st, unnest(s) WITH ORDINALITY AS e(x, o)" \
        -c 'CREATE TABLE shuffled AS SELECT * FROM ordered ORDER BY random()' \
        -c "CREATE TABLE durations AS SELECT extract(epoch FROM coalesce(nxt, $as_of) - at)::float8 AS t, nxt IS NOT NULL AS e
            FROM (SELECT at, lead(at) OVER (PARTITION BY item ORDER BY seq) AS nxt FROM ordered) q ORDER BY random()" \
        -c "CREATE TABLE stored AS SELECT hdata.review_paths_agg(item, state, at, seq) AS p FROM ordered"
    sql -c 'VACUUM (FREEZE, ANALYZE)'
fi

# the product of S by logarithms, the shortest form of Kaplan and Meier in SQL
km_sql() { echo "WITH r AS (SELECT t, count(*) FILTER (WHERE e) AS d, count(*) AS c FROM ($1) iv GROUP BY t), n AS (SELECT t, d, sum(c) OVER (ORDER BY t DESC) AS nr FROM r),
    s AS (SELECT t, exp(sum(ln(greatest(1 - d / nr::float8, 1e-300))) OVER (ORDER BY t)) AS sv FROM n) SELECT min(t) FROM s WHERE sv <= 0.5"; }

for t in ordered shuffled; do
    window="SELECT state, at, lead(at) OVER (PARTITION BY item ORDER BY seq) AS nxt FROM $t"
    timed "$t.scan" '' "SELECT count(item), count(state), count(at), count(seq) FROM $t"
    timed "$t.group_by_item" '' "SELECT count(x) FROM (SELECT item, min(at) AS x FROM $t GROUP BY item) q"
    timed "$t.time.window" '' "SELECT sum(coalesce(nxt, $as_of) - at) FROM ($window) q WHERE state = 'in_review'"
    timed "$t.times.window" '' "SELECT state, count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM coalesce(nxt, $as_of) - at)) FROM ($window) q GROUP BY 1"
    timed "$t.times" '' "SELECT hdata.time_in_state(hdata.review_paths_agg(item, state, at, seq), $as_of) FROM $t"
    timed "$t.paths" '' "SELECT hdata.n_items(hdata.review_paths_agg(item, state, at, seq)) FROM $t"
    timed "$t.time.path" '' "SELECT sum(hdata.time_in(p, 'in_review', $as_of)) FROM (SELECT item, hdata.review_path_agg(state, at, seq) AS p FROM $t GROUP BY item) q"
    timed "$t.km.window" '' "$(km_sql "SELECT coalesce(nxt, $as_of) - at AS t, nxt IS NOT NULL AS e FROM ($window) q WHERE state = 'in_review'")"
    timed "$t.km" '' "SELECT hdata.km_median(hdata.km_of(hdata.review_paths_agg(item, state, at, seq), 'in_review', $as_of)) FROM $t"
done
timed durations.scan '' 'SELECT count(t), count(e) FROM durations'
timed durations.km.sql '' "$(km_sql 'SELECT t, e FROM durations')"
timed durations.km '' 'SELECT hdata.km_median(hdata.km_agg(t, e)) FROM durations'
timed stored.times '' "SELECT hdata.time_in_state(p, $as_of) FROM stored"
for t in ordered shuffled durations stored; do
    sql -o /dev/null -c "SELECT count(*) FROM $t"
done
run_timed "$rounds"

events=$(sql -c 'SELECT count(*) FROM ordered')
echo "$events events of $n items; medians of $rounds, queries taking turns"
printf '%-34s %9s %8s\n' query ms ns/event
for q in {ordered,shuffled}.{scan,group_by_item,time.window,times.window,times,paths,time.path,km.window,km} durations.{scan,km.sql,km} stored.times; do
    m=$(median "$q")
    printf '%-34s %9.0f %8.0f\n' "$q" "$m" "$(awk -v m="$m" -v n="$events" 'BEGIN { print m * 1e6 / n }')"
done
# a group for each item: what GROUP BY itself takes is a good part of it
for t in ordered shuffled; do
    echo "$t: time in one state, window functions / review_path_agg by item: $(ratio "$(median $t.time.window)" "$(median $t.time.path)")"
done
echo "bytes of an event, stored: $(sql -c "SELECT round(length(hdata.review_paths_send(p)) / $events.0, 2) FROM stored")"
for t in ordered shuffled; do
    check_over "$t: time in all states with medians, window functions / review_paths" "$(ratio "$(median $t.times.window)" "$(median $t.times)")" 3
    check_over "$t: Kaplan-Meier of a state from events, SQL / review_paths" "$(ratio "$(median $t.km.window)" "$(median $t.km)")" 5
done
check_over 'Kaplan-Meier of durations, SQL / km_agg' "$(ratio "$(median durations.km.sql)" "$(median durations.km)")" 5
[ "$missed" = 0 ] || echo "$missed targets missed"

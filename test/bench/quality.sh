#!/bin/bash
# Intervals and rules of the module quality: simulated coverage through the SQL functions that ship (the model:
# quality_coverage.sql), and what they cost.  Prints markdown tables.
#
#   FULL=1   2000 data sets a cell; default 400
#   REPS=n   so many data sets a cell
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
warm_up="SELECT hdata.wilson(1, 2)"
. "$here/lib.sh"
reps=${REPS:-$([ -n "${FULL:-}" ] && echo 2000 || echo 400)}
export PGOPTIONS="-c search_path=hdata_quality -c client_min_messages=warning -c jit=off -c work_mem=256MB -c max_parallel_workers_per_gather=0"

sql -c 'CREATE EXTENSION IF NOT EXISTS hdata'
sql -c 'DROP SCHEMA IF EXISTS hdata_quality CASCADE' -c 'CREATE SCHEMA hdata_quality'
trap 'sql -c "DROP SCHEMA hdata_quality CASCADE"' EXIT
sql -f "$here/quality_coverage.sql"

table()
{
    echo
    echo "$1"
    sql -F ' ' -c 'SELECT setseed(0.5)' -c "$2" | tail -n +2
}
cell="round(100 * coverage::numeric, 1), coalesce(round(100 * naive::numeric, 1)::text, ''), round(width::numeric, 3), round(100 * without::numeric, 1)"

echo "Coverage in % of 95 % intervals, $reps data sets a cell (standard error $(awk -v r="$reps" 'BEGIN { printf "%.1f", 100 * sqrt(.05 * .95 / r) }') at 95); beside it that of the interval that ignores the matter."

table '| rate | items | rare looks | errors where looked at always | clusters | rate() | wilson of raw counts | width | without |
|---|---|---|---|---|---|---|---|---|' \
"SELECT format('| %s | %s | %s | %s | %s | %s | %s | %s | %s |', p, n, rare, CASE WHEN informative THEN 'five times as frequent' ELSE 'as elsewhere' END, CASE WHEN clustered THEN 'of 5' ELSE 'none' END, $cell)
   FROM (VALUES (1, .02, 300, .1, true, false), (2, .1, 300, .1, true, false), (3, .1, 300, .1, false, false), (4, .1, 100, .3, true, false), (5, .1, 1000, .1, true, false), (6, .1, 300, .3, true, true), (7, .1, 1000, .3, false, true)) v(o, p, n, rare, informative, clustered),
        cover_rate(p, n, rare, informative, clustered, $reps) ORDER BY o"

table '| rate | items | sensitivity | specificity | checks of each | true_rate() | wilson of findings | width | without |
|---|---|---|---|---|---|---|---|---|' \
"SELECT format('| %s | %s | %s | %s | %s | %s | %s | %s | %s |', p, n, se, sp, m, $cell)
   FROM (VALUES (1, .02, 300, .9, .95, 50), (2, .1, 300, .9, .95, 50), (3, .3, 300, .9, .95, 50), (4, .1, 300, .7, .9, 30), (5, .1, 2000, .8, .95, 200), (6, .5, 100, .8, .8, 20)) v(o, p, n, se, sp, m), cover_true_rate(p, n, se, sp, m, $reps) ORDER BY o"

table '| persons | items | persons an item | paces() | | width in logarithms | without |
|---|---|---|---|---|---|---|' \
"SELECT format('| %s | %s | %s | %s | %s | %s | %s |', persons, items, k, $cell)
   FROM (VALUES (1, 5, 40, 2), (2, 10, 100, 3), (3, 20, 200, 3), (4, 4, 60, 4)) v(o, persons, items, k), cover_pace(persons, items, k, $reps / 10) ORDER BY o"

table '| units | trials each | mean rate | prior worth | method | beta_shrink() | wilson of own | width | without |
|---|---|---|---|---|---|---|---|---|' \
"SELECT format('| %s | %s | %s | %s | %s | %s | %s | %s | %s |', units, n, good, spread, method, $cell)
   FROM (VALUES (20, 10, .8, 20), (50, 30, .9, 40), (8, 50, .9, 20)) v(units, n, good, spread), unnest('{bayes,moments,ml}'::text[]) WITH ORDINALITY w(method, o), cover_shrink(units, n, good, spread, method, $reps / 10) ORDER BY units, n, o"

echo
echo 'Raters flagged in % over 52 weekly looks, 20 gold items a week, error rate of 5 % acceptable:'
table '| true error rate | always_valid() | wilson at each look |
|---|---|---|' \
"WITH item AS (SELECT p, r, week, (SELECT count(*) FROM generate_series(1, 20) g WHERE random() < p AND r > 0) AS bad FROM unnest('{.05,.07,.1}'::float8[]) p, generate_series(1, $reps) r, generate_series(1, 52) week),
 look AS (SELECT p, r, 20 * week AS n, sum(bad) OVER (PARTITION BY p, r ORDER BY week) AS bad FROM item),
 flag AS (SELECT p, r, bool_or(a.low > .05) AS av, bool_or(w.low > .05) AS wi FROM look, hdata.always_valid(bad, n) a, hdata.wilson(bad, n) w GROUP BY p, r)
 SELECT format('| %s | %s | %s |', p, round(100 * avg(av::int), 1), round(100 * avg(wi::int), 1)) FROM flag GROUP BY p ORDER BY p"

echo
rows=200000
sql -c "CREATE UNLOGGED TABLE work AS SELECT i AS item, (i * 7919 + k) % 200 AS person, exp(3 + random()) AS seconds, random() < .05 AS bad, (random() * .9 + .1) AS p, 'l' || (random() * 3)::int AS label
    FROM generate_series(1::bigint, $((rows / 3))) i, generate_series(0, 2) k"
sql -c 'VACUUM ANALYZE work'
timed scan '' 'SELECT sum(seconds), sum(p) FROM work WHERE bad IS NOT NULL'
timed rate '' 'SELECT r.value FROM (SELECT hdata.rate_agg(bad, p) AS s FROM work) q, hdata.rate(s) r'
timed rate_person '' 'SELECT count(*) FROM (SELECT hdata.rate_agg(bad, p) AS s FROM work GROUP BY person) q, hdata.rate(s) r'
timed sampled '' "SELECT count(*) FROM work WHERE hdata.review_sampled(item, 'salt', .1)"
timed pace_agg '' 'SELECT hdata.pace_agg(item, person, seconds) IS NULL FROM work'
timed paces '' 'SELECT count(t.value) FROM (SELECT hdata.pace_agg(item, person, seconds) AS s FROM work WHERE item <= 5000) q, hdata.paces(s) t'
timed runs '' 'SELECT count(*) FROM (SELECT hdata.runs_agg(label, item) AS s FROM work GROUP BY person) q, hdata.runs(s) r'
timed limit '' 'SELECT hdata.cusum_limit(.05, .15, 1000)'
run_timed 3
echo "$rows rows, medians of 3 in ms: scan $(median scan); rate $(median rate), by 200 persons $(median rate_person); review_sampled $(median sampled); pace_agg $(median pace_agg);" \
    "paces of 200 persons and 15000 times $(median paces); runs of 200 persons $(median runs); cusum_limit $(median limit)"

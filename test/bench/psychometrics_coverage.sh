#!/bin/bash
# Coverage of the 95 % intervals of G-studies, decision studies, severity, drift and the Rasch model, simulated through the SQL
# functions that ship (the model: psychometrics_coverage.sql).  Prints a markdown table: share of intervals that hold the truth,
# of data sets without an interval, and the mean estimate beside the truth.
#
#   REPS=n   data sets a cell (default 500: a minute)
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
reps=${REPS:-500}

sql() { psql -qXAt -v ON_ERROR_STOP=1 "$@"; }
export PGOPTIONS="-c search_path=hdata_coverage -c client_min_messages=warning -c jit=off -c work_mem=256MB -c max_parallel_workers_per_gather=0"

sql -c 'CREATE EXTENSION IF NOT EXISTS hdata'
sql -c 'DROP SCHEMA IF EXISTS hdata_coverage CASCADE' -c 'CREATE SCHEMA hdata_coverage'
trap 'sql -c "DROP SCHEMA hdata_coverage CASCADE"' EXIT
sql -f "$here/psychometrics_coverage.sql"

sql -o /dev/null <<SQL
SELECT simulate_g('p x r', 20, 3, 3, .5, 1, $reps, .11);
SELECT simulate_g('p x r', 100, 3, 3, .5, 1, $reps, .12);
SELECT simulate_g('p x r', 100, 10, 10, .5, 1, $reps, .13);
SELECT simulate_g('p x r', 30, 6, 2, .5, 1, $reps, .14);
SELECT simulate_g('p x r', 200, 20, 2, .5, 1, $reps, .15);
SELECT simulate_g('p x r', 200, 20, 2, .1, .5, $reps, .16);
SELECT simulate_g('r:p', 30, 5, 4, .5, 1, $reps, .17);
SELECT simulate_g('r:p', 200, 5, 3, .5, 1, $reps, .18);
SELECT simulate_criteria(30, 4, 5, 1, 0, $reps, .21);
SELECT simulate_criteria(30, 4, 5, .7, 0, $reps, .22);
SELECT simulate_criteria(60, 8, 8, .3, 0, $reps / 2, .23);
SELECT simulate_criteria(100, 10, 5, 1, 2, $reps / 2, .24);
SELECT simulate_severity(12, 5, false, false, $reps, .30);
SELECT simulate_severity(30, 5, false, false, $reps, .31);
SELECT simulate_severity(200, 10, false, false, $reps, .32);
SELECT simulate_severity(200, 5, false, true, $reps, .33);
SELECT simulate_severity(200, 5, true, false, $reps, .34);
SELECT simulate_rasch(100, 7, $reps, .41);
SELECT simulate_rasch(500, 20, $reps / 2, .42);
SQL

echo "Coverage in % of 95 % intervals, $reps data sets a cell; * is below 93."
echo
sql -F ' ' <<'SQL'
SELECT '| design | persons | raters or items | quantity | truth | mean estimate | coverage | without interval |'
UNION ALL SELECT '|---|---|---|---|---|---|---|---|'
UNION ALL (SELECT format('| %s | %s | %s | %s | %s | %s | %s%s | %s |', design, persons, raters || CASE WHEN criteria > 1 THEN ' x ' || criteria ELSE '' END,
		quantity, round(truth::numeric, 3), round(avg(estimate)::numeric, 3), coalesce(round(100 * avg((truth BETWEEN ci_low AND ci_high)::int))::text, '-'),
		CASE WHEN avg((truth BETWEEN ci_low AND ci_high)::int) < .93 THEN '*' ELSE '' END, round(100 * avg((ci_low IS NULL)::int)))
	FROM result GROUP BY design, persons, raters, criteria, quantity, truth ORDER BY design, persons, raters, quantity)
SQL

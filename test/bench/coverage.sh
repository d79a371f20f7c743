#!/bin/bash
# Coverage of the 95 % intervals of agreement(), simulated through the SQL functions that ship (the model: coverage.sql).
# Prints a markdown table of the share of intervals that hold the truth, and of the data sets that gave no interval.
#
#   FULL=1   the whole grid with 2000 data sets a cell (4 minutes); default: the corners of the grid, 500 (1 minute)
#   REPS=n   so many data sets a cell
#   VARIANCE=cautious   the intervals of that variance
#   KEEP=1   leave the schema hdata_coverage with every interval in the table "result"
#
# Fixed raters: the truth is the limit over items of those raters (five panels of each size).  Random raters: new raters in
# every data set; the truth is the limit over items and raters.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
if [ -n "${FULL:-}" ]; then
    overlaps='.05 .2 1' raters='2 3 10' items='30 50 300' reps=${REPS:-2000}
else
    overlaps='.05 .2 1' raters='3 10' items='30 300' reps=${REPS:-500}
fi

sql() { psql -qXAt -v ON_ERROR_STOP=1 "$@"; }
export PGOPTIONS="-c search_path=hdata_coverage -c client_min_messages=warning -c hdata_coverage.variance=${VARIANCE:-ratio} -c jit=off -c work_mem=256MB
    -c max_parallel_workers_per_gather=0"

sql -c 'CREATE EXTENSION IF NOT EXISTS hdata'
sql -c 'DROP SCHEMA IF EXISTS hdata_coverage CASCADE' -c 'CREATE SCHEMA hdata_coverage'
[ -n "${KEEP:-}" ] || trap 'sql -c "DROP SCHEMA hdata_coverage CASCADE"' EXIT
sql -f "$here/coverage.sql"
sql -o /dev/null -c "SELECT make_panels(5, '{.5,.05}', 200000)"

cell=0
for overlap in $overlaps; do
    for r in $raters; do
        for prevalence in .5 .05; do
            for n in $items; do
                for clustered in false true; do
                    for inference in fixed random; do
                        cell=$((cell + 1))
                        # random raters need three of them
                        [ "$inference" = fixed ] || [ "$r" -ge 3 ] || continue
                        echo "SELECT simulate($overlap, $r, $prevalence, $n, $clustered, '$inference', $reps, $cell / 1000.0);"
                    done
                done
            done
        done
    done
done | sql -o /dev/null

echo "Coverage in % of 95 % intervals, $reps data sets a cell, for ${items// /, } items."
echo '* is below 93; in brackets the % of data sets without an interval.'
echo
sql -F ' ' <<'SQL'
WITH cell AS (
	SELECT inference, design, overlap, raters, prevalence, items, coefficient,
		100 * avg((truth BETWEEN ci_low AND ci_high)::int) AS coverage,
		100 * avg((ci_low IS NULL)::int) AS without
	FROM result GROUP BY 1, 2, 3, 4, 5, 6, 7),
shown AS (
	SELECT inference, design, overlap, raters, prevalence, coefficient,
		string_agg(coalesce(round(coverage)::text, '-') || CASE WHEN coverage < 93 THEN '*' ELSE '' END ||
			CASE WHEN without >= .5 THEN ' (' || round(without) || ')' ELSE '' END, ', ' ORDER BY items) AS t
	FROM cell GROUP BY 1, 2, 3, 4, 5, 6),
line AS (
	SELECT inference, design, overlap, raters, prevalence, format('| %s | %s | %s %% | %s | %s | %s |', inference, design,
		100 * overlap, raters, prevalence, string_agg(t, ' | ' ORDER BY array_position(coefficients(), coefficient))) AS t
	FROM shown GROUP BY 1, 2, 3, 4, 5)
SELECT '| inference | items | overlap | raters | prevalence | ' || array_to_string(coefficients(), ' | ') || ' |'
UNION ALL SELECT '|---|---|---|---|---|---|---|---|---|---|'
UNION ALL (SELECT t FROM line
	ORDER BY inference, array_position('{independent,clustered,cluster not passed}', design), overlap, raters, prevalence DESC)
SQL

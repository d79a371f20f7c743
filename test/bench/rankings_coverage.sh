#!/bin/bash
# Coverage of the 95 % intervals of plackett_luce(), simulated: six items of log worth 0.4, 0.8 ... 2.4, 120 rankings of all of
# them, by so many raters whose tastes are off by a normal deviation of sd for each item.  The truth is the mean estimate over all
# data sets: with raters who differ, no single worth is true for all of them.
#
#   REPS=n   data sets a cell (default 400: some seconds)
set -euo pipefail

reps=${REPS:-400}

sql() { psql -qXAt -v ON_ERROR_STOP=1 "$@"; }
export PGOPTIONS="-c search_path=hdata_coverage,hdata -c client_min_messages=warning -c jit=off -c work_mem=256MB"

sql -c 'CREATE EXTENSION IF NOT EXISTS hdata'
sql -c 'DROP SCHEMA IF EXISTS hdata_coverage CASCADE' -c 'CREATE SCHEMA hdata_coverage'
trap 'sql -c "DROP SCHEMA hdata_coverage CASCADE"' EXIT

sql -o /dev/null <<SQL
CREATE FUNCTION gumbel() RETURNS float8 LANGUAGE sql VOLATILE AS \$\$ SELECT -ln(-ln(1 - random())) \$\$;
CREATE FUNCTION normal() RETURNS float8 LANGUAGE sql VOLATILE AS \$\$ SELECT sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()) \$\$;
SELECT setseed(0.5);
CREATE TABLE taste AS SELECT n, sd, rep, w, x, 0.4 * x + sd * normal() AS t
	FROM unnest('{5,10,20,60}'::int[]) n, unnest('{0,0.7}'::float8[]) sd, generate_series(1, $reps) rep, generate_series(1, n) w, generate_series(1, 6) x;
CREATE TABLE liked AS SELECT n, sd, rep, w, k, x, t + gumbel() AS t FROM taste, generate_series(1, 120 / n) k;
CREATE TABLE sets AS SELECT n, sd, rep, rankings_agg(r, w) AS s FROM (SELECT n, sd, rep, w, array_agg(x ORDER BY t DESC) AS r FROM liked GROUP BY n, sd, rep, w, k) q GROUP BY n, sd, rep;
CREATE TABLE fits AS SELECT sets.n, sd, rep, ci, item, rating, ci_low, ci_high FROM sets, unnest('{model,sandwich,rater}'::text[]) ci, plackett_luce(s, ci => ci) p;
SQL

echo "Coverage in % of 95 % intervals, $reps data sets a cell"
echo
sql -F ' ' <<'SQL'
SELECT '| raters | rankings each | sd of taste | model | sandwich | rater |' UNION ALL SELECT '|---|---|---|---|---|---|'
UNION ALL (SELECT format('| %s | %s | %s | %s | %s | %s |', n, 120 / n, sd, max(c) FILTER (WHERE ci = 'model'), max(c) FILTER (WHERE ci = 'sandwich'), max(c) FILTER (WHERE ci = 'rater'))
	FROM (SELECT n, sd, ci, round(100 * avg((t BETWEEN ci_low AND ci_high)::int), 1) AS c
		FROM fits f JOIN (SELECT n, sd, item, avg(rating) AS t FROM fits WHERE ci = 'model' GROUP BY n, sd, item) truth USING (n, sd, item) GROUP BY n, sd, ci) q
	GROUP BY n, sd ORDER BY sd, n);
SQL

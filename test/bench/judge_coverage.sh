#!/bin/bash
# Coverage of the 95 % intervals of ppi_mean(), confusion_summary() and human_ceiling(), simulated through the SQL functions
# that ship.  Prints markdown tables (docs/consensus.md).  Everything follows from the seed.
#
#   REPS=n   so many data sets a cell (default 2000: a minute)
set -euo pipefail

reps=${REPS:-2000}
sql() { psql -qXAt -v ON_ERROR_STOP=1 "$@"; }
export PGOPTIONS="-c search_path=pg_temp,hdata,public -c client_min_messages=warning -c jit=off -c work_mem=512MB
    -c max_parallel_workers_per_gather=0"

sql -c 'CREATE EXTENSION IF NOT EXISTS hdata'
sql -v reps="$reps" <<'SQL'
-- A row has a truth y and a judgement f; n of all rows are audited, at random (uniform), or each with a known probability of
-- its own that grows with f (unequal).
CREATE FUNCTION pg_temp.ppi_cell(kind text, design text, n_all int, n_audited int, reps int)
	RETURNS TABLE (method text, covers numeric, classical numeric, width numeric) LANGUAGE plpgsql AS $$
DECLARE
	truth float8 := CASE kind WHEN 'yes or no, 30 %' THEN 0.3 WHEN 'yes or no, 5 %' THEN 0.05 ELSE 0.5 END;
	rate float8 := n_audited::float8 / n_all;
BEGIN
	PERFORM setseed(0.5);
	CREATE TEMP TABLE cell AS
	WITH t AS MATERIALIZED (SELECT r, random() AS u, random() AS v, random() AS w, random() AS s FROM generate_series(1, reps) r, generate_series(1, n_all)),
		d AS (SELECT r, s, w, CASE WHEN kind LIKE 'yes%' THEN (u < truth)::int ELSE u END AS y,
			CASE WHEN kind LIKE 'yes%' THEN ((u < truth) = (v < 0.85 + 0.1 * (truth < 0.1)::int))::int WHEN kind = 'score, good judge' THEN u + 0.2 * (v + w - 1)
				ELSE 0.5 * u + 0.5 * v + 0.3 END AS f FROM t),
		p AS (SELECT d.*, CASE design WHEN 'uniform' THEN rate ELSE least(1, rate * CASE WHEN f > 0.5 THEN 1.6 ELSE 0.7 END) END AS p FROM d)
	SELECT r, CASE design WHEN 'uniform' THEN ppi_agg(f, CASE WHEN place <= n_audited THEN y END) ELSE ppi_agg(f, CASE WHEN s < p THEN y END, p) END AS s
	FROM (SELECT *, CASE design WHEN 'uniform' THEN row_number() OVER (PARTITION BY r ORDER BY s) END AS place FROM p) q GROUP BY r;
	RETURN QUERY SELECT m.m, round(100 * avg((truth BETWEEN p.ci_low AND p.ci_high)::int), 1), round(100 * avg((truth BETWEEN p.classical_low AND p.classical_high)::int), 1),
		round((avg(p.ci_high - p.ci_low) / avg(p.classical_high - p.classical_low))::numeric, 2)
	FROM (VALUES ('ppi++'), ('ppi')) m(m), cell, ppi_mean(s, 0.95, m.m) p GROUP BY m.m;
	DROP TABLE cell;
END $$;
CREATE TEMP TABLE ppi_result AS
SELECT o, kind, design, n_all, n_audited, c.* FROM (VALUES
	(1, 'yes or no, 30 %', 'uniform', 500, 30), (2, 'yes or no, 30 %', 'uniform', 500, 100), (3, 'yes or no, 5 %', 'uniform', 1000, 100),
	(4, 'score, good judge', 'uniform', 300, 15), (5, 'score, good judge', 'uniform', 500, 50), (6, 'score, weak judge', 'uniform', 500, 50),
	(7, 'yes or no, 30 %', 'unequal', 500, 50), (8, 'score, good judge', 'unequal', 500, 50), (9, 'score, weak judge', 'unequal', 500, 50)) v(o, kind, design, n_all, n_audited),
	LATERAL pg_temp.ppi_cell(kind, design, n_all, n_audited, :reps) c;
SELECT '| truth | audits | rows | audited | ppi++ covers % | ppi covers % | classical covers % | width of ppi++ | of ppi |' UNION ALL SELECT '|---|---|---|---|---|---|---|---|---|';
SELECT format('| %s | %s | %s | %s | %s | %s | %s | %s | %s |', kind, design, n_all, n_audited, a.covers, b.covers, a.classical, a.width, b.width)
FROM (SELECT * FROM ppi_result WHERE method = 'ppi++') a JOIN (SELECT o, covers, width FROM ppi_result WHERE method = 'ppi') b USING (o) ORDER BY o;
SELECT '';

-- A judge agrees with probability a; what it says otherwise is any label.  Labels have the shares s.
CREATE FUNCTION pg_temp.label_cell(shares float8[], a float8, n int, reps int) RETURNS TABLE (metric text, covers numeric, without numeric) LANGUAGE plpgsql AS $$
DECLARE
	k int := cardinality(shares);
BEGIN
	PERFORM setseed(0.25);
	CREATE TEMP TABLE cell AS
	WITH t AS MATERIALIZED (SELECT r, random() AS u, random() AS v, 1 + floor(random() * k) AS other FROM generate_series(1, reps) r, generate_series(1, n)),
		d AS (SELECT r, v, other, (SELECT min(i) FROM generate_series(1, k) i WHERE u < (SELECT sum(s) FROM unnest(shares[1:i]) s)) AS ref FROM t)
	SELECT r, confusion_agg(ref::text, CASE WHEN v < a THEN ref ELSE other END::text) AS c FROM d GROUP BY r;
	-- the truth is the metric of the shares themselves, as counts of a large table
	CREATE TEMP TABLE truth AS SELECT s.metric, s.value FROM (
		SELECT rollup(x) AS c FROM (SELECT confusion_agg(i::text, j::text) AS one, round(1e4 * shares[i] * ((1 - a) / k + CASE WHEN i = j THEN a ELSE 0 END))::int AS times
			FROM generate_series(1, k) i, generate_series(1, k) j GROUP BY i, j) q, LATERAL (SELECT one AS x FROM generate_series(1, times)) y) q, confusion_summary(c, positive => '1') s;
	RETURN QUERY SELECT s.metric, round(100 * avg((t.value BETWEEN s.ci_low AND s.ci_high)::int), 1), round(100 * avg((s.ci_low IS NULL)::int), 1)
	FROM cell, confusion_summary(c, positive => '1') s JOIN truth t USING (metric) WHERE s.metric <> 'coverage' GROUP BY s.metric;
	DROP TABLE cell, truth;
END $$;
CREATE TEMP TABLE label_result AS
SELECT o, shares, a, n, c.* FROM (VALUES (1, '{0.5,0.5}'::float8[], 0.7, 50), (2, '{0.5,0.5}', 0.7, 200), (3, '{0.5,0.5}', 0.95, 50), (4, '{0.1,0.9}', 0.8, 50), (5, '{0.1,0.9}', 0.8, 200),
	(6, '{0.2,0.3,0.5}', 0.7, 100)) v(o, shares, a, n), LATERAL pg_temp.label_cell(shares, a, n, :reps) c;
SELECT '| labels | judge agrees | rows | ' || string_agg(metric, ' | ' ORDER BY metric) || ' |' FROM label_result WHERE o = 1 UNION ALL SELECT '|---|---|---|---|---|---|---|---|---|';
SELECT format('| %s | %s | %s | %s |', array_to_string(shares, ' '), a, n, string_agg(covers || CASE WHEN without >= 0.5 THEN ' (' || without || ')' ELSE '' END, ' | ' ORDER BY metric))
FROM label_result GROUP BY o, shares, a, n ORDER BY o;
SELECT '';

-- Four people and a judge, each wrong with a probability of their own, 70 % of the ratings there; the truth is the value over 300,000 items.
CREATE FUNCTION pg_temp.graders(reps int, n int, seed float8) RETURNS TABLE (rep int, item int, rater text, v text) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM setseed(seed);
	RETURN QUERY WITH i AS MATERIALIZED (SELECT r, k, random() < 0.4 AS t FROM generate_series(1, reps) r, generate_series(1, n) k)
		SELECT i.r, i.k, g.name, CASE WHEN random() < g.e THEN NOT t ELSE t END::text
		FROM i, (VALUES ('a', 0.1), ('b', 0.2), ('c', 0.15), ('d', 0.05), ('judge', 0.12)) g(name, e) WHERE random() < 0.7;
END $$;
CREATE TEMP TABLE limits AS SELECT ratings_agg(item::text, rater, v) AS r FROM pg_temp.graders(1, 300000, 0.1);
CREATE TEMP TABLE samples AS SELECT rep, ratings_agg(item::text, rater, v) AS r FROM pg_temp.graders(:reps / 2, 60, 0.2) GROUP BY rep;
SELECT '| metric | reference | value | excess | judge_excess |' UNION ALL SELECT '|---|---|---|---|---|';
WITH h AS (SELECT m, ref, h.rater, avg((t.value BETWEEN h.ci_low AND h.ci_high)::int) AS value, avg((t.excess BETWEEN h.excess_low AND h.excess_high)::int) AS excess,
		avg((t.judge_excess BETWEEN h.judge_excess_low AND h.judge_excess_high)::int) AS ahead
	FROM (VALUES ('accuracy', 'pairwise'), ('cohen_kappa', 'pairwise'), ('macro_f1', 'pairwise'), ('macro_f1', 'majority')) v(m, ref),
		LATERAL (SELECT t.* FROM limits, human_ceiling(r, 'judge', m, ref) t) t, LATERAL (SELECT x.* FROM samples, human_ceiling(r, 'judge', m, ref) x) h
	WHERE h.rater = t.rater GROUP BY m, ref, h.rater)
SELECT format('| %s | %s | %s to %s | %s | %s to %s |', m, ref, round(100 * min(value), 1), round(100 * max(value), 1),
	coalesce(round(100 * min(excess), 1) || ' to ' || round(100 * max(excess), 1), ''), round(100 * min(ahead), 1), round(100 * max(ahead), 1))
FROM h GROUP BY m, ref ORDER BY m, ref DESC;
SQL

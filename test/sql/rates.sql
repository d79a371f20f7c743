-- rate_estimate, true_rate, pace and label_runs: values, what is undefined and what is refused, stored values
\pset format unaligned
\pset footer off
\pset null '(null)'
SET search_path = hdata, public;
SET extra_float_digits = -3;

CREATE FUNCTION pg_temp.failure(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text;
	detail text;
	hint text;
BEGIN
	EXECUTE query;
	RETURN 'no error';
EXCEPTION WHEN others THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', SQLSTATE, message, nullif(detail, ''), nullif(hint, ''));
END $$;

-- ---- rates under unequal sampling ----
CREATE TEMP TABLE looked (id int, bad boolean, p float8, worker text);
INSERT INTO looked SELECT i, i * i % 11 = 5, CASE WHEN i % 3 = 0 THEN 0.1 ELSE 1 END, 'w' || i * i % 7 + i / 50 FROM generate_series(1, 210) i;
-- by hand: Hajek, and the linearised variance
SELECT round(r.value::numeric, 12) = round(h.p::numeric, 12) AS value, round(r.se::numeric, 12) = round(h.se::numeric, 12) AS se, r.n, r.n_bad, round(r.n_effective::numeric, 4) AS n_effective, r.n_clusters,
	round(r.ci_low::numeric, 5) AS low, round(r.ci_high::numeric, 5) AS high, r.note
FROM (SELECT rate_agg(bad, p) AS s FROM looked) q, rate(q.s) r,
	(SELECT m.p, sqrt(210 / 209.0 * sum(power((bad::int - m.p) / looked.p, 2))) / sum(1 / looked.p) AS se FROM looked, (SELECT sum(bad::int / p) / sum(1 / p) AS p FROM looked) m GROUP BY m.p) h;
SELECT round(r.value::numeric, 12) = round(h.p::numeric, 12) AS value, round(r.se::numeric, 12) = round(h.se::numeric, 12) AS se, r.n, r.n_bad, round(r.n_effective::numeric, 4) AS n_effective, r.n_clusters
FROM (SELECT rate_agg(bad, p, worker) AS s FROM looked) q, rate(q.s) r,
	(SELECT p, sqrt(count(*) / (count(*) - 1.0) * sum(power(wb - p * w, 2))) / sum(w) AS se FROM (SELECT worker, sum(1 / p) AS w, sum(bad::int / p) AS wb FROM looked GROUP BY 1) c,
		(SELECT sum(bad::int / p) / sum(1 / p) AS p FROM looked) m GROUP BY p) h;
-- all probabilities alike: the plain interval, but for Student's t
SELECT r.value, round(r.n_effective::numeric, 3) AS n_effective, m, round(r.ci_low::numeric, 4) AS low, round(r.ci_high::numeric, 4) AS high
	FROM (SELECT rate_agg(i % 4 = 0, 0.2) AS s FROM generate_series(1, 400) i) q, unnest('{wilson,clopper_pearson,jeffreys}'::text[]) m, rate(q.s, 0.95, m) r;
-- nothing bad, everything bad, one cluster, nothing random, nothing at all
SELECT name, r.* FROM (SELECT 1, 'nothing bad', rate_agg(false, 0.5) FROM generate_series(1, 10) UNION ALL SELECT 2, 'all bad', rate_agg(true, 0.5, 'c' || i % 5) FROM generate_series(1, 10) i
	UNION ALL SELECT 3, 'one cluster', rate_agg(i = 1, 0.5, 'c') FROM generate_series(1, 10) i UNION ALL SELECT 4, 'for a reason', rate_agg(true, NULL) FROM generate_series(1, 3) UNION ALL SELECT 5, 'one row', rate_agg(true, 0.5)
	UNION ALL SELECT 6, 'alike', rate_agg(i % 2 = 0, 0.5, 'c' || i / 2) FROM generate_series(2, 11) i) v(o, name, s), rate(s) r ORDER BY o;
SELECT rate_agg(NULL, 0.5) IS NULL AS not_looked_at, rate_agg(bad, p) IS NULL AS no_rows FROM looked WHERE false;
SELECT count(*) FROM rate(NULL);
-- items sent for a reason change nothing but their own count
SELECT a.value = b.value AND a.se = b.se AND a.n = b.n AS same, a.n_excluded, b.n_excluded
	FROM (SELECT rate_agg(bad, p) AS s FROM looked) x, rate(x.s) a, (SELECT rate_agg(bad, p) AS s FROM (SELECT bad, p FROM looked UNION ALL SELECT true, NULL FROM generate_series(1, 50)) u) y, rate(y.s) b;
-- rows without a cluster are clusters of their own, whenever the first cluster comes
SELECT (SELECT rate_agg(bad, p, CASE WHEN id > 100 THEN worker END) FROM (SELECT * FROM looked ORDER BY id) x) = (SELECT rate_agg(bad, p, CASE WHEN id > 100 THEN worker END) FROM (SELECT * FROM looked ORDER BY id DESC) x) AS order_is_nothing;
SELECT rollup(s) = (SELECT rate_agg(bad, p) FROM looked) AS rolled_up FROM (SELECT rate_agg(bad, p) AS s FROM looked GROUP BY worker) q;
SELECT rate_agg(i = 2, 0.5, 'c' || i % 2)::jsonb FROM generate_series(1, 4) i;
-- a value that was stored by the first release
SELECT r.value, r.n, r.n_bad, r.n_clusters, r.n_excluded FROM rate('\x010003010001210100001800012101000030000121010000080001210100001000') r;
SELECT '\x010003010001210100001800012101000030000121010000080001210100001000'::rate_estimate = rate_agg(i % 2 = 0, 0.5) AS still FROM generate_series(1, 3) i;

-- ---- imperfect reviewers ----
SELECT round(value::numeric, 5) AS value, round(raw::numeric, 5) AS raw, round(ci_low::numeric, 5) AS low, round(ci_high::numeric, 5) AS high, observed, sensitivity, specificity, note
FROM (VALUES (1, 30, 200, 45, 50, 95, 100), (2, 2, 200, 45, 50, 95, 100), (3, 195, 200, 45, 50, 95, 100), (4, 30, 200, 5, 10, 5, 10), (5, 30, 200, 0, 0, 95, 100), (6, 0, 0, 45, 50, 95, 100), (7, 30, 200, 1, 1, 0, 1), (8, 30, 200, 1, 1, 1, 1),
	(9, 30, 200, 1e9, 1e9, 1e9, 1e9)) v(o, a, b, c, d, e, f), true_rate(a, b, c, d, e, f) ORDER BY o;
SELECT count(*) FROM true_rate(NULL, 10, 1, 1, 1, 1);

-- ---- pace ----
SELECT person, n, round(value::numeric, 4) AS value, round(ci_low::numeric, 4) AS low, round(ci_high::numeric, 4) AS high, round(seconds::numeric, 3) AS seconds, round(expected::numeric, 3) AS expected, round(shrunk::numeric, 4) AS shrunk,
	rank_low, rank_high, n_alone, evidence, note
FROM (SELECT pace_agg(item, person, seconds) AS s FROM (VALUES ('a', 'Ann', 10), ('a', 'Bob', 20), ('a', 'Cid', 40), ('b', 'Ann', 30), ('b', 'Bob', 50), ('c', 'Cid', 90), ('c', 'Bob', 60), ('d', 'Dan', 5), ('b', 'Eve', 50),
	('e', 'Ann', NULL), (NULL, 'Ann', 3)) v(item, person, seconds)) q, paces(q.s) ORDER BY person;
-- nobody judges himself: a time of Ann's does not move what is expected of her
SELECT round(a.expected::numeric, 9) = round(b.expected::numeric, 9) AS same FROM (SELECT pace_agg(i, p, 10 + i * p % 7) AS s FROM generate_series(1::bigint, 9) i, generate_series(1::bigint, 4) p) x, paces(x.s) a,
	(SELECT pace_agg(i, p, CASE WHEN p = 1 THEN 1000 * i ELSE 10 + i * p % 7 END) AS s FROM generate_series(1::bigint, 9) i, generate_series(1::bigint, 4) p) y, paces(y.s) b WHERE a.person = '1' AND b.person = '1';
SELECT pace_agg(i, 'p' || i % 2, i) = pace_agg(i, 'p' || i % 2, i ORDER BY -i) AS any_ids, pace_agg(NULL::text, 'x', 3) IS NULL AS nothing FROM generate_series(1, 9) i;
SELECT o.* FROM (SELECT pace_agg(i::text, 'p' || i, i) AS s FROM generate_series(1, 2) i) q, observations(q.s) o;
SELECT without_persons(s, '{p1}') = (SELECT pace_agg(i::text, 'p' || i, i) FROM generate_series(2, 2) i) AS gone, s::jsonb FROM (SELECT pace_agg(i::text, 'p' || i, i) AS s FROM generate_series(1, 2) i) q;
SELECT count(*) FROM paces(NULL);
SELECT pace_agg(i::bigint, i::bigint, i)::text AS stored FROM generate_series(1, 2) i;
SELECT * FROM observations('\x012500020202020201bff0000000000000c0000000000000000201010000010101'::pace);

-- ---- runs ----
CREATE TEMP TABLE given AS SELECT i, l FROM unnest('{A,A,A,A,A,B,A,A,A,A,C,A,A,A,A,A,A,A,A,A}'::text[]) WITH ORDINALITY u(l, i);
SELECT r.* FROM (SELECT runs_agg(l, i) AS s FROM given) q, runs(q.s) r;
SELECT a.longest_run, a.run_from, a.probability = b.probability AS same FROM (SELECT runs_agg(l, i) AS s FROM given) q, runs(q.s) a, (SELECT runs_agg(l, '2026-01-01'::timestamptz + i * interval '1 s') AS s FROM given) p, runs(p.s) b;
-- twenty of one label in the midst of forty: that is a signal
SELECT longest_run, label, run_from, expected, expected_low, expected_high, probability FROM (SELECT runs_agg(CASE WHEN i BETWEEN 11 AND 30 OR i % 2 = 0 THEN 'yes' ELSE 'no' END, i) AS s FROM generate_series(1, 40) i) q, runs(q.s);
-- beyond 10,000 rows by Poisson's distribution: it goes on where the random orders end
SELECT n, round(expected, 1) AS expected, expected_low, expected_high FROM (SELECT n, runs_agg(CASE WHEN i % 10 < 7 THEN 'a' ELSE 'b' END, i) AS s FROM unnest('{9990,10010}'::int[]) n, generate_series(1, n) i GROUP BY n) q(m, s), LATERAL (SELECT n, expected::numeric, expected_low, expected_high FROM runs(q.s)) r ORDER BY n;
-- one label; one row; rows whose order is not known count for no more than any order has
SELECT n, n_labels, longest_run, label, run_from, expected, probability, n_tied, note FROM (SELECT 1, runs_agg('x'::text, i) FROM generate_series(1, 5) i UNION ALL SELECT 2, runs_agg('x'::text, 1)
	UNION ALL SELECT 3, runs_agg(l, t) FROM (VALUES ('a', 1), ('a', 2), ('a', 3), ('b', 3), ('a', 4)) v(l, t) UNION ALL SELECT 4, runs_agg(l, 0) FROM (VALUES ('a'), ('a'), ('a'), ('a'), ('a'), ('b')) v(l)) v(o, s), runs(s) ORDER BY o;
SELECT runs_agg(NULL::text, 1) IS NULL AS no_label, runs_agg('x'::text, NULL::bigint) IS NULL AS no_time;
SELECT o.* FROM (SELECT runs_agg(i % 2 = 0, i) AS s FROM generate_series(1, 3) i) q, observations(q.s) o;
-- a value that was stored by the first release
SELECT o.* FROM observations('\x010b0302000566616c7365000474727565020001010100'::label_runs) o;
SELECT place, label, at AT TIME ZONE 'UTC' AS at, at_number FROM (SELECT runs_agg(i % 2, '2026-01-01 00:00+00'::timestamptz + i * interval '1 s') AS s FROM generate_series(1, 2) i) q, observations(q.s);
SELECT runs_agg(i % 2 = 0, i)::text AS stored, runs_agg(i % 2 = 0, i)::jsonb FROM generate_series(1, 3) i;
SELECT count(*) FROM runs(NULL);

SELECT query, pg_temp.failure('SELECT ' || query) FROM unnest(ARRAY[
	'rate_agg(true, 0)', 'rate_agg(true, 1.1)', 'rate_agg(true, ''NaN'')', 'rate_agg(true, 1e-10)', 'rate(rate_agg(true, 1), 1)', 'rate(rate_agg(true, 1), 0.9, ''wald'')', 'rate(NULL, NULL)', '''\x02''::rate_estimate', '''\x0100010000''::rate_estimate',
	'true_rate(5, 4, 1, 1, 1, 1)', 'true_rate(1, 4, 2, 1, 1, 1)', 'true_rate(1, 4, 1, 1, -1, 1)', 'true_rate(1, 4, 1, 1, 1, 1, 0)',
	'pace_agg(1::bigint, 1::bigint, 0)', 'pace_agg(''a''::text, ''b''::text, -1)', 'pace_agg(1::bigint, 1::bigint, ''Infinity'')', 'paces(pace_agg(''i''::text, ''p''::text, s)) FROM generate_series(1, 2) s', 'paces(pace_agg(1::bigint, 1::bigint, 1), 2)',
	'rollup(s) FROM (SELECT pace_agg(1::bigint, 1::bigint, 1) AS s UNION ALL SELECT pace_agg(''a''::text, ''b''::text, 1)) x', '''\x01''::pace',
	'runs_agg(''x''::text, ''infinity''::timestamptz)', 'runs(runs_agg(''x''::text, 1), 0)', 'rollup(s) FROM (SELECT runs_agg(''x''::text, 1) AS s UNION ALL SELECT runs_agg(''x''::text, now())) x', '''\x010b00''::label_runs']) query;
-- the limit of states holds while they grow
SET hdata.max_state_size = 64;
SELECT query, pg_temp.failure('SELECT ' || query || ' IS NULL FROM generate_series(1::bigint, 40000) i') FROM unnest(ARRAY['rate_agg(true, 0.5, ''cluster '' || i)', 'pace_agg(i, i, i)', 'runs_agg(''x''::text, i)']) query;
RESET hdata.max_state_size;

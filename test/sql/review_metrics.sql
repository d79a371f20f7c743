-- decisions and leniency, pay by the hour
\pset format unaligned
\pset footer off
\pset null '(null)'
SET search_path = hdata, public;
SET extra_float_digits = 0;
SET timezone = 'UTC';
SET datestyle = 'ISO, MDY';
SET intervalstyle = 'postgres';

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

CREATE TEMP TABLE review AS SELECT r, a, i <= x AS ok, CASE WHEN i % 3 = 0 THEN i % 6 = 0 END AS overturned FROM
	(VALUES ('r1', 'a1', 18, 20), ('r1', 'a2', 5, 10), ('r2', 'a1', 9, 10), ('r2', 'a2', 12, 20), ('r3', 'a1', 10, 10), ('r3', 'a2', 9, 10), ('r4', 'a9', 3, 4)) v(r, a, x, n), generate_series(1, n) i;
CREATE TEMP TABLE d AS SELECT decisions_agg(r, a, ok, overturned) AS d FROM review;
SELECT n_decisions(d) FROM d;
SELECT c.* FROM d, cells(d) c;
-- by default one's own decisions are not in what one is measured by; 'all' is the textbook form, in which they are
SELECT reference, reviewer, n, accepted, round(value::numeric, 3) AS value, round(ci_low::numeric, 3) AS low, round(ci_high::numeric, 3) AS high, n_expected, round(expected::numeric, 4) AS expected, round(accepted_expected::numeric, 3) AS e,
	round(ratio::numeric, 3) AS ratio, round(ratio_low::numeric, 3) AS low, round(ratio_high::numeric, 3) AS high FROM d, unnest('{others,all}'::text[]) reference, leniency(d, reference) ORDER BY reference DESC, reviewer;
SELECT reference, reviewer, round(excess::numeric, 3) AS excess, round(excess_low::numeric, 3) AS low, round(excess_high::numeric, 3) AS high, round(z::numeric, 3) AS z, round(shrunk::numeric, 3) AS shrunk, rank_low, rank_high, evidence
	FROM d, unnest('{others,all}'::text[]) reference, leniency(d, reference) ORDER BY reference DESC, reviewer;
SELECT reviewer, n, overturned, round(value::numeric, 3) AS value, n_expected, round(expected::numeric, 3) AS expected, round(excess_low::numeric, 3) AS low, round(excess_high::numeric, 3) AS high, evidence FROM d, overturned(d);
-- everybody accepts everything: no ratio without an end, no z without a variance
SELECT reference, reviewer, ratio, round(ratio_low::numeric, 3) AS low, round(ratio_high::numeric, 3) AS high, excess, round(excess_low::numeric, 3) AS low, round(excess_high::numeric, 3) AS high, z, shrunk
FROM (SELECT decisions_agg(r, 1, true) AS d FROM generate_series(1, 2) r, generate_series(1, 10)) q, unnest('{others,all}'::text[]) reference, leniency(d, reference) ORDER BY 1, 2;
-- nobody accepts anything
SELECT reviewer, ratio, ratio_low, ratio_high, excess, round(excess_low::numeric, 3) AS low, round(excess_high::numeric, 3) AS high, z FROM (SELECT decisions_agg(r, 1, false) AS d FROM generate_series(1, 2) r, generate_series(1, 10)) q, leniency(d);
-- a person who leaves
SELECT without_people(d, '{a9,r1,nobody}')::jsonb, without_people(d, '{a1,a2,a9}') IS NULL AS nothing_left, without_people(d, '{}') = d AS same FROM d;
-- kinds, nulls
SELECT decisions_agg(r, a, ok)::jsonb FROM (VALUES (1, 2, true), (NULL, 2, true), (1, NULL, true), (1, 2, NULL)) v(r, a, ok);
SELECT n_decisions(decisions_agg(i::smallint, i, true)) AS ints, n_decisions(decisions_agg(i::bigint, i::bigint, true, NULL)) AS bigints, n_decisions(decisions_agg(md5(i::text)::uuid, md5(i::text)::uuid, true)) AS uuids,
	n_decisions(decisions_agg(i::numeric, i::numeric, true, false)) AS any FROM generate_series(1, 3) i;
SELECT decisions_agg(NULL::text, 'a', true) IS NULL AS nothing, (SELECT count(*) FROM leniency(NULL)), without_people(NULL, '{}'), (SELECT without_people(d, NULL) FROM d);
SELECT pg_temp.failure(q) FROM unnest(ARRAY['leniency(d, ''mine'')', 'leniency(d, NULL)', 'leniency(d, ''all'', 1)', 'without_people(d, ''{NULL}'')', 'decisions_agg(1, ''a''::text, true)', 'decisions_agg(1.0, 2.0, 1)', 'decisions_agg(1.0, 2.0, true, 1)'])
	WITH ORDINALITY u(x, i), LATERAL (SELECT 'SELECT ' || x || ' FROM d') y(q) ORDER BY i;
SELECT pg_temp.failure($$SELECT rollup(d) FROM (SELECT decisions_agg(1, 2, true) AS d UNION ALL SELECT decisions_agg('1'::text, '2', true)) q$$);

-- pay
CREATE TEMP TABLE p AS SELECT pay_agg(1.2, t) AS p FROM unnest('{180,200,210,220,240,260,300,600,1800}'::float8[]) t;
SELECT m.metric, round(m.value::numeric, 4) AS value, round(m.ci_low::numeric, 4) AS low, round(m.ci_high::numeric, 4) AS high, m.n, m.note FROM p, pay_metrics(p, 8) m;
SELECT n_paid(p), (SELECT count(*) FROM pay_metrics(p)) AS without_minimum, p = (SELECT pay_agg(1.2, t * interval '1 s') FROM unnest('{180,200,210,220,240,260,300,600,1800}'::float8[]) t) AS intervals FROM p;
SELECT m.n, m.metric, m.value, round(m.ci_low::numeric, 3) AS low, round(m.ci_high::numeric, 3) AS high, m.note FROM (SELECT pay_agg(2 * i, 360) AS p FROM (VALUES (1), (2), (6)) v(n), generate_series(1, n) i GROUP BY n) q, pay_metrics(p, 15, 0.9) m ORDER BY m.n, m.metric;
SELECT pay_agg(a, t)::jsonb FROM (VALUES (1.0::float8, 60.0::float8), (NULL, 1), (1, NULL), (1, 60), (-0.0, 5)) v(a, t);
SELECT (SELECT count(*) FROM pay_metrics(NULL)), n_paid(NULL);
SELECT pg_temp.failure('SELECT ' || x) FROM unnest(ARRAY['pay_agg(-1, 1)', 'pay_agg(1, 0)', 'pay_agg(1, ''NaN'')', 'pay_agg(''infinity'', 1)', 'pay_agg(1, interval ''1 month'')', 'pay_metrics(pay_agg(1, 1), confidence => 0)', 'pay_metrics(pay_agg(1, 1), ''NaN'')',
	'pay_metrics(pay_agg(1e300, 1e-300))']) WITH ORDINALITY u(x, i) ORDER BY i;

-- stored by release 0.1.0: readable for ever (docs/storage.md)
SELECT d FROM d;
SELECT '\x0101050503010101010101020101000201000102010001020101030201'::decisions::jsonb;
SELECT decisions_agg(i % 2, i, true) FROM generate_series(-2, 2) i;
SELECT p FROM p;
SELECT '\x0102bff3333333333333c06680000000000001c000000000000000c06680000000000003'::pay::jsonb;
SELECT pg_temp.failure('SELECT ' || quote_literal(v) || '::decisions') FROM (VALUES ('x'), ('\x'), ('\x02'), ('\x0100'), ('\x01030101000161000001'), ('\x0103010100016100000101'), ('\x01030101000161000000'), ('\x0103010100016100004001'), ('\x0103010100016100000100'), ('\x01030101000161010101')) x(v);
SELECT pg_temp.failure('SELECT ' || quote_literal(v) || '::pay') FROM (VALUES ('x'), ('\x'), ('\x02'), ('\x0100'), ('\x0101bff0000000000000bff000000000000000'), ('\x0101bff0000000000000800000000000000001'), ('\x0101bff0000000000000bff000000000000001'), ('\x0101bff0000000000000bff00000000000000100')) x(v);

-- sums that overflow
SELECT m.* FROM (SELECT hdata.pay_agg(1e308::float8, 1e5::float8) AS p FROM generate_series(1, 3)) AS q, hdata.pay_metrics(p) AS m;

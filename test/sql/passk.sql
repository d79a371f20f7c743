-- passk: attempts by task, pass@k and pass^k, what is skipped, undefined and refused
\pset format unaligned
\pset footer off
\pset null '(null)'
SET search_path = hdata, public;
SET extra_float_digits = 0;

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

-- from counts
SELECT n, c, k, pass_at_k(n, c, k), pass_hat_k(n, c, k)
FROM (VALUES (0, 0, 1), (1, 0, 1), (1, 1, 1), (5, 0, 2), (5, 5, 2), (5, 4, 2), (3, 0, 5), (3, 3, 5), (10, 3, 1), (10, 9, 10), (1000000, 1, 1),
	(1000000000000, 1, 500000000000), (1000000000000, 999999999999, 2)) v(n, c, k);
SELECT pass_at_k(NULL, 1, 1), pass_at_k(1, NULL, 1), pass_hat_k(1, 1, NULL);
-- pass@1 is the rate to the last bit; both agree with exact binomials
SELECT bool_and(pass_at_k(n, c, 1) = c::float8 / n) AS rate, bool_and(pass_hat_k(n, c, 1) = c::float8 / n) AS hat_rate
FROM generate_series(1, 40) n, LATERAL generate_series(0, n) c;
CREATE FUNCTION pg_temp.choose(n int, k int) RETURNS numeric LANGUAGE sql IMMUTABLE AS
	$$ SELECT CASE WHEN k > n THEN 0 ELSE factorial(n) / (factorial(k) * factorial(n - k)) END $$;
SELECT count(*) AS n, max(abs(pass_at_k(n, c, k) - (1 - pg_temp.choose(n - c, k) / pg_temp.choose(n, k))::float8)) < 1e-14 AS pass_at_k,
	max(abs(pass_hat_k(n, c, k) - (pg_temp.choose(c, k) / pg_temp.choose(n, k))::float8)) < 1e-14 AS pass_hat_k,
	bool_and(pass_at_k(n, c, k) BETWEEN 0 AND 1 AND (pass_at_k(n, c, k) = 1) = (n - c < k)) AS bounds
FROM generate_series(1, 25) n, LATERAL generate_series(0, n) c, LATERAL generate_series(1, n) k;
-- many draws: the hypergeometric distribution takes over, and continues where the product stops
SELECT abs(pass_at_k(1e12, 100000, 100001) - pass_at_k(1e12, 100001, 100001)) < 2e-7 AS joined,
	abs(pass_at_k(1e12, 300000, 300000) - (1 - exp(-0.09))) < 1e-6 AS poisson,
	abs(pass_hat_k(1e12, 1e12 - 300000, 300000) - exp(-0.09)) < 1e-6 AS hat_poisson, pass_at_k(1e9, 5e8, 4e8) AS certain;
-- counts of every type
SELECT pass_at_k(count(*), sum(x), 2::smallint), pass_hat_k(count(*), sum(x), 2) FROM (VALUES (1), (1), (0), (0)) v(x);

CREATE TEMP TABLE hd_attempt (task text, ok boolean);
INSERT INTO hd_attempt VALUES ('easy', true), ('easy', true), ('easy', true), ('hard', false), ('hard', false), ('hard', false), ('hard', false),
	('half', true), ('half', false), ('half', true), ('half', NULL), (NULL, true);
CREATE TEMP TABLE hd_p AS SELECT passk_agg(ok, task) AS p FROM hd_attempt;
SELECT p::jsonb, n_tasks(p), n_attempts(p), n_skipped(p) FROM hd_p;
SELECT t.task, t.n, t.c, round(t.rate::numeric, 4) AS rate, round(ci_low::numeric, 4) AS ci_low, round(ci_high::numeric, 4) AS ci_high FROM hd_p, tasks(p) t;
SELECT k, pass_at_k(p, k), pass_hat_k(p, k) FROM hd_p, generate_series(1, 4) k;
SELECT k, round(a.value::numeric, 4) AS at, round(a.se::numeric, 4) AS se, round(a.ci_low::numeric, 4) AS low, round(a.ci_high::numeric, 4) AS high,
	a.n_tasks, a.n_attempts, a.note, round(h.value::numeric, 4) AS hat, round(h.se::numeric, 4) AS hat_se
FROM hd_p, generate_series(1, 4) k, pass_at_k_ci(p, k) a, pass_hat_k_ci(p, k) h;
-- se is that of a mean over tasks
SELECT abs(a.se - s.se) < 1e-15 AS same FROM hd_p, pass_at_k_ci(p, 2) a, LATERAL (SELECT stddev(pass_at_k(n, c, 2)) / sqrt(count(*)) AS se FROM tasks(p)) s;
-- the same in all tasks, one task, no task
SELECT 'all pass' AS what, c.* FROM (SELECT passk_agg(true, i) AS p FROM generate_series(1, 20) i) q, pass_at_k_ci(p, 1) c
UNION ALL SELECT 'all fail', c.* FROM (SELECT passk_agg(false, i) AS p FROM generate_series(1, 20) i) q, pass_hat_k_ci(p, 1) c
UNION ALL SELECT 'all half', c.* FROM (SELECT passk_agg(j = 1, i) AS p FROM generate_series(1, 20) i, generate_series(1, 2) j) q, pass_at_k_ci(p, 1) c
UNION ALL SELECT 'one task', c.* FROM (SELECT passk_agg(i < 3) AS p FROM generate_series(1, 4) i) q, pass_at_k_ci(p, 2) c
UNION ALL SELECT 'no task', c.* FROM (SELECT passk_agg(NULL::boolean) AS p) q, pass_at_k_ci(p, 2) c;
SELECT pass_at_k(p, 1), pass_hat_k(p, 1), n_tasks(p), n_attempts(p), n_skipped(p) FROM (SELECT passk_agg(NULL::boolean, 'x'::text) AS p) q;
SELECT passk_agg(ok, task) IS NULL AS no_rows FROM hd_attempt WHERE false;
SELECT pass_at_k(NULL::passk, 1), (SELECT count(*) FROM pass_at_k_ci(NULL, 1)), (SELECT count(*) FROM tasks(NULL)), (SELECT count(*) FROM hd_p, pass_at_k_ci(p, NULL));

-- tasks of every type
SELECT passk_agg(true, 1)::jsonb AS int, passk_agg(true, 1::smallint)::jsonb AS smallint, passk_agg(true, 1::bigint)::jsonb AS bigint,
	passk_agg(true, 'a')::jsonb AS literal, passk_agg(true, 'a'::varchar)::jsonb AS varchar, passk_agg(true, date '2026-01-02')::jsonb AS date,
	passk_agg(true, 1.50)::jsonb AS numeric, passk_agg(true, '00000000-0000-0000-0000-000000000001'::uuid)::jsonb AS uuid, passk_agg(true, ROW(1, 'a'))::jsonb AS row;
-- a sum: merging twice counts twice
SELECT rollup(p) = (SELECT passk_agg(ok, task) FROM (SELECT * FROM hd_attempt UNION ALL SELECT * FROM hd_attempt) t) AS doubled, rollup(p) <> (SELECT p FROM hd_p) AS not_once
FROM (SELECT p FROM hd_p UNION ALL SELECT p FROM hd_p UNION ALL SELECT NULL) q;

SELECT query, pg_temp.failure('SELECT ' || query) FROM unnest(ARRAY[
	'pass_at_k(-1, 0, 1)', 'pass_at_k(5, -1, 1)', 'pass_at_k(5, 1, 0)', 'pass_at_k(5, 1, -2)', 'pass_at_k(5, 6, 1)', 'pass_at_k(2, 3, 5)', 'pass_hat_k(5, 6, 1)',
	'pass_at_k(5.5, 1, 1)', 'pass_at_k(5, 0.5, 1)', 'pass_at_k(5, 1, 1.5)', 'pass_at_k(''NaN'', 1, 1)', 'pass_at_k(1, ''NaN'', 1)', 'pass_hat_k(1, 1, ''Infinity'')', 'pass_at_k(1e13, 1, 1)',
	'pass_at_k(p, 0) FROM hd_p', 'pass_at_k(p, 1.5) FROM hd_p', 'pass_at_k_ci(p, 0) FROM hd_p', 'pass_at_k_ci(p, 1, 0) FROM hd_p', 'pass_at_k_ci(p, 1, NULL) FROM hd_p', 'tasks(p, 1) FROM hd_p',
	'passk_agg(1, ''x'')', 'passk_agg(0.5, date ''2026-01-01'')',
	'rollup(p) FROM (SELECT passk_agg(true, 1) AS p UNION ALL SELECT passk_agg(true, ''a'')) q',
	'rollup(p) FROM (SELECT passk_agg(true) AS p UNION ALL SELECT passk_agg(true, ''a'')) q',
	'''\x''::passk', '''\x01''::passk', '''\x02000101''::passk', '''\x01000000''::passk', '''\x010000020101''::passk', '''\x01000001''::passk', '''\x0100000100''::passk', '''\x010000010102''::passk',
	'''\x010000010100ff''::passk', '''\x010100020301 0101''::passk', '''\x01010002030101000101''::passk', '''\x0101000203000101''::passk', '''\x010400010101''::passk', '''\x010000018000''::passk',
	'''\x0100ffffffffffffffffff01010101''::passk', '''\x0100ffffffffffffffff7f010101''::passk']) query;

-- states as release 0.1.0 stored them, of every kind: they must read for ever. Never change a literal.
SELECT v.p::jsonb, v.p::text = t AS as_it_was FROM (VALUES
	('\x010301030004656173790013686172642c2061206c6f6e67206e616d652031120132020101010100'),
	('\x010100020101960132960132'),
	('\x01020002c4ca4238a0b923820dcc509a6f75849bcfcd208495d565ef66e7dff9f98764da960132960132'),
	('\x010001010201')) l(t), LATERAL (SELECT t::passk AS p) v;

-- rater_fit(): each rater against the fit of all others.
\pset format unaligned
\pset footer off
\pset null (null)
SET search_path = hdata, public;

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
CREATE FUNCTION pg_temp.four(x float8) RETURNS numeric LANGUAGE sql AS 'SELECT round(x::numeric, 4)';

SELECT string_agg(a, ', ' ORDER BY o) FROM pg_proc, unnest(proargnames, proargmodes) WITH ORDINALITY u (a, m, o) WHERE proname = 'rater_fit' AND m = 'o';

-- ---- by hand ----

-- ann and bob say a > b twice each, cat once each way: the others of cat have a in front, the others of ann have 3 to 1 for a
CREATE TABLE hd_rf_three AS SELECT comparisons_agg(a, b, o::float8, r) AS c
	FROM (VALUES ('a', 'b', 1, 'ann'), ('a', 'b', 1, 'ann'), ('a', 'b', 1, 'bob'), ('b', 'a', 0, 'bob'), ('a', 'b', 1, 'cat'), ('a', 'b', 0, 'cat')) v (a, b, o, r);
SELECT rater, n, n_comparisons, value, pg_temp.four(ci_low) AS ci_low, pg_temp.four(ci_high) AS ci_high, pg_temp.four(expected) AS expected, pg_temp.four(excess) AS excess,
	pg_temp.four(excess_low) AS excess_low, pg_temp.four(excess_high) AS excess_high, pg_temp.four(shrunk) AS shrunk, rank_low, rank_high, evidence FROM hd_rf_three, rater_fit(c, prior => 0.5);
-- Clopper and Pearson of 2 of 2: sqrt(.025)
SELECT pg_temp.four(sqrt(.025)) AS want_low;
-- cat: the others have 4 to 0, with the prior 4.5 to .5, and its information 5 * .9 * .1: the log odds log 9 = 2.1972 with variance 1/.45, less certain by MacKay's root
SELECT pg_temp.four(1 / (1 + exp(-ln(9) / sqrt(1 + pi() / 8 / .45)))) AS want_expected_of_cat;
-- ann: 3 to 1, with the prior 3.5 to 1.5
SELECT pg_temp.four(1 / (1 + exp(-ln(3.5 / 1.5) / sqrt(1 + pi() / 8 / (5 * .7 * .3))))) AS want_expected_of_ann;

-- ---- against the same thing said in SQL ----

CREATE TABLE hd_rf_votes AS SELECT 'i' || x AS a, 'i' || y AS b, CASE WHEN h % 10 = 0 THEN 0.5 WHEN (h >> 8) % 100 < CASE WHEN r = 3 THEN 50 ELSE 50 + 8 * (y - x) END THEN 1 ELSE 0 END::float8 AS outcome,
	'r' || r AS rater FROM generate_series(1, 6) x, generate_series(1, 6) y, generate_series(1, 5) r, generate_series(1, 3) k,
	LATERAL (SELECT hashint4(x * 10007 + y * 1009 + r * 101 + k) & 2147483647 AS h) l WHERE x <> y AND (x + y + r) % 4 > 0;
CREATE TABLE hd_rf_state AS SELECT comparisons_agg(a, b, outcome, rater) AS c FROM hd_rf_votes;
-- bradley_terry() of everybody else, with each opponent as anchor for the difference and its standard error
CREATE TABLE hd_rf_others AS SELECT rater, anchor, b.* FROM hd_rf_state, (SELECT DISTINCT rater FROM hd_rf_votes) r, (SELECT DISTINCT a AS anchor FROM hd_rf_votes) x,
	bradley_terry(without_raters(c, ARRAY[rater]), prior => 0.2, anchor => anchor) b;
SELECT f.rater, f.n, pg_temp.four(f.value) AS value, abs(f.value - w.value) < 1e-12 AS value_as_wanted, pg_temp.four(f.expected) AS expected, abs(f.expected - w.expected) < 1e-9 AS expected_as_wanted
	FROM hd_rf_state, rater_fit(c, prior => 0.2) f JOIN (SELECT v.rater, avg(CASE WHEN o.rating > 0 THEN outcome ELSE 1 - outcome END) AS value,
		avg(1 / (1 + exp(-abs(o.rating) / sqrt(1 + pi() / 8 * o.se ^ 2)))) AS expected FROM hd_rf_votes v JOIN hd_rf_others o ON o.rater = v.rater AND o.item = v.a AND o.anchor = v.b GROUP BY 1) w USING (rater) ORDER BY 1;
-- r3 answers by chance
SELECT rater, excess_high < 0 AS below, rank_low, rank_high FROM hd_rf_state, rater_fit(c) ORDER BY 1;
SELECT bool_and(abs(excess - (value - expected)) < 1e-12), bool_and(ci_low <= value AND value <= ci_high), bool_and(excess_low < excess AND excess < excess_high),
	bool_and(shrunk BETWEEN least(value, expected) - 0.05 AND greatest(value, expected) + 0.05) FROM hd_rf_state, rater_fit(c);
-- one rater's own votes do not count for the rater: however often they are repeated
SELECT pg_temp.four(a.expected) = pg_temp.four(b.expected) AS same FROM hd_rf_state, rater_fit(c) a,
	(SELECT comparisons_agg(a, b, outcome, rater) AS c FROM (SELECT * FROM hd_rf_votes UNION ALL SELECT v.* FROM hd_rf_votes v, generate_series(1, 9) WHERE rater = 'r2') v) d, rater_fit(d.c) b
	WHERE a.rater = 'r2' AND b.rater = 'r2';
-- ties dropped
SELECT rater, n, n_comparisons FROM hd_rf_state, rater_fit(c, ties => 'drop');

-- ---- what the others have no view on ----

-- nobody else compared c and d; the others of ann do not link a with b
SELECT rater, n, n_comparisons, value, expected, excess, shrunk, rank_low, evidence FROM (SELECT comparisons_agg(a, b, o::float8, r) AS c
	FROM (VALUES ('a', 'b', 1, 'ann'), ('c', 'd', 1, 'bob')) v (a, b, o, r)) q, rater_fit(c);
SELECT rater, n, n_comparisons, value FROM (SELECT comparisons_agg(a, b, o::float8, r) AS c FROM (VALUES ('a', 'b', 1, 'ann'), ('a', 'c', 1, 'bob'), ('b', 'd', 1, 'bob')) v (a, b, o, r)) q, rater_fit(c);
-- a chain of others is enough
SELECT rater, n, n_comparisons, value FROM (SELECT comparisons_agg(a, b, o::float8, r) AS c FROM (VALUES ('a', 'b', 1, 'ann'), ('a', 'c', 1, 'bob'), ('c', 'b', 1, 'bob')) v (a, b, o, r)) q, rater_fit(c);
-- the others are even: half
SELECT rater, value, expected FROM (SELECT comparisons_agg(a, b, o::float8, r) AS c FROM (VALUES ('a', 'b', 1, 'ann'), ('a', 'b', 1, 'bob'), ('a', 'b', 0, 'cat')) v (a, b, o, r)) q, rater_fit(c) WHERE rater = 'ann';
-- comparisons of nobody are among the others, and have no row
SELECT rater, n, value FROM (SELECT comparisons_agg(a, b, o::float8, r) AS c FROM (VALUES ('a', 'b', 1, 'ann'), ('a', 'b', 1, NULL), ('a', 'b', 1, NULL)) v (a, b, o, r)) q, rater_fit(c);
-- no raters, no rows; no state, no rows
SELECT count(*) FROM rater_fit((SELECT comparisons_agg('a'::text, 'b'::text, 1::float8)));
SELECT count(*) FROM rater_fit(NULL);

-- ---- weights ----

-- a weight of three is three comparisons for the share, but one for the evidence
SELECT rater, n, pg_temp.four(value) AS value, pg_temp.four(ci_low) AS ci_low FROM (SELECT comparisons_agg(a, b, o::float8, r, NULL::text, w) AS c
	FROM (VALUES ('a', 'b', 1, 'ann', 3::float8), ('a', 'b', 0, 'ann', 1), ('a', 'b', 1, 'bob', 5), ('a', 'b', 1, 'bob', 5)) v (a, b, o, r, w)) q, rater_fit(c);

-- ---- options ----

SELECT o, pg_temp.failure(format('SELECT hdata.rater_fit(c, %s) FROM hd_rf_three', o)) FROM unnest(ARRAY['ties => ''davidson''', 'ties => NULL', 'prior => 0', 'prior => -1', 'prior => NULL',
	'prior => ''NaN''', 'confidence => 1.5', 'confidence => NULL']) o;
-- merged from parts: the same to the last bit
SELECT count(DISTINCT r) AS results, count(*) AS ways FROM (SELECT way, string_agg(f::text, ';') AS r FROM (SELECT 1 AS way, rollup(c) AS c FROM (SELECT comparisons_agg(a, b, outcome, rater) AS c FROM hd_rf_votes GROUP BY a) q
	UNION ALL SELECT 2, c FROM hd_rf_state) s, rater_fit(c) f GROUP BY way) t;
DROP TABLE hd_rf_three, hd_rf_votes, hd_rf_state, hd_rf_others;

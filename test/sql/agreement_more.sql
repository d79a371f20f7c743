-- icc, kendall_w, lin_ccc, bootstrap, agreement_difference, cross_agreement, label_use.
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
CREATE FUNCTION pg_temp.six(x float8) RETURNS numeric LANGUAGE sql AS 'SELECT round(x::numeric, 6)';

-- ---- intraclass correlation ----

-- Shrout and Fleiss (1979), table 2; printed there: .17 .29 .71 .44 .62 .91
CREATE TABLE hdm_judges AS SELECT i, g, v FROM (VALUES (1, '{9,2,5,8}'::int[]), (2, '{6,1,3,2}'), (3, '{8,4,6,8}'), (4, '{7,1,2,6}'), (5, '{10,5,6,9}'), (6, '{6,2,4,7}')) t (i, a),
	unnest(a) WITH ORDINALITY u (v, g);
CREATE TABLE hdm_sf AS SELECT ratings_agg(i, g, v) AS r FROM hdm_judges;
SELECT form, pg_temp.six(value) AS value, pg_temp.six(ci_low) AS ci_low, pg_temp.six(ci_high) AS ci_high, pg_temp.six(f) AS f, df1, df2, n_items, n_raters, note FROM hdm_sf, icc_agreement(r);
SELECT pg_temp.six(icc(r)) AS icc, icc(r) = icc(r, 'ICC(A,1)') AS a1, icc(r, 'ICC(1,1)') = icc(r, 'ICC(1)') AS one, icc(r, 'ICC(3,k)') = icc(r, 'ICC(C,k)') AS ck FROM hdm_sf;
SELECT bool_and(a.value = icc(r, a.form)) AS same FROM hdm_sf, icc_agreement(r) a;
SELECT bool_and(b.ci_low > a.ci_low AND b.ci_high < a.ci_high) AS narrower FROM hdm_sf, icc_agreement(r) a, icc_agreement(r, 0.8) b WHERE a.form = b.form;
-- neither shift nor scale, nor who is who, matters
SELECT bool_and(pg_temp.six(a.value) = pg_temp.six(b.value)) AS same FROM hdm_sf, icc_agreement(r) a, (SELECT ratings_agg(100 - i, (g * 3) % 5, v * 0.1 + 1e6) AS r FROM hdm_judges) s, icc_agreement(s.r) b WHERE a.form = b.form;
-- missing cells: Henderson's method III; test/unit compares it with least squares by another way
SELECT form, pg_temp.six(value) AS value, pg_temp.six(ci_low) AS ci_low, pg_temp.six(f) AS f, df1, df2, note FROM
	(SELECT ratings_agg(i, g, v) AS r FROM hdm_judges WHERE (i, g) NOT IN ((1, 2), (3, 4), (6, 1))) s, icc_agreement(r);
-- two raters of these, two of those: nothing connects them
SELECT form, value IS NULL AS undefined, note FROM (SELECT ratings_agg(i, g, v) AS r FROM hdm_judges WHERE (i <= 3) = (g <= 2)) s, icc_agreement(r);
-- nothing varies, nobody differs, too little
SELECT why, form, value, ci_low, f, note FROM (VALUES
	(1, 'constant', (SELECT ratings_agg(i, g, 0.1::float8) FROM generate_series(1, 7) i, generate_series(1, 3) g)),
	(2, 'no disagreement', (SELECT ratings_agg(i, g, i) FROM generate_series(1, 7) i, generate_series(1, 3) g)),
	(3, 'shift', (SELECT ratings_agg(i, g, i + g) FROM generate_series(1, 7) i, generate_series(1, 3) g)),
	(4, 'one rater', (SELECT ratings_agg(i, 1, i) FROM generate_series(1, 7) i)),
	(5, 'one item', (SELECT ratings_agg(1, g, g) FROM generate_series(1, 7) g)),
	(6, 'items alike', (SELECT ratings_agg(i, g, (i + g) % 2) FROM generate_series(1, 2) i, generate_series(1, 2) g)),
	(7, 'nothing', '\x01000000000000')) v (o, why, r), icc_agreement(r) WHERE form IN ('ICC(1,1)', 'ICC(2,k)', 'ICC(3,1)') ORDER BY o, form;
-- ranks of ordered values
CREATE TYPE hdm_mood AS ENUM ('bad', 'fair', 'good');
SELECT pg_temp.six(icc(ratings_agg(i, g, (ARRAY['bad', 'fair', 'good']::hdm_mood[])[1 + (i * g + i) % 3]))) AS of_enum, pg_temp.six(icc(ratings_agg(i, g, (ARRAY['bad', 'fair', 'good'])[1 + (i * g + i) % 3]), categories => '{bad,fair,good}')) AS of_declared,
	pg_temp.six(icc(ratings_agg(i, g, 1 + (i * g + i) % 3))) AS of_rank FROM generate_series(1, 9) i, generate_series(1, 3) g;
SELECT pg_temp.failure($$SELECT icc(ratings_agg(1, g, 'a' || g)) FROM generate_series(1, 2) g$$);
SELECT pg_temp.failure($$SELECT icc(ratings_agg(1, g, ARRAY['a', 'b'])) FROM generate_series(1, 2) g$$);
SELECT pg_temp.failure($$SELECT icc(r, 'ICC(4,1)') FROM hdm_sf$$);
SELECT pg_temp.failure($$SELECT icc(r, NULL) FROM hdm_sf$$);
SELECT pg_temp.failure($$SELECT icc_agreement(r, 1) FROM hdm_sf$$);
SELECT icc(NULL) AS icc, kendall_w(NULL) AS w, lin_ccc(NULL) AS ccc, (SELECT count(*) FROM icc_agreement(NULL)) AS rows;

-- ---- Kendall's W, Lin's concordance ----

SELECT pg_temp.six(kendall_w(r)) AS w, pg_temp.six(lin_ccc(r)) AS ccc FROM hdm_sf;
-- full concord, full discord of two
SELECT kendall_w(ratings_agg(i, g, i * g)) AS w, pg_temp.six(lin_ccc(ratings_agg(i, g, i * g))) AS ccc FROM generate_series(1, 5) i, generate_series(1, 2) g;
SELECT kendall_w(ratings_agg(i, g, i * (3 - 2 * g))) AS w, lin_ccc(ratings_agg(i, g, (i - 3) * (3 - 2 * g))) AS ccc FROM generate_series(1, 5) i, generate_series(1, 2) g;
-- missing: by the mean of the pairs' rank correlations. Two raters share 1 2 3 as 1 2 3 and 2 1 3: rho = .5, W = .75
SELECT kendall_w(ratings_agg(i, g, v)) AS w FROM (VALUES (1, 1, 1), (1, 2, 2), (2, 1, 2), (2, 2, 1), (3, 1, 3), (3, 2, 3), (4, 1, 9)) t (i, g, v);
-- Lin by hand: 1 2 3 and 2 3 4: 2 (2/3)/(2/3 + 2/3 + 1) = 4/7
SELECT pg_temp.six(lin_ccc(ratings_agg(i, g, i + g))) AS ccc FROM generate_series(1, 3) i, generate_series(1, 2) g;
-- constant
SELECT kendall_w(ratings_agg(i, g, 0.1)) AS w, lin_ccc(ratings_agg(i, g, 0.1)) AS ccc FROM generate_series(1, 7) i, generate_series(1, 2) g;

-- ---- bootstrap ----

CREATE TABLE hdm_labels AS SELECT i, g, CASE WHEN (i * 37 + g * g * 11) % 10 < 3 THEN (i + g) % 3 ELSE i % 3 END AS v FROM generate_series(1, 120) i, generate_series(1, 4) g WHERE (i + g) % 5 > 0;
CREATE TABLE hdm_states AS SELECT ratings_agg(i, g, v) AS r, ratings_agg(i, g, v) FILTER (WHERE g <= 2) AS two, ratings_agg(i, g, v, 0::bigint, (i / 6)::text) AS c FROM hdm_labels;
-- near the linearised standard error
SELECT coefficient, b.value = a.value AS same_value, b.se BETWEEN 0.85 * a.se AND 1.2 * a.se AS near, b.ci_low < a.value AND b.ci_high > a.value AS inside, b.draws, b.note FROM hdm_states, agreement(r) a, bootstrap(r, a.coefficient) b;
SELECT coefficient, b.se BETWEEN 0.8 * a.se AND 1.25 * a.se AS near FROM hdm_states, agreement(c, 'ordinal') a, bootstrap(c, a.coefficient, 'ordinal') b;
SELECT coefficient, b.se BETWEEN 0.8 * a.se AND 1.25 * a.se AS near FROM hdm_states, agreement(two, 'interval') a, bootstrap(two, a.coefficient, 'interval') b WHERE coefficient IN ('cohen_kappa', 'conger_kappa');
-- the same seed, the same digits, whatever the order of rows
SELECT pg_temp.six(value) AS value, round(se::numeric, 12) AS se, round(ci_low::numeric, 12) AS ci_low, round(ci_high::numeric, 12) AS ci_high FROM hdm_states, bootstrap(r, 'krippendorff_alpha', seed => 7);
SELECT count(DISTINCT b) AS different FROM (SELECT ratings_agg(i, g, v ORDER BY o) AS r FROM hdm_labels, LATERAL (VALUES (1, i * 7919 % 121), (2, -i)) x (k, o) GROUP BY k) s, bootstrap(r, 'gwet_ac') b;
SELECT count(DISTINCT b.se) AS different FROM hdm_states, generate_series(1, 5) s, bootstrap(r, 'gwet_ac', seed => s) b;
-- nothing varies; undefined; some draws undefined
SELECT value, se, pg_temp.six(ci_low) AS ci_low, ci_high, draws, note FROM (SELECT ratings_agg(i, g, 'l' || i % 2) AS r FROM generate_series(1, 12) i, generate_series(1, 2) g) s, bootstrap(r, 'fleiss_kappa');
SELECT b.* FROM (SELECT ratings_agg(i, g, 'a') AS r FROM generate_series(1, 12) i, generate_series(1, 2) g) s, bootstrap(r, 'fleiss_kappa') b;
SELECT pg_temp.six(value) AS value, draws < 500 AND draws > 300 AS fewer, replace(note, (500 - draws)::text, 'n') AS note FROM (SELECT ratings_agg(i, g, CASE WHEN i = 1 AND g = 1 THEN 'b' ELSE 'a' END) AS r FROM generate_series(1, 12) i, generate_series(1, 2) g) s, bootstrap(r, 'fleiss_kappa', draws => 500);
SELECT b.* FROM hdm_states, bootstrap(two, 'brennan_prediger', draws => 1) b;
SELECT count(*) AS rows_of_null FROM bootstrap(NULL, 'gwet_ac');
SELECT pg_temp.failure($$SELECT bootstrap(r, 'gwet') FROM hdm_states$$);
SELECT pg_temp.failure($$SELECT bootstrap(r, 'cohen_kappa') FROM hdm_states$$);
SELECT pg_temp.failure(format('SELECT bootstrap(r, ''gwet_ac'', draws => %s) FROM hdm_states', d)) FROM unnest('{0,1000001}'::bigint[]) d;
SELECT pg_temp.failure($$SELECT bootstrap(r, 'gwet_ac', seed => NULL) FROM hdm_states$$);

-- ---- differences ----

CREATE TABLE hdm_pairs AS SELECT ratings_agg(i, g, v) FILTER (WHERE g <= 2) AS a, ratings_agg(i, g, v) FILTER (WHERE g > 2) AS b, ratings_agg(i, g, v) FILTER (WHERE i <= 60) AS lo, ratings_agg(i, g, v) FILTER (WHERE i > 60) AS hi,
	ratings_agg(i, g, v, 0::bigint, (i / 6)::text) FILTER (WHERE g <= 2) AS ca, ratings_agg(i, g, v, 0::bigint, (i / 6)::text) FILTER (WHERE g > 2) AS cb FROM hdm_labels;
SELECT coefficient, pg_temp.six(value_a) AS value_a, pg_temp.six(value_b) AS value_b, pg_temp.six(difference) AS difference, pg_temp.six(se) AS se, pg_temp.six(ci_low) AS ci_low, pg_temp.six(ci_high) AS ci_high, n_items_shared, paired, note FROM hdm_pairs, agreement_difference(a, b);
-- nothing shared: variances add
SELECT bool_and(abs(d.se - sqrt(x.se ^ 2 + y.se ^ 2)) < 1e-12) AS adds, bool_or(paired) AS paired FROM hdm_pairs, agreement_difference(lo, hi) d, agreement(lo) x, agreement(hi) y WHERE d.coefficient = x.coefficient AND d.coefficient = y.coefficient;
-- percent agreement of the same items is a paired t-test of the items
WITH p AS (SELECT i, avg((x.v = y.v)::int) FILTER (WHERE x.g = 1 AND y.g = 2) - avg((x.v = y.v)::int) FILTER (WHERE x.g = 3 AND y.g = 4) AS d FROM hdm_labels x JOIN hdm_labels y USING (i) GROUP BY i HAVING count(*) FILTER (WHERE x.g = y.g) = 4)
SELECT abs(d.se - (SELECT stddev_samp(d) / sqrt(count(*)) FROM p)) < 1e-9 AS as_paired_t FROM (SELECT ratings_agg(i, g, v) FILTER (WHERE g <= 2) AS a, ratings_agg(i, g, v) FILTER (WHERE g > 2) AS b FROM hdm_labels WHERE i IN (SELECT i FROM p)) s, agreement_difference(a, b) d WHERE coefficient = 'percent_agreement';
-- symmetric but for the sign; clusters; the same twice
SELECT bool_and(x.difference = -y.difference AND abs(x.se - y.se) < 1e-12 AND x.ci_low = -y.ci_high) AS turned FROM hdm_pairs, agreement_difference(a, b) x, agreement_difference(b, a) y WHERE x.coefficient = y.coefficient;
SELECT coefficient, pg_temp.six(se) AS se, n_items_shared FROM hdm_pairs, agreement_difference(ca, cb) WHERE coefficient IN ('cohen_kappa', 'gwet_ac');
SELECT coefficient, difference, se, note FROM hdm_pairs, agreement_difference(a, a) LIMIT 2;
SELECT coefficient, difference, se, note FROM hdm_pairs, (SELECT ratings_agg(i, 1, 'x') AS r FROM generate_series(1, 3) i) s, agreement_difference(r, r) LIMIT 1;
SELECT count(*) AS rows_of_null FROM hdm_pairs, agreement_difference(a, NULL);
-- one domain for both: Brennan and Prediger count three categories
SELECT pg_temp.six(value_a) AS value_a, pg_temp.six(value_b) AS value_b FROM (SELECT ratings_agg(i, g, CASE WHEN i = 1 AND g = 1 THEN 'b' ELSE 'a' END) AS a, ratings_agg(i, g, CASE WHEN i = 1 AND g = 1 THEN 'c' ELSE 'a' END) AS b FROM generate_series(1, 9) i, generate_series(1, 2) g) s,
	agreement_difference(a, b) WHERE coefficient = 'brennan_prediger';
SELECT pg_temp.failure($$SELECT agreement_difference(ratings_agg(1, 1, 'a'::text), ratings_agg('x'::text, 1, 'a'::text))$$);
SELECT pg_temp.failure($$SELECT agreement_difference(ratings_agg(1, 1, 'a'), ratings_agg(1, 1, 1))$$);
SELECT pg_temp.failure($$SELECT agreement_difference(ratings_agg(1, g, 'a', 0, 'p'), ratings_agg(1, g, 'a', 0, 'q')) FROM generate_series(1, 2) g$$);
SELECT pg_temp.failure($$SELECT agreement_difference(ca, a) FROM hdm_pairs$$);
SELECT pg_temp.failure($$SELECT agreement_difference(ratings_agg(1, g, 'a'), ratings_agg(1, g, 'b'), 'ordinal') FROM generate_series(1, 2) g$$);

-- ---- between groups ----

-- by hand: item 1: a says 1 1, b says 1 2; item 2: a says 2 1, b says 2 2. D = 1/2, 1/2, D_o = .5;
-- a uses 1 three times of four, b once of four: D_e = 3/4 3/4 + 1/4 1/4 = .625; kappa_x = .2
SELECT coefficient, pg_temp.six(value) AS value, n_items, n_ratings_a, n_ratings_b FROM (SELECT ratings_agg(i, g, v) FILTER (WHERE g <= 2) AS a, ratings_agg(i, g, v) FILTER (WHERE g > 2) AS b FROM
	(VALUES (1, 1, 1), (1, 2, 1), (1, 3, 1), (1, 4, 2), (2, 1, 2), (2, 2, 1), (2, 3, 2), (2, 4, 2)) t (i, g, v)) s, cross_agreement(a, b);
SELECT coefficient, pg_temp.six(value) AS value, pg_temp.six(se) AS se, pg_temp.six(ci_low) AS ci_low, pg_temp.six(ci_high) AS ci_high, n_items, note FROM hdm_pairs, cross_agreement(a, b);
SELECT coefficient, pg_temp.six(value) AS value, pg_temp.six(se) AS se FROM hdm_pairs, cross_agreement(ca, cb, 'ordinal');
-- turned around
SELECT bool_and(x.value = y.value AND abs(x.se - y.se) < 1e-12) AS same FROM hdm_pairs, cross_agreement(a, b) x, cross_agreement(b, a) y WHERE x.coefficient = y.coefficient AND x.coefficient LIKE '%\_x%';
SELECT coefficient, value, se, pg_temp.six(ci_low) AS ci_low, ci_high, note FROM (SELECT ratings_agg(i, g, i % 2) AS r FROM generate_series(1, 12) i, generate_series(1, 2) g) s, cross_agreement(r, r);
SELECT coefficient, value, note FROM hdm_pairs, cross_agreement(lo, hi);
SELECT coefficient, value, note FROM (SELECT ratings_agg(i, g, 'a') AS r FROM generate_series(1, 3) i, generate_series(1, 2) g) s, cross_agreement(r, r);
SELECT count(*) AS rows_of_null FROM hdm_pairs, cross_agreement(NULL, b);

-- ---- use of labels ----

-- by hand: c says x for both items, the others never
SELECT * FROM label_use((SELECT ratings_agg(i, g, v) FROM (VALUES (1, 'a', 'y'), (1, 'b', 'y'), (1, 'c', 'x'), (2, 'a', 'y'), (2, 'b', 'z'), (2, 'c', 'x'), (3, 'a', 'x')) t (i, g, v)));
-- as avg and stddev have it
WITH d AS (SELECT a.g, k, (a.v = k)::int - (SELECT avg((b.v = k)::int) FROM hdm_labels b WHERE b.i = a.i AND b.g <> a.g) AS d FROM hdm_labels a, generate_series(0, 2) k)
SELECT count(*), bool_and(abs(excess - m) < 1e-9 AND abs((excess_high - excess_low) / 2 / s - t) < 1e-6) AS same FROM hdm_states, label_use(r) l, LATERAL (SELECT avg(d)::float8 AS m, (stddev_samp(d) / sqrt(count(*)))::float8 AS s, count(*) AS n FROM d WHERE d.g::text = rater AND k::text = label) x,
	LATERAL (SELECT 1.985251 AS t) y WHERE l.n_items = x.n AND x.n = 96;
SELECT rater, label, n_items, n, pg_temp.six(share) AS share, pg_temp.six(others_share) AS others_share, pg_temp.six(excess) AS excess, pg_temp.six(excess_low) AS excess_low, pg_temp.six(excess_high) AS excess_high, evidence FROM hdm_states, label_use(c, 0.9) WHERE rater = '1';
SELECT pg_temp.six(sum(n)) = pg_temp.six(sum(share * n_items)) AS shares, bool_and(abs(x.s) < 1e-12) AS excess_is_zero FROM hdm_states, label_use(r), LATERAL (SELECT sum(excess) AS s FROM label_use(r)) x;
SELECT count(*) AS alone FROM label_use((SELECT ratings_agg(i, 1, 'a') FROM generate_series(1, 3) i));
SELECT count(*) AS rows_of_null FROM label_use(NULL);

-- agreement(): its rows and columns, intervals, notes, options.
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

CREATE TABLE hd_two AS SELECT ratings_agg(i, rater, label) AS r FROM generate_series(1, 50) i, LATERAL (VALUES ('ann', CASE WHEN i <= 25 THEN 'yes' ELSE 'no' END),
	('bob', CASE WHEN i <= 20 OR i BETWEEN 26 AND 35 THEN 'yes' ELSE 'no' END)) v (rater, label);

-- ---- all columns ----

-- Cohen, by hand: Fleiss, Cohen and Everitt (1969): (.10972 + .10188 - .01)/(50 * .25) = .016128, se .126996; t(49) = 2.009575
-- percent: .7 * .3/49 = .00428571, se .065465
SELECT coefficient, pg_temp.six(value) AS value, pg_temp.six(se) AS se, pg_temp.six(ci_low) AS ci_low, pg_temp.six(ci_high) AS ci_high, p_value FROM hd_two, agreement(r);
SELECT coefficient, level, weights, n_categories, n_items, n_raters, n_ratings, n_clusters, inference, note FROM hd_two, agreement(r);
SELECT array_agg(attname ORDER BY attnum) FROM (SELECT unnest(proargnames[8:]) AS attname, generate_subscripts(proargnames[8:], 1) AS attnum FROM pg_proc WHERE proname = 'agreement') x;
-- three raters: no row for Cohen; what does not rest on pairs counts single ratings too
CREATE TABLE hd_three AS SELECT ratings_agg(i, g, l) AS r FROM (VALUES (1, 1, 'a'), (1, 2, 'a'), (1, 3, 'a'), (2, 1, 'a'), (2, 2, 'a'), (2, 3, 'b'), (3, 1, 'b'), (3, 2, 'b'), (4, 1, 'a')) v (i, g, l);
SELECT coefficient, pg_temp.six(value) AS value, n_items, n_raters, n_ratings, n_clusters FROM hd_three, agreement(r);
-- each value is that of its own function
SELECT bool_and(value = CASE coefficient WHEN 'percent_agreement' THEN percent_agreement(r) WHEN 'weighted_agreement' THEN percent_agreement(r) WHEN 'fleiss_kappa' THEN fleiss_kappa(r)
	WHEN 'conger_kappa' THEN conger_kappa(r) WHEN 'gwet_ac' THEN gwet_ac(r) WHEN 'brennan_prediger' THEN brennan_prediger(r) WHEN 'krippendorff_alpha' THEN krippendorff_alpha(r)
	WHEN 'cohen_kappa' THEN cohen_kappa(r) END) AS same, count(*) FROM (SELECT r FROM hd_two UNION ALL SELECT r FROM hd_three) x, agreement(r) a;

-- ---- levels and their weights ----

CREATE TABLE hd_scores AS SELECT ratings_agg(i, g, (i * 7 + g * g * i) % 5) AS r, ratings_agg(i, g, '{low,mid,high}'::text[]) AS s FROM generate_series(1, 20) i, generate_series(1, 3) g;
SELECT l, string_agg(DISTINCT coalesce(weights, '(null)'), ', ' ORDER BY coalesce(weights, '(null)')) FILTER (WHERE coefficient <> 'percent_agreement') AS weights,
	bool_or(weights = 'identity' AND coefficient = 'percent_agreement') AS percent_is_unweighted, min(level) AS level
	FROM hd_scores, unnest('{nominal,ordinal,interval,ratio,circular,bipolar}'::text[]) WITH ORDINALITY u (l, o), agreement(r, l) GROUP BY o, l ORDER BY o;
SELECT weights, value = fleiss_kappa(r, 'quadratic') AS as_quadratic FROM hd_scores, agreement(r, 'interval') WHERE coefficient = 'fleiss_kappa';
SELECT weights, value = krippendorff_alpha(r, 'ordinal') AS as_ordinal FROM hd_scores, agreement(r, 'ordinal') WHERE coefficient = 'krippendorff_alpha';
SELECT coefficient, level, weights FROM hd_scores, agreement(s, 'masi') WHERE coefficient IN ('weighted_agreement', 'krippendorff_alpha');
-- numbers measured as names
SELECT coefficient, note FROM hd_scores, agreement(r) WHERE coefficient IN ('fleiss_kappa', 'percent_agreement');
SELECT count(note) AS notes FROM hd_scores, agreement(r, 'ordinal');
-- two numbers are as good as names
SELECT count(note) AS notes FROM (SELECT ratings_agg(i, g, (i * g) % 2) AS r FROM generate_series(1, 20) i, generate_series(1, 3) g) x, agreement(r);

-- ---- nothing varies ----

-- 12 items, two raters, no disagreement; (.025)^(1/12) = .735352 is carried through D_e: percent .735352;
-- Fleiss with D_e = .5: 1 - .264648/.5 = .470703; alpha: D_e = 2 * 12 * 12/(24 * 23) = .521739: .492757
SELECT coefficient, value, se, pg_temp.six(ci_low) AS ci_low, ci_high, p_value, inference, note FROM
	(SELECT ratings_agg(i, g, 'l' || i % 2) AS r FROM generate_series(1, 12) i, generate_series(1, 2) g) x, agreement(r, null_value => 0.5);
-- one item: (.025)^1
SELECT coefficient, value, se, pg_temp.six(ci_low) AS ci_low, ci_high, note FROM (SELECT ratings_agg(1, g, 'a') AS r FROM generate_series(1, 2) g) x, agreement(r, categories => '{a,b}');
-- no agreement at all
SELECT coefficient, pg_temp.six(value) AS value, se, pg_temp.six(ci_low) AS ci_low, pg_temp.six(ci_high) AS ci_high, note FROM
	(SELECT ratings_agg(i, g, 'l' || (i + g) % 2) AS r FROM generate_series(1, 12) i, generate_series(1, 2) g) x, agreement(r);
-- undefined: no value, and why
SELECT why, coefficient, value, se, pg_temp.six(ci_low) AS ci_low, ci_high, note FROM (VALUES
	(1, 'one category', (SELECT ratings_agg(i, g, 'a') FROM generate_series(1, 3) i, generate_series(1, 2) g)), (2, 'one rater', (SELECT ratings_agg(i, 1, 'l' || i % 2) FROM generate_series(1, 4) i)),
	(3, 'no pairs', (SELECT ratings_agg(i, i, 'l' || i % 2) FROM generate_series(1, 4) i)), (4, 'nothing', '\x01000000000000')) v (o, why, r), agreement(r)
	WHERE coefficient IN ('percent_agreement', 'fleiss_kappa', 'krippendorff_alpha') ORDER BY o, coefficient;
-- values, but no variance
SELECT why, coefficient, pg_temp.six(value) AS value, se, ci_low, ci_high, note FROM (VALUES
	(1, 'one item', (SELECT ratings_agg(1, g, 'l' || g % 2) FROM generate_series(1, 3) g)), (2, 'items are alike', (SELECT ratings_agg(i, g, 'l' || g % 2) FROM generate_series(1, 4) i, generate_series(1, 3) g)),
	(3, 'one item with two ratings', (SELECT ratings_agg(i, g, 'l' || g % 2) FROM generate_series(1, 4) i, generate_series(1, 3) g WHERE i = 1 OR g = 1)))
	v (o, why, r), agreement(r) WHERE coefficient IN ('percent_agreement', 'fleiss_kappa') ORDER BY o, coefficient;
SELECT count(*) AS rows_of_null FROM agreement(NULL);
-- never NaN
SELECT count(*) FILTER (WHERE 'NaN' IN (value, se, ci_low, ci_high, p_value)) AS nans FROM hd_scores, agreement(r, 'interval', raters => 'random', null_value => 0);

-- ---- confidence ----

SELECT bool_and(b.ci_low < a.ci_low AND a.ci_high < b.ci_high AND a.se = b.se) AS wider FROM hd_two, agreement(r) a JOIN agreement((SELECT r FROM hd_two), confidence => 0.99) b USING (coefficient);
SELECT pg_temp.failure(format('SELECT agreement(r, confidence => %s) FROM hd_two', c)) FROM unnest('{0,1,95,-0.5,''NaN'',''Infinity'',"NULL"}'::text[]) c;

-- ---- p-values: for the asking, one-sided ----

-- Cohen: .4/.126996 = 3.149704 by t(49): .001392; at the value itself .5; never for agreement as such
SELECT coefficient, pg_temp.six(p_value) AS p FROM hd_two, agreement(r, null_value => 0) WHERE coefficient IN ('percent_agreement', 'weighted_agreement', 'cohen_kappa');
SELECT coefficient, pg_temp.six(p_value) AS p FROM hd_two, agreement(r, null_value => 0.4) WHERE coefficient IN ('cohen_kappa', 'brennan_prediger', 'krippendorff_alpha');
SELECT pg_temp.failure(format('SELECT agreement(r, null_value => %s) FROM hd_two', c)) FROM unnest('{''NaN'',''Infinity''}'::text[]) c;

-- ---- raters as a sample ----

SELECT a.coefficient, a.value = b.value AS same_value, a.se < b.se AS wider, b.inference ~ '^items and raters: linearisation \+ delete-one-rater jackknife, t\(' AS inference
	FROM hd_scores, agreement(r, 'interval') a JOIN agreement((SELECT r FROM hd_scores), 'interval', raters => 'random') b USING (coefficient);
-- two raters are too few for it
SELECT coefficient, pg_temp.six(value) AS value, se, ci_low, note FROM hd_two, agreement(r, raters => 'random') WHERE coefficient IN ('percent_agreement', 'krippendorff_alpha');
SELECT pg_temp.failure(format('SELECT agreement(r, raters => %s) FROM hd_two', c)) FROM unnest('{''Random'','''',"NULL"}'::text[]) c;
SELECT pg_temp.failure(format('SELECT agreement(r, %s) FROM hd_two', c)) FROM unnest(ARRAY['''linear''', 'NULL', '''jaccard''', 'variance => ''exact''', 'variance => NULL', 'categories => ''{}''']) c;
SELECT pg_temp.failure('SELECT agreement(NULL, ''linear'')');
SELECT a.coefficient, a.value = b.value AS same_value, a.se = b.se AS same_se, b.inference FROM hd_two, agreement(r) a JOIN agreement((SELECT r FROM hd_two), variance => 'gwet') b USING (coefficient)
	WHERE coefficient IN ('fleiss_kappa', 'cohen_kappa');

-- ---- clusters ----

-- items that repeat one another are no more evidence: 10 documents of 5 equal items each against 10 items
-- (alpha has n - 1 in its chance, so that its value moves a little)
CREATE TABLE hd_clusters AS SELECT ratings_agg(i * 5 + k, g, 'l' || (i * g) % 3, NULL::bigint, 'doc ' || i) AS c, ratings_agg(i * 5 + k, g, 'l' || (i * g) % 3) AS flat,
	ratings_agg(i, g, 'l' || (i * g) % 3) AS one FROM generate_series(1, 10) i, generate_series(1, 5) k, generate_series(1, 3) g;
SELECT c.coefficient, abs(c.value - o.value) < 1e-12 AS same_value, abs(c.se - o.se) < 1e-12 OR c.coefficient = 'krippendorff_alpha' AS se_of_documents, c.se > f.se AS wider_than_flat,
	c.n_items, c.n_clusters, c.inference FROM hd_clusters, agreement(c) c JOIN agreement((SELECT flat FROM hd_clusters)) f USING (coefficient) JOIN agreement((SELECT one FROM hd_clusters)) o USING (coefficient);
-- items without one are clusters of their own
SELECT n_items, n_clusters FROM agreement((SELECT ratings_agg(i, g, 'l' || (i * g) % 3, NULL::bigint, CASE WHEN i <= 4 THEN 'doc ' || i % 2 END) FROM generate_series(1, 10) i, generate_series(1, 2) g)) LIMIT 1;
SELECT n_clusters, note FROM agreement((SELECT ratings_agg(i, g, 'l' || (i * g) % 3, NULL::bigint, 'doc') FROM generate_series(1, 10) i, generate_series(1, 2) g)) WHERE coefficient = 'fleiss_kappa';
SELECT value, pg_temp.six(ci_low) AS ci_low, note FROM agreement((SELECT ratings_agg(i, g, 'l' || i % 2, NULL::bigint, 'doc ' || i % 3) FROM generate_series(1, 12) i, generate_series(1, 2) g)) WHERE coefficient = 'percent_agreement';

-- ---- more ratings where raters disagree ----

SELECT coefficient, note FROM agreement((SELECT ratings_agg(i, g, 'l' || CASE WHEN i % 4 = 0 THEN g % 2 ELSE i % 2 END) FROM generate_series(1, 40) i, generate_series(1, 3) g WHERE g < 3 OR i % 4 = 0))
	WHERE coefficient IN ('percent_agreement', 'krippendorff_alpha');

DROP TABLE hd_two, hd_three, hd_scores, hd_clusters;

-- severity(), adjusted_scores(), severity_drift().
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

-- R: lm(score ~ C(item, sum) + C(rater, sum)): effects A .563273, B -1.747273, C -.702182, D 1.886182, residual se .390183 on 6 df
CREATE TABLE hd_grade (item int, rater text, score float8);
INSERT INTO hd_grade VALUES (1,'A',7),(1,'B',5),(1,'C',6),(2,'A',9),(2,'B',6),(3,'B',4),(3,'C',5),(3,'D',7),(4,'A',8),(4,'D',9),(5,'C',3),(5,'D',6),(6,'A',5),(6,'C',4),(6,'D',7);
CREATE TABLE hd_graded AS SELECT ratings_agg(item, rater, score) AS r FROM hd_grade;

SELECT rater, n, n_shared, naive_mean, pg_temp.six(severity) AS severity, pg_temp.six(se) AS se, pg_temp.six(ci_low) AS ci_low, pg_temp.six(ci_high) AS ci_high FROM hd_graded, severity(r, variance => 'model');
-- of few items the wider of the two intervals is taken
SELECT a.rater, pg_temp.six(a.se) AS se, pg_temp.six(a.ci_high) AS ci_high, a.ci_high = greatest(m.ci_high, b.ci_high) AS wider, a.se = m.se AS by_model
	FROM hd_graded, severity(r) a, severity(r, variance => 'model') m, severity(r, variance => 'robust') b WHERE m.rater = a.rater AND b.rater = a.rater;
SELECT rater, pg_temp.six(expected) AS expected, pg_temp.six(excess) AS excess, pg_temp.six(excess_low) AS excess_low, pg_temp.six(excess_high) AS excess_high,
	pg_temp.six(shrunk) AS shrunk, rank_low, rank_high, component, evidence, note FROM hd_graded, severity(r);
-- expected and excess in SQL: others on the same items, t over items
SELECT g.rater, pg_temp.six(avg(o.others)) AS expected, pg_temp.six(avg(g.score - o.others)) AS excess, pg_temp.six(stddev(g.score - o.others)/sqrt(count(*))) AS se
	FROM hd_grade g, LATERAL (SELECT avg(score) AS others FROM hd_grade h WHERE h.item = g.item AND h.rater <> g.rater) o GROUP BY 1 ORDER BY 1;
SELECT item, n, pg_temp.six(naive_mean) AS naive_mean, pg_temp.six(adjusted) AS adjusted, pg_temp.six(se) AS se, pg_temp.six(ci_low) AS ci_low, pg_temp.six(ci_high) AS ci_high, component, note FROM hd_graded, adjusted_scores(r);
-- least squares: residuals sum to zero in each item and each rater; effects sum to zero; their sum of squares is that of R
CREATE TEMP VIEW hd_residual AS SELECT g.*, g.score - a.adjusted - s.severity AS e, s.severity FROM hd_graded, hd_grade g, severity(r) s, adjusted_scores(r) a WHERE s.rater = g.rater AND a.item::int = g.item;
SELECT max(abs(x)) < 1e-12 AS zero FROM (SELECT sum(e) AS x FROM hd_residual GROUP BY rater UNION ALL SELECT sum(e) FROM hd_residual GROUP BY item UNION ALL SELECT sum(DISTINCT severity) FROM hd_residual) y;
SELECT pg_temp.six(sqrt(sum(e^2)/6)) AS sigma FROM hd_residual;
-- mu, the mean of the adjusted scores
SELECT pg_temp.six(avg(adjusted)) AS mu FROM hd_graded, adjusted_scores(r);

-- somebody who adds two to all he gives is two higher against the others, exactly; the others keep their distances
SELECT pg_temp.six(a.severity - b.severity) AS shift, pg_temp.six(a.excess - b.excess) AS excess_shift, a.rater
	FROM severity((SELECT ratings_agg(item, rater, score + CASE rater WHEN 'B' THEN 2 ELSE 0 END) FROM hd_grade)) a, hd_graded, severity(r) b WHERE a.rater = b.rater ORDER BY 3;

-- every rater on every item: effects are deviations of means, standard errors sqrt(mse (k-1)/(n k)), mse 1.019444 (Shrout and Fleiss)
CREATE TABLE hd_full AS SELECT ratings_agg(i, g, (ARRAY[[9,2,5,8],[6,1,3,2],[8,4,6,8],[7,1,2,6],[10,5,6,9],[6,2,4,7]])[i][g]) AS r
	FROM generate_series(1, 6) i, generate_series(1, 4) g;
SELECT rater, pg_temp.six(severity) AS severity, pg_temp.six(naive_mean - (SELECT avg(naive_mean) FROM severity(r))) AS deviation, pg_temp.six(se) AS se, pg_temp.six(sqrt(1.0194444444 * 3/24)) AS formula, rank_low, rank_high FROM hd_full, severity(r, variance => 'model');
SELECT bool_and(abs(adjusted - naive_mean) < 1e-12) AS same, count(DISTINCT pg_temp.six(se)) AS ses FROM hd_full, adjusted_scores(r);

-- ---- robust variance ----

-- two raters: severity is half the mean difference d, the sandwich sum (d - mean)^2/(4 n^2) n/(n-1): the paired t-test
CREATE TEMP VIEW hd_pair AS SELECT i, g, (i * g * 7 + i * i) % 11 AS v FROM generate_series(1, 12) i, generate_series(1, 2) g;
SELECT pg_temp.six(severity) AS severity, pg_temp.six(se) AS se, pg_temp.six(ci_high) AS ci_high, (SELECT pg_temp.six(stddev(d)/sqrt(count(*))/2) FROM (SELECT max(v) FILTER (WHERE g = 1) - max(v) FILTER (WHERE g = 2) AS d FROM hd_pair GROUP BY i) x) AS formula
	FROM severity((SELECT ratings_agg(i, g, v) FROM hd_pair), variance => 'robust') WHERE rater = '1';
-- of two raters the residual variance says the same
SELECT pg_temp.six(se) AS se FROM severity((SELECT ratings_agg(i, g, v) FROM hd_pair), variance => 'model') WHERE rater = '1';
-- clusters of three items: sums within them
SELECT pg_temp.six(severity) AS severity, pg_temp.six(se) AS se, evidence, (SELECT pg_temp.six(sqrt(sum(s^2) * 4/3)/12/2) FROM (SELECT sum(d - avg) AS s
		FROM (SELECT i, max(v) FILTER (WHERE g = 1) - max(v) FILTER (WHERE g = 2) AS d, avg(max(v) FILTER (WHERE g = 1) - max(v) FILTER (WHERE g = 2)) OVER () AS avg FROM hd_pair GROUP BY i) x GROUP BY i / 3 - (i = 12)::int) y) AS formula
	FROM severity((SELECT ratings_agg(i, g, v::float8, NULL::bigint, 'c' || (i / 3 - (i = 12)::int)) FROM hd_pair), variance => 'robust') WHERE rater = '1';
-- twelve items are enough for the robust one
SELECT bool_and(a.se = b.se) AS same FROM severity((SELECT ratings_agg(i, g, v) FROM hd_pair)) a, severity((SELECT ratings_agg(i, g, v) FROM hd_pair), variance => 'robust') b WHERE a.rater = b.rater;

-- ---- raters who share nothing ----

CREATE TABLE hd_apart AS SELECT ratings_agg(i, g, v) AS r FROM (SELECT 'a' || i AS i, 'x' || g AS g, (i * 5 + g * 3) % 7 AS v FROM generate_series(1, 12) i, generate_series(1, 2) g
	UNION ALL SELECT 'b' || i, 'y' || g, (i * 3 + g * 2) % 5 FROM generate_series(1, 12) i, generate_series(1, 3) g UNION ALL SELECT 'c' || i, 'z', i FROM generate_series(1, 3) i) x;
SELECT rater, n_shared, pg_temp.six(severity) AS severity, se IS NULL AS no_se, rank_low, rank_high, component, evidence, note FROM hd_apart, severity(r);
-- each part as it would be alone, but for the pooled residual variance
SELECT a.rater, abs(a.severity - b.severity) < 1e-12 AS same FROM hd_apart, severity(r) a, severity(only_raters(r, '{y1,y2,y3}')) b WHERE a.rater = b.rater;
SELECT component, count(*), count(adjusted), min(note) AS note FROM hd_apart, adjusted_scores(r) GROUP BY 1 ORDER BY 1;

-- ---- little or nothing ----

SELECT name, rater, n, n_shared, naive_mean, severity, se, expected, excess, excess_low, shrunk, rank_low, evidence, note FROM (VALUES
	('one rater', (SELECT ratings_agg(i, 1, i) FROM generate_series(1, 3) i)),
	('one item', (SELECT ratings_agg(1, g, g) FROM generate_series(1, 2) g)),
	('no overlap', (SELECT ratings_agg(i, i, i) FROM generate_series(1, 2) i)),
	('all equal', (SELECT ratings_agg(i, g, 3) FROM generate_series(1, 3) i, generate_series(1, 2) g)),
	('no residual', (SELECT ratings_agg(i, g, i + g) FROM generate_series(1, 3) i, generate_series(1, 2) g))) t (name, r), severity(r);
SELECT name, item, n, naive_mean, adjusted, se, note FROM (VALUES
	('one rater', (SELECT ratings_agg(i, 1, i) FROM generate_series(1, 2) i)),
	('one item', (SELECT ratings_agg(1, g, g) FROM generate_series(1, 2) g)),
	('no residual', (SELECT ratings_agg(i, g, i + g) FROM generate_series(1, 2) i, generate_series(1, 2) g))) t (name, r), adjusted_scores(r);
SELECT (SELECT count(*) FROM severity(NULL)), (SELECT count(*) FROM adjusted_scores(NULL)), (SELECT count(*) FROM severity_drift(NULL));
SELECT (SELECT count(*) FROM severity(without_raters(r, '{A,B,C,D}'))), (SELECT count(*) FROM adjusted_scores(without_raters(r, '{A,B,C,D}'))), (SELECT count(*) FROM severity_drift(without_raters(r, '{A,B,C,D}'))) FROM hd_graded;
-- a rater who was taken out is not there
SELECT string_agg(rater, ',' ORDER BY rater) FROM hd_graded, severity(without_raters(r, '{B}'));
-- ordered categories
SELECT rater, pg_temp.six(severity) AS severity FROM severity((SELECT ratings_agg(item, rater, (ARRAY['low', 'mid', 'high'])[(score / 3)::int]) FROM hd_grade), categories => '{low,mid,high}');

-- ---- drift ----

-- two raters on twelve items: an ordinary regression of the difference on time
CREATE TEMP VIEW hd_when AS SELECT i, g, (i * g * 7 + i * i) % 11 + CASE g WHEN 1 THEN .5 * i ELSE 0 END AS v, i * 10 AS at FROM generate_series(1, 12) i, generate_series(1, 2) g;
CREATE TEMP VIEW hd_difference AS SELECT i, max(v) FILTER (WHERE g = 1) - max(v) FILTER (WHERE g = 2) AS d, max(at) AS at FROM hd_when GROUP BY i;
SELECT rater, n, n_shared, pg_temp.six(slope) AS slope, pg_temp.six(se) AS se, pg_temp.six(ci_low) AS ci_low, pg_temp.six(ci_high) AS ci_high, unit, evidence, note FROM severity_drift((SELECT ratings_agg(i, g, v::float8, at::bigint) FROM hd_when));
SELECT pg_temp.six(f.slope) AS slope, pg_temp.six(sqrt(sum(((d - f.b - f.slope * at) * (at - f.t))^2) * 12/10)/f.sxx) AS se
	FROM (SELECT regr_slope(d, at) AS slope, regr_intercept(d, at) AS b, avg(at) AS t, regr_sxx(d, at) AS sxx FROM hd_difference) f, hd_difference GROUP BY f.slope, f.sxx;
-- times: the slope is of a day
SELECT rater, pg_temp.six(slope) AS slope, unit FROM severity_drift((SELECT ratings_agg(i, g, v::float8, timestamptz '2026-01-01' + at * interval '24 hours') FROM hd_when)) WHERE rater = '1';
-- three raters, one level each, whose partner changes with time: no drift, however the levels of the partners differ
SELECT rater, abs(slope) < 1e-12 AS none FROM severity_drift((SELECT ratings_agg(i, g, i % 4 + 10.0 * g, i::bigint) FROM generate_series(1, 12) i, generate_series(1, 3) g WHERE g = 1 OR (g = 2) = (i <= 6)));
-- only rater 1 moves, by .25 a revision
SELECT rater, pg_temp.six(slope) AS slope FROM severity_drift((SELECT ratings_agg(i, g, i % 4 + 10.0 * g + CASE g WHEN 1 THEN .25 * i ELSE 0 END, i::bigint) FROM generate_series(1, 12) i, generate_series(1, 3) g WHERE g = 1 OR (g = 2) = (i <= 6)));
SELECT name, rater, n, n_shared, slope, se, evidence, note FROM (VALUES
	('one rater', (SELECT ratings_agg(i, 1, i, i::bigint) FROM generate_series(1, 3) i)),
	('one time', (SELECT ratings_agg(i, g, i * g, 7::bigint) FROM generate_series(1, 3) i, generate_series(1, 2) g)),
	('two items', (SELECT ratings_agg(i, g, i * g, i::bigint) FROM generate_series(1, 2) i, generate_series(1, 2) g))) t (name, r), severity_drift(r);
-- times at both ends of what a bigint holds
SELECT rater, slope > 0 AS rises FROM severity_drift((SELECT ratings_agg(i, g, i * g, CASE WHEN i = 1 THEN -9223372036854775808 ELSE 9223372036854775807 END::bigint) FROM generate_series(1, 4) i, generate_series(1, 2) g)) WHERE rater = '2';

-- ---- halo ----

-- rater 1 gives a response one grade on all criteria, the others spread
CREATE TEMP VIEW hd_criteria AS SELECT p, c, g, CASE g WHEN 1 THEN p % 5 ELSE (p * g + c * c * g + p * c) % 5 END AS v FROM generate_series(1, 12) p, generate_series(1, 4) c, generate_series(1, 3) g;
SELECT rater, n, n_shared, value, pg_temp.six(expected) AS expected, pg_temp.six(excess) AS excess, pg_temp.six(excess_low) AS excess_low, pg_temp.six(excess_high) AS excess_high, evidence FROM halo((SELECT ratings_agg(ARRAY[p, c], g, v) FROM hd_criteria)) WHERE rater = '1';
-- the same in SQL
WITH s AS (SELECT p, g, stddev(v) AS s FROM hd_criteria GROUP BY p, g), d AS (SELECT g, s.s AS own, (SELECT avg(o.s) FROM s o WHERE o.p = s.p AND o.g <> s.g) AS others FROM s)
SELECT g, pg_temp.six(avg(own)) AS value, pg_temp.six(avg(others)) AS expected, pg_temp.six(avg(own - others)) AS excess, pg_temp.six(stddev(own - others)/sqrt(count(*))) AS se FROM d GROUP BY 1 ORDER BY 1;
SELECT rater, pg_temp.six(value) AS value, pg_temp.six(expected) AS expected, pg_temp.six(excess) AS excess, pg_temp.six((excess_high - excess_low)/2/2.200985) AS se FROM halo((SELECT ratings_agg(ROW(p, c), g, v) FROM hd_criteria));
-- one criterion, nobody else, one response, nothing varies
SELECT name, rater, n, n_shared, value, expected, excess, excess_low, evidence FROM (VALUES
	('one criterion', (SELECT ratings_agg(ARRAY[p, 1], g, p + g) FROM generate_series(1, 3) p, generate_series(1, 2) g)),
	('one rater', (SELECT ratings_agg(ARRAY[p, c], 1, p + c) FROM generate_series(1, 3) p, generate_series(1, 2) c)),
	('one response', (SELECT ratings_agg(ARRAY[1, c], g, c * g) FROM generate_series(1, 2) c, generate_series(1, 2) g)),
	('all equal', (SELECT ratings_agg(ARRAY[p, c], g, 1) FROM generate_series(1, 3) p, generate_series(1, 2) c, generate_series(1, 2) g))) t (name, r), halo(r);
SELECT count(*) FROM halo(NULL);
SELECT pg_temp.failure('SELECT halo(r) FROM hd_graded');
SELECT pg_temp.failure('SELECT halo(r, 2) FROM hd_graded');
SELECT pg_temp.failure('SELECT halo(ratings_agg(ARRAY[i, 1], g, ''yes''::text)) FROM generate_series(1, 3) i, generate_series(1, 2) g');

-- ---- rounding is no scatter ----

SELECT rater, pg_temp.six(severity) AS severity, se, excess_low FROM severity((SELECT ratings_agg(i, g, i * .1 + g * .7) FROM generate_series(1, 20) i, generate_series(1, 3) g), variance => 'robust');
SELECT rater, pg_temp.six(slope) AS slope, se FROM severity_drift((SELECT ratings_agg(i, g, (i * g * .1)::float8, i::bigint) FROM generate_series(1, 20) i, generate_series(1, 2) g));
SELECT rater, pg_temp.six(excess) AS excess, excess_low FROM halo((SELECT ratings_agg(ARRAY[p, c], g, p * .1 + g * c * .7) FROM generate_series(1, 20) p, generate_series(1, 3) c, generate_series(1, 2) g));
SELECT component, pg_temp.six(variance) AS variance, ci_low IS NULL AS none FROM g_study((SELECT ratings_agg(i, g, i * .1 + g * .7) FROM generate_series(1, 20) i, generate_series(1, 3) g));

-- ---- any order of rows ----

SELECT count(DISTINCT x) FROM (SELECT (SELECT string_agg(s::text, ' ') FROM severity(r, variance => 'robust') s) || (SELECT string_agg(s::text, ' ') FROM adjusted_scores(r) s) AS x
	FROM (SELECT ratings_agg(item, rater, score ORDER BY md5(k || item::text || rater)) AS r FROM hd_grade, generate_series(1, 5) k GROUP BY k) y) z;

-- ---- errors ----

SELECT pg_temp.failure('SELECT severity(r, variance => ''huber'') FROM hd_graded');
SELECT pg_temp.failure('SELECT severity(r, variance => NULL) FROM hd_graded');
SELECT pg_temp.failure('SELECT severity(r, 0) FROM hd_graded');
SELECT pg_temp.failure('SELECT severity(r, NULL) FROM hd_graded');
SELECT pg_temp.failure('SELECT severity(ratings_agg(i, g, ''yes''::text)) FROM generate_series(1, 3) i, generate_series(1, 2) g');
SELECT pg_temp.failure('SELECT adjusted_scores(ratings_agg(i, g, ''yes''::text)) FROM generate_series(1, 3) i, generate_series(1, 2) g');
SELECT pg_temp.failure('SELECT adjusted_scores(r, ''nan'') FROM hd_graded');
SELECT pg_temp.failure('SELECT severity_drift(r) FROM hd_graded');
SELECT pg_temp.failure('SELECT severity_drift(r, NULL) FROM hd_graded');
SELECT pg_temp.failure('SELECT severity_drift(ratings_agg(1, g, g, timestamptz ''infinity'')) FROM generate_series(1, 2) g');
SELECT pg_temp.failure('SELECT severity(ratings_agg(1, 1, i)) FROM generate_series(1, 2) i');
-- 5,002 raters on a chain of items are one group
SELECT pg_temp.failure('SELECT severity(ratings_agg(i, g, g)) FROM generate_series(1, 5001) i, generate_series(i, i + 1) g');

DROP VIEW hd_residual;
DROP TABLE hd_grade, hd_graded, hd_full, hd_apart;

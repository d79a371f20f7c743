-- judges against people: metrics, intervals, bias over producers, the human ceiling
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
CREATE FUNCTION pg_temp.r(v float8) RETURNS numeric LANGUAGE sql AS $$ SELECT round(v::numeric, 4) $$;
-- a confusion of rows (reference, predicted, n)
CREATE FUNCTION pg_temp.counts(text) RETURNS confusion LANGUAGE sql AS $$
	SELECT hdata.confusion_agg(nullif(p[1], '-'), nullif(p[2], '-'))
	FROM regexp_split_to_table($1, ' *, *') row, LATERAL (SELECT string_to_array(row, ' ')) x(p), LATERAL generate_series(1, p[3]::int) $$;

-- three classes: the example of sklearn's user guide and others computed by hand
CREATE TEMP TABLE hd_m (name text, c confusion);
INSERT INTO hd_m VALUES
	('2 x 2', pg_temp.counts('yes yes 20, yes no 5, no yes 10, no no 15')),
	('three labels', pg_temp.counts('a a 5, a b 2, a c 1, b a 1, b b 7, b c 2, c a 0, c b 3, c c 9')),
	('perfect', pg_temp.counts('yes yes 30, no no 20')),
	('all wrong', pg_temp.counts('yes no 4, no yes 3')),
	('one label', pg_temp.counts('yes yes 4')),
	('judge says yes', pg_temp.counts('yes yes 6, no yes 4')),
	('people say yes', pg_temp.counts('yes yes 6, yes no 4')),
	('one row', pg_temp.counts('yes no 1')),
	('not covered', pg_temp.counts('yes - 3, no - 1')),
	('half covered', pg_temp.counts('yes yes 3, yes no 1, no no 2, no - 2, - yes 5'));
SELECT name, n(c), pg_temp.r(accuracy(c)) AS accuracy, pg_temp.r(cohen_kappa(c)) AS kappa, pg_temp.r(mcc(c)) AS mcc, pg_temp.r(macro_f1(c)) AS macro_f1,
	pg_temp.r(weighted_f1(c)) AS weighted_f1, pg_temp.r(bias(c, 'yes')) AS bias, pg_temp.r(coverage(c)) AS coverage FROM hd_m;
-- the same from the definitions, in plain SQL
SELECT name, abs(accuracy(c) - po) < 1e-15 AS accuracy, abs(cohen_kappa(c) - (po - pe) / nullif(1 - pe, 0)) < 1e-14 AS kappa,
	abs(mcc(c) - (po - pe) / nullif(sqrt((1 - tt) * (1 - pp)), 0)) < 1e-14 AS mcc
FROM hd_m, LATERAL (SELECT sum(n) FILTER (WHERE reference = predicted)::float8 / sum(n) AS po FROM cells(c) WHERE predicted IS NOT NULL) a,
	LATERAL (SELECT sum(n_reference::float8 * n_predicted) / n(c)::float8 ^ 2 AS pe, sum(n_reference::float8 ^ 2) / n(c)::float8 ^ 2 AS tt,
		sum(n_predicted::float8 ^ 2) / n(c)::float8 ^ 2 AS pp FROM class_metrics(c) WHERE n(c) > 0) b
WHERE n(c) > 0 AND name NOT IN ('perfect', 'all wrong', 'one row');
SELECT name, s.metric, pg_temp.r(value) AS value, pg_temp.r(se) AS se, pg_temp.r(ci_low) AS ci_low, pg_temp.r(ci_high) AS ci_high, s.n, note
FROM hd_m, confusion_summary(c, positive => 'yes') s;
SELECT name, label, n_reference AS ref, n_predicted AS pred, tp, fp, fn, tn, pg_temp.r(m.precision) AS precision, pg_temp.r(recall) AS recall, pg_temp.r(f1) AS f1,
	pg_temp.r(specificity) AS specificity, pg_temp.r(f1_low) AS f1_low, pg_temp.r(f1_high) AS f1_high
FROM hd_m, class_metrics(c) m WHERE name NOT IN ('perfect', 'all wrong');
-- intervals of the shares are those of their own methods, and the bounds of F1 those of J = tp / (tp + fp + fn)
SELECT bool_and((precision_low, precision_high) = (p.low, p.high)) AS precision, bool_and((recall_low, recall_high) = (r.low, r.high)) AS recall,
	bool_and((specificity_low, specificity_high) = (s.low, s.high)) AS specificity, bool_and((f1_low, f1_high) = (2 * j.low / (1 + j.low), 2 * j.high / (1 + j.high))) AS f1
FROM hd_m, class_metrics(c, 0.9, 'clopper_pearson') m, clopper_pearson(tp, tp + fp, 0.9) p, clopper_pearson(tp, tp + fn, 0.9) r, clopper_pearson(tn, tn + fp, 0.9) s,
	clopper_pearson(tp, tp + fp + fn, 0.9) j WHERE name = 'three labels';
SELECT method, pg_temp.r(s.ci_low) AS ci_low, pg_temp.r(s.ci_high) AS ci_high FROM hd_m, unnest(ARRAY['wilson', 'clopper_pearson', 'jeffreys', 'agresti_coull']) method,
	confusion_summary(c, 0.9, method, 'yes') s WHERE name = '2 x 2' AND metric = 'accuracy';
-- kappa and its interval are those of agreement() over the same rows
WITH r AS (SELECT row_number() OVER () AS i, x.* FROM hd_m, cells(c) x, generate_series(1, x.n) WHERE name = 'three labels'),
	q AS (SELECT ratings_agg(i, v.rater, v.label) AS r FROM (SELECT i, 1::bigint AS rater, reference AS label FROM r UNION ALL SELECT i, 2, predicted FROM r) v)
SELECT abs(a.value - s.value) < 1e-15 AS value, abs(a.se - s.se) < 1e-15 AS se, abs(a.ci_low - s.ci_low) < 1e-14 AS low, abs(a.ci_high - s.ci_high) < 1e-14 AS high
FROM q, agreement(r) a, hd_m, confusion_summary(c, positive => 'a') s WHERE a.coefficient = 'cohen_kappa' AND s.metric = 'cohen_kappa' AND name = 'three labels';
-- standard errors by the delta method against 4000 drawings of the same table
SELECT setseed(0.3);
CREATE TEMP TABLE hd_draw AS SELECT d, confusion_agg(substr('aaaaaaaabbbbbbbbbbcccccccccccc', x, 1), substr('aaaaabbcabbbbbbbccbbbccccccccc', x, 1)) AS c
	FROM (SELECT d, 1 + floor(random() * 30)::int AS x FROM generate_series(1, 4000) d, generate_series(1, 30) OFFSET 0) s GROUP BY d;
SELECT metric, se / s BETWEEN 0.9 AND 1.1 AS as_drawn FROM (VALUES
	('cohen_kappa', (SELECT stddev(cohen_kappa(c)) FROM hd_draw)), ('mcc', (SELECT stddev(mcc(c)) FROM hd_draw)), ('macro_f1', (SELECT stddev(macro_f1(c)) FROM hd_draw)),
	('weighted_f1', (SELECT stddev(weighted_f1(c)) FROM hd_draw)), ('bias', (SELECT stddev(bias(c, 'a')) FROM hd_draw)), ('accuracy', (SELECT stddev(accuracy(c)) FROM hd_draw))) v(metric, s)
	JOIN (SELECT x.* FROM confusion_summary(pg_temp.counts('a a 5, a b 2, a c 1, b a 1, b b 7, b c 2, c b 3, c c 9'), positive => 'a') x) y USING (metric);

-- numbers and enums have an order: weighted kappas
CREATE TYPE pg_temp.hd_grade AS ENUM ('poor', 'fair', 'good', 'best');
CREATE TEMP TABLE hd_n AS SELECT confusion_agg(r, p) AS c, confusion_agg((enum_range(NULL::hd_grade))[r], (enum_range(NULL::hd_grade))[p]) AS e,
	ratings_agg(i, 'r'::text::text, r::text) IS NULL AS x FROM (SELECT i::text AS i, 1 + i % 4 AS r, 1 + (i * i + i / 3) % 4 AS p FROM generate_series(1, 60) i) q;
SELECT metric, pg_temp.r(value) AS value, pg_temp.r(se) AS se, pg_temp.r(ci_low) AS ci_low, pg_temp.r(ci_high) AS ci_high, note FROM hd_n, confusion_summary(c);
SELECT pg_temp.r(cohen_kappa(c, 'linear')) AS linear, pg_temp.r(cohen_kappa(c, 'quadratic')) AS quadratic, cohen_kappa(c, 'linear') = cohen_kappa(e, 'linear') AS enum_linear,
	cohen_kappa(c, 'quadratic') = cohen_kappa(e, 'quadratic') AS enum_quadratic, pg_temp.r(cohen_kappa(c)) AS plain FROM hd_n;
WITH q AS (SELECT i, 1 + i % 4 AS r, 1 + (i * i + i / 3) % 4 AS p FROM generate_series(1, 60) i),
	a AS (SELECT ratings_agg(i::text, v.rater, v.value::float8) AS r FROM (SELECT i, 'r' AS rater, r AS value FROM q UNION ALL SELECT i, 'p', p FROM q) v)
SELECT abs(cohen_kappa(r, 'linear') - cohen_kappa(c, 'linear')) < 1e-14 AS linear, abs(cohen_kappa(r, 'quadratic') - cohen_kappa(c, 'quadratic')) < 1e-14 AS quadratic,
	abs(x.se - s.se) < 1e-14 AS quadratic_se
FROM a, hd_n, agreement(r, 'interval') x, confusion_summary(c) s WHERE coefficient = 'cohen_kappa' AND metric = 'cohen_kappa_quadratic';
-- bias of numbers is a difference of means
SELECT bias(c), abs(s.value - bias(c)) < 1e-15 AS same, pg_temp.r(s.se) AS se FROM hd_n, confusion_summary(c) s WHERE metric = 'bias';
SELECT i, pg_temp.r(value) AS value, pg_temp.r(se) AS se, pg_temp.r(ci_low) AS ci_low, pg_temp.r(ci_high) AS ci_high, note
FROM (SELECT 'equal' AS i, confusion_agg(x % 2, x % 2) AS c FROM generate_series(1, 20) x
	UNION ALL SELECT 'always 1 for 0', confusion_agg(0, 1) FROM generate_series(1, 20)
	UNION ALL SELECT 'always 0 for 1', confusion_agg(true, false) FROM generate_series(1, 20)
	UNION ALL SELECT 'one value', confusion_agg(3, 3) FROM generate_series(1, 20)
	UNION ALL SELECT 'always 2 more', confusion_agg(x, x + 2) FROM generate_series(1, 20) x) q, confusion_summary(c) WHERE metric = 'bias';
SELECT bias(c, 'yes'), bias(c, 'no'), bias(c, 'maybe') AS never_seen FROM hd_m WHERE name = '2 x 2';

-- macro F1 and its domain: labels that occur, of an enum all, or those that are listed
SELECT pg_temp.r(macro_f1(c)) AS seen, pg_temp.r(macro_f1(c, '{a,b}')) AS two, macro_f1(c, '{a,b,c,d}') AS undefined, macro_f1(c, '{a}') AS one, macro_f1(c, '{}') AS none,
	macro_f1(c, '{a,b,a,b}') = macro_f1(c, '{b,a}') AS repeats FROM hd_m WHERE name = 'three labels';
SELECT pg_temp.r(macro_f1(e)) AS all_used, macro_f1(f) AS some_unused, macro_f1(f, '{poor,fair}') AS two, s.note
FROM hd_n, (SELECT confusion_agg(x, 'poor'::hd_grade) AS f FROM unnest('{poor,fair}'::hd_grade[]) x) q, confusion_summary(f) s WHERE metric = 'macro_f1';

-- bias over producers
CREATE TEMP TABLE hd_p AS SELECT m, confusion_agg(i % 2 = 0, CASE WHEN i % k = 0 THEN true ELSE i % 2 = 0 END) AS c
	FROM (VALUES ('x', 3), ('y', 7), ('z', 100)) v(m, k), generate_series(1, 60) i GROUP BY m;
SELECT m, pg_temp.r(bias(c)) FROM hd_p ORDER BY m;
SELECT pg_temp.r(bias_index(array_agg(c ORDER BY m))) AS value, bias_index(array_agg(c ORDER BY m)) = bias_index(array_agg(c ORDER BY m DESC)) AS any_order,
	abs(bias_index(array_agg(c), 'false') - bias_index(array_agg(c), 'true')) < 1e-15 AS of_false FROM hd_p;
SELECT pg_temp.r(value) AS value, pg_temp.r(ci_low) AS ci_low, pg_temp.r(ci_high) AS ci_high, pg_temp.r(expected) AS expected, n_producers, n, note
FROM (SELECT array_agg(c ORDER BY m) AS cs FROM hd_p UNION ALL SELECT array_agg(c ORDER BY m) FROM hd_p WHERE m < 'z') q, bias_index_ci(cs);
-- of two equal standard errors the expected range is 2 s / sqrt(pi); of three 1.6926 s (Tippett)
SELECT abs(b.expected - 2 * s.se / sqrt(pi())) < 1e-9 AS two, abs(b3.expected - 1.692568750643 * s.se) < 1e-9 AS three
FROM (SELECT c FROM hd_p WHERE m = 'x') p, confusion_summary(c) s, bias_index_ci(ARRAY[c, c]) b, bias_index_ci(ARRAY[c, c, c]) b3 WHERE metric = 'bias';
SELECT bias_index('{}'), bias_index(NULL), bias_index(ARRAY[c]), bias_index(ARRAY[c, NULL]), bias_index(ARRAY[c, (SELECT confusion_agg(true, NULL))]) FROM hd_p WHERE m = 'x';
SELECT b.* FROM hd_p, bias_index_ci(ARRAY[c, NULL]) b WHERE m = 'x';
SELECT value, ci_low, ci_high, expected, note FROM hd_p, bias_index_ci(ARRAY[c, (SELECT confusion_agg(true, false))]) WHERE m = 'z';

-- the human ceiling: three people and a judge on 40 items
CREATE TEMP TABLE hd_g AS SELECT i, rater, (i % 3 = 0) <> ((i * k + i / 7) % m = 0) AS label
	FROM (VALUES ('ann', 3, 10), ('bob', 5, 4), ('cat', 1, 7), ('judge', 2, 6)) v(rater, k, m), generate_series(1, 40) i
	WHERE NOT (rater = 'bob' AND i > 30) AND NOT (rater = 'judge' AND i % 8 = 0);
CREATE TEMP TABLE hd_h AS SELECT ratings_agg(i::text, rater, label::text) AS r FROM hd_g;
SELECT rater, role, h.n, n_pairs, pg_temp.r(value) AS value, pg_temp.r(ci_low) AS low, pg_temp.r(ci_high) AS high, pg_temp.r(expected) AS expected,
	pg_temp.r(excess) AS excess, pg_temp.r(excess_low) AS low, pg_temp.r(excess_high) AS high FROM hd_h, human_ceiling(r, 'judge') h;
SELECT rater, pg_temp.r(judge_value) AS judge, pg_temp.r(judge_excess) AS excess, pg_temp.r(judge_excess_low) AS low, pg_temp.r(judge_excess_high) AS high,
	pg_temp.r(percentile) AS percentile, pg_temp.r(shrunk) AS shrunk, rank_low, rank_high, evidence FROM hd_h, human_ceiling(r, 'judge') h;
SELECT rater, h.n, n_pairs, pg_temp.r(value) AS value, pg_temp.r(ci_low) AS low, pg_temp.r(ci_high) AS high, expected, excess,
	pg_temp.r(judge_value) AS judge, pg_temp.r(judge_excess) AS judge_excess, pg_temp.r(percentile) AS percentile, evidence
FROM hd_h, human_ceiling(r, 'judge', 'accuracy', 'majority', 0.9) h;
SELECT rater, role, judge_value, percentile, evidence FROM hd_h, human_ceiling(without_raters(r, '{judge}')) h;
-- the values by joins: nobody's own labels are among the reference, the judge's neither
CREATE FUNCTION pg_temp.metric(c confusion, name text) RETURNS float8 LANGUAGE sql AS $$ SELECT value FROM hdata.confusion_summary(c) WHERE metric = name $$;
SELECT metric, bool_and(abs(h.value - v.value) < 1e-14) AS value, bool_and(abs(h.expected - v.expected) < 1e-14) AS expected, bool_and(abs(h.judge_value - v.judge) < 1e-14) AS judge
FROM hd_h, unnest(ARRAY['accuracy', 'cohen_kappa', 'mcc', 'macro_f1', 'weighted_f1']) metric, human_ceiling(r, 'judge', metric) h,
	LATERAL (SELECT
		(SELECT pg_temp.metric(confusion_agg(o.label, g.label), metric) FROM hd_g g JOIN hd_g o USING (i) WHERE g.rater = h.rater AND o.rater NOT IN ('judge', h.rater)) AS value,
		(SELECT pg_temp.metric(confusion_agg(b.label, a.label), metric) FROM hd_g g JOIN hd_g a USING (i) JOIN hd_g b USING (i)
			WHERE g.rater = h.rater AND a.rater NOT IN ('judge', h.rater) AND b.rater NOT IN ('judge', h.rater, a.rater)) AS expected,
		(SELECT pg_temp.metric(confusion_agg(o.label, j.label), metric) FROM hd_g g JOIN hd_g o USING (i) JOIN hd_g j USING (i)
			WHERE g.rater = h.rater AND o.rater NOT IN ('judge', h.rater) AND j.rater = 'judge') AS judge) v
WHERE role = 'person' GROUP BY metric ORDER BY metric;
SELECT abs(h.value - (SELECT macro_f1(confusion_agg(g.label, j.label)) FROM hd_g g JOIN hd_g j USING (i) WHERE g.rater <> 'judge' AND j.rater = 'judge')) < 1e-14 AS judge_against_all
FROM hd_h, human_ceiling(r, 'judge') h WHERE role = 'judge';
SELECT abs(h.value - avg(p.value)) < 1e-14 AS mean_of_people FROM hd_h, human_ceiling(r, 'judge') h, human_ceiling(r, 'judge') p WHERE h.role = 'ceiling' AND p.role = 'person' GROUP BY h.value;
-- clusters: each item one is as without; every item twice in one cluster is no more evidence
SELECT a.rater, a.value = b.value AS value, a.ci_low = b.ci_low AS one_each, abs((c.ci_high - c.ci_low) - (a.ci_high - a.ci_low)) < 1e-12 AS no_more_evidence
FROM hd_h, human_ceiling(r, 'judge', 'accuracy') a, (SELECT ratings_agg(i::text, rater, label::text, NULL::bigint, i::text) AS rb FROM hd_g) q, human_ceiling(rb, 'judge', 'accuracy') b,
	(SELECT ratings_agg(i::text || d, rater, label::text, NULL::bigint, i::text) AS rc FROM hd_g, unnest('{a,b}'::text[]) d) q2, human_ceiling(rc, 'judge', 'accuracy') c
WHERE a.role = 'person' AND a.rater = b.rater AND a.rater = c.rater;
-- nobody to compare with, one label, perfect people
SELECT rater, role, h.n, value, ci_low, evidence FROM human_ceiling((SELECT ratings_agg('i1'::text, 'a'::text, 'x'::text))) h;
SELECT rater, role, h.n, value, ci_low, evidence FROM (SELECT ratings_agg(i::text, r, 'x'::text) AS r FROM generate_series(1, 12) i, unnest('{a,b}'::text[]) r) q, human_ceiling(r) h;
SELECT rater, role, h.n, value, pg_temp.r(ci_low) AS ci_low, ci_high, shrunk, rank_low, rank_high, evidence
FROM (SELECT ratings_agg(i::text, r, (i % 2)::text) AS r FROM generate_series(1, 12) i, unnest('{a,b,c}'::text[]) r) q, human_ceiling(r, 'c') h;
SELECT rater, role, h.n, value, evidence FROM (SELECT ratings_agg('1'::text, r, r) AS r FROM unnest('{a,b,c}'::text[]) r) q, human_ceiling(r, NULL, 'accuracy', 'majority') h;
SELECT count(*) FROM human_ceiling(NULL);

SELECT query, pg_temp.failure('SELECT ' || query) FROM unnest(ARRAY[
	'bias(c) FROM hd_m', 'cohen_kappa(c, ''linear'') FROM hd_m', 'cohen_kappa(c, ''cubic'') FROM hd_m', 'cohen_kappa(c, NULL) FROM hd_m', 'cohen_kappa(NULL::confusion, ''cubic'')',
	'macro_f1(c, ''{a,NULL}'') FROM hd_m', 'macro_f1(c, ''{a,1}'') FROM hd_n', 'macro_f1(e, ''{poor,bad}'') FROM hd_n', 'bias(c, ''yes'') FROM hd_n', 'bias(e) FROM hd_n', 'bias(e, ''bad'') FROM hd_n', 'bias(confusion_agg(ARRAY[1], ARRAY[2]), ''{1}'')', 'class_metrics(c, 0) FROM hd_m', 'class_metrics(c, NULL) FROM hd_m', 'class_metrics(c, 0.9, ''wald'') FROM hd_m', 'class_metrics(c, 0.9, NULL) FROM hd_m',
	'confusion_summary(c, 1) FROM hd_m', 'confusion_summary(c, method => ''x'') FROM hd_m', 'confusion_summary(NULL, 2)',
	'bias_index(array_agg(c)) FROM hd_m', 'bias_index_ci(array_agg(c), 0) FROM hd_p', 'bias_index_ci(array_agg(c), NULL) FROM hd_p', 'bias_index(array_agg(c)) FROM hd_p, generate_series(1, 700)',
	'human_ceiling(r, ''dave'') FROM hd_h', 'human_ceiling(r, NULL, ''kappa'') FROM hd_h', 'human_ceiling(r, NULL, NULL) FROM hd_h', 'human_ceiling(r, reference => ''all'') FROM hd_h',
	'human_ceiling(r, reference => NULL) FROM hd_h', 'human_ceiling(r, confidence => 1) FROM hd_h', 'human_ceiling(NULL, NULL, ''kappa'')',
	'human_ceiling(ratings_agg(''i''::text, ''a''::text, v)) FROM unnest(''{x,y}''::text[]) v']) query;

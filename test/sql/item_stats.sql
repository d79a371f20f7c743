-- Classical test theory over score_matrix: alpha, omega, item_stats, item_pairs: values against plain SQL, what is undefined, missing values, errors.
\pset format unaligned
\pset footer off
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
-- the same to a part in 10^11, or both undefined
CREATE FUNCTION pg_temp.near(a float8, b float8) RETURNS boolean LANGUAGE sql AS
	$$ SELECT coalesce(abs(a - b) <= 1e-11 * greatest(1, abs(a), abs(b)), a IS NULL AND b IS NULL) $$;

-- ---- against plain SQL: 0 and 1, quarters, and numbers that are no binary fractions ----

CREATE TABLE hd_is (kind text, u int, i int, v float8);
INSERT INTO hd_is
	SELECT kind, u, i, CASE kind WHEN 'binary' THEN (x < 0.5)::int WHEN 'quarters' THEN floor(x * 5) / 4 ELSE x * 1.7 + 0.1 END
	FROM (SELECT u, i, ((hashint8(u * 1000 + i)::bigint & 1023) / 1024.0 + (u % 10) / 10.0) / 2 AS x FROM generate_series(1, 97) u, generate_series(1, 7) i) t,
		unnest(ARRAY['binary', 'quarters', 'decimal']) kind;
CREATE TABLE hd_is_m AS SELECT kind, score_matrix_agg(u, i, v) AS m FROM hd_is GROUP BY kind;
CREATE VIEW hd_is_total AS SELECT *, sum(v::numeric) OVER (PARTITION BY kind, u)::float8 AS t FROM hd_is;

SELECT kind, pg_temp.near(cronbach_alpha(m), k / (k - 1.0) * (1 - s / t)) AS alpha, round(cronbach_alpha(m)::numeric, 6) AS value
FROM (SELECT kind, sum(var) AS s, count(*) AS k FROM (SELECT kind, var_samp(v) AS var FROM hd_is GROUP BY kind, i) x GROUP BY kind) a
	JOIN (SELECT kind, var_samp(t) AS t FROM hd_is_total WHERE i = 1 GROUP BY kind) b USING (kind) JOIN hd_is_m USING (kind) ORDER BY kind;

SELECT kind, count(*) AS items, bool_and(s.n = x.n) AS n, bool_and(pg_temp.near(difficulty, x.mean)) AS difficulty, bool_and(pg_temp.near(s.sd, x.sd)) AS sd, bool_and(pg_temp.near(item_total, x.total)) AS item_total,
	bool_and(pg_temp.near(item_rest, x.rest)) AS item_rest, bool_and(pg_temp.near(item_rest_low, tanh(atanh(x.rest) - 1.959963984540054 / sqrt(94)))) AS low, bool_and(pg_temp.near(item_rest_high, tanh(atanh(x.rest) + 1.959963984540054 / sqrt(94)))) AS high
FROM hd_is_m, item_stats(m) s JOIN LATERAL (SELECT count(*) AS n, avg(v::numeric)::float8 AS mean, stddev_samp(v) AS sd, corr(v, t) AS total, corr(v, t - v) AS rest FROM hd_is_total h WHERE h.kind = hd_is_m.kind AND h.i = s.item::int) x ON true
GROUP BY kind ORDER BY kind;

-- alpha without an item: alpha of the matrix without it
SELECT kind, bool_and(pg_temp.near(alpha_if_dropped, cronbach_alpha(without_items(m, ARRAY[item])))) AS alpha_if_dropped FROM hd_is_m, item_stats(m) GROUP BY kind ORDER BY kind;

-- upper and lower 27 %: 26 of 97, those at the cut share the places that are left
WITH ranked AS (SELECT *, rank() OVER (PARTITION BY kind, i ORDER BY round(t::numeric, 9) DESC) - 1 AS above, rank() OVER (PARTITION BY kind, i ORDER BY round(t::numeric, 9)) - 1 AS below,
		count(*) OVER (PARTITION BY kind, i, round(t::numeric, 9)) AS ties FROM hd_is_total),
	shares AS (SELECT *, least(1, greatest(0, (26 - above) / ties::float8)) AS up, least(1, greatest(0, (26 - below) / ties::float8)) AS down FROM ranked)
SELECT kind, bool_and(pg_temp.near(d27, d)) AS d27, max(sum_up) AS upper, max(sum_down) AS lower FROM hd_is_m, item_stats(m) s
	JOIN LATERAL (SELECT sum(v * up) / 26 - sum(v * down) / 26 AS d, round(sum(up)) AS sum_up, round(sum(down)) AS sum_down FROM shares h WHERE h.kind = hd_is_m.kind AND h.i = s.item::int) x ON true
GROUP BY kind ORDER BY kind;

-- pairs: of 0 and 1 everything, of other numbers the correlation
CREATE TABLE hd_is_joint AS SELECT kind, x.i AS x, y.i AS y, count(*) AS c, corr(x.v, y.v) AS r, sum(x.v * y.v) AS yes, sum(x.v) AS a, sum(y.v) AS b FROM hd_is x JOIN hd_is y USING (kind, u) GROUP BY 1, 2, 3;
SELECT kind, count(*) AS pairs, bool_and(p.n = x.n) AS n, bool_and(pg_temp.near(phi, x.r)) AS phi,
	bool_and(pg_temp.near(jaccard, x.j)) AS jaccard, bool_and(pg_temp.near(p_b_given_a, x.ba)) AS p_b_given_a, bool_and(pg_temp.near(p_a_given_b, x.ab)) AS p_a_given_b, bool_and(pg_temp.near(kappa, x.k)) AS kappa
FROM hd_is_m, item_pairs(m) p JOIN LATERAL (
	SELECT c AS n, r, CASE WHEN kind = 'binary' THEN yes / (a + b - yes) END AS j, CASE WHEN kind = 'binary' THEN yes / a END AS ba, CASE WHEN kind = 'binary' THEN yes / b END AS ab,
		CASE WHEN kind = 'binary' THEN ((2 * yes + c - a - b) / c - (a * b + (c - a) * (c - b)) / c ^ 2) / (1 - (a * b + (c - a) * (c - b)) / c ^ 2) END AS k
	FROM hd_is_joint s WHERE s.kind = hd_is_m.kind AND s.x = p.item_a::int AND s.y = p.item_b::int) x ON true
GROUP BY kind ORDER BY kind;

-- mean correlation and what comes of it; intervals by the formulas of Feldt (F quantiles of R) and of Duhachek and Iacobucci
SELECT kind, pg_temp.near(a.average_r, x.r) AS average_r, pg_temp.near(a.std_alpha, 7 * x.r / (1 + 6 * x.r)) AS std_alpha, pg_temp.near(standardized_alpha(m), a.std_alpha) AS function,
	a.value = cronbach_alpha(m) AS value, a.omega = omega_total(m) AS omega, n_units, n_items, note
FROM hd_is_m, alpha(m) a JOIN LATERAL (SELECT avg(phi) AS r FROM item_pairs(m)) x ON true ORDER BY kind;
WITH c AS (SELECT kind, x.i AS a, y.i AS b, covar_samp(x.v, y.v) AS v FROM hd_is x JOIN hd_is y USING (kind, u) GROUP BY 1, 2, 3),
	s AS (SELECT kind, sum(v) AS jvj, sum(v) FILTER (WHERE a = b) AS tr, sum(v * v) AS tr2 FROM c GROUP BY kind),
	r AS (SELECT kind, sum(s * s) AS jv2j FROM (SELECT kind, a, sum(v) AS s FROM c GROUP BY 1, 2) t GROUP BY kind)
SELECT kind, pg_temp.near(e.se, sqrt(2 * 49 / (36 * jvj ^ 3) * (jvj * (tr2 + tr ^ 2) - 2 * tr * jv2j) / 97)) AS se,
	pg_temp.near(e.ci_low, e.value - 1.959963984540054 * e.se) AS low, pg_temp.near(e.ci_high, least(1, e.value + 1.959963984540054 * e.se)) AS high
FROM s JOIN r USING (kind) JOIN hd_is_m USING (kind), alpha(m, interval_method => 'duhachek') e ORDER BY kind;
SELECT kind, round(ci_low::numeric, 4) AS low, round(ci_high::numeric, 4) AS high FROM hd_is_m, alpha(m, 0.9) ORDER BY kind;

-- three items: the one-factor model fits exactly, l1^2 = r12 r13 / r23
WITH p AS (SELECT kind, only_items(m, '{1,2,3}') AS m FROM hd_is_m), r AS (SELECT kind, max(phi) FILTER (WHERE (item_a, item_b) = ('1', '2')) AS r12, max(phi) FILTER (WHERE (item_a, item_b) = ('1', '3')) AS r13,
		max(phi) FILTER (WHERE (item_a, item_b) = ('2', '3')) AS r23 FROM p, item_pairs(m) GROUP BY kind),
	l AS (SELECT kind, sqrt(r12 * r13 / r23) + sqrt(r12 * r23 / r13) + sqrt(r13 * r23 / r12) AS s, 3 - r12 * r13 / r23 - r12 * r23 / r13 - r13 * r23 / r12 AS u FROM r)
SELECT kind, abs(omega_total(m) - s ^ 2 / (s ^ 2 + u)) < 1e-9 AS omega FROM p JOIN l USING (kind) ORDER BY kind;

-- ---- what is undefined is NULL, and said ----
CREATE FUNCTION pg_temp.matrix(rows float8[]) RETURNS hdata.score_matrix LANGUAGE sql AS
	$$ SELECT hdata.score_matrix_agg(u, 'i' || i, rows[u][i]) FROM generate_subscripts(rows, 1) u, generate_subscripts(rows, 2) i $$;
CREATE TABLE hd_is_odd (name text, m score_matrix);
INSERT INTO hd_is_odd VALUES
	('one unit', pg_temp.matrix('{{1,0,1}}')),
	('one item', pg_temp.matrix('{{1},{0},{1}}')),
	('one value', pg_temp.matrix('{{0.3}}')),
	('two items', pg_temp.matrix('{{1,1},{0,1},{1,0},{0,0},{1,1}}')),
	('all the same', pg_temp.matrix('{{1,1},{1,1},{1,1}}')),
	('all the same, not 0 or 1', pg_temp.matrix('{{0.3,0.1},{0.3,0.1},{0.3,0.1}}')),
	('items that cancel out', pg_temp.matrix('{{0.1,0.2},{0.2,0.1},{0.3,0}}')),
	('equal items', pg_temp.matrix('{{0.1,0.1,0.1},{0.7,0.7,0.7},{0.3,0.3,0.3}}')),
	('a constant item', pg_temp.matrix('{{1,1,1},{2,1,3},{3,1,2},{4,1,5}}')),
	('rest does not vary', pg_temp.matrix('{{0.1,0.7},{0.2,0.7},{0.3,0.7}}')),
	('nothing', '\x01000000000000'::score_matrix),
	('no units left', without_units(pg_temp.matrix('{{1,0}}'), '{1}'));
SELECT name, round(cronbach_alpha(m)::numeric, 6) AS alpha, round(standardized_alpha(m)::numeric, 6) AS std, round(omega_total(m)::numeric, 6) AS omega FROM hd_is_odd;
SELECT name, round(value::numeric, 6) AS value, round(se::numeric, 6) AS se, round(ci_low::numeric, 4) AS low, round(ci_high::numeric, 4) AS high, n_units, n_items, round(average_r::numeric, 6) AS r,
	round(std_alpha::numeric, 6) AS std, round(omega::numeric, 6) AS omega, note FROM hd_is_odd, alpha(m);
SELECT name, item, n, round(difficulty::numeric, 6) AS p, round(sd::numeric, 6) AS sd, round(item_total::numeric, 6) AS total, round(item_rest::numeric, 6) AS rest, round(item_rest_low::numeric, 6) AS low, round(d27::numeric, 6) AS d27,
	round(alpha_if_dropped::numeric, 6) AS dropped, flag FROM hd_is_odd, item_stats(m);
SELECT name, item_a, item_b, n, round(phi::numeric, 6) AS phi, round(jaccard::numeric, 6) AS jaccard, round(p_b_given_a::numeric, 6) AS ba, round(p_a_given_b::numeric, 6) AS ab, round(kappa::numeric, 6) AS kappa
FROM hd_is_odd, item_pairs(m);

-- ---- NULLs and options ----
SELECT cronbach_alpha(NULL) IS NULL AS alpha, standardized_alpha(NULL) IS NULL AS std, omega_total(NULL) IS NULL AS omega,
	(SELECT count(*) FROM alpha(NULL)) AS rows, (SELECT count(*) FROM item_stats(NULL)) AS items, (SELECT count(*) FROM item_pairs(NULL)) AS pairs;
SELECT pg_temp.failure(format('SELECT %s FROM hd_is_m', f)) FROM unnest(ARRAY['cronbach_alpha(m, NULL)', 'cronbach_alpha(m, ''drop'')', 'omega_total(m, NULL)', 'standardized_alpha(m, ''Pairwise'')',
	'alpha(m, NULL)', 'alpha(m, 1)', 'alpha(m, ''NaN'')', 'alpha(m, 0.9, NULL)', 'alpha(m, 0.9, ''error'', NULL)', 'alpha(m, 0.9, ''error'', ''bootstrap'')', 'item_stats(m, NULL)', 'item_stats(m, ''listwise'')',
	'item_stats(m, ''error'', NULL)', 'item_stats(m, ''error'', 0)']) f;

-- ---- missing values: never silently ----
CREATE TABLE hd_is_gaps AS SELECT kind, score_matrix_agg(u, i, v) AS m FROM hd_is WHERE (u * 3 + i) % 13 > 0 GROUP BY kind;
SELECT pg_temp.failure(format('SELECT %s FROM hd_is_gaps', f)) FROM unnest(ARRAY['cronbach_alpha(m)', 'standardized_alpha(m)', 'omega_total(m)', 'alpha(m)', 'item_stats(m)', 'item_pairs(m)']) f;
-- complete: as if the others were not there
CREATE TABLE hd_is_complete AS SELECT kind, score_matrix_agg(u, i, v) AS m FROM hd_is WHERE u NOT IN (SELECT u FROM generate_series(1, 97) u, generate_series(1, 7) i WHERE (u * 3 + i) % 13 = 0) GROUP BY kind;
SELECT kind, cronbach_alpha(g.m, 'complete') = cronbach_alpha(c.m) AS alpha, standardized_alpha(g.m, 'complete') = standardized_alpha(c.m) AS std, omega_total(g.m, 'complete') = omega_total(c.m) AS omega,
	(SELECT string_agg(i::text, ' ') FROM item_stats(g.m, 'complete') i) = (SELECT string_agg(i::text, ' ') FROM item_stats(c.m) i) AS items FROM hd_is_gaps g JOIN hd_is_complete c USING (kind) ORDER BY kind;
SELECT kind, n_units, n_items, note FROM hd_is_gaps, alpha(m, missing => 'complete') ORDER BY kind;
-- pairwise: each covariance over the units that have both
CREATE TABLE hd_is_cov AS SELECT kind, x.i AS a, y.i AS b, covar_samp(x.v, y.v) AS c, corr(x.v, y.v) AS r, count(*) AS n FROM hd_is x JOIN hd_is y USING (kind, u)
	WHERE (u * 3 + x.i) % 13 > 0 AND (u * 3 + y.i) % 13 > 0 GROUP BY 1, 2, 3;
SELECT kind, pg_temp.near(cronbach_alpha(m, 'pairwise'), 7 / 6.0 * (1 - t / s)) AS alpha FROM hd_is_gaps JOIN (SELECT kind, sum(c) AS s, sum(c) FILTER (WHERE a = b) AS t FROM hd_is_cov GROUP BY kind) x USING (kind) ORDER BY kind;
SELECT kind, bool_and(s.n = x.n) AS n, bool_and(pg_temp.near(difficulty, p)) AS difficulty, bool_and(pg_temp.near(item_rest, (with_all - var) / sqrt(var * (total - 2 * with_all + var)))) AS item_rest, bool_and(pg_temp.near(item_total, with_all / sqrt(var * total))) AS item_total,
	bool_and(d27 IS NULL) AS d27_undefined, bool_and(pg_temp.near(alpha_if_dropped, cronbach_alpha(without_items(m, ARRAY[item]), 'pairwise'))) AS alpha_if_dropped
FROM hd_is_gaps, item_stats(m, 'pairwise') s JOIN LATERAL (SELECT count(*) AS n, avg(v::numeric)::float8 AS p FROM hd_is h WHERE h.kind = hd_is_gaps.kind AND h.i = s.item::int AND (u * 3 + i) % 13 > 0) x ON true
	JOIN LATERAL (SELECT sum(c) FILTER (WHERE a = s.item::int) AS with_all, sum(c) FILTER (WHERE a = s.item::int AND b = a) AS var, sum(c) AS total FROM hd_is_cov c WHERE c.kind = hd_is_gaps.kind) y ON true
GROUP BY kind ORDER BY kind;
SELECT kind, n_units, n_items, note FROM hd_is_gaps, alpha(m, missing => 'pairwise') ORDER BY kind;
SELECT kind, count(*) AS pairs, min(p.n) AS n_low, max(p.n) AS n_high, bool_and(p.n = x.n) AS n, bool_and(pg_temp.near(phi, r)) AS phi FROM hd_is_gaps JOIN hd_is_cov x USING (kind), item_pairs(m) p
WHERE (x.a, x.b) = (p.item_a::int, p.item_b::int)
GROUP BY kind ORDER BY kind;
-- a complete matrix is complete whatever the option
SELECT kind, cronbach_alpha(m, 'complete') = cronbach_alpha(m) AS complete, cronbach_alpha(m, 'pairwise') = cronbach_alpha(m) AS pairwise FROM hd_is_m ORDER BY kind;

-- ---- several rubrics in one matrix ----
CREATE TABLE hd_is_rubrics AS SELECT score_matrix_agg(prompt || '/' || unit, prompt || ':' || i, (unit + i) % 2) AS m, score_matrix_agg(prompt || '/' || unit, CASE WHEN i = 1 THEN 'accuracy' ELSE prompt || ':' || i END, (unit + i) % 2) AS shared
	FROM (VALUES ('p1'), ('p2'), ('p3')) p(prompt), generate_series(1, 4) unit, generate_series(1, 3) i;
SELECT pg_temp.failure(format('SELECT %s FROM hd_is_rubrics', f)) FROM unnest(ARRAY['cronbach_alpha(m)', 'cronbach_alpha(m, ''complete'')', 'cronbach_alpha(m, ''pairwise'')', 'item_stats(m)', 'item_stats(m, ''pairwise'')',
	'alpha(m, 0.95, ''complete'')', 'omega_total(m, ''pairwise'')', 'standardized_alpha(m, ''pairwise'')',
	'cronbach_alpha(shared)', 'cronbach_alpha(shared, ''complete'')', 'cronbach_alpha(shared, ''pairwise'')', 'item_stats(shared, ''pairwise'')', 'standardized_alpha(shared, ''pairwise'')']) f;
-- pairs need nothing in common: those that no unit has both are not there
SELECT count(*), min(n), max(n) FROM hd_is_rubrics, item_pairs(m);
-- one matrix a rubric
SELECT prompt, round(cronbach_alpha(score_matrix_agg(unit, i, unit + (unit * i * prompt::int) % 3))::numeric, 4) AS alpha FROM (VALUES ('1'), ('2')) p(prompt), generate_series(1, 5) unit, generate_series(1, 3) i GROUP BY prompt ORDER BY prompt;

-- ---- sparse and wide: the other ways through the same sums ----
CREATE TABLE hd_is_wide AS SELECT u, i, (hashint8(u * 4001 + i) & 1)::float8 AS v, (hashint8(u * 4001 + i) & 7) / 10.0::float8 AS w FROM generate_series(1, 2000) u, generate_series(1, 300) i WHERE (i + u * 7) % 300 < 4;
SELECT count(*) AS pairs, bool_and(p.n = x.n) AS n, bool_and(pg_temp.near(p.phi, x.r)) AS phi, bool_and(pg_temp.near(jaccard, CASE WHEN a + b > 0 THEN yes / (a + b - yes) END)) AS jaccard
FROM (SELECT score_matrix_agg(u, i, v) AS m FROM hd_is_wide) s, item_pairs(m) p
	FULL JOIN (SELECT x.i AS a_i, y.i AS b_i, count(*) AS n, CASE WHEN count(*) > 1 THEN corr(x.v, y.v) END AS r, sum(x.v * y.v) AS yes, sum(x.v) AS a, sum(y.v) AS b FROM hd_is_wide x JOIN hd_is_wide y USING (u) WHERE x.i < y.i GROUP BY 1, 2) x
	ON (a_i, b_i) = (item_a::int, item_b::int);
SELECT count(*) AS pairs, bool_and(p.n = x.n) AS n, bool_and(pg_temp.near(p.phi, x.r)) AS phi, count(phi) AS defined, count(jaccard) AS jaccard
FROM (SELECT score_matrix_agg(u, i, w) AS m FROM hd_is_wide) s, item_pairs(m) p
	FULL JOIN (SELECT x.i AS a_i, y.i AS b_i, count(*) AS n, CASE WHEN count(*) > 1 THEN corr(x.w, y.w) END AS r FROM hd_is_wide x JOIN hd_is_wide y USING (u) WHERE x.i < y.i GROUP BY 1, 2) x
	ON (a_i, b_i) = (item_a::int, item_b::int);
-- many items of a complete matrix, not 0 or 1: more than one tile, more than one part of units
CREATE TABLE hd_is_dense AS SELECT u, i, (hashint8(u * 4001 + i) & 15) / 10.0::float8 AS v FROM generate_series(1, 1100) u, generate_series(1, 19) i;
SELECT count(*) AS pairs, bool_and(p.n = x.n) AS n, bool_and(pg_temp.near(p.phi, x.r)) AS phi FROM (SELECT score_matrix_agg(u, i, v) AS m FROM hd_is_dense) s, item_pairs(m) p
	FULL JOIN (SELECT x.i AS a_i, y.i AS b_i, count(*) AS n, corr(x.v, y.v) AS r FROM hd_is_dense x JOIN hd_is_dense y USING (u) WHERE x.i < y.i GROUP BY 1, 2) x ON (a_i, b_i) = (item_a::int, item_b::int);
-- more items than can be correlated each with each
SELECT pg_temp.failure(format('SELECT %s FROM (SELECT score_matrix_agg(u, i, (u + i) %% 2) AS m FROM generate_series(1, 2) u, generate_series(1, 8193) i) t', f)) FROM unnest(ARRAY['standardized_alpha(m)', 'omega_total(m)', 'alpha(m)']) f;
SELECT cronbach_alpha(m) AS alpha, (SELECT count(*) FROM item_stats(m)) AS items FROM (SELECT score_matrix_agg(u, i, u % 2) AS m FROM generate_series(1, 2) u, generate_series(1, 8193) i) t;

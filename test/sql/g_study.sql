-- g_study() and d_study(): components of variance and what they say of designs.
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

-- Shrout and Fleiss (1979), table 2
CREATE TABLE hd_sf AS SELECT i, g, (ARRAY[[9,2,5,8],[6,1,3,2],[8,4,6,8],[7,1,2,6],[10,5,6,9],[6,2,4,7]])[i][g] AS v
	FROM generate_series(1, 6) i, generate_series(1, 4) g;
CREATE TABLE hd_sf_state AS SELECT ratings_agg(i, g, v) AS r FROM hd_sf;

-- ---- p x r, complete ----

-- MS 11.241667, 32.486111, 1.019444; var_p = (11.241667 - 1.019444)/4 = 2.555556, var_r = (32.486111 - 1.019444)/6 = 5.244444
-- pr,e: 15 * 1.019444/27.488393 = .556295 and /6.262138 = 2.441924 (chi-squared of 15, exact)
SELECT component, pg_temp.six(variance) AS variance, pg_temp.six(se) AS se, pg_temp.six(ci_low) AS ci_low, pg_temp.six(ci_high) AS ci_high,
	pg_temp.six(percent) AS percent, df, pg_temp.six(ms) AS ms, n, n_ratings, method, note FROM hd_sf_state, g_study(r);
-- reliabilities are the intraclass correlations, with their intervals
SELECT d.n_raters, d.n_criteria, pg_temp.six(e_rho2) AS e_rho2, pg_temp.six(phi) AS phi, pg_temp.six(sem_relative) AS sem_relative,
	pg_temp.six(sem_absolute) AS sem_absolute, d.method, d.note,
	abs(e_rho2 - c.value) < 1e-12 AND abs(e_rho2_low - c.ci_low) < 1e-12 AND abs(e_rho2_high - c.ci_high) < 1e-12 AS is_icc_c,
	abs(phi - a.value) < 1e-12 AND abs(phi_low - a.ci_low) < 1e-12 AND abs(phi_high - a.ci_high) < 1e-12 AS is_icc_a
	FROM hd_sf_state, d_study(r, n_raters => '{1,4}') d,
		icc_agreement(r) c, icc_agreement(r) a
	WHERE c.form = CASE d.n_raters WHEN 1 THEN 'ICC(3,1)' ELSE 'ICC(3,k)' END AND a.form = CASE d.n_raters WHEN 1 THEN 'ICC(2,1)' ELSE 'ICC(2,k)' END;
-- Spearman and Brown: k values from one
SELECT bool_and(abs(d.phi - d.n_raters * o.phi/(1 + (d.n_raters - 1) * o.phi)) < 1e-12), array_agg(d.n_raters)
	FROM hd_sf_state, d_study(r) d, d_study(r, n_raters => '{1}') o;
-- the confidence matters, the order of rows does not
SELECT c, pg_temp.six(ci_low) AS low, pg_temp.six(ci_high) AS high FROM hd_sf_state, unnest('{.5,.9,.99}'::float8[]) c, g_study(r, confidence => c) WHERE component = 'p';
SELECT count(DISTINCT x) FROM (SELECT (SELECT string_agg(s::text, ' ') FROM g_study((SELECT ratings_agg(i, g, v ORDER BY md5(k || i::text || g)) FROM hd_sf)) s) AS x FROM generate_series(1, 5) k) y;
-- adding a number to all values changes nothing
SELECT bool_and(abs(a.variance - b.variance) < 1e-9) FROM hd_sf_state, g_study(r) a, g_study((SELECT ratings_agg(i, g, v + 1000000) FROM hd_sf)) b WHERE a.component = b.component;

-- ---- p x r, cells missing ----

-- Henderson's method 3 against the same by projections in SQL: residual of the additive model = within items less what raters explain.
-- Two items, three raters, by hand: y = 1 2 . / 2 5 6: between the raters 1 and 2 on both items: differences 1 and 3.
-- additive model: rater 2 - rater 1 = 2, residuals -+.25 -> sse = ((1 - 2)^2 + (3 - 2)^2)/2 = 1 on 1 df: var_e = 1
-- R(p | r): raters 1 and 2 have item differences 1 and 3: mean 2: ss = 2 * 2^2/2 = 4 on 1 df, E = (5 - 3) var_p + var_e: var_p = 1.5
-- R(r | p) = within items - sse = .5 + 26/3 - 1 = 8.166667 on 2 df, E = (5 - 2) var_r + 2 var_e: var_r = 2.055556
SELECT component, pg_temp.six(variance) AS variance, df, pg_temp.six(ms) AS ms, n, method, note
	FROM g_study((SELECT ratings_agg(i, g, v) FROM (VALUES (1, 1, 1), (1, 2, 2), (2, 1, 2), (2, 2, 5), (2, 3, 6)) t (i, g, v)));
-- without error the components of an additive table come back: persons 1 .. 5 (variance 2.5), raters 0 10 20 (variance 100), whichever cells are missing
SELECT component, pg_temp.six(variance) AS variance FROM g_study((SELECT ratings_agg(i, g, i + 10 * g) FROM generate_series(1, 5) i, generate_series(1, 3) g));
SELECT component, variance > 0 AS positive FROM g_study((SELECT ratings_agg(i, g, i + 10 * g) FROM generate_series(1, 5) i, generate_series(1, 3) g WHERE (i, g) <> (1, 3) AND (i, g) <> (4, 2)));

-- two groups of raters that share nothing: estimable, each degree of freedom less by one
SELECT component, df, n FROM g_study((SELECT ratings_agg(i, g + 10 * (i % 2), (i * 7 + g * 5) % 11) FROM generate_series(1, 12) i, generate_series(1, 2) g));

-- ---- r:p ----

-- one way: MSB 11.241667, MSW 6.263889: var_p = (11.241667 - 6.263889)/4 = 1.244444
SELECT component, pg_temp.six(variance) AS variance, pg_temp.six(ci_low) AS ci_low, pg_temp.six(ci_high) AS ci_high, df, pg_temp.six(ms) AS ms, n, method FROM hd_sf_state, g_study(r, 'r:p');
SELECT d.n_raters, abs(e_rho2 - c.value) < 1e-12 AND e_rho2 = phi AND abs(phi_high - c.ci_high) < 1e-12 AS is_icc_1
	FROM hd_sf_state, d_study(r, 'r:p', '{1,4}') d, icc_agreement(r) c WHERE c.form = CASE d.n_raters WHEN 1 THEN 'ICC(1,1)' ELSE 'ICC(1,k)' END;
-- unequal numbers, by hand: items (1 3) (5 6 7) (9): SSW = 2 + 2 = 4 on 3 df; SSB = 2 * 4 + 3 * 36 + 81 - 6 * 5.166667^2 = 36.833333 on 2 df;
-- n0 = (6 - 14/6)/2 = 1.833333; var_p = (18.416667 - 1.333333)/1.833333 = 9.318182
SELECT component, pg_temp.six(variance) AS variance, df, pg_temp.six(ms) AS ms, method FROM g_study((SELECT ratings_agg(i, g, v)
	FROM (VALUES (1, 1, 1), (1, 2, 3), (2, 3, 5), (2, 4, 6), (2, 5, 7), (3, 6, 9)) t (i, g, v)), 'r:p');

-- ---- p x r x c ----

CREATE TABLE hd_three AS SELECT p, g, c, (p * 7 + g * 3 + c * 5 + p * g * c) % 11 + p + 2 * g AS v FROM generate_series(1, 5) p, generate_series(1, 3) g, generate_series(1, 4) c;
-- the textbook: mean squares from sums over margins
CREATE TEMP VIEW hd_margins AS SELECT
	sum(v)^2/60.0 AS t0, sum(v^2) AS t,
	(SELECT sum(s^2)/12.0 FROM (SELECT sum(v) AS s FROM hd_three GROUP BY p) x) AS tp,
	(SELECT sum(s^2)/20.0 FROM (SELECT sum(v) AS s FROM hd_three GROUP BY g) x) AS tr,
	(SELECT sum(s^2)/15.0 FROM (SELECT sum(v) AS s FROM hd_three GROUP BY c) x) AS tc,
	(SELECT sum(s^2)/4.0 FROM (SELECT sum(v) AS s FROM hd_three GROUP BY p, g) x) AS tpr,
	(SELECT sum(s^2)/3.0 FROM (SELECT sum(v) AS s FROM hd_three GROUP BY p, c) x) AS tpc,
	(SELECT sum(s^2)/5.0 FROM (SELECT sum(v) AS s FROM hd_three GROUP BY g, c) x) AS trc FROM hd_three;
CREATE TEMP VIEW hd_squares AS SELECT (tp - t0)/4 AS p, (tr - t0)/2 AS r, (tc - t0)/3 AS c, (tpr - tp - tr + t0)/8 AS pr, (tpc - tp - tc + t0)/12 AS pc,
	(trc - tr - tc + t0)/6 AS rc, (t - tpr - tpc - trc + tp + tr + tc - t0)/24 AS e FROM hd_margins;
SELECT s.component, pg_temp.six(variance) AS variance, df, pg_temp.six(ms) AS ms, n, note, abs(ms - m) < 1e-9 AS same_ms, abs(variance - greatest(v, 0)) < 1e-9 AS same_variance
	FROM g_study((SELECT ratings_agg(ARRAY[p, c], g, v) FROM hd_three), 'p x r x c') WITH ORDINALITY s
	JOIN hd_squares q ON true, LATERAL (VALUES (1, q.p, (q.p - q.pr - q.pc + q.e)/12), (2, q.r, (q.r - q.pr - q.rc + q.e)/20), (3, q.c, (q.c - q.pc - q.rc + q.e)/15),
		(4, q.pr, (q.pr - q.e)/4), (5, q.pc, (q.pc - q.e)/3), (6, q.rc, (q.rc - q.e)/5), (7, q.e, q.e)) w (k, m, v) WHERE s.ordinality = w.k;
SELECT n_raters, n_criteria, e_rho2 > phi AS ranks_better, e_rho2_low <= e_rho2 AND e_rho2 <= e_rho2_high AS e_inside, phi_low <= phi AND phi <= phi_high AS phi_inside
	FROM d_study((SELECT ratings_agg(ARRAY[p, c], g, v) FROM hd_three), 'p x r x c', '{1,3,30}');
SELECT n_raters, n_criteria, pg_temp.six(phi) AS phi FROM unnest('{1,4,40}'::bigint[]) k, d_study((SELECT ratings_agg(ARRAY[p, c], g, v) FROM hd_three), 'p x r x c', '{3}', k);
-- pairs as rows, as text, with quotes: the same
SELECT count(DISTINCT x) FROM (SELECT (SELECT string_agg(round(variance::numeric, 9)::text, ' ') FROM g_study(s, 'p x r x c')) AS x FROM (
	SELECT ratings_agg(ROW(p, c), g, v) AS s FROM hd_three UNION ALL SELECT ratings_agg(ARRAY[p, c], g, v) FROM hd_three
	UNION ALL SELECT ratings_agg(ARRAY['res, "' || p, '{' || c || '}\']::text, g::text, v) FROM hd_three
	UNION ALL SELECT ratings_agg(ROW('res, "' || p, '(' || c || ')\')::text, g::text, v) FROM hd_three) y) z;
-- cells missing: errors are simulated, with a fixed seed
SELECT s.component, pg_temp.six(variance) AS variance, variance BETWEEN ci_low AND ci_high AS inside, se > 0 AS has_se, df, ms, method, note
	FROM g_study((SELECT ratings_agg(ARRAY[p, c], g, v) FROM hd_three WHERE (p + 2 * g + c) % 7 > 0), 'p x r x c') s;
SELECT count(DISTINCT x) FROM (SELECT (SELECT string_agg(s::text, ' ') FROM g_study((SELECT ratings_agg(ARRAY[p, c], g, v ORDER BY md5(k::text || p || g || c)) FROM hd_three WHERE (p + 2 * g + c) % 7 > 0), 'p x r x c') s) AS x
	FROM generate_series(1, 5) k) y;
SELECT n_raters, e_rho2 BETWEEN e_rho2_low AND e_rho2_high AS e_inside, phi BETWEEN phi_low AND phi_high AS phi_inside, method
	FROM d_study((SELECT ratings_agg(ARRAY[p, c], g, v) FROM hd_three WHERE (p + 2 * g + c) % 7 > 0), 'p x r x c', '{1,3}');
-- clusters are named in a note where they are not used
SELECT DISTINCT note FROM g_study((SELECT ratings_agg(i, g, v::float8, NULL::bigint, 'c' || i % 3) FROM hd_sf)) WHERE note IS NOT NULL;

-- ---- ordered categories ----

SELECT component, pg_temp.six(variance) AS variance FROM g_study((SELECT ratings_agg(i, g, (ARRAY['poor', 'fair', 'good'])[1 + (i + g * i) % 3]) FROM generate_series(1, 6) i, generate_series(1, 3) g), categories => '{poor,fair,good}');
SELECT component, pg_temp.six(variance) AS variance FROM g_study((SELECT ratings_agg(i, g, 1 + (i + g * i) % 3) FROM generate_series(1, 6) i, generate_series(1, 3) g));

-- ---- nothing to estimate ----

SELECT name, design, component, variance, se, ci_low, percent, df, ms, n, note FROM (VALUES
	('one item', 'p x r', (SELECT ratings_agg(1, g, g) FROM generate_series(1, 4) g)),
	('one rater', 'p x r', (SELECT ratings_agg(i, 1, i) FROM generate_series(1, 4) i)),
	('no overlap', 'p x r', (SELECT ratings_agg(i, i % 2, i) FROM generate_series(1, 4) i)),
	('each rater one item', 'p x r', (SELECT ratings_agg(i, i * 10 + g, i) FROM generate_series(1, 4) i, generate_series(1, 2) g)),
	('no residual', 'p x r', (SELECT ratings_agg(i, g, i) FROM (VALUES (1, 1), (1, 2), (2, 2)) v (i, g))),
	('all equal', 'p x r', (SELECT ratings_agg(i, g, 3) FROM generate_series(1, 4) i, generate_series(1, 3) g)),
	('all equal', 'r:p', (SELECT ratings_agg(i, g, 3) FROM generate_series(1, 4) i, generate_series(1, 3) g)),
	('one item', 'r:p', (SELECT ratings_agg(1, g, g) FROM generate_series(1, 4) g)),
	('no overlap', 'r:p', (SELECT ratings_agg(i, i % 2, i) FROM generate_series(1, 4) i)),
	('one criterion', 'p x r x c', (SELECT ratings_agg(ARRAY[i, 1], g, i + g) FROM generate_series(1, 4) i, generate_series(1, 3) g)),
	('one rater', 'p x r x c', (SELECT ratings_agg(ARRAY[i, g], 1, i + g) FROM generate_series(1, 4) i, generate_series(1, 3) g)),
	('one response', 'p x r x c', (SELECT ratings_agg(ARRAY[1, i], g, i + g) FROM generate_series(1, 4) i, generate_series(1, 3) g)),
	('nested', 'p x r x c', (SELECT ratings_agg(ARRAY[i, c], i * 10 + g, i * c + g) FROM generate_series(1, 4) i, generate_series(1, 3) g, generate_series(1, 3) c)),
	('all equal', 'p x r x c', (SELECT ratings_agg(ARRAY[i, c], g, 3) FROM generate_series(1, 4) i, generate_series(1, 3) g, generate_series(1, 3) c))) t (name, design, r), g_study(r, design) WHERE component IN ('p', 'pr,e', 'r:p,e', 'prc,e');
SELECT name, e_rho2, phi, phi_low, sem_absolute, note FROM (VALUES
	('no overlap', (SELECT ratings_agg(i, i % 2, i) FROM generate_series(1, 4) i)),
	('all equal', (SELECT ratings_agg(i, g, 3) FROM generate_series(1, 4) i, generate_series(1, 3) g)),
	('no error', (SELECT ratings_agg(i, g, i) FROM generate_series(1, 4) i, generate_series(1, 3) g)),
	('no signal', (SELECT ratings_agg(i, g, (i + g) % 4) FROM generate_series(1, 4) i, generate_series(1, 4) g))) t (name, r), d_study(r, n_raters => '{2}');
-- all that is there agrees
SELECT component, variance, se, ci_low, ci_high, percent, note FROM g_study((SELECT ratings_agg(i, g, i) FROM generate_series(1, 4) i, generate_series(1, 3) g));
SELECT count(*) FROM g_study(NULL::ratings);
SELECT count(*) FROM d_study(NULL::ratings);
SELECT count(*) FROM d_study((SELECT r FROM hd_sf_state), n_raters => '{}');
SELECT count(*), count(variance), min(note) FROM g_study((SELECT without_raters(r, '{1,2,3,4}') FROM hd_sf_state));

-- ---- score matrices ----

CREATE TABLE hd_matrix AS SELECT score_matrix_agg(i, g, v) AS m, ratings_agg(i, g, v) AS r, score_matrix_agg(i, g, v) FILTER (WHERE (i, g) NOT IN ((1, 2), (4, 4))) AS holes FROM hd_sf;
SELECT m.component, pg_temp.six(m.variance) AS variance, m.variance = r.variance AND m.ci_high = r.ci_high AS same, m.n, m.n_values, m.method, m.note
	FROM hd_matrix h, g_study(h.m) WITH ORDINALITY m, g_study(h.r) WITH ORDINALITY r WHERE m.ordinality = r.ordinality;
-- the reliability of as many items as there are is Cronbach's alpha
SELECT d.n_items, pg_temp.six(e_rho2) AS e_rho2, abs(e_rho2 - cronbach_alpha(m)) < 1e-12 AS is_alpha, pg_temp.six(phi) AS phi FROM hd_matrix, d_study(m, n_items => '{4}') d;
SELECT component, pg_temp.six(variance) AS variance, df, method FROM hd_matrix, g_study(holes);
SELECT component, pg_temp.six(variance) AS variance, df FROM hd_matrix, g_study(m, 'i:p');
SELECT count(*), min(n_items), max(n_items) FROM hd_matrix, d_study(holes);
SELECT DISTINCT note FROM g_study((SELECT score_matrix_agg(1, g, g::float8) FROM generate_series(1, 3) g)) UNION ALL SELECT DISTINCT note FROM g_study((SELECT score_matrix_agg(i, 1, i::float8) FROM generate_series(1, 3) i))
	UNION ALL SELECT DISTINCT note FROM g_study((SELECT score_matrix_agg(i, i, i::float8) FROM generate_series(1, 3) i)) UNION ALL SELECT DISTINCT note FROM g_study((SELECT score_matrix_agg(i, i * 10 + g, i::float8) FROM generate_series(1, 3) i, generate_series(1, 2) g));
SELECT (SELECT count(*) FROM g_study(NULL::score_matrix)), (SELECT count(*) FROM d_study(NULL::score_matrix));
SELECT pg_temp.failure('SELECT g_study(m, ''p x r'') FROM hd_matrix');
SELECT pg_temp.failure('SELECT g_study(m, confidence => 0) FROM hd_matrix');
SELECT pg_temp.failure('SELECT d_study(m, n_items => ''{-1}'') FROM hd_matrix');
SELECT pg_temp.failure('SELECT d_study(m, n_items => NULL) FROM hd_matrix');

-- ---- errors ----

SELECT pg_temp.failure('SELECT g_study(r, ''p x q'') FROM hd_sf_state');
SELECT pg_temp.failure('SELECT g_study(r, NULL) FROM hd_sf_state');
SELECT pg_temp.failure('SELECT g_study(r, confidence => 1) FROM hd_sf_state');
SELECT pg_temp.failure('SELECT g_study(r, confidence => NULL) FROM hd_sf_state');
SELECT pg_temp.failure('SELECT g_study(r, ''p x r x c'') FROM hd_sf_state');
SELECT pg_temp.failure(format('SELECT g_study(ratings_agg(%L, ''a''::text, 1::float8), ''p x r x c'')', x)) FROM unnest(ARRAY['{a}', '{a,b,c}', '{a,NULL}', '(a,)', '{a,b', '{{a,b},{c,d}}', '{a,"b}', '']) x;
SELECT pg_temp.failure('SELECT d_study(r, n_raters => ''{0}'') FROM hd_sf_state');
SELECT pg_temp.failure('SELECT d_study(r, n_raters => ''{1,NULL}'') FROM hd_sf_state');
SELECT pg_temp.failure('SELECT d_study(r, n_raters => NULL) FROM hd_sf_state');
SELECT pg_temp.failure('SELECT d_study(r, n_criteria => 3) FROM hd_sf_state');
SELECT pg_temp.failure('SELECT d_study(ratings_agg(ARRAY[1,2], 1, 1), ''p x r x c'', n_criteria => 0)');
SELECT pg_temp.failure('SELECT g_study(ratings_agg(i, g, ''yes''::text)) FROM generate_series(1, 3) i, generate_series(1, 2) g');
SELECT pg_temp.failure('SELECT g_study(ratings_agg(i, g, ARRAY[''a'', ''b''])) FROM generate_series(1, 3) i, generate_series(1, 2) g');
SELECT pg_temp.failure('SELECT g_study(ratings_agg(1, 1, i)) FROM generate_series(1, 3) i');
SELECT pg_temp.failure('SELECT g_study(ratings_agg(i, g, v::text), categories => ''{1,2}'') FROM hd_sf');

DROP TABLE hd_matrix, hd_sf, hd_sf_state, hd_three CASCADE;

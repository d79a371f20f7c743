-- rasch(), rasch_persons(), irt() and their likelihoods.
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
CREATE FUNCTION pg_temp.five(x float8) RETURNS text LANGUAGE sql AS $$ SELECT CASE WHEN abs(x) = 'Infinity' THEN x::text ELSE round(x::numeric, 5)::text END $$;

-- LSAT, section 6 (Bock and Lieberman 1970)
CREATE TABLE hd_lsat AS SELECT score_matrix_agg(u, i, substr(p, i, 1)::float8) AS m
	FROM (SELECT row_number() OVER () AS u, p FROM (VALUES ('00000',3),('00001',6),('00010',2),('00011',11),('00100',1),('00101',1),('00110',3),('00111',4),('01000',1),('01001',8),('01011',16),
		('01101',3),('01110',2),('01111',15),('10000',10),('10001',29),('10010',14),('10011',81),('10100',3),('10101',28),('10110',15),('10111',80),('11000',16),('11001',56),('11010',21),('11011',173),
		('11100',11),('11101',61),('11110',28),('11111',298)) v (p, n), generate_series(1, n)) x, generate_series(1, 5) i;

-- eRm and psychotools: -1.25613 .47491 1.23598 .16841 -.62317, log-likelihood -1091.56969
SELECT item, n, pg_temp.five(difficulty) AS difficulty, pg_temp.five(se) AS se, pg_temp.five(ci_low) AS ci_low, pg_temp.five(ci_high) AS ci_high, pg_temp.five(infit) AS infit, pg_temp.five(outfit) AS outfit, status FROM hd_lsat, rasch(m);
SELECT pg_temp.five(rasch_loglik(m)) FROM hd_lsat;
-- eRm: -1.60153 -.47433 .48086 1.59995
SELECT DISTINCT n, score, pg_temp.five(theta) AS theta, pg_temp.five(se) AS se, pg_temp.five(ci_low) AS ci_low, status FROM hd_lsat, rasch_persons(m, 'ml') ORDER BY 2;
SELECT DISTINCT n, score, pg_temp.five(theta) AS theta, pg_temp.five(se) AS se, status FROM hd_lsat, rasch_persons(m) ORDER BY 2;
-- ltm (Rizopoulos 2006): 1PL .755; -3.615 -1.322 -.318 -1.730 -2.780, -2466.94; 2PL .826 .723 .890 .688 .657; -3.359 -1.370 -.280 -1.866 -3.124, -2466.65
SELECT item, n, round(difficulty::numeric, 3) AS difficulty, round(se::numeric, 3) AS se, round(discrimination::numeric, 3) AS discrimination, round(discrimination_se::numeric, 3) AS discrimination_se,
	round(discrimination_low::numeric, 3) AS low, round(discrimination_high::numeric, 3) AS high, status FROM hd_lsat, irt(m);
SELECT item, n, round(difficulty::numeric, 2) AS difficulty, round(se::numeric, 2) AS se, round(ci_low::numeric, 2) AS ci_low, round(ci_high::numeric, 2) AS ci_high, round(discrimination::numeric, 2) AS discrimination, round(discrimination_se::numeric, 2) AS discrimination_se, status FROM hd_lsat, irt(m, '2pl');
SELECT round(irt_loglik(m)::numeric, 3), round(irt_loglik(m, '2pl')::numeric, 3) FROM hd_lsat;
SELECT DISTINCT n, score, pg_temp.five(theta) AS theta, pg_temp.five(se) AS se, status FROM hd_lsat, irt_persons(m) ORDER BY 2;
SELECT count(DISTINCT theta), min(score), max(score) FROM hd_lsat, irt_persons(m, '2pl');

-- ---- answers missing ----

-- worked out apart in Python, by listing all combinations for the symmetric functions, and by 161 nodes for the marginal likelihood:
-- -.35681 -.78980 .08188 .83280 .23193, se .25113 .30225 .25010 .30513 .25195, log-likelihood -85.08382
-- infit 1.04491 .87272 .97954 .98992 1.09134, outfit 1.08179 .76868 .95465 .96462 1.11146
CREATE TABLE hd_holes AS SELECT score_matrix_agg(u, i, ((u * 37 + i * i * 53 + u * u * 3 + i * u * 5) % 97 < 20 + (u % 10) * 6 - i * 4 + 15)::int::float8) FILTER (WHERE (u * 7 + i * 11 + u * i) % 4 <> 0) AS m
	FROM generate_series(1, 60) u, generate_series(1, 5) i;
SELECT item, n, pg_temp.five(difficulty) AS difficulty, pg_temp.five(se) AS se, pg_temp.five(infit) AS infit, pg_temp.five(outfit) AS outfit FROM hd_holes, rasch(m);
SELECT pg_temp.five(rasch_loglik(m)) FROM hd_holes;
-- Warm: unit 1 with 1 of 5: -1.19643 (se 1.06624), unit 2 with 3 of 4: 1.09371 (1.11528)
SELECT unit, n, score, pg_temp.five(theta) AS theta, pg_temp.five(se) AS se FROM hd_holes, rasch_persons(m) WHERE unit::int <= 2;
-- 1PL: a .70301 (se .24240); b -.31716 -.82029 .31734 1.17645 .53179; -179.84522
SELECT item, pg_temp.five(discrimination) AS a, pg_temp.five(discrimination_se) AS se, pg_temp.five(difficulty) AS b FROM hd_holes, irt(m);
SELECT pg_temp.five(irt_loglik(m)), irt_loglik(m, '2pl') > irt_loglik(m) AS two_fit_better FROM hd_holes;
-- n is what was answered
SELECT n, count(*) FROM hd_holes, rasch_persons(m) GROUP BY 1 ORDER BY 1;

-- ---- items without a finite difficulty ----

-- all solved, none solved; and then item 3, which only unit 9 failed, who solved nothing else that is left
CREATE TABLE hd_extreme AS SELECT score_matrix_agg(u, i, v) AS m FROM (SELECT u, i, CASE i WHEN 1 THEN 1 WHEN 2 THEN 0 WHEN 3 THEN (u <> 9)::int ELSE (u <> 9 AND (u * 37 + i * i * 53 + u * u * 3 + i * u * 5) % 97 < 45)::int END::float8 AS v FROM generate_series(1, 30) u, generate_series(1, 7) i) x;
SELECT item, n, pg_temp.five(difficulty) AS difficulty, pg_temp.five(se) AS se, infit IS NULL AS no_fit, status FROM hd_extreme, rasch(m);
SELECT unit, n, score, pg_temp.five(theta) AS theta, status FROM hd_extreme, rasch_persons(m, 'ml') WHERE unit::int IN (1, 9);
SELECT item, difficulty, status FROM hd_extreme, irt(m) WHERE item IN ('1', '2');
-- Guttman's perfect scale tells the order alone
SELECT item, difficulty, status FROM rasch((SELECT score_matrix_agg(u, i, (u > i)::int::float8) FROM generate_series(1, 5) u, generate_series(1, 4) i));
SELECT rasch_loglik((SELECT score_matrix_agg(u, i, (u > i)::int::float8) FROM generate_series(1, 5) u, generate_series(1, 4) i));
SELECT unit, n, score, theta, status FROM rasch_persons((SELECT score_matrix_agg(u, i, (u > i)::int::float8) FROM generate_series(1, 3) u, generate_series(1, 2) i));
-- one item, one unit, no unit that answered two items
SELECT item, n, difficulty, status FROM rasch((SELECT score_matrix_agg(u, 1, (u % 2)::float8) FROM generate_series(1, 4) u));
SELECT item, n, difficulty, status FROM rasch((SELECT score_matrix_agg(1, i, (i % 2)::float8) FROM generate_series(1, 3) i));
SELECT item, n, difficulty, status FROM rasch((SELECT score_matrix_agg(u * 10 + i, i, (u % 2)::float8) FROM generate_series(1, 4) u, generate_series(1, 2) i));
SELECT item, n, difficulty, discrimination, status FROM irt((SELECT score_matrix_agg(u, 1, (u % 2)::float8) FROM generate_series(1, 4) u));
SELECT item, n, difficulty, discrimination, status FROM irt((SELECT score_matrix_agg(u, i, ((u + i * u) % 3 > 0)::int::float8) FROM generate_series(1, 9) u, generate_series(1, 2) i), '2pl');
SELECT unit, n, theta, status FROM irt_persons((SELECT score_matrix_agg(u, 1, (u % 2)::float8) FROM generate_series(1, 2) u));
SELECT irt_loglik((SELECT score_matrix_agg(u, 1, (u % 2)::float8) FROM generate_series(1, 4) u)) IS NULL AS too_few;
-- answers that do not go together
SELECT item, difficulty, discrimination, discrimination_se, status FROM irt((SELECT score_matrix_agg(u, i, ((u >> i) % 2)::float8) FROM generate_series(1, 64) u, generate_series(1, 3) i));
SELECT item, difficulty, discrimination, status FROM irt((SELECT score_matrix_agg(u, i, ((u + i) % 2)::float8) FROM generate_series(1, 40) u, generate_series(1, 3) i));
SELECT (SELECT count(*) FROM rasch(NULL)), (SELECT count(*) FROM rasch_persons(NULL)), rasch_loglik(NULL) IS NULL, (SELECT count(*) FROM irt(NULL)), (SELECT count(*) FROM irt_persons(NULL)), irt_loglik(NULL) IS NULL;
SELECT (SELECT count(*) FROM rasch(x.m)), (SELECT count(*) FROM irt(x.m)) FROM (SELECT without_items(m, '{1,2,3,4,5}') AS m FROM hd_lsat) x;

-- ---- long tests ----

-- 300 items from very easy to very hard, all scores: nothing underflows
CREATE TABLE hd_long AS SELECT score_matrix_agg(u, i, (sin(u * 12.9898 + i * 78.233) * 43758.5453 - floor(sin(u * 12.9898 + i * 78.233) * 43758.5453) < 1/(1 + exp(i/30.0 - 5 - u/30.0 + 2)))::int::float8) AS m FROM generate_series(1, 120) u, generate_series(1, 300) i;
SELECT count(*) FILTER (WHERE status = 'ok') > 200 AS many, abs(sum(difficulty) FILTER (WHERE status = 'ok')) < 1e-9 AS centred, regr_r2(difficulty, item::float8) FILTER (WHERE status = 'ok') > .85 AS in_order, avg(infit) BETWEEN .95 AND 1.05 AS fits FROM hd_long, rasch(m);
SELECT corr(r.theta, i.theta) > .999 AS same_order, count(*) FROM hd_long, rasch_persons(m) r, irt_persons(m) i WHERE r.unit = i.unit;

-- any order of rows
SELECT count(DISTINCT x) FROM (SELECT (SELECT string_agg(s::text, ' ') FROM rasch(m) s) || (SELECT string_agg(s::text, ' ') FROM irt(m, '2pl') s) || rasch_loglik(m) AS x
	FROM (SELECT score_matrix_agg(unit, item, value ORDER BY md5(k || unit || item)) AS m FROM hd_holes, observations(m), generate_series(1, 4) k GROUP BY k) y) z;

-- ---- errors ----

SELECT pg_temp.failure('SELECT rasch(m, ''jml'') FROM hd_lsat');
SELECT pg_temp.failure('SELECT rasch(m, NULL) FROM hd_lsat');
SELECT pg_temp.failure('SELECT rasch(m, confidence => 95) FROM hd_lsat');
SELECT pg_temp.failure('SELECT rasch_loglik(m, ''x'') FROM hd_lsat');
SELECT pg_temp.failure('SELECT rasch_persons(m, ''eap'') FROM hd_lsat');
SELECT pg_temp.failure('SELECT irt(m, ''3pl'') FROM hd_lsat');
SELECT pg_temp.failure('SELECT irt(m, confidence => NULL) FROM hd_lsat');
SELECT pg_temp.failure('SELECT irt_loglik(m, NULL) FROM hd_lsat');
SELECT pg_temp.failure('SELECT irt_persons(m, ''1PL'') FROM hd_lsat');
SELECT pg_temp.failure(format('SELECT %s(score_matrix_agg(u, i, u * i / 10.0)) FROM generate_series(1, 3) u, generate_series(1, 3) i', f)) FROM unnest('{rasch,rasch_persons,irt}'::text[]) f;
-- two sets of items, each answered by its own units: no common scale
SELECT pg_temp.failure('SELECT rasch(score_matrix_agg(u, i + 2 * (u % 2), ((u / 2 + i) % 2)::float8)) FROM generate_series(1, 12) u, generate_series(1, 2) i');
-- everybody who solved an item of the second pair solved both of the first
SELECT pg_temp.failure('SELECT rasch(score_matrix_agg(u, i, CASE WHEN i <= 2 THEN (u > 4 OR u % 2 = i - 1)::int ELSE (u > 4 AND u % 2 = i - 3)::int END::float8)) FROM generate_series(1, 8) u, generate_series(1, 4) i');
-- Guttman's scale has no finite slope
SELECT pg_temp.failure('SELECT irt(score_matrix_agg(u, i, (u > i)::int::float8)) FROM generate_series(1, 10) u, generate_series(1, 6) i');
SELECT pg_temp.failure('SELECT rasch(score_matrix_agg(u, i, ((u + i) % 2)::float8)) FROM generate_series(1, 4) u, generate_series(1, 1001) i');
SELECT pg_temp.failure('SELECT irt(score_matrix_agg(u, i, ((u + i) % 2)::float8)) FROM generate_series(1, 4) u, generate_series(1, 1001) i');
SELECT pg_temp.failure('SELECT rasch(score_matrix_agg(1, 1, i::float8)) FROM generate_series(0, 1) i') ~ '^21000' AS conflict;

DROP TABLE hd_lsat, hd_holes, hd_extreme, hd_long;

-- Coefficients of agreement one by one: values worked out by hand, weights, levels, categories, errors.
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

-- ---- two raters, 50 items: both yes 20, ann yes and bob no 5, ann no and bob yes 10, both no 15 ----

CREATE TABLE hd_fifty AS SELECT i AS item, CASE WHEN i <= 25 THEN 'yes' ELSE 'no' END AS ann, CASE WHEN i <= 20 OR i BETWEEN 26 AND 35 THEN 'yes' ELSE 'no' END AS bob
	FROM generate_series(1, 50) i;
CREATE TABLE hd_two AS SELECT ratings_agg(item, rater, label) AS r FROM hd_fifty, LATERAL (VALUES ('ann', ann), ('bob', bob)) v (rater, label);
-- agreement .7.  Chance: Cohen .5 * .6 + .5 * .4 = .5, so .4; Scott and Fleiss .55^2 + .45^2 = .505, so .195/.495 = .393939;
-- Gwet 2 * .55 * .45 = .495, so .205/.505 = .405941; Brennan and Prediger .5, so .4;
-- Krippendorff: 1 - .3/(2 * 55 * 45/(100 * 99)) = .4; Conger is Cohen for two raters
SELECT pg_temp.six(percent_agreement(r)) AS percent, pg_temp.six(cohen_kappa(r)) AS cohen, pg_temp.six(scott_pi(r)) AS scott, pg_temp.six(fleiss_kappa(r)) AS fleiss,
	pg_temp.six(conger_kappa(r)) AS conger, pg_temp.six(gwet_ac(r)) AS gwet, pg_temp.six(brennan_prediger(r)) AS brennan, pg_temp.six(krippendorff_alpha(r)) AS alpha FROM hd_two;

-- ---- weights: two raters, (1,1) (2,3) (3,3) (1,2) ----
--
-- Pairs one apart: 2 of 4 items; expected by Cohen: .3125 equal, .375 one apart, .3125 two apart.
--   identity  .5 and .3125: 3/11;   linear  .75 and .5: .5;   quadratic  .875 and .59375: 9/13
--   ordinal, bipolar (2/3 one apart)  .833333 and .5625: .619048;   radical (1 - sqrt .5)  .646447 and .422335: .387961
--   ratio (1-2: 5/9, 2-3: .84)  .848889 and .3125 + .1875 * (5/9 + .84) = .574167: .645140;   circular, three equally far apart: as identity
CREATE TABLE hd_four AS SELECT ratings_agg(item, rater, score) AS n, ratings_agg(item, rater, chr(96 + score)) AS t FROM (VALUES (1, 1, 1), (1, 2, 1), (2, 1, 2), (2, 2, 3),
	(3, 1, 3), (3, 2, 3), (4, 1, 1), (4, 2, 2)) v (item, rater, score);
SELECT w, pg_temp.six(percent_agreement(n, w)) AS agreement, pg_temp.six(cohen_kappa(n, w)) AS cohen, pg_temp.six(conger_kappa(n, w)) AS conger,
	pg_temp.six(cohen_kappa(t, w, '{a,b,c}')) = pg_temp.six(cohen_kappa(n, w)) AS same_of_text
	FROM hd_four, unnest('{identity,linear,quadratic,ordinal,radical,ratio,circular,bipolar}'::text[]) WITH ORDINALITY u (w, o) ORDER BY o;
-- alpha of the same: 8 values, 1 three times, 2 twice, 3 three times; D_e = sum over pairs / 56
--   nominal  .5 and 42/56: 1/3;   interval  .5 and 96/56: 17/24;   ordinal, ranks (3+2)/2 apart  3.125 and 600/56: 17/24
--   ratio  2(1/25 + 1/9)/8 and 2(6/9 + 6/25 + 9/4)/56: .664907
SELECT l, pg_temp.six(krippendorff_alpha(n, l)) AS alpha
	FROM hd_four, unnest('{nominal,interval,ordinal,ratio,circular,bipolar,linear,radical,gwet_ordinal}'::text[]) WITH ORDINALITY u (l, o) ORDER BY o;

-- ---- three raters, missing ratings ----

-- items: a a a | a a b | b b - | a - - ; Krippendorff leaves out the single one
-- alpha: D_o = 2 * 2/2/8 = .25, n_a = 5, n_b = 3: D_e = 2 * 15/56; 1 - .25/(30/56) = .533333
CREATE TABLE hd_three AS SELECT ratings_agg(i, g, l) AS r FROM (VALUES (1, 1, 'a'), (1, 2, 'a'), (1, 3, 'a'), (2, 1, 'a'), (2, 2, 'a'), (2, 3, 'b'), (3, 1, 'b'), (3, 2, 'b'), (4, 1, 'a')) v (i, g, l);
SELECT pg_temp.six(krippendorff_alpha(r)) AS alpha, pg_temp.six(percent_agreement(r)) AS percent FROM hd_three;
-- agreement: (1 + 1/3 + 1)/3 = 7/9; Fleiss with pi_a = (1 + 2/3 + 0 + 1)/4 = 2/3: chance 5/9, so .5; Gwet: 4/9, so .6; BP: 5/9
SELECT pg_temp.six(fleiss_kappa(r)) AS fleiss, pg_temp.six(scott_pi(r)) AS scott, pg_temp.six(gwet_ac(r)) AS gwet, pg_temp.six(brennan_prediger(r)) AS brennan FROM hd_three;
-- the order of rows, the names of raters, items and labels are of no consequence
SELECT bool_and(abs(f - fleiss_kappa(r)) < 1e-12 AND abs(c - conger_kappa(r)) < 1e-12 AND abs(a - krippendorff_alpha(r)) < 1e-12) AS invariant FROM hd_three,
	(SELECT fleiss_kappa(q) AS f, conger_kappa(q) AS c, krippendorff_alpha(q) AS a FROM hd_three, LATERAL
		(SELECT ratings_agg(md5(item), md5(rater), md5(value) ORDER BY md5(item || rater)) AS q FROM observations(r)) x) y;

-- Cohen is for two
SELECT pg_temp.failure('SELECT cohen_kappa(r) FROM hd_three');
SELECT pg_temp.six(cohen_kappa(without_raters(r, '{3}'))) AS cohen FROM hd_three;

-- ---- label sets: {a,b} against {a}, {c} against {c} ----

-- agreement: Jaccard (1/2 + 1)/2 = .75; MASI (1/2 * 2/3 + 1)/2 = 2/3
-- alpha by Jaccard: D_o = 2 * .5/4 = .25; of the 12 pairs {ab}-{a} .5 twice, {c} with others 1 eight times: D_e = 9/12; 1 - 1/3;
-- by MASI: D_o = 2 * (2/3)/4 = 1/3, D_e = (4/3 + 8)/12 = 7/9; 1 - 3/7
CREATE TABLE hd_sets AS SELECT ratings_agg(i, g, s::text[]) AS r FROM (VALUES (1, 1, '{a,b}'), (1, 2, '{a}'), (2, 1, '{c}'), (2, 2, '{c}')) v (i, g, s);
SELECT pg_temp.six(percent_agreement(r, 'jaccard')) AS jaccard, pg_temp.six(percent_agreement(r, 'masi')) AS masi, pg_temp.six(percent_agreement(r)) AS identity,
	pg_temp.six(krippendorff_alpha(r, 'jaccard')) AS alpha_jaccard, pg_temp.six(krippendorff_alpha(r, 'masi')) AS alpha_masi, pg_temp.six(krippendorff_alpha(r)) AS alpha FROM hd_sets;
-- two empty sets agree, an empty one and another do not
SELECT percent_agreement(ratings_agg(1, g, '{}'::text[]), 'jaccard'), percent_agreement(ratings_agg(1, g, CASE g WHEN 1 THEN '{}' ELSE '{a}' END::text[]), 'jaccard') FROM generate_series(1, 2) g;

-- ---- the order of values ----

SELECT pg_temp.failure(format('SELECT %s FROM hd_two, hd_sets s (q)', f)) FROM unnest(ARRAY['cohen_kappa(r, ''linear'')', 'krippendorff_alpha(r, ''ordinal'')', 'gwet_ac(r, ''jaccard'')',
	'krippendorff_alpha(q, ''interval'')', 'fleiss_kappa(q, ''quadratic'')', 'krippendorff_alpha(r, ''masi'')', 'fleiss_kappa(q, ''identity'', ''{a}'')']) f;
SELECT pg_temp.six(krippendorff_alpha(r, 'ordinal', '{no,yes}')) AS declared FROM hd_two;
-- enums bring their order and their domain: chance of Brennan and Prediger is 1/4 here
CREATE TYPE hd_size AS ENUM ('small', 'medium', 'large', 'huge');
SELECT pg_temp.six(cohen_kappa(r, 'linear')) AS linear, pg_temp.six(brennan_prediger(r)) AS brennan, pg_temp.six(brennan_prediger(t)) AS of_text
	FROM (SELECT ratings_agg(o.item, o.rater, (enum_range(NULL::hd_size))[o.number::int]) AS r, ratings_agg(o.item, o.rater, o.value) AS t FROM hd_four, observations(n) o) x;

-- ---- the declared domain ----

-- (.7 - 1/4)/(3/4) = .6; Gwet: .495/3 expected, (.7 - .165)/.835 = .640719; the others do not look at unused categories
SELECT pg_temp.six(brennan_prediger(r, categories => '{yes,no,maybe,unclear}')) AS brennan, pg_temp.six(gwet_ac(r, categories => '{yes,no,maybe,unclear}')) AS gwet,
	pg_temp.six(fleiss_kappa(r, categories => '{yes,no,maybe,unclear}')) AS fleiss, pg_temp.six(krippendorff_alpha(r, categories => '{yes,no,maybe,unclear}')) AS alpha FROM hd_two;
-- numbers are sorted as numbers, however they are listed and written
SELECT pg_temp.six(cohen_kappa(n, 'quadratic', '{3,1,2.0}')) AS quadratic, pg_temp.six(cohen_kappa(n, 'quadratic', '{1,2,3,5}')) AS wider FROM hd_four;
SELECT pg_temp.failure(format('SELECT fleiss_kappa(r, categories => %L) FROM hd_two', c)) FROM unnest(ARRAY['{yes}', '{}', '{yes,no,yes}', '{yes,no,NULL}', '{Yes,no}']) c;
SELECT pg_temp.failure(format('SELECT fleiss_kappa(n, categories => %L) FROM hd_four', c)) FROM unnest(ARRAY['{1,2,three}', '{1,2,3,3.0}', '{1,2}', '{1,2,3,NaN}', '{1,2,3,1e999}', '{1,2,3,""}']) c;

-- ---- undefined is NULL ----

CREATE TABLE hd_undefined (why text, r ratings);
INSERT INTO hd_undefined VALUES
	('one category', (SELECT ratings_agg(i, g, 'a') FROM generate_series(1, 3) i, generate_series(1, 2) g)), ('one rater', (SELECT ratings_agg(i, 1, 'l' || i % 2) FROM generate_series(1, 4) i)),
	('no pairs', (SELECT ratings_agg(i, i, 'l' || i % 2) FROM generate_series(1, 4) i)), ('one rating', (SELECT ratings_agg(1, 1, 'a'))),
	('nothing', '\x01000000000000'), ('nobody is left', (SELECT only_raters(r, '{}') FROM hd_two)), ('NULL', NULL);
SELECT why, percent_agreement(r) AS percent, cohen_kappa(only_raters(r, '{1,2}')) AS cohen, scott_pi(r) AS scott, fleiss_kappa(r) AS fleiss, conger_kappa(r) AS conger, gwet_ac(r) AS gwet,
	brennan_prediger(r) AS brennan, krippendorff_alpha(r) AS alpha FROM hd_undefined;
-- with a declared domain one used category leaves Gwet and Brennan-Prediger defined
SELECT fleiss_kappa(r, categories => '{a,b}') AS fleiss, gwet_ac(r, categories => '{a,b}') AS gwet, brennan_prediger(r, categories => '{a,b}') AS brennan FROM hd_undefined WHERE why = 'one category';
-- nobody is left, but categories are: a distance of sets has nothing to measure
SELECT f, pg_temp.failure(format('SELECT %s', f)) ~ '^(22023 |no error$)' AS survives FROM unnest(ARRAY['krippendorff_alpha(only_raters(r, ''{}''), ''masi'', ''{a,b}'') FROM hd_undefined',
	'agreement(only_raters(r, ''{}''), ''jaccard'', categories => ''{a,b}'') FROM hd_undefined', 'gwet_ac(r, ''masi'', ''{a,b}'') FROM hd_undefined WHERE why = ''nothing''']) f;
-- perfect agreement is 1, perfect disagreement of two raters in two categories -1
SELECT cohen_kappa(ratings_agg(i, g, 'l' || i % 2)) AS one, cohen_kappa(ratings_agg(i, g, 'l' || (i + g) % 2)) AS minus_one FROM generate_series(1, 4) i, generate_series(1, 2) g;

-- ---- options ----

SELECT pg_temp.failure(format('SELECT %s FROM hd_two', f)) FROM unnest(ARRAY['cohen_kappa(r, ''cubic'')', 'krippendorff_alpha(r, ''Nominal'')', 'krippendorff_alpha(r, '''')',
	'fleiss_kappa(r, NULL)', 'krippendorff_alpha(r, NULL)', 'fleiss_kappa(NULL, NULL)', 'fleiss_kappa(NULL, ''cubic'')', 'gwet_ac(r, ''identity'', NULL)']) f;

DROP TABLE hd_fifty, hd_two, hd_four, hd_three, hd_sets, hd_undefined;
DROP TYPE hd_size;

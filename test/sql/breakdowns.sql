-- Agreement by pair of raters, rater, item, category, and the coincidence matrix: small examples worked out by hand.
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

-- 50 items: both yes 20, ann yes and bob no 5, ann no and bob yes 10, both no 15
CREATE TABLE hd_two AS SELECT ratings_agg(i, rater, label) AS r FROM generate_series(1, 50) i, LATERAL (VALUES ('ann', CASE WHEN i <= 25 THEN 'yes' ELSE 'no' END),
	('bob', CASE WHEN i <= 20 OR i BETWEEN 26 AND 35 THEN 'yes' ELSE 'no' END)) v (rater, label);
-- four items: ann and bob agree on all, cid differs on items 3 and 4; dan rates item 10 alone
CREATE TABLE hd_four AS SELECT ratings_agg(i, g, l) AS r FROM (SELECT i, g, CASE WHEN g = 'cid' AND i > 2 THEN 'z' ELSE 'l' || i % 2 END FROM generate_series(1, 4) i,
	unnest('{ann,bob,cid}'::text[]) g UNION ALL VALUES (10, 'dan', 'l0')) v (i, g, l);

-- ---- pairs of raters ----

-- .7 against .5 by chance; interval as Cohen's kappa in agreement()
SELECT rater_a, rater_b, n_items, pg_temp.six(percent_agreement) AS percent, pg_temp.six(expected) AS expected, pg_temp.six(excess) AS excess, pg_temp.six(kappa) AS kappa,
	pg_temp.six(se) AS se, pg_temp.six(ci_low) AS ci_low, pg_temp.six(ci_high) AS ci_high FROM hd_two, rater_pairs(r);
-- ann and bob: 1, chance 1/2, and (.025)^(1/4) = .397635 carried through 1/2: -.204729
-- with cid: agreement 1/2; chance: l0 1/2 * 1/4 + l1 1/2 * 1/4 = 1/4; kappa 1/3
SELECT rater_a, rater_b, n_items, percent_agreement, expected, excess, pg_temp.six(kappa) AS kappa, se IS NULL AS no_se, pg_temp.six(CASE rater_b WHEN 'bob' THEN ci_low END) AS ci_low FROM hd_four, rater_pairs(r);
-- level: numbers by their distance, (1,1) (2,3) (3,3) (1,2): 9/13; the interval widens with confidence
SELECT l, pg_temp.six(kappa) AS kappa FROM unnest('{nominal,interval}'::text[]) l, rater_pairs((SELECT ratings_agg(i, g, x) FROM
	(VALUES (1, 1, 1), (1, 2, 1), (2, 1, 2), (2, 2, 3), (3, 1, 3), (3, 2, 3), (4, 1, 1), (4, 2, 2)) v (i, g, x)), l);
SELECT a.ci_low > b.ci_low AS wider FROM hd_two, rater_pairs(r) a, rater_pairs((SELECT r FROM hd_two), confidence => 0.99) b;
-- raters without an item in common are no pair; raters come by number or by bytes
SELECT count(*) FROM rater_pairs((SELECT ratings_agg(i, i, 'a') FROM generate_series(1, 3) i));
SELECT string_agg(rater_a || '-' || rater_b, ' ') FROM rater_pairs((SELECT ratings_agg(i, g, 'a') FROM generate_series(1, 2) i, unnest('{10,9,-1}'::int[]) g));
SELECT string_agg(rater_a || '-' || rater_b, ' ') FROM rater_pairs((SELECT ratings_agg(i, g, 'a'::text) FROM generate_series(1, 2) i, unnest('{b,a,B}'::text[]) g));

-- ---- raters against the others ----

-- ann: items 1 and 2: 1, items 3 and 4: 1/2, mean 3/4; the others, bob and cid: 1 1 0 0, mean 1/2; cid: 1 1 0 0 against 1
SELECT rater, n, n_ratings, value, expected, excess, evidence FROM hd_four, rater_agreement(r);
-- intervals hold the value, ranks the rater's place, shrunk values lie between the value and the others'
SELECT rater, ci_low < value AND value < ci_high AS inside, excess_low < excess AND excess < excess_high AS excess_inside, shrunk BETWEEN 0.5 AND 0.75 AS shrunk,
	rank_low, rank_high FROM hd_four, rater_agreement(r);
-- a rater's own ratings are no part of what is expected: changing them moves the value alone
SELECT a.value <> b.value AS moves, a.expected = b.expected AS stays FROM rater_agreement((SELECT ratings_agg(i, g, 'l' || (i + g / 3) % 2) FROM generate_series(1, 6) i, generate_series(1, 4) g)) a
	JOIN rater_agreement((SELECT ratings_agg(i, g, CASE g WHEN 4 THEN 'other' ELSE 'l' || (i + g / 3) % 2 END) FROM generate_series(1, 6) i, generate_series(1, 4) g)) b USING (rater) WHERE rater = '4';
-- two raters: nothing to expect
SELECT rater, n, pg_temp.six(value) AS value, expected, excess, evidence FROM hd_two, rater_agreement(r);
-- evidence: ten items and more, narrow or wide
SELECT rater, n, evidence FROM rater_agreement((SELECT ratings_agg(i, g, 'l' || i % 3) FROM generate_series(1, 40) i, generate_series(1, 3) g)) LIMIT 1;
SELECT rater, n, evidence FROM rater_agreement((SELECT ratings_agg(i, g, 'l' || (i * g) % 3) FROM generate_series(1, 12) i, generate_series(1, 3) g)) LIMIT 1;
SELECT rater, n, evidence FROM rater_agreement((SELECT ratings_agg(1, g, 'a') FROM generate_series(1, 3) g)) LIMIT 1;

-- ---- items ----

-- a a b: agreement 1/3, entropy log2 3 - 2/3 = .918296; a b: tie, no majority, 1 bit; a alone: no agreement to see; a a a a
CREATE TABLE hd_items AS SELECT ratings_agg(i, g, l, NULL::bigint, c) AS r FROM (VALUES (9, 1, 'a', 'd'), (9, 2, 'a', 'd'), (9, 3, 'b', 'd'), (10, 1, 'a', NULL), (10, 2, 'b', NULL),
	(11, 1, 'a', 'e'), (-12, 1, 'a', 'd'), (-12, 2, 'a', 'd'), (-12, 3, 'a', 'd'), (-12, 4, 'a', 'd')) v (i, g, l, c);
SELECT item, n_ratings, pg_temp.six(agreement) AS agreement, n_labels, majority, pg_temp.six(majority_share) AS share, pg_temp.six(entropy) AS entropy, cluster FROM hd_items, item_agreement(r);
-- by distance: 1, 2, 4 at level interval: 1 - mean of 1, 4, 9 over 9 = 1 - 14/27
SELECT pg_temp.six(agreement) AS agreement FROM item_agreement((SELECT ratings_agg(1, x, x) FROM unnest('{1,2,4}'::int[]) x), 'interval');
-- the scale is that of the declared categories: 1 to 5
SELECT pg_temp.six(agreement) AS agreement FROM item_agreement((SELECT ratings_agg(1, x, x) FROM unnest('{1,2,4}'::int[]) x), 'interval', '{1,2,3,4,5}');
-- ids and labels of every kind come back as text
SELECT item, majority FROM item_agreement((SELECT ratings_agg(md5('')::uuid, g, '{b,a}'::text[]) FROM generate_series(1, 2) g));
SELECT item, majority FROM item_agreement((SELECT ratings_agg('2024-02-01'::date, g, 1.50) FROM generate_series(1, 2) g));

-- ---- categories ----

-- yes: 55 of 100 ratings, on 20 + 5 + 10 items; of a rating "yes" the other says so too in 40 of 55; no: 30 of 45; two categories: kappa is Fleiss' .393939
SELECT label, n_ratings, n_items, pg_temp.six(share) AS share, pg_temp.six(specific_agreement) AS specific, pg_temp.six(kappa) AS kappa, ci_low < specific_agreement AND specific_agreement < ci_high AS inside
	FROM hd_two, category_agreement(r);
-- always together and never together: bounds of Clopper and Pearson over 5 items, .025^(1/5) = .478176
SELECT label, specific_agreement, se, pg_temp.six(ci_low) AS ci_low, pg_temp.six(ci_high) AS ci_high FROM category_agreement((SELECT ratings_agg(i, g, CASE WHEN i <= 5 THEN 'together' ELSE 'apart ' || g END)
	FROM generate_series(1, 10) i, generate_series(1, 2) g));
-- declared, not used
SELECT label, n_ratings, n_items, share, specific_agreement, kappa FROM hd_two, category_agreement(r, categories => '{maybe,yes,no}') WHERE label = 'maybe';
SELECT string_agg(label, ' ') FROM hd_two, category_agreement(r, 0.9, '{maybe,yes,no}');
-- an enum brings those it has not used, in its order
CREATE TYPE hd_size AS ENUM ('small', 'medium', 'large');
SELECT label, n_ratings FROM category_agreement((SELECT ratings_agg(i, g, 'small'::hd_size) FROM generate_series(1, 2) i, generate_series(1, 2) g));
-- numbers in numeric order
SELECT string_agg(label, ' ') FROM category_agreement((SELECT ratings_agg(i, g, (i - 2) * 5.5) FROM generate_series(1, 4) i, generate_series(1, 2) g));

-- ---- coincidences ----

-- o: 40 15 15 30 of 100; expected 55 * 54/99 = 30, 55 * 45/99 = 25, 45 * 44/99 = 20; 1 - 30/50 is alpha
SELECT label_a, label_b, n, pg_temp.six(expected) AS expected, pg_temp.six(share) AS share FROM hd_two, coincidences(r);
SELECT pg_temp.six(1 - sum(n) / sum(expected)) AS alpha, pg_temp.six(min(krippendorff_alpha(r))) AS same FROM hd_two, coincidences(r) WHERE label_a <> label_b;
-- a a b: each pair counts 1/2: a-a 1, a-b 1, b-a 1, b-b 0; expected 2 * 1/2, 2 * 1/2, 0
SELECT label_a, label_b, n, expected, pg_temp.six(share) AS share FROM coincidences((SELECT ratings_agg(1, g, (ARRAY['a', 'a', 'b'])[g]) FROM generate_series(1, 3) g));
SELECT count(*), count(*) FILTER (WHERE n = 0 AND expected = 0) AS with_maybe FROM hd_two, coincidences(r, '{yes,maybe,no}');
-- a single rating has nothing to coincide with
SELECT * FROM coincidences((SELECT ratings_agg(1, 1, 'a')));
SELECT pg_temp.failure('SELECT count(*) FROM coincidences((SELECT ratings_agg(i, 1, i) FROM generate_series(1, 2001) i))');

-- ---- nothing to show ----

SELECT (SELECT count(*) FROM rater_pairs(r)), (SELECT count(*) FROM rater_agreement(r)), (SELECT count(*) FROM item_agreement(r)), (SELECT count(*) FROM category_agreement(r)), (SELECT count(*) FROM coincidences(r))
	FROM (VALUES (NULL::ratings), ('\x01000000000000'), ((SELECT only_raters(r, '{}') FROM hd_two))) v (r);

-- ---- options ----

SELECT f, pg_temp.failure(format('SELECT %s FROM hd_two', f)) FROM unnest(ARRAY['rater_pairs(r, ''linear'')', 'rater_pairs(r, NULL)', 'rater_pairs(r, ''ordinal'')', 'rater_pairs(r, confidence => 1)', 'rater_agreement(r, ''quadratic'')',
	'rater_agreement(r, confidence => NULL)', 'item_agreement(r, ''masi'')', 'item_agreement(r, categories => ''{yes}'')', 'category_agreement(r, 0)', 'category_agreement(r, categories => ''{}'')',
	'coincidences(r, ''{yes,NULL}'')', 'coincidences(r, ''{no}'')', 'rater_pairs(NULL, ''linear'')', 'rater_agreement(NULL, confidence => 2)']) f;
SELECT count(*) FROM hd_two, rater_pairs(r, 'ordinal', categories => '{no,yes}');

DROP TABLE hd_two, hd_four, hd_items;
DROP TYPE hd_size;

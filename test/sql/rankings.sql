-- The type rankings: aggregates, what looks into it, merging, stored forms.
\pset format unaligned
\pset footer off
\pset null '(null)'
SET search_path = hdata, public;

-- ---- forms and kinds ----

-- best first; or items with ranks: ties, and items that are not ranked
SELECT r.* FROM (SELECT rankings_agg(ARRAY['b', 'a', 'c']) s) q, ranking_rows(s) r;
SELECT r.* FROM (SELECT rankings_agg(ARRAY['a', 'b', 'c', 'd', 'e'], ARRAY[2, 1, 2, NULL, 0]) s) q, ranking_rows(s) r;
-- only the order of ranks counts
SELECT rankings_agg(ARRAY['a', 'b', 'c'], ARRAY[1, 2.5, 2.5]) = rankings_agg(ARRAY['c', 'a', 'b'], ARRAY[7, 3, 7]) AS same,
       rankings_agg(ARRAY['a', 'b'], ARRAY[1, 2]) = rankings_agg(ARRAY['a', 'b']) AS plain,
       rankings_agg(ARRAY['a', 'b'], ARRAY[1, 1]) = rankings_agg(ARRAY['a', 'b']) AS tied;
-- items and raters of every kind; arrays of other integers and strings are cast
SELECT r.* FROM (SELECT rankings_agg(i, w) s FROM (VALUES (ARRAY[10, 9, -1], 'ann'), ('{-1,10,9}', 'bob'), ('{-1,10,9}', 'bob')) v (i, w)) q, ranking_rows(s) r;
SELECT r.items, r.rater FROM (SELECT rankings_agg(ARRAY['1b4e28ba-2fa1-11d2-883f-0016d3cca427', '0b4e28ba-2fa1-11d2-883f-0016d3cca427']::uuid[], 7) s) q, ranking_rows(s) r;
SELECT r.items, r.rater FROM (SELECT rankings_agg(ARRAY['x', 'y']::varchar[], '1b4e28ba-2fa1-11d2-883f-0016d3cca427'::uuid) s) q, ranking_rows(s) r;
SELECT rankings_agg(ARRAY[1, 2]::smallint[]) = rankings_agg(ARRAY[1, 2]::bigint[]) AS same;
SELECT s::jsonb FROM (SELECT rankings_agg(ARRAY[1, 2, 3], ARRAY[1, 1, 2], 5::bigint, 0.5) s) q;
-- every overload: form, kind of items, kind of raters, weight
SELECT k, i, n_rankings(s), n_items(s), n_raters(s), n.w FROM (
	SELECT 'int' AS k, 'none' AS i, rankings_agg(ARRAY[1, 2], ARRAY[2, 1]) AS s
	UNION ALL SELECT 'int', 'int', rankings_agg(ARRAY[1, 2], ARRAY[2, 1], 3) UNION ALL SELECT 'int', 'uuid', rankings_agg(ARRAY[1, 2], ARRAY[2, 1], md5('r')::uuid)
	UNION ALL SELECT 'int', 'text', rankings_agg(ARRAY[1, 2], ARRAY[2, 1], 'r', 2) UNION ALL SELECT 'int', 'int', rankings_agg(ARRAY[1, 2], 3, 2.5)
	UNION ALL SELECT 'uuid', 'none', rankings_agg(ARRAY[md5('a')::uuid, md5('b')::uuid], ARRAY[2, 1]) UNION ALL SELECT 'uuid', 'int', rankings_agg(ARRAY[md5('a')::uuid, md5('b')::uuid], 3)
	UNION ALL SELECT 'uuid', 'uuid', rankings_agg(ARRAY[md5('a')::uuid, md5('b')::uuid], ARRAY[2, 1], md5('r')::uuid, 3) UNION ALL SELECT 'uuid', 'text', rankings_agg(ARRAY[md5('a')::uuid, md5('b')::uuid], 'r', 4)
	UNION ALL SELECT 'text', 'int', rankings_agg(ARRAY['a', 'b'], ARRAY[2, 1], 3, 5) UNION ALL SELECT 'text', 'uuid', rankings_agg(ARRAY['a', 'b'], md5('r')::uuid, 6)
	UNION ALL SELECT 'text', 'text', rankings_agg(ARRAY['a', 'b'], ARRAY[2, 1], 'r')) x, LATERAL (SELECT sum(weight) AS w FROM ranking_rows(s)) n;
-- a rater is never taken for a weight
SELECT rankings_agg(ARRAY['a', 'b'], 2.5);

-- ---- what is no ranking ----

-- NULL, and fewer than two items: nothing to order
SELECT n_rankings(rankings_agg(r)), n_items(rankings_agg(r)) FROM (VALUES ('{a,b}'::text[]), (NULL), ('{}'), ('{c}'), ('{NULL,c}'), ('{NULL,a,NULL,c}')) v (r);
SELECT rankings_agg(i, r) FROM (VALUES ('{a,b}'::text[], '{1,NULL}'::int[]), (NULL, '{1,2}'), ('{a,b}', NULL), ('{a,b}', '{0,1}'), ('{NULL,b}', '{1,2}'), ('{}', '{}')) v (i, r);
SELECT rankings_agg(r) FROM (VALUES ('{a,b}'::text[])) v (r) WHERE false;
-- a rater NULL is not named; a weight of 0 leaves a row out
SELECT n_rankings(s), n_raters(s), r.* FROM (SELECT rankings_agg(ARRAY['a', 'b'], r, w) s FROM (VALUES (NULL, 1), ('x', 0.25), ('y', 0)) v (r, w)) q, ranking_rows(s) r;
SELECT rankings_agg(ARRAY['a', 'b'], 'x', 0) IS NULL AS nothing;
-- exact sums of weights
SELECT weight, weight = 1 + 2 * 2::float8 ^ -52 AS rounded_once FROM (SELECT rankings_agg(ARRAY['a', 'b'], 'x', w) s FROM (VALUES (1::float8), (2::float8 ^ -53), (2::float8 ^ -53), (2::float8 ^ -53), (2::float8 ^ -54)) v (w)) q, ranking_rows(s);
SELECT rankings_agg(ARRAY['a', 'b'], 'x', 1) = rankings_agg(ARRAY['a', 'b'], 'x') AS one_is_none,
       rankings_agg(ARRAY['a', 'b'], 'x', w) = rankings_agg(ARRAY['a', 'b'], 'x') AS sums_to_count FROM (VALUES (0.5), (1.5)) v (w);

-- ---- errors ----

SELECT rankings_agg(ARRAY['a', 'b', 'a']);
SELECT rankings_agg(ARRAY[1, 2, 1], ARRAY[1, 2, 2]);
SELECT rankings_agg(ARRAY['a long name', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'a long name']);
-- not if it is not ranked there
SELECT n_rankings(rankings_agg(ARRAY['a', 'b', 'a'], ARRAY[1, 2, 0]));
SELECT rankings_agg(ARRAY['a', 'b'], ARRAY[1, 2, 3]);
SELECT rankings_agg(ARRAY[['a', 'b'], ['c', 'd']]);
SELECT rankings_agg(ARRAY['a', 'b'], ARRAY[[1], [2]]);
SELECT rankings_agg(ARRAY['a', 'b'], ARRAY[1, -2]);
SELECT rankings_agg(ARRAY['a', 'b'], ARRAY[1, 'NaN'::float8]);
SELECT rankings_agg(ARRAY['a', 'b'], ARRAY[1, 'Infinity'::float8]);
SELECT rankings_agg(ARRAY['a', 'b'], 'x', -1);
SELECT rankings_agg(ARRAY['a', 'b'], 'x', 'NaN'::float8);
SELECT rankings_agg(ARRAY['a', 'b'], 'x', 'Infinity'::float8);
SELECT rankings_agg(ARRAY['a', 'b'], 'x', 1e-101);
SELECT rankings_agg(ARRAY['a', 'b'], 'x', NULL::float8);
SELECT rollup(s) FROM (SELECT rankings_agg(ARRAY['a', 'b']) AS s UNION ALL SELECT rankings_agg(ARRAY[1, 2])) x;
SELECT rollup(s) FROM (SELECT rankings_agg(ARRAY['a', 'b'], 'x') AS s UNION ALL SELECT rankings_agg(ARRAY['a', 'b'], 1)) x;
-- who names nobody mixes with everybody
SELECT n_rankings(rollup(s)), n_raters(rollup(s)) FROM (SELECT rankings_agg(ARRAY['a', 'b'], 'x') AS s UNION ALL SELECT rankings_agg(ARRAY['a', 'b'])) x;

-- ---- merging ----

CREATE TABLE rk AS SELECT i, ARRAY['m' || i % 5, 'm' || (i + 1 + i % 3) % 5, 'x'] AS items, ARRAY[1 + i % 2, 1, 1 + i % 3] AS ranks, 'r' || i % 7 AS rater,
	1 + (i % 4) / 3.0::float8 AS weight, i % 10 AS day FROM generate_series(1, 3000) i;
CREATE TABLE rk_all AS SELECT rankings_agg(items, ranks, rater, weight) AS s FROM rk;
CREATE TABLE rk_days AS SELECT day, rankings_agg(items, ranks, rater, weight) AS s FROM rk GROUP BY day;
SELECT n_rankings(s), n_items(s), n_raters(s), (SELECT count(*) FROM ranking_rows(s)) AS rows FROM rk_all;
SELECT rollup(d.s) = a.s AS rolled_up, rankings_send(rollup(d.s)) = rankings_send(a.s) AS bytes, rankings_hash(rollup(d.s)) = rankings_hash(a.s) AS hash FROM rk_days d, rk_all a GROUP BY a.s;
-- a sum: twice is not once
SELECT rollup(x.s) <> a.s AS differs, n_rankings(rollup(x.s)) FROM rk_all a, LATERAL (SELECT a.s UNION ALL SELECT a.s) x GROUP BY a.s;
SELECT rankings_combine(s, s) = (SELECT rollup(t) FROM unnest(ARRAY[s, s]) t) AS with_itself, rankings_combine(NULL, s) = s AND rankings_combine(s, NULL) = s AS with_null FROM rk_all;
SELECT rollup(NULL::rankings) IS NULL AS null_alone;
SELECT count(DISTINCT s) FROM rk_days;
SELECT day FROM rk_days ORDER BY s LIMIT 1 OFFSET 9;

-- ---- taking raters out ----

SELECT without_raters(s, '{r1,r2,nobody}') = (SELECT rankings_agg(items, ranks, rater, weight) FROM rk WHERE rater NOT IN ('r1', 'r2')) AS as_if_never_there, without_raters(s, '{}') = s AS same FROM rk_all;
SELECT without_raters(rankings_agg(ARRAY['a', 'b'], 'x'), '{x}') AS empty, without_raters(rankings_agg(ARRAY[1, 2], 7), '{7}') AS equal, without_raters(rankings_agg(ARRAY['a', 'b'], 7), '{x}') AS not_a_number;
-- items that nobody else ranked go, too
SELECT without_raters(rankings_agg(i, r), '{x}')::jsonb FROM (VALUES (ARRAY['a', 'b'], 'x'), (ARRAY['c', 'b'], 'y'), (ARRAY['c', 'd'], NULL)) v (i, r);
SELECT without_raters(rankings_agg(ARRAY['a', 'b'], 'x'), ARRAY['x', NULL]);
-- the others, and some items alone
SELECT only_raters(s, '{r1,r2,nobody}') = (SELECT rankings_agg(items, ranks, rater, weight) FROM rk WHERE rater IN ('r1', 'r2')) AS only, rollup(x) = s AS both FROM rk_all,
	LATERAL (SELECT only_raters(s, '{r1,r2}') UNION ALL SELECT without_raters(s, '{r1,r2}')) y (x) GROUP BY s;
SELECT only_items(s, '{m1,m2,x,nobody}') = (SELECT rankings_agg(items, array_replace(ranks, 0, NULL), rater, weight)
	FROM (SELECT items, (SELECT array_agg(CASE WHEN i IN ('m1', 'm2', 'x') THEN r END ORDER BY o) FROM unnest(items, ranks) WITH ORDINALITY u (i, r, o)) AS ranks, rater, weight FROM rk) q) AS only FROM rk_all;
SELECT r.* FROM (SELECT only_items(rankings_agg(i, k, w), '{a,b,d}') s FROM (VALUES (ARRAY['a', 'b', 'c', 'd'], ARRAY[1, 2, 2, 2], 'x'), ('{c,a}', '{1,2}', 'y'), ('{b,a,c}', '{1,1,2}', NULL)) v (i, k, w)) q, ranking_rows(s) r;
SELECT only_items(rankings_agg(ARRAY[10, 20, 30]), '{20,10,x}')::jsonb, only_raters(rankings_agg(ARRAY[10, 20], NULL::text), '{x}') AS unnamed_go;
SELECT only_items(rankings_agg(ARRAY['a', 'b']), ARRAY[NULL]);
-- nobody by name is left: others may have names of another kind, whether the state was stored or not
SELECT rollup(s) FROM (SELECT without_raters(rankings_agg(ARRAY['a', 'b'], r), '{x}') AS s FROM (VALUES ('x'), (NULL)) v (r) UNION ALL SELECT rankings_agg(ARRAY['a', 'b'], 7)) x;
SELECT n_rankings(s), n_items(s), n_raters(s), s::jsonb, (SELECT count(*) FROM ranking_rows(s)) FROM (SELECT without_raters(rankings_agg(ARRAY['a', 'b'], 'x'), '{x}') AS s) q;
SELECT rollup(s) AS empty_has_no_kind FROM (SELECT without_raters(rankings_agg(ARRAY['a', 'b'], 'x'), '{x}') AS s UNION ALL SELECT rankings_agg(ARRAY[1, 2])) x;

-- ---- as comparisons ----

SELECT c.* FROM (SELECT rankings_comparisons(rankings_agg(i, k, r)) AS s FROM (VALUES (ARRAY['b', 'a', 'c'], ARRAY[1, 2, 2], 'x'), ('{b,a,c}', '{1,2,2}', 'x'), ('{c,a}', '{1,2}', NULL)) v (i, k, r)) q, comparison_rows(s) c;
-- as from one row for each pair, exact weights included
SELECT rankings_comparisons(s) = (SELECT comparisons_agg(x.item, y.item, CASE WHEN x.rank < y.rank THEN 1 ELSE 0.5 END, rater, NULL::text, weight) FROM rk,
	LATERAL unnest(items, ranks) AS x (item, rank), LATERAL unnest(items, ranks) AS y (item, rank) WHERE x.rank < y.rank OR x.rank = y.rank AND x.item < y.item) AS same FROM rk_all;
SELECT n_comparisons(rankings_comparisons(without_raters(rankings_agg(ARRAY['a', 'b'], 'x'), '{x}')));

-- ---- stored forms of release 0.1: readable for ever ----

CREATE FUNCTION rk_try(b text, OUT state text, OUT detail text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM b::rankings;
    state := 'accepted';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, detail = PG_EXCEPTION_DETAIL;
END $$;
CREATE TABLE rk_stored (what text, s rankings);
INSERT INTO rk_stored VALUES
	('text items', '\x0103000003020001610001620001630003000204010002040202'),
	('ties, raters', '\x010d000103030003616e6e010a0100020004010102000401000302050001'),
	('uuids, weights', '\x0106010102010e0b4e28ba2fa111d2883f0016d3cca4271b4e28ba2fa111d2883f0016d3cca427010202000201210100000300'),
	('empty', '\x010000000000');
SELECT what, n_rankings(s), r.* FROM rk_stored LEFT JOIN LATERAL ranking_rows(s) r ON true;
-- one byte wrong in the first of them: version, kinds, flags, counts, keys, rater, number of items, item, count, end
SELECT n, try.* FROM (VALUES (1, '\x0203000003020001610001620001630003000204010002040202'), (2, '\x0100000003020001610001620001630003000204010002040202'),
	(3, '\x010300010302'), (4, '\x0103000003010001610001620001630003000204010002040202'), (5, '\x0103000003020001620001610001630003000204010002040202'),
	(6, '\x0103000003020001610001620001630003000204010102040202'), (7, '\x0103000003020001610001620001630001000100020402020000'), (8, '\x0103000003020001610001620001630003000204010002040402'),
	(9, '\x0103000003020001610001620001630003000204010002040200'), (10, '\x0103000003010001610001620001630002000201'), (11, '\x01030000020200016100016200020002010002000201'),
	(12, '\x0103000003020001610001620001630003010204010002040202'), (13, '\x0103000003020001610001620001630003000306010002040202'), (14, '\x0103000003020001610001620001630003000203010002040202'),
	(15, '\x01030000020100016100016200020002ffffffffffffffffff01'), (16, '\x010301000201000161000162000200020101210100000400'), (17, '\x0104000000000000'), (18, '\x01')) v (n, b), LATERAL rk_try(b) try ORDER BY n;
SELECT 'x'::rankings;

-- ---- limits and cancel ----

SET hdata.max_state_size = '64kB';
SELECT n_rankings(rankings_agg(ARRAY['i' || i, 'j' || i])) FROM generate_series(1, 20000) i;
-- what repeats takes no room
SELECT n_rankings(rankings_agg(ARRAY['i' || i % 10, 'j' || i % 7])) FROM generate_series(1, 20000) i;
-- a rater who comes when the state has just been put in order
SELECT count(*), bool_and(s::text::rankings = s) AS reads, sum(n_rankings(only_raters(s, '{r}'))) AS of_rater
	FROM (SELECT rankings_agg(ARRAY[i % 40, 40 + i / 40], CASE WHEN i = first THEN 'r' END) AS s
		FROM generate_series(1990, 2010) first, generate_series(1, first) i GROUP BY first) q;
SELECT n_rankings(s), s::text::rankings = s AS reads, n_rankings(only_raters(s, '{r}')) AS of_rater
	FROM (SELECT rollup(s) AS s FROM (SELECT rankings_agg(ARRAY[i % 40, 40 + i / 40], CASE WHEN i = 2001 THEN 'r' END) AS s FROM generate_series(1, 2001) i GROUP BY i ORDER BY i) q) q;
RESET hdata.max_state_size;
-- one long ranking
SELECT n_items(s), n_rankings(s) FROM (SELECT rankings_agg(r) AS s FROM (SELECT array_agg(i ORDER BY i) FROM generate_series(1, 20000) i) x (r)) q;
SELECT rankings_comparisons(s) FROM (SELECT rankings_agg(r) AS s FROM (SELECT array_agg(i ORDER BY i) FROM generate_series(1, 20000) i) x (r)) q;
SET statement_timeout = '50ms';
SELECT n_rankings(rankings_agg(ARRAY[i, i + 1, i + 2])) FROM generate_series(1, 3000000) i;
RESET statement_timeout;

-- no fn_expr, a value that is changed in place, and a refused row in between: what a caller sees stays canonical
DO $$
DECLARE
    s rankings;
BEGIN
    s := rankings_trans(s, ARRAY['b', 'a']);
    BEGIN
        s := rankings_trans(s, ARRAY['zz', 'c', 'c']);
    EXCEPTION WHEN invalid_parameter_value THEN
        RAISE NOTICE '%', SQLERRM;
    END;
    s := rankings_trans(s, ARRAY['c', 'a'], ARRAY[1, 1.0]);
    RAISE NOTICE '% %', s, s::text::rankings = s;
END $$;

DROP TABLE rk, rk_all, rk_days, rk_stored;
DROP FUNCTION rk_try;

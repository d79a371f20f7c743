-- Plackett-Luce: values that can be worked out by hand, what has no finite estimate, every option and error.
\pset format unaligned
\pset footer off
\pset null '(null)'
SET search_path = hdata, public;
CREATE FUNCTION pl_show(rankings, prior float8 DEFAULT 0, scale text DEFAULT 'log', anchor text DEFAULT NULL, ci text DEFAULT 'model',
	confidence float8 DEFAULT 0.95, on_disconnected text DEFAULT 'error', bottom text DEFAULT 'tied')
	RETURNS TABLE (item text, rating numeric, se numeric, ci_low numeric, ci_high numeric, ranks text, n bigint, component bigint, status text) LANGUAGE sql AS $$
	SELECT item, round(rating::numeric, 4), round(se::numeric, 4), round(ci_low::numeric, 4), round(ci_high::numeric, 4), rank_low || '-' || rank_high, n, component, status
	FROM hdata.plackett_luce($1, $2, $3, $4, $5, $6, $7, $8) $$;

-- ---- by hand ----

-- a before b in 3 of 4: log odds ln 3 = 1.0986, variance 1/3 + 1/1, se 1.1547; centred: half of each
SELECT p.* FROM (SELECT rankings_agg(r) s FROM (VALUES (ARRAY['a', 'b']), ('{a,b}'), ('{a,b}'), ('{b,a}')) v (r)) q, pl_show(s, anchor => 'b') p;
SELECT p.* FROM (SELECT rankings_agg(r) s FROM (VALUES (ARRAY['a', 'b']), ('{a,b}'), ('{a,b}'), ('{b,a}')) v (r)) q, pl_show(s) p;
-- worth: 3/4 and 1/4, the standard error that of a share: sqrt(.75 * .25 / 4) = 0.2165; the interval is that of the log odds
SELECT p.* FROM (SELECT rankings_agg(r) s FROM (VALUES (ARRAY['a', 'b']), ('{a,b}'), ('{a,b}'), ('{b,a}')) v (r)) q, pl_show(s, scale => 'worth') p;
-- elo: 1000 + 400 / ln 10 * ln 3 = 1190.8485 against 1000
SELECT p.* FROM (SELECT rankings_agg(r) s FROM (VALUES (ARRAY['a', 'b']), ('{a,b}'), ('{a,b}'), ('{b,a}')) v (r)) q, pl_show(s, scale => 'elo', anchor => 'b') p;
SELECT p.* FROM (SELECT rankings_agg(r) s FROM (VALUES (ARRAY['a', 'b']), ('{a,b}'), ('{a,b}'), ('{b,a}')) v (r)) q, pl_show(s, scale => 'worth', anchor => 'b') p;
-- weights are as repeats
SELECT count(*) AS same FROM (SELECT rankings_agg(r, NULL, w) s, rankings_agg(r) FROM (VALUES (ARRAY['a', 'b'], 3), ('{b,a}', 1)) v (r, w)) q, plackett_luce(s) p
	JOIN (SELECT rankings_agg(r) s FROM (VALUES (ARRAY['a', 'b']), ('{a,b}'), ('{a,b}'), ('{b,a}')) v (r)) q2 ON true, plackett_luce(q2.s) p2
	WHERE p.item = p2.item AND p.rating = p2.rating AND p.se = p2.se;
-- two items with ties (Davidson 1970): wins 4 and 1, ties 3: worth is in proportion to sqrt(4 : 1), tie parameter 3 / sqrt(4 * 1)
SELECT p.* FROM (SELECT rankings_agg(ARRAY['a', 'b'], r, NULL::text, w) s FROM (VALUES (ARRAY[1, 2], 4), ('{2,1}', 1), ('{1,1}', 3)) v (r, w)) q, pl_show(s, anchor => 'b') p;
SELECT parameter, round(value::numeric, 4) AS value FROM (SELECT rankings_agg(ARRAY['a', 'b'], r, NULL::text, w) s FROM (VALUES (ARRAY[1, 2], 4), ('{2,1}', 1), ('{1,1}', 3)) v (r, w)) q, plackett_luce_model(s) p;
-- the best of three, others not ordered: shares 5 : 3 : 2; ln(5 / 2) = 0.9163, ln(3 / 2) = 0.4055
CREATE TABLE pl_best AS SELECT rankings_agg(ARRAY['a', 'b', 'c'], r, NULL::text, w) s FROM (VALUES (ARRAY[1, 2, 2], 5), ('{2,1,2}', 3), ('{2,2,1}', 2)) v (r, w);
SELECT p.* FROM pl_best, pl_show(s, anchor => 'c', bottom => 'unordered') p;
SELECT item, round(rating::numeric, 4) AS worth FROM pl_best, plackett_luce(s, scale => 'worth', bottom => 'unordered');
SELECT parameter, round(value::numeric, 4) AS value FROM pl_best, plackett_luce_model(s, bottom => 'unordered');
-- a prior of one win and one loss against an item that is not there: information 1 for each, -1/2 between them, so variance 1/3 about the mean
SELECT p.* FROM (SELECT rankings_agg(r) s FROM (VALUES (ARRAY['a', 'b']), ('{b,a}')) v (r)) q, pl_show(s, prior => 1) p;

-- full rankings of pairs are Bradley-Terry
CREATE TABLE pl_pairs AS SELECT x, y, r FROM (SELECT 'm' || get_byte(h, 0) % 5 AS x, 'm' || get_byte(h, 1) % 5 AS y, 'r' || get_byte(h, 2) % 4 AS r
	FROM generate_series(1, 250) i, decode(md5(i::text), 'hex') h) t WHERE x <> y;
SELECT ci, count(p.se), max(abs(p.rating - b.rating)) < 1e-9 AS rating, max(abs(p.se - b.se)) < 1e-9 AS se, max(abs(p.ci_low - b.ci_low)) < 1e-9 AS ci_low,
       bool_and(p.rank_low = b.rank_low AND p.rank_high = b.rank_high AND p.n = b.n AND p.status = b.status AND p.component = b.component) AS ranks
	FROM (SELECT rankings_agg(ARRAY[x, y], r) s, comparisons_agg(x, y, 1, r) c FROM pl_pairs) q, unnest('{model,sandwich,rater}'::text[]) ci, plackett_luce(s, ci => ci) p, bradley_terry(c, ci => ci) b
	WHERE p.item = b.item GROUP BY ci ORDER BY ci;
-- on every scale, with an anchor and without
SELECT scale, anchor, count(p.se), max(abs(p.rating - b.rating)) < 1e-6 AS rating, max(abs(p.se - b.se)) < 1e-6 AS se, max(abs(p.ci_low - b.ci_low)) < 1e-6 AS ci_low, max(abs(p.ci_high - b.ci_high)) < 1e-6 AS ci_high
	FROM (SELECT rankings_agg(ARRAY[x, y], r) s, comparisons_agg(x, y, 1, r) c FROM pl_pairs) q, unnest('{log,elo,worth}'::text[]) scale, unnest('{m2,NULL}'::text[]) anchor,
	plackett_luce(s, scale => scale, anchor => anchor, confidence => 0.9) p, bradley_terry(c, scale => scale, anchor => anchor, confidence => 0.9) b
	WHERE p.item = b.item GROUP BY scale, anchor ORDER BY scale, anchor;
-- with ties Davidson's model
SELECT count(*), max(abs(p.rating - b.rating)) < 1e-9 AS rating, max(abs(p.se - b.se)) < 1e-8 AS se
	FROM (SELECT rankings_agg(ARRAY[x, y], ARRAY[1, CASE WHEN t THEN 1 ELSE 2 END], r) s, comparisons_agg(x, y, CASE WHEN t THEN 0.5 ELSE 1 END, r) c
		FROM (SELECT *, x > 'm1' AND y > 'm2' AS t FROM pl_pairs) p) q, plackett_luce(s) p, bradley_terry(c, ties => 'davidson') b WHERE p.item = b.item;
-- comparisons made of rankings are another model: pairs of one ranking are not independent
SELECT count(*) FROM (SELECT rankings_agg(r) s FROM (VALUES ('{a,b,c}'::text[]), ('{a,c,b}'), ('{b,c,a}'), ('{c,a,b}')) v (r)) q, plackett_luce(s) p, bradley_terry(rankings_comparisons(s)) b WHERE p.item = b.item AND abs(p.rating - b.rating) < 1e-9;

-- ---- no finite estimate ----

-- never ranked below another, never above, and the others exactly as without them
CREATE TABLE pl_outer AS SELECT rankings_agg(r) s FROM (VALUES ('{top,a,b}'::text[]), ('{a,b,low}'), ('{b,a}'), ('{a,b}'), ('{top,b,a,low}')) v (r);
SELECT p.* FROM pl_outer, pl_show(s) p;
SELECT p.* FROM (SELECT rankings_agg(r) s FROM (VALUES ('{a,b}'::text[]), ('{a,b}'), ('{b,a}'), ('{a,b}'), ('{b,a}')) v (r)) q, pl_show(s) p;
SELECT item, rating, se FROM pl_outer, plackett_luce(s, scale => 'worth') WHERE status <> 'ok';
SELECT item, rating, se FROM pl_outer, plackett_luce(s, scale => 'elo') WHERE status <> 'ok';
SELECT p.* FROM pl_outer, pl_show(s, prior => 0.5) p;
-- groups of which one is always before the other; one order only; the anchor decides what is finite
SELECT p.* FROM (SELECT rankings_agg(r) s FROM (VALUES ('{a,b,x,y,z}'::text[]), ('{b,a,y,z,x}'), ('{z,x,y}')) v (r)) q, pl_show(s) p;
SELECT p.* FROM (SELECT rankings_agg(r) s FROM (VALUES ('{a,b,x,y,z}'::text[]), ('{b,a,y,z,x}'), ('{z,x,y}')) v (r)) q, pl_show(s, anchor => 'a') p;
SELECT p.* FROM (SELECT rankings_agg(ARRAY['a', 'b', 'c']) s) q, pl_show(s) p;
SELECT p.* FROM (SELECT rankings_agg(ARRAY['a', 'b', 'c']) s) q, pl_show(s, anchor => 'b') p;
-- an item that no chain of rankings ties to the core
SELECT p.* FROM (SELECT rankings_agg(r) s FROM (VALUES ('{a,b,c}'::text[]), ('{b,a}'), ('{c,x,y}'), ('{z,y}')) v (r)) q, pl_show(s) p;
-- tied with somebody is not undefeated
SELECT p.* FROM (SELECT rankings_agg(ARRAY['a', 'b', 'c'], r) s FROM (VALUES ('{1,1,2}'::int[]), ('{1,1,2}'), ('{1,2,3}'), ('{2,1,3}')) v (r)) q, pl_show(s) p;

-- disconnected: an error that names the groups and a pair to collect, or each on its own scale
CREATE TABLE pl_apart AS SELECT rankings_agg(r) s FROM (VALUES ('{a,b}'::text[]), ('{b,a}'), ('{a,b}'), ('{x,y,z}'), ('{z,y,x}'), ('{y,x}')) v (r);
SELECT * FROM pl_apart, plackett_luce(s);
SELECT * FROM pl_apart, plackett_luce_model(s);
-- a prior does not link what nobody compared
SELECT * FROM pl_apart, plackett_luce(s, prior => 1);
SELECT p.* FROM pl_apart, pl_show(s, on_disconnected => 'components') p;
SELECT p.* FROM pl_apart, pl_show(s, on_disconnected => 'components', anchor => 'x') p;
SELECT p.* FROM pl_apart, pl_show(s, on_disconnected => 'components', scale => 'worth', prior => 0.5) p;
SELECT parameter, value FROM pl_apart, plackett_luce_model(s, on_disconnected => 'components') WHERE parameter ~ '^n_';
-- more groups than a message lists
SELECT * FROM (SELECT rankings_agg(ARRAY[2 * i, 2 * i + 1]) s FROM generate_series(1, 12) i) q, plackett_luce(s);
-- nothing to be told from the last of a ranking
SELECT p.* FROM (SELECT rankings_agg(ARRAY['a', 'b', 'c'], ARRAY[1, 1, 1]) s) q, pl_show(s, bottom => 'unordered', on_disconnected => 'components') p;

-- few games, much that is not finite: the same as Bradley-Terry in 300 leagues of five, item by item
CREATE TABLE pl_leagues AS SELECT g, rankings_agg(ARRAY[x, y]) s, comparisons_agg(x, y, 1) c FROM (SELECT g, get_byte(h, 0) % 5 AS x, get_byte(h, 1) % 5 AS y
	FROM generate_series(1, 300) g, generate_series(1, 8) i, decode(md5(g || ' ' || i), 'hex') h) q WHERE x <> y GROUP BY g;
SELECT coalesce(p.status, '(none)') AS status, count(*) AS items, count(*) FILTER (WHERE p.status = b.status AND p.component = b.component AND p.n = b.n AND (p.rating = b.rating OR abs(p.rating - b.rating) < 1e-8
		OR p.rating IS NULL AND b.rating IS NULL) AND (p.rank_low, p.rank_high) IS NOT DISTINCT FROM (b.rank_low, b.rank_high)) AS same
	FROM (SELECT g, r.* FROM pl_leagues, plackett_luce(s, on_disconnected => 'components') r) p FULL JOIN (SELECT g, r.* FROM pl_leagues, bradley_terry(c, on_disconnected => 'components') r) b
	USING (g, item) GROUP BY 1 ORDER BY 1;

-- ties whose parameter has no finite estimate: each that was possible occurred
SELECT * FROM (SELECT rankings_agg(ARRAY['a', 'b'], ARRAY[1, 1]) s) q, plackett_luce(s);
SELECT * FROM (SELECT rankings_agg(ARRAY['a', 'b', 'c'], r) s FROM (VALUES ('{1,1,1}'::int[]), ('{1,1,1}')) v (r)) q, plackett_luce(s);
SELECT p.* FROM (SELECT rankings_agg(ARRAY['a', 'b'], ARRAY[1, 1]) s) q, pl_show(s, prior => 0.5) p;
-- a tie of three where there never is one of two
SELECT parameter, round(value::numeric, 3) AS value FROM (SELECT rankings_agg(ARRAY['a', 'b', 'c'], r) s FROM (VALUES ('{1,1,1}'::int[]), ('{1,2,3}'), ('{3,1,2}'), ('{2,3,1}')) v (r)) q, plackett_luce_model(s) WHERE parameter ~ 'tie|like|n_param';

-- ---- intervals ----

CREATE TABLE pl_votes AS SELECT rankings_agg(r, w) s FROM (VALUES ('{a,b,c}'::text[], 'x'), ('{a,b,c}', 'x'), ('{a,c,b}', 'x'), ('{b,a,c}', 'y'), ('{c,b,a}', 'y'), ('{b,c,a}', 'z'), ('{a,b,c}', 'z'), ('{a,b}', NULL)) v (r, w);
SELECT ci, p.* FROM pl_votes, unnest('{model,sandwich,rater}'::text[]) ci, pl_show(s, ci => ci) p;
-- one rater: nothing to compare him with
SELECT p.* FROM (SELECT rankings_agg(r, 'x') s FROM (VALUES ('{a,b}'::text[]), ('{b,a}'), ('{b,a}')) v (r)) q, pl_show(s, ci => 'rater') p;
-- all raters alike: nothing varies between them
SELECT p.* FROM (SELECT rankings_agg(r, w) s FROM (VALUES ('{a,b}'::text[]), ('{b,a}'), ('{b,a}')) v (r), unnest('{x,y,z}'::text[]) w) q, pl_show(s, ci => 'rater') p;
SELECT * FROM pl_best, plackett_luce(s, ci => 'rater');
SELECT p.* FROM pl_votes, pl_show(s, confidence => 0.5) p;
SELECT parameter, round(value::numeric, 4) AS value, round(se::numeric, 4) AS se, round(ci_low::numeric, 4) AS low, round(ci_high::numeric, 4) AS high, note
	FROM (SELECT rankings_agg(ARRAY['a', 'b'], r, 'w' || n) s FROM (VALUES ('{1,2}'::int[], 4), ('{2,1}', 3), ('{1,1}', 3)) v (r, k), generate_series(1, k) n) q, plackett_luce_model(s, prior => 0.1, ci => 'rater');
-- ranks: who is certainly better
SELECT item, rank_low, rank_high FROM (SELECT rankings_agg(CASE WHEN n % 40 = 0 THEN '{d,c,b,a}' WHEN n % 3 = 0 THEN '{a,c,b,d}' ELSE '{a,b,c,d}' END::text[]) s FROM generate_series(1, 120) n) q, plackett_luce(s);

-- ---- options ----

SELECT count(*) FROM plackett_luce(NULL), plackett_luce_model(NULL);
SELECT count(*) FROM (SELECT without_raters(rankings_agg(ARRAY['a', 'b'], 'x'), '{x}') s) q, plackett_luce(s);
SELECT parameter, value FROM (SELECT without_raters(rankings_agg(ARRAY['a', 'b'], 'x'), '{x}') s) q, plackett_luce_model(s);
SELECT p.item FROM pl_best, plackett_luce(s, prior => -1) p;
SELECT p.item FROM pl_best, plackett_luce(s, prior => 'NaN') p;
SELECT p.item FROM pl_best, plackett_luce(s, prior => 2e6) p;
SELECT p.item FROM pl_best, plackett_luce(s, prior => NULL) p;
SELECT p.item FROM pl_best, plackett_luce(s, scale => 'percent') p;
SELECT p.item FROM pl_best, plackett_luce(s, scale => NULL) p;
SELECT p.item FROM pl_best, plackett_luce(s, anchor => 'nobody') p;
SELECT p.item FROM pl_best, plackett_luce(s, ci => 'prompt') p;
SELECT p.item FROM pl_best, plackett_luce(s, ci => NULL) p;
SELECT p.item FROM pl_best, plackett_luce(s, confidence => 1) p;
SELECT p.item FROM pl_best, plackett_luce(s, on_disconnected => 'ignore') p;
SELECT p.item FROM pl_best, plackett_luce(s, bottom => 'last') p;
SELECT p.item FROM pl_best, plackett_luce(s, bottom => NULL) p;
-- an anchor of another kind of items
SELECT p.item, p.rating FROM (SELECT rankings_agg(r) s FROM (VALUES ('{1,2}'::int[]), ('{2,1}')) v (r)) q, plackett_luce(s, anchor => '2') p;
SELECT p.item FROM (SELECT rankings_agg(ARRAY[1, 2]) s) q, plackett_luce(s, anchor => 'x') p;

-- ---- limits and cancel ----

SELECT * FROM (SELECT rankings_agg(i, r) s FROM (SELECT array_agg(i), array_agg(1) FROM generate_series(1, 51) i) v (i, r)) q, plackett_luce(s);
SELECT count(*) FROM (SELECT rankings_agg(i, r) s FROM (SELECT array_agg(i), array_agg(1 + (i > 1)::int) FROM generate_series(1, 51) i) v (i, r)) q, plackett_luce(s, bottom => 'unordered');
SELECT count(*), count(se) FROM (SELECT rankings_agg(i, r) s FROM (SELECT array_agg(i), array_agg(i) FROM generate_series(1, 50) i
	UNION ALL SELECT array_agg(i), array_agg(51 - i) FROM generate_series(1, 50) i UNION ALL SELECT array_agg(i), array_agg(1 + i / 30) FROM generate_series(1, 50) i) v (i, r)) q, plackett_luce(s);
SELECT * FROM (SELECT rankings_agg(r) s FROM (SELECT array_agg(i ORDER BY i) FROM generate_series(1, 4100) i UNION ALL SELECT array_agg(i ORDER BY -i) FROM generate_series(1, 4100) i) x (r)) q, plackett_luce(s);
SET statement_timeout = '100ms';
SELECT count(*) FROM (SELECT rankings_agg(r) s FROM (SELECT array_agg(i ORDER BY md5((i * n)::text)) FROM generate_series(1, 300) i, generate_series(1, 60) n GROUP BY n) x (r)) q, plackett_luce(s);
RESET statement_timeout;

DROP TABLE pl_best, pl_pairs, pl_leagues, pl_outer, pl_apart, pl_votes;
DROP FUNCTION pl_show;

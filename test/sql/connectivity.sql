-- connectivity: which items have a common scale, and what to collect where they have none
\pset format unaligned
\pset footer off
\pset null '(null)'
SET search_path = hdata, public;

-- "a>b" a wins, "a=b" a tie
CREATE FUNCTION pg_temp.games(list text) RETURNS comparisons LANGUAGE sql AS $$
	SELECT comparisons_agg(split_part(g, m, 1), split_part(g, m, 2), CASE m WHEN '>' THEN 1 ELSE 0.5 END)
		FROM string_to_table(list, ' ') g, LATERAL (SELECT CASE WHEN g LIKE '%>%' THEN '>' ELSE '=' END AS m) m $$;

-- a cycle: each has won and lost
SELECT c.* FROM pg_temp.games('a>b b>c c>a') g, connectivity(g) c;
SELECT c.* FROM pg_temp.games('a>b b>c c>a') g, connectivity_summary(g) c;
SELECT count(*) FROM pg_temp.games('a>b b>c c>a') g, pairs_to_collect(g) c;
-- two groups that never met
SELECT c.* FROM pg_temp.games('a>b b>a c>d d>c') g, connectivity(g) c;
SELECT c.* FROM pg_temp.games('a>b b>a c>d d>c') g, connectivity_summary(g) c;
SELECT c.* FROM pg_temp.games('a>b b>a c>d d>c') g, pairs_to_collect(g) c;
-- one never lost, one never won, two between them
SELECT c.* FROM pg_temp.games('top>x x>y y>x y>bottom') g, connectivity(g) c;
SELECT c.* FROM pg_temp.games('top>x x>y y>x y>bottom') g, connectivity_summary(g) c;
SELECT c.* FROM pg_temp.games('top>x x>y y>x y>bottom') g, pairs_to_collect(g) c;
-- a group that never lost to the others: infinitely far ahead, together
SELECT c.item, c.strong_component, c.status FROM pg_temp.games('a>b b>a a>x x>y y>x') g, connectivity(g) c;
-- a chain: nobody ever won back
SELECT c.item, c.strong_component, c.status FROM pg_temp.games('a>b b>c c>d') g, connectivity(g) c;
SELECT c.* FROM pg_temp.games('a>b b>c c>d') g, connectivity_summary(g) c;
-- two who never lost, three who never won
SELECT c.* FROM pg_temp.games('t1>m t2>m m>b1 m>b2 m>b3 m>b3') g, pairs_to_collect(g) c;
-- all of it: three components, one with a gap
SELECT c.* FROM pg_temp.games('a>b b>a p>q x>y y>z z>x') g, pairs_to_collect(g) c;

-- a tie is half a win for each, or nothing if ties are dropped
SELECT t.ties, c.item, c.component, c.strong_component, c.n, c.wins, c.losses, c.ties, c.status
	FROM pg_temp.games('a=b b>c c=a d=e') g, unnest('{half,davidson,drop}'::text[]) t (ties), connectivity(g, t.ties) c;
SELECT ties, c.* FROM pg_temp.games('a=b b>c c=a d=e') g, unnest('{half,drop}'::text[]) ties, connectivity_summary(g, ties) c;
SELECT c.* FROM pg_temp.games('a=b b>c c=a d=e') g, pairs_to_collect(g, 'drop') c;

-- weights
SELECT c.* FROM (SELECT comparisons_agg(a, b, o, NULL, NULL, w) AS g FROM (VALUES (1, 2, 1, 30), (1, 2, 0, 12.5), (2, 1, 0.5, 7)) v (a, b, o, w)) q, connectivity(g) c;

-- nothing
SELECT count(*) FROM connectivity(NULL);
SELECT count(*) FROM connectivity_summary(NULL);
SELECT c.* FROM pg_temp.games('a>b') g, connectivity_summary(only_items(g, '{}')) c;
SELECT count(*) FROM pg_temp.games('a>b') g, connectivity(only_items(g, '{}')) c;
SELECT count(*) FROM pg_temp.games('a>b') g, pairs_to_collect(only_items(g, '{}')) c;
SELECT c.* FROM pg_temp.games('a>b') g, connectivity(g, 'win') c;
SELECT c.* FROM pg_temp.games('a>b') g, connectivity_summary(g, NULL) c;
SELECT c.* FROM pg_temp.games('a>b') g, pairs_to_collect(g, '') c;

-- long chains: no recursion, nothing quadratic
SET statement_timeout = '20s';
CREATE TEMP TABLE cn_long AS SELECT comparisons_agg(i, i + 1, 1) AS chain FROM generate_series(1, 200000) i;
SELECT s.* FROM cn_long, connectivity_summary(chain) s;
SELECT s.n_strong_components, s.estimate_exists FROM (SELECT rollup(c) AS c FROM (SELECT chain FROM cn_long UNION ALL SELECT comparisons_agg(200001, 1, 1)) v (c)) q, connectivity_summary(c) s;
SELECT count(*) FROM (SELECT comparisons_agg(2 * i, 2 * i + 1, i % 2) AS c FROM generate_series(1, 100000) i) q, pairs_to_collect(c);
RESET statement_timeout;

-- against the plain definition: reached by a path of wins, there and back
CREATE TEMP TABLE cn_random AS SELECT ds, r[1] % 9 AS a, r[2] % 9 AS b, CASE WHEN r[3] % 7 = 0 THEN 0.5 ELSE 1 END::float8 AS o
	FROM generate_series(1, 60) ds, generate_series(1, 3 + ds % 17) k,
		LATERAL (SELECT array_agg(get_byte(decode(md5(ds || '-' || k), 'hex'), i) ORDER BY i) AS r FROM generate_series(0, 2) i) v
	WHERE r[1] % 9 <> r[2] % 9;
WITH RECURSIVE edge AS (SELECT DISTINCT ds, a, b FROM cn_random UNION SELECT ds, b, a FROM cn_random WHERE o = 0.5),
	path AS (SELECT * FROM edge UNION SELECT p.ds, p.a, e.b FROM path p JOIN edge e ON (p.ds, p.b) = (e.ds, e.a)),
	link AS (SELECT ds, a, b FROM edge UNION SELECT ds, b, a FROM edge),
	walk AS (SELECT * FROM link UNION SELECT w.ds, w.a, l.b FROM walk w JOIN link l ON (w.ds, w.b) = (l.ds, l.a)),
	ours AS (SELECT ds, c.item::int, c.component, c.strong_component FROM (SELECT ds, comparisons_agg(a, b, o) AS s FROM cn_random GROUP BY ds) q, connectivity(s) c)
SELECT count(*) > 1000 AS enough,
	count(*) FILTER (WHERE (x.component = y.component) <> (EXISTS (SELECT FROM walk w WHERE (w.ds, w.a, w.b) = (x.ds, x.item, y.item)))) AS wrong_components,
	count(*) FILTER (WHERE (x.strong_component = y.strong_component) <> (EXISTS (SELECT FROM path p WHERE (p.ds, p.a, p.b) = (x.ds, x.item, y.item))
		AND EXISTS (SELECT FROM path p WHERE (p.ds, p.a, p.b) = (x.ds, y.item, x.item)))) AS wrong_strong_components,
	count(*) FILTER (WHERE x.strong_component <> y.strong_component) > 100 AND count(*) FILTER (WHERE x.strong_component = y.strong_component) > 100 AS both_kinds
	FROM ours x JOIN ours y ON x.ds = y.ds AND x.item <> y.item;
-- what pairs_to_collect names joins everything, if the side without a win gets a tie
WITH q AS (SELECT ds, comparisons_agg(a, b, o) AS s FROM cn_random GROUP BY ds),
	more AS (SELECT ds, rollup(c) AS s FROM (SELECT ds, s FROM q UNION ALL SELECT ds, (SELECT comparisons_agg(item_a::int, item_b::int, 0.5) FROM pairs_to_collect(s)) FROM q) v (ds, c) GROUP BY ds),
	again AS (SELECT ds, rollup(c) AS s FROM (SELECT ds, s FROM more UNION ALL SELECT ds, (SELECT comparisons_agg(item_a::int, item_b::int, 0.5) FROM pairs_to_collect(s)) FROM more) v (ds, c) GROUP BY ds)
SELECT count(*) FILTER (WHERE b.estimate_exists) AS at_first, count(*) FILTER (WHERE m.n_components > 1) AS apart, count(*) FILTER (WHERE m.estimate_exists) AS after_one_round, count(*) FILTER (WHERE a.estimate_exists) AS after_two, count(*)
	FROM q JOIN more USING (ds) JOIN again USING (ds), connectivity_summary(q.s) b, connectivity_summary(more.s) m, connectivity_summary(again.s) a;

-- Elo: games and their order, ratings, merging; ratings of one player by Elo and Glicko.
\pset format unaligned
\pset footer off
\pset null '(null)'
SET search_path = hdata, public;
CREATE TABLE elo_game (n bigint, a text, b text, outcome float8);
INSERT INTO elo_game VALUES (1, 'm1', 'm2', 1), (2, 'm1', 'm3', 0.5), (3, 'm2', 'm3', 0), (4, 'm3', 'm1', 1), (5, 'm2', 'm1', 1), (6, 'm1', 'm2', 1), (7, 'm3', 'm2', 0.5), (8, 'm1', 'm3', 1), (9, 'm2', 'm3', 1);

-- ---- the order ----

-- by hand: 1000 + 4 (1 - 1/2), then K as asked
SELECT r.* FROM (SELECT elo_agg(a, b, outcome, n) s FROM elo_game WHERE n = 1) q, elo_ratings(s) r;
SELECT r.* FROM (SELECT elo_agg(a, b, outcome, n) s FROM elo_game WHERE n = 1) q, elo_ratings(s, k => 32, initial => 1500) r;
-- the order of rows, given by ORDER BY; of games with a time, any order of rows
SELECT x.item, x.rating = y.rating AS same, x.rating = z.rating AS reversed_is_same, x.n, x.wins, x.losses, x.ties FROM
	(SELECT elo_agg(a, b, outcome ORDER BY n) s, elo_agg(a, b, outcome, n ORDER BY md5(n::text)) t, elo_agg(a, b, outcome ORDER BY n DESC) d FROM elo_game) q,
	elo_ratings(s) x, elo_ratings(t) y, elo_ratings(d) z WHERE x.item = y.item AND x.item = z.item;
-- without an order there is nothing to compute
SELECT elo_agg(a, b, outcome) FROM elo_game;
SELECT elo_agg(DISTINCT a, b, outcome) FROM elo_game;
SELECT elo_agg(a, b, outcome) OVER () FROM elo_game;
SELECT elo_agg(a, b, outcome) OVER (PARTITION BY a) FROM elo_game;
-- a window has an order: the rating of m1 after each game
SELECT n, (SELECT round(rating::numeric, 4) FROM elo_ratings(s) WHERE item = 'm1') AS m1 FROM (SELECT n, elo_agg(a, b, outcome) OVER (ORDER BY n) s FROM elo_game) q;
SELECT n, n_games(s) FROM (SELECT n, elo_agg(a, b, outcome, n) OVER (ORDER BY n ROWS 2 PRECEDING) s FROM elo_game) q;
-- games at the same time count at once: both of them against the ratings before
SELECT r.* FROM (SELECT elo_agg(a, b, o, 1::bigint) s FROM (VALUES ('a', 'b', 1.0), ('a', 'c', 1)) v (a, b, o)) q, elo_ratings(s) r;
SELECT r.* FROM (SELECT elo_agg(a, b, o ORDER BY b) s FROM (VALUES ('a', 'b', 1.0), ('a', 'c', 1)) v (a, b, o)) q, elo_ratings(s) r;
-- ... as elo_update has it
SELECT round(rating::numeric, 6) AS rating, round(elo_update(1000, ARRAY[1000, 1000, 1000], ARRAY[1, 1, 0.5], 4)::numeric, 6) AS update FROM (SELECT elo_agg(a, b, o, now()) s FROM
	(VALUES ('a', 'b', 1.0), ('a', 'c', 1), ('a', 'b', 0.5)) v (a, b, o)) q, elo_ratings(s) WHERE item = 'a';

-- ---- kinds and what is no game ----

SELECT s::jsonb FROM (SELECT elo_agg(1, 2, 1, '2026-01-02 03:04:05+00'::timestamptz) s) q;
SELECT s::jsonb FROM (SELECT elo_agg(a, b, o ORDER BY o) s FROM (VALUES (md5('x')::uuid, md5('y')::uuid, 0.5::float8)) v (a, b, o)) q;
SELECT s::jsonb FROM (SELECT elo_agg(a, b, o, at) s FROM (VALUES (-5::bigint, 7::bigint, 0.5::float8, -3), (-5, 7, 0.5, -3), (7, -5, 1, -3), (7, 100, 0, -9)) v (a, b, o, at)) q;
SELECT g.* FROM (SELECT elo_agg(a, b, o, at) s FROM (VALUES (-5::bigint, 7::bigint, 0.5::float8, -3), (-5, 7, 0.5, -3), (7, -5, 1, -3), (7, 100, 0, -9)) v (a, b, o, at)) q, games(s) g;
SET timezone = 'UTC';
SELECT g.* FROM (SELECT elo_agg('x', 'y', 0, at) s FROM (VALUES ('infinity'::timestamptz), ('-infinity'), ('2026-01-02')) v (at)) q, games(s) g;
-- NULL is no game
SELECT n_games(elo_agg(a, b, o, 1::bigint)) FROM (VALUES ('a', 'b', 1.0), (NULL, 'b', 1), ('a', NULL, 1), ('a', 'b', NULL)) v (a, b, o);
SELECT elo_agg(a, b, o, NULL::bigint) FROM (VALUES ('a', 'b', NULL::float8)) v (a, b, o);
SELECT elo_agg(a, b, outcome ORDER BY n) FROM elo_game WHERE false;
SELECT count(*) FROM elo_ratings(NULL);

-- ---- errors ----

SELECT elo_agg('a', 'b', 1, NULL::bigint);
SELECT elo_agg('a', 'a', 1, 1::bigint);
SELECT elo_agg('a', 'b', 0.7, 1::bigint);
SELECT elo_agg('a', 'b', 'NaN'::float8, 1::bigint);
SELECT r.item FROM (SELECT elo_agg(a, b, outcome, n) s FROM elo_game) q, elo_ratings(s, k => 0) r;
SELECT r.item FROM (SELECT elo_agg(a, b, outcome, n) s FROM elo_game) q, elo_ratings(s, k => NULL) r;
SELECT r.item FROM (SELECT elo_agg(a, b, outcome, n) s FROM elo_game) q, elo_ratings(s, initial => 'Infinity') r;
SELECT r.item FROM (SELECT elo_agg(a, b, outcome, n) s FROM elo_game) q, elo_ratings(s, scale => -400) r;
SELECT r.item FROM (SELECT elo_agg(a, b, outcome, 1::bigint) s FROM elo_game) q, elo_ratings(s, k => 1e308, initial => 1.7e308) r;

-- ---- merging: dated games only ----

CREATE TABLE elo_many AS SELECT i::bigint AS n, 'p' || i % 7 AS a, 'p' || (i + 1 + i % 5) % 7 AS b, (i * i) % 3 / 2.0::float8 AS outcome, i % 50 AS at FROM generate_series(1, 2000) i WHERE (1 + i % 5) % 7 <> 0;
SELECT rollup(s) = t AS rolled_up, elo_send(rollup(s)) = elo_send(t) AS bytes, elo_hash(rollup(s)) = elo_hash(t) AS hash FROM (SELECT elo_agg(a, b, outcome, at) s FROM elo_many GROUP BY n % 9) x, (SELECT elo_agg(a, b, outcome, at) t FROM elo_many) y GROUP BY t;
SELECT n_games(rollup(s)) AS twice, rollup(s) = s AS same FROM (SELECT elo_agg(a, b, outcome, at) s FROM elo_many) x, generate_series(1, 2) GROUP BY s;
SELECT rollup(s) FROM (SELECT elo_agg(a, b, outcome ORDER BY n) s FROM elo_game GROUP BY n % 2) x;
SELECT rollup(s) FROM (SELECT elo_agg(a, b, outcome ORDER BY n) s FROM elo_game UNION ALL SELECT elo_agg(a, b, outcome, n) FROM elo_game) x;
SELECT rollup(s) = s AS alone FROM (SELECT elo_agg(a, b, outcome ORDER BY n) s FROM elo_game) x GROUP BY s;
SELECT rollup(s) FROM (SELECT elo_agg(a, b, outcome, now()) s FROM elo_game UNION ALL SELECT elo_agg(a, b, outcome, n) FROM elo_game) x;
SELECT rollup(s) FROM (SELECT elo_agg(a, b, outcome, n) s FROM elo_game UNION ALL SELECT elo_agg(1, 2, 1, 1::bigint)) x;

-- ---- stored forms of release 0.1: readable for ever ----

CREATE TABLE elo_stored (what text, s elo);
INSERT INTO elo_stored VALUES
	('sequence, text', '\x0103010202000161000162000102010001'),
	('time, uuid', '\x01020202030cc175b9c0f1b6a831c399e26977266192eb5ffee6ae2fec3ad71c777531578f808088d1dd8cf502000101018080bbdd8305000100010000010201'),
	('revision, bigint', '\x0101030303090c5d110102000106000101020001000201'),
	('empty', '\x0100000000');
SELECT what, n_games(s), g.* FROM elo_stored LEFT JOIN LATERAL games(s) g ON true;
CREATE FUNCTION elo_try(b text, OUT state text, OUT detail text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM b::elo;
    state := 'accepted';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, detail = PG_EXCEPTION_DETAIL;
END $$;
-- one thing wrong: version, order, kinds, counts, keys, item, outcome, an item unused, order of games, number of games, a time, end
SELECT n, try.* FROM (VALUES (1, '\x0203010202000161000162000102010001'), (2, '\x0103040202000161000162000102010001'), (3, '\x0103000202000161000162000102010001'),
	(4, '\x0103010203000161000162000102010001'), (5, '\x0103010202000162000161000102010001'), (6, '\x0103010202000161000162000002010001'), (7, '\x0103010202000161000162000103010001'),
	(8, '\x0103010302000161000162000163000102010001'), (9, '\x0101030303090c5d110102000106010002010000010102'), (10, '\x0101030303090c5d110102000106000101000001000201'),
	(11, '\x01010202010201b0f3ffffffffffffff0100010201'), (12, '\x010301020200016100016200010201000100'), (13, '\x01')) v (n, b), LATERAL elo_try(b) try ORDER BY n;

-- ---- limits and cancel ----

SET hdata.max_state_size = '64kB';
SELECT n_games(elo_agg(i, i + 1, 1, i)) FROM generate_series(1, 50000) i;
SELECT n_games(elo_agg('a', 'b', 1, 1::bigint)) FROM generate_series(1, 50000) i;
RESET hdata.max_state_size;
SET statement_timeout = '50ms';
SELECT n_games(elo_agg(i, i + 1, 1, -i)) FROM generate_series(1, 5000000) i;
RESET statement_timeout;

-- ---- one player: Elo ----

SELECT round(elo_expected(1613, 1609)::numeric, 4) AS expected, elo_expected(1500, 1500) AS even, round(elo_expected(1700, 1500, 200)::numeric, 4) AS scaled, elo_expected(NULL, 1) AS null_rating, elo_expected(1e6, 0) AS certain;
SELECT round(elo_update(1613, '{1609,1477,1388,1586,1720}', '{0,0.5,1,1,0}')::numeric, 4) AS rating, elo_update(1500, '{}', '{}') AS no_game, elo_update(1500, '{1500,NULL,1400}', '{1,1,NULL}') AS left_out,
       elo_update(1500, NULL, '{}') AS null_array, elo_update(NULL, '{}', '{}') AS null_rating, elo_update(1500, '{1500}', '{0.25}', 10) AS any_score;
SELECT elo_expected(1500, 'NaN');
SELECT elo_expected(1500, 1500, 0);
SELECT elo_expected(1500, 1500, NULL);
SELECT elo_update(1500, '{1500,1400}', '{1}');
SELECT elo_update(1500, '{1500}', '{1.5}');
SELECT elo_update(1500, '{Infinity}', '{1}');
SELECT elo_update(1500, '{1500}', '{1}', k => -1);
SELECT elo_update(1500, '{1500}', '{1}', k => NULL);
SELECT elo_update(1500, '{{1500,1500}}', '{{1,1}}');
SELECT elo_update(1.7e308, '{1.7e308}', '{1}', k => 1.7e308);

-- ---- one player: Glicko ----

-- Glickman's example: 1464, 151.4
SELECT round(rating::numeric, 4) AS rating, round(rd::numeric, 4) AS rd FROM glicko(1500, 200, '{1400,1550,1700}', '{30,100,300}', '{1,0,0}');
-- without games nothing changes, or only what is known of the player: 50 grows to sqrt(50^2 + 34.6^2) = 60.8, at most to 350
SELECT * FROM glicko(1500, 200, '{}', '{}', '{}');
SELECT rating, round(rd::numeric, 4) AS rd FROM glicko(1500, 50, '{}', '{}', '{}', c => 34.6);
SELECT * FROM glicko(1500, 340, '{}', '{}', '{}', c => 200);
SELECT * FROM glicko(1500, 400, '{}', '{}', '{}', c => 10);
-- a game of which anything is NULL is left out
SELECT * FROM glicko(1500, 200, '{1400,NULL,1500,1500}', '{30,30,NULL,30}', '{NULL,1,1,NULL}');
SELECT * FROM glicko(NULL, 200, '{}', '{}', '{}');
SELECT * FROM glicko(1500, 200, NULL, '{}', '{}');
SELECT * FROM glicko(1500, 0, '{}', '{}', '{}');
SELECT * FROM glicko(1500, 200, '{1400}', '{-1}', '{1}');
SELECT * FROM glicko(1500, 200, '{1400}', '{30,30}', '{1}');
SELECT * FROM glicko(1500, 200, '{1400}', '{30}', '{2}');
SELECT * FROM glicko(1500, 200, '{1400}', '{30}', '{1}', c => -1);
SELECT * FROM glicko('Infinity', 200, '{}', '{}', '{}');

DROP TABLE elo_game, elo_many, elo_stored;
DROP FUNCTION elo_try;

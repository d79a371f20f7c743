-- Which value stands: "at", the newest and the earliest; contradictions and clusters, and who raises them.
\pset format unaligned
\pset footer off
SET search_path = hdata, public;
SET timezone = 'UTC';
SET datestyle = 'ISO';

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
CREATE FUNCTION pg_temp.facts(r hdata.ratings) RETURNS text LANGUAGE sql AS
	$$ SELECT string_agg(concat_ws(' ', item, rater, value, at, revision, cluster), '; ') FROM hdata.observations(r) $$;

-- one rater says of one item: a, then b, then a again; another says b once
CREATE TABLE hd_at (n int, item text, rater text, label text, score float8, at timestamptz, rev bigint, doc text);
INSERT INTO hd_at VALUES
	(1, 'i1', 'ann', 'a', 1, '2024-05-01 10:00', 1, 'd1'),
	(2, 'i1', 'ann', 'b', 2, '2024-05-02 10:00', 2, 'd1'),
	(3, 'i1', 'ann', 'c', 3, '2024-05-03 10:00', 3, 'd1'),
	(4, 'i1', 'bob', 'b', 2, '2024-05-02 12:00', 2, 'd1'),
	(5, 'i2', 'ann', 'b', 2, '2024-05-01 10:00', -7, 'd2');

-- ---- the newest and the earliest ----

SELECT pg_temp.facts(ratings_agg(item, rater, label, at)) AS newest, pg_temp.facts(ratings_first_agg(item, rater, label, at)) AS earliest FROM hd_at;
SELECT pg_temp.facts(ratings_agg(item, rater, label, rev)) AS newest, pg_temp.facts(ratings_first_agg(item, rater, label, rev)) AS earliest FROM hd_at;
SELECT pg_temp.facts(ratings_agg(item, rater, score, rev)) AS newest, pg_temp.facts(ratings_first_agg(item, rater, score, at)) AS earliest FROM hd_at;
-- every overload: bigint, uuid, mixed ids; label and number; time and revision
SELECT pg_temp.facts(ratings_agg(n % 2, length(rater), label, at)) = pg_temp.facts(ratings_agg((n % 2)::text, '3', label, at)) AS bigint_label_at,
	pg_temp.facts(ratings_agg(n % 2, length(rater), score, rev)) = pg_temp.facts(ratings_agg((n % 2)::text, '3', score, rev)) AS bigint_number_rev,
	pg_temp.facts(ratings_first_agg(n % 2, length(rater), label, rev)) = pg_temp.facts(ratings_first_agg((n % 2)::text, '3', label, rev)) AS bigint_label_first_rev,
	pg_temp.facts(ratings_first_agg(n % 2, length(rater), score, at)) = pg_temp.facts(ratings_first_agg((n % 2)::text, '3', score, at)) AS bigint_number_first_at,
	pg_temp.facts(ratings_agg(n % 2, '3'::text, label, at)) = pg_temp.facts(ratings_agg((n % 2)::text, '3', label, at)) AS any_label_at,
	pg_temp.facts(ratings_first_agg(n % 2, '3'::text, score::numeric, rev)) = pg_temp.facts(ratings_first_agg((n % 2)::text, '3', score, rev)) AS any_number_first_rev
	FROM hd_at;
SELECT (o).value, count(*) FROM (SELECT observations(r) AS o FROM (VALUES
	((SELECT ratings_agg(md5(item)::uuid, md5(rater)::uuid, label, at) FROM hd_at)), ((SELECT ratings_agg(md5(item)::uuid, md5(rater)::uuid, label, rev) FROM hd_at)),
	((SELECT ratings_agg(md5(item)::uuid, md5(rater)::uuid, score, at) FROM hd_at)), ((SELECT ratings_agg(md5(item)::uuid, md5(rater)::uuid, score, rev) FROM hd_at)),
	((SELECT ratings_first_agg(md5(item)::uuid, md5(rater)::uuid, label, at) FROM hd_at)), ((SELECT ratings_first_agg(md5(item)::uuid, md5(rater)::uuid, label, rev) FROM hd_at)),
	((SELECT ratings_first_agg(md5(item)::uuid, md5(rater)::uuid, score, at) FROM hd_at)), ((SELECT ratings_first_agg(md5(item)::uuid, md5(rater)::uuid, score, rev) FROM hd_at))) v (r)) s
	GROUP BY 1 ORDER BY 1;
-- "at" of a smaller type
SELECT pg_temp.facts(ratings_agg(item, rater, label, rev::int)) = pg_temp.facts(ratings_agg(item, rater, label, rev)) AS int_is_revision,
	pg_temp.facts(ratings_agg(item, rater, label, at::date)) LIKE 'i1 ann c 2024-05-03 00:00:00+00;%' AS date_is_time FROM hd_at;
-- the ends of time
SELECT pg_temp.facts(ratings_agg('i'::text, 'r'::text, v, t)) AS newest, pg_temp.facts(ratings_first_agg('i'::text, 'r'::text, v, t)) AS earliest
	FROM (VALUES ('last', 'infinity'::timestamptz), ('now', now()), ('first', '-infinity')) x (v, t);
SELECT pg_temp.facts(ratings_agg('i'::text, 'r'::text, v, t)) AS newest, pg_temp.facts(ratings_first_agg('i'::text, 'r'::text, v, t)) AS earliest
	FROM (VALUES ('last', 9223372036854775807), ('zero', 0), ('first', -9223372036854775808)) x (v, t);

-- any order and any split gives the same bytes
SELECT count(DISTINCT r) FROM (SELECT ratings_agg(item, rater, label, at ORDER BY md5(n::text || s)) AS r FROM hd_at, generate_series(1, 20) s GROUP BY s) x;
SELECT count(DISTINCT r) FROM (SELECT s, rollup(r) AS r FROM (SELECT s, ratings_first_agg(item, rater, label, at) AS r FROM hd_at, generate_series(1, 5) s
	GROUP BY s, n % s) x GROUP BY s) y;

-- ---- contradictions: kept by the aggregate, raised by who reads values ----

CREATE TABLE hd_conflict AS SELECT ratings_agg(item, rater, label) AS r, ratings_agg(item, rater, label ORDER BY n DESC) AS r2 FROM hd_at;
SELECT n_ratings(r), r = r2 AS same, pg_temp.facts(r) FROM hd_conflict;
SELECT f, left(pg_temp.failure(format('SELECT %s FROM hd_conflict', f)), 56) AS outcome FROM (VALUES (1, 'percent_agreement(r)'), (2, 'krippendorff_alpha(r)'), (3, 'agreement(r)'),
	(4, 'rater_pairs(r)'), (5, 'rater_agreement(r)'), (6, 'item_agreement(r)'), (7, 'category_agreement(r)'), (8, 'coincidences(r)'), (9, 'first_ratings(r, 1)'),
	(10, 'n_items(r), n_raters(r), n_ratings(r), observations(r), r::jsonb, r::text'), (11, 'only_raters(r, ''{bob}'')')) x (n, f) ORDER BY n;
SELECT pg_temp.failure('SELECT percent_agreement(r) FROM hd_conflict');
-- without the rater who contradicts there is no contradiction
SELECT percent_agreement(without_raters(r, '{ann}')) IS NULL AS fine FROM hd_conflict;
-- numbers and other ids in the message
SELECT pg_temp.failure('SELECT fleiss_kappa(ratings_agg(7, 8, x)) FROM unnest(''{1.50,0.1}''::numeric[]) x');
SELECT pg_temp.failure('SELECT fleiss_kappa(ratings_agg(md5('''')::uuid, 8, x::text[])) FROM unnest(''{"{b,a}","{a,a}"}''::text[]) x');

-- equal "at": a contradiction, too, unless a later one absorbs it
SELECT pg_temp.failure('SELECT fleiss_kappa(ratings_agg(1, 1, x, 5)) FROM unnest(''{a,b}''::text[]) x');
SELECT pg_temp.facts(ratings_agg(1, 1, x, t)) AS absorbed FROM (VALUES ('a', 5), ('b', 5), ('c', 6)) v (x, t);
SELECT pg_temp.facts(ratings_first_agg(1, 1, x, t)) AS absorbed FROM (VALUES ('a', 5), ('b', 5), ('c', 4)) v (x, t);
SELECT pg_temp.facts(ratings_first_agg(1, 1, x, t)) AS not_absorbed FROM (VALUES ('a', 5), ('b', 5), ('c', 6)) v (x, t);
SELECT pg_temp.facts(rollup(r)) AS absorbed FROM (SELECT ratings_agg(1, 1, x, 5) FROM unnest('{a,b}'::text[]) x UNION ALL SELECT ratings_agg(1, 1, 'a', 6)) v (r);
-- the same value at the same time is no contradiction, at another time neither
SELECT pg_temp.facts(ratings_agg(1, 1, 'a', t)) FROM unnest('{5,5,4}'::bigint[]) t;

-- ---- "at" in every row or in none ----

SELECT pg_temp.facts(ratings_agg(1, i, 'a', NULL::bigint)) AS none FROM generate_series(1, 2) i;
SELECT ratings_agg(1, i, 'a', NULL::bigint) = ratings_agg(1, i, 'a') AS same FROM generate_series(1, 2) i;
SELECT pg_temp.failure('SELECT ratings_agg(1, i, ''a'', nullif(i, 2)) FROM generate_series(1, 2) i');
SELECT pg_temp.failure('SELECT ratings_agg(1, i, ''a'', nullif(i, 1)) FROM generate_series(1, 2) i') LIKE '42804 %' AS either_way;
SELECT pg_temp.failure('SELECT ratings_first_agg(1, i, ''a'', nullif(i, 2)) FROM generate_series(1, 2) i');
-- a row that is no observation needs no "at"
SELECT pg_temp.facts(ratings_first_agg(1, nullif(i, 2), 'a', nullif(i, 2))) FROM generate_series(1, 2) i;

-- ---- clusters ----

SELECT pg_temp.facts(ratings_agg(item, rater, label, at, doc)) FROM hd_at;
SELECT pg_temp.facts(ratings_first_agg(item, rater, score, rev, doc)) FROM hd_at;
SELECT pg_temp.facts(ratings_agg(n, rater, label, NULL::timestamptz, doc)) FROM hd_at;
SELECT pg_temp.facts(ratings_agg(md5(item)::uuid, md5(rater)::uuid, label, NULL::bigint, doc)) IS NOT NULL AS uuid,
	pg_temp.facts(ratings_first_agg(n, rater, score, rev, doc)) IS NOT NULL AS any_first FROM hd_at;
-- some items have none; one row of an item is enough
SELECT pg_temp.facts(ratings_agg(item, rater, score, rev, CASE WHEN n = 4 THEN 'd1' END)) FROM hd_at;
SELECT ratings_agg(item, rater, score, rev, NULL) = ratings_agg(item, rater, score, rev) AS same FROM hd_at;
-- a cluster given with a rating that was superseded is kept: it is said of the item
SELECT pg_temp.facts(ratings_agg(1, 1, x, t, c)) FROM (VALUES ('a', 1, 'd1'), ('b', 2, NULL)) v (x, t, c);
SELECT pg_temp.facts(rollup(r)) FROM (SELECT ratings_agg(1, 1, 'a', 1, 'd1') UNION ALL SELECT ratings_agg(1, 1, 'b', 2)) v (r);
-- two clusters of one item: like contradicting values
SELECT pg_temp.failure('SELECT fleiss_kappa(ratings_agg(7, i, ''a'', NULL::bigint, ''d'' || i)) FROM generate_series(1, 3) i');
SELECT r = r2 AS same, r::jsonb -> 'clusters' AS clusters, n_ratings(r) FROM (SELECT ratings_agg(7, 1, 'a', NULL::bigint, 'd' || i) AS r,
	ratings_agg(7, 1, 'a', NULL::bigint, 'd' || i ORDER BY i DESC) AS r2 FROM generate_series(1, 3) i) x;
SELECT rollup(r) = (SELECT ratings_agg(7, 1, 'a', NULL::bigint, 'd' || i) FROM generate_series(1, 3) i) AS same
	FROM (SELECT ratings_agg(7, 1, 'a', NULL::bigint, 'd' || i) AS r FROM generate_series(1, 3) i GROUP BY i) x;
SELECT rollup(r) = (SELECT r) AS rolled_up FROM (SELECT ratings_agg(7, 1, 'a', NULL::bigint, 'd' || i) AS r FROM generate_series(1, 3) i) x GROUP BY r;
-- an empty cluster name is a name
SELECT ratings_agg(7, 1, 'a', NULL::bigint, '')::jsonb -> 'clusters' AS clusters;

DROP TABLE hd_at, hd_conflict;

-- Looking into ratings, and taking people and items out of them.
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

-- item 10 comes after item 9; ann rates all, bob two, the others one each
CREATE TABLE hd_src (item int, rater text, label text, at timestamptz, rev bigint, doc text);
INSERT INTO hd_src VALUES
	(9, 'ann', 'x', '2024-05-01 10:00', 1, 'd1'), (10, 'ann', 'y', '2024-05-01 11:00', 2, 'd1'), (-1, 'ann', 'x', '2024-05-01 12:00', 3, 'd2'),
	(9, 'bob', 'x', '2024-05-01 09:00', 1, 'd1'), (10, 'bob', 'only bob says', '2024-05-01 11:00', 2, 'd1'),
	(9, 'zoë', 'y', '2024-05-02 10:00', 5, 'd1'), (77, 'gretchen', 'x', '2024-05-01 10:00', 1, 'only gretchen');
CREATE TABLE hd_acc AS SELECT ratings_agg(item, rater, label) AS r, ratings_agg(item, rater, label, at, doc) AS t, ratings_first_agg(item, rater, label, rev, doc) AS v,
	ratings_agg(item, length(rater), length(label)) AS n, ratings_agg(md5(item::text)::uuid, md5(rater)::uuid, label) AS u, ratings_agg(item::text, rater, label) AS s FROM hd_src;

-- ---- counts ----

SELECT n_items(r), n_raters(r), n_ratings(r), n_items(n), n_raters(n), n_ratings(n) FROM hd_acc;
SELECT pg_typeof(n_items(r)), pg_typeof(n_raters(r)), pg_typeof(n_ratings(r)) FROM hd_acc;
SELECT n_items(NULL::ratings) IS NULL AS items, n_raters(NULL::ratings) IS NULL AS raters, n_ratings(NULL) IS NULL AS ratings, (SELECT count(*) FROM observations(NULL::ratings)) AS observations,
	only_raters(NULL::ratings, '{a}') IS NULL AS only, without_raters(r, NULL) IS NULL AS without, only_items(NULL::ratings, NULL) IS NULL AS items, first_ratings(r, NULL) IS NULL AS first FROM hd_acc;

-- ---- observations, in order: bigint by number, text by bytes ----

SELECT o.* FROM hd_acc, observations(t) o;
SELECT o.* FROM hd_acc, observations(v) o LIMIT 2;
SELECT o.* FROM hd_acc, observations(n) o LIMIT 2;
SELECT string_agg(item, ',') AS text_order FROM hd_acc, observations(s);
SELECT count(*), bool_and(item::uuid >= lag) FROM (SELECT item, lag(item::uuid) OVER () AS lag FROM hd_acc, observations(u)) x;
SELECT (observations(r)).rater FROM hd_acc LIMIT 3;
-- from rows to ratings and back
SELECT ratings_agg(item::int, rater, value) = r AS round_trip FROM hd_acc, observations(r) o GROUP BY r;
SELECT ratings_agg(item::int, rater, value, at, cluster) = t AS round_trip FROM hd_acc, observations(t) o GROUP BY t;
SELECT ratings_agg(item::bigint, rater::bigint, number) = n AS round_trip FROM hd_acc, observations(n) o GROUP BY n;

-- ---- taking out ----

SELECT pg_temp.facts(only_raters(r, '{ann}')) AS only, pg_temp.facts(without_raters(r, '{ann}')) AS without FROM hd_acc;
SELECT pg_temp.facts(only_items(r, '{9,-1}')) AS items, pg_temp.facts(only_items(t, '{77}')) AS cluster FROM hd_acc;
SELECT only_raters(r, '{ann,bob}') = ratings_agg(item, rater, label) FILTER (WHERE rater IN ('ann', 'bob')) AS only_r,
	without_raters(t, '{ann,bob}') = ratings_agg(item, rater, label, at, doc) FILTER (WHERE rater NOT IN ('ann', 'bob')) AS without_t,
	without_raters(v, '{gretchen}') = ratings_first_agg(item, rater, label, rev, doc) FILTER (WHERE rater <> 'gretchen') AS without_v,
	only_raters(n, '{3}') = ratings_agg(item, length(rater), length(label)) FILTER (WHERE length(rater) = 3) AS only_n,
	without_raters(u, ARRAY[md5('ann')]) = ratings_agg(md5(item::text)::uuid, md5(rater)::uuid, label) FILTER (WHERE rater <> 'ann') AS without_u,
	only_items(u, ARRAY[md5('9')::uuid::text, upper(md5('10')::uuid::text)]) = ratings_agg(md5(item::text)::uuid, md5(rater)::uuid, label) FILTER (WHERE item IN (9, 10)) AS items_u,
	only_items(s, '{9}') = ratings_agg(item::text, rater, label) FILTER (WHERE item = 9) AS items_s
	FROM hd_acc, hd_src GROUP BY r, t, v, n, u, s;
-- only and without make up the whole
SELECT rollup(x) = r AS whole FROM hd_acc, LATERAL (VALUES (only_raters(r, '{bob,zoë}')), (without_raters(r, '{bob,zoë}'))) v (x) GROUP BY r;
SELECT rollup(x) = t AS whole FROM hd_acc, LATERAL (VALUES (only_raters(t, '{bob,zoë}')), (without_raters(t, '{bob,zoë}'))) v (x) GROUP BY t;

-- names that are not there change nothing, whether or not they could be
SELECT without_raters(r, '{nobody,"",Ann}') = r AS text, without_raters(n, '{nobody,99,3.0,0x3,"",99999999999999999999,"3 "}') = n AS bigint,
	without_raters(u, '{nobody,"",00000000000000000000000000000000,12345678-}') = u AS uuid FROM hd_acc;
SELECT without_raters(r, '{}') = r AS nobody, n_ratings(only_raters(r, '{}')) AS only_nobody, n_ratings(only_items(n, '{nothing,9,9}')) AS items FROM hd_acc;
SELECT without_raters(u, ARRAY['0-0000000000000000000000000000000', '-00000000000000000000000000000000', '{00000000-0000-0000-0000-000000000000}']) = u AS uuid FROM hd_acc;
-- a name given twice or in another form of the same number
SELECT n_ratings(only_raters(n, '{3,3,+3,03}')) FROM hd_acc;

-- nobody is left: an empty value, not NULL; it still has its kinds
SELECT n_items(e), n_raters(e), n_ratings(e), pg_temp.facts(e) IS NULL AS no_rows, e::jsonb -> 'labels' AS labels FROM (SELECT only_raters(t, '{nobody}') AS e FROM hd_acc) x;
SELECT only_raters(r, '{nobody}') = without_raters(r, '{ann,bob,zoë,gretchen}') AS same, rollup(x) = r AS neutral
	FROM hd_acc, LATERAL (VALUES (r), (only_raters(r, '{nobody}'))) v (x) GROUP BY r;
SELECT pg_temp.failure('SELECT rollup(x) FROM hd_acc, LATERAL (VALUES (n), (only_raters(r, ''{}''))) v (x)') LIKE '42804 %' AS kinds_stay;
SELECT n_ratings(without_raters(only_items('\x01000000000000'::ratings, '{a}'), '{b}')), n_ratings(first_ratings('\x01000000000000', 1));
-- the domain of an enum stays, since it names nobody
CREATE TYPE hd_acc_grade AS ENUM ('low', 'high');
SELECT without_raters(ratings_agg(1, 'ann'::text, 'low'::hd_acc_grade), '{ann}')::jsonb -> 'labels' AS labels;

-- nothing is left of a person who was taken out: neither the name nor what only they said, rated or belonged to
SELECT f, position(convert_to(w, 'UTF8') IN ratings_send(before)) > 0 AS was_there, position(convert_to(w, 'UTF8') IN ratings_send(after)) > 0 AS is_there
	FROM hd_acc, LATERAL (VALUES ('name', 'gretchen', t, without_raters(t, '{gretchen}')), ('cluster', 'only gretchen', t, without_raters(t, '{gretchen}')),
		('label', 'only bob says', r, without_raters(r, '{bob}')), ('item', '77', s, without_raters(s, '{gretchen}')), ('UTF-8', 'zoë', s, without_raters(s, '{zoë}')),
		('others stay', 'ann', s, without_raters(s, '{zoë}')), ('nobody', 'gretchen', without_raters(t, '{ann,bob,zoë}'), without_raters(t, '{ann,bob,zoë,gretchen}'))) v (f, w, before, after);
-- a name of which another is the beginning
SELECT encode(ratings_send(without_raters(ratings_agg(1, x, 'l'::text), '{ann}')), 'escape') LIKE '%anna%' AS anna,
	encode(ratings_send(without_raters(ratings_agg(1, x, 'l'::text), '{anna}')), 'escape') LIKE '%anna%' AS gone FROM unnest('{ann,anna}'::text[]) x;
SELECT position(uuid_send(md5('ann')::uuid) IN ratings_send(u)) > 0 AS was_there, position(uuid_send(md5('ann')::uuid) IN ratings_send(without_raters(u, ARRAY[md5('ann')]))) > 0 AS is_there FROM hd_acc;

-- contradictions of the others are kept
SELECT pg_temp.facts(without_raters(ratings_agg(1, i, x), '{3}')) FROM generate_series(1, 3) i, unnest('{a,b}'::text[]) x;
SELECT without_raters(ratings_agg(1, i, 'a', NULL::bigint, 'd' || i), '{9}') = ratings_agg(1, i, 'a', NULL::bigint, 'd' || i) AS clusters FROM generate_series(1, 3) i;

-- ---- the first ratings of each item ----

SELECT pg_temp.facts(first_ratings(t, 1)) FROM hd_acc;
SELECT pg_temp.facts(first_ratings(t, 2)) FROM hd_acc;
SELECT first_ratings(t, 3) = t AS all, first_ratings(t, 9223372036854775807) = t AS any FROM hd_acc;
-- by revision; at the same time by rater
SELECT pg_temp.facts(first_ratings(v, 1)) FROM hd_acc;
SELECT pg_temp.failure(format('SELECT first_ratings(%s) FROM hd_acc', x)) FROM unnest('{"t, 0","t, -1","r, 1","n, 1"}'::text[]) x;
SELECT n_ratings(first_ratings(only_raters(r, '{}'), 1)) AS of_nothing FROM hd_acc;

-- ---- bad arguments ----

SELECT pg_temp.failure(format('SELECT %s FROM hd_acc', x)) FROM unnest(ARRAY['only_raters(r, ''{ann,NULL}'')', 'without_raters(r, ''{NULL}'')', 'only_items(r, ''{1,NULL}'')']) x;

DROP TABLE hd_src, hd_acc;
DROP TYPE hd_acc_grade;

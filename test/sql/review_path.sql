-- review_path and review_paths: order, stays, censoring, what is refused
\pset format unaligned
\pset footer off
\pset null '(null)'
SET search_path = hdata, public;
SET extra_float_digits = 0;
SET timezone = 'UTC';
SET datestyle = 'ISO, MDY';
SET intervalstyle = 'postgres';

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

CREATE TEMP TABLE ev (item int, seq int, state text, at timestamptz);
INSERT INTO ev VALUES (1, 1, 'draft', '2026-01-05 09:00Z'), (1, 2, 'submitted', '2026-01-05 10:00Z'), (1, 3, 'in_review', '2026-01-05 12:00Z'), (1, 4, 'approved', '2026-01-05 12:30Z'),
	(2, 1, 'draft', '2026-01-05 09:00Z'), (2, 2, 'submitted', '2026-01-05 09:30Z'), (2, 3, 'in_review', '2026-01-05 10:30Z'), (2, 4, 'changes_requested', '2026-01-05 11:00Z'),
	(2, 5, 'submitted', '2026-01-05 15:00Z'), (2, 6, 'in_review', '2026-01-05 16:00Z'), (2, 7, 'approved', '2026-01-05 16:10Z'),
	(3, 1, 'draft', '2026-01-05 09:00Z'), (3, 2, 'submitted', '2026-01-05 13:00Z'), (3, 3, 'in_review', '2026-01-05 14:00Z'), (4, 1, 'draft', '2026-01-05 09:00Z');
CREATE TEMP TABLE path AS SELECT item, review_path_agg(state, at) AS p FROM ev GROUP BY item;

SELECT item, n_events(p), visits(p, 'submitted'), visits(p, 'nowhere'), loops(p), loops(p, 'in_review'), loops(p, 'nowhere'), first_pass(p, '{approved}', '{changes_requested}') AS first_pass,
	cycle(p, 'submitted', 'approved'), open_state(p), open_state(p, terminal => '{approved}') AS waiting FROM path ORDER BY item;
SELECT item, time_in(p, 'draft', '2026-01-05 18:00Z') AS draft, time_in(p, 'in_review', '2026-01-05 18:00Z') AS in_review, time_in(p, 'approved', '2026-01-05 18:00Z') AS approved,
	time_in(p, 'approved', '2026-01-05 18:00Z', '{approved}') AS terminal, time_in(p, 'nowhere') AS nowhere FROM path ORDER BY item;
SELECT item, s.* FROM path, steps(p, '2026-01-05 18:00Z', '{approved}') s ORDER BY item, n;
-- without as_of what is open has no end and no duration
SELECT s.* FROM path, steps(p) s WHERE item = 3;
SELECT item, c.* FROM path, cycle_time(p, 'submitted', 'approved', '2026-01-05 18:00Z') c ORDER BY item;

-- as of: what came later is not known yet
SELECT a, time_in(p, 'in_review', a) AS in_review, visits(p, 'in_review', a) AS visits, loops(p, as_of => a) AS loops, first_pass(p, '{approved}', '{changes_requested}', a) AS first_pass,
	cycle(p, 'submitted', 'approved', a), open_state(p, a), (SELECT count(*) FROM steps(p, a)) AS steps
FROM path, unnest('{2026-01-05 08:00Z,2026-01-05 09:00Z,2026-01-05 10:40Z,2026-01-05 11:00Z,2026-01-05 16:05Z,2026-01-05 16:10Z}'::timestamptz[]) a WHERE item = 2 ORDER BY a;
-- the default of as_of is now: an open stay goes on
SELECT time_in(p, 'in_review') = now() - '2026-01-05 14:00Z' AS going_on FROM path WHERE item = 3;

-- an event that changes nothing begins no new stay; the same event twice is one
SELECT s.* FROM (SELECT review_path_agg(state, at) AS p FROM (VALUES ('a', '2026-01-01'::timestamptz), ('a', '2026-01-02'), ('b', '2026-01-03'), ('b', '2026-01-03'), ('a', '2026-01-04')) v(state, at)) q, steps(p, '2026-01-10') s;
-- seq is the order: a clock that runs back counts as standing still
SELECT s.* FROM (SELECT review_path_agg(state, at, seq) AS p FROM (VALUES ('a', '2026-01-01'::timestamptz, 1), ('b', '2026-01-05', 2), ('c', '2026-01-03', 3), ('d', '2026-01-06', 4)) v(state, at, seq)) q, steps(p, '2026-01-10') s;
-- events of one time, ordered by seq; a decision is one by the order
SELECT first_pass(p, '{ok}', '{no}'), time_in(p, 'no', '2026-01-02') FROM (SELECT review_path_agg(state, '2026-01-01', seq) AS p FROM (VALUES ('ok', 2), ('no', 1), ('new', -1)) v(state, seq)) q;
-- long stays and days
SELECT time_in(p, 'a', '2026-01-01'), cycle(p, 'a', 'b') FROM (SELECT review_path_agg(state, at) AS p FROM (VALUES ('a', '1926-01-01 12:00Z'::timestamptz), ('b', '2026-01-01 13:30:00.25Z')) v(state, at)) q;

-- nulls, enums, no rows
SELECT p::jsonb FROM (SELECT review_path_agg(state, at) AS p FROM (VALUES ('a', '2026-01-01'::timestamptz), (NULL, '2026-01-02'), ('b', NULL)) v(state, at)) q;
SELECT review_path_agg(state, at) IS NULL AS nothing FROM (VALUES (NULL::text, now())) v(state, at);
CREATE TYPE pg_temp.stage AS ENUM ('new', 'done');
SELECT review_path_agg(s, at) = review_path_agg(s::text, at) AS enum, review_path_agg(s, at, 1) = review_path_agg(s::text, at, 1::bigint) AS enum_seq FROM (VALUES ('done'::pg_temp.stage, '2026-01-01'::timestamptz)) v(s, at);
SELECT review_path_agg(s, at)::jsonb FROM (VALUES ('a'::varchar, '2026-01-01'::date), ('b', '2026-01-02')) v(s, at);
SELECT time_in(NULL, 'a'), visits(NULL, 'a'), visits(p, NULL), loops(NULL), first_pass(NULL, '{}', '{}'), cycle(p, NULL, 'a'), open_state(NULL), (SELECT count(*) FROM steps(NULL)) FROM path WHERE item = 1;

-- order that is not known is an error of what is read, never of what is put together
SELECT p::jsonb FROM (SELECT review_path_agg(s, '2026-01-01 10:00') AS p FROM (VALUES ('b'), ('a')) v(s)) q;
SELECT pg_temp.failure($$SELECT loops(review_path_agg(s, '2026-01-01 10:00')) FROM (VALUES ('b'), ('a')) v(s)$$);
SELECT pg_temp.failure($$SELECT loops(review_path_agg(s, '2026-01-01 10:00', 7)) FROM (VALUES ('b'), ('a')) v(s)$$);
SELECT pg_temp.failure($$SELECT loops(review_path_agg('a', t::timestamptz, 7)) FROM (VALUES ('2026-01-02 10:00'), ('2026-01-01 10:00')) v(t)$$);
SELECT pg_temp.failure($$SELECT n_items(review_paths_agg('x'::text, s, '2026-01-01 10:00')) FROM (VALUES ('b'), ('a')) v(s)$$);
SELECT pg_temp.failure($$SELECT review_path_agg('a', 'infinity')$$);
SELECT pg_temp.failure($$SELECT review_path_agg('a', now(), NULL)$$);
SELECT pg_temp.failure($$SELECT rollup(p) FROM (SELECT review_path_agg('a', now()) AS p UNION ALL SELECT review_path_agg('a', now(), 1)) q$$);
SELECT pg_temp.failure($$SELECT review_path_agg(7, now())$$);
SELECT pg_temp.failure($$SELECT time_in(p, 'draft', NULL) FROM path$$);
SELECT pg_temp.failure($$SELECT time_in(p, 'draft', '-infinity') FROM path$$);
SELECT pg_temp.failure($$SELECT first_pass(p, NULL, '{}') FROM path$$);
SELECT pg_temp.failure($$SELECT first_pass(p, '{a}', NULL) FROM path$$);
SELECT pg_temp.failure($$SELECT first_pass(p, '{a,NULL}', '{}') FROM path$$);
SELECT pg_temp.failure($$SELECT time_in(review_path_agg(s, t::timestamptz), 'a', '294276-01-02Z') FROM (VALUES ('a', '4713-01-01Z BC'), ('b', '294276-01-01Z')) v(s, t)$$);

-- many items in one state
CREATE TEMP TABLE many AS SELECT review_paths_agg(item, state, at) AS s FROM ev;
SELECT n_items(s), n_events(s) FROM many;
SELECT t.* FROM many, time_in_state(s, '2026-01-05 18:00Z', '{approved}') t;
SELECT f.state, f.n_items, round(f.share::numeric, 3) AS share, round(f.ci_low::numeric, 3) AS low, round(f.ci_high::numeric, 3) AS high, f.n_now FROM many, funnel(s, '{draft,submitted,in_review,approved,nowhere}') f;
SELECT f.state, f.n_items, f.n_now FROM many, funnel(s, as_of => '2026-01-05 11:00Z') f;
SELECT m.metric, m.x, m.n, round(m.value::numeric, 3) AS value, round(m.ci_low::numeric, 3) AS low, round(m.ci_high::numeric, 3) AS high, m.note FROM many, process_metrics(s, '{approved}', '{changes_requested}') m;
SELECT m.metric, m.x, m.n, m.value, m.note FROM many, process_metrics(s, '{approved}', '{changes_requested}', '2026-01-05 10:00Z') m;
SELECT count(*) AS nothing_yet FROM many, process_metrics(s, '{approved}', '{}', '2025-01-01') m WHERE value IS NOT NULL;
SELECT km_of(s, 'in_review', '2026-01-05 18:00Z')::jsonb, km_of(s, 'submitted', 'approved', '2026-01-05 18:00Z')::jsonb, km_of(s, 'nowhere', '2026-01-05 18:00Z'), km_of(s, 'draft', '2025-01-01') FROM many;
SELECT (SELECT km_agg(p, 'in_review', '2026-01-05 18:00Z') FROM path) = km_of(s, 'in_review', '2026-01-05 18:00Z') AS same, (SELECT km_agg(p, 'submitted', 'approved', '2026-01-05 18:00Z') FROM path) = km_of(s, 'submitted', 'approved', '2026-01-05 18:00Z') AS same_cycle FROM many;
SELECT count(*), bool_and(p.path = q.p) AS same FROM many, paths(s) p JOIN path q ON q.item::text = p.item;
-- the rejection rate's interval takes the decisions on an item together: twenty items of one decision each, or two of ten
SELECT what, m.x, m.n, round(m.value::numeric, 3) AS value, round(m.ci_low::numeric, 3) AS low, round(m.ci_high::numeric, 3) AS high FROM
	(SELECT 'one each' AS what, review_paths_agg(i, CASE WHEN i % 2 = 0 THEN 'yes' ELSE 'no' END, '2026-01-01') AS s FROM generate_series(1, 20) i
	UNION ALL SELECT 'ten each', review_paths_agg(i % 2, x, '2026-01-01'::timestamptz + i * interval '1 h') FROM generate_series(1, 40) i, LATERAL (SELECT CASE WHEN i % 4 > 1 THEN 'new' WHEN i % 2 = 0 THEN 'yes' ELSE 'no' END AS x) x) q,
	process_metrics(s, '{yes}', '{no}') m WHERE m.metric = 'rejection_rate' ORDER BY what;
-- kinds of items
SELECT review_paths_agg(item, state, at) = (SELECT s FROM many) AS int, review_paths_agg(item::smallint, state, at, seq) = review_paths_agg(item::bigint, state, at, seq::bigint) AS smallint,
	n_items(review_paths_agg(item::text, state, at)) AS texts, n_items(review_paths_agg(md5(item::text)::uuid, state, at)) AS uuids, n_items(review_paths_agg(item::numeric, state::varchar, at)) AS any FROM ev;
SELECT review_paths_agg(item, s::pg_temp.stage, at)::jsonb FROM (VALUES (1, 'new', '2026-01-01'::timestamptz), (1, 'done', '2026-01-02'), (NULL, 'new', '2026-01-02')) v(item, s, at);
SELECT count(*) FROM time_in_state(NULL), funnel(NULL), process_metrics(NULL, '{}', '{}');
SELECT pg_temp.failure($$SELECT process_metrics(s, '{a,approved}', '{approved}') FROM many$$);
SELECT pg_temp.failure($$SELECT process_metrics(s, NULL, '{approved}') FROM many$$);
SELECT pg_temp.failure($$SELECT process_metrics(s, '{}', NULL) FROM many$$);
SELECT pg_temp.failure($$SELECT time_in_state(s, confidence => 1) FROM many$$);
SELECT pg_temp.failure($$SELECT funnel(s, confidence => NULL) FROM many$$);
SELECT pg_temp.failure($$SELECT km_of(s, 'draft', 'infinity'::timestamptz) FROM many$$), km_of(s, 'draft', NULL), km_of(NULL, 'draft', 'done', now()) FROM many;
SELECT pg_temp.failure($$SELECT rollup(s) FROM (SELECT review_paths_agg(1, 'a', now()) AS s UNION ALL SELECT review_paths_agg('1'::text, 'a', now())) q$$);
SELECT pg_temp.failure($$SELECT rollup(s) FROM (SELECT review_paths_agg(1, 'a', now()) AS s UNION ALL SELECT review_paths_agg(1, 'a', now(), 1)) q$$);

-- stored by release 0.1.0: readable for ever (docs/storage.md)
SELECT p FROM path WHERE item IN (1, 4) ORDER BY item;
SELECT review_path_agg(state, at, seq) FROM ev WHERE item = 2;
SELECT s FROM many;
SELECT review_paths_agg('item ' || item, state, at, seq) FROM ev WHERE item > 2;
SELECT '\x010105070008617070726f76656400116368616e6765735f726571756573746564000564726166740009696e5f72657669657700097375626d6974746564028090b5d7e1a7f502020180c8ceb40d040180909de91a030180c8ceb40d010180c0f4a46b040180909de91a030180989abc0400'::review_path::jsonb;
SELECT '\x01030102030400066974656d2033050134000564726166740009696e5f72657669657700097375626d697474656403028090b5d7e1a7f502000180c0f4a46b020180909de91a0101020000'::review_paths::jsonb;
-- and what is refused
SELECT pg_temp.failure('SELECT ' || quote_literal(v) || '::review_path') FROM (VALUES ('x'), ('\x'), ('\x02'), ('\x0102'), ('\x01000101000161'), ('\x010001010001610000'), ('\x01000101000161000000'), ('\x01000001000161'), ('\x0100020200016100016200000000')) x(v);

-- Merging and running ratings: rollup, parallel, partition-wise, spilled, windows, grouping sets, variables, cursors, limits.
\pset format unaligned
\pset footer off
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

-- does the plan hold such a node?  Plans as such differ between releases.
CREATE FUNCTION pg_temp.plan_has(query text, pattern text, options text DEFAULT 'COSTS OFF') RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	line text;
	found boolean := false;
BEGIN
	FOR line IN EXECUTE format('EXPLAIN (%s) %s', options, query) LOOP
		found := found OR line ~ pattern;
	END LOOP;
	RETURN found;
END $$;

CREATE TABLE hd_rows AS SELECT i, (i * 7919) % 1000 AS item, (i * 31) % 13 AS rater, 'label ' || (i * i) % 5 AS label,
	(i % 11) / 4.0::float8 AS score, i::bigint AS rev, 'doc ' || ((i * 7919) % 1000) / 10 AS doc, md5(((i * 7919) % 1000)::text)::uuid AS uitem,
	md5(((i * 31) % 13)::text)::uuid AS urater, i % 10 AS day FROM generate_series(1, 20000) i;
ANALYZE hd_rows;

-- all forms in one row, for comparing
CREATE VIEW hd_all AS SELECT ratings_agg(item, rater, label) AS a, ratings_agg(item, rater, score) AS b, ratings_agg(uitem, urater, label) AS c,
	ratings_agg(uitem, urater, score, rev) AS d, ratings_agg('item ' || item, 'rater ' || rater, label) AS e, ratings_first_agg('item ' || item, 'rater ' || rater, score, rev) AS f,
	ratings_agg(item, 'rater ' || rater, ARRAY[label, day::text]) AS g, ratings_agg(item, rater, label, rev, doc) AS h, ratings_first_agg(item, rater, label = 'label 1', rev, doc) AS k
	FROM hd_rows;
SET max_parallel_workers_per_gather = 0;
CREATE TABLE hd_serial AS SELECT * FROM hd_all;
SELECT n_ratings(a), n_ratings(b), n_ratings(c), n_ratings(d), n_ratings(e), n_ratings(f), n_ratings(g), n_ratings(h), n_ratings(k) FROM hd_serial;

-- ---- parallel ----

SET max_parallel_workers_per_gather = 3;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET parallel_leader_participation = off;
ALTER TABLE hd_rows SET (parallel_workers = 3);
SELECT pg_temp.plan_has('SELECT * FROM hd_all', 'Gather') AS gather, pg_temp.plan_has('SELECT * FROM hd_all', 'Partial Aggregate') AS partial;
SELECT count(*) AS same FROM hd_all a JOIN hd_serial s ON (a.*) = (s.*);
SELECT bool_and(ratings_send(p.r) = ratings_send(s.r)) AS same_by_group, count(*) FROM (SELECT day, ratings_agg(item, rater, label) AS r FROM hd_rows GROUP BY day) p
	JOIN (SELECT day, ratings_agg(item, rater, label ORDER BY i) AS r FROM hd_rows GROUP BY day) s USING (day);
-- an accessor beside a parallel aggregate, and in a parallel scan
CREATE TABLE hd_days AS SELECT day, ratings_agg(item, rater, label) AS r FROM hd_rows GROUP BY day;
ALTER TABLE hd_days SET (parallel_workers = 3);
SELECT pg_temp.plan_has('SELECT rollup(r) FROM hd_days', 'Gather') AS gather, pg_temp.plan_has('SELECT sum(n_ratings(r)) FROM hd_days', 'Gather') AS accessor;
SELECT rollup(r) = (SELECT a FROM hd_serial) AS rolled_up, sum(n_ratings(r)) FROM hd_days;
SELECT n_items(ratings_agg(item, rater, label)) AS n_items FROM hd_rows;
-- a worker that saw no row
CREATE TABLE hd_one AS SELECT 1 AS item, 2 AS rater, 'a' AS label;
ALTER TABLE hd_one SET (parallel_workers = 3);
SELECT pg_temp.plan_has('SELECT ratings_agg(item, rater, label) FROM hd_one', 'Gather') AS gather;
SELECT ratings_agg(item, rater, label) = ratings_agg(1, 2, 'a') AS same, ratings_agg(item, rater, label) FILTER (WHERE item > 1) IS NULL AS none FROM hd_one;
-- an error in a worker
SELECT pg_temp.failure('SELECT ratings_agg(item, rater, ''Infinity''::float8) FROM hd_rows') LIKE '22003 %' AS error_in_worker;
RESET parallel_leader_participation;
RESET max_parallel_workers_per_gather;

-- ---- partition-wise ----

CREATE TABLE hd_parts (LIKE hd_rows) PARTITION BY HASH (item);
CREATE TABLE hd_parts_0 PARTITION OF hd_parts FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE hd_parts_1 PARTITION OF hd_parts FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE hd_parts_2 PARTITION OF hd_parts FOR VALUES WITH (MODULUS 3, REMAINDER 2);
INSERT INTO hd_parts SELECT * FROM hd_rows;
ANALYZE hd_parts;
SET max_parallel_workers_per_gather = 0;
SET enable_partitionwise_aggregate = on;
SELECT pg_temp.plan_has('SELECT day, ratings_agg(item, rater, label) FROM hd_parts GROUP BY day', 'Partial') AS partial;
SELECT count(*) AS same FROM (SELECT day, ratings_agg(item, rater, label) AS r FROM hd_parts GROUP BY day) p JOIN hd_days USING (day, r);
RESET enable_partitionwise_aggregate;

-- ---- rollup ----

-- in any order, in any tree, with repeats, from stored and from running states
SELECT rollup(r ORDER BY day) = rollup(r ORDER BY day DESC) AS any_order, rollup(r) = rollup(DISTINCT r) AS distinct FROM hd_days;
SELECT rollup(r) = (SELECT a FROM hd_serial) AS tree FROM (SELECT rollup(r) AS r FROM hd_days GROUP BY day % 3) x;
SELECT rollup(r) = (SELECT a FROM hd_serial) AS twice FROM (SELECT r FROM hd_days UNION ALL SELECT r FROM hd_days UNION ALL SELECT NULL) x;
SELECT rollup(r) = (SELECT a FROM hd_serial) AS from_running FROM (SELECT ratings_agg(item, rater, label) AS r FROM hd_rows GROUP BY day) x;
SELECT rollup(r) = (SELECT h FROM hd_serial) AS newest FROM (SELECT ratings_agg(item, rater, label, rev, doc) AS r FROM hd_rows GROUP BY day) x;
SELECT rollup(r) = (SELECT k FROM hd_serial) AS earliest FROM (SELECT ratings_first_agg(item, rater, label = 'label 1', rev, doc) AS r FROM hd_rows GROUP BY day) x;
SELECT rollup(NULL::ratings) IS NULL AS null_alone, (SELECT rollup(r) FROM hd_days WHERE false) IS NULL AS no_rows;
-- the combine function is an ordinary function as well
SELECT ratings_combine(a.r, b.r) = rollup(x.r) AS combine, ratings_combine(a.r, b.r) = ratings_combine(b.r, a.r) AS commutes, ratings_combine(a.r, a.r) = a.r AS idempotent,
	ratings_combine(NULL, a.r) = a.r AND ratings_combine(a.r, NULL) = a.r AS with_null, ratings_combine(NULL, NULL) IS NULL AS nulls
	FROM hd_days a, hd_days b, hd_days x WHERE a.day = 0 AND b.day = 1 AND x.day IN (0, 1) GROUP BY a.r, b.r;
-- large states whose lists of ordered labels differ, both ways round
CREATE TYPE hd_grown AS ENUM ('low', 'high');
CREATE TABLE hd_grown_old AS SELECT ratings_agg(i, 1, (enum_range(NULL::hd_grown))[1 + i % 2]) AS r FROM generate_series(1, 5000) i;
ALTER TYPE hd_grown ADD VALUE 'mid' BEFORE 'high';
CREATE TABLE hd_grown_new AS SELECT ratings_agg(i, 2, (enum_range(NULL::hd_grown))[1 + i % 3]) AS r FROM generate_series(1, 5000) i;
SELECT rollup(r) = rollup(r ORDER BY n DESC) AS rollup, n_ratings(rollup(r)), rollup(r)::jsonb -> 'labels' AS labels
	FROM (SELECT 1, r FROM hd_grown_old UNION ALL SELECT 2, r FROM hd_grown_new) x (n, r);
SELECT ratings_combine(a.r, b.r) = ratings_combine(b.r, a.r) AS combine, n_ratings(ratings_combine(a.r, b.r)) FROM hd_grown_old a, hd_grown_new b;

-- ---- groups, spilled ----

SET work_mem = '64kB';
SET enable_sort = off;
\set spilling 'SELECT i % 4000 AS g, ratings_agg(item, rater, label) AS r FROM hd_rows GROUP BY i % 4000'
SELECT pg_temp.plan_has(:'spilling', 'HashAggregate') AS hash, pg_temp.plan_has(:'spilling', 'Disk Usage', 'ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF') AS spilled;
CREATE TABLE hd_spilled AS :spilling;
RESET work_mem;
RESET enable_sort;
SET enable_hashagg = off;
SELECT count(*), bool_and(s.r = t.r) AS same FROM hd_spilled s JOIN (:spilling) t USING (g);
RESET enable_hashagg;

-- ---- two accessors, grouping sets, windows ----

SELECT n_items(r), n_raters(r), n_ratings(r), n_ratings(only_raters(r, '{1}')), n_ratings(r) FROM (SELECT ratings_agg(item, rater, label) AS r FROM hd_rows) x;
SELECT n_items(ratings_agg(item, rater, label)), n_ratings(ratings_agg(item, rater, label)), ratings_agg(item, rater, label) = (SELECT a FROM hd_serial) AS same FROM hd_rows;
SELECT day, rater % 2 AS odd, n_ratings(ratings_agg(item, rater, label)), n_raters(ratings_agg(item, rater, label)) FROM hd_rows WHERE day < 2
	GROUP BY GROUPING SETS ((day, rater % 2), (day), ()) ORDER BY 1, 2;
SELECT day, n_ratings(ratings_agg(item, rater, label)) FROM hd_rows WHERE day < 2 GROUP BY CUBE (day) ORDER BY 1;
-- growing, sliding and whole frames; results kept beside each other
CREATE TABLE hd_small AS SELECT n, (n * 3) % 5 AS item, n % 3 AS rater, chr(97 + n % 2) AS label FROM generate_series(1, 12) n;
CREATE TABLE hd_window AS SELECT n, ratings_agg(item, rater, label) OVER w AS growing, ratings_agg(item, rater, label) OVER (ORDER BY n ROWS 2 PRECEDING) AS sliding,
	ratings_agg(item, rater, label) OVER () AS whole, ratings_agg(item, rater, label) OVER (PARTITION BY label) AS part,
	n_ratings(ratings_agg(item, rater, label) OVER w) AS n_growing, ratings_agg(item, rater, label) OVER (ORDER BY n ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS rest
	FROM hd_small WINDOW w AS (ORDER BY n);
SELECT n, n_growing, n_ratings(growing) AS growing, n_ratings(sliding) AS sliding, n_ratings(whole) AS whole, n_ratings(part) AS part, n_ratings(rest) AS rest FROM hd_window ORDER BY n;
SELECT bool_and(w.growing = x.growing AND w.sliding = x.sliding AND w.rest IS NOT DISTINCT FROM x.rest) AS same FROM hd_window w, LATERAL
	(SELECT ratings_agg(item, rater, label) FILTER (WHERE s.n <= w.n) AS growing, ratings_agg(item, rater, label) FILTER (WHERE s.n BETWEEN w.n - 2 AND w.n) AS sliding,
		ratings_agg(item, rater, label) FILTER (WHERE s.n > w.n) AS rest FROM hd_small s) x;
-- a running value that is read, and compared with the one before
SELECT n, n_ratings(r), r = lag(r) OVER (ORDER BY n) AS as_before FROM (SELECT n, rollup(r) OVER (ORDER BY n) AS r FROM
	(SELECT n, ratings_agg(item % 2, rater, 'x') AS r FROM hd_small GROUP BY n) a) b ORDER BY n;

-- ---- PL/pgSQL, cursors ----

DO $$
DECLARE
	a hdata.ratings;
	b hdata.ratings;
	days hdata.ratings[];
BEGIN
	SELECT hdata.ratings_agg(item, rater, label) INTO a FROM hd_small WHERE n <= 6;
	b := a;
	FOR i IN 7 .. 12 LOOP
		a := hdata.ratings_combine(a, (SELECT hdata.ratings_agg(item, rater, label) FROM hd_small WHERE n = i));
		days := days || a;
	END LOOP;
	RAISE INFO '% % % %', hdata.n_ratings(a), hdata.n_ratings(b), (SELECT array_agg(hdata.n_ratings(d)) FROM unnest(days) d),
		a = (SELECT hdata.ratings_agg(item, rater, label) FROM hd_small);
	a := hdata.without_raters(a, '{1}');
	RAISE INFO '% %', hdata.n_raters(a), hdata.n_raters(days[6]);
END $$;
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT n, ratings_agg(item, rater, label) OVER (ORDER BY n) AS r FROM hd_small;
FETCH 1 FROM c;
MOVE LAST FROM c;
FETCH BACKWARD 1 FROM c;
FETCH ABSOLUTE 2 FROM c;
COMMIT;
PREPARE p(int) AS SELECT n_ratings(ratings_agg(item, rater, label)) FROM hd_small WHERE n <= $1;
EXECUTE p(3);
EXECUTE p(7);
EXECUTE p(0);
DEALLOCATE p;
-- correlated subqueries run the aggregate again and again
SELECT n, (SELECT n_ratings(ratings_agg(s.item, s.rater, s.label)) FROM hd_small s WHERE s.n <= o.n) FROM hd_small o WHERE n % 4 = 0 ORDER BY n;

-- ---- the limit of size ----

SELECT left(pg_temp.failure('SET hdata.max_state_size = 32'), 5) AS too_small;
SET hdata.max_state_size = '64kB';
SELECT left(pg_temp.failure('SELECT ratings_agg(i, i % 7, ''a'') FROM generate_series(1, 200000) i'), 44) AS labels;
SELECT pg_temp.failure('SELECT ratings_agg(i, i % 7, i) FROM generate_series(1, 200000) i') LIKE '54000 %' AS numbers,
	pg_temp.failure('SELECT ratings_agg(i::text, ''r''::text, ''a'') FROM generate_series(1, 200000) i') LIKE '54000 %' AS texts;
-- few rows with long labels grow as large
SELECT pg_temp.failure('SELECT ratings_agg(i, 1, i || repeat(''x'', 1000)) FROM generate_series(1, 1000) i') LIKE '54000 %' AS long_labels;
-- repeats do not
SELECT n_ratings(ratings_agg(i % 1000, i % 7, 'a')) FROM generate_series(1, 400000) i;
SELECT n_ratings(ratings_agg(i % 500, i % 7, 'a', i)) FROM generate_series(1, 400000) i;
-- merging grows as well
CREATE TABLE hd_pieces AS SELECT ratings_agg(i, 1, 'a') AS r FROM generate_series(1, 200000) i GROUP BY i / 2000;
SELECT pg_temp.failure('SELECT rollup(r) FROM hd_pieces') LIKE '54000 %' AS merging;
-- what is stored stays readable
SELECT n_ratings(a) > 0 AS readable, length(ratings_send(a)) FROM hd_serial;
RESET hdata.max_state_size;
SET hdata.no_such_setting = 1;

-- ---- a query that is cancelled leaves everything usable ----

SET statement_timeout = '30ms';
SELECT n_ratings(ratings_agg(md5(i::text), i % 100, i)) FROM generate_series(1, 1500000) i;
SELECT sum(n_ratings(rollup)) FROM (SELECT rollup(r) FROM hd_serial, hd_pieces, generate_series(1, 100) s GROUP BY s) x;
RESET statement_timeout;
SELECT count(*) AS same FROM hd_all a JOIN hd_serial s ON (a.*) = (s.*);

DROP VIEW hd_all;
DROP TABLE hd_rows, hd_serial, hd_days, hd_one, hd_parts, hd_grown_old, hd_grown_new, hd_spilled, hd_small, hd_window, hd_pieces;
DROP TYPE hd_grown;

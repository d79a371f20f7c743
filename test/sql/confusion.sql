-- confusion: counting by labels of every type, what is skipped, merging, looking inside, bytes
\pset format unaligned
\pset footer off
\pset null '(null)'
SET search_path = hdata, public;
SET extra_float_digits = 0;

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

CREATE TYPE pg_temp.hd_level AS ENUM ('low', 'mid', 'high');
CREATE TYPE pg_temp.hd_other AS ENUM ('low', 'mid', 'high');
CREATE DOMAIN pg_temp.hd_answer AS text;

-- counts, with labels that one side alone uses; predicted NULL is not covered, reference NULL is skipped
CREATE TEMP TABLE hd_row (day int, reference text, predicted text);
INSERT INTO hd_row VALUES (1, 'yes', 'yes'), (1, 'yes', 'no'), (1, 'no', 'no'), (1, 'no', NULL), (1, NULL, 'yes'), (1, NULL, NULL),
	(2, 'yes', 'yes'), (2, 'maybe', 'yes'), (2, 'no', 'other'), (2, 'yes', NULL);
CREATE TEMP TABLE hd_c AS SELECT confusion_agg(reference, predicted) AS c FROM hd_row;
SELECT * FROM hd_c, cells(c);
SELECT n(c), n_not_covered(c), n_skipped(c), coverage(c), accuracy(c), c::jsonb FROM hd_c;
-- nothing but skipped rows, or rows that are not covered
SELECT n(c), n_not_covered(c), n_skipped(c), coverage(c), accuracy(c), cohen_kappa(c), mcc(c), macro_f1(c), weighted_f1(c), bias(c, 'x'), c::jsonb
FROM (SELECT confusion_agg(NULL::text, 'x'::text) UNION ALL SELECT confusion_agg('x'::text, NULL)) q(c);
SELECT confusion_agg(reference, predicted) IS NULL AS no_rows FROM hd_row WHERE false;
SELECT n(NULL::confusion), accuracy(NULL::confusion), cohen_kappa(NULL::confusion), macro_f1(NULL::confusion), bias(NULL::confusion), mcc(NULL::confusion),
	(SELECT count(*) FROM cells(NULL::confusion)), (SELECT count(*) FROM class_metrics(NULL)), (SELECT count(*) FROM confusion_summary(NULL));

-- labels of every type
SELECT what, c::jsonb FROM (VALUES
	('boolean', (SELECT confusion_agg(true, false))),
	('boolean, NULL', (SELECT confusion_agg(true, NULL))),
	('text', (SELECT confusion_agg('a'::text, 'b'::text))),
	('literals', (SELECT confusion_agg('a', 'b'))),
	('varchar, text', (SELECT confusion_agg('a'::varchar, 'b'::text))),
	('domain', (SELECT confusion_agg('a'::hd_answer, 'b'::hd_answer))),
	('int', (SELECT confusion_agg(10, 9))),
	('bigint, smallint', (SELECT confusion_agg(10::bigint, 9::smallint))),
	('numeric, int', (SELECT confusion_agg(10.50, 9))),
	('float8', (SELECT confusion_agg(0.1::float8, '-0'::float8))),
	('real', (SELECT confusion_agg(0.1::real, 0.1::real))),
	('enum', (SELECT confusion_agg('high'::hd_level, 'low'::hd_level))),
	('enum, NULL', (SELECT confusion_agg('high'::hd_level, NULL))),
	('NULL, enum', (SELECT confusion_agg(NULL, 'low'::hd_level))),
	('date', (SELECT confusion_agg(date '2026-02-01', date '2026-01-31'))),
	('array', (SELECT confusion_agg(ARRAY['b', 'a', 'a'], ARRAY[]::text[]))),
	('uuid', (SELECT confusion_agg('00000000-0000-0000-0000-000000000001'::uuid, '00000000-0000-0000-0000-000000000002'::uuid)))) v(what, c);
-- numbers are ordered as numbers, text by bytes, an enum as it is declared
SELECT (SELECT string_agg(label, ' ') FROM class_metrics(a)) AS numbers, (SELECT string_agg(label, ' ') FROM class_metrics(b)) AS text
FROM (SELECT confusion_agg(x, x) AS a, confusion_agg(x::text, x::text) AS b FROM unnest(ARRAY[10, 9, -1, 100]) x) q;
SELECT string_agg(label, ' ') AS enum FROM (SELECT confusion_agg('high'::hd_level, 'mid'::hd_level) AS c) q, class_metrics(c);

-- merging: a sum
CREATE TEMP TABLE hd_day AS SELECT day, confusion_agg(reference, predicted) AS c FROM hd_row GROUP BY day;
SELECT rollup(c) = (SELECT c FROM hd_c) AS whole FROM hd_day;
SELECT rollup(c) = (SELECT confusion_agg(reference, predicted) FROM (SELECT * FROM hd_row UNION ALL SELECT * FROM hd_row) t) AS doubled,
	rollup(c) = (SELECT c FROM hd_c) AS once FROM (SELECT c FROM hd_day UNION ALL SELECT c FROM hd_day UNION ALL SELECT NULL) q;
-- an enum that has grown: the longer list takes the shorter one
CREATE TEMP TABLE hd_old AS SELECT confusion_agg('low'::hd_level, 'high'::hd_level) AS c;
INSERT INTO hd_old SELECT confusion_agg(NULL::hd_level, 'high'::hd_level);
ALTER TYPE pg_temp.hd_level ADD VALUE 'lowest' BEFORE 'low';
SELECT rollup(c)::jsonb FROM (SELECT c FROM hd_old UNION ALL SELECT confusion_agg('lowest'::hd_level, 'mid'::hd_level)) q;
SELECT rollup(c)::jsonb FROM (SELECT confusion_agg('lowest'::hd_level, 'mid'::hd_level) AS c UNION ALL SELECT c FROM hd_old) q;
-- counts go beyond 2^53, but not beyond 2^63
SELECT n(rollup(c)), accuracy(rollup(c)) FROM (VALUES ('\x0101000101000161000080808080808080 8020'), ('\x01010001010001610000 01')) v(t), LATERAL (SELECT replace(t, ' ', '')::confusion) x(c);

-- = and sorting are those of the bytes
SELECT count(DISTINCT c) FROM (SELECT c FROM hd_day UNION ALL SELECT c FROM hd_day) q;
SELECT a.day, b.day, a.c = b.c AS eq, a.c <> b.c AS ne, a.c < b.c OR a.c > b.c AS lt_gt FROM hd_day a, hd_day b ORDER BY 1, 2;

SELECT query, pg_temp.failure('SELECT ' || query) FROM unnest(ARRAY[
	'confusion_agg(''NaN''::float8, 1)', 'confusion_agg(1, ''Infinity''::float8)', 'confusion_agg(9007199254740993, 1)',
	'confusion_agg(''low''::hd_level, ''low''::text)', 'confusion_agg(''low''::hd_level, ''low''::hd_other)', 'confusion_agg(''low''::hd_level, ''low'')', 'confusion_agg(true, 1)', 'confusion_agg(1, date ''2026-01-01'')',
	'rollup(c) FROM (SELECT confusion_agg(1, 2) AS c UNION ALL SELECT confusion_agg(''a'', ''b'')) q',
	'rollup(c) FROM (SELECT confusion_agg(true, false) AS c UNION ALL SELECT confusion_agg(''low''::hd_level, ''low''::hd_level)) q',
	'rollup(c) FROM (VALUES (''\x01030002010161016200 01 01''::text), (''\x01030002010162016100 01 01'')) v(t), LATERAL (SELECT replace(t, '' '', '''')::confusion) x(c)',
	'rollup(c) FROM (VALUES (''\x01010001010001610000ffffffffffffffff7f''::confusion), (''\x0101000101000161000001'')) v(c)']) query;
SELECT t, pg_temp.failure('SELECT ''' || replace(t, ' ', '') || '''::confusion') FROM unnest(ARRAY[
	'', '\x', '\x01', '\x0201000000', '\x0100010000', '\x0105010000', '\x0101000000',
	'\x01 01 00 01 00 0001 61', '\x01 01 00 01 01 0001 61 00 00 00', '\x01 01 00 01 01 0001 61 01 00 01', '\x01 01 00 01 01 0001 61 00 02 01',
	'\x01 01 00 02 01 0001 61 0001 62 00 00 01', '\x01 01 00 02 01 0001 62 0001 61 00 01 01', '\x01 01 00 01 02 0001 61 00 00 01 00 00 01', '\x01 01 00 01 02 0001 61 00 00 01 00 01 01 00',
	'\x01 01 00 01 02 0001 61 00 00 01 00 01 01', '\x01 01 00 01 01 0001 ff 00 00 01', '\x01 02 00 01 01 7ff0000000000000 00 00 01', '\x01 02 00 01 01 fff8000000000000 00 00 01',
	'\x01 03 00 01 00 01 61', '\x01 03 00 02 01 01 61 01 61 00 00 01', '\x01 01 80 01 00 00']) t;

-- the limit of size
SET hdata.max_state_size = '100kB';
SELECT pg_temp.failure('SELECT confusion_agg(md5(i::text), md5((i % 10)::text)) FROM generate_series(1, 10000) i');
SELECT n(confusion_agg(i % 100, i % 10)) FROM generate_series(1, 10000) i;
RESET hdata.max_state_size;

-- states as release 0.1.0 stored them, of every kind: they must read for ever. Never change a literal.
SELECT v.c::jsonb, v.c::text = t AS as_it_was FROM (VALUES
	('\x0101c801040400026e6f020920616e7377657220310a013200037965730004c8010102c8010200c8010003c801'),
	('\x01020003033ff7ffffffffffffbff8000000000000c000000000000000000101010201010301'),
	('\x0103000302036c6f77036d69640468696768000201020301'),
	('\x010400030200000002016102020162000301020101'),
	('\x0101010000')) l(t), LATERAL (SELECT t::confusion AS c) v;

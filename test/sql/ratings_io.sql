-- The type ratings: its text and its bytes, what it refuses, comparison, storage.
\pset format unaligned
\pset footer off
\getenv abs_builddir PG_ABS_BUILDDIR
\set file :abs_builddir '/results/ratings_io.bin'
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

-- one observation: version 1; item bigint, rater bigint, value label (1 + 4 + 16 = 0x15); no flags; one rater, label, item and
-- observation; rater 2 as zigzag 4; label "a" sharing nothing; item 1 as zigzag 2; one observation of rater +0 and label 0
SELECT ratings_agg(1, 2, 'a') = '\x011500010101010400016102010000'::ratings AS as_documented;
SELECT ratings_agg(1, 2, 'a')::text;
SELECT '\x011500010101010400016102010000'::ratings::jsonb;
-- upper-case digits are read, lower-case ones are written
SELECT '\x011500010101010400016A02010000'::ratings;
SELECT pg_typeof(ratings_send(ratings_agg(1, 2, 'a'))), ratings_send(ratings_agg(1, 2, 'a'));
-- whatever bytea_output says
SET bytea_output = escape;
SELECT ratings_agg(1, 2, 'a')::text;
RESET bytea_output;

-- a set of states of every form
CREATE TYPE hd_io_grade AS ENUM ('poor', 'fair', 'good');
CREATE TABLE hd_io (name text PRIMARY KEY, r ratings);
INSERT INTO hd_io
	SELECT 'bigint, label', ratings_agg(i, j, 'label ' || (i * j) % 3)
		FROM generate_series(-2, 2) i, generate_series(1, 3) j
	UNION ALL SELECT 'extreme bigint', ratings_agg(i, -i, 'x')
		FROM unnest('{9223372036854775807,-9223372036854775807,0}'::bigint[]) i
	UNION ALL SELECT 'uuid, number', ratings_agg(md5(i::text)::uuid, md5((-j)::text)::uuid, i / 8.0 - j)
		FROM generate_series(1, 5) i, generate_series(1, 3) j
	UNION ALL SELECT 'text, label', ratings_agg('item ' || i, chr(96 + j), repeat('é', j))
		FROM generate_series(1, 12) i, generate_series(1, 3) j
	UNION ALL SELECT 'text, number, revision', ratings_agg('item ' || i, chr(96 + j), 1e-300 * i, i * j - 10)
		FROM generate_series(1, 12) i, generate_series(1, 3) j
	UNION ALL SELECT 'first, cluster', ratings_first_agg(i, j, 'x', '2024-01-01 UTC'::timestamptz + i * interval '1 day', 'doc ' || i / 3)
		FROM generate_series(1, 12) i, generate_series(1, 3) j
	UNION ALL SELECT 'enum', ratings_agg(i, chr(96 + j), (enum_range(NULL::hd_io_grade))[1 + i % 2])
		FROM generate_series(1, 12) i, generate_series(1, 3) j
	UNION ALL SELECT 'set', ratings_agg(i, j, CASE i % 3 WHEN 0 THEN '{}' WHEN 1 THEN '{b,a}' ELSE '{"with, comma",NULL,c}' END::text[])
		FROM generate_series(1, 3) i, generate_series(1, 3) j
	UNION ALL SELECT 'conflicts', ratings_agg(1, j % 2, j) FROM generate_series(1, 5) j
	UNION ALL SELECT 'empty strings', ratings_agg('', '', '')
	UNION ALL SELECT 'nobody is left', without_raters(ratings_agg(1, 2, 'a'), '{2}')
	UNION ALL SELECT 'never saw a row', '\x01000000000000'
	UNION ALL SELECT 'null', NULL;
SELECT name, n_items(r), n_raters(r), n_ratings(r) FROM hd_io ORDER BY name;

-- text and bytes read back as the same value
SELECT count(*) AS n, bool_and(r::text::ratings = r) AS text, bool_and(ratings_send(r) = ('\x' || substr(r::text, 3))::bytea) AS send
	FROM hd_io WHERE r IS NOT NULL;
CREATE TABLE hd_io_copy (name text, r ratings);
COPY hd_io TO :'file' (FORMAT binary);
COPY hd_io_copy FROM :'file' (FORMAT binary);
SELECT count(*) AS n, bool_and(a.r IS NOT DISTINCT FROM b.r) AS binary_copy,
	bool_and(ratings_send(a.r) IS NOT DISTINCT FROM ratings_send(b.r)) AS same_bytes FROM hd_io a JOIN hd_io_copy b USING (name);
TRUNCATE hd_io_copy;
COPY hd_io TO :'file';
COPY hd_io_copy FROM :'file';
SELECT count(*) AS n, bool_and(a.r IS NOT DISTINCT FROM b.r) AS text_copy FROM hd_io a JOIN hd_io_copy b USING (name);

-- ---- hostile text ----

SELECT pg_temp.failure(format('SELECT %L::ratings', x)) FROM unnest('{"",x,"\\x","\\X01000000000000","\\x0","\\x010000000000000",
	"\\x0100000000000g"," \\x01000000000000","\\x01000000000000 ","0x01000000000000","\\x01 0000000000",garbage}'::text[]) WITH ORDINALITY AS t (x, n) ORDER BY n;

-- ---- hostile bytes ----

CREATE TABLE hd_io_bad (n serial, what text, hex text);
INSERT INTO hd_io_bad (what, hex) VALUES
	('nothing at all', ''),
	('a version from the future', '02150001010101 04 000161 02 010000'),
	('no version', '00150001010101 04 000161 02 010000'),
	('version alone', '01'),
	('item of no kind', '01140001010101 04 000161 02 010000'),
	('rater of no kind', '01110001010101 04 000161 02 010000'),
	('value of no kind', '01050001010101 04 000161 02 010000'),
	('value of an unknown kind', '01550001010101 04 000161 02 010000'),
	('at of an unknown mode', '0115030101010100 04 000161 02 01000000'),
	('a revision without at', '01150401010101 04 000161 02 010000'),
	('unknown flags', '01151001010101 04 000161 02 010000'),
	('flags without kinds', '01000100000000 00'),
	('rows without kinds', '01000001010101 04 000161 02 010000'),
	('trailing byte', '01150001010101 04 000161 02 010000 00'),
	('trailing byte of nothing', '01000000000000 00'),
	('number of raters with a needless zero', '0115008100010101 04 000161 02 010000'),
	('a key with a needless zero', '01150001010101 8400 000161 02 010000'),
	('number of eleven bytes', '011500ffffffffffffffffffff01010101'),
	('number beyond 64 bits', '011500ffffffffffffffffff02010101'),
	('more raters than bytes', '011500ffff7f010101 04 000161 02 010000'),
	('more observations than bytes', '011500010101ffffffff07 04 000161 02 010000'),
	('two billion items', '0115000101ffffffff0701 04 000161 02 010000'),
	('raters: the same twice', '01150002010102 0400 000161 02 0200000100'),
	('raters: beyond bigint', '01150002010102 04 ffffffffffffffffff01 000161 02 0200000100'),
	('labels not ascending', '01150001020102 04 000162 000161 02 0200000001'),
	('labels: the same twice', '01150001020102 04 000161 0100 02 0200000001'),
	('labels: prefix longer than the key before', '01150001020102 04 000161 020162 02 0200000001'),
	('labels: prefix shorter than it could be', '01150001020102 04 000161 00026162 02 0200000001'),
	('label longer than the value', '01150001010101 04 007f61 02 010000'),
	('label is not UTF-8', '01150001010101 04 0001ff 02 010000'),
	('label is cut UTF-8', '01150001010101 04 0001c3 02 010000'),
	('label holds a zero byte', '01150001010101 04 000100 02 010000'),
	('items not ascending', '01150001010202 04 000161 0200 010000 010000'),
	('rater out of range', '01150001010101 04 000161 02 010100'),
	('label out of range', '01150001010101 04 000161 02 010001'),
	('an item without observations', '01150001010201 04 000161 0201 010000 00'),
	('observations of an item beyond all', '01150001010101 04 000161 02 020000'),
	('fewer observations than announced', '01150001010102 04 000161 02 010000'),
	('the same observation twice', '01150001010102 04 000161 02 0200000000'),
	('observations not ascending', '01150001020102 04 000161 000162 02 0200010000'),
	('a rater whom nothing refers to', '01150002010101 0401 000161 02 010000'),
	('a label that nothing refers to', '01150001020101 04 000161 000162 02 010000'),
	('a number that is NaN', '01250001010101 04 fff8000000000000 02 010000'),
	('a number of 2^53', '01250001010101 04 c340000000000000 02 010000'),
	('minus zero', '01250001010101 04 7fffffffffffffff 02 010000'),
	('minus infinity', '01250001010101 04 000fffffffffffff 02 010000'),
	('an infinite number', '01250001010101 04 fff0000000000000 02 010000'),
	('ordered labels: the same twice', '01350001020101 04 0161 0161 02 010000'),
	('a set that is not sorted', '01450001010101 04 0004 01620161 02 010000'),
	('a set that repeats', '01450001010101 04 0004 01610161 02 010000'),
	('a set whose element is too long', '01450001010101 04 0002 0561 02 010000'),
	('at: the smallest is another', '01150501010101 04 04 000161 02 01000001'),
	('at: beyond bigint', '01150501010101 feffffffffffffffff01 04 000161 02 01000001'),
	('at: one rater at two times', '0115050102010204 04 000161 000162 02 020000000001 01'),
	('at: nothing, but not at zero', '01150500000000 02'),
	('clusters: out of range', '0115080101010101 04 000161 000163 02 010101 0000'),
	('clusters: no item has one', '0115080101000101 04 000161 02 00 010000'),
	('clusters: the same twice', '0115080101010101 04 000161 000163 02 020000 010000');
UPDATE hd_io_bad SET hex = replace(hex, ' ', '');
SELECT what, replace(pg_temp.failure(format('SELECT %L::ratings', '\x' || hex)), ' | invalid input syntax for type ratings', '') AS failure FROM hd_io_bad ORDER BY n;

-- the same bytes through the receive function: 22P03
CREATE TABLE hd_io_bytes (b bytea);
CREATE TABLE hd_io_received (r ratings);
CREATE FUNCTION pg_temp.receive(hex text, file text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	TRUNCATE hd_io_bytes;
	INSERT INTO hd_io_bytes VALUES (decode(hex, 'hex'));
	EXECUTE format('COPY hd_io_bytes TO %L (FORMAT binary)', file);
	RETURN pg_temp.failure(format('COPY hd_io_received FROM %L (FORMAT binary)', file));
END $$;
SELECT left(pg_temp.receive(hex, :'file'), 48) AS outcome, count(*) FROM hd_io_bad GROUP BY 1;
SELECT pg_temp.receive('011500010101010400016102010000', :'file');
SELECT r::jsonb -> 'labels' AS labels FROM hd_io_received;

-- the same bytes stored: XX001, but for comparison, which looks at bytes alone
CREATE CAST (bytea AS ratings) WITHOUT FUNCTION;
SELECT left(pg_temp.failure(format('SELECT n_items(decode(%L, ''hex'')::ratings)', hex)), 48) AS outcome, count(*)
	FROM hd_io_bad GROUP BY 1;
SELECT pg_temp.failure('SELECT rollup(''\x02''::bytea::ratings)');
SELECT '\x02'::bytea::ratings > '\x01'::bytea::ratings AS larger;
DROP CAST (bytea AS ratings);

-- every byte of every state changed to every other value: what is accepted is canonical
CREATE FUNCTION pg_temp.mutate(r ratings, OUT n int, OUT read_back bool) LANGUAGE plpgsql AS $$
DECLARE
	b bytea := ratings_send(r);
	t text;
BEGIN
	n := 0;
	read_back := true;
	FOR i IN 0 .. least(length(b), 60) - 1 LOOP
		FOR v IN 0 .. 255 LOOP
			t := '\x' || encode(set_byte(b, i, v), 'hex');
			BEGIN
				read_back := read_back AND t::ratings::text = t AND rollup(t::ratings)::text = t;
				n := n + 1;
			EXCEPTION WHEN invalid_text_representation THEN
				NULL;
			END;
		END LOOP;
	END LOOP;
END $$;
SELECT name, m.n >= least(length(ratings_send(r)), 60) AND m.n < 256 * 60 AS some_are_accepted, m.read_back
	FROM hd_io, pg_temp.mutate(r) m
	WHERE name IN ('bigint, label', 'uuid, number', 'enum', 'set', 'first, cluster', 'text, number, revision', 'never saw a row')
	ORDER BY name;
-- and cut at every length
SELECT name, bool_and(pg_temp.failure(format('SELECT %L::ratings', left(r::text, 2 + 2 * i))) LIKE '22P02 %') AS all_refused
	FROM hd_io, generate_series(0, least(length(ratings_send(r)), 200) - 1) i WHERE r IS NOT NULL GROUP BY name ORDER BY name;

-- ---- comparison, by canonical bytes ----

SELECT a.name, b.name FROM hd_io a JOIN hd_io b ON a.r = b.r AND a.name < b.name;
SELECT count(*) AS pairs, bool_and((a.r = b.r) = (x.a = x.b) AND (a.r <> b.r) = (x.a <> x.b) AND (a.r < b.r) = (x.a < x.b) AND
		(a.r <= b.r) = (x.a <= x.b) AND (a.r > b.r) = (x.a > x.b) AND (a.r >= b.r) = (x.a >= x.b) AND
		ratings_cmp(a.r, b.r) = byteacmp(x.a, x.b) / greatest(abs(byteacmp(x.a, x.b)), 1)) AS as_bytes
	FROM hd_io a, hd_io b, LATERAL (SELECT ratings_send(a.r) AS a, ratings_send(b.r) AS b) x
	WHERE a.r IS NOT NULL AND b.r IS NOT NULL;
-- an expanded value compares as its stored one
SELECT ratings_agg(1, 2, 'a') = '\x011500010101010400016102010000' AS equal,
	ratings_hash(ratings_agg(1, 2, 'a')) = ratings_hash('\x011500010101010400016102010000') AS hash;
-- the low half of the extended hash with seed 0 is the hash
SELECT bool_and((ratings_hash_extended(r, 0) & 4294967295) = (ratings_hash(r)::bigint & 4294967295)) AS low_half,
	count(DISTINCT ratings_hash(r)) AS hashes, bool_and(ratings_hash_extended(r, 1) <> ratings_hash_extended(r, 0)) AS seeded
	FROM hd_io WHERE r IS NOT NULL;

CREATE TABLE hd_io_twice AS SELECT name, r FROM hd_io UNION ALL SELECT name || ' again', r FROM hd_io;
SELECT count(*), count(DISTINCT r) FROM hd_io_twice;
SELECT count(*) FROM (SELECT DISTINCT r FROM hd_io_twice) d;
SET enable_sort = off;
SELECT count(*), min(n), max(n) FROM (SELECT r, count(*) AS n FROM hd_io_twice GROUP BY r) g;
RESET enable_sort;
SET enable_hashagg = off;
SELECT count(*), min(n), max(n) FROM (SELECT r, count(*) AS n FROM hd_io_twice GROUP BY r) g;
RESET enable_hashagg;
SET enable_mergejoin = off;
SET enable_nestloop = off;
SELECT count(*) AS hash_join FROM hd_io_twice a JOIN hd_io_twice b USING (r);
RESET enable_mergejoin;
SET enable_hashjoin = off;
SELECT count(*) AS merge_join FROM hd_io_twice a JOIN hd_io_twice b USING (r);
RESET enable_hashjoin;
RESET enable_nestloop;
SELECT array_agg(name ORDER BY r) = array_agg(name ORDER BY ratings_send(r)) AS order_by FROM hd_io;
CREATE INDEX ON hd_io_twice USING hash (r);
CREATE UNIQUE INDEX ON hd_io_copy (r);
SET enable_seqscan = off;
SELECT t.name FROM hd_io_twice t WHERE t.r = (SELECT r FROM hd_io WHERE name = 'set') ORDER BY name;
SELECT c.name FROM hd_io_copy c WHERE c.r = (SELECT r FROM hd_io WHERE name = 'enum');
RESET enable_seqscan;
SELECT pg_temp.failure('INSERT INTO hd_io_copy SELECT * FROM hd_io WHERE name = ''empty strings''') LIKE '23505 %' AS unique_violation;

-- ---- storage ----

CREATE TABLE hd_io_stored (id int, r ratings);
ALTER TABLE hd_io_stored ALTER r SET COMPRESSION pglz;
INSERT INTO hd_io_stored SELECT 1, ratings_agg('a long prefix that repeats itself ' || i % 7, i, repeat('x', i % 100)) FROM generate_series(1, 5000) i;
ALTER TABLE hd_io_stored ALTER r SET STORAGE external;
INSERT INTO hd_io_stored SELECT 2, r FROM hd_io_stored;
INSERT INTO hd_io_stored SELECT 3, ratings_agg('a long prefix that repeats itself ' || i % 7, i, repeat('x', i % 100)) FROM generate_series(1, 5000) i;
SELECT id, pg_column_size(r) < length(ratings_send(r)) AS compressed, n_ratings(r), r = first_value(r) OVER (ORDER BY id) AS same FROM hd_io_stored ORDER BY id;
SELECT pg_relation_size(reltoastrelid) > 0 AS toasted FROM pg_class WHERE oid = 'hd_io_stored'::regclass;

-- ---- casts: one, to jsonb, explicit ----

SELECT castsource::regtype, casttarget::regtype, castcontext, castmethod FROM pg_cast
	WHERE 'ratings'::regtype IN (castsource, casttarget);
SELECT pg_temp.failure('SELECT ''{}''::jsonb::hdata.ratings');
SELECT pg_temp.failure('SELECT jsonb_typeof(hdata.ratings_agg(1, 2, ''a''))') LIKE '42883 %' AS not_implicit;
SELECT r::jsonb FROM hd_io WHERE name IN ('set', 'conflicts', 'never saw a row', 'nobody is left', 'extreme bigint') ORDER BY name;
SELECT r::jsonb -> 'clusters', r::jsonb -> 'item_clusters' FROM hd_io WHERE name = 'first, cluster';
SELECT r::jsonb -> 'observations' -> 0, r::jsonb -> 'raters' FROM hd_io WHERE name IN ('first, cluster', 'text, number, revision') ORDER BY name;

DROP TABLE hd_io, hd_io_copy, hd_io_bad, hd_io_bytes, hd_io_received, hd_io_twice, hd_io_stored;
DROP TYPE hd_io_grade;

-- What must not slip past the checks of a release (docs/export.md)
SET search_path = public, hdata;
\pset format unaligned
\pset footer off
\set failed 'SELECT check_name, n, detail FROM release_check('
CREATE DOMAIN several AS text[];
SELECT count(*) FROM withdraw('zed');
SELECT give_consent('ann', 'training');

-- an array of a domain is an array: who withdrew is found in it, and recorded
:failed 'SELECT ''{}'' AS line, ''{ann,zed}''::several AS person ORDER BY 1') WHERE NOT ok;
BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ;
SELECT release('gaps', 'SELECT ''{}'' AS line, ''{ann,NULL,ann}''::several AS person, ''{i1,i2}''::several AS item ORDER BY 1', 'training') -> 'persons' ->> 'n' AS persons;
SELECT kind, id, n_rows FROM release_contents ORDER BY kind, id;
ROLLBACK;

-- the text of a document or a row is nobody's id
:failed 'SELECT ''{}'' AS line, ''"zed"''::jsonb AS person ORDER BY 1');
:failed 'SELECT ''{}'' AS line, ROW(''zed'') AS item ORDER BY 1');
:failed 'SELECT ''{}'' AS line, ARRAY[ROW(''zed'')] AS person ORDER BY 1');
:failed 'SELECT ''{}'' AS line, ARRAY[''"zed"''::jsonb] AS person ORDER BY 1');

-- where consent is needed, nobody did not give it
:failed 'SELECT ''{}'' AS line, p AS person FROM unnest(ARRAY[''ann'', NULL]) p ORDER BY 1', 'training') WHERE NOT ok;
:failed 'SELECT ''{}'' AS line, p AS person FROM (VALUES (''{ann}''::text[]), (''{}''), (''{NULL}''), (NULL), (''{NULL,ann}'')) v (p) ORDER BY 1', 'training') WHERE NOT ok;
:failed 'SELECT ''{}'' AS line, NULL AS person ORDER BY 1') WHERE NOT ok;

-- where items must be accepted, none is not
SELECT review_define('gaps', 'draft -> done as finish; * -> withdrawn as withdraw; initial draft; terminal withdrawn; accepting done;');
CREATE TABLE gap_items (id int PRIMARY KEY, stage text NOT NULL DEFAULT 'draft');
SELECT review_attach('gap_items', 'gaps', 'id', 'stage');
INSERT INTO gap_items VALUES (1);
SELECT to_state FROM review_move('gap_items', 1, 'finish');
:failed 'SELECT ''{}'' AS line, i AS item FROM unnest(ARRAY[1, NULL]) i ORDER BY 1', review => 'gap_items') WHERE NOT ok;
:failed 'SELECT ''{}'' AS line, 1 AS item ORDER BY 1', review => 'gap_items') WHERE NOT ok;
:failed 'SELECT ''{}'' AS line, 1 AS item ORDER BY 1', review => 4294967295);

-- a project whose ratings are missing has reached no minimum
:failed 'SELECT ''{}'' AS line ORDER BY 1', options => '{"min_agreement": 0.1, "agreement": "SELECT ''project '' || p AS name, CASE WHEN p = 1 THEN hdata.ratings_agg(i, r, (i % 3)::text) END AS ratings FROM generate_series(1, 2) p, generate_series(1, 60) i, generate_series(1, 3) r GROUP BY p"}') WHERE NOT ok;

-- combinations are shared by people, not by groups of people
SELECT check_name, n, detail FROM release_check($$SELECT '{}' AS line, a, p AS person FROM (VALUES ('x', '{1}'::int[]), ('x', '{2}'), ('x', '{1,2}'), ('y', '{}')) v (a, p) ORDER BY 1$$,
	options => '{"k": 3, "attributes": ["a"]}') WHERE NOT ok;
SELECT manifest($$SELECT '{}' AS line, a, p AS person FROM (VALUES ('x', '{1}'::int[]), ('x', '{2}'), ('x', '{1,2}')) v (a, p) ORDER BY 1$$, options => '{"k": 2, "attributes": ["a"]}') -> 'k_anonymity';

-- lines that are none are on the list, whatever else is wrong
:failed $$SELECT E'{\n}' AS line, 'zed' AS person UNION ALL SELECT '"\ud800"', 'ann' UNION ALL SELECT '"\u0000"', 'ann' ORDER BY 1$$, format => 'sft') WHERE NOT ok;

-- lines that are no objects have no fields, also for Croissant
SELECT m -> 'fields' AS fields, croissant(m, '{"creator": "A", "description": "d", "license": "CC", "url": "u"}') -> 'recordSet' AS record_set FROM manifest('SELECT ''[1]'' AS line ORDER BY 1') m;

-- operators of others have no say
CREATE SCHEMA gap_evil;
CREATE FUNCTION gap_evil.never(text, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT false';
CREATE OPERATOR gap_evil.= (LEFTARG = text, RIGHTARG = text, FUNCTION = gap_evil.never);
CREATE DOMAIN gap_evil.text AS integer;
CREATE DOMAIN gap_evil.float8 AS integer;
SET search_path = gap_evil, pg_catalog, public, hdata;
:failed 'SELECT ''{}'' AS line, ''zed'' AS person ORDER BY 1') WHERE NOT ok;
SELECT section, what, n FROM person_report('zed');
SET search_path = public, hdata;

-- what the owners of tables wrote does not run with the rights of whoever asks about a person
CREATE FUNCTION gap_evil.trap(anyelement) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'sprung'; END $$;
CREATE TYPE gap_evil.writer AS ENUM ('ann', 'bob');
CREATE FUNCTION gap_evil.sprung(gap_evil.writer) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'sprung'; END $$;
CREATE CAST (gap_evil.writer AS text) WITH FUNCTION gap_evil.sprung(gap_evil.writer);
CREATE TABLE gap_work (id int PRIMARY KEY, writer gap_evil.writer, stage text NOT NULL DEFAULT 'draft');
SELECT review_attach('gap_work', 'gaps', 'id', 'stage', 'writer');
INSERT INTO gap_work VALUES (1, 'ann'), (2, 'bob'), (3, NULL);
SELECT what, n, detail FROM person_report('ann') WHERE source ~ 'gap_work';
SELECT count(*) FROM person_report('') WHERE source ~ 'gap_work';
ALTER TABLE gap_work_review_log RENAME TO gap_real_log;
CREATE VIEW gap_work_review_log AS SELECT * FROM gap_real_log WHERE gap_evil.trap(1);
SELECT what, n, detail FROM person_report('ann') WHERE source ~ 'gap_work';
DROP VIEW gap_work_review_log;
CREATE TABLE gap_work_review_log AS SELECT item, 'ann'::gap_evil.writer AS actor, action, at, from_state, reason_code FROM gap_real_log;
SELECT what, n, detail FROM person_report('ann') WHERE source ~ 'gap_work';
DROP TABLE gap_work_review_log;
ALTER TABLE gap_real_log RENAME TO gap_work_review_log;
SELECT what, n, detail FROM person_report('ann') WHERE source ~ 'gap_work';
CREATE TABLE gap_states AS SELECT ratings_agg(1, 'ann'::text, 'a'::text) AS r;
ALTER TABLE gap_states ENABLE ROW LEVEL SECURITY;
CREATE POLICY gap_policy ON gap_states USING (gap_evil.trap(1));
CREATE ROLE regress_gap_reader;
GRANT SELECT ON gap_states TO regress_gap_reader;
GRANT USAGE ON SCHEMA public TO regress_gap_reader;
SET ROLE regress_gap_reader;
SELECT what, n, detail FROM person_report('ann') WHERE source ~ 'gap_states';
RESET ROLE;
DROP OWNED BY regress_gap_reader;
DROP ROLE regress_gap_reader;
RESET search_path;
SET client_min_messages = warning;
DROP TABLE gap_states, gap_work, gap_work_review, gap_work_review_log;
DROP SCHEMA gap_evil CASCADE;
DROP TABLE gap_items, gap_items_review, gap_items_review_log;
DELETE FROM hdata.review_flows WHERE name = 'gaps';
DROP DOMAIN public.several;
TRUNCATE hdata.consent, hdata.withdrawn_items, hdata.releases, hdata.release_contents;

-- Consent, releases, manifests, Croissant (docs/export.md)
SET search_path = public, hdata;
CREATE TABLE answers (id int PRIMARY KEY, person text, label text, answer text, split text, area text);
INSERT INTO answers SELECT i, 'p' || i % 5, 'l' || i % 3, 'answer ' || i || ' says ' || md5(i::text) || ' and ' || md5('x' || i), CASE WHEN i % 10 = 0 THEN 'test' ELSE 'train' END, 'area ' || i % 2
	FROM generate_series(1, 60) i;

-- consent: the newest stands; for one purpose, for all
SELECT consent_status('ann'), may_leave('ann'), may_leave('ann', 'training');
SELECT give_consent('ann', 'training', 'form 7');
SELECT consent_status('ann'), consent_status('ann', 'training'), consent_status('ann', 'publication');
SELECT * FROM withdraw('ann');
SELECT consent_status('ann'), consent_status('ann', 'training'), consent_status('ann', 'publication'), may_leave('ann');
SELECT give_consent('ann', 'training');
SELECT consent_status('ann', 'training') AS later_for_this_purpose, consent_status('ann', 'publication') AS not_for_another;
SELECT * FROM withdraw('ann', 'training');
SELECT give_consent('ann');
SELECT consent_status('ann', 'training') AS undone_by_its_purpose_alone, consent_status('ann', 'publication');
SELECT give_consent('eve', 'training', expires_at => now() - interval '1 day');
SELECT consent_status('eve', 'training') AS expired, may_leave('eve', 'training');
SELECT consent_status(NULL), may_leave(NULL, 'training');
\set VERBOSITY terse
SELECT give_consent('');
SELECT give_consent(NULL);
\set VERBOSITY default
SELECT person, purpose, given, note FROM consent ORDER BY at;

-- one line of JSON
SELECT is_jsonl(x) FROM unnest(ARRAY['{"a": 1}', '1', '"x"', '', ' ', '{', E'{"a":\n1}', E'{"a":1}\r', '{"a":1} {"a":2}', 'NaN', NULL]) x;

-- checks
SELECT * FROM release_check('SELECT jsonl(a) AS line FROM answers a');
SELECT * FROM release_check('SELECT jsonl(a) AS line, id AS item, person, answer AS text, split FROM answers a ORDER BY id');
SELECT * FROM release_check('SELECT answer AS line FROM answers ORDER BY id') WHERE NOT ok;
SELECT * FROM release_check('SELECT NULL::text AS line FROM answers ORDER BY id') WHERE NOT ok;
SELECT * FROM release_check('SELECT jsonl(a) AS line FROM answers a WHERE false ORDER BY id') WHERE NOT ok;
SELECT * FROM release_check('SELECT jsonl(a) AS line, person FROM answers a ORDER BY id', 'training') WHERE NOT ok;
SELECT * FROM release_check('SELECT jsonl(a) AS line, ARRAY[person, ''ann''] AS person FROM answers a ORDER BY id', 'publication') WHERE check_name ~ 'person';
SELECT * FROM release_check('SELECT jsonl(a) AS line, person, area, label FROM answers a ORDER BY id', options => '{"k": 6, "attributes": ["area", "label"]}') WHERE NOT ok;
SELECT * FROM release_check('SELECT jsonl(a) AS line, area, label FROM answers a ORDER BY id', options => '{"k": 10, "attributes": ["area", "label"]}') WHERE check_name ~ 'few';
SELECT * FROM release_check('SELECT jsonl(a) AS line FROM answers a ORDER BY id', options => '{"max_length": 100}') WHERE NOT ok;
SELECT * FROM release_check('SELECT jsonl(a) AS line, ''the same words of one and the same text, again and again'' || CASE WHEN id % 2 = 0 THEN id::text || md5(id::text) ELSE '''' END AS text FROM answers a ORDER BY id',
	options => '{"max_duplicates": 0.1}') WHERE NOT ok;
SELECT * FROM release_check('SELECT jsonl(a) AS line, split, ''the same words of one and the same text, again and again'' AS text FROM answers a WHERE id < 12 ORDER BY id') WHERE NOT ok;
SELECT * FROM release_check('SELECT jsonl(a) AS line, NULL AS split FROM answers a ORDER BY id') WHERE NOT ok;
SELECT * FROM release_check('SELECT jsonl(a) AS line FROM answers a ORDER BY id', options => '{"agreement": "SELECT area AS name, hdata.ratings_agg(id % 20, id / 20, label) AS ratings FROM answers GROUP BY area", "min_agreement": 0.5}') WHERE NOT ok;
SELECT * FROM release_check('SELECT jsonl(a) AS line, ''mail to ann@example.com'' AS text FROM answers a ORDER BY id', options => '{"max_pii": 3}') WHERE NOT ok;
SELECT * FROM release_check('SELECT ''{"prompt":"a","chosen":"b","rejected":"b"}'' AS line FROM answers ORDER BY id', format => 'dpo') WHERE NOT ok;

-- the query runs once, and another table of that name is not in the way
CREATE SEQUENCE runs;
CREATE TABLE hdata_fetched AS SELECT i FROM generate_series(1, 7) i;
SELECT check_name, ok, n FROM release_check('SELECT jsonl(nextval(''runs'')) AS line, i AS item, i AS person, ''text '' || i AS text, i % 2 AS split FROM hdata_fetched ORDER BY i',
	format => 'sft') WHERE check_name IN ('rows', 'bad_records');
SELECT last_value FROM runs;
DROP TABLE hdata_fetched;

-- items of a table under review must stand in an accepting state
SELECT review_define('answers', 'draft -> done as finish; done -> draft as reopen; * -> withdrawn as withdraw; initial draft; terminal withdrawn; accepting done;');
CREATE TABLE reviewed (id int PRIMARY KEY, body text, stage text NOT NULL DEFAULT 'draft');
SELECT review_attach('reviewed', flow => 'answers', key => 'id', state => 'stage');
INSERT INTO reviewed SELECT i, 'text ' || i FROM generate_series(1, 4) i;
SELECT count(*) FROM review_move_many('reviewed', '{1,2}'::bigint[], 'finish');
SELECT * FROM release_check('SELECT jsonl(r) AS line, id AS item FROM reviewed r ORDER BY id', review => 'reviewed') WHERE NOT ok;
SELECT * FROM release_check($$SELECT jsonl(r) AS line, id AS item FROM reviewed r WHERE stage = 'done' ORDER BY id$$, review => 'reviewed') WHERE check_name ~ 'accepted';
SELECT manifest($$SELECT jsonl(r) AS line, id AS item FROM reviewed r WHERE stage = 'done' ORDER BY id$$, review => 'reviewed') -> 'review';
SELECT * FROM release_check('SELECT jsonl(r) AS line, id + 100 AS item FROM reviewed r ORDER BY id', review => 'reviewed') WHERE NOT ok;
SELECT release_check('SELECT jsonl(r) AS line FROM reviewed r ORDER BY id', review => 'reviewed');
SELECT release_check('SELECT jsonl(a) AS line, id AS item FROM answers a ORDER BY id', review => 'answers');

-- what is no query, and no option
SELECT release_check(NULL);
SELECT release_check('');
SELECT release_check('SELECT 1; SELECT 2');
SELECT release_check('SHOW all');
SELECT release_check('SELECT 1) x; DROP TABLE answers; --');
SELECT release_check('WITH x AS (INSERT INTO answers VALUES (1000) RETURNING *) SELECT jsonl(x) AS line FROM x');
SELECT release_check('SELECT jsonl(a) AS line FROM answers a FOR UPDATE');
SELECT release_check('SELECT $1 AS line');
SELECT release_check('SELECT id FROM answers');
SELECT release_check('SELECT to_json(a) AS line FROM answers a');
SELECT release_check('SELECT jsonl(a) AS line FROM answers a ORDER BY id', 'training');
SELECT release_check('SELECT jsonl(a) AS line FROM answers a ORDER BY id', options => NULL);
SELECT release_check('SELECT jsonl(a) AS line FROM answers a ORDER BY id', options => '[]');
SELECT release_check('SELECT jsonl(a) AS line FROM answers a ORDER BY id', options => '{"threshold": 1}');
SELECT release_check('SELECT jsonl(a) AS line FROM answers a ORDER BY id', options => '{"max_duplicates": 2}');
SELECT release_check('SELECT jsonl(a) AS line FROM answers a ORDER BY id', options => '{"max_leaks": 0.5}');
SELECT release_check('SELECT jsonl(a) AS line FROM answers a ORDER BY id', options => '{"level": 3}');
SELECT release_check('SELECT jsonl(a) AS line FROM answers a ORDER BY id', options => '{"attributes": [1]}');
SELECT release_check('SELECT jsonl(a) AS line FROM answers a ORDER BY id', options => '{"k": 5}');
SELECT release_check('SELECT jsonl(a) AS line FROM answers a ORDER BY id', options => '{"k": 5, "attributes": ["ward"]}');
SELECT release_check('SELECT jsonl(a) AS line FROM answers a ORDER BY id', options => '{"min_agreement": 0.5}');
SELECT release_check('SELECT jsonl(a) AS line FROM answers a ORDER BY id', options => '{"max_duplicates": 0.5}');
SELECT release_check('SELECT jsonl(a) AS line FROM answers a ORDER BY id', options => '{"agreement": "SELECT 1"}');

-- a release is bound to a snapshot, and recorded
SELECT release('first', 'SELECT jsonl(a) AS line FROM answers a ORDER BY id');
BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ;
CREATE TEMPORARY TABLE manifests AS SELECT release('first', 'SELECT jsonl(a) AS line, id AS item, person, answer AS text, split FROM answers a ORDER BY id;',
	options => '{"agreement": "SELECT area AS name, hdata.ratings_agg(id % 20, id / 20, label) AS ratings FROM answers GROUP BY area"}') AS manifest;
SELECT manifest ->> 'sha256' = encode(digest_agg(jsonl(a) ORDER BY id), 'hex') AS digest_is_that_of_the_file FROM manifests, answers a GROUP BY manifest;
COMMIT;
SELECT jsonb_pretty(manifest - '{created_at,created_by,database,snapshot,versions,checks,line_digest}'::text[]) FROM manifests;
SELECT ARRAY(SELECT jsonb_object_keys(manifest) ORDER BY 1) FROM manifests;
SELECT name, n_rows, n_bytes, r.manifest = m.manifest AS same_manifest, encode(sha256, 'hex') = m.manifest ->> 'sha256' AS same_digest FROM releases r, manifests m;
SELECT kind, count(*), sum(n_rows) FROM release_contents GROUP BY 1 ORDER BY 1;
SELECT manifest - '{created_at,snapshot,name}'::text[] = manifest('SELECT jsonl(a) AS line, id AS item, person, answer AS text, split FROM answers a ORDER BY id;',
	options => '{"agreement": "SELECT area AS name, hdata.ratings_agg(id % 20, id / 20, label) AS ratings FROM answers GROUP BY area"}') - '{created_at,snapshot}'::text[] AS manifest_without_recording FROM manifests;

-- what was withdrawn never leaves again; past releases that contain it are named
SELECT name, n_rows FROM withdraw('p3', note => 'letter');
SELECT name, n_rows FROM withdraw_item('7', 'the customer asked');
SELECT name, n_rows FROM withdraw_item('7');
BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ;
SELECT release('second', 'SELECT jsonl(a) AS line, id AS item, person, answer AS text FROM answers a ORDER BY id');
ROLLBACK;
BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ;
SELECT release('second', 'SELECT jsonl(a) AS line, id AS item, person FROM answers a WHERE may_leave(person) AND id <> 7 ORDER BY id') ->> 'rows' AS rows;
COMMIT;
SELECT name, n_rows FROM releases ORDER BY release;

-- Croissant: what it requires, and what only people can say
SELECT jsonb_pretty(croissant(manifest - 'created_at', '{"creator": "A team", "description": "Answers", "license": "https://creativecommons.org/licenses/by/4.0/", "url": "https://example.com/answers",
	"date_published": "2026-11-26", "rai": {"dataBiases": "none known"}}') - '@context') FROM manifests;
SELECT croissant(manifest, '{"creator": "A team", "description": "Answers", "license": "CC", "url": "https://example.com"}') ->> 'datePublished' = left(manifest ->> 'created_at', 10) AS dated FROM manifests;
-- the context is the one that the specification publishes (Croissant 1.0, appendix 1); a term of it, of schema.org, or with a prefix
SELECT md5((croissant(manifest, '{"creator": "A", "description": "d", "license": "CC", "url": "u"}') -> '@context')::text) FROM manifests;
WITH d AS (SELECT croissant(manifest, '{"creator": "A", "description": "d", "license": "CC", "url": "u"}') AS d FROM manifests)
SELECT key AS odd_key FROM d, jsonb_object_keys(d) key WHERE NOT d -> '@context' ? key AND key !~ '^(@|rai:)'
	AND key NOT IN ('name', 'description', 'license', 'url', 'creator', 'datePublished', 'distribution');
SELECT croissant('{}', '{"creator": "A team"}');
SELECT croissant('{}', '{"creator": {"@type": "sc:Person", "name": "A"}, "description": "", "license": "CC", "url": "u"}');
SELECT croissant('{}', '{"author": "A team"}');
SELECT croissant('{}', '{"creator": "A", "description": "d", "license": "CC", "url": "u", "rai": {"bias": "x"}}');
SELECT croissant('{}', '[]');

-- who may
SELECT proname, has_function_privilege('public', oid, 'EXECUTE') AS everybody FROM pg_proc WHERE pronamespace = 'hdata'::regnamespace
	AND proname IN ('release', 'release_check', 'manifest', 'withdraw', 'withdraw_item', 'give_consent', 'consent_status', 'may_leave') ORDER BY 1;
CREATE ROLE regress_release;
SET ROLE regress_release;
SELECT * FROM release_check('SELECT ''1'' AS line, 1 AS person ORDER BY 1');
SELECT * FROM release_check('SELECT ''1'' AS line, 1 AS item ORDER BY 1');
SELECT check_name, ok FROM release_check('SELECT ''1'' AS line ORDER BY 1');
RESET ROLE;
GRANT EXECUTE ON FUNCTION release TO regress_release;
GRANT SELECT ON releases, release_contents, consent TO regress_release;
SET ROLE regress_release;
SELECT check_name, ok FROM release_check('SELECT ''1'' AS line, 1 AS person ORDER BY 1');
BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ;
SELECT release('no', 'SELECT ''1'' AS line ORDER BY 1');
ROLLBACK;
RESET ROLE;
DROP OWNED BY regress_release;
DROP ROLE regress_release;

-- other tests find nothing of this one
DROP TABLE answers, reviewed, reviewed_review, reviewed_review_log;
DELETE FROM review_flows WHERE name = 'answers';
TRUNCATE consent, withdrawn_items, releases, release_contents RESTART IDENTITY;

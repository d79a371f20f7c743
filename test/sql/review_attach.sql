-- Putting tables under review and taking them out, and everything that is refused there.
\set QUIET on
SET client_min_messages = warning;
\pset format unaligned
\pset null '-'
CREATE FUNCTION hd_error(sql text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	c text;
	col text;
	d text;
	h text;
BEGIN
	EXECUTE sql;
	RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS c = CONSTRAINT_NAME, col = COLUMN_NAME, d = PG_EXCEPTION_DETAIL, h = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', SQLSTATE, nullif(c, ''), nullif(col, ''), CASE WHEN SQLSTATE ~ '^(2|42501|5500|42P0|42710|428|42703|4270|0A)' THEN SQLERRM END, nullif(d, ''), nullif(h, ''));
END $$;
CREATE ROLE regress_hd_owner;
CREATE ROLE regress_hd_other;
CREATE SCHEMA hd_s AUTHORIZATION regress_hd_owner;
SELECT hdata.review_define('hd_attach', 'draft -> done as finish; initial draft; terminal done') AS version;
SELECT hdata.review_grant('regress_hd_owner', attach => true);

SET ROLE regress_hd_owner;
CREATE TABLE hd_s.t (id bigint PRIMARY KEY, who text, state text, n int, g int GENERATED ALWAYS AS (n + 1) STORED, k bigint, u int UNIQUE);
INSERT INTO hd_s.t (id, who, state) VALUES (1, 'a', 'draft'), (2, 'b', 'done');
CREATE TABLE hd_s.parts (id int, p int, state text, PRIMARY KEY (id, p)) PARTITION BY LIST (p);
CREATE TABLE hd_s.parts1 PARTITION OF hd_s.parts FOR VALUES IN (1);
CREATE TABLE hd_s.base (id int PRIMARY KEY, state text);
CREATE TABLE hd_s.heir () INHERITS (hd_s.base);
CREATE TABLE hd_s.odd (id int PRIMARY KEY, state int, stamp text GENERATED ALWAYS AS ('x') STORED, nothing text);
CREATE TABLE hd_s.members (actor text, role text);
CREATE TABLE hd_s.not_members (actor text);
CREATE VIEW hd_s.v AS SELECT * FROM hd_s.t;
CREATE TEMP TABLE hd_temp (id int PRIMARY KEY, state text);

\echo -- what cannot be attached
SELECT hd_error($$SELECT hdata.review_attach(NULL, 'hd_attach', 'id', 'state')$$);
SELECT hd_error($$SELECT hdata.review_attach('hd_s.t', NULL, 'id', 'state')$$);
SELECT hd_error($$SELECT hdata.review_attach('hd_s.t', 'hd_attach', NULL, 'state')$$);
SELECT hd_error($$SELECT hdata.review_attach('hd_s.t', 'hd_attach', 'id', NULL)$$);
SELECT hd_error($$SELECT hdata.review_attach('hd_s.t', 'hd_attach', 'id', 'state', direct => NULL)$$);
SELECT hd_error($$SELECT hdata.review_attach('hd_s.t', 'hd_attach', 'id', 'state', claim_ttl => NULL)$$);
SELECT hd_error($$SELECT hdata.review_attach('hd_s.t', 'hd_attach', 'id', 'state', affinity => NULL)$$);
SELECT hd_error($$SELECT hdata.review_attach('hd_s.t', 'hd_attach', 'id', 'state', content => '{who,NULL}')$$);
SELECT hd_error($$SELECT hdata.review_attach('hd_s.t', 'hd_nothing', 'id', 'state')$$);
SELECT hd_error($$SELECT hdata.review_attach('hd_s.v', 'hd_attach', 'id', 'state')$$);
SELECT hd_error($$SELECT hdata.review_attach('hd_temp', 'hd_attach', 'id', 'state')$$);
SELECT hd_error($$SELECT hdata.review_attach('hd_s.parts1', 'hd_attach', 'id', 'state')$$);
SELECT hd_error($$SELECT hdata.review_attach('hd_s.base', 'hd_attach', 'id', 'state')$$);
SELECT hd_error($$SELECT hdata.review_attach('hd_s.t', 'hd_attach', 'idd', 'state')$$);
SELECT hd_error($$SELECT hdata.review_attach('hd_s.t', 'hd_attach', 'k', 'state')$$);
SELECT hd_error($$SELECT hdata.review_attach('hd_s.t', 'hd_attach', 'u', 'state')$$);
SELECT hd_error($$SELECT hdata.review_attach('hd_s.parts', 'hd_attach', 'state', 'state')$$);
SELECT hd_error($$SELECT hdata.review_attach('hd_s.t', 'hd_attach', 'ctid', 'state')$$);
SELECT hd_error($$SELECT hdata.review_attach('hd_s.odd', 'hd_attach', 'id', 'state')$$);
SELECT hd_error($$SELECT hdata.review_attach('hd_s.odd', 'hd_attach', 'id', 'stamp')$$);
SELECT hd_error($$SELECT hdata.review_attach('hd_s.t', 'hd_attach', 'id', 'state', author => 'whom')$$);
SELECT hd_error($$SELECT hdata.review_attach('hd_s.t', 'hd_attach', 'id', 'state', content => '{nope}')$$);
SELECT hd_error($$SELECT hdata.review_attach('hd_s.t', 'hd_attach', 'id', 'state', content => '{who,who}')$$);
SELECT hd_error($$SELECT hdata.review_attach('hd_s.t', 'hd_attach', 'id', 'state', content => '{state}')$$);
SELECT hd_error($$SELECT hdata.review_attach('hd_s.t', 'hd_attach', 'id', 'state', content => '{g}')$$);
SELECT hd_error($$SELECT hdata.review_attach('hd_s.t', 'hd_attach', 'id', 'state', direct => 'maybe')$$);
SELECT hd_error($$SELECT hdata.review_attach('hd_s.t', 'hd_attach', 'id', 'state', service => 'regress_hd_nobody')$$);
SELECT hd_error($$SELECT hdata.review_attach('hd_s.t', 'hd_attach', 'id', 'state', roles => 'hd_s.not_members')$$);
SELECT hd_error($$SELECT hdata.review_attach('hd_s.t', 'hd_attach', 'id', 'state', claim_limit => 0)$$);
SELECT hd_error($$SELECT hdata.review_attach('hd_s.t', 'hd_attach', 'id', 'state', claim_ttl => '0')$$);
SELECT hd_error($$SELECT hdata.review_attach('hd_s.t', 'hd_attach', 'id', 'state', claim_ttl => '200 years')$$);
SELECT hd_error($$SELECT hdata.review_attach('hd_s.t', 'hd_attach', 'id', 'state', affinity => 'love')$$);
SELECT hd_error($$SELECT hdata.review_attach('hd_s.t', 'hd_attach', 'id', 'state', queue => '{draft,nope}')$$);
SELECT hd_error($$SELECT hdata.review_detach('hd_s.t')$$);
SELECT hd_error($$SELECT hdata.review_adopt('hd_s.t')$$);
SELECT hd_error($$SELECT hdata.review_move('hd_s.t', 1, 'finish')$$);
UPDATE hd_s.t SET state = 'lost' WHERE id = 2;
SELECT hd_error($$SELECT hdata.review_attach('hd_s.t', 'hd_attach', 'id', 'state')$$);
UPDATE hd_s.t SET state = NULL WHERE id = 2;
SELECT hd_error($$SELECT hdata.review_attach('hd_s.t', 'hd_attach', 'id', 'state')$$);
UPDATE hd_s.t SET state = 'done' WHERE id = 2;
CREATE TABLE hd_s.t_review (id int);
SELECT hd_error($$SELECT hdata.review_attach('hd_s.t', 'hd_attach', 'id', 'state')$$);
DROP TABLE hd_s.t_review;
\echo -- somebody else's table
RESET ROLE;
GRANT USAGE, CREATE ON SCHEMA hd_s TO regress_hd_other;
GRANT ALL ON hd_s.t TO regress_hd_other;
SELECT hdata.review_grant('regress_hd_other', attach => true);
SET ROLE regress_hd_other;
SELECT hd_error($$SELECT hdata.review_attach('hd_s.t', 'hd_attach', 'id', 'state')$$);
\echo -- without EXECUTE
RESET ROLE;
REVOKE EXECUTE ON FUNCTION hdata.review_guard() FROM regress_hd_other;
SET ROLE regress_hd_other;
CREATE TABLE hd_s.mine (id int PRIMARY KEY, state text);
SELECT hd_error($$SELECT hdata.review_attach('hd_s.mine', 'hd_attach', 'id', 'state')$$);
DROP TABLE hd_s.mine;

\echo -- attached
SET ROLE regress_hd_owner;
SELECT hdata.review_attach('hd_s.t', 'hd_attach', 'id', 'state', author => 'who', content => '{n,who}', direct => 'refuse', roles => 'hd_s.members', claim_limit => 3,
	claim_ttl => '1 day 2 hours', affinity => 'other', queue => '{draft}');
SELECT * FROM hdata.review_attachments() WHERE rel = 'hd_s.t'::regclass;
SELECT item, rev, state, author, queue FROM hd_s.t_review ORDER BY item;
SELECT tgname, substring(pg_get_triggerdef(oid) FROM 'EXECUTE.*') FROM pg_trigger WHERE tgrelid = 'hd_s.t'::regclass ORDER BY tgname;
SELECT relname, pg_get_userbyid(relowner), relacl, reloptions FROM pg_class WHERE relnamespace = 'hd_s'::regnamespace AND relname ~ '^t_review' ORDER BY relname COLLATE "C";
SELECT count(*) AS members_of_the_extension FROM pg_depend WHERE deptype = 'e' AND objid IN ('hd_s.t_review'::regclass, 'hd_s.t_review_log'::regclass);
SELECT hd_error($$SELECT hdata.review_attach('hd_s.t', 'hd_attach', 'id', 'state')$$);
SELECT hd_error($$UPDATE hd_s.t SET state = 'done' WHERE id = 1$$);
SET ROLE regress_hd_other;
SELECT hd_error($$SELECT hdata.review_detach('hd_s.t')$$);
SELECT hd_error($$SELECT hdata.review_adopt('hd_s.t')$$);
\echo -- a superuser attaches for the owner
RESET ROLE;
SELECT hdata.review_attach('hd_s.parts', 'hd_attach', 'id', 'state');
SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = 'hd_s.parts_review'::regclass;
SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE tgname ~ 'hdata' AND tgrelid::regclass::text ~ 'parts' ORDER BY 1, 2;

\echo -- the side table is taken over when a table is attached again; the log goes on
INSERT INTO hd_s.t (id, who) VALUES (3, 'c');
SELECT hdata.review_detach('hd_s.t');
SELECT count(*) FROM pg_trigger WHERE tgrelid = 'hd_s.t'::regclass AND NOT tgisinternal;
UPDATE hd_s.t SET state = 'done' WHERE id = 3;
DELETE FROM hd_s.t WHERE id = 2;
INSERT INTO hd_s.t (id, state) VALUES (4, 'draft');
SELECT hdata.review_attach('hd_s.t', 'hd_attach', 'id', 'state');
SELECT item, rev, state FROM hd_s.t_review ORDER BY item;
UPDATE hd_s.t SET state = 'done' WHERE id = 4;
SELECT item, seq, from_state, to_state FROM hd_s.t_review_log ORDER BY item, seq;
SELECT hdata.review_detach('hd_s.parts');
SELECT count(*) FROM pg_trigger WHERE tgname ~ 'hdata' AND tgrelid::regclass::text ~ 'parts';

\echo -- damage is refused, and says what it is
ALTER TABLE hd_s.t RENAME COLUMN state TO status;
SELECT hd_error($$UPDATE hd_s.t SET n = 1$$);
ALTER TABLE hd_s.t RENAME COLUMN status TO state;
ALTER TABLE hd_s.t_review RENAME TO elsewhere;
SELECT hd_error($$UPDATE hd_s.t SET n = 1$$);
ALTER TABLE hd_s.elsewhere RENAME TO t_review;
ALTER TABLE hd_s.t_review_log OWNER TO regress_hd_other;
SELECT hd_error($$UPDATE hd_s.t SET n = 1$$);
ALTER TABLE hd_s.t_review_log OWNER TO regress_hd_owner;
ALTER TABLE hd_s.t_review_log ALTER seq TYPE bigint;
SELECT hd_error($$UPDATE hd_s.t SET n = 1$$);
ALTER TABLE hd_s.t_review_log ALTER seq TYPE int;
SELECT hd_error($$UPDATE hd_s.t SET n = 1$$);
\echo -- the table gets another name, schema and owner; the tables of ours go with it by hand
ALTER TABLE hd_s.t RENAME TO renamed;
UPDATE hd_s.renamed SET n = 2;
CREATE SCHEMA hd_s2 AUTHORIZATION regress_hd_other;
ALTER TABLE hd_s.renamed SET SCHEMA hd_s2;
SELECT hd_error($$UPDATE hd_s2.renamed SET n = 1$$);
ALTER TABLE hd_s.t_review SET SCHEMA hd_s2;
ALTER TABLE hd_s.t_review_log SET SCHEMA hd_s2;
UPDATE hd_s2.renamed SET n = 3;
ALTER TABLE hd_s2.renamed OWNER TO regress_hd_other;
SELECT hd_error($$UPDATE hd_s2.renamed SET n = 1$$);
ALTER TABLE hd_s2.t_review OWNER TO regress_hd_other;
ALTER TABLE hd_s2.t_review_log OWNER TO regress_hd_other;
UPDATE hd_s2.renamed SET n = 4;
\echo -- the trigger functions on a table that was not attached, and called by themselves
CREATE TABLE hd_s.fake (id int);
CREATE TRIGGER t BEFORE INSERT ON hd_s.fake FOR EACH ROW EXECUTE FUNCTION hdata.review_guard('flow=x');
SELECT hd_error('INSERT INTO hd_s.fake VALUES (1)');
DROP TRIGGER t ON hd_s.fake;
CREATE TRIGGER t AFTER INSERT ON hd_s.fake FOR EACH ROW EXECUTE FUNCTION hdata.review_guard();
SELECT hd_error('INSERT INTO hd_s.fake VALUES (1)');
DROP TRIGGER t ON hd_s.fake;
CREATE TRIGGER t BEFORE INSERT ON hd_s.fake FOR EACH STATEMENT EXECUTE FUNCTION hdata.review_truncate();
SELECT hd_error('INSERT INTO hd_s.fake VALUES (1)');
SELECT hd_error('SELECT hdata.review_guard()');

DROP SCHEMA hd_s, hd_s2 CASCADE;
DROP OWNED BY regress_hd_owner, regress_hd_other;
DROP ROLE regress_hd_owner, regress_hd_other;
DROP FUNCTION hd_error(text);
DELETE FROM hdata.review_flows WHERE name = 'hd_attach';

-- in a terminal state nothing is allowed, and no way out is hinted at
SELECT hdata.review_define('ends', 'draft -> approved as approve; initial draft; terminal approved; frozen approved');
CREATE TABLE ends (id int PRIMARY KEY, body text, state text NOT NULL DEFAULT 'draft');
SELECT hdata.review_attach('ends', 'ends', 'id', 'state', content => '{body}');
INSERT INTO ends VALUES (1, 'as it is');
UPDATE ends SET state = 'approved';
UPDATE ends SET body = 'changed';
DELETE FROM ends;
UPDATE ends SET state = 'draft';
DROP TABLE ends, ends_review, ends_review_log;
DELETE FROM hdata.review_flows WHERE name = 'ends';

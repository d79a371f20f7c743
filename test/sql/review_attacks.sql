-- Attacks on tables under review, each of which once got through.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE ROLE regress_ra_owner;
CREATE ROLE regress_ra_ann;
CREATE ROLE regress_ra_rex;
GRANT CREATE ON SCHEMA public TO regress_ra_owner;
SELECT hdata.review_define('ra_flow', $$
	draft -> submitted as submit; submitted -> approved as approve !author; submitted -> draft as back; approved -> draft as reopen;
	approved -> gone as export; initial draft; terminal gone; accepting approved; frozen approved $$);
SELECT hdata.review_grant('regress_ra_owner', attach => true);
SELECT hdata.review_grant(r) FROM unnest('{regress_ra_ann,regress_ra_rex}'::name[]) r;

-- The checks of a domain, and predicates of indexes on the side table and the log, are code of the owner's, and run as he does
SET ROLE regress_ra_owner;
CREATE FUNCTION ra_whoami(text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	IF current_user <> 'regress_ra_owner' THEN
		RAISE 'runs as somebody else';
	END IF;
	RETURN true;
END $$;
CREATE DOMAIN ra_key AS text CHECK (ra_whoami(VALUE));
CREATE DOMAIN ra_state AS text CHECK (VALUE IN ('draft', 'submitted'));
CREATE TABLE ra_domain (id ra_key PRIMARY KEY, state ra_state);
SELECT hdata.review_attach('ra_domain', 'ra_flow', 'id', 'state', queue => '{submitted}');
INSERT INTO ra_domain VALUES ('a'), ('b');
CREATE INDEX ON ra_domain_review (rev) WHERE ra_whoami(state);
CREATE INDEX ON ra_domain_review (round) WHERE state::ra_key IS NOT NULL;
CREATE INDEX ON ra_domain_review_log (seq) WHERE ra_whoami(action);
CREATE INDEX ON ra_domain (state) WHERE ra_whoami('a constant, which the relation cache computes');
CREATE INDEX ON ra_domain_review (rev) WHERE ra_whoami('a constant');
RESET ROLE;
SELECT to_state FROM hdata.review_move('ra_domain', 'a', 'submit');
SELECT to_state FROM hdata.review_move_many('ra_domain', '{b}'::text[], 'submit');
SELECT item FROM hdata.review_claim('ra_domain');
\c -
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT item FROM hdata.review_claim('ra_domain');
\c -
\set SHOW_CONTEXT never
SET client_min_messages = warning;
-- and a move heeds the domain of the state, and the length of a varchar
SELECT to_state FROM hdata.review_move('ra_domain', 'b', 'approve');
SET ROLE regress_ra_owner;
CREATE TABLE ra_short (id bigint PRIMARY KEY, state varchar(5));
SELECT hdata.review_attach('ra_short', 'ra_flow', 'id', 'state');
INSERT INTO ra_short VALUES (1);
SELECT to_state FROM hdata.review_move('ra_short', 1, 'submit');
RESET ROLE;

-- What is computed or changed after the guard: generated columns are refused, and the log's trigger looks again
SET ROLE regress_ra_owner;
CREATE TABLE ra_generated (id bigint PRIMARY KEY, body text, maker text, author text GENERATED ALWAYS AS (maker) STORED,
	copy text GENERATED ALWAYS AS (body) STORED, state text);
SELECT hdata.review_attach('ra_generated', 'ra_flow', 'id', 'state', author => 'author');
SELECT hdata.review_attach('ra_generated', 'ra_flow', 'id', 'state', content => '{copy}');
SELECT hdata.review_attach('ra_generated', 'ra_flow', 'copy', 'state');
CREATE TABLE ra_late (id bigint PRIMARY KEY, author text, body text, state text);
SELECT hdata.review_attach('ra_late', 'ra_flow', 'id', 'state', author => 'author', queue => '{draft}', claim_limit => 2);
CREATE FUNCTION ra_approve() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.state := 'approved'; RETURN NEW; END $$;
CREATE TRIGGER zzzz BEFORE INSERT ON ra_late FOR EACH ROW EXECUTE FUNCTION ra_approve();
INSERT INTO ra_late VALUES (1);
DROP TRIGGER zzzz ON ra_late;

-- Work of nobody's could be approved by who made it: whoever leaves the author out is the author
GRANT SELECT, INSERT, UPDATE ON ra_late TO regress_ra_ann, regress_ra_rex;
SET ROLE regress_ra_ann;
INSERT INTO ra_late VALUES (1, NULL), (2, 'regress_ra_ann');
INSERT INTO ra_late VALUES (3, 'regress_ra_rex');
UPDATE ra_late SET author = NULL WHERE id = 2;
SELECT to_state FROM hdata.review_move_many('ra_late', '{1,2}'::bigint[], 'submit');
SELECT item, sqlstate, why FROM hdata.review_move_many('ra_late', '{1,2}'::bigint[], 'approve', on_refusal => 'skip');
SET ROLE regress_ra_owner;
INSERT INTO ra_late VALUES (4, NULL), (5, NULL), (6, NULL);
SELECT id, author FROM ra_late ORDER BY id;

-- One statement calls twice: the limit holds, and the second call sees what the first did
SELECT (hdata.review_claim('ra_late')).item FROM generate_series(1, 3);
SELECT count(*) FROM ra_late_review WHERE claimed_by IS NOT NULL;
SELECT hdata.review_renew('ra_late', token) > now() AS renewed, hdata.review_release('ra_late', token) AS released FROM hdata.review_claim('ra_late');

-- Who holds a claim, of a limited number, and asks for more where there is nothing more
DELETE FROM ra_late WHERE id > 4;
SELECT item FROM hdata.review_claim('ra_late');
SELECT item FROM hdata.review_claim('ra_late');

-- Many claims that have run out, of no use to who asks, do not hide one that is
SELECT hdata.review_define('ra_queue', 'draft -> done as finish !author claim; initial draft; terminal done');
CREATE TABLE ra_queue (id bigint PRIMARY KEY, author text, state text);
SELECT hdata.review_attach('ra_queue', 'ra_queue', 'id', 'state', author => 'author', service => 'regress_ra_owner');
INSERT INTO ra_queue SELECT i, CASE WHEN i <= 100 THEN 'ann' ELSE 'bea' END FROM generate_series(1, 101) i;
SELECT count(*) FROM hdata.review_claim('ra_queue', 101, ttl => '1 microsecond', actor => 'zoe');
UPDATE ra_queue_review SET claim_until = now() - (1000 - item) * interval '1 minute';
SELECT item FROM hdata.review_claim('ra_queue', actor => 'ann');

-- Keys that are equal and not the same text
CREATE COLLATION ra_ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE ra_ci (id text COLLATE ra_ci PRIMARY KEY, state text);
CREATE TABLE ra_numeric (id numeric, part text, state text, PRIMARY KEY (id, part)) PARTITION BY LIST (part);
CREATE TABLE ra_numeric_a PARTITION OF ra_numeric FOR VALUES IN ('a');
SELECT hdata.review_attach(t, 'ra_flow', 'id', 'state') FROM unnest('{ra_ci,ra_numeric}'::regclass[]) t;
INSERT INTO ra_ci VALUES ('Abc');
INSERT INTO ra_numeric VALUES (1.0, 'a');
SELECT item, to_state FROM hdata.review_move('ra_ci', 'aBC', 'submit', idem => 'x');
SELECT item, to_state, replayed FROM hdata.review_move('ra_ci', 'abc', 'submit', idem => 'x');
SELECT item, to_state FROM hdata.review_move('ra_numeric', 1, 'submit');
SELECT hdata.review_verify('ra_ci'), hdata.review_verify('ra_numeric');
CREATE TABLE ra_ci_state (id text PRIMARY KEY, state text COLLATE ra_ci);
SELECT hdata.review_attach('ra_ci_state', 'ra_flow', 'id', 'state');

-- Two long names that are cut to one
CREATE TABLE ra_a_name_of_sixty_three_bytes_of_which_the_last_differs______1 (id bigint PRIMARY KEY, state text);
CREATE TABLE ra_a_name_of_sixty_three_bytes_of_which_the_last_differs______2 (id bigint PRIMARY KEY, state text);
SELECT hdata.review_attach('ra_a_name_of_sixty_three_bytes_of_which_the_last_differs______1', 'ra_flow', 'id', 'state');
SELECT hdata.review_attach('ra_a_name_of_sixty_three_bytes_of_which_the_last_differs______2', 'ra_flow', 'id', 'state');

-- What default privileges give does not reach what only movers write
ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO regress_ra_ann, PUBLIC;
ALTER DEFAULT PRIVILEGES GRANT ALL ON SEQUENCES TO regress_ra_ann;
CREATE TABLE ra_default (id bigint PRIMARY KEY, state text);
SELECT hdata.review_attach('ra_default', 'ra_flow', 'id', 'state');
SELECT seal, items FROM hdata.review_seal('ra_default');
ALTER DEFAULT PRIVILEGES REVOKE ALL ON TABLES FROM regress_ra_ann, PUBLIC;
ALTER DEFAULT PRIVILEGES REVOKE ALL ON SEQUENCES FROM regress_ra_ann;
SELECT c.relname, a.grantee::regrole, string_agg(a.privilege_type, ',') AS privileges FROM pg_class c, aclexplode(c.relacl) a
WHERE c.relname LIKE 'ra\_default\_review%' AND a.grantee <> c.relowner GROUP BY 1, a.grantee ORDER BY 1, a.grantee;

-- Moves between partitions: with a trigger that runs statements, and with triggers that swallow half of it
CREATE TABLE ra_journal (t text);
CREATE FUNCTION ra_write() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO ra_journal VALUES (TG_OP); RETURN coalesce(NEW, OLD); END $$;
CREATE FUNCTION ra_swallow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TABLE ra_parts (id bigint, part text, state text, PRIMARY KEY (id, part)) PARTITION BY LIST (part);
CREATE TABLE ra_parts_a PARTITION OF ra_parts FOR VALUES IN ('a');
CREATE TABLE ra_parts_b PARTITION OF ra_parts FOR VALUES IN ('b');
SELECT hdata.review_attach('ra_parts', 'ra_flow', 'id', 'state');
INSERT INTO ra_parts SELECT i, 'a' FROM generate_series(1, 3) i;
SELECT to_state FROM hdata.review_move_many('ra_parts', '{1,2,3}'::bigint[], 'submit');
CREATE TRIGGER a BEFORE INSERT OR UPDATE OR DELETE ON ra_parts FOR EACH ROW EXECUTE FUNCTION ra_write();
UPDATE ra_parts SET part = 'b' WHERE id = 1;
UPDATE ra_parts SET part = 'b', state = 'draft' WHERE id = 2;
TABLE ra_journal;
DROP TRIGGER a ON ra_parts;
CREATE TRIGGER a BEFORE INSERT ON ra_parts FOR EACH ROW EXECUTE FUNCTION ra_swallow();
UPDATE ra_parts SET part = 'b' WHERE id = 3;
DROP TRIGGER a ON ra_parts;
CREATE TRIGGER zzzz BEFORE INSERT ON ra_parts FOR EACH ROW EXECUTE FUNCTION ra_swallow();
UPDATE ra_parts SET part = 'b' WHERE id = 3;
DROP TRIGGER zzzz ON ra_parts;
-- an UPDATE that was suppressed does not let a DELETE or an INSERT of the same statement pass
CREATE TRIGGER zzzz BEFORE UPDATE ON ra_parts FOR EACH ROW EXECUTE FUNCTION ra_swallow();
WITH u AS (UPDATE ra_parts SET part = 'b' WHERE id = 3 RETURNING id) DELETE FROM ra_parts WHERE id = 3 AND (SELECT count(*) FROM u) = 0;
DROP TRIGGER zzzz ON ra_parts;
CREATE TRIGGER zzzz BEFORE DELETE ON ra_parts FOR EACH ROW EXECUTE FUNCTION ra_swallow();
WITH u AS (UPDATE ra_parts SET part = 'b' WHERE id = 3 RETURNING id) INSERT INTO ra_parts SELECT 3, 'b', 'submitted' WHERE (SELECT count(*) FROM u) = 0;
DROP TRIGGER zzzz ON ra_parts;
SELECT tableoid::regclass, id, state FROM ra_parts ORDER BY id;
SELECT item, seq, from_state, to_state, action FROM ra_parts_review_log ORDER BY item, seq;
SELECT * FROM hdata.review_verify('ra_parts');

-- Triggers written by hand, whose arguments are not understood, stop nobody who looks for attached tables, and smuggle nothing into queries
CREATE TABLE ra_hand (id bigint PRIMARY KEY, state text, args text);
CREATE FUNCTION ra_by_hand(VARIADIC extra text[]) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	DROP TRIGGER IF EXISTS zzz_hdata_review_guard ON ra_hand;
	EXECUTE format('CREATE TRIGGER zzz_hdata_review_guard BEFORE INSERT OR UPDATE OR DELETE ON ra_hand FOR EACH ROW EXECUTE FUNCTION
		hdata.review_guard(''flow=ra_flow'', ''key=id'', ''state=state'', ''side=ra_default_review'', ''log=ra_default_review_log'', %s)',
		(SELECT string_agg(quote_literal(e), ', ') FROM unnest(extra) e));
	RETURN (SELECT count(*) FILTER (WHERE rel = 'ra_hand'::regclass) || ' of ' || (count(*) > 1)::text FROM hdata.review_attachments());
END $$;
SELECT ra_by_hand('claim_limit=1'), ra_by_hand('content={'), ra_by_hand('claim_limit=x'), ra_by_hand('claim_ttl=99999999999999999999'), ra_by_hand('direct=maybe'),
	ra_by_hand('roles=a.b.c.d'), ra_by_hand('roles=(SELECT 1) x'), ra_by_hand('roles=public.ra_hand WHERE true; DROP TABLE ra_hand; SELECT 1 FROM public.ra_hand'),
	ra_by_hand('roles=public.ra_hand');
SELECT ra_by_hand('roles=x y');
INSERT INTO ra_hand VALUES (1);
SELECT DISTINCT problem FROM hdata.review_doctor('ra_hand') ORDER BY 1;
DROP TABLE ra_hand;

-- A row that arrives in another partition fires triggers on INSERT, such as those that set an author: it is still the row that left
CREATE TABLE ra_cross (id bigint, part text, author text, body text, state text, PRIMARY KEY (id, part)) PARTITION BY LIST (part);
CREATE TABLE ra_cross_a PARTITION OF ra_cross FOR VALUES IN ('a');
CREATE TABLE ra_cross_b PARTITION OF ra_cross FOR VALUES IN ('b');
SELECT hdata.review_attach('ra_cross', 'ra_flow', 'id', 'state', author => 'author', content => '{body}');
INSERT INTO ra_cross SELECT i, 'a', 'regress_ra_ann', 'x' FROM generate_series(1, 3) i;
GRANT SELECT, UPDATE ON ra_cross TO regress_ra_ann, regress_ra_rex;
SELECT to_state FROM hdata.review_move_many('ra_cross', '{2,3}'::bigint[], 'submit');
SELECT to_state FROM hdata.review_move_many('ra_cross', '{3}'::bigint[], 'approve');
CREATE FUNCTION ra_signs() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.author := current_user; RETURN NEW; END $$;
CREATE FUNCTION ra_tampers() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.body := 'y'; RETURN NEW; END $$;
CREATE TRIGGER a BEFORE INSERT ON ra_cross FOR EACH ROW EXECUTE FUNCTION ra_signs();
SET ROLE regress_ra_rex;
UPDATE ra_cross SET part = 'b' WHERE id = 1;
UPDATE ra_cross SET part = 'b' WHERE id = 2;
SET ROLE regress_ra_owner;
DROP TRIGGER a ON ra_cross;
CREATE TRIGGER a BEFORE INSERT ON ra_cross FOR EACH ROW EXECUTE FUNCTION ra_tampers();
UPDATE ra_cross SET part = 'b' WHERE id = 2;
UPDATE ra_cross SET part = 'b' WHERE id = 3;
TABLE ra_cross ORDER BY id;

-- A move that takes the item out of its maker's sight is replayed, to nobody else
CREATE TABLE ra_sight (id bigint PRIMARY KEY, state text);
SELECT hdata.review_attach('ra_sight', 'ra_flow', 'id', 'state');
INSERT INTO ra_sight VALUES (1), (2);
ALTER TABLE ra_sight ENABLE ROW LEVEL SECURITY;
CREATE POLICY drafts ON ra_sight USING (state = 'draft');
GRANT SELECT ON ra_sight TO regress_ra_ann, regress_ra_rex;
SET ROLE regress_ra_ann;
SELECT seq, to_state, replayed FROM hdata.review_move('ra_sight', 1, 'submit', idem => 'mine');
SELECT seq, to_state, replayed FROM hdata.review_move('ra_sight', 1, 'submit', idem => 'mine');
SELECT seq, to_state, replayed FROM hdata.review_move('ra_sight', 1, 'submit', idem => 'another');
SELECT seq, to_state, replayed FROM hdata.review_move('ra_sight', 1, 'approve', idem => 'mine');
SET ROLE regress_ra_rex;
SELECT seq, to_state, replayed FROM hdata.review_move('ra_sight', 1, 'submit', idem => 'mine');
SELECT seq, to_state, replayed FROM hdata.review_move('ra_sight', 2, 'submit', idem => 'mine');
SET ROLE regress_ra_owner;

-- A table that inherits is not guarded; the doctor says so
CREATE TABLE ra_child () INHERITS (ra_default);
SELECT relation, problem, detail FROM hdata.review_doctor('ra_default') WHERE problem = 'inherited';
DROP TABLE ra_child;

-- A trigger that makes the very change of a move, and undoes it, does not take its place
CREATE TABLE ra_nested (id bigint PRIMARY KEY, state text);
SELECT hdata.review_attach('ra_nested', 'ra_flow', 'id', 'state', service => 'regress_ra_owner');
INSERT INTO ra_nested VALUES (1), (2), (3);
CREATE FUNCTION ra_undone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF pg_trigger_depth() = 1 AND OLD.state <> NEW.state THEN
		BEGIN
			UPDATE ra_nested SET state = NEW.state WHERE id = NEW.id;
			RAISE division_by_zero;
		EXCEPTION WHEN division_by_zero THEN
		END;
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER a BEFORE UPDATE ON ra_nested FOR EACH ROW EXECUTE FUNCTION ra_undone();
SELECT seq, to_state FROM hdata.review_move('ra_nested', 1, 'submit', actor => 'ann', reason => 'why', idem => 'once');
SELECT seq, to_state, replayed FROM hdata.review_move('ra_nested', 1, 'submit', actor => 'ann', reason => 'why', idem => 'once');
DROP TRIGGER a ON ra_nested;
-- and the receipt of a move that a trigger makes before the one that it is for is logged does not name a number that it cannot know
CREATE TABLE ra_receipts (r hdata.review_receipt);
CREATE FUNCTION ra_onward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.state = 'submitted' THEN
		INSERT INTO ra_receipts SELECT hdata.review_move('ra_nested', NEW.id, 'approve', idem => 'then ' || NEW.id);
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER a AFTER UPDATE ON ra_nested FOR EACH ROW EXECUTE FUNCTION ra_onward();
SELECT seq, to_state FROM hdata.review_move('ra_nested', 2, 'submit');
TABLE ra_receipts;
SELECT item, seq, from_state, to_state, action, actor, reason, idem FROM ra_nested_review_log ORDER BY item, seq;
SELECT * FROM hdata.review_verify('ra_nested');

-- A trigger on the log or the side table that swallows rows: what is not logged is not done
INSERT INTO ra_nested VALUES (4);
CREATE TRIGGER a BEFORE INSERT ON ra_nested_review_log FOR EACH ROW EXECUTE FUNCTION ra_swallow();
SELECT seq FROM hdata.review_move('ra_nested', 4, 'submit');
DROP TRIGGER a ON ra_nested_review_log;
CREATE TRIGGER a BEFORE UPDATE ON ra_nested_review FOR EACH ROW EXECUTE FUNCTION ra_swallow();
UPDATE ra_nested SET state = 'submitted' WHERE id = 4;
DROP TRIGGER a ON ra_nested_review;
SELECT item, seq, to_state FROM ra_nested_review_log WHERE item = 4;

-- and one on the table that swallows a move: who did it is said
CREATE TRIGGER b BEFORE UPDATE ON ra_nested FOR EACH ROW EXECUTE FUNCTION ra_swallow();
SELECT seq FROM hdata.review_move('ra_nested', 4, 'submit');
DROP TRIGGER b ON ra_nested;

-- An error in a trigger on the log, within a subtransaction, leaves nothing open
CREATE FUNCTION ra_fails() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM 1 / (i - 2) FROM generate_series(1, 3) i; RETURN NULL; END $$;
CREATE TRIGGER a AFTER INSERT ON ra_nested_review_log FOR EACH ROW EXECUTE FUNCTION ra_fails();
BEGIN;
SAVEPOINT s;
UPDATE ra_nested SET state = 'submitted' WHERE id = 3;
ROLLBACK TO s;
DROP TRIGGER a ON ra_nested_review_log;
UPDATE ra_nested SET state = 'submitted' WHERE id = 3;
COMMIT;
SELECT seq, from_state, to_state FROM ra_nested_review_log WHERE item = 3 ORDER BY seq;

-- Rows that change partition among many that are new and many that go
INSERT INTO ra_parts SELECT i, 'a' FROM generate_series(100, 1099) i;
WITH u AS (UPDATE ra_parts SET part = 'b' WHERE id BETWEEN 100 AND 599), d AS (DELETE FROM ra_parts WHERE id BETWEEN 600 AND 1099)
INSERT INTO ra_parts SELECT i, 'a' FROM generate_series(1100, 1599) i;
SELECT part, count(*) FROM ra_parts WHERE id >= 100 GROUP BY 1 ORDER BY 1;
BEGIN;
SAVEPOINT s;
UPDATE ra_parts SET part = 'a' WHERE id BETWEEN 100 AND 200;
ROLLBACK TO s;
UPDATE ra_parts SET part = 'a' WHERE id BETWEEN 100 AND 200;
COMMIT;
SELECT count(*) FROM ra_parts_review_log WHERE item >= 100;
SELECT * FROM hdata.review_verify('ra_parts');
RESET ROLE;

-- CLEANUP
DELETE FROM hdata.review_flows WHERE name ~ '^ra_';
DROP OWNED BY regress_ra_owner, regress_ra_ann, regress_ra_rex CASCADE;
DROP ROLE regress_ra_owner, regress_ra_ann, regress_ra_rex;

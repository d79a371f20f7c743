-- Every way to write into a table under review: what passes is logged once and the side table is in step, what does not is refused.
\set QUIET on
SET client_min_messages = warning;
\pset format unaligned
\pset null '-'

-- 'SQLSTATE constraint column: message' or how many rows
CREATE FUNCTION hd_try(sql text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	n bigint;
	c text;
	col text;
	msg text;
BEGIN
	EXECUTE sql;
	GET DIAGNOSTICS n = ROW_COUNT;
	RETURN 'ok ' || n;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS c = CONSTRAINT_NAME, col = COLUMN_NAME, msg = MESSAGE_TEXT;
	RETURN SQLSTATE || ' ' || coalesce(nullif(c, ''), '-') || ' ' || coalesce(nullif(col, ''), '-') || CASE WHEN SQLSTATE ~ 'R' OR SQLSTATE = '42501' THEN ': ' || replace(msg, '"' || session_user || '"', '(me)') ELSE '' END;
END $$;

SELECT hdata.review_define('hd_paths', $$
	draft -> submitted as submit;
	submitted -> approved as approve;
	submitted -> rejected as reject reason;
	rejected -> draft as rework;
	approved -> submitted as reopen;
	initial draft; terminal gone; accepting approved; frozen approved;
	approved -> gone as export;
$$) AS version;

-- What the log says of an item, and whether log, side table and table agree
CREATE FUNCTION hd_story(rel regclass, i text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	story text;
	agree boolean;
BEGIN
	EXECUTE format('SELECT string_agg(coalesce(from_state, ''+'') || ''>'' || coalesce(to_state, ''-''), '' '' ORDER BY seq),
		bool_and(seq = n) FROM (SELECT *, row_number() OVER (ORDER BY seq) AS n FROM %s_review_log WHERE item::text = $1) l', rel) USING i INTO story, agree;
	RETURN coalesce(story, 'nothing') || CASE WHEN NOT agree THEN ' GAPS' ELSE '' END;
END $$;
CREATE FUNCTION hd_in_step(rel regclass) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	EXECUTE format($q$
		SELECT CASE WHEN count(*) = 0 THEN 'in step' ELSE string_agg(format('%%s: table %%s, side %%s rev %%s, log %%s seq %%s', coalesce(t.id::text, s.item::text), t.state, s.state, s.rev, l.to_state, l.seq), '; ' ORDER BY coalesce(t.id, s.item)) END
		FROM %1$s t FULL JOIN %1$s_review s ON s.item = t.id
		LEFT JOIN LATERAL (SELECT * FROM %1$s_review_log l WHERE l.item = t.id ORDER BY seq DESC LIMIT 1) l ON true
		WHERE t.id IS NULL OR s.item IS NULL OR s.state <> t.state OR s.rev <> coalesce(l.seq, 0) OR s.head IS DISTINCT FROM l.h
			OR l.to_state <> t.state$q$, rel) INTO answer;
	RETURN answer;
END $$;

\echo -- a plain table
CREATE TABLE hd_plain (id bigint PRIMARY KEY, body text, state text NOT NULL DEFAULT 'draft', other int DEFAULT 0);
SELECT hdata.review_attach('hd_plain', 'hd_paths', 'id', 'state', content => '{body}');

SELECT hd_try('INSERT INTO hd_plain (id, body) VALUES (1, ''a''), (2, ''b''), (3, ''c'')');
SELECT hd_try('INSERT INTO hd_plain VALUES (4, ''d'', ''approved'')');
SELECT hd_try('INSERT INTO hd_plain VALUES (4, ''d'', ''no such state'')');
SELECT hd_try('INSERT INTO hd_plain VALUES (4, ''d'', NULL)');
SELECT state FROM hd_plain WHERE id = 4;
\echo -- UPDATE: by an edge, past one, of several rows, of other columns
SELECT hd_try('UPDATE hd_plain SET state = ''submitted'' WHERE id = 1');
SELECT hd_try('UPDATE hd_plain SET state = ''approved'' WHERE id = 2');
SELECT hd_try('UPDATE hd_plain SET state = ''draft'' WHERE id = 1');
SELECT hd_try('UPDATE hd_plain SET state = ''rejected'' WHERE id = 1');
SELECT hd_try('UPDATE hd_plain SET state = ''no such state'' WHERE id = 1');
SELECT hd_try('UPDATE hd_plain SET state = NULL WHERE id = 1');
SELECT hd_try('UPDATE hd_plain SET state = ''submitted'' WHERE id IN (2, 3)');
SELECT hd_try('UPDATE hd_plain SET other = 1, state = state');
SELECT hd_try('UPDATE hd_plain SET id = 10 WHERE id = 1');
SELECT hd_try('UPDATE hd_plain SET state = ''approved'', other = 2 WHERE id = 1');
\echo -- frozen: the content of an approved row, also together with a change of state; other columns are free
SELECT hd_try('UPDATE hd_plain SET body = ''edited'' WHERE id = 1');
SELECT hd_try('UPDATE hd_plain SET body = ''edited'', state = ''submitted'' WHERE id = 1');
SELECT hd_try('UPDATE hd_plain SET other = 3 WHERE id = 1');
SELECT hd_try('UPDATE hd_plain SET state = ''submitted'' WHERE id = 1');
SELECT hd_try('UPDATE hd_plain SET body = ''edited'' WHERE id = 1');
SELECT hd_story('hd_plain', '1'), hd_in_step('hd_plain');

\echo -- COPY
COPY hd_plain (id, body) FROM stdin;
5	e
6	f
\.
COPY hd_plain (id, body, state) FROM stdin;
7	g	draft
8	h	approved
\.
SELECT id FROM hd_plain WHERE id > 4 ORDER BY id;

\echo -- upserts: one that leaves the column out, one that does not, one that changes the state of what is there
SELECT hd_try('INSERT INTO hd_plain (id, body) VALUES (5, ''new'') ON CONFLICT (id) DO UPDATE SET body = excluded.body');
SELECT hd_try('INSERT INTO hd_plain (id, body, state) VALUES (1, ''new'', ''submitted'') ON CONFLICT (id) DO UPDATE SET body = excluded.body');
SELECT hd_try('INSERT INTO hd_plain (id, body) VALUES (5, ''new'') ON CONFLICT (id) DO UPDATE SET state = ''submitted''');
SELECT hd_try('INSERT INTO hd_plain (id, body) VALUES (5, ''new'') ON CONFLICT (id) DO UPDATE SET state = ''draft''');
SELECT hd_try('INSERT INTO hd_plain (id, body) VALUES (5, ''new'') ON CONFLICT (id) DO NOTHING');
SELECT hd_story('hd_plain', '5'), hd_in_step('hd_plain');

\echo -- MERGE
SELECT hd_try('MERGE INTO hd_plain t USING (VALUES (5), (9)) s (id) ON s.id = t.id WHEN MATCHED THEN UPDATE SET state = ''approved'' WHEN NOT MATCHED THEN INSERT (id, body) VALUES (s.id, ''m'')');
SELECT hd_try('MERGE INTO hd_plain t USING (VALUES (9)) s (id) ON s.id = t.id WHEN MATCHED THEN UPDATE SET state = ''approved''');
SELECT hd_try('MERGE INTO hd_plain t USING (VALUES (5)) s (id) ON s.id = t.id WHEN MATCHED THEN DELETE');
SELECT hd_story('hd_plain', '5'), hd_story('hd_plain', '9'), hd_in_step('hd_plain');

\echo -- views
CREATE VIEW hd_view AS SELECT id, body, state FROM hd_plain WHERE id < 100;
SELECT hd_try('UPDATE hd_view SET state = ''approved'' WHERE id = 9');
SELECT hd_try('UPDATE hd_view SET state = ''submitted'' WHERE id = 9');
SELECT hd_try('INSERT INTO hd_view VALUES (20, ''v'', ''approved'')');
SELECT hd_try('DELETE FROM hd_view WHERE id = 9');
SELECT hd_story('hd_plain', '9'), hd_in_step('hd_plain');

\echo -- DELETE and TRUNCATE
SELECT hd_try('DELETE FROM hd_plain WHERE id = 4');
SELECT hd_try('DELETE FROM hd_plain WHERE id = 1');
SELECT hd_try('TRUNCATE hd_plain');
\echo -- an item that is deleted and comes again goes on with its log
SELECT hd_try('INSERT INTO hd_plain (id, body) VALUES (4, ''again'')');
SELECT hd_story('hd_plain', '4'), hd_in_step('hd_plain');

\echo -- cascades of foreign keys
CREATE TABLE hd_parent (id int PRIMARY KEY);
INSERT INTO hd_parent VALUES (1), (2);
CREATE TABLE hd_child (id bigint PRIMARY KEY, parent int REFERENCES hd_parent ON DELETE CASCADE ON UPDATE CASCADE, state text);
SELECT hdata.review_attach('hd_child', 'hd_paths', 'id', 'state');
INSERT INTO hd_child VALUES (1, 1), (2, 2);
UPDATE hd_child SET state = 'submitted' WHERE id = 2;
SELECT hd_try('DELETE FROM hd_parent WHERE id = 1');
SELECT hd_try('DELETE FROM hd_parent WHERE id = 2');
SELECT hd_story('hd_child', '1'), hd_story('hd_child', '2'), hd_in_step('hd_child');
SELECT hd_try('UPDATE hd_parent SET id = 3 WHERE id = 2');
SELECT hd_try('UPDATE hd_child SET state = ''approved'' WHERE id = 2');
\echo -- every column is content where none was named: an approved row does not even follow its parent
SELECT hd_try('UPDATE hd_parent SET id = 4 WHERE id = 3');

\echo -- other triggers of the table: before the guard, and after
CREATE TABLE hd_auto (id bigint PRIMARY KEY, body text, state text);
CREATE FUNCTION hd_force() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.body = 'jump' THEN NEW.state := 'approved'; ELSIF NEW.body = 'go' THEN NEW.state := 'submitted'; END IF; RETURN NEW; END $$;
CREATE TRIGGER a_force BEFORE UPDATE ON hd_auto FOR EACH ROW EXECUTE FUNCTION hd_force();
CREATE FUNCTION hd_chain() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.state = 'submitted' THEN UPDATE hd_auto SET state = 'approved' WHERE id = NEW.id; END IF; RETURN NULL; END $$;
SELECT hdata.review_attach('hd_auto', 'hd_paths', 'id', 'state', content => '{}');
INSERT INTO hd_auto VALUES (1, 'x'), (2, 'x'), (3, 'x'), (4, 'x');
SELECT hd_try('UPDATE hd_auto SET body = ''jump'' WHERE id = 1');
SELECT hd_try('UPDATE hd_auto SET body = ''go'' WHERE id = 1');
SELECT hd_story('hd_auto', '1'), hd_in_step('hd_auto');
\echo -- an AFTER trigger that fires before the log and moves the row on: both changes, in their order
CREATE TRIGGER a_chain AFTER UPDATE ON hd_auto FOR EACH ROW EXECUTE FUNCTION hd_chain();
SELECT hd_try('UPDATE hd_auto SET state = ''submitted'' WHERE id IN (2, 3)');
SELECT hd_story('hd_auto', '2'), hd_story('hd_auto', '3'), hd_in_step('hd_auto');
SELECT to_state FROM hdata.review_move('hd_auto', 4, 'submit');
SELECT hd_story('hd_auto', '4'), hd_in_step('hd_auto'), (SELECT state FROM hd_auto WHERE id = 4);
\echo -- one that fires after the log
DROP TRIGGER a_chain ON hd_auto;
CREATE TRIGGER zzzz_chain AFTER UPDATE ON hd_auto FOR EACH ROW EXECUTE FUNCTION hd_chain();
INSERT INTO hd_auto VALUES (5, 'x'), (6, 'x');
SELECT hd_try('UPDATE hd_auto SET state = ''submitted'' WHERE id = 5');
SELECT to_state FROM hdata.review_move('hd_auto', 6, 'submit');
SELECT hd_story('hd_auto', '5'), hd_story('hd_auto', '6'), hd_in_step('hd_auto');
DROP TRIGGER zzzz_chain ON hd_auto;
\echo -- the inner change is undone by an exception block: only the outer one is logged
CREATE FUNCTION hd_undone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN BEGIN UPDATE hd_auto SET state = 'approved' WHERE id = NEW.id; RAISE 'no'; EXCEPTION WHEN OTHERS THEN END; RETURN NULL; END $$;
CREATE TRIGGER a_undone AFTER UPDATE ON hd_auto FOR EACH ROW WHEN (NEW.state = 'submitted') EXECUTE FUNCTION hd_undone();
INSERT INTO hd_auto VALUES (7, 'x'), (8, 'x');
SELECT hd_try('UPDATE hd_auto SET state = ''submitted'' WHERE id IN (7, 8)');
SELECT hd_story('hd_auto', '7'), hd_story('hd_auto', '8'), hd_in_step('hd_auto');
DROP TRIGGER a_undone ON hd_auto;
\echo -- a trigger that fires after the guard: attaching warns of it, and the log trigger refuses what it does
CREATE TRIGGER zzzz_late BEFORE UPDATE ON hd_auto FOR EACH ROW EXECUTE FUNCTION hd_force();
INSERT INTO hd_auto VALUES (9, 'x');
SELECT hd_try('UPDATE hd_auto SET body = ''jump'' WHERE id = 9');
SELECT hd_story('hd_auto', '9'), (SELECT state FROM hd_auto WHERE id = 9);
\echo -- a trigger that suppresses the change
CREATE FUNCTION hd_suppress() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
DROP TRIGGER zzzz_late ON hd_auto;
CREATE TRIGGER a_suppress BEFORE UPDATE ON hd_auto FOR EACH ROW EXECUTE FUNCTION hd_suppress();
SELECT hd_try('UPDATE hd_auto SET state = ''submitted'' WHERE id = 9');
SELECT hd_try('SELECT hdata.review_move(''hd_auto'', 9, ''submit'')');
SELECT hd_in_step('hd_auto');
DROP TRIGGER a_suppress ON hd_auto;
\echo -- the guard or the log disabled: movers notice
ALTER TABLE hd_auto DISABLE TRIGGER zzz_hdata_review_guard;
SELECT hd_try('SELECT hdata.review_move(''hd_auto'', 9, ''submit'')');
ALTER TABLE hd_auto ENABLE TRIGGER zzz_hdata_review_guard, DISABLE TRIGGER zzz_hdata_review_log_update;
SELECT hd_try('SELECT hdata.review_move(''hd_auto'', 9, ''submit'')');
ALTER TABLE hd_auto ENABLE TRIGGER zzz_hdata_review_log_update;
SELECT hd_try('SELECT hdata.review_move(''hd_auto'', 9, ''submit'')');

\echo -- a partitioned table
CREATE TABLE hd_part (id bigint, region text, state text, body text, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE hd_part_eu PARTITION OF hd_part FOR VALUES IN ('eu');
CREATE TABLE hd_part_us (body text, dropped int, state text, region text NOT NULL, id bigint NOT NULL);
ALTER TABLE hd_part_us DROP COLUMN dropped;
ALTER TABLE hd_part ATTACH PARTITION hd_part_us FOR VALUES IN ('us');
SELECT hdata.review_attach('hd_part', 'hd_paths', 'id', 'state', content => '{body}');
CREATE TABLE hd_part_as PARTITION OF hd_part FOR VALUES IN ('as') PARTITION BY RANGE (id);
CREATE TABLE hd_part_as1 PARTITION OF hd_part_as FOR VALUES FROM (0) TO (1000);
INSERT INTO hd_part SELECT i, (ARRAY['eu', 'us', 'as'])[i % 3 + 1], NULL, 'b' FROM generate_series(1, 9) i;
SELECT hd_try('UPDATE hd_part SET state = ''submitted''');
SELECT hd_try('UPDATE hd_part SET state = ''approved'' WHERE id <= 6');
\echo -- approved rows move to another partition; the log says nothing, as their state stays
SELECT hd_try('UPDATE hd_part SET region = CASE region WHEN ''eu'' THEN ''us'' ELSE ''eu'' END WHERE id <= 6 AND region <> ''as''');
SELECT hd_story('hd_part', '1'), hd_story('hd_part', '3'), hd_in_step('hd_part');
\echo -- a change of state and of partition at once is one change
SELECT hd_try('UPDATE hd_part SET region = ''as'', state = ''approved'' WHERE id IN (7, 9)');
SELECT hd_story('hd_part', '7'), hd_story('hd_part', '9'), hd_in_step('hd_part');
SELECT hd_try('UPDATE hd_part SET region = ''as'', state = ''draft'' WHERE id = 8');
SELECT hd_try('UPDATE hd_part SET region = ''us'', body = ''edited'' WHERE id = 7');
\echo -- plain INSERTs and DELETEs do not pass for such a move
SELECT hd_try('INSERT INTO hd_part VALUES (50, ''eu'', ''approved'', ''b'')');
SELECT hd_try('DELETE FROM hd_part WHERE id = 7');
SELECT hd_try('WITH u AS (UPDATE hd_part SET body = body WHERE id = 7 RETURNING *) INSERT INTO hd_part SELECT 51, ''us'', state, body FROM u');
SELECT hd_try('WITH u AS (UPDATE hd_part SET body = body WHERE id = 7 RETURNING *) INSERT INTO hd_part SELECT id, ''us'', state, body FROM u');
SELECT hd_try('WITH d AS (DELETE FROM hd_part WHERE id = 7 RETURNING *) INSERT INTO hd_part SELECT id, ''us'', state, body FROM d');
SELECT hd_try('WITH u AS (UPDATE hd_part SET body = body WHERE id = 7 RETURNING *), d AS (DELETE FROM hd_part WHERE id = 7 RETURNING *) INSERT INTO hd_part SELECT id, ''us'', state, body FROM u');
\echo -- a key that is in another partition already
SELECT hd_try('INSERT INTO hd_part VALUES (8, ''as'', NULL, ''b'')');
\echo -- partitions by themselves
SELECT hd_try('UPDATE hd_part_us SET state = ''gone'' WHERE id = (SELECT min(id) FROM hd_part_us)');
SELECT hd_try('INSERT INTO hd_part_us (id, region, state) VALUES (60, ''us'', ''approved'')');
SELECT hd_try('INSERT INTO hd_part_us (id, region) VALUES (60, ''us'')');
SELECT hd_try('TRUNCATE hd_part_us');
SELECT hd_try('DELETE FROM hd_part WHERE id = 60');
SELECT hd_story('hd_part', '60'), hd_in_step('hd_part');
\echo -- movers on a partitioned table, on a partition, with a trigger that moves the row
SELECT item, seq, from_state, to_state FROM hdata.review_move('hd_part', 8, 'approve');
SELECT item, seq, from_state, to_state FROM hdata.review_move('hd_part_eu', '8', 'reopen');
CREATE FUNCTION hd_reroute() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.region := 'us'; RETURN NEW; END $$;
CREATE TRIGGER a_reroute BEFORE UPDATE ON hd_part_eu FOR EACH ROW EXECUTE FUNCTION hd_reroute();
SELECT tableoid::regclass FROM hd_part WHERE id = 1;
SELECT item, seq, from_state, to_state FROM hdata.review_move('hd_part', 1, 'reopen');
SELECT tableoid::regclass FROM hd_part WHERE id = 1;
SELECT hd_story('hd_part', '1'), hd_story('hd_part', '8'), hd_in_step('hd_part');
\echo -- the state is the partition key
CREATE TABLE hd_bystate (id int, state text, body text, UNIQUE (id, state), PRIMARY KEY (state, id)) PARTITION BY LIST (state);
CREATE TABLE hd_bystate_open PARTITION OF hd_bystate FOR VALUES IN ('draft', 'submitted', 'rejected');
CREATE TABLE hd_bystate_done PARTITION OF hd_bystate FOR VALUES IN ('approved', 'gone');
SELECT hdata.review_attach('hd_bystate', 'hd_paths', 'id', 'state');
INSERT INTO hd_bystate VALUES (1, 'draft', 'x'), (2, 'draft', 'x');
UPDATE hd_bystate SET state = 'submitted';
SELECT hd_try('UPDATE hd_bystate SET state = ''approved'' WHERE id = 1');
SELECT item, seq, from_state, to_state FROM hdata.review_move('hd_bystate', 2, 'approve');
SELECT tableoid::regclass, * FROM hd_bystate ORDER BY id;
SELECT hd_story('hd_bystate', '1'), hd_story('hd_bystate', '2'), hd_in_step('hd_bystate');
\echo -- a partition that comes and goes
CREATE TABLE hd_part_af (LIKE hd_part);
INSERT INTO hd_part_af VALUES (70, 'af', 'submitted', 'b');
ALTER TABLE hd_part ATTACH PARTITION hd_part_af FOR VALUES IN ('af');
SELECT hdata.review_adopt('hd_part');
SELECT hd_try('UPDATE hd_part SET state = ''approved'' WHERE id = 70');
SELECT hd_story('hd_part', '70'), hd_in_step('hd_part');
ALTER TABLE hd_part DETACH PARTITION hd_part_us;
SELECT hd_try('INSERT INTO hd_part_us (id, region, state) VALUES (61, ''us'', ''approved'')');
SELECT hdata.review_adopt('hd_part') AS adopted;
SELECT hd_in_step('hd_part');

\echo -- loading history
SET hdata.review_import = on;
SELECT hd_try('INSERT INTO hd_plain VALUES (30, ''old'', ''approved'')');
SELECT hd_try('INSERT INTO hd_plain VALUES (31, ''old'', ''no such state'')');
SELECT hd_try('UPDATE hd_plain SET state = ''gone'', body = ''edited'' WHERE id = 9');
SELECT hd_try('DELETE FROM hd_plain WHERE id = 5');
RESET hdata.review_import;
SELECT hd_in_step('hd_plain');
SELECT hdata.review_adopt('hd_plain');
SELECT hd_story('hd_plain', '30'), (SELECT state || ' ' || rev FROM hd_plain_review WHERE item = 30);
SELECT hd_try('UPDATE hd_plain SET state = ''submitted'' WHERE id = 30');
SELECT hd_story('hd_plain', '30');
\echo -- rows that nobody adopted are taken in when they are changed
SET hdata.review_import = on;
INSERT INTO hd_plain VALUES (32, 'old', 'submitted');
UPDATE hd_plain SET state = 'submitted' WHERE id = 6;
RESET hdata.review_import;
SELECT hd_try('UPDATE hd_plain SET state = ''approved'' WHERE id IN (6, 32)');
SELECT hd_story('hd_plain', '32'), hd_story('hd_plain', '6');

\echo -- plain UPDATEs by edges that count, and by who holds a claim
SELECT hdata.review_define('hd_count', $$ a -> b as go, at most 2 else c; b -> a as back; b -> z as finish claim; c -> z as give_up; initial a; terminal z $$) AS version;
CREATE TABLE hd_count (id int PRIMARY KEY, state text);
SELECT hdata.review_attach('hd_count', 'hd_count', 'id', 'state');
INSERT INTO hd_count VALUES (1), (2);
SELECT hd_try('UPDATE hd_count SET state = ''c'' WHERE id = 1');
SELECT hd_try('UPDATE hd_count SET state = ''b''');
SELECT hd_try('UPDATE hd_count SET state = ''a'' WHERE id = 1');
SELECT hd_try('UPDATE hd_count SET state = ''b'' WHERE id = 1');
SELECT hd_try('UPDATE hd_count SET state = ''a'' WHERE id = 1');
SELECT hd_try('UPDATE hd_count SET state = ''b'' WHERE id = 1');
SELECT hd_try('UPDATE hd_count SET state = ''c'' WHERE id = 1');
SELECT hd_try('UPDATE hd_count SET state = ''z'' WHERE id = 2');
SELECT count(*) FROM hdata.review_claim('hd_count');
SELECT hd_try('UPDATE hd_count SET state = ''z'' WHERE id = 2');
SELECT seq, action, from_state, to_state, claim_token FROM hd_count_review_log ORDER BY item, seq;
SELECT hd_in_step('hd_count');
DROP TABLE hd_count, hd_count_review, hd_count_review_log;
DELETE FROM hdata.review_flows WHERE name = 'hd_count';

DROP TABLE hd_plain, hd_child, hd_parent, hd_auto, hd_part, hd_part_us, hd_bystate CASCADE;
DROP TABLE hd_plain_review, hd_plain_review_log, hd_child_review, hd_child_review_log, hd_auto_review, hd_auto_review_log, hd_part_review, hd_part_review_log,
	hd_bystate_review, hd_bystate_review_log;
DROP FUNCTION hd_try(text), hd_story(regclass, text), hd_in_step(regclass), hd_force(), hd_chain(), hd_undone(), hd_suppress(), hd_reroute();
DELETE FROM hdata.review_flows WHERE name = 'hd_paths';

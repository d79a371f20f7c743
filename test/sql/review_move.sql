-- Moving items: what is checked, in which order, and what the error says; receipts, batches, dry runs.
\set QUIET on
SET client_min_messages = warning;
\pset format unaligned
\pset null '-'
CREATE FUNCTION hd_error(sql text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	c text;
	col text;
	tab text;
	d text;
	h text;
BEGIN
	EXECUTE sql;
	RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS c = CONSTRAINT_NAME, col = COLUMN_NAME, tab = TABLE_NAME, d = PG_EXCEPTION_DETAIL, h = PG_EXCEPTION_HINT;
	RETURN regexp_replace(concat_ws(' | ', SQLSTATE, nullif(concat_ws('.', nullif(tab, ''), nullif(col, ''), nullif(c, '')), ''), SQLERRM, nullif(d, ''), nullif(h, '')),
		'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.\d]*[-+\d:]*', '(time)', 'g');
END $$;
CREATE ROLE regress_annotator;
CREATE ROLE regress_reviewer;
CREATE ROLE regress_lead;
CREATE ROLE regress_ann IN ROLE regress_annotator;
CREATE ROLE regress_bea IN ROLE regress_annotator, regress_reviewer;
CREATE ROLE regress_rex IN ROLE regress_reviewer;
CREATE ROLE regress_ria IN ROLE regress_reviewer, regress_lead;
CREATE ROLE regress_lou IN ROLE regress_lead;
CREATE ROLE regress_app;
CREATE ROLE regress_out;
SELECT hdata.review_define('hd_move', $$
	draft             -> submitted            as submit   [regress_annotator] author;
	submitted         -> in_review            as start    [regress_reviewer] !author;
	in_review         -> approved             as approve  [regress_reviewer] claim;
	in_review         -> changes_requested    as revise   [regress_reviewer] reason, at most 2 else escalated;
	in_review         -> submitted            as release  [regress_reviewer];
	changes_requested -> submitted            as resubmit [regress_annotator] author;
	in_review         -> escalated            as escalate [regress_reviewer] reason;
	escalated         -> approved | rejected  as decide   [regress_lead] !author !reviewer;
	rejected          -> escalated            as appeal   [regress_annotator] author once reason;
	approved          -> exported             as export;
	initial draft; terminal exported; accepting approved, exported; frozen approved, exported;
$$) AS version;
CREATE TABLE hd_move (id int PRIMARY KEY, author text, body text, state varchar(20));
SELECT hdata.review_attach('hd_move', 'hd_move', 'id', 'state', author => 'author', content => '{body}', service => 'regress_app');
INSERT INTO hd_move SELECT i, CASE WHEN i % 2 = 0 THEN 'regress_bea' ELSE 'regress_ann' END, 'text', NULL FROM generate_series(1, 12) i;
GRANT SELECT ON hd_move TO PUBLIC;
GRANT USAGE ON SCHEMA hdata TO PUBLIC;
SELECT hdata.review_grant(r) FROM unnest('{regress_ann,regress_bea,regress_rex,regress_ria,regress_lou,regress_app}'::name[]) r;

\echo -- who may not call at all
SET ROLE regress_out;
SELECT hd_error($$SELECT hdata.review_move('hd_move', 1, 'submit')$$);
\echo -- arguments
SET ROLE regress_ann;
SELECT hd_error($$SELECT hdata.review_move(NULL, 1, 'submit')$$);
SELECT hd_error($$SELECT hdata.review_move('hd_move', NULL::int, 'submit')$$);
SELECT hd_error($$SELECT hdata.review_move('hd_move', 1, NULL)$$);
SELECT hd_error($$SELECT hdata.review_move('hd_move', 'one', 'submit')$$);
SELECT hd_error($$SELECT hdata.review_move('hd_move', 99999999999, 'submit')$$);
SELECT hd_error($$SELECT hdata.review_move('hd_move', 99, 'submit')$$);
SELECT hd_error($$SELECT hdata.review_move('pg_class', 99, 'submit')$$);
\echo -- items as bigint, integer, text, unknown; receipts
SELECT item, seq, from_state, to_state, rev, at > now() - interval '1 minute' AS at, replayed FROM hdata.review_move('hd_move', 1, 'submit');
SELECT (hdata.review_move('hd_move', 3::bigint, 'submit')).to_state;
SELECT (hdata.review_move('hd_move', '5', 'submit')).to_state;
SELECT (hdata.review_move('hd_move', '7'::text, 'submit')).to_state;
\echo -- actions, roles, authors
SELECT hd_error($$SELECT hdata.review_move('hd_move', 1, 'fly')$$);
SELECT hd_error($$SELECT hdata.review_move('hd_move', 1, 'start')$$);
SELECT hd_error($$SELECT hdata.review_move('hd_move', 2, 'submit')$$);
SET ROLE regress_bea;
SELECT (hdata.review_move('hd_move', 2, 'submit')).to_state;
SELECT hd_error($$SELECT hdata.review_move('hd_move', 2, 'start')$$);
SELECT (hdata.review_move('hd_move', 1, 'start')).to_state;
\echo -- expectations
SELECT hd_error($$SELECT hdata.review_move('hd_move', 1, 'revise', expect => 'submitted', reason_code => 'typo')$$);
SELECT hd_error($$SELECT hdata.review_move('hd_move', 1, 'revise', rev => 2, reason_code => 'typo')$$);
SELECT hd_error($$SELECT hdata.review_move('hd_move', 1, 'revise', claim => 1, reason_code => 'typo')$$);
\echo -- reasons: a code or a text
SELECT hd_error($$SELECT hdata.review_move('hd_move', 1, 'revise')$$);
SELECT (hdata.review_move('hd_move', 1, 'revise', expect => 'in_review', rev => 3, reason_code => 'typo')).to_state;
\echo -- rounds: twice back to the author, then to the lead
SELECT hdata.review_move('hd_move', 1, 'resubmit', actor => 'regress_bea') IS NULL AS never;
SET ROLE regress_ann;
SELECT (hdata.review_move('hd_move', 1, 'resubmit')).to_state;
SET ROLE regress_bea;
SELECT (hdata.review_move('hd_move', 1, 'start')).to_state;
SELECT (hdata.review_move('hd_move', 1, 'revise', reason => 'still')).to_state;
SET ROLE regress_ann;
SELECT (hdata.review_move('hd_move', 1, 'resubmit')).to_state;
SET ROLE regress_ria;
SELECT (hdata.review_move('hd_move', 1, 'start')).to_state;
SELECT action, to_state, ok, needs_reason, sqlstate, why FROM hdata.review_can('hd_move', 1);
SELECT (hdata.review_move('hd_move', 1, 'revise', reason => 'and again')).to_state;
\echo -- the last reviewer does not decide; which of two states must be said
SELECT hd_error($$SELECT hdata.review_move('hd_move', 1, 'decide', to_state => 'approved')$$);
SET ROLE regress_lou;
SELECT hd_error($$SELECT hdata.review_move('hd_move', 1, 'decide')$$);
SELECT hd_error($$SELECT hdata.review_move('hd_move', 1, 'decide', to_state => 'exported')$$);
SELECT hd_error($$SELECT hdata.review_move('hd_move', 1, 'decide', to_state => 'nowhere')$$);
SELECT (hdata.review_move('hd_move', 1, 'decide', to_state => 'rejected')).to_state;
\echo -- an appeal, once
SET ROLE regress_ann;
SELECT (hdata.review_move('hd_move', 1, 'appeal', reason => 'unfair')).to_state;
SET ROLE regress_lou;
SELECT hd_error($$SELECT hdata.review_move('hd_move', 1, 'decide', to_state => 'rejected')$$);
SET ROLE regress_ria;
SELECT (hdata.review_move('hd_move', 1, 'decide', to_state => 'rejected')).to_state;
SET ROLE regress_ann;
SELECT hd_error($$SELECT hdata.review_move('hd_move', 1, 'appeal', reason => 'again')$$);
RESET ROLE;
SELECT rev, round, state, author, last_reviewer FROM hd_move_review WHERE item = 1;
SELECT seq, round, from_state, to_state, action, actor, db_role, reason_code, reason FROM hd_move_review_log WHERE item = 1 AND seq > 1 ORDER BY seq;

\echo -- idempotency: the same request again, by whom, and what is another request
SET ROLE regress_rex;
SELECT seq, to_state, replayed FROM hdata.review_move('hd_move', 3, 'start', idem => 'a');
SELECT seq, to_state, replayed FROM hdata.review_move('hd_move', 3, 'start', idem => 'a');
SELECT seq, to_state, replayed FROM hdata.review_move('hd_move', 3, 'start', idem => 'a', expect => 'submitted', rev => 2);
SELECT hd_error($$SELECT hdata.review_move('hd_move', 5, 'start', idem => 'a')$$);
SELECT hd_error($$SELECT hdata.review_move('hd_move', 3, 'release', idem => 'a')$$);
SELECT hd_error($$SELECT hdata.review_move('hd_move', 3, 'start', idem => 'a', reason_code => 'x')$$);
SET ROLE regress_bea;
SELECT hd_error($$SELECT hdata.review_move('hd_move', 3, 'start', idem => 'a')$$);
\echo -- it stands for what happened also when the item has moved on
SET ROLE regress_rex;
SELECT (hdata.review_move('hd_move', 3, 'release')).seq;
SELECT seq, to_state, replayed FROM hdata.review_move('hd_move', 3, 'start', idem => 'a');

\echo -- a service names the actor; nobody else does; names are roles here
SELECT hd_error($$SELECT hdata.review_move('hd_move', 3, 'start', actor => 'regress_bea')$$);
SELECT (hdata.review_move('hd_move', 3, 'start', actor => 'regress_rex')).to_state;
SET ROLE regress_app;
SELECT hd_error($$SELECT hdata.review_move('hd_move', 3, 'release')$$);
SELECT hd_error($$SELECT hdata.review_move('hd_move', 3, 'release', actor => 'nobody of that name')$$);
SELECT hd_error($$SELECT hdata.review_move('hd_move', 3, 'release', actor => '')$$);
SELECT (hdata.review_move('hd_move', 3, 'release', actor => 'regress_rex')).to_state;
RESET ROLE;
SELECT actor, db_role FROM hd_move_review_log WHERE item = 3 ORDER BY seq DESC LIMIT 1;
\echo -- functions with the rights of another do not hide who calls
CREATE FUNCTION hd_definer(i int, a text) RETURNS text LANGUAGE sql SECURITY DEFINER AS $$ SELECT (hdata.review_move('hd_move', i, a)).to_state $$;
GRANT EXECUTE ON FUNCTION hd_definer TO PUBLIC;
SET ROLE regress_ann;
SELECT hd_error($$SELECT hd_definer(3, 'start')$$);
SET ROLE regress_rex;
SELECT hd_definer(3, 'start');
RESET ROLE;
SELECT actor, db_role FROM hd_move_review_log WHERE item = 3 ORDER BY seq DESC LIMIT 1;

\echo -- batches: all or nothing
SET ROLE regress_app;
SELECT hd_error($$SELECT * FROM hdata.review_move_many('hd_move', ARRAY[9, 11, 3], 'submit', actor => 'regress_ann')$$);
SELECT item, seq, from_state, to_state, rev, replayed, sqlstate, why FROM hdata.review_move_many('hd_move', ARRAY[11, 9, 11], 'submit', actor => 'regress_ann');
\echo -- or all that may
SELECT item, seq, from_state, to_state, rev, replayed, sqlstate, why FROM hdata.review_move_many('hd_move', ARRAY[77, 11, 4, 5, 2], 'start', actor => 'regress_bea', on_refusal => 'skip', idem => 'batch');
SELECT item, seq, to_state, replayed, sqlstate FROM hdata.review_move_many('hd_move', '{5,11,2}'::text[], 'start', actor => 'regress_bea', on_refusal => 'skip', idem => 'batch');
SELECT item, to_state, sqlstate FROM hdata.review_move_many('hd_move', ARRAY[5, 11, 9], 'release', actor => 'regress_rex', expect => 'in_review', on_refusal => 'skip');
SELECT count(*) FROM hdata.review_move_many('hd_move', '{}'::bigint[], 'start', actor => 'regress_bea');
SELECT hd_error($$SELECT hdata.review_move_many('hd_move', NULL::bigint[], 'start')$$);
SELECT hd_error($$SELECT hdata.review_move_many('hd_move', '{1,NULL}'::bigint[], 'start')$$);
SELECT hd_error($$SELECT hdata.review_move_many('hd_move', '{1}'::bigint[], 'start', on_refusal => 'maybe')$$);
SELECT hd_error($$SELECT hdata.review_move_many('hd_move', '{1}'::bigint[], 'start', on_refusal => NULL)$$);
SELECT hd_error($$SELECT hdata.review_can('hd_move', 99)$$);
SELECT action, to_state, ok, sqlstate FROM hdata.review_can('hd_move', '9', actor => 'regress_bea');
\echo -- without the right to read the table
RESET ROLE;
REVOKE SELECT ON hd_move FROM PUBLIC;
SET ROLE regress_rex;
SELECT hd_error($$SELECT hdata.review_move('hd_move', 9, 'start')$$);
SELECT hd_error($$SELECT hdata.review_can('hd_move', 9)$$);
SELECT hd_error($$SELECT hdata.review_claim('hd_move')$$);
RESET ROLE;
GRANT SELECT (id, state) ON hd_move TO regress_rex;
SET ROLE regress_rex;
SELECT (hdata.review_move('hd_move', 9, 'start')).to_state;

\echo -- row security: who does not see the item cannot move it, and hands it on out of sight
RESET ROLE;
GRANT SELECT, UPDATE ON hd_move TO PUBLIC;
ALTER TABLE hd_move ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON hd_move USING (author = current_user);
CREATE POLICY queue ON hd_move TO regress_reviewer USING (state IN ('submitted', 'in_review'));
SET ROLE regress_rex;
SELECT id, state FROM hd_move ORDER BY id;
SELECT hd_error($$SELECT hdata.review_move('hd_move', 4, 'submit')$$);
SELECT hd_error($$UPDATE hd_move SET state = 'changes_requested' WHERE id = 9$$);
SELECT (hdata.review_move('hd_move', 9, 'revise', reason_code => 'typo')).to_state;
SELECT count(*) FROM hd_move WHERE id = 9;
SELECT item, to_state, sqlstate FROM hdata.review_move_many('hd_move', ARRAY[4, 5, 9], 'start', on_refusal => 'skip');
SELECT hd_error($$SELECT hdata.review_can('hd_move', 4)$$);
SET ROLE regress_ann;
SELECT (hdata.review_move('hd_move', 9, 'resubmit')).to_state;
RESET ROLE;
ALTER TABLE hd_move DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
REVOKE UPDATE ON hd_move FROM PUBLIC;

\echo -- plain UPDATEs: by the same rules, logged as the same actions
GRANT UPDATE, INSERT ON hd_move TO regress_annotator, regress_reviewer;
SET ROLE regress_rex;
SELECT hd_error($$UPDATE hd_move SET state = 'submitted' WHERE id = 4$$);
SELECT hd_error($$UPDATE hd_move SET state = 'in_review' WHERE id = 9$$);
SELECT hd_error($$UPDATE hd_move SET state = 'changes_requested' WHERE id = 9$$);
SELECT hd_error($$UPDATE hd_move SET state = 'approved' WHERE id = 9$$);
\echo -- authors: one's own name, until the item is under way
SET ROLE regress_ann;
SELECT hd_error($$INSERT INTO hd_move VALUES (20, 'regress_bea', 'x')$$);
SELECT hd_error($$INSERT INTO hd_move VALUES (20, 'regress_ann', 'x')$$);
SELECT hd_error($$INSERT INTO hd_move VALUES (21, NULL, 'x')$$);
SELECT hd_error($$UPDATE hd_move SET author = 'regress_bea' WHERE id = 20$$);
SELECT hd_error($$UPDATE hd_move SET author = 'regress_ann' WHERE id = 21$$);
SELECT hd_error($$UPDATE hd_move SET state = 'submitted' WHERE id = 20$$);
SELECT hd_error($$UPDATE hd_move SET author = NULL WHERE id = 20$$);
RESET ROLE;
SELECT hd_error($$UPDATE hd_move SET author = 'regress_bea' WHERE id = 20$$);
SELECT hd_error($$UPDATE hd_move SET author = 'regress_bea' WHERE id = 21$$);
SELECT seq, action, from_state, to_state, actor, reason_code FROM hd_move_review_log WHERE item = 9 AND seq > 1 ORDER BY seq;

\echo -- direct => 'off': logged, not checked; 'refuse': by movers alone
SELECT hdata.review_detach('hd_move');
SELECT hdata.review_attach('hd_move', 'hd_move', 'id', 'state', author => 'author', content => '{body}', direct => 'off');
SELECT hd_error($$UPDATE hd_move SET state = 'exported' WHERE id = 4$$);
SELECT hd_error($$UPDATE hd_move SET state = 'nowhere' WHERE id = 4$$);
SELECT seq, action, from_state, to_state FROM hd_move_review_log WHERE item = 4 ORDER BY seq;
SELECT hdata.review_detach('hd_move');
SELECT hdata.review_attach('hd_move', 'hd_move', 'id', 'state', author => 'author', direct => 'refuse');
SET ROLE regress_bea;
SELECT hd_error($$UPDATE hd_move SET state = 'submitted' WHERE id = 6$$);
SELECT (hdata.review_move('hd_move', 6, 'submit')).to_state;
RESET ROLE;

\echo -- a table of members instead of roles; keys and states of other types
CREATE TABLE hd_members (actor text, role text);
INSERT INTO hd_members VALUES ('Zoë', 'regress_annotator'), ('Åke', 'regress_reviewer');
CREATE TYPE hd_state AS ENUM ('draft', 'submitted', 'in_review', 'approved', 'changes_requested', 'escalated', 'rejected', 'exported');
CREATE TABLE hd_uuid (id uuid PRIMARY KEY, author text, state hd_state NOT NULL DEFAULT 'draft');
SELECT hdata.review_attach('hd_uuid', 'hd_move', 'id', 'state', author => 'author', service => 'regress_app', roles => 'hd_members');
GRANT SELECT ON hd_uuid TO regress_app;
INSERT INTO hd_uuid VALUES ('11111111-2222-3333-4444-555555555555', 'Zoë'), ('21111111-2222-3333-4444-555555555555', 'Zoë');
SET ROLE regress_app;
SELECT item, seq, to_state FROM hdata.review_move('hd_uuid', '11111111-2222-3333-4444-555555555555'::uuid, 'submit', actor => 'Zoë');
SELECT item, seq, to_state FROM hdata.review_move('hd_uuid', '11111111222233334444555555555555', 'start', actor => 'Åke');
SELECT hd_error($$SELECT hdata.review_move('hd_uuid', '11111111-2222-3333-4444-555555555555'::uuid, 'release', actor => 'Zoë')$$);
SELECT hd_error($$SELECT hdata.review_move('hd_uuid', 1, 'release', actor => 'Åke')$$);
SELECT item, to_state FROM hdata.review_move_many('hd_uuid', '{11111111-2222-3333-4444-555555555555}'::uuid[], 'release', actor => 'Åke');
SELECT action, ok FROM hdata.review_can('hd_uuid', '21111111-2222-3333-4444-555555555555'::uuid, actor => 'Zoë');
RESET ROLE;
SELECT hd_error($$UPDATE hd_uuid SET state = 'approved'$$);
SELECT id, state FROM hd_uuid ORDER BY id;
\echo -- in a transaction that is to write nothing
BEGIN READ ONLY;
SELECT hd_error($$SELECT hdata.review_move('hd_move', 6, 'start')$$);
SELECT hd_error($$SELECT hdata.review_move_many('hd_move', '{6}'::int[], 'start')$$);
SELECT hd_error($$SELECT hdata.review_claim('hd_move')$$), hd_error($$SELECT hdata.review_renew('hd_move', 1)$$), hd_error($$SELECT hdata.review_release('hd_move', 1)$$),
	hd_error($$SELECT hdata.review_sweep('hd_move')$$), hd_error($$SELECT hdata.review_adopt('hd_move')$$);
SELECT action FROM hdata.review_can('hd_move', 6);
ROLLBACK;
\echo -- a state that the type of the column refuses
SELECT hdata.review_define('hd_short', 'a -> much_too_long as go; initial a; terminal much_too_long') AS version;
CREATE DOMAIN hd_word AS text CHECK (VALUE <> 'much_too_long');
CREATE TABLE hd_short (id int PRIMARY KEY, state varchar(5));
CREATE TABLE hd_domain (id int PRIMARY KEY, state hd_word);
SELECT hdata.review_attach(r, 'hd_short', 'id', 'state') FROM unnest('{hd_short,hd_domain}'::regclass[]) r;
INSERT INTO hd_short VALUES (1);
INSERT INTO hd_domain VALUES (1);
SELECT hd_error($$SELECT hdata.review_move('hd_short', 1, 'go')$$);
SELECT hd_error($$SELECT hdata.review_move('hd_domain', 1, 'go')$$);
DROP TABLE hd_short, hd_short_review, hd_short_review_log, hd_domain, hd_domain_review, hd_domain_review_log;
DROP DOMAIN hd_word;
DELETE FROM hdata.review_flows WHERE name = 'hd_short';
DROP TABLE hd_members;
SET ROLE regress_app;
SELECT hd_error($$SELECT hdata.review_move('hd_uuid', '11111111-2222-3333-4444-555555555555'::uuid, 'start', actor => 'Åke')$$);
RESET ROLE;

DROP TABLE hd_move, hd_move_review, hd_move_review_log, hd_uuid, hd_uuid_review, hd_uuid_review_log;
DROP FUNCTION hd_definer(int, text), hd_error(text);
DROP TYPE hd_state;
DROP OWNED BY regress_ann, regress_bea, regress_rex, regress_ria, regress_lou, regress_app, regress_out;
DROP ROLE regress_ann, regress_bea, regress_rex, regress_ria, regress_lou, regress_app, regress_out, regress_annotator, regress_reviewer, regress_lead;
DELETE FROM hdata.review_flows WHERE name = 'hd_move';

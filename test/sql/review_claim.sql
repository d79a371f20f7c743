-- Claims in one session: what is handed out, to whom, in which order, until when.  (Several at once: isolation/specs/review_claims.)
\set QUIET on
SET client_min_messages = warning;
\pset format unaligned
\pset null '-'
CREATE FUNCTION hd_error(sql text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	c text;
	d text;
	h text;
BEGIN
	EXECUTE sql;
	RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS c = CONSTRAINT_NAME, d = PG_EXCEPTION_DETAIL, h = PG_EXCEPTION_HINT;
	RETURN regexp_replace(concat_ws(' | ', SQLSTATE, nullif(c, ''), replace(SQLERRM, '"' || session_user || '"', '(me)'), nullif(d, ''), nullif(h, '')), '\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.\d]*[-+\d:]*', '(time)', 'g');
END $$;
CREATE ROLE regress_app;
CREATE TABLE hd_who (actor text, role text);
INSERT INTO hd_who VALUES ('ann', 'annotator'), ('bea', 'annotator'), ('bea', 'reviewer'), ('rex', 'reviewer'), ('ria', 'reviewer'), ('lou', 'lead');
SELECT hdata.review_define('hd_claim', $$
	draft     -> submitted as submit  [annotator] author;
	submitted -> checked   as check   [reviewer] !author claim;
	submitted -> looking   as look    [reviewer] !author claim;
	looking   -> submitted as close   [reviewer] claim;
	submitted -> draft     as back    [reviewer] reason;
	checked   -> approved  as approve [lead, reviewer] !author !reviewer claim;
	checked   -> draft     as reject  [lead] reason;
	approved  -> draft     as reopen  [lead];
	initial draft; terminal gone; accepting approved;
	approved -> gone as export $$) AS version;
CREATE TABLE hd_claim (id int PRIMARY KEY, author text, state text);
SELECT hdata.review_attach('hd_claim', 'hd_claim', 'id', 'state', author => 'author', service => 'regress_app', roles => 'hd_who', claim_ttl => '10 minutes');
INSERT INTO hd_claim SELECT i, CASE WHEN i % 3 = 0 THEN 'bea' ELSE 'ann' END FROM generate_series(1, 9) i;
SELECT count(*) FROM hdata.review_move_many('hd_claim', ARRAY[1,2,4,5,7,8], 'submit', actor => 'ann');
SELECT count(*) FROM hdata.review_move_many('hd_claim', ARRAY[3,6,9], 'submit', actor => 'bea');
GRANT SELECT ON hd_claim TO regress_app;
SELECT hdata.review_grant('regress_app');
SET ROLE regress_app;

\echo -- arguments
SELECT hd_error('SELECT hdata.review_claim(NULL)');
SELECT hd_error('SELECT hdata.review_claim(''hd_claim'', NULL)');
SELECT hd_error('SELECT hdata.review_claim(''hd_claim'', 0)');
SELECT hd_error('SELECT hdata.review_claim(''hd_claim'', states => ''{nowhere}'')');
SELECT hd_error('SELECT hdata.review_claim(''hd_claim'', states => ''{draft}'')');
SELECT hd_error('SELECT hdata.review_claim(''hd_claim'', states => ''{NULL}'')');
SELECT hd_error('SELECT hdata.review_claim(''hd_claim'', ttl => ''-1 s'')');
SELECT hd_error('SELECT hdata.review_renew(''hd_claim'', NULL)');
SELECT hd_error('SELECT hdata.review_renew(''hd_claim'', 77)');
SELECT hd_error('SELECT hdata.review_release(NULL, 77)');
SELECT hd_error('SELECT hdata.review_sweep(NULL)');
\echo -- in the order of priority, then of the key; never one's own
RESET ROLE;
UPDATE hd_claim_review SET priority = 5 WHERE item IN (6, 7);
SET ROLE regress_app;
SELECT item, token, round(extract(epoch FROM until - now()) / 60) AS minutes FROM hdata.review_claim('hd_claim', 3, actor => 'bea');
SELECT item, token, round(extract(epoch FROM until - now()) / 60) AS minutes FROM hdata.review_claim('hd_claim', ttl => '1 hour', actor => 'rex');
\echo -- who has no role for it gets nothing
SELECT count(*) FROM hdata.review_claim('hd_claim', 100, actor => 'ann');
SELECT count(*) FROM hdata.review_claim('hd_claim', 100, actor => 'lou');
\echo -- the claim is needed, by its holder; it does not last into a state where it is of no use to him
SELECT hd_error($$SELECT hdata.review_move('hd_claim', 7, 'check', actor => 'rex')$$);
SELECT hd_error($$SELECT hdata.review_move('hd_claim', 7, 'check', actor => 'bea', claim => 2)$$);
SELECT to_state FROM hdata.review_move('hd_claim', 7, 'check', actor => 'bea', claim => 1);
SELECT hd_error($$SELECT hdata.review_move('hd_claim', 7, 'approve', actor => 'bea')$$);
SELECT hd_error($$SELECT hdata.review_move('hd_claim', 7, 'approve', actor => 'rex')$$);
\echo -- given back
SELECT hdata.review_release('hd_claim', 3, actor => 'rex'), hdata.review_release('hd_claim', 3, actor => 'bea'), hdata.review_release('hd_claim', 3, actor => 'bea');
SELECT item, token FROM hdata.review_claim('hd_claim', 1, actor => 'bea');
\echo -- a second pair of eyes: not bea, who checked it
SELECT item, token FROM hdata.review_claim('hd_claim', 100, states => '{checked}', actor => 'bea');
SELECT item, token FROM hdata.review_claim('hd_claim', 1, states => '{checked}', actor => 'lou');
SELECT to_state FROM hdata.review_move('hd_claim', 7, 'approve', actor => 'lou');
RESET ROLE;
SELECT seq, action, actor, claim_token, claimed_at IS NOT NULL AS claimed_at FROM hd_claim_review_log WHERE item = 7 AND seq > 1 ORDER BY seq;
SELECT item, claimed_by, claim_token, queue FROM hd_claim_review WHERE item = 7;
\echo -- from state to state with one claim
SET ROLE regress_app;
SELECT to_state FROM hdata.review_move('hd_claim', 2, 'look', actor => 'bea', claim => 5);
SELECT to_state FROM hdata.review_move('hd_claim', 2, 'close', actor => 'bea', claim => 5);
SELECT hdata.review_renew('hd_claim', 5, actor => 'bea') > now() AS renewed;
RESET ROLE;
\echo -- a move of somebody else ends the claim
SET ROLE regress_app;
SELECT to_state FROM hdata.review_move('hd_claim', 1, 'back', reason => 'not yet', actor => 'ria');
SELECT hd_error($$SELECT hdata.review_renew('hd_claim', 2, actor => 'bea')$$);
\echo -- renewed, also by oneself after it has run out as long as nobody took it
SELECT hdata.review_renew('hd_claim', 5, '2 hours', actor => 'bea') > now() + interval '119 minutes' AS renewed;
SELECT hd_error($$SELECT hdata.review_renew('hd_claim', 5, '2 hours', actor => 'rex')$$);
SELECT item, token FROM hdata.review_claim('hd_claim', 1, ttl => '1 microsecond', actor => 'rex');
SELECT hd_error($$SELECT hdata.review_move('hd_claim', 3, 'check', actor => 'rex')$$);
SELECT hdata.review_renew('hd_claim', 7, actor => 'rex') > now() AS renewed;
SELECT to_state FROM hdata.review_move('hd_claim', 3, 'check', actor => 'rex', claim => 7);
\echo -- swept
SELECT item, token FROM hdata.review_claim('hd_claim', 1, ttl => '1 microsecond', actor => 'ria');
SELECT hdata.review_sweep('hd_claim'), hdata.review_sweep('hd_claim');
RESET ROLE;
SELECT item, claimed_by, claim_token FROM hd_claim_review WHERE claimed_by IS NOT NULL ORDER BY item;
\echo -- an index that is gone
DROP INDEX hd_claim_review_queue_priority_item_idx;
SELECT hd_error('SELECT hdata.review_claim(''hd_claim'', actor => ''rex'')');
CREATE INDEX ON hd_claim_review (queue, priority DESC, item) WHERE queue IS NOT NULL AND claimed_by IS NULL;

\echo -- affinity after rework
CREATE TABLE hd_aff (id int PRIMARY KEY, author text, state text);
CREATE FUNCTION hd_again(affinity text, first text, second text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	got text := '';
	who text;
	it text;
BEGIN
	DROP TABLE IF EXISTS hd_aff, hd_aff_review, hd_aff_review_log;
	CREATE TABLE hd_aff (id int PRIMARY KEY, author text, state text);
	PERFORM hdata.review_attach('hd_aff', 'hd_claim', 'id', 'state', author => 'author', service => 'regress_app', roles => 'hd_who', affinity => affinity);
	INSERT INTO hd_aff VALUES (1, 'ann'), (2, 'ann');
	PERFORM hdata.review_move_many('hd_aff', '{1,2}'::int[], 'submit', actor => 'ann');
	PERFORM hdata.review_move('hd_aff', 1, 'back', reason => 'x', actor => 'rex');
	PERFORM hdata.review_move('hd_aff', 1, 'submit', actor => 'ann');
	FOREACH who IN ARRAY ARRAY[first, second] LOOP
		SELECT string_agg(item, ',') INTO it FROM hdata.review_claim('hd_aff', 1, actor => who);
		got := got || ' ' || who || ':' || coalesce(it, '-');
	END LOOP;
	RETURN got;
END $$;
SELECT a, hd_again(a, 'rex', 'ria'), hd_again(a, 'ria', 'rex') FROM unnest('{pool,same,other}'::text[]) a;

\echo -- a queue of states that need no claim
SELECT hdata.review_define('hd_noclaim', 'a -> b as go; b -> c as end; initial a; terminal c') AS version;
CREATE TABLE hd_queue (id text PRIMARY KEY, state text);
SELECT hdata.review_attach('hd_queue', 'hd_noclaim', 'id', 'state');
INSERT INTO hd_queue VALUES ('x'), ('y'), ('z');
SELECT hd_error('SELECT hdata.review_claim(''hd_queue'')');
SELECT hd_error('SELECT hdata.review_claim(''hd_queue'', states => ''{a}'')');
SELECT hdata.review_detach('hd_queue');
SELECT hdata.review_attach('hd_queue', 'hd_noclaim', 'id', 'state', queue => '{b}', claim_limit => 2);
SELECT count(*) FROM hdata.review_claim('hd_queue');
UPDATE hd_queue SET state = 'b';
SELECT item, token FROM hdata.review_claim('hd_queue', 5);
SELECT hd_error('SELECT hdata.review_claim(''hd_queue'')');
SELECT to_state FROM hdata.review_move('hd_queue', 'x', 'end', claim => 1);
SELECT item, token FROM hdata.review_claim('hd_queue', 5);
\echo -- row security: only what the caller sees
CREATE ROLE regress_some;
GRANT SELECT ON hd_queue TO regress_some;
SELECT hdata.review_grant('regress_some');
ALTER TABLE hd_queue ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON hd_queue USING (id = 'w');
INSERT INTO hd_queue VALUES ('v'), ('w');
UPDATE hd_queue SET state = 'b' WHERE id IN ('v', 'w');
SET ROLE regress_some;
SELECT item FROM hdata.review_claim('hd_queue', 2);
RESET ROLE;
\echo -- a flow that changes takes the queue along
UPDATE hd_queue_review SET claimed_by = NULL;
SELECT hdata.review_redefine('hd_noclaim', 'a -> b as go claim; b -> c as end; initial a; terminal c');
SELECT DISTINCT state, queue FROM hd_queue_review ORDER BY 1;

DROP TABLE hd_claim, hd_claim_review, hd_claim_review_log, hd_aff, hd_aff_review, hd_aff_review_log, hd_queue, hd_queue_review, hd_queue_review_log, hd_who;
DROP FUNCTION hd_error(text), hd_again(text, text, text);
DROP OWNED BY regress_app, regress_some;
DROP ROLE regress_app, regress_some;
DELETE FROM hdata.review_flows WHERE name IN ('hd_claim', 'hd_noclaim');

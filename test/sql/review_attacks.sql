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
CREATE INDEX ON ra_domain_review_log (seq) WHERE ra_whoami(action);
RESET ROLE;
SELECT to_state FROM hdata.review_move('ra_domain', 'a', 'submit');
SELECT to_state FROM hdata.review_move_many('ra_domain', '{b}'::text[], 'submit');
SELECT item FROM hdata.review_claim('ra_domain');
-- and a move heeds the domain of the state, and the length of a varchar
SELECT to_state FROM hdata.review_move('ra_domain', 'b', 'approve');
SET ROLE regress_ra_owner;
CREATE TABLE ra_short (id bigint PRIMARY KEY, state varchar(5));
SELECT hdata.review_attach('ra_short', 'ra_flow', 'id', 'state');
INSERT INTO ra_short VALUES (1);
SELECT to_state FROM hdata.review_move('ra_short', 1, 'submit');
RESET ROLE;

-- CLEANUP
SET ROLE regress_ra_owner;
DROP TABLE ra_domain, ra_domain_review, ra_domain_review_log, ra_short, ra_short_review, ra_short_review_log;
DROP DOMAIN ra_key, ra_state;
DROP FUNCTION ra_whoami(text);
RESET ROLE;
DROP OWNED BY regress_ra_owner, regress_ra_ann, regress_ra_rex;
DROP ROLE regress_ra_owner, regress_ra_ann, regress_ra_rex;

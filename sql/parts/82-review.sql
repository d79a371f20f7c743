-- review: tables under review (docs/review.md)

-- Triggers.  Their arguments are the attachment: review_attach() writes them and pg_dump carries them.
CREATE FUNCTION review_guard() RETURNS trigger AS 'MODULE_PATHNAME' LANGUAGE C;
COMMENT ON FUNCTION review_guard() IS 'trigger of review_attach(): refuses changes of state that the flow does not allow';
CREATE FUNCTION review_log() RETURNS trigger AS 'MODULE_PATHNAME' LANGUAGE C;
COMMENT ON FUNCTION review_log() IS 'trigger of review_attach(): writes changes of state into the log and the side table';
CREATE FUNCTION review_truncate() RETURNS trigger AS 'MODULE_PATHNAME' LANGUAGE C;
COMMENT ON FUNCTION review_truncate() IS 'trigger of review_attach(): refuses TRUNCATE';
REVOKE ALL ON FUNCTION review_guard(), review_log(), review_truncate() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION review_guard(), review_log(), review_truncate() TO @extowner@ WITH GRANT OPTION;

CREATE FUNCTION review_attachments(OUT rel regclass, OUT flow text, OUT key text, OUT state text, OUT author text, OUT content text[],
	OUT direct text, OUT service text, OUT roles text, OUT claim_limit integer, OUT claim_ttl interval, OUT affinity text, OUT queue text[],
	OUT side regclass, OUT log regclass) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE PARALLEL SAFE ROWS 20 COST 1000;
COMMENT ON FUNCTION review_attachments() IS 'the tables under review, as review_attach() was told';

CREATE FUNCTION review_attach(rel regclass, flow text, key text, state text, author text DEFAULT NULL, content text[] DEFAULT NULL,
	direct text DEFAULT 'check', service text DEFAULT NULL, roles regclass DEFAULT NULL, claim_limit integer DEFAULT NULL,
	claim_ttl interval DEFAULT '30 minutes', affinity text DEFAULT 'pool', queue text[] DEFAULT NULL) RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION review_attach(regclass, text, text, text, text, text[], text, text, regclass, integer, interval, text, text[])
	IS 'puts a table under review: triggers, a side table and a log, in its schema and for its owner';
CREATE FUNCTION review_detach(rel regclass) RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION review_detach(regclass) IS 'takes a table out of review: drops the triggers, keeps the side table and the log';
CREATE FUNCTION review_adopt(rel regclass) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION review_adopt(regclass) IS 'brings the side table in step with rows that were loaded past the log; how many';
REVOKE ALL ON FUNCTION review_attach(regclass, text, text, text, text, text[], text, text, regclass, integer, interval, text, text[]),
	review_detach(regclass), review_adopt(regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION review_attach(regclass, text, text, text, text, text[], text, text, regclass, integer, interval, text, text[]),
	review_detach(regclass), review_adopt(regclass) TO @extowner@ WITH GRANT OPTION;

-- Moving items.  Movers run with the rights of their caller; the row of the table, the side table and the log are written with
-- those of the table's owner.  review_grant() gives them to a role.
CREATE TYPE review_receipt AS (item text, seq integer, from_state text, to_state text, rev integer, at timestamptz, replayed boolean);
COMMENT ON TYPE review_receipt IS 'what review_move() did: the row of the log, and whether it was written by an earlier call';

CREATE FUNCTION review_move(rel regclass, item text, action text, expect text DEFAULT NULL, rev integer DEFAULT NULL,
	claim bigint DEFAULT NULL, reason_code text DEFAULT NULL, reason text DEFAULT NULL, detail jsonb DEFAULT NULL,
	actor text DEFAULT NULL, idem text DEFAULT NULL, to_state text DEFAULT NULL) RETURNS review_receipt
	AS 'MODULE_PATHNAME', 'review_move_text' LANGUAGE C VOLATILE COST 1000;
COMMENT ON FUNCTION review_move(regclass, text, text, text, integer, bigint, text, text, jsonb, text, text, text)
	IS 'takes an action with an item: checks all that the flow asks for, changes its state, logs it; the receipt';
CREATE FUNCTION review_move(rel regclass, item bigint, action text, expect text DEFAULT NULL, rev integer DEFAULT NULL,
	claim bigint DEFAULT NULL, reason_code text DEFAULT NULL, reason text DEFAULT NULL, detail jsonb DEFAULT NULL,
	actor text DEFAULT NULL, idem text DEFAULT NULL, to_state text DEFAULT NULL) RETURNS review_receipt
	AS 'MODULE_PATHNAME', 'review_move_bigint' LANGUAGE C VOLATILE COST 1000;
COMMENT ON FUNCTION review_move(regclass, bigint, text, text, integer, bigint, text, text, jsonb, text, text, text)
	IS 'takes an action with an item: checks all that the flow asks for, changes its state, logs it; the receipt';
CREATE FUNCTION review_move(rel regclass, item uuid, action text, expect text DEFAULT NULL, rev integer DEFAULT NULL,
	claim bigint DEFAULT NULL, reason_code text DEFAULT NULL, reason text DEFAULT NULL, detail jsonb DEFAULT NULL,
	actor text DEFAULT NULL, idem text DEFAULT NULL, to_state text DEFAULT NULL) RETURNS review_receipt
	AS 'MODULE_PATHNAME', 'review_move_uuid' LANGUAGE C VOLATILE COST 1000;
COMMENT ON FUNCTION review_move(regclass, uuid, text, text, integer, bigint, text, text, jsonb, text, text, text)
	IS 'takes an action with an item: checks all that the flow asks for, changes its state, logs it; the receipt';

CREATE TYPE review_result AS (item text, seq integer, from_state text, to_state text, rev integer, at timestamptz, replayed boolean,
	sqlstate text, why text);
COMMENT ON TYPE review_result IS 'what review_move_many() did with one item: a receipt, or the error that review_move() would have raised';

CREATE FUNCTION review_move_many(rel regclass, items text[], action text, expect text DEFAULT NULL, reason_code text DEFAULT NULL,
	reason text DEFAULT NULL, detail jsonb DEFAULT NULL, actor text DEFAULT NULL, idem text DEFAULT NULL, to_state text DEFAULT NULL,
	on_refusal text DEFAULT 'abort') RETURNS SETOF review_result
	AS 'MODULE_PATHNAME', 'review_move_many_text' LANGUAGE C VOLATILE ROWS 100 COST 10000;
COMMENT ON FUNCTION review_move_many(regclass, text[], text, text, text, text, jsonb, text, text, text, text)
	IS 'takes an action with many items, in the order of their keys: all, or all that may';
CREATE FUNCTION review_move_many(rel regclass, items bigint[], action text, expect text DEFAULT NULL, reason_code text DEFAULT NULL,
	reason text DEFAULT NULL, detail jsonb DEFAULT NULL, actor text DEFAULT NULL, idem text DEFAULT NULL, to_state text DEFAULT NULL,
	on_refusal text DEFAULT 'abort') RETURNS SETOF review_result
	AS 'MODULE_PATHNAME', 'review_move_many_bigint' LANGUAGE C VOLATILE ROWS 100 COST 10000;
COMMENT ON FUNCTION review_move_many(regclass, bigint[], text, text, text, text, jsonb, text, text, text, text)
	IS 'takes an action with many items, in the order of their keys: all, or all that may';
CREATE FUNCTION review_move_many(rel regclass, items uuid[], action text, expect text DEFAULT NULL, reason_code text DEFAULT NULL,
	reason text DEFAULT NULL, detail jsonb DEFAULT NULL, actor text DEFAULT NULL, idem text DEFAULT NULL, to_state text DEFAULT NULL,
	on_refusal text DEFAULT 'abort') RETURNS SETOF review_result
	AS 'MODULE_PATHNAME', 'review_move_many_uuid' LANGUAGE C VOLATILE ROWS 100 COST 10000;
COMMENT ON FUNCTION review_move_many(regclass, uuid[], text, text, text, text, jsonb, text, text, text, text)
	IS 'takes an action with many items, in the order of their keys: all, or all that may';

CREATE FUNCTION review_can(rel regclass, item text, actor text DEFAULT NULL,
	OUT action text, OUT to_state text, OUT ok boolean, OUT needs_reason boolean, OUT sqlstate text, OUT why text) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'review_can_text' LANGUAGE C VOLATILE ROWS 5 COST 1000;
COMMENT ON FUNCTION review_can(regclass, text, text) IS 'what could be done with an item now, and if not, why; changes nothing';
CREATE FUNCTION review_can(rel regclass, item bigint, actor text DEFAULT NULL,
	OUT action text, OUT to_state text, OUT ok boolean, OUT needs_reason boolean, OUT sqlstate text, OUT why text) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'review_can_bigint' LANGUAGE C VOLATILE ROWS 5 COST 1000;
COMMENT ON FUNCTION review_can(regclass, bigint, text) IS 'what could be done with an item now, and if not, why; changes nothing';
CREATE FUNCTION review_can(rel regclass, item uuid, actor text DEFAULT NULL,
	OUT action text, OUT to_state text, OUT ok boolean, OUT needs_reason boolean, OUT sqlstate text, OUT why text) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'review_can_uuid' LANGUAGE C VOLATILE ROWS 5 COST 1000;
COMMENT ON FUNCTION review_can(regclass, uuid, text) IS 'what could be done with an item now, and if not, why; changes nothing';

-- Claims: leases on the rows of the side table.
CREATE FUNCTION review_claim(rel regclass, n integer DEFAULT 1, states text[] DEFAULT NULL, ttl interval DEFAULT NULL,
	actor text DEFAULT NULL, OUT item text, OUT token bigint, OUT until timestamptz) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE ROWS 1 COST 1000;
COMMENT ON FUNCTION review_claim(regclass, integer, text[], interval, text)
	IS 'claims the next items that the actor can take an action with, without waiting for anybody';
CREATE FUNCTION review_renew(rel regclass, token bigint, ttl interval DEFAULT NULL, actor text DEFAULT NULL) RETURNS timestamptz
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE COST 1000;
COMMENT ON FUNCTION review_renew(regclass, bigint, interval, text) IS 'prolongs a claim that nobody else has taken since; until when';
CREATE FUNCTION review_release(rel regclass, token bigint, actor text DEFAULT NULL) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE COST 1000;
COMMENT ON FUNCTION review_release(regclass, bigint, text) IS 'gives a claim back; false if it was gone already';
CREATE FUNCTION review_sweep(rel regclass) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE COST 1000;
COMMENT ON FUNCTION review_sweep(regclass) IS 'clears claims that have run out, which no longer count anyway; how many';

CREATE FUNCTION review_grant(role name, attach boolean DEFAULT false) RETURNS void
	LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	f regprocedure;
BEGIN
	FOR f IN
		SELECT p.oid FROM pg_proc p
		WHERE p.pronamespace = '@extschema@'::regnamespace AND p.proname = ANY (ARRAY['review_move', 'review_move_many', 'review_can', 'review_claim',
			'review_renew', 'review_release', 'review_sweep'] || CASE WHEN attach THEN ARRAY['review_attach', 'review_detach', 'review_adopt',
			'review_guard', 'review_log', 'review_truncate', 'review_define', 'review_redefine', 'review_seal', 'review_withdraw_person'] END)
		ORDER BY p.oid
	LOOP
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', f, role);
	END LOOP;
END
$$;
COMMENT ON FUNCTION review_grant(name, boolean) IS 'lets a role move and claim items, or also put its own tables under review; needs the right to grant it';

DO LANGUAGE plpgsql $grant$
DECLARE
	f pg_catalog.regprocedure;
BEGIN
	FOR f IN
		SELECT p.oid FROM pg_catalog.pg_proc p
		WHERE p.pronamespace OPERATOR(pg_catalog.=) '@extschema@'::pg_catalog.regnamespace AND p.proname OPERATOR(pg_catalog.=) ANY
			(ARRAY['review_move', 'review_move_many', 'review_can', 'review_claim', 'review_renew', 'review_release', 'review_sweep',
			'review_grant'])
	LOOP
		EXECUTE pg_catalog.format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
		EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION %s TO %s WITH GRANT OPTION', f, '@extowner@');
	END LOOP;
END
$grant$;

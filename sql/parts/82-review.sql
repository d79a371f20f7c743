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
	OUT direct text, OUT service text, OUT roles text, OUT claim_limit integer, OUT claim_ttl interval, OUT affinity text,
	OUT side regclass, OUT log regclass) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE PARALLEL SAFE ROWS 20 COST 1000;
COMMENT ON FUNCTION review_attachments() IS 'the tables under review, as review_attach() was told';

CREATE FUNCTION review_attach(rel regclass, flow text, key text, state text, author text DEFAULT NULL, content text[] DEFAULT NULL,
	direct text DEFAULT 'check', service text DEFAULT NULL, roles regclass DEFAULT NULL, claim_limit integer DEFAULT NULL,
	claim_ttl interval DEFAULT '30 minutes', affinity text DEFAULT 'pool') RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION review_attach(regclass, text, text, text, text, text[], text, text, regclass, integer, interval, text)
	IS 'puts a table under review: triggers, a side table and a log, in its schema and for its owner';
CREATE FUNCTION review_detach(rel regclass) RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION review_detach(regclass) IS 'takes a table out of review: drops the triggers, keeps the side table and the log';
CREATE FUNCTION review_adopt(rel regclass) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION review_adopt(regclass) IS 'brings the side table in step with rows that were loaded past the log; how many';
REVOKE ALL ON FUNCTION review_attach(regclass, text, text, text, text, text[], text, text, regclass, integer, interval, text),
	review_detach(regclass), review_adopt(regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION review_attach(regclass, text, text, text, text, text[], text, text, regclass, integer, interval, text),
	review_detach(regclass), review_adopt(regclass) TO @extowner@ WITH GRANT OPTION;

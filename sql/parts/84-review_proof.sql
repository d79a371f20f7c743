-- review: what was decided, proven (docs/review.md)

CREATE FUNCTION review_verify(rel regclass, root bytea DEFAULT NULL, OUT item text, OUT seq integer, OUT problem text, OUT detail text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE COST 100000 ROWS 10;
COMMENT ON FUNCTION review_verify(regclass, bytea) IS 'breaks in the history of each item, and the newest seal, or the one with this root; no row if all is well';

CREATE FUNCTION review_seal(rel regclass, OUT seal integer, OUT items bigint, OUT events bigint, OUT root bytea)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE COST 100000 ROWS 1;
COMMENT ON FUNCTION review_seal(regclass) IS 'stores the Merkle root over the histories of all items; kept elsewhere, it convicts whoever changes them';
REVOKE ALL ON FUNCTION review_seal(regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION review_seal(regclass) TO @extowner@ WITH GRANT OPTION;

CREATE FUNCTION review_drift(rel regclass, OUT item text, OUT seq integer, OUT state text, OUT decided_at timestamptz, OUT decided_by text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE COST 100000 ROWS 10;
COMMENT ON FUNCTION review_drift(regclass) IS 'rows whose content is no longer what was accepted or frozen, with the decision';

CREATE FUNCTION review_conflicts(rel regclass, OUT item text, OUT seq integer, OUT action text, OUT actor text, OUT rule text, OUT detail text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE COST 100000 ROWS 10;
COMMENT ON FUNCTION review_conflicts(regclass) IS 'logged changes that break the rules of the flow: by the author, twice by one reviewer, without claim or reason, past a limit';

CREATE FUNCTION review_doctor(rel regclass DEFAULT NULL, OUT relation regclass, OUT problem text, OUT detail text, OUT hint text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE COST 100000 ROWS 10;
COMMENT ON FUNCTION review_doctor(regclass) IS 'what is not as it should be about a table under review, or about all of them; no row if all is well';

CREATE FUNCTION review_withdraw_person(actor text, mode text, OUT relation regclass, OUT withdrawn bigint, OUT not_withdrawn bigint,
	OUT erased bigint, OUT left_as_role bigint, OUT note text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE COST 100000 ROWS 5;
COMMENT ON FUNCTION review_withdraw_person(text, text) IS 'erases a person from all logs (anonymise), and withdraws what they made, too (withdraw); the chains can still be verified';
REVOKE ALL ON FUNCTION review_withdraw_person(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION review_withdraw_person(text, text) TO @extowner@ WITH GRANT OPTION;

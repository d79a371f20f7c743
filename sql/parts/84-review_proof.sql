-- review: what was decided, proven (docs/review.md)

CREATE FUNCTION review_verify(rel regclass, root bytea DEFAULT NULL, OUT item text, OUT seq integer, OUT problem text, OUT detail text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE COST 100000 ROWS 10 PARALLEL RESTRICTED;
COMMENT ON FUNCTION review_verify(regclass, bytea) IS 'breaks in the history of each item, and the newest seal, or the one with this root; no row if all is well';

CREATE FUNCTION review_seal(rel regclass, OUT seal integer, OUT items bigint, OUT events bigint, OUT root bytea)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE COST 100000 ROWS 1;
COMMENT ON FUNCTION review_seal(regclass) IS 'stores the Merkle root over the histories of all items; kept elsewhere, it convicts whoever changes them';
REVOKE ALL ON FUNCTION review_seal(regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION review_seal(regclass) TO @extowner@ WITH GRANT OPTION;

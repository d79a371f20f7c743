-- text: what belongs together by the user's own edges (docs/text.md)

%type components | what belongs together by edges: a keyed state (a partition), made by components_agg | the same ids in the same components
%state components | the components of both sets of edges | the components of all stored edges: merging one twice changes nothing

%aggregate components_agg(bigint, bigint) | components | components_trans | components_trans_int8 | IMMUTABLE | components (a, b); keyed: the same edge twice is one
%aggregate components_agg(integer, integer) | components | components_trans | components_trans_int4 | IMMUTABLE | components (a, b); keyed: the same edge twice is one
%aggregate components_agg(smallint, smallint) | components | components_trans | components_trans_int2 | IMMUTABLE | components (a, b); keyed: the same edge twice is one
%aggregate components_agg(uuid, uuid) | components | components_trans | components_trans_uuid | IMMUTABLE | components (a, b); keyed: the same edge twice is one
%aggregate components_agg(text, text) | components | components_trans | components_trans_text | IMMUTABLE | components (a, b); keyed: the same edge twice is one
%aggregate components_agg("any", "any") | components | components_trans | components_trans_any | STABLE | components (a, b); keyed: the same edge twice is one

CREATE FUNCTION n_components(components) RETURNS bigint
	AS 'MODULE_PATHNAME', 'components_n' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION n_components(components) IS 'number of components';
CREATE FUNCTION components(components, OUT id text, OUT component text, OUT size bigint)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'components_rows' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 10000;
COMMENT ON FUNCTION components(components) IS 'for each id its component, named by the first of its ids, and how many it has';

-- review_flow: a state machine in one literal (docs/review.md)

%type review_flow | states of an item of work and the actions that lead from one to another, validated | the same canonical text: states, edges and their attributes

CREATE FUNCTION review_flow_to_jsonb(review_flow) RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT COST 100 PARALLEL SAFE;
COMMENT ON FUNCTION review_flow_to_jsonb(review_flow) IS 'cast to jsonb';
CREATE CAST (review_flow AS jsonb) WITH FUNCTION review_flow_to_jsonb(review_flow);
COMMENT ON CAST (review_flow AS jsonb) IS 'states and edges of a flow; there is no cast back';

CREATE FUNCTION review_states(review_flow, OUT state text, OUT initial boolean, OUT terminal boolean, OUT accepting boolean,
	OUT frozen boolean, OUT deletable boolean)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT COST 100 ROWS 10 PARALLEL SAFE;
COMMENT ON FUNCTION review_states(review_flow) IS 'the states of a flow, from the initial one on';
CREATE FUNCTION review_edges(review_flow, OUT from_state text, OUT action text, OUT to_state text, OUT roles text[],
	OUT author boolean, OUT not_author boolean, OUT not_reviewer boolean, OUT claim boolean, OUT reason boolean,
	OUT at_most integer, OUT else_state text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT COST 100 ROWS 20 PARALLEL SAFE;
COMMENT ON FUNCTION review_edges(review_flow) IS 'the edges of a flow: who may take which action from where to where, and under what conditions';
CREATE FUNCTION review_dot(review_flow) RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT COST 100 PARALLEL SAFE;
COMMENT ON FUNCTION review_dot(review_flow) IS 'a drawing of a flow for Graphviz';

-- The one configuration of the extension.  A version never changes once it is defined: events carry its number.  Everybody
-- reads; review_define() and review_redefine() write, in the name of the table's owner.
CREATE TABLE review_flows (
	name text COLLATE "C" NOT NULL,
	version integer NOT NULL CHECK (version OPERATOR(pg_catalog.>) 0),
	flow review_flow NOT NULL,
	owner name NOT NULL,
	defined_at timestamptz NOT NULL,
	PRIMARY KEY (name, version)
);
COMMENT ON TABLE review_flows IS 'review flows by name, every version of each; the newest is in force';
COMMENT ON COLUMN review_flows.owner IS 'the role that alone may redefine the flow';
ALTER TABLE review_flows OWNER TO @extowner@;
GRANT SELECT ON review_flows TO PUBLIC;
SELECT pg_catalog.pg_extension_config_dump('@extschema@.review_flows', '');

-- Every session forgets what it has compiled, however the table came to be changed
CREATE FUNCTION review_flows_changed() RETURNS trigger
	AS 'MODULE_PATHNAME' LANGUAGE C;
COMMENT ON FUNCTION review_flows_changed() IS 'trigger on review_flows: every session looks its flows up again';
CREATE TRIGGER review_flows_changed AFTER INSERT OR UPDATE OR DELETE ON review_flows
	FOR EACH ROW EXECUTE FUNCTION review_flows_changed();
COMMENT ON TRIGGER review_flows_changed ON review_flows IS 'every session looks its flows up again';
ALTER TABLE review_flows ENABLE ALWAYS TRIGGER review_flows_changed;

CREATE FUNCTION review_define(name text, flow review_flow) RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE COST 1000;
COMMENT ON FUNCTION review_define(text, review_flow) IS 'names a flow that tables can be attached to; its version, which is 1';
REVOKE ALL ON FUNCTION review_define(text, review_flow) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION review_define(text, review_flow) TO @extowner@ WITH GRANT OPTION;
CREATE FUNCTION review_redefine(name text, flow review_flow, mapping jsonb DEFAULT '{}') RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE COST 1000;
COMMENT ON FUNCTION review_redefine(text, review_flow, jsonb) IS 'a new version of a flow, for all attached tables at once; mapping: {old state: new state} for states that are gone';
REVOKE ALL ON FUNCTION review_redefine(text, review_flow, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION review_redefine(text, review_flow, jsonb) TO @extowner@ WITH GRANT OPTION;

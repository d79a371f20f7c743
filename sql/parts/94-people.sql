-- export: people in what leaves, and in what stays (docs/export.md)

-- STABLE, so that it is never computed while planning nor kept in an index
CREATE FUNCTION pseudonym(id text, secret text, domain text DEFAULT '') RETURNS text
	AS 'MODULE_PATHNAME', 'people_pseudonym' LANGUAGE C STABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION pseudonym(text, text, text) IS 'keyed hash of an id (HMAC-SHA256, 32 hexadecimal digits): the same for the same id, secret and domain, and unknowable without the secret';
CREATE FUNCTION pseudonym(id bigint, secret text, domain text DEFAULT '') RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE COST 20 RETURN pseudonym(id::text, secret, domain);
COMMENT ON FUNCTION pseudonym(bigint, text, text) IS 'the same of the id''s text';
CREATE FUNCTION pseudonym(id uuid, secret text, domain text DEFAULT '') RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE COST 20 RETURN pseudonym(id::text, secret, domain);
COMMENT ON FUNCTION pseudonym(uuid, text, text) IS 'the same of the id''s text';

CREATE FUNCTION pii_spans(text, OUT kind text, OUT at bigint, OUT length bigint)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'people_pii_spans' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 500 ROWS 2;
COMMENT ON FUNCTION pii_spans(text) IS 'what looks like an e-mail address, phone, card, IBAN, IP address or secret, as substr(text, at, length): a flag for review, not a proof';

-- Relations and columns are the caller's: looked up by name, quoted, read with the caller's rights.
CREATE FUNCTION k_anonymity_classes(relation regclass, attributes text[], person text DEFAULT NULL, sensitive text DEFAULT NULL, k bigint DEFAULT 5,
	OUT "values" jsonb, OUT n_rows bigint, OUT n_people bigint, OUT n_sensitive bigint)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL RESTRICTED COST 100000 ROWS 100
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	list text;
	pairs text;		-- one object each, because a function takes no more than 100 arguments
	people boolean;	-- the person is an array of them
BEGIN
	IF relation IS NULL OR attributes IS NULL OR k IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'relation, attributes and k must not be null';
	END IF;
	IF cardinality(attributes) = 0 OR array_position(attributes, NULL) IS NOT NULL OR k < 1 THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'attributes must name columns, and k be at least 1';
	END IF;
	SELECT string_agg(format('t.%I', a), ', ' ORDER BY o), string_agg(format('jsonb_build_object(%L, t.%I)', a, a), ' || ' ORDER BY o)
	  INTO list, pairs FROM unnest(attributes) WITH ORDINALITY u (a, o);
	people := coalesce((SELECT t.typcategory = 'A' FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
		WHERE a.attrelid = relation AND a.attname = person AND a.attnum > 0 AND NOT a.attisdropped), false);
	RETURN QUERY EXECUTE format(
		'SELECT * FROM (SELECT %s AS v, %s AS n, %s AS p, %s AS s FROM %s t%s GROUP BY %s) c
		  WHERE coalesce(p, n) < $1 ORDER BY coalesce(p, n), n, v::text COLLATE "C"',
		pairs,
		CASE WHEN people THEN 'count(*) FILTER (WHERE u.o IS NULL OR u.o = 1)' ELSE 'count(*)' END,
		CASE WHEN person IS NULL THEN 'NULL::bigint' WHEN people THEN 'count(DISTINCT u.p)' ELSE format('count(DISTINCT t.%I)', person) END,
		CASE WHEN sensitive IS NULL THEN 'NULL::bigint' ELSE format('count(DISTINCT t.%I)', sensitive) END,
		relation,
		CASE WHEN people THEN format(' LEFT JOIN LATERAL unnest(t.%I) WITH ORDINALITY u (p, o) ON true', person) ELSE '' END,
		list) USING k;
END
$$;
COMMENT ON FUNCTION k_anonymity_classes(regclass, text[], text, text, bigint) IS 'combinations of attributes that fewer than k people (rows, if person is not given) have; n_sensitive: different values of the sensitive column';

CREATE FUNCTION k_anonymity(relation regclass, attributes text[], person text DEFAULT NULL, sensitive text DEFAULT NULL, k bigint DEFAULT 5,
	OUT smallest bigint, OUT least_sensitive bigint, OUT n_classes bigint, OUT n_rows bigint, OUT n_classes_below bigint, OUT n_rows_below bigint)
	LANGUAGE plpgsql STABLE PARALLEL RESTRICTED COST 100000
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF k IS NULL OR k < 1 THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'k must be at least 1';
	END IF;
	SELECT min(coalesce(c.n_people, c.n_rows)), min(c.n_sensitive), count(*), coalesce(sum(c.n_rows), 0),
		   count(*) FILTER (WHERE coalesce(c.n_people, c.n_rows) < k), coalesce(sum(c.n_rows) FILTER (WHERE coalesce(c.n_people, c.n_rows) < k), 0)
	  INTO smallest, least_sensitive, n_classes, n_rows, n_classes_below, n_rows_below
	  FROM @extschema@.k_anonymity_classes(relation, attributes, person, sensitive, 9223372036854775807) c;
END
$$;
COMMENT ON FUNCTION k_anonymity(regclass, text[], text, text, bigint) IS 'how many people the rarest combination of attributes has (Sweeney 2002), and how many combinations and rows are below k';

CREATE FUNCTION attribution_counts(relation regclass, person_column text,
	OUT person text, OUT n bigint, OUT weight float8, OUT share float8)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL RESTRICTED COST 100000 ROWS 100
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	is_array boolean;
BEGIN
	IF relation IS NULL OR person_column IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'relation and person_column must not be null';
	END IF;
	SELECT t.typcategory = 'A' INTO is_array FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
	 WHERE a.attrelid = relation AND a.attname = person_column AND a.attnum > 0 AND NOT a.attisdropped;
	IF is_array IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'undefined_column', MESSAGE = format('column "%s" of relation %s does not exist', person_column, relation);
	END IF;
	RETURN QUERY EXECUTE format(
		'SELECT p, count(*), sum(w)::float8, (sum(w) / sum(sum(w)) OVER ())::float8 FROM (%s) q GROUP BY p ORDER BY sum(w) DESC, p COLLATE "C"',
		CASE WHEN is_array THEN format(
			'SELECT u.p, 1::numeric / count(*) OVER (PARTITION BY r.n) AS w
			   FROM (SELECT row_number() OVER () AS n, t.%1$I AS people FROM %2$s t) r
			   LEFT JOIN LATERAL (SELECT DISTINCT x::text AS p FROM unnest(r.people) x WHERE x IS NOT NULL) u ON true', person_column, relation)
		ELSE format('SELECT t.%I::text AS p, 1::numeric AS w FROM %s t', person_column, relation) END);
END
$$;
COMMENT ON FUNCTION attribution_counts(regclass, text) IS 'how many rows each person has contributed to; rows of several people (an array) count in parts in weight and share';

CREATE FUNCTION state_columns(OUT "schema" text, OUT "table" text, OUT "column" text, OUT kind text, OUT column_type text, OUT state text, OUT remove_by text)
	RETURNS SETOF record
	LANGUAGE sql STABLE PARALLEL SAFE COST 10000 ROWS 20
	SET search_path = pg_catalog, pg_temp
AS $$
WITH RECURSIVE
-- the base types of this extension, but for those that hold no data of people: documents and queries
states AS (
	SELECT t.oid, t.typname FROM pg_type t JOIN pg_depend d ON d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e'
	  JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND e.extname = 'hdata'
	 WHERE t.typtype = 'b' AND t.typelem = 0 AND t.typname NOT IN ('rubric', 'shingle_query', 'review_flow')),
-- whatever holds a state: arrays, domains, ranges, composites, the rows of tables
holders (oid, state) AS (
	SELECT oid, oid FROM states
	UNION
	SELECT t.oid, h.state FROM holders h JOIN pg_type t
	    ON (t.typtype = 'b' AND t.typelem = h.oid AND t.typlen = -1)
	    OR (t.typtype = 'd' AND t.typbasetype = h.oid)
	    OR (t.typtype IN ('r', 'm') AND EXISTS (SELECT FROM pg_range r WHERE r.rngsubtype = h.oid AND t.oid IN (r.rngtypid, r.rngmultitypid)))
	    OR (t.typtype = 'c' AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid = h.oid))),
removers AS (
	SELECT p.prorettype AS state, string_agg(p.oid::regprocedure::text, ', ' ORDER BY p.proname) AS functions
	  FROM pg_proc p JOIN pg_extension e ON e.extname = 'hdata' AND p.pronamespace = e.extnamespace
	 WHERE p.proname LIKE 'without\_%' AND p.proargtypes[0] = p.prorettype
	 GROUP BY 1)
SELECT n.nspname, c.relname, a.attname,
	CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table' END,
	format_type(a.atttypid, a.atttypmod), s.typname, coalesce(r.functions, 'rebuild')
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN holders h ON h.oid = a.atttypid JOIN states s ON s.oid = h.state LEFT JOIN removers r ON r.state = s.oid
 WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'm', 'f')
   AND NOT pg_is_other_temp_schema(n.oid)	-- nobody else may read them, and they end with their session
 ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C", a.attnum, s.typname COLLATE "C"
$$;
COMMENT ON FUNCTION state_columns() IS 'the columns of tables that hold states, and how a person is taken out of each: by a function, or by building it again from its rows';

-- What the extension puts into the catalog, as a whole: comments, volatility, strictness, safety.
\pset format unaligned
\pset footer off
CREATE TEMPORARY VIEW hd_functions AS SELECT p.*, p.oid::regprocedure::text AS signature FROM pg_depend d JOIN pg_proc p ON p.oid = d.objid AND d.classid = 'pg_proc'::regclass
	WHERE d.refclassid = 'pg_extension'::regclass AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'hdata') AND d.deptype = 'e';
SELECT count(*) > 100 AS there_are_functions FROM hd_functions;

-- everything has a comment; what is internal to an operator class or an array type has its owner's
SELECT pg_describe_object(classid, objid, objsubid) AS without_comment FROM pg_depend d
	WHERE refclassid = 'pg_extension'::regclass AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'hdata') AND deptype = 'e'
	AND NOT (classid = 'pg_type'::regclass AND EXISTS (SELECT FROM pg_type t WHERE t.oid = objid AND (t.typelem <> 0 AND t.typlen = -1 OR t.typrelid <> 0)))
	AND coalesce(obj_description(objid, (SELECT relname FROM pg_class WHERE oid = classid)), '') = '' ORDER BY 1;
SELECT obj_description(oid, 'pg_extension') <> '' AS extension_has_comment FROM pg_extension WHERE extname = 'hdata';
-- comments say what a thing is, in one line
SELECT signature AS odd_comment FROM hd_functions WHERE obj_description(oid, 'pg_proc') ~ E'[\n\t]|[.] *$|^ *$' ORDER BY 1;

-- all that an extension may hold lies in its schema, and nothing that it must not
SELECT DISTINCT classid::regclass AS kinds_of_objects FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'hdata') AND deptype = 'e' ORDER BY 1;
SELECT signature AS elsewhere FROM hd_functions WHERE pronamespace <> 'hdata'::regnamespace;
SELECT signature AS leakproof_or_security_definer FROM hd_functions WHERE proleakproof OR prosecdef;
SELECT signature AS with_settings FROM hd_functions WHERE proconfig IS NOT NULL;
SELECT signature AS not_in_c FROM hd_functions WHERE prokind = 'f' AND prolang <> (SELECT oid FROM pg_language WHERE lanname = 'c');
SELECT signature AS not_parallel_safe FROM hd_functions WHERE proparallel <> 's';
SELECT signature AS volatile FROM hd_functions WHERE provolatile = 'v' AND prokind = 'f';
-- what reads a catalog or a setting: the transitions of "any", which read the types of their arguments
SELECT proname, string_agg(DISTINCT provolatile::text, '') AS volatility, count(*) FROM hd_functions WHERE provolatile <> 'i' AND prokind = 'f' GROUP BY 1 ORDER BY 1;
SELECT signature AS stable_but_not_any FROM hd_functions WHERE provolatile = 's' AND prokind = 'f' AND NOT '"any"'::regtype = ANY (proargtypes);
-- STRICT, but for support functions of aggregates and those with options, where an explicit NULL is an error or has a meaning
SELECT DISTINCT proname AS not_strict FROM hd_functions WHERE NOT proisstrict AND prokind = 'f' ORDER BY 1;
SELECT signature AS strict_and_never_called FROM hd_functions WHERE proisstrict AND pg_get_expr(proargdefaults, 0) ~ 'NULL' ORDER BY 1;
SELECT signature AS not_strict_without_need FROM hd_functions f WHERE NOT proisstrict AND prokind = 'f' AND pronargdefaults = 0
	AND NOT EXISTS (SELECT FROM pg_aggregate WHERE f.oid IN (aggtransfn, aggfinalfn, aggcombinefn)) ORDER BY 1;

-- the state comes first, names of options are fixed, every option has its default
SELECT proname, pronargs - pronargdefaults AS required, proargnames[1:pronargs] AS names, pg_get_expr(proargdefaults, 0) AS defaults FROM hd_functions WHERE pronargdefaults > 0 ORDER BY 1, signature;
-- rows and cost are stated
SELECT proname, prorows > 0 AND prorows <> 1000 OR proname IN ('observations', 'item_agreement', 'adjusted_scores', 'comparison_rows', 'contamination', 'games', 'irt_persons', 'ranking_rows', 'rasch_persons', 'swap_pairs', 'copied_pairs') AS rows_stated, procost > 1 AS cost_stated,
	(SELECT string_agg(n, ' ' ORDER BY o) FROM unnest(proargnames, proargmodes) WITH ORDINALITY u (n, m, o) WHERE m = 'o') AS columns FROM hd_functions WHERE proretset ORDER BY 1, signature;

-- aggregates: mergeable, their transition type a real one with a combine function, nothing to be handed round as internal
SELECT a.aggfnoid::regprocedure AS not_mergeable FROM pg_aggregate a JOIN hd_functions f ON f.oid = a.aggfnoid
	WHERE aggcombinefn = 0 OR aggtranstype = 'internal'::regtype OR aggserialfn <> 0 OR aggdeserialfn <> 0 OR aggtransspace = 0 OR aggfinalmodify <> 'r' OR aggmtransfn <> 0 OR agginitval IS NOT NULL;
SELECT proname, aggtranstype::regtype, count(*) FROM pg_aggregate a JOIN hd_functions f ON f.oid = a.aggfnoid GROUP BY 1, 2 ORDER BY 1;
-- 7 pairings of types: 1 form without "at", 2 with, 2 with cluster; of the earliest 2 and 2
SELECT proname, pronargs, count(*), count(*) FILTER (WHERE '"any"'::regtype = ANY (proargtypes)) AS any_types FROM hd_functions WHERE proname LIKE 'ratings%agg' GROUP BY 1, 2 ORDER BY 1, 2;

-- types: varlena with text and binary I/O, default classes for btree and hash, equality that merges and hashes
SELECT typname, typlen, typstorage, typtype, typreceive <> 0 AND typsend <> 0 AS binary_io, typcategory FROM pg_type t JOIN pg_depend d ON d.objid = t.oid AND d.classid = 'pg_type'::regclass
	WHERE refclassid = 'pg_extension'::regclass AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'hdata') AND typelem = 0 AND typtype = 'b' ORDER BY 1;
SELECT opcintype::regtype, amname, opcname, opcdefault FROM pg_opclass c JOIN pg_am m ON m.oid = opcmethod WHERE opcnamespace = 'hdata'::regnamespace ORDER BY 1, 2;
SELECT oprleft::regtype, oprname, oprcanmerge, oprcanhash, oprcom <> 0 AS commutator, oprnegate <> 0 AS negator, oprrest <> 0 AND oprjoin <> 0 AS estimators, provolatile, proisstrict
	FROM pg_operator o JOIN pg_proc p ON p.oid = oprcode WHERE oprnamespace = 'hdata'::regnamespace ORDER BY 1, 2;
-- casts: to jsonb, explicit, and none from anything
SELECT castsource::regtype, casttarget::regtype, castcontext FROM pg_cast WHERE oid IN (SELECT objid FROM pg_depend WHERE classid = 'pg_cast'::regclass AND refclassid = 'pg_extension'::regclass
	AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'hdata'));

-- privileges: anybody may use, nobody but the owner may create
SELECT has_schema_privilege('public', 'hdata', 'USAGE') AS usage, has_schema_privilege('public', 'hdata', 'CREATE') AS creation;
SELECT signature AS not_for_everybody FROM hd_functions WHERE NOT has_function_privilege('public', oid, 'EXECUTE');
SELECT extversion, extrelocatable, extnamespace::regnamespace, extconfig IS NULL AS no_config FROM pg_extension WHERE extname = 'hdata';

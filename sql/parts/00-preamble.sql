\echo Use "CREATE EXTENSION hdata" to load this file. \quit

-- Whoever owns this schema, or has put something into it, could place functions beside ours that win overload resolution and
-- run with the rights of whoever calls them.  So the schema must belong to somebody who is trusted anyway: the installing
-- role, a superuser, or the owner of the database (a superuser restoring that owner's dump meets exactly this).  And it must
-- be empty.  The extension's own row is there already and names both; nothing is looked up through search_path.
DO LANGUAGE plpgsql $check$
DECLARE
    ext record;
    other record;
BEGIN
    SELECT e.oid, n.oid AS schema_oid, n.nspname,
           pg_catalog.pg_get_userbyid(n.nspowner) AS schema_owner,
           pg_catalog.pg_get_userbyid(e.extowner) AS installer,
           n.nspowner OPERATOR(pg_catalog.=) e.extowner
           OR n.nspowner OPERATOR(pg_catalog.=) d.datdba
           OR a.rolsuper AS trusted
      INTO STRICT ext
      FROM pg_catalog.pg_extension e
      JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) e.extnamespace
      JOIN pg_catalog.pg_authid a ON a.oid OPERATOR(pg_catalog.=) n.nspowner
      JOIN pg_catalog.pg_database d ON d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
     WHERE e.extname OPERATOR(pg_catalog.=) 'hdata'::pg_catalog.name;

    IF NOT ext.trusted THEN
        RAISE EXCEPTION USING
            ERRCODE = 'insufficient_privilege',
            MESSAGE = pg_catalog.format('schema "%s" belongs to a role that must not own it', ext.nspname),
            DETAIL = pg_catalog.format('The schema is owned by "%s", and "%s" is installing the extension.',
                                       ext.schema_owner, ext.installer),
            HINT = pg_catalog.format('Drop schema "%s", or give it to the installing role, to the owner of the database'
                                     ' or to a superuser.', ext.nspname);
    END IF;

    -- every object in a schema depends on it
    SELECT pg_catalog.min(pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid)) AS example,
           pg_catalog.count(*) AS n
      INTO STRICT other
      FROM pg_catalog.pg_depend d
     WHERE d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass
       AND d.refobjid OPERATOR(pg_catalog.=) ext.schema_oid
       AND (d.classid, d.objid) OPERATOR(pg_catalog.<>)
           ('pg_catalog.pg_extension'::pg_catalog.regclass, ext.oid);

    IF other.n OPERATOR(pg_catalog.>) 0 THEN
        RAISE EXCEPTION USING
            ERRCODE = 'duplicate_object',
            MESSAGE = pg_catalog.format('schema "%s" already holds objects', ext.nspname),
            DETAIL = pg_catalog.format('It holds %s, the first being %s.',
                                       CASE WHEN other.n OPERATOR(pg_catalog.=) 1 THEN 'one object'
                                            ELSE pg_catalog.format('%s objects', other.n) END,
                                       other.example),
            HINT = pg_catalog.format('Drop or move what is in schema "%s": the extension needs it for itself.', ext.nspname);
    END IF;
END
$check$;


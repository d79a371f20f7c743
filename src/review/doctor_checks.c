/*-------------------------------------------------------------------------
 *
 * doctor_checks.c
 *	  What review_doctor() looks for: queries that return one detail a row.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "review/attachment.h"
#include "review/doctor.h"

/* $1 and its partitions */
#define TREE \
	"(SELECT $1::oid AS relid UNION SELECT relid FROM pg_partition_tree($1))"

/* our triggers: name, function, and pg_trigger.tgtype as review_attach() makes it */
#define TRIGGERS \
	"(VALUES ('" REVIEW_GUARD_TRIGGER "'::name, 'review_guard', 31)," \
	" ('" REVIEW_LOG_TRIGGER "', 'review_log', 13)," \
	" ('" REVIEW_LOG_UPDATE_TRIGGER "', 'review_log', 17)," \
	" ('" REVIEW_TRUNCATE_TRIGGER "', 'review_truncate', 34)) w (name, function, type)"

const Check doctor_catalog_checks[] = {
	{"trigger_missing",
		DOCTOR_REATTACH,
		"SELECT format('Trigger %s is missing on %s.', w.name, r.relid::regclass) FROM " TREE
		" r, " TRIGGERS " WHERE NOT EXISTS (SELECT FROM pg_trigger t"
		" WHERE t.tgrelid = r.relid AND t.tgname = w.name)"},
	{"trigger_disabled",
		"ALTER TABLE ... ENABLE TRIGGER.",
		"SELECT format('Trigger %s on %s %s.', w.name, r.relid::regclass, CASE t.tgenabled"
		" WHEN 'D' THEN 'is disabled' ELSE 'fires in replication alone' END) FROM " TREE
		" r, " TRIGGERS ", pg_trigger t WHERE t.tgrelid = r.relid AND t.tgname = w.name"
		" AND t.tgenabled IN ('D', 'R')"},
	{"trigger_always",
		"ALTER TABLE ... ENABLE TRIGGER: a subscriber receives the log, and must not write it"
		" again.",
		"SELECT format('Trigger %s on %s fires in replication, too.', w.name,"
		" r.relid::regclass) FROM " TREE " r, " TRIGGERS ", pg_trigger t WHERE t.tgrelid ="
		" r.relid AND t.tgname = w.name AND t.tgenabled = 'A'"},
	{"trigger_changed",
		DOCTOR_REATTACH,
		"SELECT format('Trigger %s on %s is not the one of review_attach().', w.name,"
		" r.relid::regclass) FROM " TREE " r, " TRIGGERS ", pg_trigger t, pg_proc p"
		" WHERE t.tgrelid = r.relid AND t.tgname = w.name AND p.oid = t.tgfoid"
		" AND (p.proname <> w.function OR p.pronamespace <> 'hdata'::regnamespace"
		" OR t.tgtype <> w.type OR (t.tgqual IS NOT NULL) <> (w.name = '"
		REVIEW_LOG_UPDATE_TRIGGER "') OR t.tgattr <> '' OR (w.name = '"
		REVIEW_LOG_UPDATE_TRIGGER "' AND t.tgqual IS NOT NULL AND position(format('(old.%1$I"
		" IS DISTINCT FROM new.%1$I)', $5) IN pg_get_triggerdef(t.oid)) = 0))"},
	{"trigger_order",
		"Give it a name that sorts before the guard's.",
		"SELECT format('Trigger %s on %s fires after the guard and may change the row behind"
		" its back.', t.tgname, r.relid::regclass) FROM " TREE " r, pg_trigger t"
		" WHERE t.tgrelid = r.relid AND t.tgparentid = 0 AND NOT t.tgisinternal"
		" AND t.tgenabled <> 'D' AND t.tgtype & 3 = 3 AND t.tgtype & 20 <> 0 AND t.tgname > '"
		REVIEW_GUARD_TRIGGER "'::name"},
	{"inherited",
		"ALTER TABLE ... NO INHERIT: triggers are not inherited, and nothing guards those rows.",
		"SELECT format('Table %s inherits from it.', i.inhrelid::regclass) FROM pg_inherits i, pg_class c"
		" WHERE i.inhparent = $1 AND c.oid = $1 AND c.relkind = 'r' ORDER BY 1"},
	{"index_not_hot",
		"Index the side table instead: it has the state, too.",
		"SELECT format('Index %s of %s mentions the state: no change of state can be a"
		" heap-only update.', i.indexrelid::regclass, r.relid::regclass) FROM " TREE
		" r, pg_attribute a, pg_index i, pg_class c, pg_am m WHERE a.attrelid = r.relid"
		" AND a.attname = $5 AND i.indrelid = r.relid AND c.oid = i.indexrelid"
		" AND m.oid = c.relam AND (m.amname <> 'brin'"
		" OR current_setting('server_version_num')::int < 160000) AND NOT EXISTS (SELECT"
		" FROM pg_inherits h WHERE h.inhrelid = i.indexrelid)"
		" AND (a.attnum = ANY (i.indkey::int2[]) OR EXISTS (SELECT FROM pg_depend d"
		" WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid"
		" AND d.refclassid = 'pg_class'::regclass AND d.refobjid = r.relid"
		" AND d.refobjsubid = a.attnum))"},
	{"table_missing",
		"Restore it from a dump. hdata.review_detach() and hdata.review_attach() make an"
		" empty one.",
		"SELECT format('The %s is not there.', w) FROM (VALUES ($2, 'side table'), ($3,"
		" 'log')) v (t, w) WHERE t IS NULL"},
	{"index_missing",
		"CREATE UNIQUE INDEX ON the log (idem) WHERE idem IS NOT NULL.",
		"SELECT format('%s has no unique index of idempotency keys: a move could be made"
		" twice.', $3::regclass) WHERE $3 IS NOT NULL AND NOT EXISTS (SELECT"
		" FROM pg_index i, pg_attribute a WHERE i.indrelid = $3 AND i.indisunique"
		" AND i.indisvalid AND i.indnkeyatts = 1 AND a.attrelid = $3 AND a.attname = 'idem'"
		" AND a.attnum = i.indkey[0])"},
	{"owner",
		"ALTER TABLE ... OWNER TO the owner of the attached table.",
		"SELECT format('%s belongs to %I, %s to %I.', c.oid::regclass,"
		" pg_get_userbyid(c.relowner), r.oid::regclass, pg_get_userbyid(r.relowner))"
		" FROM pg_class r, pg_class c WHERE r.oid = $1 AND c.oid IN ($2, $3, $4)"
		" AND c.relowner <> r.relowner"},
	{"grant_extra",
		"REVOKE it: only the movers and the owner write there.",
		"SELECT format('%s may %s %s.', coalesce(quote_ident(g.rolname), 'PUBLIC'),"
		" string_agg(DISTINCT a.privilege_type, ', '), c.oid::regclass)"
		" FROM pg_class c, LATERAL (SELECT * FROM aclexplode(c.relacl) UNION SELECT x.*"
		" FROM pg_attribute t, aclexplode(t.attacl) x WHERE t.attrelid = c.oid) a LEFT"
		" JOIN pg_roles g ON g.oid = a.grantee WHERE c.oid IN ($2, $3, $4)"
		" AND a.grantee <> c.relowner AND a.privilege_type IN ('INSERT', 'UPDATE', 'DELETE',"
		" 'TRUNCATE', 'TRIGGER') GROUP BY c.oid, a.grantee, g.rolname ORDER BY 1"},
	{"grant_public",
		"REVOKE ALL ON FUNCTION ... FROM PUBLIC.",
		"SELECT format('Everybody may call %s.', p.oid::regprocedure)"
		" FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a"
		" WHERE p.pronamespace = 'hdata'::regnamespace AND p.proname LIKE 'review\\_%'"
		" AND p.provolatile = 'v' AND p.prokind = 'f' AND a.grantee = 0"
		" AND p.proname <> 'review_flows_changed' AND p.proname NOT LIKE 'review\\_path\\_%'"
		" AND p.proname NOT LIKE 'review\\_flow\\_%'"},
	{"grant_missing",
		"GRANT EXECUTE ON FUNCTION hdata.review_move(...) TO the role, or to the service.",
		"SELECT format('Role %I has actions in the flow and may not call %s.', g.rolname,"
		" f.name) FROM (SELECT DISTINCT role FROM hdata.review_flows w,"
		" hdata.review_edges(w.flow) e, unnest(e.roles) role WHERE w.name = $7"
		" AND w.version = (SELECT max(version) FROM hdata.review_flows WHERE name = $7)) x"
		" JOIN pg_roles g ON g.rolname = x.role, (VALUES ('review_move')) f (name)"
		" WHERE $8::text IS NULL AND $9::text IS NULL AND EXISTS (SELECT FROM pg_proc p"
		" WHERE p.pronamespace = 'hdata'::regnamespace AND p.proname = f.name)"
		" AND NOT EXISTS (SELECT FROM pg_proc p WHERE p.pronamespace = 'hdata'::regnamespace"
		" AND p.proname = f.name AND has_function_privilege(g.oid, p.oid, 'EXECUTE')) ORDER BY 1"},
	{"role_missing",
		"CREATE ROLE, or attach the table with a table of members (roles => ...).",
		"SELECT DISTINCT format('Role %I has actions in the flow and does not exist.', role)"
		" FROM hdata.review_flows w, hdata.review_edges(w.flow) e, unnest(e.roles) role"
		" WHERE w.name = $7 AND w.version = (SELECT max(version) FROM hdata.review_flows"
		" WHERE name = $7) AND $8::text IS NULL AND NOT EXISTS (SELECT FROM pg_roles g"
		" WHERE g.rolname = role) ORDER BY 1"},
	{"service_missing",
		"CREATE ROLE, or attach the table again without it.",
		"SELECT format('The service role %I does not exist.', $9)"
		" WHERE $9::text IS NOT NULL AND NOT EXISTS (SELECT FROM pg_roles WHERE rolname = $9)"},
	{"members_missing",
		"Restore the table, or attach again with another (roles => ...).",
		"SELECT format('The table of members %s is not there.', $8)"
		" WHERE to_regclass($8) IS NULL AND $8 IS NOT NULL"},
	{"flow_missing",
		"Restore hdata.review_flows, or define the flow anew: hdata.review_define().",
		"SELECT format('Flow \"%s\" is not defined.', $7) WHERE NOT EXISTS (SELECT"
		" FROM hdata.review_flows WHERE name = $7)"},
	{"publication",
		"ALTER PUBLICATION ... ADD TABLE.",
		"SELECT format('Publication %I has the table, and not %s.', p.pubname, x.t::regclass)"
		" FROM pg_publication p JOIN pg_publication_rel r ON r.prpubid = p.oid, (VALUES ($2),"
		" ($3)) x (t) WHERE r.prrelid = $1 AND x.t IS NOT NULL AND NOT EXISTS (SELECT"
		" FROM pg_publication_rel o WHERE o.prpubid = p.oid AND o.prrelid = x.t)"
		" AND NOT EXISTS (SELECT FROM pg_publication_namespace n"
		" JOIN pg_class c ON c.relnamespace = n.pnnspid WHERE n.pnpubid = p.oid AND c.oid = x.t)"},
	{"import_on",
		"ALTER ROLE ... RESET hdata.review_import: it is for loading history, in one session.",
		"SELECT format('hdata.review_import is on%s%s.', ' for role ' ||"
		" quote_ident(g.rolname), ' in database ' || quote_ident(d.datname))"
		" FROM pg_db_role_setting s LEFT JOIN pg_roles g ON g.oid = s.setrole LEFT"
		" JOIN pg_database d ON d.oid = s.setdatabase, unnest(s.setconfig) c"
		" WHERE c ~* '^hdata\\.review_import=(on|true|yes|1|t|y)$' AND (s.setdatabase = 0"
		" OR d.datname = current_database())"},
	{NULL}
};

const Check doctor_data_checks[] = {
	{"state_unknown",
		"hdata.review_redefine() with a mapping, or correct the rows under"
		" hdata.review_import.",
		"SELECT format('%s row(s) are in state \"%s\", which the flow does not have.',"
		" count(*), s) FROM (SELECT u.{state}::text AS s FROM {rel} u) x WHERE s IS NULL"
		" OR s <> ALL (ARRAY(SELECT t.state FROM hdata.review_flows w,"
		" hdata.review_states(w.flow) t WHERE w.name = $7"
		" AND w.version = (SELECT max(version) FROM hdata.review_flows"
		" WHERE name = $7))) GROUP BY s ORDER BY s COLLATE \"C\""},
	{"row_unadopted",
		"hdata.review_adopt().",
		"SELECT format('%s row(s) have no row in the side table, such as \"%s\".', count(*),"
		" min(u.{key}::text COLLATE \"C\")) FROM {rel} u WHERE NOT EXISTS (SELECT"
		" FROM {side} s WHERE s.item {=} u.{key}) HAVING count(*) > 0"},
	{"side_orphan",
		"DELETE them, as the owner, once it is known how their items were lost.",
		"SELECT format('%s row(s) of the side table have no item, such as \"%s\".', count(*),"
		" min(s.item::text COLLATE \"C\")) FROM {side} s WHERE NOT EXISTS (SELECT"
		" FROM {rel} u WHERE u.{key} {=} s.item) HAVING count(*) > 0"},
	{"token_sequence",
		"SELECT setval(...): else tokens are given a second time. Logical replication does"
		" not carry sequences.",
		"SELECT format('Sequence %s is at %s, the side table has claim token %s.', q.name,"
		" q.last, q.token) FROM (SELECT x.name, x.token,"
		" coalesce(pg_sequence_last_value(x.name), 0) AS last"
		" FROM (SELECT pg_get_serial_sequence('{side}', 'claim_token')::regclass AS name,"
		" greatest((SELECT max(claim_token) FROM {side}), (SELECT max(claim_token)"
		" FROM {log})) AS token) x) q WHERE q.token > q.last"},
	{"flow_version",
		"Restore hdata.review_flows from the dump that the log is from.",
		"SELECT format('%s row(s) of the log name version %s of flow \"%s\", which is not"
		" there.', count(*), l.flow_version, $7) FROM {log} l WHERE NOT EXISTS (SELECT"
		" FROM hdata.review_flows w WHERE w.name = $7 AND w.version = l.flow_version)"
		" GROUP BY l.flow_version ORDER BY 1"},
	{NULL}
};

/*-------------------------------------------------------------------------
 *
 * owner.c
 *	  Acting as the owner of an attached table, and as nobody more.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/objectaddress.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "catalog/pg_database.h"
#include "catalog/pg_namespace.h"
#include "common/compat.h"
#include "miscadmin.h"
#include "review/owner.h"
#include "utils/acl.h"
#include "utils/guc.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

void
set_path(const char *path)
{
	(void) set_config_option("search_path", path, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

static int
begin_with_path(const char *path)
{
	int			level = NewGUCNestLevel();

	set_path(path);
	return level;
}

int
path_begin(void)
{
	return begin_with_path("pg_catalog, pg_temp");
}

static Oid
database_owner(Oid database)
{
	HeapTuple	tuple = SearchSysCache1(DATABASEOID, ObjectIdGetDatum(database));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for database %u", database);
	owner = ((Form_pg_database) GETSTRUCT(tuple))->datdba;
	ReleaseSysCache(tuple);
	return owner;
}

static bool
is_trusted(Oid role, Oid owner)
{
	return role == owner || role == ROLE_PG_DATABASE_OWNER || superuser_arg(role) ||
		role == database_owner(MyDatabaseId);
}

const char *
trigger_path(Oid schema, Oid owner)
{
	HeapTuple	tuple = SearchSysCache1(NAMESPACEOID, ObjectIdGetDatum(schema));
	Form_pg_namespace form;
	bool		safe;
	char	   *path = "pg_catalog, pg_temp";
	bool		null;
	Datum		acl;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for schema %u", schema);
	form = (Form_pg_namespace) GETSTRUCT(tuple);
	safe = is_trusted(form->nspowner, owner);
	acl = SysCacheGetAttr(NAMESPACEOID, tuple, Anum_pg_namespace_nspacl, &null);
	if (!null)
	{
		Acl		   *list = DatumGetAclPCopy(acl);

		for (int i = 0; i < ACL_NUM(list); i++)
		{
			AclItem    *item = &ACL_DAT(list)[i];

			if ((ACLITEM_GET_PRIVS(*item) & ACL_CREATE) != 0 && item->ai_grantee != form->nspowner &&
				!is_trusted(item->ai_grantee, owner))
				safe = false;
		}
	}
	if (safe)
		path = psprintf("pg_catalog, %s, pg_temp", quote_identifier(NameStr(form->nspname)));
	ReleaseSysCache(tuple);
	return path;
}

void
path_end(int guc_level)
{
	AtEOXact_GUC(false, guc_level);
}

void
owner_begin(OwnerScope *scope, Oid owner)
{
	owner_begin_path(scope, owner, "pg_catalog, pg_temp");
}

void
owner_begin_path(OwnerScope *scope, Oid owner, const char *path)
{
	GetUserIdAndSecContext(&scope->user, &scope->sec_context);
	SetUserIdAndSecContext(owner, scope->sec_context | SECURITY_LOCAL_USERID_CHANGE |
						   SECURITY_NOFORCE_RLS |
						   (owner == GetOuterUserId() ? 0 : SECURITY_RESTRICTED_OPERATION));
	scope->guc_level = begin_with_path(path);
}

void
owner_end(const OwnerScope *scope)
{
	path_end(scope->guc_level);
	SetUserIdAndSecContext(scope->user, scope->sec_context);
}

bool
owns_table(Oid relid, Oid role)
{
	return hd_object_ownercheck(RelationRelationId, relid, role);
}

void
check_table_owner(Oid relid)
{
	if (!owns_table(relid, GetUserId()))
		aclcheck_error(ACLCHECK_NOT_OWNER, get_relkind_objtype(get_rel_relkind(relid)), get_rel_name(relid));
}

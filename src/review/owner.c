/*-------------------------------------------------------------------------
 *
 * owner.c
 *	  Acting as the owner of an attached table, and as nobody more.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/objectaddress.h"
#include "catalog/pg_class.h"
#include "common/compat.h"
#include "miscadmin.h"
#include "review/owner.h"
#include "utils/acl.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"

int
path_begin(void)
{
	int			level = NewGUCNestLevel();

	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	return level;
}

void
path_end(int guc_level)
{
	AtEOXact_GUC(false, guc_level);
}

void
owner_begin(OwnerScope *scope, Oid owner)
{
	GetUserIdAndSecContext(&scope->user, &scope->sec_context);
	SetUserIdAndSecContext(owner, scope->sec_context | SECURITY_LOCAL_USERID_CHANGE |
						   SECURITY_NOFORCE_RLS |
						   (owner == GetOuterUserId() ? 0 : SECURITY_RESTRICTED_OPERATION));
	scope->guc_level = path_begin();
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

/*-------------------------------------------------------------------------
 *
 * actor.c
 *	  Who acts, and in which roles.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "review/actor.h"
#include "review/owner.h"
#include "storage/proc.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/syscache.h"

bool		review_import = false;	/* hdata.review_import */

/* Name of the outer role, looked up once */
static Oid	known_role = InvalidOid;
static char known_name[NAMEDATALEN];

static void
forget_role(Datum arg, int cache, uint32 hash)
{
	known_role = InvalidOid;
}

void
actor_self(ReviewActor *actor)
{
	static bool registered = false;

	actor->role = GetOuterUserId();
	if (unlikely(actor->role != known_role))
	{
		if (!registered)
		{
			CacheRegisterSyscacheCallback(AUTHOID, forget_role, (Datum) 0);
			registered = true;
		}
		strlcpy(known_name, GetUserNameFromId(actor->role, false), NAMEDATALEN);
		known_role = actor->role;
	}
	actor->db_role = pstrdup(known_name);
	actor->name = actor->db_role;
	actor->named = false;
}

static bool
has_role_named(Oid role, const char *name)
{
	Oid			other = get_role_oid(name, true);

	return OidIsValid(other) && has_privs_of_role(role, other);
}

bool
actor_is_trusted(const ReviewTable *t, Oid role)
{
	return (t->args.service && has_role_named(role, t->args.service)) || has_privs_of_role(role, t->owner);
}

void
actor_named(const ReviewTable *t, Relation rel, const char *name, ReviewActor *actor)
{
	actor_self(actor);
	if (name == NULL || strcmp(name, actor->db_role) == 0)
		return;
	if (!t->args.service || !has_role_named(actor->role, t->args.service))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("role \"%s\" may not act as \"%s\"", actor->db_role, name),
				 t->args.service
				 ? errdetail("Only members of role \"%s\" may name an actor.", t->args.service)
				 : errdetail("Table \"%s\" has no service role.", RelationGetRelationName(rel)),
				 errtable(rel),
				 err_generic_string(PG_DIAG_CONSTRAINT_NAME, "service")));
	if (name[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the name of an actor must not be empty")));
	actor->name = name;
	actor->named = true;
}

/* In the table of members, which is read with the rights of the owner of the attached table */
static bool
is_member(ReviewTable *t, const FlowEdge *edge, const char *name)
{
	Datum		value[2];
	Datum	   *role = palloc(edge->n_roles * sizeof(Datum));
	OwnerScope	scope;
	bool		found;

	for (int i = 0; i < edge->n_roles; i++)
		role[i] = CStringGetTextDatum(edge->role[i]);
	value[0] = CStringGetTextDatum(name);
	value[1] = PointerGetDatum(construct_array(role, edge->n_roles, TEXTOID, -1, false, TYPALIGN_INT));

	SPI_connect();
	owner_begin(&scope, t->owner);
	if (t->member_plan == NULL)
	{
		Oid			type[2] = {TEXTOID, TEXTARRAYOID};
		SPIPlanPtr	plan = SPI_prepare(psprintf("SELECT 1 FROM %s WHERE actor = $1 AND role = ANY ($2)", t->args.roles),
									   2, type);

		if (plan == NULL || SPI_keepplan(plan) != 0)
			elog(ERROR, "could not prepare the look-up of members");
		t->member_plan = plan;
	}
	if (SPI_execute_plan(t->member_plan, value, NULL, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not look members up");
	found = SPI_processed > 0;
	owner_end(&scope);
	SPI_finish();
	return found;
}

static bool
has_a_role(ReviewTable *t, const FlowEdge *edge, const ReviewActor *actor)
{
	Oid			role = actor->role;

	if (t->args.roles)
		return is_member(t, edge, actor->name);
	if (actor->named)
	{
		role = get_role_oid(actor->name, true);
		if (!OidIsValid(role))
			return false;
	}
	for (int i = 0; i < edge->n_roles; i++)
		if (has_role_named(role, edge->role[i]))
			return true;
	return false;
}

bool
actor_may(ReviewTable *t, const FlowEdge *edge, const ReviewActor *actor)
{
	RoleMemo   *memo = &t->memo;
	int8	   *known;

	if (edge->n_roles == 0)
		return true;
	if (actor->named)
		return has_a_role(t, edge, actor);
	if (memo->statement != GetCurrentStatementStartTimestamp() || memo->lxid != hd_lxid(MyProc) ||
		memo->cid != GetCurrentCommandId(false) || memo->role != actor->role)
	{
		memset(memo->edge, 0, t->flow->n_edges);
		memo->statement = GetCurrentStatementStartTimestamp();
		memo->lxid = hd_lxid(MyProc);
		memo->cid = GetCurrentCommandId(false);
		memo->role = actor->role;
	}
	known = &memo->edge[edge - t->flow->edge];
	if (*known == 0)
		*known = has_a_role(t, edge, actor) ? 1 : -1;
	return *known > 0;
}

/*
 * The outer role must own the table, and the current one, too: else whoever
 * may start code that runs as the owner (a cascade, a function with the
 * owner's rights, a mover) could switch the guard off for it.
 */
bool
importing(const ReviewTable *t)
{
	return unlikely(review_import) && has_privs_of_role(GetOuterUserId(), t->owner) &&
		has_privs_of_role(GetUserId(), t->owner);
}

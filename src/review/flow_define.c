/*-------------------------------------------------------------------------
 *
 * flow_define.c
 *	  review_define(), and what it shares with review_redefine().
 *
 * The table of flows belongs to the owner of the extension, and nobody else
 * may write to it: a privilege to write, even one that policies narrow to
 * one's own rows, would be a way round what is checked here (the owner, the
 * version, the states that are in use).  So the functions check their caller
 * and then write as the table's owner, as referential integrity does: the
 * switch holds around one INSERT with a text that is fixed, under a
 * search_path that is fixed.  A trigger that the owner puts on the table runs
 * with the owner's rights, also when a superuser defines a flow.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "common/args.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "review/flow_define.h"
#include "review/flow_parse.h"
#include "review/owner.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

extern PGDLLEXPORT Datum review_define(PG_FUNCTION_ARGS);

/* ---- warnings ---- */

/* Limits without effect: after the action, an item never comes back to where it starts */
static void
warn_of_idle_limits(const Flow *flow)
{
	for (int32 i = 0; i < flow->n_edges; i++)
	{
		const FlowEdge *e = &flow->edge[i];

		if (e->at_most > 0 && !(flow_reach(flow, flow_bit(e->to), false) & flow_bit(e->from)))
			ereport(WARNING,
					(errmsg("the limit of action \"%s\" from state \"%s\" has no effect", e->action,
							flow->state[e->from].name),
					 errdetail("After it, no item comes back to state \"%s\".", flow->state[e->from].name)));
	}
}

#define UNLIMITED PG_INT32_MAX

/* How often an item can leave a state: the limits of its actions together */
static int32
exits_of(const Flow *flow, int32 s)
{
	const FlowState *state = &flow->state[s];
	int32		n = 0;

	for (int32 i = state->first_edge; i < state->first_edge + state->n_edges; i++)
	{
		const FlowEdge *e = &flow->edge[i];

		if (e->at_most == 0 || e->otherwise >= 0)
			return UNLIMITED;
		/* an action that leads to several states is one */
		if (i == state->first_edge || strcmp(e->action, e[-1].action) != 0)
			n += e->at_most;
	}
	return n;
}

/* How often it can come in, at most */
static int32
entries_of(const Flow *flow, int32 s)
{
	uint64		ahead = flow_reach(flow, flow_targets(flow, s), false);
	int32		n = s == 0 ? 1 : 0;

	for (int32 i = 0; i < flow->n_edges; i++)
	{
		const FlowEdge *e = &flow->edge[i];

		if (e->to != s && e->otherwise != s)
			continue;
		if (!(ahead & flow_bit(e->from)))
			n++;				/* where it comes from, it never gets again */
		else if (e->at_most == 0 || e->otherwise == s)
			return UNLIMITED;
		else
			n += e->at_most;
	}
	return n;
}

/* States that can be entered more often than left */
static void
warn_of_traps(const Flow *flow)
{
	for (int32 s = 0; s < flow->n_states; s++)
		if (!flow->state[s].terminal && exits_of(flow, s) < entries_of(flow, s))
			ereport(WARNING,
					(errmsg("state \"%s\" can become a trap", flow->state[s].name),
					 errdetail("Each action from it is limited in number, and an item may come back after the last."),
					 errhint("Add \"else\" and a state to one of the limits, or an action without a limit.")));
}

void
flow_warn(const Flow *flow)
{
	warn_of_idle_limits(flow);
	warn_of_traps(flow);
}

/* ---- writing ---- */

/* The table is locked against other definitions until the transaction ends */
void
flow_insert_version(const char *name, int32 version, Datum flow, const char *owner_name)
{
	Oid			relid = review_flows_relid();
	Relation	rel = table_open(relid, RowExclusiveLock);
	Oid			type[5] = {TEXTOID, INT4OID, get_atttype(relid, Anum_review_flows_flow), NAMEOID, TIMESTAMPTZOID};
	NameData	owner;
	Datum		value[5];
	OwnerScope	scope;

	namestrcpy(&owner, owner_name);
	value[0] = CStringGetTextDatum(name);
	value[1] = Int32GetDatum(version);
	value[2] = flow;
	value[3] = NameGetDatum(&owner);
	value[4] = TimestampTzGetDatum(GetCurrentTransactionStartTimestamp());

	SPI_connect();
	owner_begin(&scope, rel->rd_rel->relowner);
	if (SPI_execute_with_args("INSERT INTO hdata.review_flows (name, version, flow, owner, defined_at)"
							  " VALUES ($1, $2, $3, $4, $5)",
							  5, type, value, NULL, false, 0) != SPI_OK_INSERT || SPI_processed != 1)
		ereport(ERROR,
				(errcode(ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION),
				 errmsg("review flow \"%s\" was not stored", name)));
	owner_end(&scope);
	SPI_finish();
	table_close(rel, NoLock);
}

/* ---- review_define ---- */

char *
flow_name_argument(FunctionCallInfo fcinfo, int arg)
{
	char	   *name;

	if (PG_ARGISNULL(arg))
		arg_is_null("name");
	name = text_to_cstring(PG_GETARG_TEXT_PP(arg));
	if (!flow_is_name(name, strlen(name)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_NAME),
				 errmsg("invalid name of a review flow: \"%s\"", name),
				 errdetail("A name consists of lower-case letters, digits and _, at most %d of them.",
						   NAMEDATALEN - 1)));
	return name;
}

PG_FUNCTION_INFO_V1(review_define);
Datum
review_define(PG_FUNCTION_ARGS)
{
	char	   *name = flow_name_argument(fcinfo, 0);
	FlowRow		row;
	Flow	   *flow;

	if (PG_ARGISNULL(1))
		arg_is_null("flow");
	LockRelationOid(review_flows_relid(), ShareRowExclusiveLock);
	if (flow_row_get(name, 0, &row))
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_OBJECT),
				 errmsg("review flow \"%s\" already exists", name),
				 errdetail("It is owned by \"%s\".", row.owner),
				 errhint("Its owner may change it by hdata.review_redefine().")));
	flow = flow_compile((struct varlena *) PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(1)));
	flow_warn(flow);
	flow_insert_version(name, 1, PG_GETARG_DATUM(1), GetUserNameFromId(GetUserId(), false));
	PG_RETURN_INT32(1);
}

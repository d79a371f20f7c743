/*-------------------------------------------------------------------------
 *
 * flow_cache.c
 *	  Flows by name: the table review_flows, compiled once a session.
 *
 * A version of a flow never changes, so what has been compiled is kept for
 * the life of the session, and whoever holds it may go on doing so.  Which
 * version is the newest may change; a trigger on the table sends a relcache
 * invalidation, which makes every session look again.
 *
 * The table is read as a catalog would be: with the newest snapshot, whatever
 * that of the transaction is, and without asking for privileges, since a
 * trigger must know its flow whoever fires it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "commands/trigger.h"
#include "common/compat.h"
#include "review/flow_define.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

extern PGDLLEXPORT Datum review_flows_changed(PG_FUNCTION_ARGS);

typedef struct FlowKey
{
	char		name[NAMEDATALEN];
	int32		version;		/* 0: the newest */
} FlowKey;

typedef struct CachedFlow
{
	FlowKey		key;
	uint64		generation;		/* when it was looked up */
	struct varlena *value;		/* what flow was compiled from */
	Flow	   *flow;			/* NULL: there was none */
} CachedFlow;

uint64		flow_generation = 1;

static HTAB *cached_flows;
static Oid	flows_relid = InvalidOid;	/* once looked up */

static void
forget_newest(Datum arg, Oid relid)
{
	if (relid == InvalidOid || relid == flows_relid)
	{
		flow_generation++;
		flows_relid = InvalidOid;
	}
}

static void
start_cache(void)
{
	HASHCTL		c = {.keysize = sizeof(FlowKey), .entrysize = sizeof(CachedFlow), .hcxt = CacheMemoryContext};

	cached_flows = hash_create("hdata review flows", 16, &c, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	CacheRegisterRelcacheCallback(forget_newest, (Datum) 0);
}

Oid
review_flows_relid(void)
{
	if (cached_flows == NULL)
		start_cache();
	if (!OidIsValid(flows_relid))
		flows_relid = get_relname_relid("review_flows", get_namespace_oid("hdata", false));
	if (!OidIsValid(flows_relid))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation \"%s\" does not exist", "hdata.review_flows")));
	return flows_relid;
}

void
flow_hold(void)
{
	LockRelationOid(review_flows_relid(), RowExclusiveLock);
}

bool
flow_row_get(const char *name, int32 version, FlowRow *row)
{
	Relation	rel = table_open(review_flows_relid(), AccessShareLock);
	Relation	index;
	Snapshot	snapshot;
	SysScanDesc scan;
	ScanKeyData key[2];
	HeapTuple	tup;

	row->generation = flow_generation;
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	list_free(RelationGetIndexList(rel));	/* finds the primary key */
	index = index_open(rel->rd_pkindex, AccessShareLock);
	ScanKeyInit(&key[0], Anum_review_flows_name, BTEqualStrategyNumber, F_TEXTEQ,
				CStringGetTextDatum(name));
	ScanKeyInit(&key[1], Anum_review_flows_version, BTEqualStrategyNumber, F_INT4EQ,
				Int32GetDatum(version));
	scan = systable_beginscan_ordered(rel, index, snapshot, version > 0 ? 2 : 1, key);
	tup = systable_getnext_ordered(scan, BackwardScanDirection);
	if (tup)
	{
		TupleDesc	desc = RelationGetDescr(rel);
		bool		isnull;

		row->version = DatumGetInt32(heap_getattr(tup, Anum_review_flows_version, desc, &isnull));
		row->value = (struct varlena *)
			PG_DETOAST_DATUM_COPY(heap_getattr(tup, Anum_review_flows_flow, desc, &isnull));
		row->owner = pstrdup(NameStr(*DatumGetName(heap_getattr(tup, Anum_review_flows_owner, desc, &isnull))));
	}
	systable_endscan_ordered(scan);
	index_close(index, AccessShareLock);
	UnregisterSnapshot(snapshot);
	table_close(rel, AccessShareLock);
	return tup != NULL;
}

static bool
same_value(const struct varlena *a, const struct varlena *b)
{
	return VARSIZE_ANY(a) == VARSIZE_ANY(b) && memcmp(a, b, VARSIZE_ANY(a)) == 0;
}

/*
 * What the row holds, compiled for ever.  Only the flow of another extension
 * (dropped and made again in one session) could have the same name and version
 * and another content; the former one is left where it is, in case it is held.
 */
static void
compile_row(CachedFlow *c, const char *name, const FlowRow *row)
{
	MemoryContext cx;
	MemoryContext old;
	struct varlena *value;
	Flow	   *flow;

	if (c->flow && c->flow->version == row->version && same_value(c->value, row->value))
		return;
	cx = AllocSetContextCreate(CurrentMemoryContext, "hdata review flow", ALLOCSET_SMALL_SIZES);
	old = MemoryContextSwitchTo(cx);
	value = palloc(VARSIZE_ANY(row->value));
	memcpy(value, row->value, VARSIZE_ANY(row->value));
	flow = flow_compile(value);
	flow->name = pstrdup(name);
	flow->version = row->version;
	MemoryContextSwitchTo(old);
	MemoryContextSetParent(cx, CacheMemoryContext);
	c->value = value;
	c->flow = flow;
}

static const Flow *
lookup(const char *name, int32 version)
{
	FlowKey		key = {.version = version};
	CachedFlow *c;
	FlowRow		row;
	bool		found;

	if (cached_flows == NULL)
		start_cache();
	/* no flow has a name that is too long */
	if (strlen(name) >= NAMEDATALEN)
		return NULL;
	strcpy(key.name, name);
	c = hash_search(cached_flows, &key, HASH_FIND, NULL);
	if (c && c->generation == flow_generation)
		return c->flow;
	if (!flow_row_get(name, version, &row))
		return NULL;
	c = hash_search(cached_flows, &key, HASH_ENTER, &found);
	if (!found)
	{
		c->generation = 0;
		c->value = NULL;
		c->flow = NULL;
	}
	compile_row(c, name, &row);
	c->generation = row.generation;
	return c->flow;
}

pg_noreturn static void
no_such_flow(const char *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("review flow \"%s\" does not exist", name),
			 errhint("Flows are defined by hdata.review_define() and listed in hdata.review_flows.")));
}

const Flow *
flow_lookup(const char *name, bool missing_ok)
{
	const Flow *flow = lookup(name, 0);

	if (flow == NULL && !missing_ok)
		no_such_flow(name);
	return flow;
}

const Flow *
flow_lookup_version(const char *name, int32 version, bool missing_ok)
{
	const Flow *flow = version > 0 ? lookup(name, version) : NULL;

	if (flow == NULL && !missing_ok)
	{
		if (lookup(name, 0) == NULL)
			no_such_flow(name);
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("review flow \"%s\" has no version %d", name, version)));
	}
	return flow;
}

PG_FUNCTION_INFO_V1(review_flows_changed);
Datum
review_flows_changed(PG_FUNCTION_ARGS)
{
	TriggerData *td = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" was not called by a trigger", "review_flows_changed")));
	CacheInvalidateRelcacheByRelid(RelationGetRelid(td->tg_relation));
	return PointerGetDatum(NULL);
}

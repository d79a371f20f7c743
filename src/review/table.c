/*-------------------------------------------------------------------------
 *
 * table.c
 *	  Tables under review, cached by relation.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/partition.h"
#include "catalog/pg_am.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "common/compat.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "parser/parse_func.h"
#include "review/actor.h"
#include "review/content.h"
#include "review/owner.h"
#include "review/table.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/ruleutils.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

typedef struct CacheEntry
{
	Oid			relid;			/* key of the hash */
	ReviewTable *table;
} CacheEntry;

static HTAB *cache = NULL;
static List *outdated = NIL;	/* ReviewTable * that somebody up the stack may still look at */

/* ---- invalidation ---- */

static void
relation_changed(Datum arg, Oid relid)
{
	HASH_SEQ_STATUS status;
	CacheEntry *entry;

	hash_seq_init(&status, cache);
	while ((entry = hash_seq_search(&status)) != NULL)
	{
		ReviewTable *t = entry->table;

		if (t && (relid == InvalidOid || relid == t->relid || relid == t->root || relid == t->side || relid == t->log))
			t->valid = false;
	}
}

/* Who may create objects in the schema of a table decides about its trigger_path() */
static void
schema_changed(Datum arg, int id, uint32 hash)
{
	relation_changed((Datum) 0, InvalidOid);
}

static void
free_table(ReviewTable *t)
{
	SPIPlanPtr	plan[] = {t->read_plan, t->lock_plan, t->update_plan, t->visible_plan, t->skip_plan, t->member_plan};

	for (int i = 0; i < lengthof(plan); i++)
		if (plan[i])
			SPI_freeplan(plan[i]);
	MemoryContextDelete(t->cx);
}

static void
free_outdated(XactEvent event, void *arg)
{
	ListCell   *cell;

	if (outdated == NIL || (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT && event != XACT_EVENT_PREPARE))
		return;
	foreach(cell, outdated)
		free_table(lfirst(cell));
	list_free(outdated);
	outdated = NIL;
}

static void
make_cache(void)
{
	HASHCTL		ctl = {.keysize = sizeof(Oid), .entrysize = sizeof(CacheEntry)};

	cache = hash_create("hdata tables under review", 16, &ctl, HASH_ELEM | HASH_BLOBS);
	CacheRegisterRelcacheCallback(relation_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(NAMESPACEOID, schema_changed, (Datum) 0);
	RegisterXactCallback(free_outdated, NULL);
}

void
review_table_changed(Oid relid)
{
	ListCell   *cell;

	LockRelationOid(relid, ShareRowExclusiveLock);
	foreach(cell, find_all_inheritors(relid, ShareRowExclusiveLock, NULL))
		CacheInvalidateRelcacheByRelid(lfirst_oid(cell));
}

/* ---- complaints ---- */

void
review_not_attached(Relation rel)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("table \"%s\" is not under review", RelationGetRelationName(rel)),
			 errhint("Call hdata.review_attach() first."),
			 errtable(rel)));
}

pg_noreturn static void
damaged(Relation rel, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("table \"%s\" is not under review as review_attach() left it", RelationGetRelationName(rel)),
			 errdetail_internal("%s", detail),
			 errhint("See hdata.review_doctor(); review_detach() and review_attach() keep the log."),
			 errtable(rel)));
}

/* ---- loading ---- */

bool
review_state_type(Oid type)
{
	Oid			base = getBaseType(type);

	return base == TEXTOID || base == VARCHAROID || get_typtype(base) == TYPTYPE_ENUM;
}

static void
load_column(Relation rel, ReviewTable *t, const char *name, ReviewColumn *column)
{
	TupleDesc	desc = RelationGetDescr(rel);
	AttrNumber	att = get_attnum(RelationGetRelid(rel), name);
	Oid			out;
	bool		varlena;

	if (att <= 0)
		damaged(rel, psprintf("There is no column \"%s\" any more.", name));
	column->att = att;
	column->type = getBaseType(TupleDescAttr(desc, att - 1)->atttypid);
	column->len = TupleDescAttr(desc, att - 1)->attlen;
	column->byval = TupleDescAttr(desc, att - 1)->attbyval;
	getTypeOutputInfo(TupleDescAttr(desc, att - 1)->atttypid, &out, &varlena);
	fmgr_info_cxt(out, &column->out, t->cx);
}

/* The columns named, or all that are neither key nor state nor author nor generated: who is erased leaves the content as it was */
static void
load_content(Relation rel, ReviewTable *t)
{
	TupleDesc	desc = RelationGetDescr(rel);

	if (t->args.n_content >= 0)
	{
		t->n_content = t->args.n_content;
		t->content = palloc0((t->n_content + 1) * sizeof(ReviewColumn));
		for (int i = 0; i < t->n_content; i++)
			load_column(rel, t, t->args.content[i], &t->content[i]);
		return;
	}
	/* in the order of the attached table, whatever that of a partition is */
	if (t->root != t->relid)
	{
		Relation	root = relation_open(t->root, AccessShareLock);

		desc = CreateTupleDescCopy(RelationGetDescr(root));
		relation_close(root, AccessShareLock);
	}
	t->content = palloc0((desc->natts + 1) * sizeof(ReviewColumn));
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (!att->attisdropped && !att->attgenerated && strcmp(NameStr(att->attname), t->args.key) != 0 &&
			strcmp(NameStr(att->attname), t->args.state) != 0 &&
			(t->args.author == NULL || strcmp(NameStr(att->attname), t->args.author) != 0))
			load_column(rel, t, NameStr(att->attname), &t->content[t->n_content++]);
	}
}

static void
load_states(Relation rel, ReviewTable *t)
{
	Oid			type = TupleDescAttr(RelationGetDescr(rel), t->state.att - 1)->atttypid;

	if (!review_state_type(type))
		damaged(rel, psprintf("Column \"%s\" is of type %s.", t->args.state, format_type_be(type)));
	t->state_is_enum = get_typtype(t->state.type) == TYPTYPE_ENUM;
}

/* A unique index of the key alone, which finds a row without a query */
static Oid
find_key_index(Relation rel, AttrNumber key)
{
	Oid			found = InvalidOid;
	ListCell   *cell;

	if (rel->rd_rel->relkind != RELKIND_RELATION)
		return InvalidOid;
	foreach(cell, RelationGetIndexList(rel))
	{
		Relation	index = index_open(lfirst_oid(cell), AccessShareLock);
		Form_pg_index form = index->rd_index;

		if (form->indisunique && form->indimmediate && form->indisvalid && form->indnkeyatts == 1 &&
			form->indkey.values[0] == key && index->rd_rel->relam == BTREE_AM_OID &&
			heap_attisnull(index->rd_indextuple, Anum_pg_index_indpred, NULL) &&
			index->rd_indcollation[0] == TupleDescAttr(RelationGetDescr(rel), key - 1)->attcollation)
			found = RelationGetRelid(index);
		index_close(index, AccessShareLock);
	}
	return found;
}

/*
 * Is an UPDATE of the state no more than a new row, its index entries and row
 * triggers?  Rules, triggers of statements and of certain columns need a query.
 */
static bool
can_update_directly(Relation rel)
{
	TriggerDesc *triggers = rel->trigdesc;

	if (rel->rd_rules || rel->rd_rel->relhassubclass || rel->rd_rel->relispartition)
		return false;
	for (int i = 0; triggers && i < triggers->numtriggers; i++)
	{
		Trigger    *t = &triggers->triggers[i];

		if (TRIGGER_FOR_UPDATE(t->tgtype) && (!TRIGGER_FOR_ROW(t->tgtype) || t->tgnattr > 0 ||
											  t->tgoldtable || t->tgnewtable))
			return false;
	}
	return true;
}

/* Triggers of ours and of foreign keys apart */
static bool
has_user_triggers(TriggerDesc *triggers)
{
	Oid			guard = LookupFuncName(list_make2(makeString("hdata"), makeString("review_guard")), 0, NULL, false);
	Oid			log = LookupFuncName(list_make2(makeString("hdata"), makeString("review_log")), 0, NULL, false);

	for (int i = 0; triggers && i < triggers->numtriggers; i++)
	{
		Trigger    *t = &triggers->triggers[i];

		if (TRIGGER_FOR_UPDATE(t->tgtype) && t->tgfoid != guard && t->tgfoid != log &&
			RI_FKey_trigger_type(t->tgfoid) == RI_TRIGGER_NONE)
			return true;
	}
	return false;
}

/* The attached table: this one, or the one it is a partition of */
static ReviewAttached *
find_attached(Relation rel)
{
	ReviewAttached *found = review_attached_find(RelationGetRelid(rel));

	if (found == NULL && rel->rd_rel->relispartition)
	{
		ListCell   *cell;

		foreach(cell, get_partition_ancestors(RelationGetRelid(rel)))
			if ((found = review_attached_find(lfirst_oid(cell))) != NULL)
				break;
	}
	return found;
}

static bool
is_user_function(Oid function, void *context)
{
	return function >= FirstNormalObjectId;
}

static bool
calls_user_functions(Node *node, void *context)
{
	if (node == NULL)
		return false;
	/* a domain may check by a function */
	return IsA(node, CoerceToDomain) || check_functions_in_node(node, is_user_function, NULL) ||
		expression_tree_walker(node, calls_user_functions, NULL);
}

/* The predicate of an index as it is stored: that of the relation cache is simplified, which calls functions */
static Node *
stored_predicate(Relation index)
{
	bool		null;
	Datum		value = SysCacheGetAttr(INDEXRELID, index->rd_indextuple, Anum_pg_index_indpred, &null);

	return null ? NULL : stringToNode(TextDatumGetCString(value));
}

/* Would anything of the user's run when a row is written, triggers apart? */
static bool
is_plain(Relation rel)
{
	TupleDesc	desc = RelationGetDescr(rel);
	bool		plain = true;
	ListCell   *cell;

	if (desc->constr && (desc->constr->num_check > 0 || desc->constr->has_generated_stored))
		plain = false;
	foreach(cell, RelationGetIndexList(rel))
	{
		Relation	index = index_open(lfirst_oid(cell), AccessShareLock);

		if (index->rd_index->indisexclusion || !heap_attisnull(index->rd_indextuple, Anum_pg_index_indexprs, NULL) ||
			calls_user_functions(stored_predicate(index), NULL))
			plain = false;
		index_close(index, AccessShareLock);
	}
	return plain;
}

static bool
check_own_table(Relation rel, const ReviewTable *t, Oid relid, const char *name, int natts,
				bool (*fits) (Relation, Oid), Oid *key)
{
	bool		plain;
	Oid			key_type = TupleDescAttr(RelationGetDescr(rel), t->key.att - 1)->atttypid;
	Relation	table;

	if (!OidIsValid(relid))
		damaged(rel, psprintf("There is no table \"%s\" in its schema.", name));
	table = relation_open(relid, AccessShareLock);
	if (table->rd_rel->relkind != RELKIND_RELATION || !fits(table, key_type))
		damaged(rel, psprintf("Table \"%s\" has other columns than review_attach() gave it.", name));
	if (table->rd_rel->relowner != t->owner)
		damaged(rel, psprintf("Table \"%s\" belongs to another role.", name));
	plain = is_plain(table) && table->trigdesc == NULL && RelationGetNumberOfAttributes(table) == natts;
	if (key)
		*key = table->rd_pkindex;
	relation_close(table, AccessShareLock);
	return plain;
}

static ReviewTable *
load_table(Relation rel)
{
	MemoryContext cx = AllocSetContextCreate(CurrentMemoryContext, "hdata table under review", ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(cx);
	ReviewTable *t = palloc0(sizeof(*t));
	ReviewAttached *attached = find_attached(rel);
	Relation	root;
	List	   *sequences;

	if (attached == NULL)
		review_not_attached(rel);
	t->cx = cx;
	t->relid = RelationGetRelid(rel);
	t->root = attached->relid;
	t->side = attached->side;
	t->log = attached->log;
	t->args = attached->args;
	root = relation_open(t->root, AccessShareLock);
	t->owner = root->rd_rel->relowner;
	relation_close(root, AccessShareLock);
	t->path = trigger_path(get_rel_namespace(t->root), t->owner);
	t->flow = flow_lookup(t->args.flow, importing(t));
	if (t->flow == NULL)
		t->flow = flow_stand_in();

	load_column(rel, t, t->args.key, &t->key);
	load_column(rel, t, t->args.state, &t->state);
	if (t->args.author)
		load_column(rel, t, t->args.author, &t->author);
	load_content(rel, t);
	t->key_index = find_key_index(rel, t->key.att);
	t->direct_update = OidIsValid(t->key_index) && can_update_directly(rel);
	t->row_plain = t->direct_update && is_plain(rel) && !has_user_triggers(rel->trigdesc);
	load_states(rel, t);
	for (int i = 0; i < t->flow->n_edges; i++)
		t->authors_matter |= t->flow->edge[i].author || t->flow->edge[i].not_author;
	t->queued = review_queue_states(&t->args, t->flow);
	t->side_plain = check_own_table(rel, t, t->side, t->args.side, SIDE_NATTS, review_side_fits, &t->side_key);
	t->log_plain = check_own_table(rel, t, t->log, t->args.log, LOG_NATTS, review_log_fits, NULL);
	sequences = getOwnedSequences(t->side);
	if (sequences == NIL)
		damaged(rel, psprintf("Table \"%s\" has lost its sequence of claim tokens.", t->args.side));
	t->tokens = linitial_oid(sequences);
	t->memo.edge = palloc0(t->flow->n_edges + 1);
	MemoryContextSwitchTo(old);
	MemoryContextSetParent(cx, CacheMemoryContext);
	return t;
}

/*
 * A dump of data alone may bring the rows before the flow: as long as the
 * owner imports, they are loaded unseen.
 */
static bool
has_flow(const ReviewTable *t)
{
	return likely(t->flow->version > 0) || (importing(t) && flow_lookup(t->args.flow, true) == NULL);
}

ReviewTable *
review_table(Relation rel)
{
	Oid			relid = RelationGetRelid(rel);
	CacheEntry *entry;
	bool		found;
	ReviewTable *t;

	if (unlikely(cache == NULL))
		make_cache();
	entry = hash_search(cache, &relid, HASH_FIND, NULL);
	if (entry && entry->table && entry->table->valid && has_flow(entry->table))
		return entry->table;

	t = load_table(rel);
	entry = hash_search(cache, &relid, HASH_ENTER, &found);
	if (found && entry->table)
	{
		MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);

		outdated = lappend(outdated, entry->table);
		MemoryContextSwitchTo(old);
	}
	t->valid = true;
	entry->table = t;
	return t;
}

/* ---- tables of ours ---- */

typedef struct OwnColumn
{
	const char *name;
	Oid			type;			/* InvalidOid: that of the key */
} OwnColumn;

static bool
columns_fit(Relation rel, const OwnColumn *column, int n, Oid key_type)
{
	TupleDesc	desc = RelationGetDescr(rel);

	if (desc->natts < n)
		return false;
	for (int i = 0; i < n; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		Oid			type = OidIsValid(column[i].type) ? column[i].type : key_type;

		if (att->attisdropped || att->atttypid != type || strcmp(NameStr(att->attname), column[i].name) != 0)
			return false;
	}
	return OidIsValid(rel->rd_pkindex) || (RelationGetIndexList(rel), OidIsValid(rel->rd_pkindex));
}

bool
review_side_fits(Relation side, Oid key_type)
{
	static const OwnColumn column[SIDE_NATTS] = {
		{"item", InvalidOid}, {"rev", INT4OID}, {"priority", FLOAT4OID}, {"entered_at", TIMESTAMPTZOID},
		{"claim_token", INT8OID}, {"claimed_at", TIMESTAMPTZOID}, {"claim_until", TIMESTAMPTZOID},
		{"round", INT2OID}, {"state", TEXTOID}, {"author", TEXTOID}, {"last_reviewer", TEXTOID},
		{"claimed_by", TEXTOID}, {"head", BYTEAOID}, {"queue", TEXTOID}
	};

	return columns_fit(side, column, SIDE_NATTS, key_type);
}

bool
review_log_fits(Relation log, Oid key_type)
{
	static const OwnColumn column[LOG_NATTS] = {
		{"item", InvalidOid}, {"at", TIMESTAMPTZOID}, {"xid", XID8OID}, {"claim_token", INT8OID},
		{"claimed_at", TIMESTAMPTZOID}, {"seq", INT4OID}, {"flow_version", INT4OID}, {"round", INT2OID},
		{"from_state", TEXTOID}, {"to_state", TEXTOID}, {"action", TEXTOID}, {"reason_code", TEXTOID},
		{"idem", TEXTOID}, {"content_hash", BYTEAOID}, {"actor", TEXTOID}, {"db_role", TEXTOID},
		{"reason", TEXTOID}, {"detail", JSONBOID}, {"salt", BYTEAOID}, {"private_hash", BYTEAOID}, {"h", BYTEAOID}
	};

	return columns_fit(log, column, LOG_NATTS, key_type);
}

/* ---- values ---- */

char *
review_column_text(const ReviewColumn *column, Datum value)
{
	if (column->type == TEXTOID || column->type == VARCHAROID)
		return TextDatumGetCString(value);
	return OutputFunctionCall(unconstify(FmgrInfo *, &column->out), value);
}

char *
review_state_text(const ReviewTable *t, Datum value)
{
	return review_column_text(&t->state, value);
}

int32
review_state_number(const ReviewTable *t, Datum value)
{
	char	   *label;

	if (!t->state_is_enum)
	{
		text	   *state = DatumGetTextPP(value);

		return flow_state(t->flow, VARDATA_ANY(state), VARSIZE_ANY_EXHDR(state));
	}
	label = OutputFunctionCall(unconstify(FmgrInfo *, &t->state.out), value);
	return flow_state(t->flow, label, strlen(label));
}

ChainText
review_key_text(const ReviewTable *t, Datum key)
{
	ChainText	text;

	if (t->key.type == INT8OID)
	{
		char	   *s = palloc(MAXINT8LEN + 1);

		text.len = pg_lltoa(DatumGetInt64(key), s);
		text.data = s;
		return text;
	}
	text.data = t->key.type == TEXTOID || t->key.type == VARCHAROID
		? review_column_text(&t->key, key) : settled_text(&t->key, key);
	text.len = strlen(text.data);
	return text;
}

const char *
review_equals(Oid type)
{
	TypeCacheEntry *entry = lookup_type_cache(type, TYPECACHE_EQ_OPR);
	HeapTuple	tuple;
	Form_pg_operator form;
	char	   *name;

	if (!OidIsValid(entry->eq_opr))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION),
				 errmsg("type %s has no equality", format_type_be(type))));
	tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(entry->eq_opr));
	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for operator %u", entry->eq_opr);
	form = (Form_pg_operator) GETSTRUCT(tuple);
	name = psprintf("OPERATOR(%s.%s)", quote_identifier(get_namespace_name(form->oprnamespace)), NameStr(form->oprname));
	ReleaseSysCache(tuple);
	return name;
}

int64
review_ttl(const Interval *ttl)
{
	double		us = ((double) ttl->month * DAYS_PER_MONTH + ttl->day) * USECS_PER_DAY + ttl->time;

	if (!(us > 0 && us <= 100.0 * DAYS_PER_YEAR * USECS_PER_DAY))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a claim must last more than nothing and at most 100 years")));
	return (int64) us;
}

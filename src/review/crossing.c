/*-------------------------------------------------------------------------
 *
 * crossing.c
 *	  Rows that an UPDATE moves to another partition.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "common/hashfn.h"
#include "review/crossing.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

/*
 * The step that the guard saw last in a query, which is known by the context
 * that its executor lives in: commands within triggers have others.
 */
typedef struct Step
{
	MemoryContext query;
	MemoryContextCallback gone;
	int			step;			/* 1: BEFORE UPDATE, 2: BEFORE DELETE as well */
	Oid			root;
	Oid			relid;			/* the partition that the row leaves */
	char	   *item;			/* text of the key */
	int32		from;
	int32		to;
	CrossingRow row;
	struct Step *next;
} Step;

static Step *steps = NULL;

/* A row that the guard has seen arrive, and that is not logged yet */
typedef struct Crossing
{
	SubTransactionId subid;
	char	   *item;
	int32		from;
	bool		left;			/* AFTER DELETE has fired */
	struct Crossing *next;
} Crossing;

typedef struct CrossingKey
{
	Oid			root;
	uint32		hash;			/* of the item */
} CrossingKey;

typedef struct CrossingEntry
{
	CrossingKey key;
	Crossing   *first;
} CrossingEntry;

static HTAB *crossings = NULL;	/* in TopTransactionContext */

/* ---- what ends with a transaction ---- */

static void
free_crossing(CrossingEntry *entry, Crossing **link)
{
	Crossing   *c = *link;

	*link = c->next;
	pfree(c->item);
	pfree(c);
	if (entry->first == NULL)
		hash_search(crossings, &entry->key, HASH_REMOVE, NULL);
}

/* What left must have arrived */
static void
check_crossings(void)
{
	HASH_SEQ_STATUS status;
	CrossingEntry *entry;

	hash_seq_init(&status, crossings);
	while ((entry = hash_seq_search(&status)) != NULL)
		for (Crossing *c = entry->first; c; c = c->next)
			if (c->left)
				ereport(ERROR,
						(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						 errmsg("item \"%s\" of table \"%s\" left its partition and came to no other", c->item,
								get_rel_name(entry->key.root)),
						 errdetail("A trigger that fires after the guard kept it from being inserted.")));
}

static void
at_end_of_transaction(XactEvent event, void *arg)
{
	if (crossings == NULL)
		return;
	if (event == XACT_EVENT_PRE_COMMIT || event == XACT_EVENT_PRE_PREPARE)
		check_crossings();
	else if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
		crossings = NULL;
}

static void
at_end_of_subtransaction(SubXactEvent event, SubTransactionId subid, SubTransactionId parent, void *arg)
{
	HASH_SEQ_STATUS status;
	CrossingEntry *entry;

	if (crossings == NULL || (event != SUBXACT_EVENT_COMMIT_SUB && event != SUBXACT_EVENT_ABORT_SUB))
		return;
	hash_seq_init(&status, crossings);
	while ((entry = hash_seq_search(&status)) != NULL)
	{
		Crossing  **link = &entry->first;

		while (*link)
		{
			Crossing   *c = *link;
			bool		last = c->next == NULL;

			if (c->subid == subid && event == SUBXACT_EVENT_ABORT_SUB)
				free_crossing(entry, link);		/* the entry that the scan is at may be removed */
			else
			{
				if (c->subid == subid)
					c->subid = parent;
				link = &c->next;
			}
			if (last)
				break;
		}
	}
}

/* ---- the guard ---- */

static void
forget_step(void *arg)
{
	for (Step **link = &steps; *link; link = &(*link)->next)
		if (*link == arg)
		{
			*link = (*link)->next;
			break;
		}
}

/* Triggers are called in a context that is reset after each row; its parent is the query's */
static Step *
find_step(void)
{
	MemoryContext query = MemoryContextGetParent(CurrentMemoryContext);
	Step	   *s = steps;

	while (s && s->query != query)
		s = s->next;
	return s;
}

static Step *
new_step(void)
{
	MemoryContext query = MemoryContextGetParent(CurrentMemoryContext);
	Step	   *s = MemoryContextAllocZero(query, sizeof(Step));

	s->query = query;
	s->gone.func = forget_step;
	s->gone.arg = s;
	MemoryContextRegisterResetCallback(query, &s->gone);
	s->next = steps;
	return steps = s;
}

void
crossing_begin(const ReviewTable *t, Datum key, int32 from, int32 to, const CrossingRow *row)
{
	Step	   *s = find_step();

	if (s == NULL)
		s = new_step();
	if (s->item)
		pfree(s->item);
	if (s->row.author)
		pfree(s->row.author);
	s->row = *row;
	if (row->author)
		s->row.author = MemoryContextStrdup(s->query, row->author);
	s->item = MemoryContextStrdup(s->query, review_key_text(t, key).data);
	s->step = 1;
	s->root = t->root;
	s->relid = t->relid;
	s->from = from;
	s->to = to;
}

static bool
follows(const Step *s, const ReviewTable *t, Datum key, int before)
{
	return s && s->step == before && s->root == t->root && strcmp(s->item, review_key_text(t, key).data) == 0;
}

bool
crossing_leaves(const ReviewTable *t, Datum key, int32 from)
{
	Step	   *s = find_step();
	bool		is_second = follows(s, t, key, 1) && s->relid == t->relid && s->from == from;

	if (s)
		s->step = is_second ? 2 : 0;
	return is_second;
}

static CrossingEntry *
find_entry(const ReviewTable *t, const char *item, HASHACTION action, bool *found)
{
	CrossingKey key = {t->root, hash_bytes((const unsigned char *) item, strlen(item))};

	return hash_search(crossings, &key, action, found);
}

static void
add_crossing(const ReviewTable *t, const Step *s)
{
	static bool registered = false;
	CrossingEntry *entry;
	Crossing   *c;
	Crossing  **link;
	bool		found;

	if (!registered)
	{
		RegisterXactCallback(at_end_of_transaction, NULL);
		RegisterSubXactCallback(at_end_of_subtransaction, NULL);
		registered = true;
	}
	if (crossings == NULL)
	{
		HASHCTL		ctl = {.keysize = sizeof(CrossingKey), .entrysize = sizeof(CrossingEntry),
		.hcxt = TopTransactionContext};

		crossings = hash_create("hdata rows that change partition", 64, &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	c = MemoryContextAllocZero(TopTransactionContext, sizeof(*c));
	c->subid = GetCurrentSubTransactionId();
	c->item = MemoryContextStrdup(TopTransactionContext, s->item);
	c->from = s->from;
	entry = find_entry(t, c->item, HASH_ENTER, &found);
	if (!found)
		entry->first = NULL;
	for (link = &entry->first; *link; link = &(*link)->next)
		;
	*link = c;
}

const CrossingRow *
crossing_arrives(const ReviewTable *t, Datum key, int32 to)
{
	Step	   *s = find_step();
	bool		is_third = follows(s, t, key, 2) && s->relid != t->relid && s->to == to;

	if (s)
		s->step = 0;
	if (!is_third)
		return NULL;
	add_crossing(t, s);
	return &s->row;
}

/* ---- the log trigger ---- */

/* That of an item which has left, or has not: the first is logged first */
static Crossing **
find_crossing(const ReviewTable *t, Datum key, bool left, CrossingEntry **entry)
{
	const char *item;

	if (crossings == NULL || hash_get_num_entries(crossings) == 0)
		return NULL;
	item = review_key_text(t, key).data;
	*entry = find_entry(t, item, HASH_FIND, NULL);
	if (*entry)
		for (Crossing **link = &(*entry)->first; *link; link = &(*link)->next)
			if ((*link)->left == left && strcmp((*link)->item, item) == 0)
				return link;
	return NULL;
}

bool
crossing_left(const ReviewTable *t, Datum key)
{
	CrossingEntry *entry;
	Crossing  **link = find_crossing(t, key, false, &entry);

	if (link)
		(*link)->left = true;
	return link != NULL;
}

bool
crossing_arrived(const ReviewTable *t, Datum key, int32 *from)
{
	CrossingEntry *entry;
	Crossing  **link = find_crossing(t, key, true, &entry);

	if (link == NULL)
		return false;
	*from = (*link)->from;
	free_crossing(entry, link);
	return true;
}

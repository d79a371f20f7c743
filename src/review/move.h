/*-------------------------------------------------------------------------
 *
 * move.h
 *	  What the movers share: the table and the caller, an item, its row.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_REVIEW_MOVE_H
#define HD_REVIEW_MOVE_H

#include "review/rules.h"

/* One call of a mover */
typedef struct Mover
{
	Relation	rel;			/* the attached table, locked */
	ReviewTable *t;
	ReviewActor actor;
	bool		row_security;	/* policies decide which rows the caller sees */
	TupleTableSlot *row;		/* that was read or locked last, if no query was needed */
} Mover;

typedef enum ItemKind
{
	ITEM_TEXT,
	ITEM_BIGINT,
	ITEM_UUID
} ItemKind;

/* Opens the table; the caller must be allowed to read its key and its state, and to act as this actor (NULL: himself) */
extern void mover_begin(Mover *m, Oid relid, const char *actor);

/* The same, for what writes: an ERROR in a transaction that is READ ONLY */
extern void mover_begin_writing(Mover *m, Oid relid, const char *actor, const char *name);
extern void mover_end(Mover *m);

/* An item as it was passed, as a value of the key column */
extern Datum mover_key(const Mover *m, Datum item, ItemKind kind);
extern Datum mover_value(const Mover *m, Form_pg_attribute att, const char *literal);
extern const char *mover_item(const Mover *m, Datum key);

/* Does the caller see the row? */
extern bool mover_sees(Mover *m, Datum key);

typedef enum RowLock
{
	ROW_READ,
	ROW_LOCK,					/* FOR NO KEY UPDATE */
	ROW_SKIP					/* the same, and false if somebody else has it */
} RowLock;

/* State and author of the row, with the rights of the owner; false: there is none */
extern SPIPlanPtr mover_plan(const Mover *m, SPIPlanPtr *kept, int n_args, const char *before, const char *after);
/* Sets the state of the row that mover_row() locked last (m->row), where t->direct_update says that it can; false: a trigger suppressed it */
extern bool mover_update_row(Mover *m, Datum state);
extern bool mover_row(Mover *m, Datum key, RowLock lock, ItemState *item);

#endif							/* HD_REVIEW_MOVE_H */

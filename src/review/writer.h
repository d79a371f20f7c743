/*-------------------------------------------------------------------------
 *
 * writer.h
 *	  The side table and the log, open for writing.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_REVIEW_WRITER_H
#define HD_REVIEW_WRITER_H

#include "access/genam.h"
#include "access/skey.h"
#include "access/tableam.h"
#include "nodes/execnodes.h"
#include "review/log.h"
#include "utils/resowner.h"
#include "utils/snapshot.h"

/* One of the two tables */
typedef struct OpenTable
{
	Relation	rel;
	ResultRelInfo *rri;
	bool		indexed;		/* its indexes are open: where the new row needs entries in them */
	TupleTableSlot *old;
	TupleTableSlot *new;
	bool		plain;
} OpenTable;

typedef struct Writer
{
	ReviewTable *t;
	MemoryContext cx;
	ResourceOwner owner;		/* of everything that is held open */
	EState	   *estate;
	OpenTable	side;
	Relation	side_key;
	OpenTable	log;			/* rel NULL: not open */
	IndexScanDesc find;			/* on the primary key of the side table */
	ScanKeyData find_key;
	Snapshot	snapshot;

	/* one that is held open for the triggers of a statement */
	bool		busy;
	uint64		serial;
	MemoryContext batch;
	SubTransactionId subid;
} Writer;

extern Writer *writer_open(ReviewTable *t, bool with_log);
extern void writer_close(Writer *w);

/* The indexes of one of them, from now on */
extern void writer_open_indexes(Writer *w, OpenTable *o);

/* Everything from now on sees what is committed now, and what this transaction did */
extern void writer_look_again(Writer *w);

/* The row of an item into side.old; false if there is none */
extern bool writer_find(Writer *w, Datum key, SideRow *row);

/* TM_Ok, or why side.old is not the newest version (under REPEATABLE READ: an ERROR) */
extern TM_Result writer_update_side(Writer *w, const SideRow *row);

extern TM_Result writer_delete_side(Writer *w);
extern void writer_insert_side(Writer *w, Datum key, const SideRow *row);

/* A row of o->new, whose columns have been set */
extern void writer_insert(Writer *w, OpenTable *o);
extern void writer_set_value(TupleTableSlot *slot, AttrNumber att, Datum value);
extern void writer_set_null(TupleTableSlot *slot, AttrNumber att);
extern void writer_set_text(TupleTableSlot *slot, AttrNumber att, const char *value);	/* or NULL */
extern void writer_set_bytes(TupleTableSlot *slot, AttrNumber att, const uint8 *data, int len);

extern Snapshot review_snapshot(void);
extern void side_row_from_slot(TupleTableSlot *slot, SideRow *row);
extern void scan_key_init(ScanKey key, Relation index, int column, Datum value);
extern void read_log_end(ReviewTable *t, Datum key, SideRow *row);

#endif							/* HD_REVIEW_WRITER_H */

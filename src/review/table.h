/*-------------------------------------------------------------------------
 *
 * table.h
 *	  A table under review, or a partition of one, as the triggers and movers
 *	  need it: looked up once a backend, and again after anything about it
 *	  changed.
 *
 * Whoever changes a flow calls review_table_changed() for every table
 * attached to it: backends read the flow again once they have locked the table.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_REVIEW_TABLE_H
#define HD_REVIEW_TABLE_H

#include "datatype/timestamp.h"
#include "executor/spi.h"
#include "review/attachment.h"
#include "review/chain.h"

typedef struct ReviewColumn
{
	AttrNumber	att;
	Oid			type;			/* base type of a domain */
	int16		len;
	bool		byval;
	FmgrInfo	out;
} ReviewColumn;

/* What this backend found out about roles during one command, for whom it is the outer user */
typedef struct RoleMemo
{
	TimestampTz statement;		/* a transaction that writes nothing stays in one command */
	LocalTransactionId lxid;
	CommandId	cid;
	Oid			role;
	int8	   *edge;			/* 0 unknown, 1 may, -1 may not */
} RoleMemo;

typedef struct ReviewTable
{
	Oid			relid;			/* this table, which may be a partition */
	Oid			root;			/* the attached one */
	Oid			owner;
	Oid			side;
	Oid			log;
	Oid			tokens;			/* sequence */
	Oid			side_key;		/* its primary key */
	bool		side_plain;		/* nothing of the user's would run when a row is written: no triggers, checks, */
	bool		log_plain;		/* expressions; and it has the columns that we gave it alone */
	bool		valid;
	MemoryContext cx;

	ReviewArgs	args;
	const Flow *flow;

	/* columns of this table: numbers differ between partitions */
	ReviewColumn key;
	ReviewColumn state;
	ReviewColumn author;		/* att 0: there is none */
	int			n_content;
	ReviewColumn *content;

	bool		state_is_enum;
	bool		authors_matter;	/* an edge asks who the author is */
	uint64		queued;			/* states to claim from */
	Datum	   *state_value;	/* values of the column by number of state, if it is an enum */
	RoleMemo	memo;

	Oid			key_index;		/* unique, of the key alone; InvalidOid: rows are found by queries */
	bool		direct_update;	/* rows may be updated without a query */
	bool		row_plain;		/* and nothing of the user's runs then, so that it does not matter as whom */
	const char *path;			/* search_path of the table's triggers under a mover */

	/* plans of the movers (move.c), of the root alone */
	SPIPlanPtr	read_plan;
	SPIPlanPtr	lock_plan;
	SPIPlanPtr	update_plan;
	SPIPlanPtr	visible_plan;
	SPIPlanPtr	skip_plan;
	SPIPlanPtr	member_plan;
} ReviewTable;

/* ERROR 55000 if the table is not under review, or not as review_attach() left it */
extern ReviewTable *review_table(Relation rel);

/* Has every backend look again, and locks the table and its partitions against changes until then */
extern void review_table_changed(Oid relid);

pg_noreturn extern void review_not_attached(Relation rel);

/* columns */
extern bool review_state_type(Oid type);
extern int32 review_state_number(const ReviewTable *t, Datum value);	/* FLOW_NONE: no state of the flow */
extern char *review_state_text(const ReviewTable *t, Datum value);
extern char *review_column_text(const ReviewColumn *column, Datum value);
extern ChainText review_key_text(const ReviewTable *t, Datum key);
extern const char *review_equals(Oid type);	/* "OPERATOR(schema.=)" of its btree class */

/* tables of ours */
extern bool review_side_fits(Relation side, Oid key_type);
extern bool review_log_fits(Relation log, Oid key_type);

/* a lease: more than nothing, at most a hundred years, in microseconds */
extern int64 review_ttl(const Interval *ttl);

#endif							/* HD_REVIEW_TABLE_H */

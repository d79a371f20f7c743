/*-------------------------------------------------------------------------
 *
 * proof.h
 *	  Reading the log of a table under review in order to prove something.
 *
 * The caller must be allowed to read all of it; then it is read as the owner of
 * the table, because casts of the user's types to text may be the user's code,
 * and in the snapshot of the caller's statement, so that moves that are made
 * meanwhile cannot look like breaks.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_REVIEW_PROOF_H
#define HD_REVIEW_PROOF_H

#include "common/srf.h"
#include "review/owner.h"
#include "review/table.h"

/* A table that is being looked into */
typedef struct Proof
{
	Relation	rel;
	ReviewTable *t;
	OwnerScope	scope;
	SrfRow		row;
} Proof;

/* Argument 0 is the table, which the caller must own, or be able to read in full: else 42501 */
extern void proof_begin(Proof *p, FunctionCallInfo fcinfo, bool as_owner);
extern void proof_end(Proof *p);

/* "schema.table", quoted */
extern char *proof_table(Oid relid);

/* A query whose rows are fetched one by one; NULL after the last.  SPI must be connected. */
typedef struct ProofQuery
{
	Portal		portal;
	SPITupleTable *table;
	uint64		next;
	TupleDesc	desc;			/* of the rows */
} ProofQuery;

extern void proof_query(ProofQuery *q, const char *sql);
extern HeapTuple proof_next(ProofQuery *q);
extern void proof_query_end(ProofQuery *q);

/* A value of a row; NULL: NULL */
extern char *proof_text(const ProofQuery *q, HeapTuple tuple, int column);
extern Datum proof_datum(const ProofQuery *q, HeapTuple tuple, int column, bool *null);
extern const uint8 *proof_digest(const ProofQuery *q, HeapTuple tuple, int column, int len);

/* A row of the log; the query has its columns at their numbers */
typedef struct LogRow
{
	Datum		item;
	ChainEntry	e;
	const uint8 *salt;			/* NULL: erased */
	const uint8 *private_hash;	/* NULL: it is no digest */
	const uint8 *h;				/* likewise */
} LogRow;

extern const char *const proof_log_columns;	/* of the table aliased l */
extern void proof_log_row(const Proof *p, const ProofQuery *q, HeapTuple tuple, LogRow *row);

/*
 * What is left of the private part of a row once it was erased: a name made
 * up for that.  Nothing else may be without salt, or whoever can write to the
 * log could put another actor's name there.
 */
#define ERASED_PREFIX "erased-"
#define ERASED_DIGITS 16
extern bool proof_is_erased(const LogRow *row);

/* Checks the newest seal, or the one with this root: one row for what is wrong with it */
extern void proof_check_seal(Proof *p, const uint8 *root);

#endif							/* HD_REVIEW_PROOF_H */

/*-------------------------------------------------------------------------
 *
 * drift.c
 *	  review_drift(): rows whose content is no longer what was decided upon.
 *
 * A row in an accepting state is compared with what was logged when it was
 * accepted: the change that led from a state that is not accepting to one that
 * is, and not the last one, or "export" would bless whatever was there then.
 * A row in a state that is only frozen, likewise with when it was frozen.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "review/content.h"
#include "review/proof.h"
#include "utils/array.h"
#include "utils/builtins.h"

extern PGDLLEXPORT Datum review_drift(PG_FUNCTION_ARGS);

/* columns of the query */
enum
{
	DRIFT_ROW = 1,
	DRIFT_KEY,
	DRIFT_SEQ,
	DRIFT_STATE,
	DRIFT_AT,
	DRIFT_ACTOR,
	DRIFT_HASH
};

/* A literal of the names of states of one kind */
static char *
states_literal(const Flow *flow, bool accepting)
{
	StringInfoData s;

	initStringInfo(&s);
	for (int32 i = 0; i < flow->n_states; i++)
		if (accepting ? flow->state[i].accepting : flow->state[i].frozen && !flow->state[i].accepting)
			appendStringInfo(&s, "%s%s", s.len > 0 ? "," : "", flow->state[i].name);
	return psprintf("'{%s}'::text[]", s.data);
}

static void
check_row(Proof *p, const ProofQuery *q, HeapTuple tuple)
{
	bool		null;
	HeapTupleHeader header = DatumGetHeapTupleHeader(proof_datum(q, tuple, DRIFT_ROW, &null));
	HeapTupleData row = {.t_len = HeapTupleHeaderGetDatumLength(header), .t_data = header};
	const uint8 *logged = proof_digest(q, tuple, DRIFT_HASH, HD_SHA256_LEN);
	uint8		now[HD_SHA256_LEN];

	ItemPointerSetInvalid(&row.t_self);
	if (content_hash(p->t, &row, RelationGetDescr(p->rel), now) && logged &&
		memcmp(now, logged, HD_SHA256_LEN) == 0)
		return;
	srf_cstring(&p->row, review_key_text(p->t, proof_datum(q, tuple, DRIFT_KEY, &null)).data);
	srf_datum(&p->row, proof_datum(q, tuple, DRIFT_SEQ, &null));
	srf_cstring(&p->row, proof_text(q, tuple, DRIFT_STATE));
	srf_datum(&p->row, proof_datum(q, tuple, DRIFT_AT, &null));
	srf_cstring(&p->row, proof_text(q, tuple, DRIFT_ACTOR));
	srf_end_row(&p->row);
}

/* Those of one kind: the latest change that led from outside into these states */
static char *
decided(const Proof *p, bool accepting)
{
	const ReviewTable *t = p->t;
	const char *key = quote_identifier(t->args.key);
	char	   *states = states_literal(t->flow, accepting);

	return psprintf("SELECT u, u.%s AS k, d.seq, u.%s::text, d.at, d.actor, d.content_hash"
					" FROM %s u, LATERAL (SELECT l.seq, l.at, l.actor, l.content_hash"
					" FROM %s l WHERE l.item %s u.%s AND l.to_state = ANY (%s)"
					" AND (l.from_state = ANY (%s)) IS NOT TRUE ORDER BY l.seq DESC LIMIT 1) d"
					" WHERE d.content_hash IS NOT NULL AND u.%s::text = ANY (%s)",
					key, quote_identifier(t->args.state), proof_table(t->root), proof_table(t->log),
					review_equals(TupleDescAttr(RelationGetDescr(p->rel), t->key.att - 1)->atttypid), key, states, states,
					quote_identifier(t->args.state), states);
}

PG_FUNCTION_INFO_V1(review_drift);
Datum
review_drift(PG_FUNCTION_ARGS)
{
	Proof		p;
	ProofQuery	q;
	HeapTuple	tuple;
	MemoryContext cx;

	proof_begin(&p, fcinfo, false);
	cx = AllocSetContextCreate(CurrentMemoryContext, "hdata row", ALLOCSET_SMALL_SIZES);
	proof_query(&q, psprintf("SELECT * FROM (%s UNION ALL %s) x ORDER BY k", decided(&p, true), decided(&p, false)));
	while ((tuple = proof_next(&q)) != NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(cx);

		check_row(&p, &q, tuple);
		MemoryContextSwitchTo(old);
		MemoryContextReset(cx);
	}
	proof_query_end(&q);
	proof_end(&p);
	return (Datum) 0;
}

/*-------------------------------------------------------------------------
 *
 * shingle_query_type.c
 *	  SQL functions: the type "shingle_query" and the operators @~ and @~~.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/args.h"
#include "common/state.h"
#include "libpq/pqformat.h"
#include "text/shingle_query.h"

/* ---- making ---- */

static double
threshold_arg(FunctionCallInfo fcinfo, int arg)
{
	double		t = PG_GETARG_FLOAT8(arg);

	/* written so that NaN fails */
	if (!(t > 0 && t <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("threshold must be above 0 and at most 1"),
				 errdetail("It is %.15g.", t)));
	return t;
}

/* near(shingles, threshold, measure, idf) */
PG_FUNCTION_INFO_V1(shingle_query_near);
Datum
shingle_query_near(PG_FUNCTION_ARGS)
{
	static const ArgChoice measures[] = {{"jaccard", QUERY_JACCARD}, {"dice", QUERY_DICE}, {"cosine", QUERY_COSINE},
	{"overlap", QUERY_OVERLAP}, {"containment", QUERY_HELD}, {NULL, 0}};
	QueryMeasure m = arg_choice(fcinfo, 2, "measure", measures);

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || (PG_NARGS() > 3 && PG_ARGISNULL(3)))
		PG_RETURN_NULL();
	PG_RETURN_POINTER(shingle_query_make(m, threshold_arg(fcinfo, 1), PG_GETARG_VARLENA_PP(0),
										 PG_NARGS() > 3 ? PG_GETARG_DATUM(3) : 0));
}

/* containing(shingles, threshold, idf) */
PG_FUNCTION_INFO_V1(shingle_query_containing);
Datum
shingle_query_containing(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(shingle_query_make(QUERY_HOLDS, threshold_arg(fcinfo, 1), PG_GETARG_VARLENA_PP(0),
										 PG_NARGS() > 2 ? PG_GETARG_DATUM(2) : 0));
}

/* ---- input and output ---- */

PG_FUNCTION_INFO_V1(shingle_query_in);
Datum
shingle_query_in(PG_FUNCTION_ARGS)
{
	Size		len;
	char	   *bytes = shingles_from_hex(PG_GETARG_CSTRING(0), "shingle_query",
										  "Queries are made by near() and containing().", &len);

	PG_RETURN_POINTER(shingles_checked(bytes, len, ERRCODE_INVALID_TEXT_REPRESENTATION, "shingle_query",
									   shingle_query_fault(bytes, len, ERRCODE_INVALID_TEXT_REPRESENTATION)));
}

PG_FUNCTION_INFO_V1(shingle_query_out);
Datum
shingle_query_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(shingles_to_hex(PG_GETARG_VARLENA_PP(0), "shingle_query"));
}

PG_FUNCTION_INFO_V1(shingle_query_recv);
Datum
shingle_query_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			len = buf->len - buf->cursor;
	const char *bytes = pq_getmsgbytes(buf, len);

	PG_RETURN_POINTER(shingles_checked(bytes, len, ERRCODE_INVALID_BINARY_REPRESENTATION, "shingle_query",
									   shingle_query_fault(bytes, len, ERRCODE_INVALID_BINARY_REPRESENTATION)));
}

/* Equality and order are those of bytes, as for shingles */
extern Datum shingles_send(PG_FUNCTION_ARGS);
extern Datum shingles_eq(PG_FUNCTION_ARGS);
extern Datum shingles_ne(PG_FUNCTION_ARGS);
extern Datum shingles_lt(PG_FUNCTION_ARGS);
extern Datum shingles_le(PG_FUNCTION_ARGS);
extern Datum shingles_gt(PG_FUNCTION_ARGS);
extern Datum shingles_ge(PG_FUNCTION_ARGS);
extern Datum shingles_cmp(PG_FUNCTION_ARGS);
extern Datum shingles_hash(PG_FUNCTION_ARGS);
extern Datum shingles_hash_extended(PG_FUNCTION_ARGS);

STATE_FUNCTION(shingle_query_send, shingles_send(fcinfo));
STATE_FUNCTION(shingle_query_eq, shingles_eq(fcinfo));
STATE_FUNCTION(shingle_query_ne, shingles_ne(fcinfo));
STATE_FUNCTION(shingle_query_lt, shingles_lt(fcinfo));
STATE_FUNCTION(shingle_query_le, shingles_le(fcinfo));
STATE_FUNCTION(shingle_query_gt, shingles_gt(fcinfo));
STATE_FUNCTION(shingle_query_ge, shingles_ge(fcinfo));
STATE_FUNCTION(shingle_query_cmp, shingles_cmp(fcinfo));
STATE_FUNCTION(shingle_query_hash, shingles_hash(fcinfo));
STATE_FUNCTION(shingle_query_hash_extended, shingles_hash_extended(fcinfo));

/* ---- operators ---- */

/* What is kept from row to row: frequencies, and that a warning was given: one a query, not one a row */
typedef struct MatchState
{
	void	   *idf;
	bool		warned;
} MatchState;

static MatchState *
match_state(FunctionCallInfo fcinfo)
{
	if (fcinfo->flinfo->fn_extra == NULL)
		fcinfo->flinfo->fn_extra = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(MatchState));
	return fcinfo->flinfo->fn_extra;
}

static void
warn_once(MatchState *s, const ShingleSet *row, const ShingleQuery *q)
{
	if (!s->warned)
		s->warned = shingles_warn_unicode(row, &q->set);
}

static bool
matches(FunctionCallInfo fcinfo, bool approximate)
{
	struct varlena *left = PG_GETARG_VARLENA_PP(0);
	struct varlena *right = PG_GETARG_VARLENA_PP(1);
	ShingleSet	row;
	ShingleQuery q;
	bool		yes;

	shingle_set_open(left, &row);
	shingle_query_open(right, &q);
	shingles_check_units(&row, &q.set);
	if (approximate)
		shingle_query_check_symmetric(&q);
	if (unlikely(row.unicode != q.set.unicode))
		warn_once(match_state(fcinfo), &row, &q);
	if (q.idf_bytes)
		shingle_query_decode(&q, &match_state(fcinfo)->idf, fcinfo->flinfo->fn_mcxt);
	yes = shingle_query_matches(&q, &row);
	PG_FREE_IF_COPY(left, 0);
	PG_FREE_IF_COPY(right, 1);
	return yes;
}

STATE_FUNCTION(shingles_satisfy, BoolGetDatum(matches(fcinfo, false)));
STATE_FUNCTION(shingles_satisfy_approximately, BoolGetDatum(matches(fcinfo, true)));

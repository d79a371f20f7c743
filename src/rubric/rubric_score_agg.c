/*-------------------------------------------------------------------------
 *
 * rubric_score_agg.c
 *	  SQL functions of the type "rubric_score": its frame and rubric_agg.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "catalog/pg_type.h"
#include "common/alloc.h"
#include "common/compat.h"
#include "rubric/rubric_score.h"
#include "utils/array.h"

STATE_FUNCTIONS(rubric_score, rubric_score_type);

/* arguments of the transition */
#define ARG_POINTS	1
#define ARG_VALUE	2
#define ARG_GATE	3
#define ARG_TAGS	4

/* tags of one row that need no allocation */
#define FEW_TAGS 16

static double
points_arg(FunctionCallInfo fcinfo)
{
	double		points;

	if (PG_ARGISNULL(ARG_POINTS))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("points must not be null"),
				 errhint("A criterion that was not graded has points and a null value.")));
	points = PG_GETARG_FLOAT8(ARG_POINTS);
	if (!isfinite(points))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("points must be a finite number")));
	/* a subnormal number has lost digits, and its product with a value loses more */
	if (unlikely(fabs(points) < DBL_MIN && points != 0))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("points are too small for double precision"),
				 errdetail("They are %g.", points)));
	return points;
}

static double
value_arg(FunctionCallInfo fcinfo, bool boolean)
{
	double		value;

	if (PG_ARGISNULL(ARG_VALUE))
		return NAN;
	if (boolean)
		return PG_GETARG_BOOL(ARG_VALUE) ? 1 : 0;
	value = PG_GETARG_FLOAT8(ARG_VALUE);
	if (!isfinite(value))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("value must be a finite number"),
				 errhint("Use NULL for a criterion that was not graded.")));
	if (!(value >= 0 && value <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("value must be between 0 and 1"),
				 errdetail("It is %g.", value),
				 errhint("Bring grades on another scale to 0 (not met) to 1 (met in full) first, such as (grade - 1) / 4.0 for 1 to 5.")));
	return value;
}

/* Codes of the row's tags, ascending (codes are below 2^31); one that is repeated counts once */
static uint32 *
tag_codes(RubricScore *s, Datum array, uint32 few[FEW_TAGS], int *n_codes)
{
	Datum	   *value;
	bool	   *null;
	uint32	   *code = few;
	int			n,
				m = 0;

	deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false, TYPALIGN_INT, &value, &null, &n);
	if (n > FEW_TAGS)
		code = array_alloc(n, sizeof(uint32));
	for (int i = 0; i < n; i++)
		if (null[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("tags must not contain nulls")));
	for (int i = 0; i < n; i++)
	{
		ColumnKey	k;

		text_column_key(value[i], &k);
		code[i] = rubric_score_tag(s, &k);
	}
	if (n > 1)
		qsort(code, n, sizeof(uint32), int32_ascending);
	for (int i = 0; i < n; i++)
		if (i == 0 || code[i] != code[m - 1])
			code[m++] = code[i];
	*n_codes = m;
	return code;
}

static RubricScore *
transition_state(FunctionCallInfo fcinfo)
{
	State	   *s = state_peek_rw(&rubric_score_type, fcinfo);

	if (s == NULL)
		s = PG_ARGISNULL(0) ? state_new(&rubric_score_type, fcinfo) :
			state_get_rw(&rubric_score_type, fcinfo, 0);
	if (unlikely(((RubricScore *) s)->binding != NULL))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("points cannot be added to a score that is bound to a rubric"),
				 errhint("Use rubric_score_of() for all of its grades.")));
	state_changed(s);
	return (RubricScore *) s;
}

/*
 * Rows of many responses in any order: each meets a state that has left the
 * cache.  Its lines are asked for at once, while the arguments are read.
 */
static inline void
prefetch_state(FunctionCallInfo fcinfo)
{
	const char *p = DatumGetPointer(fcinfo->args[0].value);

	if (!fcinfo->args[0].isnull)
		for (size_t line = 0; line < sizeof(RubricScore); line += PG_CACHE_LINE_SIZE / 2)
			__builtin_prefetch(p + line);
}

static pg_attribute_always_inline Datum
transition(FunctionCallInfo fcinfo, bool boolean)
{
	double		points;
	double		value;
	bool		gate;
	RubricScore *s;
	uint32		few[FEW_TAGS];
	uint32	   *tag = few;
	int			n_tags = 0;

	prefetch_state(fcinfo);
	points = points_arg(fcinfo);
	value = value_arg(fcinfo, boolean);
	gate = PG_NARGS() > ARG_GATE && !PG_ARGISNULL(ARG_GATE) && PG_GETARG_BOOL(ARG_GATE);
	s = transition_state(fcinfo);
	if (PG_NARGS() > ARG_TAGS && !PG_ARGISNULL(ARG_TAGS))
		tag = tag_codes(s, PG_GETARG_DATUM(ARG_TAGS), few, &n_tags);
	rubric_score_add(s, points, value, gate, tag, n_tags);
	PG_RETURN_DATUM(state_datum(&s->state));
}

STATE_FUNCTION(rubric_agg_trans_float8, transition(fcinfo, false));
STATE_FUNCTION(rubric_agg_trans_bool, transition(fcinfo, true));

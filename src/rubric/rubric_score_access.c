/*-------------------------------------------------------------------------
 *
 * rubric_score_access.c
 *	  SQL functions that read the type "rubric_score".
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/args.h"
#include "common/compat.h"
#include "common/interrupts.h"
#include "common/srf.h"
#include "rubric/rubric_score.h"
#include "utils/json.h"
#include "utils/jsonb.h"

/* NaN is undefined, infinity out of range */
static Datum
number(FunctionCallInfo fcinfo, double v)
{
	if (isnan(v))
		PG_RETURN_NULL();
	if (isinf(v))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("sum of points is out of range")));
	PG_RETURN_FLOAT8(v == 0 ? 0 : v);
}

/* ---- the score ---- */

PG_FUNCTION_INFO_V1(rubric_score_score);
Datum
rubric_score_score(PG_FUNCTION_ARGS)
{
	ScoreOptions o = SCORE_DEFAULTS;
	double		v;
	bool		isnull;

	score_norm_arg(fcinfo, 1, &o);
	score_na_arg(fcinfo, 2, &o);
	score_partial_arg(fcinfo, 3, &o);
	score_penalty_only_arg(fcinfo, 4, &o);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	v = rubric_score_value(rubric_score_get(PG_GETARG_DATUM(0)), &o, &isnull);
	if (isnull)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(v);
}

/* Sums without those of the gates */
static double
score_without_gates(const RubricScore *s, const ScoreOptions *o)
{
	MemoryContext cx = CurrentMemoryContext;
	const ScoreSums *gate = &s->gates->sums;
	ScoreSums	rest;
	ScoreRest	more = {0};

	if (rubric_score_is_tree(s))
		return sums_score(gate, true, o);
	memset(&rest, 0, sizeof(rest));
	shortsum_merge(&rest.achieved, cx, &s->all.achieved);
	shortsum_merge(&rest.plus, cx, &s->all.plus);
	shortsum_merge(&rest.minus, cx, &s->all.minus);
	shortsum_subtract(&rest.achieved, cx, &gate->achieved);
	shortsum_subtract(&rest.plus, cx, &gate->plus);
	shortsum_subtract(&rest.minus, cx, &gate->minus);
	if (s->all.rest)
	{
		shortsum_merge(&more.na_plus, cx, &s->all.rest->na_plus);
		shortsum_merge(&more.na_minus, cx, &s->all.rest->na_minus);
		if (gate->rest)
		{
			shortsum_subtract(&more.na_plus, cx, &gate->rest->na_plus);
			shortsum_subtract(&more.na_minus, cx, &gate->rest->na_minus);
		}
		rest.rest = &more;
	}
	return sums_score(&rest, false, o);
}

/*
 * A closed gate brings the score down to the cap.  While a gate is N/A and
 * none is closed, nobody knows.
 */
PG_FUNCTION_INFO_V1(rubric_score_gated_score);
Datum
rubric_score_gated_score(PG_FUNCTION_ARGS)
{
	static const ArgChoice weight[] = {{"counted", 0}, {"excluded", 1}, {NULL, 0}};
	ScoreOptions o = SCORE_DEFAULTS;
	RubricScore *s;
	double		cap;
	double		v;
	bool		excluded;

	score_norm_arg(fcinfo, 1, &o);
	score_na_arg(fcinfo, 2, &o);
	if (!arg_given(fcinfo, 3))
		arg_is_null("cap");
	cap = arg_float8(fcinfo, 3, "cap", 0);
	excluded = arg_choice(fcinfo, 4, "gate_weight", weight) == 1;
	score_partial_arg(fcinfo, 5, &o);
	score_penalty_only_arg(fcinfo, 6, &o);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();

	s = rubric_score_get(PG_GETARG_DATUM(0));
	if (s->gates && s->gates->closed == 0 && s->gates->undecided > 0)
		PG_RETURN_NULL();
	v = excluded && s->gates ? score_without_gates(s, &o) : sums_score(&s->all, rubric_score_is_tree(s), &o);
	if (s->gates && s->gates->closed > 0 && v > cap)
		v = cap;
	return number(fcinfo, v);
}

PG_FUNCTION_INFO_V1(rubric_score_gates_open);
Datum
rubric_score_gates_open(PG_FUNCTION_ARGS)
{
	RubricScore *s = rubric_score_get(PG_GETARG_DATUM(0));

	if (s->gates && s->gates->closed > 0)
		PG_RETURN_BOOL(false);
	if (s->gates && s->gates->undecided > 0)
		PG_RETURN_NULL();
	PG_RETURN_BOOL(true);
}

PG_FUNCTION_INFO_V1(rubric_score_achieved);
Datum
rubric_score_achieved(PG_FUNCTION_ARGS)
{
	ScoreOptions o = SCORE_DEFAULTS;

	score_na_arg(fcinfo, 1, &o);
	score_partial_arg(fcinfo, 2, &o);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	return number(fcinfo, sums_achieved(&rubric_score_get(PG_GETARG_DATUM(0))->all, &o));
}

PG_FUNCTION_INFO_V1(rubric_score_possible);
Datum
rubric_score_possible(PG_FUNCTION_ARGS)
{
	ScoreOptions o = SCORE_DEFAULTS;
	RubricScore *s;

	score_norm_arg(fcinfo, 1, &o);
	score_na_arg(fcinfo, 2, &o);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	s = rubric_score_get(PG_GETARG_DATUM(0));
	return number(fcinfo, sums_possible(&s->all, rubric_score_is_tree(s), &o));
}

/* ---- criteria ---- */

/* One failure decides; while none is seen, a criterion that is N/A leaves it open */
PG_FUNCTION_INFO_V1(rubric_score_all_pass);
Datum
rubric_score_all_pass(PG_FUNCTION_ARGS)
{
	ScoreSums  *s = &rubric_score_get(PG_GETARG_DATUM(0))->all;

	if (s->n_fail > 0)
		PG_RETURN_BOOL(false);
	if ((s->rest && s->rest->n_na > s->rest->n_na_idle) || s->n_pass == 0)
		PG_RETURN_NULL();
	PG_RETURN_BOOL(true);
}

PG_FUNCTION_INFO_V1(rubric_score_mean_criteria);
Datum
rubric_score_mean_criteria(PG_FUNCTION_ARGS)
{
	return number(fcinfo, sums_mean_criteria(&rubric_score_get(PG_GETARG_DATUM(0))->all));
}

PG_FUNCTION_INFO_V1(rubric_score_n_graded);
Datum
rubric_score_n_graded(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(sums_n_graded(&rubric_score_get(PG_GETARG_DATUM(0))->all));
}

PG_FUNCTION_INFO_V1(rubric_score_n_na);
Datum
rubric_score_n_na(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(sums_n_na(&rubric_score_get(PG_GETARG_DATUM(0))->all));
}

PG_FUNCTION_INFO_V1(rubric_score_n_missing);
Datum
rubric_score_n_missing(PG_FUNCTION_ARGS)
{
	RubricScore *s = rubric_score_get(PG_GETARG_DATUM(0));

	PG_RETURN_INT64(s->binding ? s->binding->n_missing : 0);
}

PG_FUNCTION_INFO_V1(rubric_score_hash_of);
Datum
rubric_score_hash_of(PG_FUNCTION_ARGS)
{
	RubricScore *s = rubric_score_get(PG_GETARG_DATUM(0));
	bytea	   *b;

	if (s->binding == NULL)
		PG_RETURN_NULL();
	b = palloc(VARHDRSZ + RUBRIC_HASH_LEN);
	SET_VARSIZE(b, VARHDRSZ + RUBRIC_HASH_LEN);
	memcpy(VARDATA(b), s->binding->hash, RUBRIC_HASH_LEN);
	PG_RETURN_BYTEA_P(b);
}

/* ---- tags ---- */

static char *
tag_name(const ScoreTags *t, uint32 i)
{
	uint8		tmp[8];
	uint32		len;
	const uint8 *p = dict_key(&t->dict, i, tmp, &len);

	return text_key_cstring(p, len);
}

PG_FUNCTION_INFO_V1(rubric_score_axis_scores);
Datum
rubric_score_axis_scores(PG_FUNCTION_ARGS)
{
	ScoreOptions o = SCORE_DEFAULTS;
	RubricScore *s;
	SrfRow		row;

	score_norm_arg(fcinfo, 1, &o);
	score_na_arg(fcinfo, 2, &o);
	score_partial_arg(fcinfo, 3, &o);
	score_penalty_only_arg(fcinfo, 4, &o);
	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	s = rubric_score_get(PG_GETARG_DATUM(0));
	for (uint32 i = 0; s->tags && i < s->tags->dict.n; i++)
	{
		const ScoreSums *sums = &s->tags->sums[i];
		double		v = sums_score(sums, rubric_score_is_tree(s), &o);
		int64		decided = sums->n_pass + sums->n_fail;

		if (isinf(v))
			(void) number(fcinfo, v);
		srf_cstring(&row, tag_name(s->tags, i));
		srf_float8(&row, v == 0 ? 0 : v);
		srf_int64(&row, sums_n_graded(sums));
		srf_int64(&row, sums_n_na(sums));
		srf_int64(&row, sums->n_fail);
		srf_float8(&row, decided > 0 ? (double) sums->n_fail / (double) decided : NAN);
		srf_float8(&row, sums_mean_criteria(sums));
		srf_end_row(&row);
	}
	return (Datum) 0;
}

/* ---- cast to jsonb ---- */

static void
json_number(StringInfo buf, const char *name, const ShortSum *s)
{
	double		v = shortsum_value(s);

	/* JSON has no infinity */
	appendStringInfo(buf, ", \"%s\": %s", name, isfinite(v) ? number_cstring(v) : "null");
}

static void
json_sums(StringInfo buf, const ScoreSums *s, bool tree)
{
	static const ScoreRest none;
	const ScoreRest *rest = s->rest ? s->rest : &none;

	appendStringInfo(buf, "{\"n_graded\": " INT64_FORMAT ", \"n_na\": " INT64_FORMAT ", \"n_pass\": " INT64_FORMAT
					 ", \"n_fail\": " INT64_FORMAT, sums_n_graded(s), rest->n_na, s->n_pass, s->n_fail);
	json_number(buf, "achieved", &s->achieved);
	if (!tree)
	{
		json_number(buf, "positive", &s->plus);
		json_number(buf, "negative", &s->minus);
	}
	json_number(buf, "na_positive", &rest->na_plus);
	if (!tree)
		json_number(buf, "na_negative", &rest->na_minus);
	else
	{
		appendStringInfo(buf, ", \"n_trees\": " INT64_FORMAT ", \"n_pruned\": " INT64_FORMAT, rest->n_trees, rest->n_pruned);
		json_number(buf, "pruned", &rest->pruned);
	}
	json_number(buf, "credit", &rest->credit);
	appendStringInfoChar(buf, '}');
}

PG_FUNCTION_INFO_V1(rubric_score_to_jsonb);
Datum
rubric_score_to_jsonb(PG_FUNCTION_ARGS)
{
	RubricScore *s = rubric_score_get(PG_GETARG_DATUM(0));
	bool		tree = rubric_score_is_tree(s);
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfoString(&buf, "{\"rubric\": ");
	if (s->binding)
		appendStringInfo(&buf, "{\"hash\": \"%s\", \"tree\": %s, \"n_responses\": " INT64_FORMAT ", \"n_missing\": " INT64_FORMAT "}",
						 rubric_hash_cstring(s->binding->hash), tree ? "true" : "false",
						 s->binding->n_responses, s->binding->n_missing);
	else
		appendStringInfoString(&buf, "null");
	appendStringInfoString(&buf, ", \"all\": ");
	json_sums(&buf, &s->all, tree);
	if (s->gates)
	{
		appendStringInfo(&buf, ", \"gates\": {\"open\": " INT64_FORMAT ", \"closed\": " INT64_FORMAT ", \"undecided\": " INT64_FORMAT
						 ", \"%s\": ", s->gates->open, s->gates->closed, s->gates->undecided, tree ? "without_gates" : "gates_alone");
		json_sums(&buf, &s->gates->sums, tree);
		appendStringInfoChar(&buf, '}');
	}
	appendStringInfoString(&buf, ", \"tags\": {");
	for (uint32 i = 0; s->tags && i < s->tags->dict.n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		appendStringInfoString(&buf, i > 0 ? ", " : "");
		escape_json(&buf, tag_name(s->tags, i));
		appendStringInfoString(&buf, ": ");
		json_sums(&buf, &s->tags->sums[i], tree);
	}
	appendStringInfoString(&buf, "}}");
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(buf.data));
}

/*-------------------------------------------------------------------------
 *
 * acceptance_access.c
 *	  SQL functions: acceptance sampling by attributes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "common/alloc.h"
#include "common/compat.h"
#include "common/interrupts.h"
#include "common/stats.h"
#include "quality/acceptance.h"
#include "quality/series.h"
#include "quality/z14.h"
#include "utils/fmgrprotos.h"

#define LARGEST_LOT 1e12

/* NULL: no lot, a long series */
static double
lot_arg(FunctionCallInfo fcinfo, int arg)
{
	return arg_given(fcinfo, arg) ? option_whole(fcinfo, arg, "lot", 1, LARGEST_LOT) : 0;
}

static void
check_sample(double n, double lot)
{
	if (lot > 0 && n > lot)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a sample must not be larger than its lot"),
				 errdetail("The sample has %.15g items, the lot %.15g.", n, lot)));
}

/* n, ac, ... of a single plan */
static SamplingPlan
single_args(FunctionCallInfo fcinfo)
{
	SamplingPlan		plan = {0};

	plan.n1 = option_whole(fcinfo, 0, "n", 1, LARGEST_LOT);
	plan.ac1 = plan.ac2 = option_whole(fcinfo, 1, "ac", 0, plan.n1);
	plan.re1 = plan.ac1 + 1;
	return plan;
}

/* (n, ac, p, lot) */
PG_FUNCTION_INFO_V1(quality_acceptance_probability);
Datum
quality_acceptance_probability(PG_FUNCTION_ARGS)
{
	SamplingPlan		plan = single_args(fcinfo);
	double		p = option_share(fcinfo, 2, "p");
	double		lot = lot_arg(fcinfo, 3);

	check_sample(plan.n1, lot);
	PG_RETURN_FLOAT8(plan_accepts(&plan, p, lot));
}

/* (n1, ac1, re1, n2, ac2, p, lot) */
PG_FUNCTION_INFO_V1(quality_acceptance_probability_double);
Datum
quality_acceptance_probability_double(PG_FUNCTION_ARGS)
{
	SamplingPlan		plan;
	double		p = option_share(fcinfo, 5, "p");
	double		lot = lot_arg(fcinfo, 6);

	plan.n1 = option_whole(fcinfo, 0, "n1", 1, LARGEST_LOT);
	plan.ac1 = option_whole(fcinfo, 1, "ac1", 0, plan.n1);
	plan.re1 = option_whole(fcinfo, 2, "re1", plan.ac1 + 1, plan.n1 + 1);
	plan.n2 = option_whole(fcinfo, 3, "n2", 1, LARGEST_LOT);
	plan.ac2 = option_whole(fcinfo, 4, "ac2", plan.ac1, plan.n1 + plan.n2);
	check_sample(plan.n1 + plan.n2, lot);
	PG_RETURN_FLOAT8(plan_accepts(&plan, p, lot));
}

/* (n, ac, accept, lot) */
PG_FUNCTION_INFO_V1(quality_oc_quantile);
Datum
quality_oc_quantile(PG_FUNCTION_ARGS)
{
	SamplingPlan		plan = single_args(fcinfo);
	double		accept = option_probability(fcinfo, 2, "accept");
	double		lot = lot_arg(fcinfo, 3);
	double		p;

	check_sample(plan.n1, lot);
	p = single_quantile(&plan, accept, lot);
	if (isnan(p))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(p);
}

#define CURVE_POINTS 21

/* (n, ac, p[], lot): p NULL is from 0 to where one lot in a hundred passes, in 20 steps */
PG_FUNCTION_INFO_V1(quality_oc_curve);
Datum
quality_oc_curve(PG_FUNCTION_ARGS)
{
	SamplingPlan		plan = single_args(fcinfo);
	int			points;
	double	   *p = series_numbers(fcinfo, 2, "p", &points);
	double		lot = lot_arg(fcinfo, 3);
	SrfRow		row;

	check_sample(plan.n1, lot);
	if (points < 0)
	{
		double		end = single_quantile(&plan, 0.01, lot);

		points = CURVE_POINTS;
		p = array_alloc(points, sizeof(double));
		for (int i = 0; i < points; i++)
			p[i] = (isnan(end) ? 1 : end) * i / (points - 1);
	}
	srf_begin(fcinfo, &row);
	for (int i = 0; i < points; i++)
	{
		double		accept;

		if (isnan(p[i]))
			continue;
		if (p[i] < 0 || p[i] > 1)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("p must be from 0 to 1"),
					 errdetail("Element %d is %g.", i + 1, p[i])));
		accept = plan_accepts(&plan, p[i], lot);
		srf_float8(&row, p[i]);
		srf_float8(&row, accept);
		/* lots that are not accepted are looked through, and their bad items put right (Dodge & Romig) */
		srf_float8(&row, lot > 0 ? p[i] * accept * (1 - plan.n1 / lot) : p[i] * accept);
		srf_float8(&row, lot > 0 ? plan.n1 + (1 - accept) * (lot - plan.n1) : NAN);
		srf_end_row(&row);
	}
	return (Datum) 0;
}

enum
{
	KIND_SINGLE,
	KIND_DOUBLE
};

static const ArgChoice kinds[] = {{"single", KIND_SINGLE}, {"double", KIND_DOUBLE}, {NULL}};

/* (p1, p2, alpha, beta, lot, kind) */
PG_FUNCTION_INFO_V1(quality_acceptance_plan);
Datum
quality_acceptance_plan(PG_FUNCTION_ARGS)
{
	double		p1 = option_probability(fcinfo, 0, "p1");
	double		p2 = option_probability(fcinfo, 1, "p2");
	double		alpha = option_probability(fcinfo, 2, "alpha");
	double		beta = option_probability(fcinfo, 3, "beta");
	double		lot = lot_arg(fcinfo, 4);
	int			kind = arg_choice(fcinfo, 5, "kind", kinds);
	SamplingPlan		plan;
	SrfRow		row;

	if (p1 >= p2)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("p1 must be less than p2"),
				 errdetail("They are %g and %g.", p1, p2),
				 errhint("Lots with p1 bad items are to be accepted, lots with p2 are not.")));
	if (alpha + beta >= 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("alpha and beta must add up to less than 1"),
				 errdetail("They are %g and %g.", alpha, beta)));
	if (!find_single(p1, p2, alpha, beta, lot, &plan))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("no plan holds these risks"),
				 lot > 0 ?
				 errdetail("In a lot of %.15g items, shares of %g and %g are %.15g and %.15g bad items.", lot, p1, p2,
						   floor(lot * p1 + 0.5), floor(lot * p2 + 0.5)) :
				 errdetail("It would need more than %g items.", PLAN_MOST_N)));
	if (kind == KIND_DOUBLE)
	{
		SamplingPlan		single = plan;

		if (single.ac1 > PLAN_MOST_AC)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("a double plan is sought only where the single plan accepts at most %d bad items", PLAN_MOST_AC),
					 errdetail("It accepts %.15g in %.15g.", single.ac1, single.n1)));
		if (!find_double(p1, p2, alpha, beta, lot, &single, &plan))
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("no double plan with two equal samples holds these risks"),
					 errhint("Take the single plan.")));
	}
	srf_begin(fcinfo, &row);
	srf_int64(&row, (int64) plan.n1);
	srf_int64(&row, (int64) plan.ac1);
	srf_int64(&row, (int64) plan.re1);
	for (int i = 0; i < 3; i++)
	{
		if (kind == KIND_SINGLE)
			srf_null(&row);
		else
			srf_int64(&row, (int64) (i == 0 ? plan.n2 : i == 1 ? plan.ac2 : plan.ac2 + 1));
	}
	srf_float8(&row, 1 - plan_accepts(&plan, p1, lot));
	srf_float8(&row, plan_accepts(&plan, p2, lot));
	srf_float8(&row, plan_asn(&plan, p1, lot));
	srf_end_row(&row);
	return (Datum) 0;
}

/* ---- sample sizes ---- */

/* (p, confidence): so many without a failure show that the rate is below p (success run) */
PG_FUNCTION_INFO_V1(quality_zero_failure_n);
Datum
quality_zero_failure_n(PG_FUNCTION_ARGS)
{
	double		p = option_probability(fcinfo, 0, "p");
	double		confidence = arg_confidence(fcinfo, 1);
	double		n = ceil(log1p(-confidence) / log1p(-p) * (1 - 1e-15));

	if (n > 9e15)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("the sample would be too large")));
	PG_RETURN_INT64((int64) n);
}

/* (half_width, p, confidence, population): Cochran (1977), eq. 4.1 and 4.2 */
PG_FUNCTION_INFO_V1(quality_estimation_n);
Datum
quality_estimation_n(PG_FUNCTION_ARGS)
{
	double		half = option_probability(fcinfo, 0, "half_width");
	double		p = option_probability(fcinfo, 1, "p");
	double		z = hd_norm_quantile((1 + arg_confidence(fcinfo, 2)) / 2);
	double		n = z * z * p * (1 - p) / (half * half);

	if (arg_given(fcinfo, 3))
		n = n / (1 + (n - 1) / option_whole(fcinfo, 3, "population", 1, LARGEST_LOT));
	n = ceil(n * (1 - 1e-15));
	if (n > 9e15)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("the sample would be too large")));
	PG_RETURN_INT64((int64) Max(n, 1));
}

/* ---- Z1.4 ---- */

static const ArgChoice inspections[] = {{"normal", INSPECT_NORMAL}, {"tightened", INSPECT_TIGHTENED}, {"reduced", INSPECT_REDUCED}, {NULL}};
static const ArgChoice levels[] = {{"S-1", 0}, {"S-2", 1}, {"S-3", 2}, {"S-4", 3}, {"I", 4}, {"II", 5}, {"III", 6},
{"S1", 0}, {"S2", 1}, {"S3", 2}, {"S4", 3}, {NULL}};
static const char *const inspection_name[] = {"normal", "tightened", "reduced", "discontinued"};

static void
check_lot(int64 lot)
{
	if (lot < 2)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("lot must be at least 2"),
				 errdetail("It is " INT64_FORMAT ".", lot),
				 errhint("The tables of Z1.4 begin with lots of two items: inspect a single item itself.")));
}

static int
aql_arg(FunctionCallInfo fcinfo, int arg)
{
	double		aql;
	StringInfoData list;

	if (!arg_given(fcinfo, arg))
		arg_is_null("aql");
	aql = DatumGetFloat8(DirectFunctionCall1(numeric_float8, PG_GETARG_DATUM(arg)));
	for (int i = 0; i < Z14_N_AQL; i++)
		if (fabs(aql - strtod(z14_aql_name[i], NULL)) < 1e-9 * aql)
			return i;
	initStringInfo(&list);
	for (int i = 0; i < Z14_N_AQL; i++)
		appendStringInfo(&list, "%s%s", i > 0 ? ", " : "", z14_aql_name[i]);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("Z1.4 has no plans for an aql of %g", aql),
			 errhint("Accepted are: %s.", list.data)));
}

/* (lot, level, aql, inspection) to (n, ac, re) */
PG_FUNCTION_INFO_V1(quality_z14_plan);
Datum
quality_z14_plan(PG_FUNCTION_ARGS)
{
	int			level = arg_choice(fcinfo, 1, "level", levels);
	int			aql = aql_arg(fcinfo, 2);
	int			inspection = arg_choice(fcinfo, 3, "inspection", inspections);
	Datum		value[3] = {0};
	bool		null[3] = {true, true, true};

	if (!PG_ARGISNULL(0))
	{
		Z14Plan		plan;

		check_lot(PG_GETARG_INT64(0));
		plan = z14_plan_of(z14_letter(PG_GETARG_INT64(0), level), aql, inspection);
		value[0] = Int64GetDatum(plan.n);
		value[1] = Int64GetDatum(plan.ac);
		value[2] = Int64GetDatum(plan.re);
		memset(null, 0, sizeof(null));
	}
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(row_type(fcinfo), value, null)));
}

/* (lot, level) */
PG_FUNCTION_INFO_V1(quality_z14_letter);
Datum
quality_z14_letter(PG_FUNCTION_ARGS)
{
	int			level = arg_choice(fcinfo, 1, "level", levels);
	char		letter;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	check_lot(PG_GETARG_INT64(0));
	letter = z14_letter_name(z14_letter(PG_GETARG_INT64(0), level));
	PG_RETURN_TEXT_P(cstring_to_text_with_len(&letter, 1));
}

/* (lots[], bad[], level, aql): every lot under the inspection that the ones before it ask for */
PG_FUNCTION_INFO_V1(quality_z14_switch);
Datum
quality_z14_switch(PG_FUNCTION_ARGS)
{
	int			n,
				m;
	double	   *lot = series_numbers(fcinfo, 0, "lots", &n);
	double	   *bad = series_numbers(fcinfo, 1, "bad", &m);
	int			level = arg_choice(fcinfo, 2, "level", levels);
	int			aql = aql_arg(fcinfo, 3);
	Z14Switch	s = {.inspection = arg_choice(fcinfo, 4, "inspection", inspections)};
	SrfRow		row;

	srf_begin(fcinfo, &row);
	if (n < 0 || m < 0)
		return (Datum) 0;
	if (n != m)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("lots and bad must be of one length"),
				 errdetail("They have %d and %d elements.", n, m)));
	for (int i = 0; i < n && s.inspection != INSPECT_NONE; i++)
	{
		Inspection	inspection = s.inspection;
		Z14Plan		plan;
		double		sample;
		bool		accepted;
		const char *why;
		char		letter[2] = {0};

		if (isnan(lot[i]))
			continue;
		if (lot[i] != floor(lot[i]) || lot[i] > LARGEST_LOT)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("lots must be whole numbers of at most %g", LARGEST_LOT),
					 errdetail("Element %d is %.15g.", i + 1, lot[i])));
		check_lot((int64) lot[i]);
		plan = z14_plan_of(z14_letter((int64) lot[i], level), aql, inspection);
		/* a sample as large as the lot is the lot */
		sample = Min(plan.n, lot[i]);
		letter[0] = plan.letter;
		if (!isnan(bad[i]) && (bad[i] < 0 || bad[i] != floor(bad[i]) || bad[i] > (aql <= 15 ? sample : LARGEST_LOT)))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 aql <= 15 ? errmsg("bad must be a whole number of at most the sample") :
					 errmsg("bad must be a whole number from 0 to %.15g", LARGEST_LOT),
					 errdetail("Element %d is %.15g, in a sample of %.15g.", i + 1, bad[i], sample)));
		srf_int64(&row, i + 1);
		srf_int64(&row, (int64) lot[i]);
		srf_cstring(&row, inspection_name[inspection]);
		srf_cstring(&row, letter);
		srf_int64(&row, (int64) sample);
		srf_int64(&row, plan.ac);
		srf_int64(&row, plan.re);
		if (isnan(bad[i]))
		{
			/* not inspected yet: what is to be done */
			srf_null(&row);
			srf_null(&row);
			srf_cstring(&row, inspection_name[inspection]);
			srf_null(&row);
			srf_end_row(&row);
			continue;
		}
		z14_next(&s, &plan, bad[i], &accepted, &why);
		srf_int64(&row, (int64) bad[i]);
		srf_datum(&row, BoolGetDatum(accepted));
		srf_cstring(&row, inspection_name[s.inspection]);
		srf_cstring(&row, why);
		srf_end_row(&row);
	}
	return (Datum) 0;
}

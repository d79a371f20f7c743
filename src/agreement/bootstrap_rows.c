/*-------------------------------------------------------------------------
 *
 * bootstrap_rows.c
 *	  SQL function: bootstrap of a coefficient.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "agreement/bootstrap.h"
#include "agreement/estimate.h"
#include "agreement/measure.h"
#include "common/compat.h"
#include "common/srf.h"

static int64
arg_draws(FunctionCallInfo fcinfo, int arg)
{
	int64		draws;

	if (!arg_given(fcinfo, arg))
		arg_is_null("draws");
	draws = PG_GETARG_INT64(arg);
	if (draws < 1 || draws > BOOTSTRAP_MAX_DRAWS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("draws must be between 1 and %d", BOOTSTRAP_MAX_DRAWS),
				 errdetail("It is " INT64_FORMAT ".", draws),
				 errhint("Accepted is a number such as 2000.")));
	return draws;
}

static Coefficient
arg_coefficient(FunctionCallInfo fcinfo, int arg)
{
	ArgChoice	choice[N_COEFFICIENTS + 1] = {0};

	for (int i = 0; i < N_COEFFICIENTS; i++)
	{
		choice[i].name = coefficients[i].name;
		choice[i].value = coefficients[i].c;
	}
	return (Coefficient) arg_choice(fcinfo, arg, "coefficient", choice);
}

/* Where no draw differs, what agreement() knows: the bound, and why */
static void
put_constant(SrfRow *row, const CoefficientEstimate *e, int64 draws)
{
	srf_float8(row, e->value);
	srf_null(row);
	srf_float8(row, isnan(e->se) ? e->ci_low : NAN);
	srf_float8(row, isnan(e->se) ? e->ci_high : NAN);
	srf_int64(row, draws);
	srf_cstring(row, e->note ? e->note : "no draw differs from another");
	srf_end_row(row);
}

PG_FUNCTION_INFO_V1(ratings_bootstrap);
Datum
ratings_bootstrap(PG_FUNCTION_ARGS)
{
	Coefficient c = arg_coefficient(fcinfo, 1);
	const Level *level = level_arg(fcinfo, 2);
	int64		draws = arg_draws(fcinfo, 3);
	InferenceOptions opt = {.confidence = arg_confidence(fcinfo, 4), .null_value = NAN};
	DisagreementKind kind;
	CoefficientEstimate est[COEF_COUNT];
	BootstrapResult b;
	Disagreement w,
				a;
	Measure		q;
	SrfRow		row;
	const char *note;

	if (!arg_given(fcinfo, 5))
		arg_is_null("seed");
	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	measure_ratings(fcinfo, 6, &q);
	if (c == COEF_COHEN && q.m.n_raters > 2)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("Cohen's kappa compares two raters, here are %d", q.m.n_raters),
				 errhint("Use conger_kappa for all raters at once.")));
	kind = c == COEF_PERCENT ? DIS_IDENTITY : c == COEF_ALPHA ? level->alpha : level->kappa;
	measure_disagreement(&q, kind, &w);
	a = w;
	opt.point_only = true;
	agreement_coefficients(&q.m, &w, &a, COEF_BIT(c), &opt, est);
	note = est[c].note;
	if (isnan(est[c].value))
	{
		for (int j = 0; j < 4; j++)
			srf_null(&row);
		srf_int64(&row, 0);
		srf_cstring(&row, note);
		srf_end_row(&row);
		return (Datum) 0;
	}
	bootstrap(&q.m, &w, c, draws, opt.confidence, (uint64) PG_GETARG_INT64(5), &b);
	if (b.constant)
	{
		opt.point_only = false;
		measure_disagreement(&q, kind, &a);
		agreement_coefficients(&q.m, &w, &a, COEF_BIT(c), &opt, est);
		put_constant(&row, &est[c], b.n_defined);
		return (Datum) 0;
	}
	if (b.n_defined < 2)
		note = add_note(note, "fewer than two draws with a value");
	else if (b.n_defined < draws)
		note = add_note(note, psprintf("undefined in " INT64_FORMAT " of the draws, which are left out",
									   draws - b.n_defined));
	srf_float8(&row, est[c].value);
	srf_float8(&row, b.se);
	srf_float8(&row, b.ci_low);
	srf_float8(&row, b.ci_high);
	srf_int64(&row, b.n_defined);
	srf_cstring(&row, note);
	srf_end_row(&row);
	return (Datum) 0;
}

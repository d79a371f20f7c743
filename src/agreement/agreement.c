/*-------------------------------------------------------------------------
 *
 * agreement.c
 *	  SQL functions: coefficients of agreement.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "agreement/measure.h"
#include "common/compat.h"
#include "common/srf.h"

/* ---- one coefficient ---- */

static Datum
coefficient_value(FunctionCallInfo fcinfo, Coefficient c)
{
	Measure		q;
	Disagreement w,
				a;
	InferenceOptions opt = {.confidence = 0.95, .null_value = NAN, .point_only = true};
	CoefficientEstimate est[COEF_COUNT];
	DisagreementKind kind;

	/* not STRICT, for the sake of categories: the state is tested by hand */
	kind = c == COEF_ALPHA ? metric_arg(fcinfo, 1) : weights_arg(fcinfo, 1);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	measure_ratings(fcinfo, 2, &q);
	if (c == COEF_COHEN && q.m.n_raters > 2)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("Cohen's kappa compares two raters, here are %d", q.m.n_raters),
				 errhint("Use rater_pairs() for the kappa of each pair, or conger_kappa() for all raters at once.")));
	/* Fleiss (1971) is Scott's pi for any number of raters */
	if (c == COEF_SCOTT && q.m.n_raters > 2)
		c = COEF_FLEISS;
	if ((c == COEF_COHEN || c == COEF_SCOTT) && q.m.n_raters < 2)
		PG_RETURN_NULL();

	measure_disagreement(&q, kind, &w);
	a = w;
	agreement_coefficients(&q.m, &w, &a, COEF_BIT(c), &opt, est);
	if (isnan(est[c].value))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(est[c].value);
}

STATE_FUNCTION(ratings_percent_agreement, coefficient_value(fcinfo, COEF_WEIGHTED));
STATE_FUNCTION(ratings_cohen_kappa, coefficient_value(fcinfo, COEF_COHEN));
STATE_FUNCTION(ratings_scott_pi, coefficient_value(fcinfo, COEF_SCOTT));
STATE_FUNCTION(ratings_fleiss_kappa, coefficient_value(fcinfo, COEF_FLEISS));
STATE_FUNCTION(ratings_conger_kappa, coefficient_value(fcinfo, COEF_CONGER));
STATE_FUNCTION(ratings_gwet_ac, coefficient_value(fcinfo, COEF_GWET));
STATE_FUNCTION(ratings_brennan_prediger, coefficient_value(fcinfo, COEF_BP));
STATE_FUNCTION(ratings_krippendorff_alpha, coefficient_value(fcinfo, COEF_ALPHA));

/* ---- all of them ---- */

static void
inference_args(FunctionCallInfo fcinfo, InferenceOptions *opt)
{
	static const ArgChoice raters[] = {{"fixed", 0}, {"random", 1}, {NULL, 0}};
	static const ArgChoice variance[] = {
		{"ratio", VARIANCE_RATIO}, {"cautious", VARIANCE_CAUTIOUS}, {"gwet", VARIANCE_GWET}, {NULL, 0}
	};

	opt->confidence = arg_confidence(fcinfo, 2);
	opt->random_raters = arg_choice(fcinfo, 3, "raters", raters) == 1;
	opt->null_value = arg_float8(fcinfo, 4, "null_value", NAN);
	opt->variance = arg_choice(fcinfo, 6, "variance", variance);
	opt->point_only = false;
}

static const char *
join_notes(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a ? a : b;
	return psprintf("%s; %s", a, b);
}

static void
put_estimate(SrfRow *row, const char *name, const CoefficientEstimate *e,
			 const char *level, const char *weights, int32 n_categories, const char *note)
{
	srf_cstring(row, name);
	srf_float8(row, e->value);
	srf_float8(row, e->se);
	srf_float8(row, e->ci_low);
	srf_float8(row, e->ci_high);
	srf_float8(row, e->p_value);
	srf_cstring(row, level);
	srf_cstring(row, weights);
	srf_int64(row, n_categories);
	srf_int64(row, e->n_items);
	srf_int64(row, e->n_raters);
	srf_int64(row, e->n_ratings);
	srf_int64(row, e->n_clusters > 0 ? e->n_clusters : e->n_items);
	srf_cstring(row, e->inference);
	srf_cstring(row, join_notes(e->note, note));
	srf_end_row(row);
}

PG_FUNCTION_INFO_V1(ratings_agreement);
Datum
ratings_agreement(PG_FUNCTION_ARGS)
{
	const Level *level = level_arg(fcinfo, 1);
	InferenceOptions opt = {0};
	Measure		q;
	Disagreement w,
				a;
	CoefficientEstimate est[COEF_COUNT];
	uint32		mask = 0;
	SrfRow		row;
	const char *note = NULL;

	inference_args(fcinfo, &opt);
	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	measure_ratings(fcinfo, 5, &q);
	measure_disagreement(&q, level->kappa, &w);
	measure_disagreement(&q, level->alpha, &a);

	for (int i = 0; i < N_COEFFICIENTS; i++)
		if (coefficients[i].c != COEF_COHEN || q.m.n_raters == 2)
			mask |= COEF_BIT(coefficients[i].c);
	agreement_coefficients(&q.m, &w, &a, mask, &opt, est);

	if (q.r->kind.value == VALUE_NUMBER && level->alpha == DIS_IDENTITY && q.m.n_categories > 2)
		note = "numeric values measured as nominal: level => 'ordinal', 'interval' or 'ratio' uses their distances";
	for (int i = 0; i < N_COEFFICIENTS; i++)
	{
		Coefficient c = coefficients[i].c;

		if (mask & COEF_BIT(c))
			put_estimate(&row, coefficients[i].name, &est[c], level->name,
						 c == COEF_ALPHA ? NULL : c == COEF_PERCENT ? "identity" : level->weights,
						 q.m.n_categories, note);
	}
	return (Datum) 0;
}

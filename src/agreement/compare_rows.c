/*-------------------------------------------------------------------------
 *
 * compare_rows.c
 *	  SQL functions: two groups of ratings compared.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "agreement/compare.h"
#include "agreement/estimate.h"
#include "agreement/ratings_match.h"
#include "common/compat.h"
#include "common/interrupts.h"
#include "common/srf.h"

/* One coefficient of one side, with its influence values */
static void
estimate_side(Measure *q, const Level *level, Coefficient c, double confidence,
			  CoefficientEstimate *e, double *psi)
{
	InferenceOptions opt = {.confidence = confidence, .null_value = NAN};
	Disagreement w,
				a;

	measure_disagreement(q, level->kappa, &w);
	measure_disagreement(q, level->alpha, &a);
	memset(psi, 0, sizeof(double) * (Size) q->m.n_items);
	coefficient_influence(&q->m, &w, &a, c, &opt, e, psi);
}

static const char *
note_of_sides(const CoefficientEstimate *a, const CoefficientEstimate *b, const char *note)
{
	if (a->note)
		note = add_note(note, psprintf("a: %s", a->note));
	if (b->note)
		note = add_note(note, psprintf("b: %s", b->note));
	return note;
}

PG_FUNCTION_INFO_V1(ratings_agreement_difference);
Datum
ratings_agreement_difference(PG_FUNCTION_ARGS)
{
	const Level *level = level_arg(fcinfo, 2);
	double		confidence = arg_confidence(fcinfo, 3);
	Measure		a,
				b;
	RatingsMatch match;
	double	   *psi_a,
			   *psi_b;
	SrfRow		row;
	MemoryContext work;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	measure_two_ratings(fcinfo, 4, &a, &b);
	ratings_match(&a, &b, &match);
	psi_a = array_alloc(a.m.n_items, sizeof(double));
	psi_b = array_alloc(b.m.n_items, sizeof(double));
	work = AllocSetContextCreate(CurrentMemoryContext, "hdata agreement_difference", ALLOCSET_DEFAULT_SIZES);
	for (int i = 0; i < N_COEFFICIENTS; i++)
	{
		Coefficient c = coefficients[i].c;
		CoefficientEstimate est_a,
					est_b;
		ComparedSide side_a = {&est_a, a.m.n_items, psi_a, match.unit_a};
		ComparedSide side_b = {&est_b, b.m.n_items, psi_b, match.unit_b};
		Difference	d;
		MemoryContext old;

		if (c == COEF_COHEN && (a.m.n_raters != 2 || b.m.n_raters != 2))
			continue;
		old = MemoryContextSwitchTo(work);
		estimate_side(&a, level, c, confidence, &est_a, psi_a);
		estimate_side(&b, level, c, confidence, &est_b, psi_b);
		compare_estimates(&side_a, &side_b, match.n_units, c == COEF_COHEN,
						  c == COEF_PERCENT || c == COEF_WEIGHTED ? 0 : -1, confidence, &d);
		srf_cstring(&row, coefficients[i].name);
		srf_float8(&row, est_a.value);
		srf_float8(&row, est_b.value);
		srf_float8(&row, d.value);
		srf_float8(&row, d.se);
		srf_float8(&row, d.ci_low);
		srf_float8(&row, d.ci_high);
		srf_int64(&row, match.n_shared);
		srf_datum(&row, BoolGetDatum(match.n_shared > 0));
		srf_cstring(&row, note_of_sides(&est_a, &est_b, d.note));
		srf_end_row(&row);
		MemoryContextSwitchTo(old);
		MemoryContextReset(work);
	}
	return (Datum) 0;
}

/* ---- agreement between groups ---- */

/* The shared items of one side, their units as clusters */
static void
shared_part(const RatingMatrix *m, int32 n, const int32 *item, const int32 *unit,
			const RatingsMatch *match, RatingMatrix *out)
{
	int32	   *start = array_alloc((Size) n + 1, sizeof(int32));
	int32	   *rater = array_alloc(m->n_obs, sizeof(int32));
	int32	   *category = array_alloc(m->n_obs, sizeof(int32));
	int32	   *cluster = array_alloc(n, sizeof(int32));

	*out = *m;
	start[0] = 0;
	for (int32 j = 0; j < n; j++)
	{
		int32		from = m->start[item[j]];
		int32		r = m->start[item[j] + 1] - from;

		HD_CHECK_EVERY(j);
		memcpy(rater + start[j], m->rater + from, sizeof(int32) * (Size) r);
		memcpy(category + start[j], m->category + from, sizeof(int32) * (Size) r);
		start[j + 1] = start[j] + r;
		cluster[j] = unit[item[j]];
	}
	out->n_items = n;
	out->n_obs = start[n];
	out->start = start;
	out->rater = rater;
	out->category = category;
	out->n_clusters = match->clustered ? match->n_units : 0;
	out->cluster = match->clustered ? cluster : NULL;
}

static void
keep_shared(Measure *a, Measure *b, const RatingsMatch *match)
{
	int32	   *item_a = array_alloc(match->n_shared, sizeof(int32));
	int32	   *item_b = array_alloc(match->n_shared, sizeof(int32));
	RatingMatrix m;
	int32		n = 0;

	for (int32 i = 0; i < a->m.n_items; i++)
	{
		if (match->b_of_a[i] < 0)
			continue;
		item_a[n] = i;
		item_b[n++] = match->b_of_a[i];
	}
	shared_part(&a->m, n, item_a, match->unit_a, match, &m);
	a->m = m;
	shared_part(&b->m, n, item_b, match->unit_b, match, &m);
	b->m = m;
	pfree(item_a);
	pfree(item_b);
}

static void
put_cross(SrfRow *row, const char *name, const Measure *a, const Measure *b, double value,
		  double se, double low, double high, const char *note)
{
	srf_cstring(row, name);
	srf_float8(row, value);
	srf_float8(row, se);
	srf_float8(row, low);
	srf_float8(row, high);
	srf_int64(row, a->m.n_items);
	srf_int64(row, a->m.n_obs);
	srf_int64(row, b->m.n_obs);
	srf_cstring(row, note);
	srf_end_row(row);
}

static void
put_cross_value(SrfRow *row, const char *name, const Measure *a, const Measure *b,
				const CrossValue *v)
{
	put_cross(row, name, a, b, v->value, v->se, v->ci_low, v->ci_high, v->note);
}

PG_FUNCTION_INFO_V1(ratings_cross_agreement);
Datum
ratings_cross_agreement(PG_FUNCTION_ARGS)
{
	const Level *level = level_arg(fcinfo, 2);
	double		confidence = arg_confidence(fcinfo, 3);
	Measure		a,
				b;
	RatingsMatch match;
	CoefficientEstimate alpha_a,
				alpha_b;
	CrossAgreement cross;
	Disagreement d;
	double	   *psi_a,
			   *psi_b;
	SrfRow		row;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	measure_two_ratings(fcinfo, 4, &a, &b);
	ratings_match(&a, &b, &match);
	measure_disagreement(&a, level->alpha, &d);
	keep_shared(&a, &b, &match);
	psi_a = array_alloc(a.m.n_items, sizeof(double));
	psi_b = array_alloc(b.m.n_items, sizeof(double));
	estimate_side(&a, level, COEF_ALPHA, confidence, &alpha_a, psi_a);
	estimate_side(&b, level, COEF_ALPHA, confidence, &alpha_b, psi_b);
	cross_agreement(&a.m, &b.m, &d, &alpha_a, psi_a, &alpha_b, psi_b, confidence, &cross);
	put_cross_value(&row, "cross_agreement", &a, &b, &cross.raw);
	put_cross_value(&row, "kappa_x", &a, &b, &cross.kappa);
	put_cross(&row, "alpha_a", &a, &b, alpha_a.value, alpha_a.se, alpha_a.ci_low, alpha_a.ci_high, alpha_a.note);
	put_cross(&row, "alpha_b", &a, &b, alpha_b.value, alpha_b.se, alpha_b.ci_low, alpha_b.ci_high, alpha_b.note);
	put_cross_value(&row, "kappa_x_normalised", &a, &b, &cross.normalised);
	return (Datum) 0;
}

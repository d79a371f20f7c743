/*-------------------------------------------------------------------------
 *
 * ppi_agg.c
 *	  SQL functions of the type "ppi": its frame, its aggregate and what is
 *	  read from it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/args.h"
#include "common/column.h"
#include "common/compat.h"
#include "common/exactsum.h"
#include "common/srf.h"
#include "consensus/ppi.h"
#include "consensus/ppi_estimate.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

STATE_FUNCTIONS(ppi, ppi_type);

/* ---- aggregates ---- */

static double
value_of(FunctionCallInfo fcinfo, int arg, bool is_boolean, const char *what)
{
	double		v;

	if (is_boolean)
		return PG_GETARG_BOOL(arg) ? 1 : 0;
	v = PG_GETARG_FLOAT8(arg);
	if (unlikely(!(fabs(v) <= PPI_LARGEST)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s must be a finite number of at most %g", what, PPI_LARGEST),
				 errhint("Use NULL for a value that is missing.")));
	return v;
}

static double
probability_arg(FunctionCallInfo fcinfo)
{
	double		v;

	if (PG_ARGISNULL(3))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("the probability of audit of an audited row must not be null")));
	v = PG_GETARG_FLOAT8(3);
	if (!(v > 0 && v <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the probability of audit must be greater than 0 and at most 1"),
				 errdetail("It is %g.", v)));
	return Max(v, PPI_LEAST_PROBABILITY);
}

/* (judge, human [, probability]): human NULL is not audited, judge NULL is skipped and counted */
static pg_attribute_always_inline Datum
ppi_transition(FunctionCallInfo fcinfo, bool is_boolean, bool weighted)
{
	bool		audited = !PG_ARGISNULL(1) && !PG_ARGISNULL(2);
	double		judge = 0,
				human = 0,
				probability = 1;
	Ppi		   *p;

	/* arguments first, so that bad ones leave nothing behind */
	if (!PG_ARGISNULL(1))
		judge = value_of(fcinfo, 1, is_boolean, "judge");
	if (!PG_ARGISNULL(2))
		human = value_of(fcinfo, 2, is_boolean, "human");
	if (weighted && audited)
		probability = probability_arg(fcinfo);

	p = (Ppi *) state_for_row(&ppi_type, fcinfo);
	ppi_set_weighted(p, weighted);
	if (PG_ARGISNULL(1))
		ppi_skip(p);
	else if (!audited)
		ppi_add_rest(p, judge);
	else
	{
		ppi_add_audited(p, judge, human);
		if (weighted)
			ppi_add_weight(p, judge, human, probability);
	}
	PG_RETURN_DATUM(state_datum(&p->state));
}

STATE_FUNCTION(ppi_trans_float8, ppi_transition(fcinfo, false, false));
STATE_FUNCTION(ppi_trans_boolean, ppi_transition(fcinfo, true, false));
STATE_FUNCTION(ppi_trans_float8_weighted, ppi_transition(fcinfo, false, true));
STATE_FUNCTION(ppi_trans_boolean_weighted, ppi_transition(fcinfo, true, true));

/* ---- from exact sums to moments ---- */

/* A sum as two doubles: 106 bits, so that centring does not lose what squares have */
static void
two_parts(const ShortSum *s, double part[2])
{
	ExactSum	e;

	shortsum_to_exact(s, &e);
	part[0] = exactsum_value(&e);
	exactsum_add(&e, -part[0]);
	part[1] = exactsum_value(&e);
}

/* sum xy - sum x sum y / n, rounded once but for the division */
static double
centred(double n, const ShortSum *xy, const ShortSum *x, const ShortSum *y)
{
	double		sxy[2],
				sx[2],
				sy[2];
	ExactSum	sum;

	if (n == 0)
		return 0;
	two_parts(xy, sxy);
	two_parts(x, sx);
	two_parts(y, sy);
	exactsum_init(&sum);
	for (int i = 0; i < 2; i++)
	{
		exactsum_add_product(&sum, n, sxy[i]);
		for (int j = 0; j < 2; j++)
			exactsum_add_product(&sum, -sx[i], sy[j]);
	}
	return exactsum_value(&sum) / n;
}

static ShortSum
sum_of_both(const ShortSum *a, const ShortSum *b)
{
	ShortSum	sum;

	shortsum_init(&sum);
	shortsum_merge(&sum, CurrentMemoryContext, a);
	shortsum_merge(&sum, CurrentMemoryContext, b);
	return sum;
}

/* Adds x * y * sum, rounded only where the sum takes more than two doubles */
static void
add_scaled(ExactSum *e, double x, double y, const ShortSum *sum)
{
	const double xy[2] = {x * y, fma(x, y, -(x * y))};
	double		part[2];

	two_parts(sum, part);
	for (int i = 0; i < 2; i++)
		for (int j = 0; j < 2; j++)
			exactsum_add_product(e, xy[i], part[j]);
}

/* sum w (x - a) (y - b) from the sums of w, w x, w y, w x y */
static double
around(double a, double b, const ShortSum *w, const ShortSum *wx, const ShortSum *wy, const ShortSum *wxy)
{
	ExactSum	e;

	exactsum_init(&e);
	add_scaled(&e, 1, 1, wxy);
	add_scaled(&e, -a, 1, wy);
	add_scaled(&e, -b, 1, wx);
	add_scaled(&e, a, b, w);
	return exactsum_value(&e);
}

static void
weighted_moments(const Ppi *p, PpiMoments *m)
{
	const ShortSum *s = p->sum;
	double		f,
				y;

	m->weighted = true;
	m->w = shortsum_value(&s[W]);
	m->w2 = shortsum_value(&s[WW]);
	m->mean_f = f = shortsum_value(&s[W_F]) / m->w;
	m->mean_y = y = shortsum_value(&s[W_Y]) / m->w;
	/* weights of bytes that no rows made may be 0 */
	if (!isfinite(f) || !isfinite(y))
		return;
	m->s_ff = Max(0, around(f, f, &s[W], &s[W_F], &s[W_F], &s[W_FF]));
	m->s_fy = around(f, y, &s[W], &s[W_F], &s[W_Y], &s[W_FY]);
	m->w2_ff = Max(0, around(f, f, &s[WW], &s[WW_F], &s[WW_F], &s[WW_FF]));
	m->w2_yy = Max(0, around(y, y, &s[WW], &s[WW_Y], &s[WW_Y], &s[WW_YY]));
	m->w2_fy = around(f, y, &s[WW], &s[WW_F], &s[WW_Y], &s[WW_FY]);
}

static void
moments(const Ppi *p, PpiMoments *m)
{
	const ShortSum *s = p->sum;
	ShortSum	f = sum_of_both(&s[REST_F], &s[AUDIT_F]);
	ShortSum	ff = sum_of_both(&s[REST_FF], &s[AUDIT_FF]);
	ExactSum	differences,
				e;

	memset(m, 0, sizeof(*m));
	m->n_rest = (double) p->n_rest;
	m->n_audited = (double) p->n_audited;
	m->mean_all = shortsum_value(&f) / (m->n_rest + m->n_audited);
	m->s_all = Max(0, centred(m->n_rest + m->n_audited, &ff, &f, &f));
	m->range = p->most - p->least;
	m->scale = Max(fabs(p->most), fabs(p->least));
	if (p->n_rest > 0)
		m->mean_rest = shortsum_value(&s[REST_F]) / m->n_rest;
	m->s_rest = Max(0, centred(m->n_rest, &s[REST_FF], &s[REST_F], &s[REST_F]));
	if (p->n_audited == 0)
		return;

	/* sum (f - y)^2 is exact */
	shortsum_to_exact(&s[AUDIT_FF], &differences);
	shortsum_to_exact(&s[AUDIT_YY], &e);
	exactsum_merge(&differences, &e);
	for (int i = 0; i < 2; i++)
	{
		double		part[2];

		two_parts(&s[AUDIT_FY], part);
		exactsum_add_product(&differences, -2, part[i]);
	}
	m->differ = exactsum_value(&differences) != 0;
	if (p->flags & PPI_WEIGHTED)
	{
		weighted_moments(p, m);
		return;
	}
	m->mean_f = shortsum_value(&s[AUDIT_F]) / m->n_audited;
	m->mean_y = shortsum_value(&s[AUDIT_Y]) / m->n_audited;
	m->s_ff = Max(0, centred(m->n_audited, &s[AUDIT_FF], &s[AUDIT_F], &s[AUDIT_F]));
	m->s_yy = Max(0, centred(m->n_audited, &s[AUDIT_YY], &s[AUDIT_Y], &s[AUDIT_Y]));
	m->s_fy = centred(m->n_audited, &s[AUDIT_FY], &s[AUDIT_F], &s[AUDIT_Y]);
}

/* ---- reading ---- */

static const char *
note_of(const Ppi *p, const PpiMoments *m, PpiMethod method, const PpiEstimate *e)
{
	if (p->n_audited == 0)
		return "no audited rows: the judge alone says nothing of the truth";
	if (p->n_audited == 1)
		return "no interval: one audited row";
	if (isnan(e->se))
		return "no interval: nothing varies, or there are too few audited rows";
	if (method == PPI_CLASSICAL)
		return NULL;
	if (p->n_rest == 0 && e->lambda == 0)
		return "every row is audited";
	if (!m->differ && e->lambda > 0)
		return psprintf("no difference in " INT64_FORMAT " audited rows: the interval is widened by the rate of errors that this allows",
						p->n_audited);
	if (method == PPI_TUNED && p->n_audited < PPI_LEAST_TO_TUNE)
		return "too few audited rows to tune lambda";
	if (e->lambda == 0)
		return "the judge does not help: lambda is 0";
	return NULL;
}

static const ArgChoice method_names[] = {
	{"ppi++", PPI_TUNED}, {"ppi", PPI_PLAIN}, {"classical", PPI_CLASSICAL}, {NULL}
};

/* Sums of bytes that no rows made may lead anywhere */
static void
put_finite(SrfRow *row, double v)
{
	srf_float8(row, isfinite(v) ? v : NAN);
}

PG_FUNCTION_INFO_V1(ppi_mean);
Datum
ppi_mean(PG_FUNCTION_ARGS)
{
	double		confidence = arg_confidence(fcinfo, 1);
	PpiMethod	method = arg_choice(fcinfo, 2, "method", method_names);
	SrfRow		row;
	Ppi		   *p;
	PpiMoments	m;
	PpiEstimate e,
				classical;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	p = (Ppi *) state_get(&ppi_type, PG_GETARG_DATUM(0));
	moments(p, &m);
	ppi_estimate(&m, method, confidence, &e);
	ppi_estimate(&m, PPI_CLASSICAL, confidence, &classical);
	put_finite(&row, e.value);
	put_finite(&row, e.se);
	put_finite(&row, e.low);
	put_finite(&row, e.high);
	srf_int64(&row, p->n_rest + p->n_audited);
	srf_int64(&row, p->n_audited);
	put_finite(&row, e.lambda);
	put_finite(&row, m.mean_all);
	put_finite(&row, classical.value);
	put_finite(&row, classical.se);
	put_finite(&row, classical.low);
	put_finite(&row, classical.high);
	srf_cstring(&row, note_of(p, &m, method, &e));
	srf_end_row(&row);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(ppi_n_skipped);
Datum
ppi_n_skipped(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(((Ppi *) state_get(&ppi_type, PG_GETARG_DATUM(0)))->n_skipped);
}

/* Counts, extremes and the sums, each rounded */
PG_FUNCTION_INFO_V1(ppi_to_jsonb);
Datum
ppi_to_jsonb(PG_FUNCTION_ARGS)
{
	static const char *const name[PPI_SUMS] = {
		"rest_judge", "rest_judge_squared", "judge", "judge_squared", "human", "human_squared", "judge_human",
		"w", "w_judge", "w_human", "w_judge_squared", "w_judge_human",
		"w2", "w2_judge", "w2_human", "w2_judge_squared", "w2_human_squared", "w2_judge_human"
	};
	Ppi		   *p = (Ppi *) state_get(&ppi_type, PG_GETARG_DATUM(0));
	bool		any = p->n_rest + p->n_audited > 0;
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfo(&buf, "{\"n_skipped\": " INT64_FORMAT ", \"n_not_audited\": " INT64_FORMAT ", \"n_audited\": " INT64_FORMAT
					 ", \"least\": %s, \"largest\": %s, \"sums\": {",
					 p->n_skipped, p->n_rest, p->n_audited,
					 any ? number_cstring(p->least) : "null", any ? number_cstring(p->most) : "null");
	for (int i = 0; i < ((p->flags & PPI_WEIGHTED) ? PPI_SUMS : PPI_PLAIN_SUMS); i++)
		appendStringInfo(&buf, "%s\"%s\": %s", i > 0 ? ", " : "", name[i], number_cstring(shortsum_value(&p->sum[i])));
	appendStringInfoString(&buf, "}}");
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(buf.data)));
}

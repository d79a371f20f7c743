/*-------------------------------------------------------------------------
 *
 * rubric_score_read.c
 *	  The conventions of scoring, each read from the same sums.
 *
 * With points w and values v in [0, 1] of the graded criteria, A = sum w v,
 * and W+ and W- the sums of the positive points and of the negative ones by
 * their size, the score is
 *
 *	  positive		A / W+					HealthBench (Arora et al. 2025)
 *	  minmax		(A + W-) / (W+ + W-)	PRBench (Akyurek et al. 2025)
 *	  abs			A / (W+ + W-)			Rubrics as Rewards (Gunjal et al. 2025), eq. 1
 *	  penalty_only	1 + A / W-				where no points are positive
 *
 * Criteria that are N/A are left out (skip), or count as value 0 (zero), as a
 * part of their positive points (partial), or as missed and violated (fail).
 *
 * The score of a tree is that of PaperBench (Starace et al. 2025): the mean of
 * the children, weighted, at every node.  Shares of the leaves add up to 1, so
 * that the sums over several trees divided by their number are means; without
 * the leaves that are N/A shares change, and the state has that score apart.
 *
 * Sums are exact, their quotient is taken in 106 bits and rounded once.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/args.h"
#include "common/compat.h"
#include "rubric/rubric_score.h"

static inline Wide
rest_wide(const ScoreSums *s, size_t field)
{
	if (s->rest == NULL)
		return wide_of(0);
	return shortsum_wide((const ShortSum *) ((const char *) s->rest + field));
}

#define REST(s, field) rest_wide(s, offsetof(ScoreRest, field))

static double
quotient(Wide a, Wide b)
{
	if (b.high == 0)
		return NAN;
	/* an infinite part would turn into NaN, which stands for undefined */
	if (!isfinite(a.high) || !isfinite(b.high))
		return INFINITY;
	return wide_divide(a, b).high;
}

/* What was achieved, N/A included as the policy has it */
static Wide
achieved(const ScoreSums *s, const ScoreOptions *o)
{
	Wide		a = shortsum_wide(&s->achieved);

	if (s->rest == NULL)
		return a;
	if (o->na == NA_PARTIAL)
		return wide_add(a, wide_multiply(wide_of(o->partial), REST(s, na_plus)));
	if (o->na == NA_FAIL)
		return wide_add(a, wide_negate(REST(s, na_minus)));
	return a;
}

static double
tree_score(const ScoreSums *s, const ScoreOptions *o)
{
	if (s->rest == NULL || o->norm == NORM_PENALTY_ONLY)
		return NAN;
	if (o->na == NA_SKIP)
		return quotient(shortsum_wide(&s->rest->pruned), wide_of((double) s->rest->n_pruned));
	return quotient(achieved(s, o), wide_of((double) s->rest->n_trees));
}

double
sums_score(const ScoreSums *s, bool tree, const ScoreOptions *o)
{
	Wide		a,
				plus,
				minus;
	bool		penalties_alone;
	ScoreNorm	norm = o->norm;

	if (tree)
		return tree_score(s, o);
	a = achieved(s, o);
	plus = shortsum_wide(&s->plus);
	minus = shortsum_wide(&s->minus);
	penalties_alone = plus.high == 0 && REST(s, na_plus).high == 0;
	if (s->rest && o->na != NA_SKIP)
	{
		plus = wide_add(plus, REST(s, na_plus));
		minus = wide_add(minus, REST(s, na_minus));
	}
	if (norm == NORM_POSITIVE && o->penalty_only && penalties_alone)
		norm = NORM_PENALTY_ONLY;
	switch (norm)
	{
		case NORM_POSITIVE:
			return quotient(a, plus);
		case NORM_MINMAX:
			return quotient(wide_add(a, minus), wide_add(plus, minus));
		case NORM_ABS:
			return quotient(a, wide_add(plus, minus));
		case NORM_PENALTY_ONLY:
			return penalties_alone ? quotient(wide_add(minus, a), minus) : NAN;
	}
	return NAN;
}

double
sums_achieved(const ScoreSums *s, const ScoreOptions *o)
{
	return achieved(s, o).high;
}

double
sums_possible(const ScoreSums *s, bool tree, const ScoreOptions *o)
{
	Wide		plus = shortsum_wide(&s->plus);
	Wide		minus = shortsum_wide(&s->minus);

	if (tree)
	{
		if (s->rest == NULL || o->norm == NORM_PENALTY_ONLY)
			return 0;
		plus = wide_of((double) s->rest->n_trees);
		return o->na == NA_SKIP ? wide_add(plus, wide_negate(REST(s, na_plus))).high : plus.high;
	}
	if (s->rest && o->na != NA_SKIP)
	{
		plus = wide_add(plus, REST(s, na_plus));
		minus = wide_add(minus, REST(s, na_minus));
	}
	return o->norm == NORM_POSITIVE ? plus.high : o->norm == NORM_PENALTY_ONLY ? minus.high : wide_add(plus, minus).high;
}

double
sums_mean_criteria(const ScoreSums *s)
{
	Wide		earned = wide_add(wide_of((double) s->n_pass), REST(s, credit));

	return quotient(earned, wide_of((double) s->n_pass + (double) s->n_fail));
}

double
rubric_score_value(const RubricScore *s, const ScoreOptions *o, bool *isnull)
{
	double		v = sums_score(&s->all, rubric_score_is_tree(s), o);

	*isnull = isnan(v);
	if (isinf(v))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("score is out of range"),
				 errdetail("The sums of the points are too large or too small for double precision.")));
	/* -0 is 0 */
	return v == 0 ? 0 : v;
}

/* ---- options ---- */

void
score_norm_arg(FunctionCallInfo fcinfo, int arg, ScoreOptions *o)
{
	static const ArgChoice norm[] = {
		{"positive", NORM_POSITIVE}, {"minmax", NORM_MINMAX}, {"abs", NORM_ABS},
		{"penalty_only", NORM_PENALTY_ONLY}, {NULL, 0}
	};

	o->norm = arg_choice(fcinfo, arg, "norm", norm);
}

void
score_na_arg(FunctionCallInfo fcinfo, int arg, ScoreOptions *o)
{
	static const ArgChoice na[] = {
		{"skip", NA_SKIP}, {"zero", NA_ZERO}, {"partial", NA_PARTIAL}, {"fail", NA_FAIL}, {NULL, 0}
	};

	o->na = arg_choice(fcinfo, arg, "na", na);
}

void
score_partial_arg(FunctionCallInfo fcinfo, int arg, ScoreOptions *o)
{
	if (!arg_given(fcinfo, arg))
		arg_is_null("partial");
	o->partial = PG_GETARG_FLOAT8(arg);
	if (!(o->partial >= 0 && o->partial <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("partial must be between 0 and 1"),
				 errdetail("It is %g.", o->partial),
				 errhint("Accepted is a number from 0 to 1: what a criterion that is N/A earns of its points.")));
}

void
score_penalty_only_arg(FunctionCallInfo fcinfo, int arg, ScoreOptions *o)
{
	if (!arg_given(fcinfo, arg))
		arg_is_null("penalty_only");
	o->penalty_only = PG_GETARG_BOOL(arg);
}

/*-------------------------------------------------------------------------
 *
 * confusion_table.c
 *	  A confusion as the kernels of metrics want it, and the options that its
 *	  accessors share.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/compat.h"
#include "common/exactsum.h"
#include "common/interrupts.h"
#include "common/stats.h"
#include "consensus/confusion_table.h"
#include "utils/builtins.h"

void
confusion_table(Datum d, ConfusionTable *t)
{
	Confusion  *c = confusion_get(d);
	int32		n_labels = (int32) c->labels.n;

	t->c = c;
	t->counts.n_labels = n_labels;
	t->counts.n = 0;
	t->counts.both = array_alloc0(n_labels, sizeof(int64));
	t->counts.reference = array_alloc0(n_labels, sizeof(int64));
	t->counts.predicted = array_alloc0(n_labels, sizeof(int64));
	t->n_not_covered = 0;
	for (uint32 i = 0; i < c->cells.n; i++)
	{
		uint32		r = cell_reference(c, i);
		uint32		p = cell_predicted(c, i);

		HD_CHECK_EVERY(i);
		if (p == NOT_COVERED)
		{
			t->n_not_covered += c->count[i];
			continue;
		}
		t->counts.n += c->count[i];
		t->counts.reference[r] += c->count[i];
		t->counts.predicted[p] += c->count[i];
		if (r == p)
			t->counts.both[r] += c->count[i];
	}
	t->x = NULL;
	if (c->kind != VALUE_NUMBER && c->kind != VALUE_ORDERED)
		return;
	t->x = array_alloc(n_labels, sizeof(double));
	for (int32 k = 0; k < n_labels; k++)
		t->x[k] = c->kind == VALUE_NUMBER ? dict_prefix_float8(c->labels.entry[k].prefix) : k;
}

int64
n_equal_labels(const ConfusionTable *t)
{
	int64		n = 0;

	for (int32 k = 0; k < t->counts.n_labels; k++)
		n += t->counts.both[k];
	return n;
}

double
observed_distance(const ConfusionTable *t, LabelDistance kind)
{
	Confusion  *c = t->c;
	ExactSum	sum;

	exactsum_init(&sum);
	for (uint32 i = 0; i < c->cells.n; i++)
	{
		uint32		p = cell_predicted(c, i);

		HD_CHECK_EVERY(i);
		if (p != NOT_COVERED)
			exactsum_add_product(&sum, (double) c->count[i],
								 label_distance(kind, t->x[cell_reference(c, i)], t->x[p]));
	}
	return exactsum_value(&sum);
}

static const ArgChoice interval_names[] = {
	{"wilson", 0}, {"clopper_pearson", 1}, {"jeffreys", 2}, {"agresti_coull", 3}, {NULL}
};

ProportionInterval
interval_arg(FunctionCallInfo fcinfo, int arg)
{
	static const ProportionInterval interval[] = {hd_wilson, hd_clopper_pearson, hd_jeffreys, hd_agresti_coull};

	return interval[arg_choice(fcinfo, arg, "method", interval_names)];
}

/* ---- bias ---- */

void
no_positive_label(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("bias needs numbers, booleans, or the name of the positive label"),
			 errhint("Name it, for example bias(c, positive => 'yes').")));
}

int64
label_code(Confusion *c, Datum name)
{
	ColumnKey	k;
	int64		code;

	if (!value_key_of_text(c->kind, name, &k))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" cannot be a label of this confusion", TextDatumGetCString(name)),
				 c->kind == VALUE_NUMBER ? errdetail("Its labels are numbers.") :
				 errdetail("Its labels are sets, which have no name.")));
	code = dict_find(&c->labels, k.prefix, k.bytes, k.len);
	/* an enum has a list of what there is */
	if (code < 0 && c->kind == VALUE_ORDERED && c->labels.n > 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" cannot be a label of this confusion", TextDatumGetCString(name)),
				 errdetail("It is none of the labels of the enum.")));
	return code;
}

/* Are "true" and "false" the only labels? */
static bool
are_booleans(Confusion *c)
{
	return c->kind == VALUE_LABEL && c->labels.n > 0 &&
		c->labels.n == (label_code(c, CStringGetTextDatum("true")) >= 0) +
		(label_code(c, CStringGetTextDatum("false")) >= 0);
}

/* How far apart two values can be: of 0 and 1, and of two other values, else NaN */
static double
number_range(int32 n, const double *value)
{
	for (int32 k = 0; k < n; k++)
		if (value[k] != 0 && value[k] != 1)
			return n == 2 ? value[1] - value[0] : NAN;
	return 1;
}

double *
label_values(const ConfusionTable *t, FunctionCallInfo fcinfo, int positive, double *range)
{
	int32		n_labels = t->counts.n_labels;
	double	   *value = array_alloc0(n_labels, sizeof(double));
	int64		code;

	*range = 1;
	if (arg_given(fcinfo, positive))
	{
		/* a label that never occurred is no error: its share is 0 on both sides */
		code = label_code(t->c, PG_GETARG_DATUM(positive));
	}
	else if (t->c->kind == VALUE_NUMBER)
	{
		memcpy(value, t->x, sizeof(double) * n_labels);
		*range = number_range(n_labels, value);
		return value;
	}
	else if (are_booleans(t->c) || n_labels == 0)
		code = t->c->kind == VALUE_LABEL ? label_code(t->c, CStringGetTextDatum("true")) : -1;
	else
		return NULL;
	if (code >= 0)
		value[code] = 1;
	return value;
}

/* mean(predicted) - mean(reference): of paired rows, so the variance is that of the differences */
void
label_bias(const ConfusionTable *t, const double *value, Bias *b)
{
	Confusion  *c = t->c;
	const double n = (double) t->counts.n;
	ExactSum	sum,
				squares;

	b->n = t->counts.n;
	b->n_apart = 0;
	b->value = b->variance = NAN;
	if (b->n == 0)
		return;
	exactsum_init(&sum);
	for (uint32 i = 0; i < c->cells.n; i++)
	{
		uint32		p = cell_predicted(c, i);
		double		k = (double) c->count[i];

		HD_CHECK_EVERY(i);
		if (p == NOT_COVERED)
			continue;
		exactsum_add_product(&sum, k, value[p]);
		exactsum_add_product(&sum, -k, value[cell_reference(c, i)]);
		if (value[p] != value[cell_reference(c, i)])
			b->n_apart += c->count[i];
	}
	b->value = exactsum_value(&sum) / n;
	if (!isfinite(b->value))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("bias is out of range")));
	if (b->n < 2)
		return;
	exactsum_init(&squares);
	for (uint32 i = 0; i < c->cells.n; i++)
	{
		uint32		p = cell_predicted(c, i);
		double		d;

		if (p == NOT_COVERED)
			continue;
		d = value[p] - value[cell_reference(c, i)] - b->value;
		exactsum_add_product(&squares, (double) c->count[i], d * d);
	}
	b->variance = exactsum_value(&squares) / (n * (n - 1));
}

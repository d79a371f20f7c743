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

static int64
label_code(Confusion *c, const char *name)
{
	ColumnKey	k;

	if (!value_key_of_text(c->kind, CStringGetTextDatum(name), &k))
		return -1;
	return dict_find(&c->labels, k.prefix, k.bytes, k.len);
}

/* Are "true" and "false" the only labels? */
static bool
are_booleans(Confusion *c)
{
	return c->kind == VALUE_LABEL && c->labels.n > 0 &&
		c->labels.n == (label_code(c, "true") >= 0) + (label_code(c, "false") >= 0);
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
		code = label_code(t->c, text_to_cstring(PG_GETARG_TEXT_PP(positive)));
	}
	else if (t->c->kind == VALUE_NUMBER)
	{
		memcpy(value, t->x, sizeof(double) * n_labels);
		*range = NAN;
		if (n_labels == 2)
			*range = value[1] - value[0];
		return value;
	}
	else if (are_booleans(t->c) || n_labels == 0)
		code = label_code(t->c, "true");
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

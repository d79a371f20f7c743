/*-------------------------------------------------------------------------
 *
 * human_ceiling.c
 *	  How well each grader does by the measure that a judge is held to: plain
 *	  arrays, no SQL.
 *
 * Leave one grader out (HealthBench, Arora et al. 2025, arXiv:2505.08775):
 * a grader's own labels never enter the reference that the grader is measured
 * by.  The judge is measured by the same reference on the same
 * items, so that the difference does not come from the items, nor from how
 * many others there are.
 *
 * All metrics are functions of shares of rows.  Rows of one item are not
 * independent: an item's influence is the sum over its rows, and the variance
 * is that of a ratio over items, or over clusters of them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/compat.h"
#include "common/interrupts.h"
#include "common/stats.h"
#include "consensus/human_ceiling.h"

/* below this a variance is rounding noise around 0 */
#define NO_VARIANCE 1e-18

/* What is compared with the reference.  Differences are of streams over the same items. */
typedef enum Stream
{
	OWN,						/* the grader */
	OWN_BESIDE_OTHERS,			/* likewise, on items of OTHERS */
	OTHERS,						/* the other graders among themselves */
	OWN_BESIDE_JUDGE,			/* likewise, on items of JUDGE */
	JUDGE,
	N_STREAMS
} Stream;

typedef struct CeilingWork
{
	const RatingMatrix *m;
	int32		judge;
	LabelMetric metric;
	CeilingReference reference;
	double		confidence;
	/* people's labels of each item, each once, with how many gave it */
	int32	   *start;			/* [n_items + 1] */
	int32	   *label;
	int32	   *count;
	int32	   *judge_label;	/* [n_items], -1: none */
	/* observations by rater */
	int32	   *rater_start;	/* [n_raters + 1] */
	int32	   *rater_item;
	int32	   *rater_label;
	/* of one grader */
	LabelCounts counts[N_STREAMS];
	double		value[N_STREAMS];
	LabelGradient gradient[N_STREAMS];
	double		mean[N_STREAMS];	/* of the gradient over the rows */
	int64		items[N_STREAMS];
	/* influence by unit: [n_units] of three sums, and the units in use */
	double	   *influence[3];
	bool	   *seen[3];
	int32	   *units[3];
	int32		n_used[3];
} CeilingWork;

/* ---- the labels of items ---- */

static int32
add_label(CeilingWork *w, int32 from, int32 to, int32 label)
{
	for (int32 k = from; k < to; k++)
		if (w->label[k] == label)
		{
			w->count[k]++;
			return to;
		}
	w->label[to] = label;
	w->count[to] = 1;
	return to + 1;
}

static void
collect_labels(CeilingWork *w)
{
	const RatingMatrix *m = w->m;
	int32		to = 0;

	w->start = array_alloc(m->n_items + 1, sizeof(int32));
	w->label = array_alloc(m->n_obs, sizeof(int32));
	w->count = array_alloc(m->n_obs, sizeof(int32));
	w->judge_label = array_alloc(m->n_items, sizeof(int32));
	for (int32 i = 0; i < m->n_items; i++)
	{
		int32		from = to;

		w->start[i] = to;
		w->judge_label[i] = -1;
		for (int32 j = m->start[i]; j < m->start[i + 1]; j++)
		{
			HD_CHECK_EVERY(j);
			if (m->rater[j] == w->judge)
				w->judge_label[i] = m->category[j];
			else
				to = add_label(w, from, to, m->category[j]);
		}
	}
	w->start[m->n_items] = to;
}

static void
collect_raters(CeilingWork *w)
{
	const RatingMatrix *m = w->m;
	int32	   *at = array_alloc0(m->n_raters + 1, sizeof(int32));

	for (int32 j = 0; j < m->n_obs; j++)
		at[m->rater[j] + 1]++;
	for (int32 g = 0; g < m->n_raters; g++)
		at[g + 1] += at[g];
	w->rater_start = array_alloc(m->n_raters + 1, sizeof(int32));
	memcpy(w->rater_start, at, sizeof(int32) * (m->n_raters + 1));
	w->rater_item = array_alloc(m->n_obs, sizeof(int32));
	w->rater_label = array_alloc(m->n_obs, sizeof(int32));
	for (int32 i = 0; i < m->n_items; i++)
		for (int32 j = m->start[i]; j < m->start[i + 1]; j++)
		{
			int32		to = at[m->rater[j]]++;

			HD_CHECK_EVERY(j);
			w->rater_item[to] = i;
			w->rater_label[to] = m->category[j];
		}
	pfree(at);
}

/* ---- rows of reference and label ---- */

typedef void (*RowSink) (CeilingWork *w, Stream s, int32 item, int32 reference, int32 label, int64 n);

/* The count of label k of an item without the labels at a and b (-1: none) */
static inline int32
count_without(const CeilingWork *w, int32 k, int32 a, int32 b)
{
	return w->count[k] - (k == a) - (k == b);
}

/* The label that most of the rest gave; -1 if there is none, or a tie */
static int32
majority(const CeilingWork *w, int32 item, int32 a, int32 b)
{
	int32		best = -1;
	int32		most = 0;

	for (int32 k = w->start[item]; k < w->start[item + 1]; k++)
	{
		int32		n = count_without(w, k, a, b);

		if (n > most)
		{
			most = n;
			best = w->label[k];
		}
		else if (n == most)
			best = -1;
	}
	return best;
}

/* A label against the references that are left; how many rows that gave */
static int64
rows_of_label(CeilingWork *w, Stream s, int32 item, int32 a, int32 b, int32 label, int64 times, RowSink sink)
{
	int64		n = 0;

	if (w->reference == REFERENCE_MAJORITY)
	{
		int32		reference = majority(w, item, a, b);

		if (reference < 0)
			return 0;
		sink(w, s, item, reference, label, times);
		return 1;
	}
	for (int32 k = w->start[item]; k < w->start[item + 1]; k++)
	{
		int64		c = count_without(w, k, a, b);

		if (c == 0)
			continue;
		sink(w, s, item, w->label[k], label, c * times);
		n += c;
	}
	return n;
}

/*
 * All rows of an item for a grader whose label stands at a (-1: the grader is
 * the judge, who is none of the people).
 */
static void
rows_of_item(CeilingWork *w, int32 item, int32 a, int32 label, RowSink sink)
{
	int64		others = 0;

	if (rows_of_label(w, OWN, item, a, -1, label, 1, sink) == 0)
		return;

	/*
	 * Where the others have a majority they agree more than elsewhere: among
	 * themselves they say nothing on those items.
	 */
	for (int32 b = w->start[item]; w->reference == REFERENCE_PAIRWISE && b < w->start[item + 1]; b++)
	{
		int32		n = w->count[b] - (a == b);

		if (n > 0)
			others += rows_of_label(w, OTHERS, item, a, b, w->label[b], n, sink);
	}
	if (others > 0)
		rows_of_label(w, OWN_BESIDE_OTHERS, item, a, -1, label, 1, sink);
	if (a >= 0 && w->judge_label[item] >= 0)
	{
		rows_of_label(w, JUDGE, item, a, -1, w->judge_label[item], 1, sink);
		rows_of_label(w, OWN_BESIDE_JUDGE, item, a, -1, label, 1, sink);
	}
}

/* All rows of a grader, by item */
static void
rows_of_rater(CeilingWork *w, int32 g, RowSink sink)
{
	for (int32 j = w->rater_start[g]; j < w->rater_start[g + 1]; j++)
	{
		int32		item = w->rater_item[j];
		int32		a = -1;

		HD_CHECK_EVERY(j);
		for (int32 k = w->start[item]; g != w->judge && k < w->start[item + 1]; k++)
			if (w->label[k] == w->rater_label[j])
				a = k;
		rows_of_item(w, item, a, w->rater_label[j], sink);
	}
}

/* ---- values ---- */

static void
count_row(CeilingWork *w, Stream s, int32 item, int32 reference, int32 label, int64 n)
{
	LabelCounts *c = &w->counts[s];

	c->n += n;
	c->reference[reference] += n;
	c->predicted[label] += n;
	if (reference == label)
		c->both[label] += n;
}

static void
clear_counts(LabelCounts *c)
{
	Size		size = sizeof(int64) * c->n_labels;

	c->n = 0;
	memset(c->both, 0, size);
	memset(c->reference, 0, size);
	memset(c->predicted, 0, size);
}

/* Value of a stream, its gradient, and the gradient's mean over the rows */
static void
evaluate(CeilingWork *w, Stream s)
{
	const LabelCounts *c = &w->counts[s];
	LabelGradient *g = &w->gradient[s];
	double		sum = 0;

	memset(g->both, 0, sizeof(double) * c->n_labels);
	memset(g->reference, 0, sizeof(double) * c->n_labels);
	memset(g->predicted, 0, sizeof(double) * c->n_labels);
	w->value[s] = label_metric(c, w->metric, NULL, g);
	for (int32 k = 0; k < c->n_labels && c->n > 0; k++)
		sum += g->both[k] * (double) c->both[k] + g->reference[k] * (double) c->reference[k] +
			g->predicted[k] * (double) c->predicted[k];
	w->mean[s] = sum / (double) c->n;
}

/* ---- influence ---- */

enum
{
	OF_VALUE, OF_EXCESS, OF_AHEAD
};

static void
add_influence(CeilingWork *w, int of, int32 item, double psi)
{
	int32		unit = w->m->n_clusters > 0 ? w->m->cluster[item] : item;

	if (!w->seen[of][unit])
	{
		w->seen[of][unit] = true;
		w->influence[of][unit] = 0;
		w->units[of][w->n_used[of]++] = unit;
	}
	w->influence[of][unit] += psi;
}

static void
spread_row(CeilingWork *w, Stream s, int32 item, int32 reference, int32 label, int64 n)
{
	double		psi = (double) n / (double) w->counts[s].n *
		(label_gradient_at(&w->gradient[s], reference, label) - w->mean[s]);

	switch (s)
	{
		case OWN:
			add_influence(w, OF_VALUE, item, psi);
			break;
		case OWN_BESIDE_OTHERS:
			add_influence(w, OF_EXCESS, item, psi);
			break;
		case OTHERS:
			add_influence(w, OF_EXCESS, item, -psi);
			break;
		case JUDGE:
			add_influence(w, OF_AHEAD, item, psi);
			break;
		case OWN_BESIDE_JUDGE:
			add_influence(w, OF_AHEAD, item, -psi);
			break;
		case N_STREAMS:
			break;
	}
}

/* Variance of the sum over units, and how many there are; forgets the units */
static double
take_variance(CeilingWork *w, int of, int32 *n_units)
{
	int32		n = w->n_used[of];
	double		sum = 0;

	for (int32 u = 0; u < n; u++)
	{
		int32		unit = w->units[of][u];

		sum += w->influence[of][unit] * w->influence[of][unit];
		w->seen[of][unit] = false;
	}
	w->n_used[of] = 0;
	*n_units = n;
	return n < 2 ? NAN : sum * n / (n - 1.0);
}

static double
least_value(LabelMetric metric)
{
	return metric == METRIC_KAPPA || metric == METRIC_MCC ? -1 : 0;
}

static void
excess_interval(const CeilingWork *w, double variance, int32 n_units, Excess *e)
{
	double		most = 1 - least_value(w->metric);
	double		half;

	if (isnan(e->value) || !(variance > NO_VARIANCE))
		return;
	half = hd_t_quantile((1 + w->confidence) / 2, n_units - 1.0) * sqrt(variance);
	e->low = Max(-most, e->value - half);
	e->high = Min(most, e->value + half);
}

static void
value_interval(const CeilingWork *w, CeilingRow *row)
{
	double		half;

	if (isnan(row->value))
		return;
	if (label_nothing_differs(&w->counts[OWN]))
	{
		row->low = label_perfect_bound(&w->counts[OWN], w->metric, NULL, row->n_units, w->confidence);
		row->high = 1;
		return;
	}
	if (!(row->variance > NO_VARIANCE))
		return;
	half = hd_t_quantile((1 + w->confidence) / 2, row->n_units - 1.0) * sqrt(row->variance);
	row->low = Max(least_value(w->metric), row->value - half);
	row->high = Min(1, row->value + half);
}

/* How many items gave rows to a stream: counted with the first row of each */
static void
count_item(CeilingWork *w, Stream s, int32 item, int32 reference, int32 label, int64 n)
{
	static const int of[N_STREAMS] = {OF_VALUE, OF_EXCESS, -1, OF_AHEAD, -1};

	if (of[s] < 0 || w->seen[of[s]][item])
		return;
	w->seen[of[s]][item] = true;
	w->units[of[s]][w->n_used[of[s]]++] = item;
}

static int64
take_items(CeilingWork *w, int of)
{
	int32		n = w->n_used[of];

	for (int32 u = 0; u < n; u++)
		w->seen[of][w->units[of][u]] = false;
	w->n_used[of] = 0;
	return n;
}

static void
measure_rater(CeilingWork *w, int32 g, CeilingRow *row)
{
	int32		n_units;
	double		variance;

	memset(row, 0, sizeof(*row));
	row->low = row->high = row->shrunk = NAN;
	row->excess.low = row->excess.high = row->ahead.low = row->ahead.high = NAN;
	for (int s = 0; s < N_STREAMS; s++)
		clear_counts(&w->counts[s]);
	rows_of_rater(w, g, count_row);
	rows_of_rater(w, g, count_item);
	row->n_items = take_items(w, OF_VALUE);
	row->n_expected = take_items(w, OF_EXCESS);
	row->n_judge = take_items(w, OF_AHEAD);
	for (int s = 0; s < N_STREAMS; s++)
		evaluate(w, s);
	row->n_pairs = w->counts[OWN].n;
	row->value = w->value[OWN];
	row->expected = w->value[OTHERS];
	row->excess.value = w->value[OWN_BESIDE_OTHERS] - w->value[OTHERS];
	row->judge = w->value[JUDGE];
	row->ahead.value = w->value[JUDGE] - w->value[OWN_BESIDE_JUDGE];

	rows_of_rater(w, g, spread_row);
	row->variance = take_variance(w, OF_VALUE, &row->n_units);
	value_interval(w, row);
	variance = take_variance(w, OF_EXCESS, &n_units);
	excess_interval(w, variance, n_units, &row->excess);
	variance = take_variance(w, OF_AHEAD, &n_units);
	excess_interval(w, variance, n_units, &row->ahead);
}

/* ---- over the people ---- */

/* Mean of x and Student's interval, the people being the sample */
static void
mean_of_people(int32 n, const double *x, double confidence, double least, double most, Excess *e)
{
	double		sum = 0;
	double		squares = 0;
	double		half;

	e->value = e->low = e->high = NAN;
	if (n == 0)
		return;
	for (int32 i = 0; i < n; i++)
		sum += x[i];
	e->value = sum / n;
	for (int32 i = 0; i < n; i++)
		squares += (x[i] - e->value) * (x[i] - e->value);
	if (n < 2 || !(squares > NO_VARIANCE))
		return;
	half = hd_t_quantile((1 + confidence) / 2, n - 1.0) * sqrt(squares / (n * (n - 1.0)));
	e->low = Max(least, e->value - half);
	e->high = Min(most, e->value + half);
}

static void
sum_up(CeilingWork *w, Ceiling *c)
{
	int32		n_raters = w->m->n_raters;
	double		least = least_value(w->metric);
	double	   *value = array_alloc(n_raters, sizeof(double));
	double	   *judge = array_alloc(n_raters, sizeof(double));
	double	   *ahead = array_alloc(n_raters, sizeof(double));
	double		behind = 0;
	Excess		e;

	for (int32 g = 0; g < n_raters; g++)
	{
		const CeilingRow *row = &c->rater[g];

		if (g == w->judge || isnan(row->value))
			continue;
		value[c->n_people++] = row->value;
		if (isnan(row->ahead.value))
			continue;
		judge[c->n_compared] = row->judge;
		ahead[c->n_compared++] = row->ahead.value;
		behind += row->ahead.value > 0 ? 1 : row->ahead.value == 0 ? 0.5 : 0;
	}
	mean_of_people(c->n_people, value, w->confidence, least, 1, &e);
	c->value = e.value;
	c->low = e.low;
	c->high = e.high;
	mean_of_people(c->n_compared, judge, w->confidence, least, 1, &e);
	c->judge = e.value;
	mean_of_people(c->n_compared, ahead, w->confidence, least - 1, 1 - least, &c->ahead);
	c->percentile = c->n_compared > 0 ? behind / c->n_compared : NAN;
	pfree(value);
	pfree(judge);
	pfree(ahead);
}

/*
 * Empirical Bayes: the variance between people by the method of moments of
 * DerSimonian & Laird (1986), then each value is drawn to the mean of all by
 * the share of its variance that is chance.
 */
static void
shrink(const CeilingWork *w, CeilingRow *rows)
{
	double		sum = 0,
				squares = 0,
				weighted = 0,
				q = 0,
				between,
				mean;
	int32		n = 0;

	for (int32 g = 0; g < w->m->n_raters; g++)
	{
		double		weight = 1 / rows[g].variance;

		if (g == w->judge || isnan(rows[g].value) || !(rows[g].variance > NO_VARIANCE))
			continue;
		sum += weight;
		squares += weight * weight;
		weighted += weight * rows[g].value;
		n++;
	}
	if (n < 2)
		return;
	mean = weighted / sum;
	for (int32 g = 0; g < w->m->n_raters; g++)
		if (g != w->judge && !isnan(rows[g].value) && rows[g].variance > NO_VARIANCE)
			q += (rows[g].value - mean) * (rows[g].value - mean) / rows[g].variance;
	between = Max(0, (q - (n - 1)) / (sum - squares / sum));
	sum = weighted = 0;
	for (int pass = 0; pass < 2; pass++)
		for (int32 g = 0; g < w->m->n_raters; g++)
		{
			double		v = rows[g].variance;

			if (g == w->judge || isnan(rows[g].value) || !(v > NO_VARIANCE))
				continue;
			if (pass == 0)
			{
				sum += 1 / (v + between);
				weighted += rows[g].value / (v + between);
			}
			else
				rows[g].shrunk = (between * rows[g].value + v * (weighted / sum)) / (between + v);
		}
}

/* Ranks that the intervals allow, 1 the best: behind all who are certainly better */
static void
rank_people(const CeilingWork *w, CeilingRow *rows)
{
	int32		n = w->m->n_raters;

	for (int32 g = 0; g < n; g++)
	{
		int32		better = 0,
					worse = 0,
					all = 0;

		if (g == w->judge || isnan(rows[g].low))
			continue;
		for (int32 h = 0; h < n; h++)
		{
			HD_CHECK_EVERY(h);
			if (h == w->judge || isnan(rows[h].low))
				continue;
			all++;
			better += rows[h].low > rows[g].high;
			worse += rows[h].high < rows[g].low;
		}
		rows[g].rank_low = 1 + better;
		rows[g].rank_high = all - worse;
	}
}

Ceiling *
human_ceiling(const RatingMatrix *m, int32 judge, LabelMetric metric,
			  CeilingReference reference, double confidence)
{
	int32		n_units = Max(m->n_clusters, m->n_items);
	CeilingWork w = {.m = m, .judge = judge, .metric = metric, .reference = reference, .confidence = confidence};
	Ceiling    *c = palloc0(sizeof(Ceiling));

	collect_labels(&w);
	collect_raters(&w);
	for (int s = 0; s < N_STREAMS; s++)
	{
		w.counts[s].n_labels = m->n_categories;
		w.counts[s].both = array_alloc(m->n_categories, sizeof(int64));
		w.counts[s].reference = array_alloc(m->n_categories, sizeof(int64));
		w.counts[s].predicted = array_alloc(m->n_categories, sizeof(int64));
		label_gradient_init(&w.gradient[s], m->n_categories);
	}
	for (int of = 0; of < 3; of++)
	{
		w.influence[of] = array_alloc(n_units, sizeof(double));
		w.seen[of] = array_alloc0(n_units, sizeof(bool));
		w.units[of] = array_alloc(n_units, sizeof(int32));
	}
	c->rater = array_alloc0(m->n_raters, sizeof(CeilingRow));
	for (int32 g = 0; g < m->n_raters; g++)
	{
		CHECK_FOR_INTERRUPTS();
		measure_rater(&w, g, &c->rater[g]);
	}
	sum_up(&w, c);
	shrink(&w, c->rater);
	rank_people(&w, c->rater);
	return c;
}

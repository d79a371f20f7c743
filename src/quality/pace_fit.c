/*-------------------------------------------------------------------------
 *
 * pace_fit.c
 *	  How fast persons work, given the items they had.
 *
 * ln seconds = item + person + noise.  A person is measured against the
 * others alone: the additive model is fitted to the facts of all others, and
 * gives what each item would have taken one who is as fast as they are on
 * average.  With the items eliminated, the persons' effects b solve
 *
 *	  sum over the facts of k (b_k - mean of b over the item)
 *		  = sum over the facts of k (y - mean of y over the item)
 *
 * which is done by conjugate gradients from zero: where the others fall into
 * groups that share no item, the answer has mean zero in each group.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/interrupts.h"
#include "quality/pace.h"

#define MOST_ROUNDS 500
#define ENOUGH 1e-12			/* squared residual, relative to that at the start */

/* r_k = sum over the facts of all but "leave" of (x - mean of x over the item), x being a fact's value or its person's effect */
static void
centred_sums(const PaceTable *t, int32 leave, const double *effect, double *r)
{
	memset(r, 0, sizeof(double) * t->n_persons);
	for (int32 i = 0; i < t->n_items; i++)
	{
		double		sum = 0;
		int32		n = 0;

		HD_CHECK_EVERY(i);
		for (int32 j = t->start[i]; j < t->start[i + 1]; j++)
			if (t->person[j] != leave)
			{
				sum += effect ? effect[t->person[j]] : t->y[j];
				n++;
			}
		if (n < 2)
			continue;
		sum /= n;
		for (int32 j = t->start[i]; j < t->start[i + 1]; j++)
			if (t->person[j] != leave)
				r[t->person[j]] += (effect ? effect[t->person[j]] : t->y[j]) - sum;
	}
}

static double
dot(int32 n, const double *a, const double *b)
{
	double		s = 0;

	for (int32 i = 0; i < n; i++)
		s += a[i] * b[i];
	return s;
}

/* Effects of all persons but one; work has room for 3 n_persons */
static void
effects_without(const PaceTable *t, int32 leave, double *b, double *work)
{
	int32		n = t->n_persons;
	double	   *r = work,
			   *d = work + n,
			   *ad = work + 2 * n;
	double		rr,
				first;

	memset(b, 0, sizeof(double) * n);
	centred_sums(t, leave, NULL, r);
	memcpy(d, r, sizeof(double) * n);
	first = rr = dot(n, r, r);
	for (int round = 0; round < MOST_ROUNDS && rr > ENOUGH * first && rr > 1e-200; round++)
	{
		double		curve,
					step,
					next;

		CHECK_FOR_INTERRUPTS();
		centred_sums(t, leave, d, ad);
		curve = dot(n, d, ad);
		if (!(curve > 0))
			break;
		step = rr / curve;
		for (int32 k = 0; k < n; k++)
		{
			b[k] += step * d[k];
			r[k] -= step * ad[k];
		}
		next = dot(n, r, r);
		for (int32 k = 0; k < n; k++)
			d[k] = r[k] + next / rr * d[k];
		rr = next;
	}
}

/* Items of each person: from first[p] to first[p + 1] - 1 */
static void
items_of_persons(const PaceTable *t, int32 *first, int32 *item, int32 *fact)
{
	int32	   *at = array_alloc0(t->n_persons, sizeof(int32));

	memset(first, 0, sizeof(int32) * (t->n_persons + 1));
	for (int32 j = 0; j < t->n_obs; j++)
		first[t->person[j] + 1]++;
	for (int32 p = 0; p < t->n_persons; p++)
		first[p + 1] += first[p];
	for (int32 i = 0; i < t->n_items; i++)
		for (int32 j = t->start[i]; j < t->start[i + 1]; j++)
		{
			int32		place = first[t->person[j]] + at[t->person[j]]++;

			HD_CHECK_EVERY(j);
			item[place] = i;
			fact[place] = j;
		}
	pfree(at);
}

/* One person against the effects of the others */
static void
measure(const PaceTable *t, int32 person, int32 n_items, const int32 *item, const int32 *fact, const double *b, PersonPace *p)
{
	double		sum = 0,
				own = 0,
				squares = 0;
	double	   *d = array_alloc(n_items, sizeof(double));

	*p = (PersonPace) {.value = NAN,.se = NAN,.own = NAN,.shrunk = NAN};
	for (int32 m = 0; m < n_items; m++)
	{
		int32		i = item[m];
		double		expected = 0;
		int32		others = 0;

		HD_CHECK_EVERY(m);
		for (int32 j = t->start[i]; j < t->start[i + 1]; j++)
			if (t->person[j] != person)
			{
				expected += t->y[j] - b[t->person[j]];
				others++;
			}
		if (others == 0)
		{
			p->n_alone++;
			continue;
		}
		d[p->n] = t->y[fact[m]] - expected / others;
		p->n_faster += d[p->n] < 0;
		sum += d[p->n];
		own += t->y[fact[m]];
		p->n++;
	}
	if (p->n > 0)
	{
		p->value = sum / p->n;
		p->own = own / p->n;
	}
	if (p->n > 1)
	{
		for (int32 m = 0; m < p->n; m++)
			squares += (d[m] - p->value) * (d[m] - p->value);
		p->se = sqrt(squares / (p->n - 1) / p->n);
	}
	pfree(d);
}

/*
 * Towards no difference by the variance between persons (DerSimonian & Laird
 * 1986); those whose own variance is not known, or zero, are left out of it.
 */
static void
shrink(int32 n, PersonPace *p)
{
	double		w = 0,
				ww = 0,
				wy = 0,
				q = 0,
				between;
	int32		used = 0;

	for (int32 k = 0; k < n; k++)
		if (p[k].se > 0)
		{
			double		v = 1 / (p[k].se * p[k].se);

			w += v;
			ww += v * v;
			wy += v * p[k].value;
			used++;
		}
	if (used < 3)
		return;
	for (int32 k = 0; k < n; k++)
		if (p[k].se > 0)
			q += (p[k].value - wy / w) * (p[k].value - wy / w) / (p[k].se * p[k].se);
	between = Max(0, (q - (used - 1)) / (w - ww / w));
	for (int32 k = 0; k < n; k++)
		if (p[k].se > 0)
			p[k].shrunk = p[k].value * between / (between + p[k].se * p[k].se);
}

void
pace_fit(const PaceTable *t, PersonPace *result)
{
	int32	   *first = array_alloc((Size) t->n_persons + 1, sizeof(int32));
	int32	   *item = array_alloc(t->n_obs, sizeof(int32));
	int32	   *fact = array_alloc(t->n_obs, sizeof(int32));
	double	   *b = array_alloc(t->n_persons, sizeof(double));
	double	   *work = array_alloc((Size) t->n_persons * 3, sizeof(double));

	items_of_persons(t, first, item, fact);
	for (int32 p = 0; p < t->n_persons; p++)
	{
		effects_without(t, p, b, work);
		measure(t, p, first[p + 1] - first[p], item + first[p], fact + first[p], b, &result[p]);
	}
	shrink(t->n_persons, result);
}

/*-------------------------------------------------------------------------
 *
 * comparisons_pairs.c
 *	  Comparisons by what was compared, whichever was shown first.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/interrupts.h"
#include "common/radix.h"
#include "preference/comparisons_pairs.h"

void
row_keys_sort(RowKey **rows, int64 n)
{
	void	   *k = *rows;
	void	   *tmp = array_alloc(n, sizeof(RowKey));

	radix_sort(&k, &tmp, n, sizeof(RowKey));
	pfree(tmp);
	*rows = k;
}

/* ---- pairs ---- */

void
preference_pairs(const PreferenceData *p, PairTable *t)
{
	RowKey	   *k = array_alloc(p->n_rows, sizeof(RowKey));
	int64		n = 0;

	for (int64 r = 0; r < p->n_rows; r++)
	{
		HD_CHECK_EVERY(r);
		k[r].key = (uint64) Min(p->a[r], p->b[r]) << 32 | (uint32) Max(p->a[r], p->b[r]);
		k[r].row = r;
	}
	row_keys_sort(&k, p->n_rows);
	for (int64 i = 0; i < p->n_rows; i++)
		n += i == 0 || k[i].key != k[i - 1].key;
	t->a = array_alloc(n, sizeof(int32));
	t->b = array_alloc(n, sizeof(int32));
	t->of_row = array_alloc(p->n_rows, sizeof(int32));
	t->n = 0;
	for (int64 i = 0; i < p->n_rows; i++)
	{
		HD_CHECK_EVERY(i);
		if (i == 0 || k[i].key != k[i - 1].key)
		{
			t->a[t->n] = (int32) (k[i].key >> 32);
			t->b[t->n++] = (int32) (uint32) k[i].key;
		}
		t->of_row[k[i].row] = t->n - 1;
	}
	pfree(k);
}

/* The outcome as that of the pair's a */
static inline Outcome
pair_outcome(const PreferenceData *p, int64 row, bool a_first)
{
	return a_first ? p->outcome[row] : OUTCOME_A - p->outcome[row];
}

PairTotals *
preference_pair_totals(const PreferenceData *p, const PairTable *t)
{
	PairTotals *total = array_alloc0(t->n, sizeof(PairTotals));

	for (int64 r = 0; r < p->n_rows; r++)
	{
		PairTotals *x = &total[t->of_row[r]];
		bool		a_first = p->a[r] < p->b[r];
		double		w = p->weight[r];

		HD_CHECK_EVERY(r);
		x->n += w;
		if (a_first)
			x->a_first += w;
		switch (pair_outcome(p, r, a_first))
		{
			case OUTCOME_A:
				x->wins_a += w;
				break;
			case OUTCOME_B:
				x->wins_b += w;
				break;
			case OUTCOME_TIE:
				x->ties += w;
				break;
		}
	}
	return total;
}

ItemTotals *
preference_item_totals(const PreferenceData *p)
{
	ItemTotals *total = array_alloc0(p->n_items, sizeof(ItemTotals));

	for (int64 r = 0; r < p->n_rows; r++)
	{
		ItemTotals *a = &total[p->a[r]];
		ItemTotals *b = &total[p->b[r]];
		double		w = p->weight[r];

		HD_CHECK_EVERY(r);
		a->n += w;
		b->n += w;
		switch ((Outcome) p->outcome[r])
		{
			case OUTCOME_A:
				a->wins += w;
				b->losses += w;
				break;
			case OUTCOME_B:
				b->wins += w;
				a->losses += w;
				break;
			case OUTCOME_TIE:
				a->ties += w;
				b->ties += w;
				break;
		}
	}
	return total;
}

/* ---- judgements ---- */

static inline int32
rater_of(const PreferenceData *p, int64 row)
{
	return p->rater ? p->rater[row] : -1;
}

static inline int32
prompt_of(const PreferenceData *p, int64 row)
{
	return p->prompt ? p->prompt[row] : -1;
}

/* By rater, then by prompt and pair: the sort is stable */
void
judgements_open(JudgementCursor *c, const PreferenceData *p, const PairTable *t)
{
	RowKey	   *k = array_alloc(p->n_rows, sizeof(RowKey));

	for (int64 r = 0; r < p->n_rows; r++)
	{
		HD_CHECK_EVERY(r);
		k[r].key = rater_of(p, r) + 1;
		k[r].row = r;
	}
	row_keys_sort(&k, p->n_rows);
	for (int64 i = 0; i < p->n_rows; i++)
	{
		int64		r = k[i].row;

		HD_CHECK_EVERY(i);
		k[i].key = (uint64) (prompt_of(p, r) + 1) << 32 | (uint32) t->of_row[r];
	}
	row_keys_sort(&k, p->n_rows);
	c->p = p;
	c->t = t;
	c->order = k;
	c->next = 0;
}

bool
judgements_next(JudgementCursor *c, Judgement *j)
{
	const PreferenceData *p = c->p;
	int64		first = c->next;
	int64		r;

	CHECK_FOR_INTERRUPTS();
	if (first == p->n_rows)
		return false;
	memset(j, 0, sizeof(*j));
	r = c->order[first].row;
	j->prompt = prompt_of(p, r);
	j->rater = rater_of(p, r);
	j->pair = c->t->of_row[r];
	for (; c->next < p->n_rows; c->next++)
	{
		bool		a_first;
		Outcome		o;

		r = c->order[c->next].row;
		if (c->order[c->next].key != c->order[first].key || rater_of(p, r) != j->rater)
			break;
		a_first = p->a[r] < p->b[r];
		o = pair_outcome(p, r, a_first);
		j->weight[a_first ? 0 : 1][o] += p->weight[r];
		j->count[a_first ? 0 : 1][o] += p->count[r];
	}
	return true;
}

/*-------------------------------------------------------------------------
 *
 * rasch_design.c
 *	  What a table of zeros and ones can tell of item difficulties.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/dict.h"
#include "common/interrupts.h"
#include "rubric/rasch.h"

/* Score and number of active items of a unit */
static void
unit_counts(const BinaryTable *t, const ItemStatus *status, int32 u, int32 *score, int32 *n)
{
	*score = *n = 0;
	for (int32 o = t->start[u]; o < t->start[u + 1]; o++)
	{
		if (status[t->item[o]] != ITEM_OK)
			continue;
		(*n)++;
		*score += t->x[o];
	}
}

/*
 * An item that all informative units solved (or none) has no finite
 * difficulty.  Without it other units may tell nothing any more, so this is
 * done until nothing changes.
 */
static void
trim_items(const BinaryTable *t, RaschDesign *d)
{
	int32	   *n = array_alloc(t->n_items, sizeof(int32));
	int32	   *solved = array_alloc(t->n_items, sizeof(int32));
	bool		changed = true;

	while (changed)
	{
		changed = false;
		memset(n, 0, t->n_items * sizeof(int32));
		memset(solved, 0, t->n_items * sizeof(int32));
		d->n_informative = 0;
		for (int32 u = 0; u < t->n_units; u++)
		{
			int32		score,
						items;

			HD_CHECK_EVERY(u);
			unit_counts(t, d->status, u, &score, &items);
			if (score == 0 || score == items)
				continue;
			d->n_informative++;
			for (int32 o = t->start[u]; o < t->start[u + 1]; o++)
			{
				if (d->status[t->item[o]] != ITEM_OK)
					continue;
				n[t->item[o]]++;
				solved[t->item[o]] += t->x[o];
			}
		}
		for (int32 i = 0; i < t->n_items; i++)
		{
			if (d->status[i] != ITEM_OK || (solved[i] > 0 && solved[i] < n[i]))
				continue;
			d->status[i] = n[i] == 0 ? ITEM_ALONE : solved[i] > 0 ? ITEM_ALL : ITEM_NONE;
			changed = true;
		}
	}
	pfree(n);
	pfree(solved);
}

/*
 * Items that fell out because no informative unit answered them may still
 * have been solved by everybody, or nobody, who tried.
 */
static void
name_extremes(const BinaryTable *t, RaschDesign *d)
{
	int32	   *solved = array_alloc0(t->n_items, sizeof(int32));

	for (int32 o = 0; o < t->n_obs; o++)
	{
		d->answers[t->item[o]]++;
		solved[t->item[o]] += t->x[o];
	}
	for (int32 i = 0; i < t->n_items; i++)
	{
		if (d->status[i] != ITEM_ALONE || d->answers[i] == 0)
			continue;
		if (solved[i] == 0)
			d->status[i] = ITEM_NONE;
		else if (solved[i] == d->answers[i])
			d->status[i] = ITEM_ALL;
	}
	pfree(solved);
}

static RaschPattern *
add_pattern(RaschDesign *d, int32 code, const int32 *item, int32 n)
{
	RaschPattern *p = &d->pattern[code];

	if (code < d->n_patterns)
		return p;
	d->n_patterns++;
	p->n_items = n;
	p->item = array_alloc(n, sizeof(int32));
	memcpy(p->item, item, n * sizeof(int32));
	p->n_score = array_alloc0((Size) n + 1, sizeof(int64));
	p->solved = array_alloc0(n, sizeof(int64));
	return p;
}

/* Patterns in order of their first unit */
static void
find_patterns(const BinaryTable *t, RaschDesign *d)
{
	Dict		lists;
	int32	   *item = array_alloc(d->n_active, sizeof(int32));
	int32	   *next;

	dict_init(&lists, CurrentMemoryContext);
	d->pattern = array_alloc0(t->n_units, sizeof(RaschPattern));
	d->unit_pattern = array_alloc(t->n_units, sizeof(int32));
	d->unit_score = array_alloc0(t->n_units, sizeof(int32));
	for (int32 u = 0; u < t->n_units; u++)
	{
		RaschPattern *p;
		int32		n = 0;
		int32		score = 0;
		int32		k = 0;

		HD_CHECK_EVERY(u);
		d->unit_pattern[u] = -1;
		for (int32 o = t->start[u]; o < t->start[u + 1]; o++)
		{
			if (d->position[t->item[o]] < 0)
				continue;
			item[n++] = d->position[t->item[o]];
			score += t->x[o];
		}
		if (n == 0)
			continue;
		d->unit_pattern[u] = (int32) dict_add(&lists, hd_load_prefix((uint8 *) item, n * sizeof(int32)),
											  (uint8 *) item, n * sizeof(int32));
		p = add_pattern(d, d->unit_pattern[u], item, n);
		p->n_units++;
		p->n_score[score]++;
		d->unit_score[u] = score;
		for (int32 o = t->start[u]; o < t->start[u + 1] && score > 0 && score < n; o++)
			if (d->position[t->item[o]] >= 0)
				p->solved[k++] += t->x[o];
	}
	next = array_alloc0(d->n_patterns, sizeof(int32));
	for (int32 c = 0; c < d->n_patterns; c++)
		d->pattern[c].unit = array_alloc(d->pattern[c].n_units, sizeof(int32));
	for (int32 u = 0; u < t->n_units; u++)
		if (d->unit_pattern[u] >= 0)
			d->pattern[d->unit_pattern[u]].unit[next[d->unit_pattern[u]]++] = u;
	dict_free(&lists);
	pfree(next);
	pfree(item);
}

void
rasch_design(const BinaryTable *t, RaschDesign *out)
{
	memset(out, 0, sizeof(*out));
	out->t = t;
	out->status = array_alloc0(t->n_items, sizeof(ItemStatus));
	out->answers = array_alloc0(t->n_items, sizeof(int32));
	out->active = array_alloc(t->n_items, sizeof(int32));
	out->position = array_alloc(t->n_items, sizeof(int32));
	trim_items(t, out);
	name_extremes(t, out);
	for (int32 i = 0; i < t->n_items; i++)
	{
		out->position[i] = out->status[i] == ITEM_OK ? out->n_active : -1;
		if (out->status[i] == ITEM_OK)
			out->active[out->n_active++] = i;
	}
	find_patterns(t, out);
}

/* ---- does a finite maximum exist? ---- */

#define WORDS(n) (((n) + 63) / 64)
#define HAS_BIT(set, i) (((set)[(i) / 64] >> ((i) % 64)) & 1)
#define SET_BIT(set, i) ((set)[(i) / 64] |= UINT64CONST(1) << ((i) % 64))

/* [n_active][words]: the items that some unit failed while it solved this one */
static uint64 *
beaten_items(const RaschDesign *d)
{
	const BinaryTable *t = d->t;
	Size		words = WORDS(d->n_active);
	uint64	   *beats = array_alloc0(d->n_active * words, sizeof(uint64));
	uint64	   *failed = array_alloc(words, sizeof(uint64));

	for (int32 u = 0; u < t->n_units; u++)
	{
		HD_CHECK_EVERY(u);
		memset(failed, 0, words * sizeof(uint64));
		for (int32 o = t->start[u]; o < t->start[u + 1]; o++)
			if (!t->x[o] && d->position[t->item[o]] >= 0)
				SET_BIT(failed, d->position[t->item[o]]);
		for (int32 o = t->start[u]; o < t->start[u + 1]; o++)
		{
			uint64	   *row;

			if (!t->x[o] || d->position[t->item[o]] < 0)
				continue;
			row = beats + d->position[t->item[o]] * words;
			for (Size w = 0; w < words; w++)
				row[w] |= failed[w];
		}
	}
	pfree(failed);
	return beats;
}

/* What can be reached from item 0, along the arrows or against them */
static int32
reach(const uint64 *beats, int32 n, bool forward, bool *reached)
{
	Size		words = WORDS(n);
	int32	   *queue = array_alloc(n, sizeof(int32));
	int32		head = 0,
				tail = 0;

	memset(reached, 0, n * sizeof(bool));
	reached[0] = true;
	queue[tail++] = 0;
	while (head < tail)
	{
		int32		i = queue[head++];

		CHECK_FOR_INTERRUPTS();
		for (int32 j = 0; j < n; j++)
		{
			if (reached[j] || !(forward ? HAS_BIT(beats + i * words, j) : HAS_BIT(beats + j * words, i)))
				continue;
			reached[j] = true;
			queue[tail++] = j;
		}
	}
	pfree(queue);
	return tail;
}

bool
rasch_is_connected(const RaschDesign *d, int32 *above, int32 *below)
{
	uint64	   *beats = beaten_items(d);
	bool	   *reached = array_alloc(d->n_active, sizeof(bool));
	bool		connected = true;

	for (int direction = 0; direction < 2 && connected; direction++)
	{
		bool		forward = direction == 0;

		if (reach(beats, d->n_active, forward, reached) == d->n_active)
			continue;
		connected = false;
		for (int32 i = 0; i < d->n_active; i++)
			*(reached[i] == forward ? above : below) = d->active[i];
	}
	pfree(beats);
	pfree(reached);
	return connected;
}

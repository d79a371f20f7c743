/*-------------------------------------------------------------------------
 *
 * irt_data.c
 *	  Patterns of answers, each with how many units gave it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/dict.h"
#include "common/interrupts.h"
#include "rubric/irt.h"

static void
find_active(const BinaryTable *t, IrtData *d)
{
	int32	   *solved = array_alloc0(t->n_items, sizeof(int32));

	d->status = array_alloc0(t->n_items, sizeof(ItemStatus));
	d->answers = array_alloc0(t->n_items, sizeof(int32));
	d->active = array_alloc(t->n_items, sizeof(int32));
	d->position = array_alloc(t->n_items, sizeof(int32));
	for (int32 o = 0; o < t->n_obs; o++)
	{
		HD_CHECK_EVERY(o);
		d->answers[t->item[o]]++;
		solved[t->item[o]] += t->x[o];
	}
	for (int32 i = 0; i < t->n_items; i++)
	{
		if (solved[i] == 0)
			d->status[i] = ITEM_NONE;
		else if (solved[i] == d->answers[i])
			d->status[i] = ITEM_ALL;
		d->position[i] = d->status[i] == ITEM_OK ? d->n_active : -1;
		if (d->status[i] == ITEM_OK)
			d->active[d->n_active++] = i;
	}
	pfree(solved);
}

void
irt_data(const BinaryTable *t, IrtData *out)
{
	Dict		rows;
	uint32	   *row;
	int32		n_obs = 0;

	memset(out, 0, sizeof(*out));
	out->t = t;
	find_active(t, out);
	dict_init(&rows, CurrentMemoryContext);
	row = array_alloc(out->n_active, sizeof(uint32));
	out->start = array_alloc((Size) t->n_units + 1, sizeof(int32));
	out->item = array_alloc(t->n_obs, sizeof(int32));
	out->x = array_alloc(t->n_obs, sizeof(uint8));
	out->weight = array_alloc0(t->n_units, sizeof(int64));
	out->unit_pattern = array_alloc(t->n_units, sizeof(int32));
	out->start[0] = 0;
	for (int32 u = 0; u < t->n_units; u++)
	{
		int32		n = 0;
		int32		code;

		HD_CHECK_EVERY(u);
		out->unit_pattern[u] = -1;
		for (int32 o = t->start[u]; o < t->start[u + 1]; o++)
			if (out->position[t->item[o]] >= 0)
				row[n++] = (uint32) out->position[t->item[o]] << 1 | t->x[o];
		if (n == 0)
			continue;
		code = (int32) dict_add(&rows, hd_load_prefix((uint8 *) row, n * sizeof(uint32)),
								(uint8 *) row, n * sizeof(uint32));
		out->unit_pattern[u] = code;
		out->weight[code]++;
		if (code < out->n_patterns)
			continue;
		for (int32 i = 0; i < n; i++)
		{
			out->item[n_obs] = (int32) (row[i] >> 1);
			out->x[n_obs++] = row[i] & 1;
		}
		out->start[++out->n_patterns] = n_obs;
	}
	dict_free(&rows);
	pfree(row);
}

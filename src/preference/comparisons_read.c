/*-------------------------------------------------------------------------
 *
 * comparisons_read.c
 *	  Reading settled comparisons, and taking a part of them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/interrupts.h"
#include "preference/comparisons_state.h"
#include "utils/memutils.h"

Comparisons *
comparisons_get(Datum d)
{
	Comparisons *c = (Comparisons *) state_get(&comparisons_type, d);

	comparisons_settle(c);
	return c;
}

/* The weight of a settled row, rounded once */
double
comparisons_weight(const Comparisons *c, int64 row)
{
	return c->sum ? shortsum_value(&c->sum[row]) : (double) c->count[row];
}

const PreferenceData *
comparisons_data(Comparisons *c)
{
	comparisons_settle(c);
	if (c->weight == NULL)
	{
		double	   *weight = array_alloc_in(c->state.cx, c->n_rows, sizeof(double));

		for (int64 i = 0; i < c->n_rows; i++)
			weight[i] = comparisons_weight(c, i);
		c->weight = weight;
	}
	c->data.n_items = (int32) c->items.n;
	c->data.n_raters = (int32) c->raters.n;
	c->data.n_prompts = (int32) c->prompts.n;
	c->data.n_rows = c->n_rows;
	c->data.a = c->a;
	c->data.b = c->b;
	c->data.outcome = c->outcome;
	c->data.rater = c->rater;
	c->data.prompt = c->prompt;
	c->data.weight = c->weight;
	c->data.count = c->count;
	return &c->data;
}

/* ---- names ---- */

char *
comparisons_item_name(Comparisons *c, int32 item)
{
	return id_cstring(c->item_kind, &c->items, item);
}

char *
comparisons_rater_name(Comparisons *c, int32 rater)
{
	return id_cstring(c->rater_kind, &c->raters, rater);
}

char *
comparisons_prompt_name(Comparisons *c, int32 prompt)
{
	return id_cstring(c->prompt_kind, &c->prompts, prompt);
}

int32
comparisons_find_item(Comparisons *c, Datum name)
{
	ColumnKey	k;

	if (c->items.n == 0 || !id_key_of_text(c->item_kind, name, &k))
		return -1;
	return (int32) dict_find(&c->items, k.prefix, k.bytes, k.len);
}

/* ---- taking a part ---- */

/* An empty state with the codes of another one, to push rows of sums into */
Comparisons *
comparisons_like(FunctionCallInfo fcinfo, const Comparisons *src)
{
	Comparisons *c = (Comparisons *) state_new(&comparisons_type, fcinfo);

	c->item_kind = src->item_kind;
	c->rater_kind = src->rater_kind;
	c->prompt_kind = src->prompt_kind;
	pfree(dict_translate(&c->items, &src->items));
	pfree(dict_translate(&c->raters, &src->raters));
	pfree(dict_translate(&c->prompts, &src->prompts));
	comparisons_widen(c);
	return c;
}

/* Settle it, and leave no names behind that no row has */
void
comparisons_finish(Comparisons *c)
{
	if (c->n_log == 0)
	{
		dict_free(&c->items);
		dict_free(&c->raters);
		dict_free(&c->prompts);
		c->item_kind = c->rater_kind = c->prompt_kind = ID_NONE;
		c->row_size = NARROW_COMPARISON;
	}
	comparisons_settle(c);
}

/* Rows stay in their order: they go through a log all the same, which drops unused keys */
Comparisons *
comparisons_filter(FunctionCallInfo fcinfo, Comparisons *src, const bool *keep)
{
	Comparisons *c = comparisons_like(fcinfo, src);
	double		piece[COMPARISON_MAX_PIECES];

	for (int64 i = 0; i < src->n_rows; i++)
	{
		uint64		pair = comparison_pair(src->a[i], src->b[i], src->outcome[i]);
		uint64		who = comparison_who(src->rater ? src->rater[i] + 1 : 0,
										 src->prompt ? src->prompt[i] + 1 : 0);
		int			n;

		HD_CHECK_EVERY(i);
		if (!keep[i])
			continue;
		n = comparisons_pieces(src, i, piece);
		comparisons_count(c, src->count[i]);
		comparisons_reserve(c, n);
		for (int k = 0; k < n; k++)
		{
			ComparisonRow *row = comparisons_push(c, pair, who);

			row->count = k == 0 ? src->count[i] : 0;
			row->weight = piece[k];
		}
	}
	comparisons_finish(c);
	return c;
}

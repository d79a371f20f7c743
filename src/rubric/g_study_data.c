/*-------------------------------------------------------------------------
 *
 * g_study_data.c
 *	  Ratings as numbers, for the models of module rubric.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/compat.h"
#include "common/exactsum.h"
#include "common/interrupts.h"
#include "lib/stringinfo.h"
#include "rubric/g_study_data.h"

static void
no_numbers(const Measure *q)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the values are neither numbers nor in a known order"),
			 q->sets ? errdetail("The values are label sets.") : 0,
			 errhint("Pass a number or an enum to ratings_agg, or declare the categories in their order, for example categories => '{low,medium,high}'.")));
}

/* y: values less their mean */
static void
center(Graded *out)
{
	ExactSum	sum;

	exactsum_init(&sum);
	for (int32 o = 0; o < out->n_obs; o++)
	{
		HD_CHECK_EVERY(o);
		exactsum_add(&sum, out->y[o]);
	}
	out->mean = out->n_obs > 0 ? exactsum_value(&sum) / out->n_obs : NAN;
	for (int32 o = 0; o < out->n_obs; o++)
		out->y[o] -= out->mean;
}

/* States hold no number of 2^53 or beyond: squares do not leave the range of a double */
void
graded_ratings(FunctionCallInfo fcinfo, int categories, Measure *q, Graded *out)
{
	measure_ratings(fcinfo, categories, q);
	if (q->m.n_obs > 0 && (q->x == NULL || q->sets))
		no_numbers(q);
	*out = (Graded) {
		.n_items = q->m.n_items, .n_raters = q->m.n_raters, .n_obs = q->m.n_obs, .start = q->m.start,
		.rater = q->m.rater, .n_clusters = q->m.n_clusters, .cluster = q->m.cluster, .at = q->r->at
	};
	out->y = array_alloc(out->n_obs, sizeof(double));
	for (int32 o = 0; o < out->n_obs; o++)
	{
		HD_CHECK_EVERY(o);
		out->y[o] = q->x[q->m.category[o]];
	}
	center(out);
}

void
graded_matrix(Datum d, Graded *out)
{
	const ScoreTable *t = score_matrix_table(score_matrix_get(d));

	*out = (Graded) {
		.n_items = t->n_units, .n_raters = t->n_items, .n_obs = t->n_obs, .start = t->start, .rater = t->item
	};
	out->y = array_alloc(out->n_obs, sizeof(double));
	for (int32 o = 0; o < out->n_obs; o++)
	{
		HD_CHECK_EVERY(o);
		out->y[o] = t->value[o];
	}
	center(out);
}

void
rater_index(const Graded *g, RaterIndex *out)
{
	int32	   *fill;

	out->start = array_alloc0((Size) g->n_raters + 1, sizeof(int32));
	out->item = array_alloc(g->n_obs, sizeof(int32));
	out->obs = array_alloc(g->n_obs, sizeof(int32));
	for (int32 o = 0; o < g->n_obs; o++)
		out->start[g->rater[o] + 1]++;
	for (int32 r = 0; r < g->n_raters; r++)
		out->start[r + 1] += out->start[r];
	fill = array_alloc(g->n_raters, sizeof(int32));
	memcpy(fill, out->start, g->n_raters * sizeof(int32));
	for (int32 i = 0; i < g->n_items; i++)
	{
		HD_CHECK_EVERY(i);
		for (int32 o = g->start[i]; o < g->start[i + 1]; o++)
		{
			int32		at = fill[g->rater[o]]++;

			out->item[at] = i;
			out->obs[at] = o;
		}
	}
	pfree(fill);
}

/* ---- items that are pairs ---- */

/*
 * One element of the text of an array or a row, from *p on, with quotes and
 * backslashes undone.  False where there is none, or a null.  Bytes of ASCII
 * are never part of a longer character in a server encoding.
 */
static bool
next_element(const char **p, char close, StringInfo out)
{
	const char *s = *p;
	bool		quoted = *s == '"';

	resetStringInfo(out);
	if (quoted)
		s++;
	for (;; s++)
	{
		if (*s == '\0' || (!quoted && *s == '{'))
			return false;
		if (quoted && *s == '"' && s[1] == '"')
			s++;				/* a quote in a row */
		else if (quoted ? *s == '"' : *s == ',' || *s == close)
			break;
		else if (*s == '\\' && s[1] != '\0')
			s++;
		appendStringInfoChar(out, *s);
	}
	*p = quoted ? s + 1 : s;
	return quoted || (close == '}' ? pg_strcasecmp(out->data, "NULL") != 0 : out->len > 0);
}

static bool
split_pair(const char *item, StringInfo first, StringInfo second)
{
	char		close = item[0] == '{' ? '}' : item[0] == '(' ? ')' : '\0';
	const char *p = item + 1;

	if (close == '\0' || !next_element(&p, close, first) || *p != ',')
		return false;
	p++;
	return next_element(&p, close, second) && p[0] == close && p[1] == '\0';
}

void
item_pairs_of(const Measure *q, ItemPairs *out)
{
	Dict		first,
				second;
	StringInfoData a,
				b;

	dict_init(&first, CurrentMemoryContext);
	dict_init(&second, CurrentMemoryContext);
	initStringInfo(&a);
	initStringInfo(&b);
	out->first = array_alloc(q->m.n_items, sizeof(int32));
	out->second = array_alloc(q->m.n_items, sizeof(int32));
	for (int32 i = 0; i < q->m.n_items; i++)
	{
		char	   *item = id_cstring(q->r->kind.item, &q->r->items, i);

		HD_CHECK_EVERY(i);
		if (!split_pair(item, &a, &b))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("item \"%s\" is no pair of response and criterion", item),
					 errhint("Pass the item as an array of two, ratings_agg(ARRAY[response, criterion], rater, value).")));
		out->first[i] = (int32) dict_add(&first, hd_load_prefix((uint8 *) a.data, a.len), (uint8 *) a.data, a.len);
		out->second[i] = (int32) dict_add(&second, hd_load_prefix((uint8 *) b.data, b.len), (uint8 *) b.data, b.len);
		pfree(item);
	}
	out->n_first = (int32) first.n;
	out->n_second = (int32) second.n;
	dict_free(&first);
	dict_free(&second);
}

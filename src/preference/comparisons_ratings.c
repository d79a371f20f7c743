/*-------------------------------------------------------------------------
 *
 * comparisons_ratings.c
 *	  Comparisons as ratings, so that agreement() can say how far raters
 *	  agree about what is better.
 *
 * An item is a pair on a prompt, whichever was shown first.  Its value is
 * "a", "b" or "tie", with a before b in canonical order, and not the winner's
 * name: with the names of fifty models for categories, chance agreement
 * between two choices would seem to be one in fifty.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "agreement/ratings.h"
#include "common/args.h"
#include "lib/stringinfo.h"
#include "preference/comparisons_state.h"
#include "preference/swap.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

/* What becomes of a rater's contradicting verdicts on one item */
typedef enum Repeats
{
	REPEATS_CONFLICT,			/* ratings of both values: agreement() raises an error */
	REPEATS_RECONCILE			/* a win only where every verdict says so, else a tie */
} Repeats;

static const ArgChoice repeats_choices[] = {
	{"conflict", REPEATS_CONFLICT},
	{"reconcile", REPEATS_RECONCILE},
	{NULL, 0}
};

static const char *const label_name[] = {
	[OUTCOME_B] = "b",
	[OUTCOME_TIE] = "tie",
	[OUTCOME_A] = "a"
};

/* Which of a, b, tie a judgement becomes */
static void
judgement_values(const Judgement *j, Repeats repeats, bool value[3])
{
	Outcome		o;

	if (repeats == REPEATS_RECONCILE)
	{
		o = judgement_reconciled(j);
		for (int k = 0; k < 3; k++)
			value[k] = k == (int) o;
	}
	else
		for (int k = 0; k < 3; k++)
			value[k] = j->count[0][k] + j->count[1][k] > 0;
}

static void
static_key(const char *s, ColumnKey *k)
{
	k->bytes = (const uint8 *) s;
	k->len = (uint32) strlen(s);
	k->prefix = hd_load_prefix(s, k->len);
}

/* The categories in their order; there is no tie where nobody may tie */
static void
declare_labels(Ratings *r, bool ties)
{
	for (int k = 0; k < 3; k++)
	{
		ColumnKey	key;

		if (k == OUTCOME_TIE && !ties)
			continue;
		static_key(label_name[k], &key);
		dict_add(&r->labels, key.prefix, key.bytes, key.len);
	}
}

/* "prompt: a | b" */
static Datum
item_text(Comparisons *c, const PairTable *t, const Judgement *j)
{
	StringInfoData s;

	initStringInfo(&s);
	if (j->prompt >= 0)
		appendStringInfo(&s, "%s: ", comparisons_prompt_name(c, j->prompt));
	appendStringInfo(&s, "%s | %s", comparisons_item_name(c, t->a[j->pair]),
					 comparisons_item_name(c, t->b[j->pair]));
	return PointerGetDatum(cstring_to_text_with_len(s.data, s.len));
}

static void
name_collision(Datum item)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("two different pairs would be called \"%s\"", TextDatumGetCString(item)),
			 errhint("Use identifiers without \": \" and \" | \".")));
}

static void
add_rating(Ratings *r, const ColumnKey *item, const DictEntry *rater, const uint8 *rater_bytes, int outcome)
{
	ColumnKey	label;
	uint32		rater_code,
				label_code,
				item_code;

	static_key(label_name[outcome], &label);
	/* from here on codes are looked up, and nothing may settle */
	ratings_make_room(r);
	rater_code = dict_add(&r->raters, rater->prefix, rater_bytes, rater->len);
	label_code = dict_add(&r->labels, label.prefix, label.bytes, label.len);
	item_code = dict_add(&r->items, item->prefix, item->bytes, item->len);
	ratings_saw_item(r, item_code);
	ratings_push(r, item_code, rater_code, label_code);
}

typedef struct Walk
{
	Comparisons *c;
	const PreferenceData *p;
	PairTable	t;
	Repeats		repeats;
	MemoryContext item_cx;		/* reset after each judgement */
} Walk;

static bool
any_tie(const Walk *w)
{
	JudgementCursor cursor;
	Judgement	j;
	bool		value[3];
	bool		found = false;

	judgements_open(&cursor, w->p, &w->t);
	while (!found && judgements_next(&cursor, &j))
	{
		judgement_values(&j, w->repeats, value);
		found = j.rater >= 0 && value[OUTCOME_TIE];
	}
	return found;
}

static void
fill_ratings(Walk *w, Ratings *r)
{
	JudgementCursor cursor;
	Judgement	j;
	bool		value[3];
	int32		last_prompt = -2;
	int32		last_pair = -1;

	judgements_open(&cursor, w->p, &w->t);
	while (judgements_next(&cursor, &j))
	{
		const DictEntry *rater;
		MemoryContext old;
		ColumnKey	key;
		Datum		item;

		if (j.rater < 0)
			continue;
		rater = &w->c->raters.entry[j.rater];
		old = MemoryContextSwitchTo(w->item_cx);
		item = item_text(w->c, &w->t, &j);
		text_column_key(item, &key);
		if (j.prompt != last_prompt || j.pair != last_pair)
		{
			if (dict_find(&r->items, key.prefix, key.bytes, key.len) >= 0)
				name_collision(item);
			last_prompt = j.prompt;
			last_pair = j.pair;
		}
		judgement_values(&j, w->repeats, value);
		for (int k = 0; k < 3; k++)
			if (value[k])
				add_rating(r, &key, rater, rater->len > 8 ? w->c->raters.arena + rater->off : NULL, k);
		MemoryContextSwitchTo(old);
		MemoryContextReset(w->item_cx);
	}
}

PG_FUNCTION_INFO_V1(comparisons_preference_ratings);
Datum
comparisons_preference_ratings(PG_FUNCTION_ARGS)
{
	Walk		w;
	Ratings    *r;
	RatingsKind kind = {.item = ID_TEXT, .value = VALUE_ORDERED};

	w.repeats = arg_choice(fcinfo, 1, "repeats", repeats_choices);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	w.c = comparisons_get(PG_GETARG_DATUM(0));
	w.p = comparisons_data(w.c);
	r = (Ratings *) state_new(&ratings_type, fcinfo);
	if (w.p->n_rows == 0)
		PG_RETURN_DATUM(state_datum(&r->state));
	if (w.p->n_raters == 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("these comparisons do not say who made them"),
				 errhint("Pass the rater to comparisons_agg(a, b, outcome, rater).")));
	preference_pairs(w.p, &w.t);
	w.item_cx = AllocSetContextCreate(CurrentMemoryContext, "hdata item", ALLOCSET_SMALL_SIZES);
	kind.rater = w.c->rater_kind;
	ratings_set_kind(r, &kind);
	declare_labels(r, any_tie(&w));
	fill_ratings(&w, r);
	ratings_settle(r);
	PG_RETURN_DATUM(state_datum(&r->state));
}

/*-------------------------------------------------------------------------
 *
 * rubric_score_codec.c
 *	  The byte format of the type "rubric_score" (docs/storage.md).
 *
 * Version 1:
 *	  byte		version
 *	  byte		flags: bound to a rubric, a tree, gates, tags
 *	  [bound: hash, 32 bytes; varint responses; varint missing grades]
 *	  sums		of all criteria
 *	  [gates: varint open, closed, undecided; sums]
 *	  [tags: varint number, at least 1; keys; sums of each]
 *
 * sums:
 *	  sum		achieved
 *	  [flat: sum plus; sum minus]
 *	  varint	graded, passed, failed
 *	  [sum		credit; only if any failed]
 *	  varint	N/A
 *	  [any N/A: varint those without points; sum na_plus; flat: sum na_minus]
 *	  [tree: varint trees, pruned trees; sum pruned]
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/compat.h"
#include "common/interrupts.h"
#include "common/keys.h"
#include "rubric/rubric_score.h"

#define FLAG_BOUND	1
#define FLAG_TREE	2
#define FLAG_GATES	4
#define FLAG_TAGS	8
#define FLAGS_ALL	15

/* flat: three sums, three counts, N/A */
#define MIN_SUMS_BYTES 7

/* ---- writing ---- */

static void
put_sums(WireWriter *w, const ScoreSums *s, bool tree)
{
	static const ScoreRest none;
	const ScoreRest *rest = s->rest ? s->rest : &none;

	shortsum_encode(&s->achieved, w);
	if (!tree)
	{
		shortsum_encode(&s->plus, w);
		shortsum_encode(&s->minus, w);
	}
	wire_put_varint(w, sums_n_graded(s));
	wire_put_varint(w, s->n_pass);
	wire_put_varint(w, s->n_fail);
	if (s->n_fail > 0)
		shortsum_encode(&rest->credit, w);
	wire_put_varint(w, rest->n_na);
	if (rest->n_na > 0)
	{
		wire_put_varint(w, rest->n_na_idle);
		shortsum_encode(&rest->na_plus, w);
		if (!tree)
			shortsum_encode(&rest->na_minus, w);
	}
	if (tree)
	{
		wire_put_varint(w, rest->n_trees);
		wire_put_varint(w, rest->n_pruned);
		shortsum_encode(&rest->pruned, w);
	}
}

void
rubric_score_encode(State *state, WireWriter *w)
{
	RubricScore *s = (RubricScore *) state;
	bool		tree = rubric_score_is_tree(s);

	rubric_score_settle(s);
	wire_put_byte(w, HDATA_RUBRIC_SCORE_VERSION);
	wire_put_byte(w, (s->binding ? FLAG_BOUND : 0) | (tree ? FLAG_TREE : 0) |
				  (s->gates ? FLAG_GATES : 0) | (s->tags ? FLAG_TAGS : 0));
	if (s->binding)
	{
		wire_put_bytes(w, s->binding->hash, RUBRIC_HASH_LEN);
		wire_put_varint(w, s->binding->n_responses);
		wire_put_varint(w, s->binding->n_missing);
	}
	put_sums(w, &s->all, tree);
	if (s->gates)
	{
		wire_put_varint(w, s->gates->open);
		wire_put_varint(w, s->gates->closed);
		wire_put_varint(w, s->gates->undecided);
		put_sums(w, &s->gates->sums, tree);
	}
	if (s->tags)
	{
		wire_put_varint(w, s->tags->dict.n);
		keys_put(w, &s->tags->dict, KEYS_TEXT);
		for (uint32 i = 0; i < s->tags->dict.n; i++)
		{
			HD_CHECK_EVERY(i);
			put_sums(w, &s->tags->sums[i], tree);
		}
	}
}

/* ---- reading ---- */

/* A sum of terms that are not negative, and zero where there are none */
static void
get_sum(ShortSum *s, MemoryContext cx, WireReader *r, bool any)
{
	shortsum_decode(s, cx, r);
	if (shortsum_sign(s) < 0 || (!any && shortsum_sign(s) != 0))
		wire_fail(r, "A sum is out of range.");
}

/* -minus <= achieved <= plus */
static void
check_achieved(WireReader *r, const ScoreSums *s)
{
	ShortSum	t = {0};

	shortsum_merge(&t, CurrentMemoryContext, &s->plus);
	shortsum_subtract(&t, CurrentMemoryContext, &s->achieved);
	if (shortsum_sign(&t) < 0)
		wire_fail(r, "More is achieved than possible.");
	shortsum_init(&t);
	shortsum_merge(&t, CurrentMemoryContext, &s->achieved);
	shortsum_merge(&t, CurrentMemoryContext, &s->minus);
	if (shortsum_sign(&t) < 0)
		wire_fail(r, "Less is achieved than possible.");
}

static void
get_na(WireReader *r, ScoreSums *s, MemoryContext cx, bool tree, int64 n_na)
{
	ScoreRest  *rest = score_rest(s, cx);
	bool		any;

	rest->n_na = n_na;
	rest->n_na_idle = wire_get_total(r);
	if (rest->n_na_idle > n_na)
		wire_fail(r, "A count is out of range.");
	any = rest->n_na_idle < n_na;
	get_sum(&rest->na_plus, cx, r, any);
	if (!tree)
		get_sum(&rest->na_minus, cx, r, any);
}

static void
get_tree(WireReader *r, ScoreSums *s, MemoryContext cx)
{
	ScoreRest  *rest;
	int64		n_trees = wire_get_total(r);
	int64		n_pruned = wire_get_total(r);
	ShortSum	pruned;

	get_sum(&pruned, cx, r, n_pruned > 0);
	if (n_pruned > n_trees || shortsum_value(&pruned) > (double) n_pruned ||
		shortsum_value(&s->achieved) > (double) n_trees ||
		(s->rest && shortsum_value(&s->rest->na_plus) > (double) n_trees))
		wire_fail(r, "A score is out of range.");
	if (n_trees == 0)
		return;
	rest = score_rest(s, cx);
	rest->n_trees = n_trees;
	rest->n_pruned = n_pruned;
	rest->pruned = pruned;
}

static void
get_sums(WireReader *r, ScoreSums *s, MemoryContext cx, bool tree)
{
	int64		n_graded;
	int64		n_na;

	shortsum_decode(&s->achieved, cx, r);
	if (!tree)
	{
		get_sum(&s->plus, cx, r, true);
		get_sum(&s->minus, cx, r, true);
	}
	n_graded = wire_get_total(r);
	s->n_pass = wire_get_total(r);
	s->n_fail = wire_get_total(r);
	if (s->n_pass > n_graded || s->n_fail > n_graded - s->n_pass)
		wire_fail(r, "A count is out of range.");
	if (n_graded > s->n_pass + s->n_fail)
		score_rest(s, cx)->n_idle = n_graded - s->n_pass - s->n_fail;
	if (tree ? shortsum_sign(&s->achieved) < 0 : false)
		wire_fail(r, "A sum is out of range.");
	if (s->n_pass + s->n_fail == 0 &&
		(shortsum_sign(&s->achieved) != 0 || shortsum_sign(&s->plus) != 0 || shortsum_sign(&s->minus) != 0))
		wire_fail(r, "A sum is out of range.");
	if (!tree)
		check_achieved(r, s);
	if (s->n_fail > 0)
	{
		ShortSum	credit;

		get_sum(&credit, cx, r, true);
		if (shortsum_value(&credit) > (double) s->n_fail)
			wire_fail(r, "A sum is out of range.");
		if (shortsum_sign(&credit) != 0)
			score_rest(s, cx)->credit = credit;
	}
	n_na = wire_get_total(r);
	if (n_na > 0)
		get_na(r, s, cx, tree, n_na);
	if (tree)
		get_tree(r, s, cx);
}

static void
get_binding(WireReader *r, RubricScore *s, bool tree)
{
	ScoreBinding *b = MemoryContextAllocZero(s->state.cx, sizeof(ScoreBinding));

	b->tree = tree;
	memcpy(b->hash, wire_get_bytes(r, RUBRIC_HASH_LEN), RUBRIC_HASH_LEN);
	b->n_responses = wire_get_total(r);
	b->n_missing = wire_get_total(r);
	if (b->n_responses == 0)
		wire_fail(r, "A count is out of range.");
	s->binding = b;
}

static void
get_gates(WireReader *r, RubricScore *s, bool tree)
{
	ScoreGates *g = rubric_score_gates(s);

	g->open = wire_get_total(r);
	g->closed = wire_get_total(r);
	g->undecided = wire_get_total(r);
	if (g->open == 0 && g->closed == 0 && g->undecided == 0)
		wire_fail(r, "A count is out of range.");
	get_sums(r, &g->sums, s->state.cx, tree);
}

static void
get_tags(WireReader *r, RubricScore *s, bool tree)
{
	MemoryContext cx = s->state.cx;
	uint32		n = wire_get_count(r, keys_min_bytes(KEYS_TEXT) + MIN_SUMS_BYTES);
	ScoreTags  *t = MemoryContextAllocZero(cx, sizeof(ScoreTags));

	if (n == 0)
		wire_fail(r, "A count is out of range.");
	dict_init(&t->dict, cx);
	keys_get(r, &t->dict, n, KEYS_TEXT);
	t->sums = MemoryContextAllocExtended(cx, mul_size(n, sizeof(ScoreSums)), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	t->cap = n;
	t->sorted = true;
	for (uint32 i = 0; i < n; i++)
	{
		HD_CHECK_EVERY(i);
		get_sums(r, &t->sums[i], cx, tree);
		if (sums_n_graded(&t->sums[i]) == 0 && sums_n_na(&t->sums[i]) == 0)
			wire_fail(r, "A key is not used.");
	}
	s->tags = t;
}

/* A response has one tree, whole or restricted to a tag */
static int64
most_trees(const RubricScore *s)
{
	int64		most = s->all.rest ? s->all.rest->n_trees : 0;

	if (s->gates && s->gates->sums.rest)
		most = Max(most, s->gates->sums.rest->n_trees);
	for (uint32 i = 0; s->tags && i < s->tags->dict.n; i++)
		if (s->tags->sums[i].rest)
			most = Max(most, s->tags->sums[i].rest->n_trees);
	return most;
}

void
rubric_score_decode(State *state, WireReader *r)
{
	RubricScore *s = (RubricScore *) state;
	uint8		flags;
	bool		tree;

	if (wire_get_byte(r) != HDATA_RUBRIC_SCORE_VERSION)
		wire_fail(r, "Its version is not known to this release of hdata.");
	flags = wire_get_byte(r);
	tree = (flags & FLAG_TREE) != 0;
	if ((flags & ~FLAGS_ALL) != 0 || (tree && !(flags & FLAG_BOUND)))
		wire_fail(r, "Its flags are not known to this release of hdata.");
	if (flags & FLAG_BOUND)
		get_binding(r, s, tree);
	get_sums(r, &s->all, state->cx, tree);
	if (flags & FLAG_GATES)
		get_gates(r, s, tree);
	if (flags & FLAG_TAGS)
		get_tags(r, s, tree);
	if (s->binding && (s->binding->n_missing > sums_n_na(&s->all) || most_trees(s) > s->binding->n_responses))
		wire_fail(r, "A count is out of range.");
	if (rubric_score_is_empty(s) && (s->gates || s->tags))
		wire_fail(r, "A count is out of range.");
	if (r->p != r->end)
		wire_fail(r, "There are bytes behind the end.");
}

/*-------------------------------------------------------------------------
 *
 * corpus.c
 *	  The state type "corpus": growing, merging, settling, bytes.
 *
 * Version 1:
 *	  byte		version
 *	  byte		kind of id
 *	  byte		version of Unicode; 0 where there is no text
 *	  varint	number of ids, groups, texts, tokens
 *	  keys		of ids, groups, in canonical order
 *	  for each text, by id, group, tokens:
 *		varint	id, as difference to the one before
 *		varint	group + 1, or 0
 *		varint	number of tokens
 *	  tokens	4 bytes each, little-endian
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/interrupts.h"
#include "common/keys.h"
#include "hdata.h"
#include "port/pg_bswap.h"
#include "text/canonical.h"
#include "text/corpus.h"
#include "utils/memutils.h"

static void
corpus_init(State *s)
{
	Corpus	   *c = (Corpus *) s;

	dict_init(&c->ids, s->cx);
	dict_init(&c->groups, s->cx);
	c->settled = true;
	c->conflict = -1;
}

/* ---- growing ---- */

/* No less than the canonical bytes */
static double
size_bound(const Corpus *c)
{
	return 4.0 * c->n_tokens + 15.0 * c->n_texts + keys_bound(&c->ids) + keys_bound(&c->groups) + 64;
}

static void
check_kind(Corpus *c, IdKind kind, uint8 unicode)
{
	if (c->id_kind == ID_NONE)
		c->id_kind = kind;
	else if (c->id_kind != kind)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("corpora with ids of different kinds cannot be put together"),
				 errhint("Cast the column to one type, for example text.")));
	if (c->unicode == 0)
		c->unicode = unicode;
	else if (unicode != 0 && c->unicode != unicode)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("corpora made with different versions of Unicode cannot be put together"),
				 errdetail("One was made with %d.%d, the other with %d.%d.",
						   c->unicode / 4, c->unicode % 4, unicode / 4, unicode % 4),
				 errhint("Make the older one again from its texts.")));
}

static void
make_room(Corpus *c, uint32 texts, uint64 tokens)
{
	if (c->n_texts + (uint64) texts > c->cap_texts)
	{
		uint64		cap = Max((uint64) c->cap_texts * 2, Max(c->n_texts + (uint64) texts, 4));

		if (cap > DICT_MAX_KEYS)
			wire_too_large("corpus", state_size_limit());
		c->text = c->text ? repalloc_huge(c->text, cap * sizeof(CorpusText)) :
			array_alloc_in(c->state.cx, cap, sizeof(CorpusText));
		c->cap_texts = (uint32) cap;
	}
	if (c->n_tokens + tokens > c->cap_tokens)
	{
		uint64		cap = Max(c->cap_tokens * 2, Max(c->n_tokens + tokens, 16));

		c->token = c->token ? repalloc_huge(c->token, cap * sizeof(uint32)) :
			array_alloc_in(c->state.cx, cap, sizeof(uint32));
		c->cap_tokens = cap;
	}
}

uint32 *
corpus_add(Corpus *c, const ColumnKey *id, IdKind kind, const ColumnKey *group, uint8 unicode, uint32 n)
{
	CorpusText *t;

	check_kind(c, kind, unicode);
	if (unlikely(size_bound(c) + 4.0 * n + id->len > state_size_limit()))
	{
		/* repeats may have filled it */
		corpus_settle(c);
		if (size_bound(c) + 4.0 * n + id->len > state_size_limit())
			wire_too_large("corpus", state_size_limit());
	}
	make_room(c, 1, n);
	t = &c->text[c->n_texts];
	t->id = dict_add(&c->ids, id->prefix, id->bytes, id->len);
	t->group = group ? dict_add(&c->groups, group->prefix, group->bytes, group->len) + 1 : 0;
	t->start = c->n_tokens;
	t->n = n;
	c->n_texts++;
	c->n_tokens += n;
	c->settled = false;
	return c->token + t->start;
}

static void
corpus_merge(State *d, State *s)
{
	Corpus	   *dst = (Corpus *) d;
	Corpus	   *src = (Corpus *) s;
	uint32	   *id,
			   *group;

	if (src->id_kind == ID_NONE)
		return;
	check_kind(dst, src->id_kind, src->unicode);
	/* both may hold the same texts: what they hold together counts, before it is put together */
	if (size_bound(dst) + size_bound(src) > state_size_limit())
	{
		corpus_settle(dst);
		corpus_settle(src);
		if (Max(size_bound(dst), size_bound(src)) > state_size_limit())
			wire_too_large("corpus", state_size_limit());
	}
	make_room(dst, src->n_texts, src->n_tokens);
	dst->settled = false;
	id = dict_translate(&dst->ids, &src->ids);
	group = dict_translate(&dst->groups, &src->groups);
	/* nothing below can fail: a cancel leaves keys that nothing refers to, which settling drops */
	for (uint32 i = 0; i < src->n_texts; i++)
	{
		CorpusText *t = &dst->text[dst->n_texts + i];

		*t = src->text[i];
		t->id = id[t->id];
		t->group = t->group ? group[t->group - 1] + 1 : 0;
		t->start += dst->n_tokens;
	}
	if (src->n_tokens > 0)
		memcpy(dst->token + dst->n_tokens, src->token, src->n_tokens * sizeof(uint32));
	dst->n_texts += src->n_texts;
	dst->n_tokens += src->n_tokens;
	pfree(id);
	pfree(group);
	if (size_bound(dst) > state_size_limit())
	{
		corpus_settle(dst);
		if (size_bound(dst) > state_size_limit())
			wire_too_large("corpus", state_size_limit());
	}
}

/* ---- settling ---- */

/* rank[code] in canonical order among the keys that are used; *order[rank] = code */
static uint32
rank_keys(const Dict *d, const bool *used, uint32 *rank, uint32 **order)
{
	uint32	   *sorted = dict_sorted(d);
	uint32		n = 0;

	for (uint32 i = 0; i < d->n; i++)
	{
		if (!used[sorted[i]])
			continue;
		rank[sorted[i]] = n;
		sorted[n++] = sorted[i];
	}
	*order = sorted;
	return n;
}

static int
compare_texts(const CorpusText *a, const CorpusText *b, const uint32 *token)
{
	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	for (uint32 i = 0; i < Min(a->n, b->n); i++)
	{
		uint32		s = token[a->start + i];
		uint32		t = token[b->start + i];

		if (s != t)
			return s < t ? -1 : 1;
	}
	return (a->n > b->n) - (a->n < b->n);
}

#define ST_SORT sort_texts_by_id
#define ST_ELEMENT_TYPE CorpusText
#define ST_COMPARE_ARG_TYPE const uint32
#define ST_COMPARE(a, b, arg) compare_texts(a, b, arg)
#define ST_SCOPE static
#define ST_CHECK_FOR_INTERRUPTS
#define ST_DEFINE
#include "lib/sort_template.h"

/* Are the texts in ascending order of id already?  They mostly come so. */
static void
sort_texts(CorpusText *text, uint32 n, const uint32 *token)
{
	bool		sorted = true;

	for (uint32 i = 1; i < n && sorted; i++)
		sorted = text[i - 1].id < text[i].id;
	if (!sorted)
		sort_texts_by_id(text, n, token);
}

/* A dictionary of the keys order[0 .. n - 1] alone, in that order */
static Dict
reordered(Corpus *c, const Dict *d, const uint32 *order, uint32 n)
{
	Dict		r;

	dict_init(&r, c->state.cx);
	dict_reorder(&r, d, order, n);
	return r;
}

/*
 * Sort, drop repeats, renumber.  All that is new is made beside the old and
 * takes its place at the end: a cancel loses nothing.
 */
void
corpus_settle(Corpus *c)
{
	bool	   *id_used,
			   *group_used;
	uint32	   *id_rank,
			   *group_rank,
			   *id_order,
			   *group_order;
	uint32		n_ids,
				n_groups,
				n = 0;
	uint64		n_tokens = 0;
	CorpusText *text;
	uint32	   *token;
	Dict		ids,
				groups;

	if (c->settled)
		return;
	id_used = array_alloc0(c->ids.n, sizeof(bool));
	group_used = array_alloc0(c->groups.n, sizeof(bool));
	id_rank = array_alloc(c->ids.n, sizeof(uint32));
	group_rank = array_alloc(c->groups.n, sizeof(uint32));
	text = array_alloc_in(c->state.cx, c->n_texts, sizeof(CorpusText));
	token = array_alloc_in(c->state.cx, c->n_tokens, sizeof(uint32));
	for (uint32 i = 0; i < c->n_texts; i++)
	{
		id_used[c->text[i].id] = true;
		if (c->text[i].group)
			group_used[c->text[i].group - 1] = true;
	}
	n_ids = rank_keys(&c->ids, id_used, id_rank, &id_order);
	n_groups = rank_keys(&c->groups, group_used, group_rank, &group_order);
	for (uint32 i = 0; i < c->n_texts; i++)
	{
		text[i] = c->text[i];
		text[i].id = id_rank[text[i].id];
		if (text[i].group)
			text[i].group = group_rank[text[i].group - 1] + 1;
	}
	CHECK_FOR_INTERRUPTS();
	sort_texts(text, c->n_texts, c->token);
	for (uint32 i = 0; i < c->n_texts; i++)
	{
		HD_CHECK_EVERY(i + 1);
		if (i > 0 && compare_texts(&text[i - 1], &text[i], c->token) == 0)
			continue;
		text[n++] = text[i];
	}
	for (uint32 i = 0; i < n; i++)
	{
		HD_CHECK_EVERY(i + 1);
		memcpy(token + n_tokens, c->token + text[i].start, text[i].n * sizeof(uint32));
		text[i].start = n_tokens;
		n_tokens += text[i].n;
	}
	ids = reordered(c, &c->ids, id_order, n_ids);
	groups = reordered(c, &c->groups, group_order, n_groups);

	/* from here on nothing fails */
	dict_free(&c->ids);
	dict_free(&c->groups);
	c->ids = ids;
	c->groups = groups;
	if (c->text)
		pfree(c->text);
	if (c->token)
		pfree(c->token);
	c->text = text;
	c->cap_texts = Max(c->n_texts, 1);
	c->token = token;
	c->cap_tokens = Max(c->n_tokens, 1);
	c->n_texts = n;
	c->n_tokens = n_tokens;
	c->conflict = -1;
	for (uint32 i = 1; i < n && c->conflict < 0; i++)
		if (text[i].id == text[i - 1].id)
			c->conflict = i;
	c->settled = true;
	pfree(id_used);
	pfree(group_used);
	pfree(id_rank);
	pfree(group_rank);
	pfree(id_order);
	pfree(group_order);
}

Corpus *
corpus_get(Datum d)
{
	Corpus	   *c = (Corpus *) state_get(&corpus_type, d);

	corpus_settle(c);
	return c;
}

Corpus *
corpus_get_consistent(Datum d)
{
	Corpus	   *c = corpus_get(d);

	if (c->conflict >= 0)
		ereport(ERROR,
				(errcode(ERRCODE_CARDINALITY_VIOLATION),
				 errmsg("id \"%s\" has more than one text, or one text in two groups",
						id_cstring(c->id_kind, &c->ids, c->text[c->conflict].id)),
				 errhint("Each text needs an id of its own.")));
	return c;
}

/* ---- bytes ---- */

static void
corpus_encode(State *s, WireWriter *w)
{
	Corpus	   *c = (Corpus *) s;
	uint32		last = 0;

	corpus_settle(c);
	wire_put_byte(w, HDATA_CORPUS_VERSION);
	wire_put_byte(w, c->id_kind);
	wire_put_byte(w, c->n_texts > 0 ? c->unicode : 0);
	wire_put_varint(w, c->ids.n);
	wire_put_varint(w, c->groups.n);
	wire_put_varint(w, c->n_texts);
	wire_put_varint(w, c->n_tokens);
	keys_put(w, &c->ids, keys_id_form(c->id_kind));
	keys_put(w, &c->groups, KEYS_TEXT);
	for (uint32 i = 0; i < c->n_texts; i++)
	{
		HD_CHECK_EVERY(i + 1);
		wire_put_varint(w, c->text[i].id - last);
		wire_put_varint(w, c->text[i].group);
		wire_put_varint(w, c->text[i].n);
		last = c->text[i].id;
	}
#ifdef WORDS_BIGENDIAN
	for (uint64 i = 0; i < c->n_tokens; i++)
	{
		uint32		t = pg_bswap32(c->token[i]);

		wire_put_bytes(w, &t, sizeof(uint32));
	}
#else
	if (c->n_tokens > 0)
		wire_put_bytes(w, c->token, c->n_tokens * sizeof(uint32));
#endif
}

static void
decode_texts(Corpus *c, WireReader *r, uint32 n, uint64 n_tokens)
{
	bool	   *id_used = array_alloc0(c->ids.n, sizeof(bool));
	bool	   *group_used = array_alloc0(c->groups.n, sizeof(bool));
	uint64		start = 0;
	uint64		id = 0;

	for (uint32 i = 0; i < n; i++)
	{
		uint64		step = wire_get_varint(r);
		uint64		group = wire_get_varint(r);
		uint64		size = wire_get_varint(r);

		HD_CHECK_EVERY(i + 1);
		if (step >= c->ids.n || id + step >= c->ids.n || group > c->groups.n)
			wire_fail(r, "A text refers to a key that is not there.");
		if (size > n_tokens - start)
			wire_fail(r, "A text has more tokens than there are.");
		id += step;
		c->text[i] = (CorpusText) {(uint32) id, (uint32) group, start, (uint32) size};
		id_used[id] = true;
		if (group > 0)
			group_used[group - 1] = true;
		start += size;
	}
	if (start != n_tokens)
		wire_fail(r, "A token belongs to no text.");
	keys_check_used(r, id_used, c->ids.n);
	keys_check_used(r, group_used, c->groups.n);
	pfree(id_used);
	pfree(group_used);
}

static void
corpus_decode(State *s, WireReader *r)
{
	Corpus	   *c = (Corpus *) s;
	uint32		n_ids,
				n_groups,
				n;
	uint64		n_tokens;

	if (wire_get_byte(r) != HDATA_CORPUS_VERSION)
		wire_fail(r, "Its version is not known to this release of hdata.");
	c->id_kind = wire_get_byte(r);
	c->unicode = wire_get_byte(r);
	if (c->id_kind > ID_TEXT)
		wire_fail(r, "A kind of identifier is not known.");
	n_ids = wire_get_count(r, 1);
	n_groups = wire_get_count(r, keys_min_bytes(KEYS_TEXT));
	n = wire_get_count(r, 3);
	n_tokens = wire_get_varint(r);
	if (n_tokens > wire_left(r) / sizeof(uint32))
		wire_fail(r, "A count is larger than the value.");
	/* a state that lost its texts keeps its kind; one that never had any has none */
	if ((n > 0) != (c->unicode != 0) || (n > 0 && c->id_kind == ID_NONE))
		wire_fail(r, "Its kinds do not fit its texts.");
	if (n_ids > 0 && c->id_kind == ID_NONE)
		wire_fail(r, "Its kinds do not fit its texts.");
	if (n_ids > wire_left(r) / keys_min_bytes(keys_id_form(c->id_kind)))
		wire_fail(r, "A count is larger than the value.");
	if (n_ids > 0)
		keys_get(r, &c->ids, n_ids, keys_id_form(c->id_kind));
	if (n_groups > 0)
		keys_get(r, &c->groups, n_groups, KEYS_TEXT);
	make_room(c, n, n_tokens);
	decode_texts(c, r, n, n_tokens);
	if (wire_left(r) != n_tokens * sizeof(uint32))
		wire_fail(r, "There are bytes behind the end.");
	if (n_tokens > 0)
		memcpy(c->token, wire_get_bytes(r, n_tokens * sizeof(uint32)), n_tokens * sizeof(uint32));
#ifdef WORDS_BIGENDIAN
	for (uint64 i = 0; i < n_tokens; i++)
		c->token[i] = pg_bswap32(c->token[i]);
#endif
	c->n_texts = n;
	c->n_tokens = n_tokens;
	c->conflict = -1;
	for (uint32 i = 1; i < n; i++)
	{
		HD_CHECK_EVERY(i + 1);
		if (compare_texts(&c->text[i - 1], &c->text[i], c->token) >= 0)
			wire_fail(r, "Texts are not in ascending order.");
		if (c->conflict < 0 && c->text[i].id == c->text[i - 1].id)
			c->conflict = i;
	}
}

const StateType corpus_type = {
	"corpus", sizeof(Corpus), corpus_init, corpus_encode, corpus_decode, corpus_merge
};

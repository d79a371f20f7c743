/*-------------------------------------------------------------------------
 *
 * ratings_settle.c
 *	  From the log of a ratings state to its sorted columns.
 *
 * A hash table of items would miss the cache on every row.  So rows are only
 * appended, and sorted once by radix when the state is read.  Whatever fails
 * or is cancelled on the way leaves the log as complete as it was: columns
 * and dictionaries are built beside it and take its place at the end.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "agreement/ratings.h"
#include "common/alloc.h"
#include "common/compat.h"
#include "common/interrupts.h"
#include "common/radix.h"
#include "utils/memutils.h"

/* so many rows of an item are sorted by insertion */
#define FEW_ROWS 16

/* one row of an item while it is settled */
typedef struct Fact
{
	uint64		key;			/* rank of the rater << 32 | rank of the label */
	int64		at;
} Fact;

#define ST_SORT sort_facts
#define ST_ELEMENT_TYPE Fact
#define ST_COMPARE(a, b) ((a)->key < (b)->key ? -1 : (a)->key > (b)->key)
#define ST_CHECK_FOR_INTERRUPTS
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

/* A dictionary's canonical order, and which of its keys are still in use */
typedef struct Ranking
{
	uint32		n;
	uint32	   *order;			/* rank -> code */
	uint32	   *rank;			/* code -> rank */
	bool	   *used;			/* by rank */
} Ranking;

typedef struct Settling
{
	Ratings    *r;
	Ranking		raters;
	Ranking		labels;
	Ranking		clusters;

	/* the columns that come into being */
	int32		n_items;
	int32		n_obs;
	int32	   *start;
	int32	   *rater;
	int32	   *label;
	int64	   *at;
	int32		n_item_clusters;
	int32		cap_item_clusters;
	int32	   *cluster_item;
	int32	   *cluster;
	int32		conflict;
	int32		cluster_conflict;

	/* scratch for the rows of one item */
	Fact	   *fact;
	uint32	   *fact_cluster;
	uint32		cap_fact;
} Settling;

static void
ranking_init(Ranking *k, const Dict *d, bool ordered)
{
	k->n = d->n;
	k->rank = array_alloc(d->n, sizeof(uint32));
	k->used = MemoryContextAllocExtended(CurrentMemoryContext, Max(d->n, 1),
										 MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	if (ordered)
	{
		/* declared order; labels that nobody gave belong to the domain */
		k->order = array_alloc(d->n, sizeof(uint32));
		for (uint32 i = 0; i < d->n; i++)
			k->order[i] = i;
		memset(k->used, true, d->n);
	}
	else
		k->order = dict_sorted(d);
	for (uint32 i = 0; i < d->n; i++)
		k->rank[k->order[i]] = i;
}

static void
ranking_free(Ranking *k)
{
	pfree(k->order);
	pfree(k->rank);
	pfree(k->used);
}

/*
 * Close the gaps that unused keys leave: "order" and the codes in the column
 * are renumbered.
 */
static void
ranking_compress(Ranking *k, int32 *column, int32 n)
{
	uint32		m = 0;
	uint32	   *code;

	for (uint32 i = 0; i < k->n; i++)
		m += k->used[i];
	if (m == k->n)
		return;
	code = array_alloc(k->n, sizeof(uint32));
	m = 0;
	for (uint32 i = 0; i < k->n; i++)
	{
		code[i] = m;
		if (k->used[i])
			k->order[m++] = k->order[i];
	}
	for (int32 j = 0; j < n; j++)
	{
		HD_CHECK_EVERY(j);
		column[j] = code[column[j]];
	}
	k->n = m;
	pfree(code);
}

/* The keys that are in use, in canonical order */
static Dict
ordered_copy(const Dict *d, const Ranking *k)
{
	Dict		copy;

	dict_init(&copy, d->cx);
	dict_reorder(&copy, d, k->order, k->n);
	return copy;
}

static void
replace_dict(Dict *d, const Dict *by)
{
	dict_free(d);
	*d = *by;
}

/* ---- one item ---- */

static void
add_item_cluster(Settling *s, uint32 rank)
{
	if (s->n_item_clusters == s->cap_item_clusters)
	{
		int32		cap = Max(s->cap_item_clusters * 2, 16);
		size_t		size = mul_size(cap, sizeof(int32));

		s->cluster_item = s->cluster_item ? repalloc_huge(s->cluster_item, size) :
			array_alloc_in(s->r->state.cx, cap, sizeof(int32));
		s->cluster = s->cluster ? repalloc_huge(s->cluster, size) :
			array_alloc_in(s->r->state.cx, cap, sizeof(int32));
		s->cap_item_clusters = cap;
	}
	if (s->n_item_clusters > 0 && s->cluster_conflict < 0 &&
		s->cluster_item[s->n_item_clusters - 1] == s->n_items)
		s->cluster_conflict = s->n_item_clusters;
	s->clusters.used[rank] = true;
	s->cluster_item[s->n_item_clusters] = s->n_items;
	s->cluster[s->n_item_clusters++] = rank;
}

static int
compare_uint32(const void *a, const void *b)
{
	uint32		x = *(const uint32 *) a,
				y = *(const uint32 *) b;

	return (x > y) - (x < y);
}

static void
settle_clusters(Settling *s, const LogRow *first, size_t n)
{
	uint32		m = 0;

	for (size_t i = 0; i < n; i++)
		if (first[i].cluster != 0)
			s->fact_cluster[m++] = s->clusters.rank[first[i].cluster - 1];
	if (m > 1)
		qsort(s->fact_cluster, m, sizeof(uint32), compare_uint32);
	for (uint32 i = 0; i < m; i++)
		if (i == 0 || s->fact_cluster[i] != s->fact_cluster[i - 1])
			add_item_cluster(s, s->fact_cluster[i]);
}

/* Which of one rater's ratings of an item stand: the newest, or the earliest */
static int64
standing_at(AtMode mode, const Fact *f, size_t n)
{
	int64		at = f[0].at;

	for (size_t i = 1; i < n; i++)
		at = mode == AT_NEWEST ? Max(at, f[i].at) : Min(at, f[i].at);
	return at;
}

static inline void
emit(Settling *s, uint64 key, int64 at)
{
	int32		j = s->n_obs++;

	s->rater[j] = (int32) (key >> 32);
	s->label[j] = (int32) (uint32) key;
	if (s->at)
		s->at[j] = at;
	s->raters.used[s->rater[j]] = true;
	s->labels.used[s->label[j]] = true;
}

/* Facts of an item, sorted by rater and label: drop repeats and what was superseded */
static void
emit_facts(Settling *s, const Fact *f, size_t n)
{
	AtMode		mode = s->r->kind.at;
	size_t		i = 0;

	while (i < n)
	{
		size_t		end = i + 1;
		int32		first = s->n_obs;
		int64		at = 0;

		while (end < n && (f[end].key >> 32) == (f[i].key >> 32))
			end++;
		if (mode != AT_NONE)
			at = standing_at(mode, f + i, end - i);
		for (uint64 last = ~UINT64CONST(0); i < end; i++)
			if (f[i].key != last && (mode == AT_NONE || f[i].at == at))
			{
				last = f[i].key;
				emit(s, last, at);
			}
		if (s->n_obs - first > 1 && s->conflict < 0)
			s->conflict = first + 1;
	}
}

static void
need_facts(Settling *s, size_t n)
{
	if (n <= s->cap_fact)
		return;
	s->cap_fact = Max(n, (size_t) s->cap_fact * 2);
	pfree(s->fact);
	pfree(s->fact_cluster);
	s->fact = array_alloc(s->cap_fact, sizeof(Fact));
	s->fact_cluster = array_alloc(s->cap_fact, sizeof(uint32));
}

static inline uint64
fact_key(const Settling *s, const LogRow *row)
{
	return (uint64) s->raters.rank[row->rater] << 32 | s->labels.rank[row->label];
}

/*
 * The common case, a few rows without "at" and clusters: keys alone, sorted
 * by insertion straight into the columns.
 */
static inline void
settle_few(Settling *s, const char *first, size_t n)
{
	uint64		key[FEW_ROWS];
	size_t		m = 0;

	for (size_t i = 0; i < n; i++)
	{
		uint64		x = fact_key(s, (const LogRow *) (first + i * NARROW_ROW));
		size_t		j = m++;

		for (; j > 0 && key[j - 1] > x; j--)
			key[j] = key[j - 1];
		key[j] = x;
	}
	for (size_t i = 0; i < n; i++)
	{
		if (i > 0 && key[i] == key[i - 1])
			continue;
		if (i > 0 && key[i] >> 32 == key[i - 1] >> 32 && s->conflict < 0)
			s->conflict = s->n_obs;
		emit(s, key[i], 0);
	}
}

static inline void
settle_item(Settling *s, const char *first, size_t n)
{
	size_t		size = s->r->row_size;

	s->start[s->n_items] = s->n_obs;
	if (size == NARROW_ROW && n <= FEW_ROWS)
		settle_few(s, first, n);
	else
	{
		need_facts(s, n);
		for (size_t i = 0; i < n; i++)
		{
			const LogRow *row = (const LogRow *) (first + i * size);

			s->fact[i].key = fact_key(s, row);
			s->fact[i].at = size == NARROW_ROW ? 0 : row->at;
		}
		sort_facts(s->fact, n);
		emit_facts(s, s->fact, n);
		if (size != NARROW_ROW)
			settle_clusters(s, (const LogRow *) first, n);
	}
	s->n_items++;
}

/* ---- the whole log ---- */

static void
sort_log(Ratings *r)
{
	void	   *tmp;

	if (r->log_sorted)
		return;
	tmp = MemoryContextAllocHuge(r->state.cx, mul_size(r->cap_log, r->row_size));
	radix_sort((void **) &r->log, &tmp, r->n_log, r->row_size);
	pfree(tmp);
	r->log_sorted = true;
}

/* Number of rows of the item that begins at row i of the sorted log */
static inline size_t
run_length(const Ratings *r, size_t i)
{
	uint64		item = log_row(r, i)->item;
	size_t		n = 1;

	while (i + n < r->n_log && log_row(r, i + n)->item == item)
		n++;
	return n;
}

/* bigint items: the log is in their order */
static void
settle_int8_items(Settling *s, Dict *items)
{
	Ratings    *r = s->r;
	size_t		n;

	for (size_t i = 0; i < r->n_log; i += n)
	{
		HD_CHECK_EVERY(s->n_items);
		n = run_length(r, i);
		dict_append(items, log_row(r, i)->item, NULL, 8);
		settle_item(s, (const char *) log_row(r, i), n);
	}
}

/*
 * Other items: the log is in order of codes, the columns are in order of keys.
 * Where each item begins is gathered beforehand in a loop of its own, whose
 * cache misses overlap; then rows are asked for some items ahead.
 */
static void
settle_dict_items(Settling *s, Dict *items)
{
	Ratings    *r = s->r;
	uint32	   *order = dict_sorted(&r->items);
	uint32		n_keys = r->items.n;
	uint32	   *first = array_alloc(n_keys, sizeof(uint32));
	uint32	   *begin = array_alloc(n_keys, sizeof(uint32));
	uint32		n = 0;

	memset(first, 0xff, sizeof(uint32) * n_keys);
	for (size_t i = 0; i < r->n_log; i++)
	{
		if (i == 0 || log_row(r, i)->item != log_row(r, i - 1)->item)
			first[log_row(r, i)->item] = (uint32) i;
		HD_CHECK_EVERY(i);
	}
	for (uint32 k = 0; k < n_keys; k++)
	{
		begin[k] = first[order[k]];
		HD_CHECK_EVERY(k);
	}
	for (uint32 k = 0; k < n_keys; k++)
	{
		HD_CHECK_EVERY(k);
		if (k + 16 < n_keys && begin[k + 16] != PG_UINT32_MAX)
			__builtin_prefetch(log_row(r, begin[k + 16]));
		/* a key that a failed row has left behind */
		if (begin[k] == PG_UINT32_MAX)
			continue;
		order[n++] = order[k];
		settle_item(s, (const char *) log_row(r, begin[k]), run_length(r, begin[k]));
	}
	dict_reorder(items, &r->items, order, n);
	pfree(order);
	pfree(first);
	pfree(begin);
}

static void
free_columns(Ratings *r)
{
	if (r->start)
		pfree(r->start);
	if (r->rater)
		pfree(r->rater);
	if (r->label)
		pfree(r->label);
	if (r->at)
		pfree(r->at);
	if (r->cluster_item)
		pfree(r->cluster_item);
	if (r->cluster)
		pfree(r->cluster);
	r->start = r->rater = r->label = r->cluster_item = r->cluster = NULL;
	r->at = NULL;
	r->n_items = r->n_obs = r->n_item_clusters = 0;
	r->conflict = r->cluster_conflict = -1;
}

/* Give back what repeats have left unused */
static void *
shrink(void *array, size_t n, size_t used, size_t size)
{
	if (used + used / 4 + 64 > n)
		return array;
	return repalloc_huge(array, mul_size(Max(used, 1), size));
}

/*
 * Codes in the log belong to the dictionaries that are there: log and
 * dictionaries go together, in one stretch where nothing can fail or be
 * cancelled.
 */
static void
install(Settling *s, const Dict *items)
{
	Ratings    *r = s->r;
	size_t		n = r->n_log;
	Dict		raters = ordered_copy(&r->raters, &s->raters);
	Dict		labels = ordered_copy(&r->labels, &s->labels);
	Dict		clusters = ordered_copy(&r->clusters, &s->clusters);
	int32	   *start = shrink(s->start, n + 1, (size_t) s->n_items + 1, sizeof(int32));
	int32	   *rater = shrink(s->rater, n, s->n_obs, sizeof(int32));
	int32	   *label = shrink(s->label, n, s->n_obs, sizeof(int32));
	int64	   *at = s->at ? shrink(s->at, n, s->n_obs, sizeof(int64)) : NULL;

	replace_dict(&r->raters, &raters);
	replace_dict(&r->labels, &labels);
	replace_dict(&r->clusters, &clusters);
	replace_dict(&r->items, items);

	r->n_items = s->n_items;
	r->n_obs = s->n_obs;
	r->start = start;
	r->rater = rater;
	r->label = label;
	r->at = at;
	r->n_item_clusters = s->n_item_clusters;
	r->cluster_item = s->cluster_item;
	r->cluster = s->cluster;
	r->conflict = s->conflict;
	r->cluster_conflict = s->cluster_conflict;

	pfree(r->log);
	r->log = NULL;
	r->n_log = r->cap_log = 0;
	r->log_sorted = true;
	r->last_item = 0;
}

static void
settle_log(Ratings *r)
{
	Settling	s;
	MemoryContext cx = r->state.cx;
	size_t		n = r->n_log;
	Dict		items;

	if (n > PG_INT32_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many rows in one value of type %s", r->state.type->name),
				 errhint("Aggregate by a smaller unit with GROUP BY.")));
	memset(&s, 0, sizeof(s));
	s.r = r;
	s.conflict = s.cluster_conflict = -1;
	ranking_init(&s.raters, &r->raters, false);
	ranking_init(&s.labels, &r->labels, r->kind.value == VALUE_ORDERED);
	ranking_init(&s.clusters, &r->clusters, false);
	sort_log(r);

	/* as if each row were an item of its own: what is not touched costs nothing */
	s.start = array_alloc_in(cx, n + 1, sizeof(int32));
	s.rater = array_alloc_in(cx, n, sizeof(int32));
	s.label = array_alloc_in(cx, n, sizeof(int32));
	if (r->kind.at != AT_NONE)
		s.at = array_alloc_in(cx, n, sizeof(int64));
	s.cap_fact = 64;
	s.fact = array_alloc(s.cap_fact, sizeof(Fact));
	s.fact_cluster = array_alloc(s.cap_fact, sizeof(uint32));

	dict_init(&items, cx);
	if (r->kind.item == ID_INT8)
		settle_int8_items(&s, &items);
	else
		settle_dict_items(&s, &items);
	s.start[s.n_items] = s.n_obs;

	ranking_compress(&s.raters, s.rater, s.n_obs);
	ranking_compress(&s.labels, s.label, s.n_obs);
	ranking_compress(&s.clusters, s.cluster, s.n_item_clusters);
	install(&s, &items);

	ranking_free(&s.raters);
	ranking_free(&s.labels);
	ranking_free(&s.clusters);
	pfree(s.fact);
	pfree(s.fact_cluster);
}

/* Put settled facts back into the log, before more of them come */
void
ratings_reopen(Ratings *r)
{
	const CodeMaps same = {NULL, NULL, NULL};
	int32		fact = 0;

	ratings_resolve_items(r);
	if (r->n_obs == 0)
		return;
	if (r->n_item_clusters > 0)
		ratings_widen(r);
	if (r->n_log + r->n_obs + r->n_item_clusters > r->cap_log)
	{
		size_t		cap = r->n_log + r->n_obs + r->n_item_clusters;

		r->log = r->log ? repalloc_huge(r->log, mul_size(cap, r->row_size)) :
			array_alloc_in(r->state.cx, cap, r->row_size);
		r->cap_log = cap;
	}
	for (int32 i = 0; i < r->n_items; i++)
		fact = ratings_append_item(r, ratings_item_key(r, i), r, i, fact, &same, NULL);
	free_columns(r);
	if (r->kind.item == ID_INT8)
		dict_free(&r->items);
}

/*
 * A value may be flattened wherever somebody copies it: the current context
 * may be a tuplesort's, which since release 17 cannot free anything.  So what
 * is needed meanwhile has a context of its own.
 */
void
ratings_settle(Ratings *r)
{
	if (r->n_log > 0)
	{
		MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "hdata settle",
												   ALLOCSET_DEFAULT_SIZES);
		MemoryContext old = MemoryContextSwitchTo(work);

		/* values stay the same: the canonical bytes, if they are there, do too */
		ratings_reopen(r);
		settle_log(r);
		MemoryContextSwitchTo(old);
		MemoryContextDelete(work);
	}
	else if (r->start == NULL)
		r->start = MemoryContextAllocZero(r->state.cx, sizeof(int32));
}

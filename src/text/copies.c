/*-------------------------------------------------------------------------
 *
 * copies.c
 *	  SQL functions: texts of one group that are in texts of another.
 *
 * What everybody was given, the prompt or a form to fill in, is not copied
 * from each other: its shingles are taken out of the sets before they are
 * weighed and compared.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/args.h"
#include "common/interrupts.h"
#include "text/copy_counts.h"
#include "text/duplicates.h"

/* ---- what was given ---- */

/* hash << 32 | group + 1, or 0 for all groups; ascending */
typedef struct Given
{
	uint64	   *row;
	uint64		n;
	uint32	   *first;			/* [2^16 + 1] by upper half of the hash */
} Given;

#define FIRST_SIZE (((Size) 1 << 16) + 1)

static int
compare_uint64(const void *x, const void *y, void *arg)
{
	uint64		a = *(const uint64 *) x;
	uint64		b = *(const uint64 *) y;

	return (a > b) - (a < b);
}

/* code + 1 in c of each group of "without", by code; -1 where c has no such group */
static int64 *
groups_of(Corpus *c, const Corpus *without)
{
	int64	   *group = array_alloc(without->groups.n, sizeof(int64));

	for (uint32 g = 0; g < without->groups.n; g++)
	{
		uint8		tmp[8];
		uint32		len;
		const uint8 *key = dict_key(&without->groups, g, tmp, &len);
		int64		code = dict_find(&c->groups, without->groups.entry[g].prefix, key, len);

		group[g] = code < 0 ? -1 : code + 1;
	}
	return group;
}

static void
given_make(Given *v, Corpus *c, const Corpus *without, int k)
{
	int64	   *group = groups_of(c, without);
	uint32	   *hash;
	uint32		longest = 0;

	v->row = array_alloc(without->n_tokens, sizeof(uint64));
	for (uint32 i = 0; i < without->n_texts; i++)
		longest = Max(longest, without->text[i].n);
	hash = array_alloc(longest, sizeof(uint32));
	for (uint32 i = 0; i < without->n_texts; i++)
	{
		const CorpusText *t = &without->text[i];
		int64		to = t->group ? group[t->group - 1] : 0;
		int32		count;

		HD_CHECK_EVERY(i + 1);
		if (to < 0)
			continue;
		corpus_grams(without->token + t->start, t->n, k, hash, &count);
		for (int32 j = 0; j < count; j++)
			v->row[v->n++] = (uint64) hash[j] << 32 | to;
	}
	qsort_interruptible(v->row, v->n, sizeof(uint64), compare_uint64, NULL);
	v->first = array_alloc0(FIRST_SIZE, sizeof(uint32));
	for (uint64 i = 0; i < v->n; i++)
		v->first[(v->row[i] >> 48) + 1]++;
	for (Size i = 1; i < FIRST_SIZE; i++)
		v->first[i] += v->first[i - 1];
	pfree(hash);
	pfree(group);
}

static bool
given_has(const Given *v, uint64 row)
{
	uint32		low = v->first[row >> 48],
				high = v->first[(row >> 48) + 1];
	uint32		end = high;

	while (low < high)
	{
		uint32		middle = low + (high - low) / 2;

		if (v->row[middle] < row)
			low = middle + 1;
		else
			high = middle;
	}
	return low < end && v->row[low] == row;
}

/* ---- sets ---- */

/* As corpus_sets(), less what was given */
static SetCollection *
sets_without(const Corpus *c, const Given *given, int k, bool idf)
{
	uint64	   *pair = array_alloc(c->n_tokens, sizeof(uint64));
	uint32	   *hash;
	uint64		n = 0;
	uint32		longest = 0;
	int64		work = 0;

	for (uint32 i = 0; i < c->n_texts; i++)
		longest = Max(longest, c->text[i].n);
	hash = array_alloc(longest, sizeof(uint32));
	for (uint32 i = 0; i < c->n_texts; i++)
	{
		const CorpusText *t = &c->text[i];
		int32		count;

		HD_CHECK_WORK(work, 1 + 32 * (int64) t->n);
		corpus_grams(c->token + t->start, t->n, k, hash, &count);
		for (int32 j = 0; j < count; j++)
		{
			uint64		row = (uint64) hash[j] << 32;

			if (given->n > 0 && (given_has(given, row) || (t->group > 0 && given_has(given, row | t->group))))
				continue;
			pair[n++] = row | i;
		}
	}
	pfree(hash);
	return sets_make(pair, n, (int32) c->n_texts, idf, NULL, (int32) c->n_texts);
}

/* ---- pairs ---- */

/* A text of a group; those whose sets are equal are neighbours, and among them those of a group */
typedef struct Member
{
	int32		set;
	int32		group;
	int32		text;
} Member;

typedef struct CopiedPair
{
	int32		a;
	int32		b;
	double		similarity;
	int64		shared;
} CopiedPair;

typedef struct CopyRun
{
	Corpus	   *corpus;
	SetCollection *sets;
	int64		least;			/* shingles that copies share */
	Member	   *member;
	int32	   *first;			/* [n_sets + 1] of the members of a set */
	CopiedPair *pair;
	int64		n;
	int64		cap;
	double		memory;			/* that the join may take */
	int64		work;
} CopyRun;

static int
compare_members(const void *x, const void *y, void *arg)
{
	const Member *p = x;
	const Member *q = y;

	if (p->set != q->set)
		return p->set < q->set ? -1 : 1;
	if (p->group != q->group)
		return p->group < q->group ? -1 : 1;
	return (p->text > q->text) - (p->text < q->text);
}

static void
find_members(CopyRun *r)
{
	int32		n_sets = r->sets->n;
	int32		n = 0;

	r->member = array_alloc(n_sets, sizeof(Member));
	r->first = array_alloc0((Size) n_sets + 1, sizeof(int32));
	for (int32 i = 0; i < n_sets; i++)
	{
		int32		set = r->sets->same_as[i];

		if (r->corpus->text[i].group == 0)
			continue;
		r->member[n++] = (Member) {set, (int32) r->corpus->text[i].group - 1, i};
		r->first[set + 1]++;
	}
	for (int32 i = 0; i < n_sets; i++)
		r->first[i + 1] += r->first[i];
	if (n > 1)
		qsort_interruptible(r->member, n, sizeof(Member), compare_members, NULL);
}

/* The group that all texts of a set are of; -1: they are of several, -2: of none */
static inline int32
only_group(const CopyRun *r, int32 set)
{
	int32		first = r->first[set];
	int32		end = r->first[set + 1];

	if (first == end)
		return -2;
	return r->member[first].group == r->member[end - 1].group ? r->member[first].group : -1;
}

/* All their texts are of one group, or of none: an equivalence, so that the join may pass over many at once */
static bool
of_one_group(void *arg, int32 a, int32 b)
{
	int32		group = only_group(arg, a);

	return group != -1 && group == only_group(arg, b);
}

static void
add_pair(CopyRun *r, int32 a, int32 b, double similarity, int64 shared)
{
	if (r->n == r->cap)
	{
		/* copying() makes a row of each */
		r->cap = grown_pairs(r->cap, sizeof(CopiedPair) + sizeof(CopiedTexts), r->memory);
		r->pair = r->pair ? repalloc_huge(r->pair, r->cap * sizeof(CopiedPair)) :
			array_alloc(r->cap, sizeof(CopiedPair));
	}
	r->pair[r->n++] = (CopiedPair) {Min(a, b), Max(a, b), similarity, shared};
	HD_CHECK_EVERY(r->n);
}

/* One behind the members of the group that member i is of */
static inline int32
end_of_group(const CopyRun *r, int32 i, int32 end)
{
	int32		group = r->member[i].group;

	while (i < end && r->member[i].group == group)
		i++;
	return i;
}

/* Texts of one set with those of another: what is of one group is passed over as a whole */
static void
add_pairs(CopyRun *r, int32 a, int32 b, double similarity, int64 shared)
{
	for (int32 i = r->first[a]; i < r->first[a + 1]; i++)
	{
		int32		j = r->first[b];

		while (j < r->first[b + 1])
		{
			r->work++;
			HD_CHECK_EVERY(r->work);
			if (r->member[j].group == r->member[i].group)
				j = end_of_group(r, j, r->first[b + 1]);
			else
			{
				add_pair(r, r->member[i].text, r->member[j].text, similarity, shared);
				j++;
			}
		}
	}
}

/* Texts that are equal, and of different groups */
static void
add_equal(CopyRun *r, int32 set)
{
	int32		end = r->first[set + 1];

	if (r->sets->count[set] < r->least)
		return;
	for (int32 i = r->first[set]; i < end;)
	{
		int32		others = end_of_group(r, i, end);

		for (; i < others; i++)
			for (int32 j = others; j < end; j++)
				add_pair(r, r->member[i].text, r->member[j].text, 1, r->sets->count[set]);
	}
}

/* Two different sets that are alike: do they share enough, whatever that weighs? */
static void
found_sets(void *arg, int32 a, int32 b, double similarity)
{
	CopyRun    *r = arg;
	SetCollection plain = *r->sets;
	int64		shared;

	plain.weight = NULL;
	shared = (int64) set_shared(&plain, a, b);
	if (shared >= r->least)
		add_pairs(r, a, b, similarity, shared);
}

static int
compare_pairs(const void *x, const void *y, void *arg)
{
	const CopiedPair *p = x;
	const CopiedPair *q = y;

	if (p->a != q->a)
		return p->a < q->a ? -1 : 1;
	return (p->b > q->b) - (p->b < q->b);
}

/* How many shingles of a text are left */
static inline int32
n_left(const CopyRun *r, int32 text)
{
	return r->sets->count[r->sets->same_as[text]];
}

/* (corpus, threshold, measure, without, min_shared, unit); false: there is no corpus */
static bool
run_copies(FunctionCallInfo fcinfo, CopyRun *r)
{
	JoinOptions o;
	Given		given = {0};
	JoinStats	stats;
	double		n_tokens;

	join_options(fcinfo, 1, &o);
	if (!arg_given(fcinfo, 4))
		arg_is_null("min_shared");
	r->least = PG_GETARG_INT64(4);
	if (r->least < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("min_shared must be at least 1"),
				 errdetail("It is " INT64_FORMAT ".", r->least)));
	o.k = unit_arg(fcinfo, 5, 3);
	if (PG_ARGISNULL(0))
		return false;
	r->corpus = corpus_get_consistent(PG_GETARG_DATUM(0));
	n_tokens = r->corpus->n_tokens;
	if (arg_given(fcinfo, 3))
	{
		Corpus	   *without = corpus_get_consistent(PG_GETARG_DATUM(3));

		warn_corpora_unicode(r->corpus, without);
		n_tokens += without->n_tokens;
		r->memory = check_exact_join(n_tokens, r->corpus->n_texts);
		given_make(&given, r->corpus, without, o.k);
	}
	else
		r->memory = check_exact_join(n_tokens, r->corpus->n_texts);
	r->sets = sets_without(r->corpus, &given, o.k, o.idf);
	find_members(r);
	sets_join(r->sets, measure_of_one_corpus(o.measure), o.threshold, found_sets, of_one_group, r, &stats);
	for (int32 i = 0; i < r->sets->n; i++)
		add_equal(r, i);
	if (r->n > 1)
		qsort_interruptible(r->pair, r->n, sizeof(CopiedPair), compare_pairs, NULL);
	return true;
}

static void
put_group(SrfRow *row, const Corpus *c, int32 group)
{
	MemoryContext old = MemoryContextSwitchTo(row->row_cx);

	srf_cstring(row, id_cstring(ID_TEXT, &c->groups, group));
	MemoryContextSwitchTo(old);
}

/* copied_pairs(corpus, threshold, measure, without, min_shared, unit) */
PG_FUNCTION_INFO_V1(corpus_copied_pairs);
Datum
corpus_copied_pairs(PG_FUNCTION_ARGS)
{
	CopyRun		r = {0};
	SrfRow		row;

	srf_begin(fcinfo, &row);
	if (!run_copies(fcinfo, &r))
		return (Datum) 0;
	for (int64 i = 0; i < r.n; i++)
	{
		const CopiedPair *p = &r.pair[i];

		put_text_id(&row, r.corpus, p->a);
		put_group(&row, r.corpus, r.corpus->text[p->a].group - 1);
		put_text_id(&row, r.corpus, p->b);
		put_group(&row, r.corpus, r.corpus->text[p->b].group - 1);
		srf_float8(&row, p->similarity);
		srf_int64(&row, p->shared);
		srf_int64(&row, n_left(&r, p->a));
		srf_int64(&row, n_left(&r, p->b));
		srf_end_row(&row);
	}
	return (Datum) 0;
}

/* ---- groups ---- */

static CopiedTexts *
copied_texts(const CopyRun *r)
{
	CopiedTexts *copied = array_alloc(r->n, sizeof(CopiedTexts));

	for (int64 i = 0; i < r->n; i++)
	{
		int32		text[2] = {r->pair[i].a, r->pair[i].b};
		int32		group[2];
		int			turn;

		for (int s = 0; s < 2; s++)
			group[s] = (int32) r->corpus->text[text[s]].group - 1;
		turn = group[0] > group[1];
		copied[i] = (CopiedTexts) {{group[turn], group[!turn]}, {text[turn], text[!turn]}};
	}
	return copied;
}

/* By group, the texts of which enough is left to be found */
static int64 *
count_texts(const CopyRun *r)
{
	int64	   *n = array_alloc0(r->corpus->groups.n, sizeof(int64));

	for (int32 i = 0; i < r->sets->n; i++)
		if (r->corpus->text[i].group > 0 && n_left(r, i) >= r->least)
			n[r->corpus->text[i].group - 1]++;
	return n;
}

static const char *
evidence_of(const GroupPair *p)
{
	if (p->n_others == 0)
		return "too little, there are no two other groups";
	return psprintf("%stexts: " INT64_FORMAT ", pairs of other groups: " INT64_FORMAT,
					p->n_copied < 3 || p->n_others < 3 ? "too little; " : "", p->n_copied, p->n_others);
}

/* copying(corpus, threshold, measure, without, min_shared, unit, confidence) */
PG_FUNCTION_INFO_V1(corpus_copying);
Datum
corpus_copying(PG_FUNCTION_ARGS)
{
	CopyRun		r = {0};
	SrfRow		row;
	double		confidence;
	int64	   *n_texts;
	GroupPair  *pair;
	int64		n;

	srf_begin(fcinfo, &row);
	confidence = arg_confidence(fcinfo, 6);
	if (!run_copies(fcinfo, &r))
		return (Datum) 0;
	n_texts = count_texts(&r);
	pair = copy_counts(copied_texts(&r), r.n, n_texts, (int32) r.corpus->groups.n, confidence, &n);
	for (int64 i = 0; i < n; i++)
	{
		const GroupPair *p = &pair[i];

		put_group(&row, r.corpus, p->group[0]);
		put_group(&row, r.corpus, p->group[1]);
		srf_int64(&row, n_texts[p->group[0]]);
		srf_int64(&row, n_texts[p->group[1]]);
		srf_int64(&row, p->n_pairs);
		srf_int64(&row, p->n_copied);
		srf_float8(&row, p->expected);
		srf_float8(&row, p->n_copied - p->expected);
		srf_float8(&row, p->low);
		srf_float8(&row, p->high);
		srf_float8(&row, p->dispersion);
		srf_cstring(&row, evidence_of(p));
		srf_end_row(&row);
	}
	return (Datum) 0;
}

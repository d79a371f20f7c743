/*-------------------------------------------------------------------------
 *
 * metrics_decisions.c
 *	  The state type "decisions": counting, merging, and its byte format
 *	  (docs/storage.md).
 *
 * Version 1:
 *	  byte		version
 *	  byte		kind of people
 *	  varint	number of people
 *	  varint	number of cells
 *	  keys		of people, in canonical order
 *	  for each cell, by reviewer and author:
 *		varint	reviewer, as difference to the one before
 *		varint	author; if the reviewer is the same, the difference to the one
 *				before, less 1
 *		byte	which outcomes there are, a bit for each
 *		varint	count of each of them
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/compat.h"
#include "common/count.h"
#include "common/interrupts.h"
#include "common/keys.h"
#include "common/radix.h"
#include "review/metrics_decisions.h"
#include "utils/memutils.h"

#define FIRST_ROWS 8
#define FIRST_CHECK 4096		/* rows of the log */
#define MOST_DECISIONS (PG_INT64_MAX >> 3)	/* a count shares a word with its outcome */

static void
decisions_init(State *s)
{
	Decisions  *d = (Decisions *) s;

	dict_init(&d->people, s->cx);
	d->next_check = FIRST_CHECK;
}

/* ---- settling ---- */

static inline uint64
row_who(uint32 reviewer, uint32 author)
{
	return (uint64) reviewer << 32 | author;
}

/* All that is known, as rows with people by rank; returns how many */
static size_t
ranked_rows(const Decisions *d, const uint32 *rank, DecisionRow *row)
{
	size_t		n = 0;

	for (uint32 i = 0; i < d->n; i++)
	{
		const DecisionCell *c = &d->cell[i];

		HD_CHECK_EVERY(i + 1);
		for (int o = 0; o < N_OUTCOMES; o++)
			if (c->count[o] > 0)
				row[n++] = (DecisionRow) {row_who(rank[c->reviewer], rank[c->author]), (uint64) c->count[o] << 3 | o};
	}
	for (size_t i = 0; i < d->n_log; i++)
	{
		HD_CHECK_EVERY(i + 1);
		row[n] = d->log[i];
		row[n++].who = row_who(rank[d->log[i].who >> 32], rank[(uint32) d->log[i].who]);
	}
	return n;
}

static uint32
count_cells(const DecisionRow *row, size_t n)
{
	uint32		cells = 0;

	for (size_t i = 0; i < n; i++)
		cells += i == 0 || row[i].who != row[i - 1].who;
	return cells;
}

/* Log and cells into new cells; an ERROR leaves the old as they are */
static void
decisions_settle(Decisions *d)
{
	uint32	   *order,
			   *rank;
	DecisionRow *row,
			   *tmp;
	DecisionCell *cell;
	size_t		n = d->n_log + (size_t) d->n * N_OUTCOMES;
	uint32		n_cells = 0;
	Dict		people;

	if (d->n_log == 0)
		return;
	order = dict_sorted(&d->people);
	rank = array_alloc(d->people.n, sizeof(uint32));
	for (uint32 i = 0; i < d->people.n; i++)
		rank[order[i]] = i;
	row = array_alloc(n, sizeof(DecisionRow));
	tmp = array_alloc(n, sizeof(DecisionRow));
	n = ranked_rows(d, rank, row);
	radix_sort((void **) &row, (void **) &tmp, n, sizeof(DecisionRow));
	cell = array_alloc_in(d->state.cx, count_cells(row, n), sizeof(DecisionCell));
	for (size_t i = 0; i < n; i++)
	{
		HD_CHECK_EVERY(i + 1);
		if (i == 0 || row[i].who != row[i - 1].who)
		{
			memset(&cell[n_cells], 0, sizeof(DecisionCell));
			cell[n_cells].reviewer = (uint32) (row[i].who >> 32);
			cell[n_cells++].author = (uint32) row[i].who;
		}
		cell[n_cells - 1].count[row[i].what & 7] += (int64) (row[i].what >> 3);
	}
	dict_init(&people, d->state.cx);
	dict_reorder(&people, &d->people, order, d->people.n);

	/* from here on nothing fails */
	dict_free(&d->people);
	d->people = people;
	if (d->cell)
		pfree(d->cell);
	d->cell = cell;
	d->n = n_cells;
	pfree(d->log);
	d->log = NULL;
	d->n_log = d->cap_log = 0;
	pfree(order);
	pfree(rank);
	pfree(row);
	pfree(tmp);
}

Decisions *
decisions_get(Datum d)
{
	Decisions  *s = (Decisions *) state_get(&decisions_type, d);

	decisions_settle(s);
	return s;
}

/* ---- growing ---- */

static pg_noinline void
set_kind(Decisions *d, IdKind kind)
{
	if (d->kind != ID_NONE)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("people of different kinds cannot be counted in one decisions"),
				 errdetail("They are of kind %s in one and %s in the other.",
						   id_kind_sql_name(d->kind), id_kind_sql_name(kind)),
				 errhint("Cast the columns to one type, for example text.")));
	d->kind = kind;
}

static void
count_rows(Decisions *d, int64 n)
{
	count_add(&d->total, n);
	if (unlikely(d->total > MOST_DECISIONS))
		count_add(&d->total, PG_INT64_MAX);
}

/* Repeats are added up before the log grows beyond what there is, and the size limit is looked at */
static pg_noinline void
enlarge(Decisions *d)
{
	size_t		cap;

	if (d->n_log >= d->next_check)
	{
		decisions_settle(d);
		if ((double) d->n * 4 + keys_bound(&d->people) > (double) state_size_limit())
		{
			size_t		bytes;

			(void) state_flat(&d->state, &bytes);
			state_changed(&d->state);
			if (bytes > state_size_limit())
				wire_too_large(decisions_type.name, state_size_limit());
		}
		d->next_check = Max((size_t) d->n * 2, FIRST_CHECK);
	}
	if (d->n_log < d->cap_log)
		return;
	cap = Max(d->cap_log * 2, FIRST_ROWS);
	d->log = d->log ? repalloc_huge(d->log, mul_size(cap, sizeof(DecisionRow))) :
		array_alloc_in(d->state.cx, cap, sizeof(DecisionRow));
	d->cap_log = cap;
}

static void
put_rows(Decisions *d, IdKind kind, const ColumnKey *reviewer, const ColumnKey *author, int64 n, int outcome)
{
	uint32		r,
				a;

	if (unlikely(d->kind != kind))
		set_kind(d, kind);
	count_rows(d, n);
	/* this may settle, which renumbers people: they are looked up behind it */
	if (unlikely(d->n_log == d->cap_log))
		enlarge(d);
	r = dict_add(&d->people, reviewer->prefix, reviewer->bytes, reviewer->len);
	a = dict_add(&d->people, author->prefix, author->bytes, author->len);
	d->log[d->n_log++] = (DecisionRow) {row_who(r, a), (uint64) n << 3 | outcome};
}

void
decisions_put(Decisions *d, IdKind kind, const ColumnKey *reviewer, const ColumnKey *author,
			  bool accepted, SecondOpinion second)
{
	put_rows(d, kind, reviewer, author, 1, accepted | second << 1);
}

static inline void
person_key(const Decisions *d, uint32 code, uint8 tmp[8], ColumnKey *k)
{
	k->prefix = d->people.entry[code].prefix;
	k->bytes = dict_key(&d->people, code, tmp, &k->len);
}

static void
copy_cell(Decisions *dst, const Decisions *src, const DecisionCell *c)
{
	uint8		r_tmp[8],
				a_tmp[8];
	ColumnKey	r,
				a;

	person_key(src, c->reviewer, r_tmp, &r);
	person_key(src, c->author, a_tmp, &a);
	for (int o = 0; o < N_OUTCOMES; o++)
		if (c->count[o] > 0)
			put_rows(dst, src->kind, &r, &a, c->count[o], o);
}

static void
decisions_merge(State *dst, State *src)
{
	Decisions  *s = (Decisions *) src;

	decisions_settle(s);
	state_changed(dst);
	for (uint32 i = 0; i < s->n; i++)
	{
		HD_CHECK_EVERY(i + 1);
		copy_cell((Decisions *) dst, s, &s->cell[i]);
	}
}

Decisions *
decisions_without(FunctionCallInfo fcinfo, Decisions *d, const bool *gone)
{
	Decisions  *kept = NULL;

	for (uint32 i = 0; i < d->n; i++)
	{
		HD_CHECK_EVERY(i + 1);
		if (gone[d->cell[i].reviewer] || gone[d->cell[i].author])
			continue;
		if (kept == NULL)
			kept = (Decisions *) state_new(&decisions_type, fcinfo);
		copy_cell(kept, d, &d->cell[i]);
	}
	return kept;
}

/* ---- bytes ---- */

static void
decisions_encode(State *s, WireWriter *w)
{
	Decisions  *d = (Decisions *) s;

	decisions_settle(d);
	wire_put_byte(w, HDATA_DECISIONS_VERSION);
	wire_put_byte(w, d->kind);
	wire_put_varint(w, d->people.n);
	wire_put_varint(w, d->n);
	keys_put(w, &d->people, keys_id_form(d->kind));
	for (uint32 i = 0; i < d->n; i++)
	{
		const DecisionCell *c = &d->cell[i];
		const DecisionCell *before = i > 0 ? c - 1 : NULL;
		uint8		there = 0;

		HD_CHECK_EVERY(i + 1);
		wire_put_varint(w, c->reviewer - (before ? before->reviewer : 0));
		wire_put_varint(w, before && before->reviewer == c->reviewer ? c->author - before->author - 1 : c->author);
		for (int o = 0; o < N_OUTCOMES; o++)
			there |= (c->count[o] > 0) << o;
		wire_put_byte(w, there);
		for (int o = 0; o < N_OUTCOMES; o++)
			if (c->count[o] > 0)
				wire_put_varint(w, c->count[o]);
	}
}

static void
read_cell(WireReader *r, Decisions *d, uint32 i, bool *used)
{
	DecisionCell *c = &d->cell[i];
	const DecisionCell *before = i > 0 ? c - 1 : NULL;
	uint64		step = wire_get_varint(r);
	uint64		author = wire_get_varint(r);
	uint8		there = wire_get_byte(r);

	if (step >= d->people.n || author >= d->people.n)
		wire_fail(r, "A person is out of range.");
	if (before && step == 0)
		author += before->author + 1;
	step += before ? before->reviewer : 0;
	if (step >= d->people.n || author >= d->people.n)
		wire_fail(r, "A person is out of range.");
	if (there == 0 || there >= 1 << N_OUTCOMES)
		wire_fail(r, "The outcomes of a cell are not known.");
	memset(c, 0, sizeof(*c));
	c->reviewer = (uint32) step;
	c->author = (uint32) author;
	used[step] = used[author] = true;
	for (int o = 0; o < N_OUTCOMES; o++)
	{
		uint64		n;

		if (!(there & 1 << o))
			continue;
		n = wire_get_varint(r);
		if (n == 0 || n > (uint64) (MOST_DECISIONS - d->total))
			wire_fail(r, "A count is out of range.");
		d->total += (int64) n;
		c->count[o] = (int64) n;
	}
}

static void
decisions_decode(State *s, WireReader *r)
{
	Decisions  *d = (Decisions *) s;
	uint32		n_people;
	bool	   *used;

	if (wire_get_byte(r) != HDATA_DECISIONS_VERSION)
		wire_fail(r, "Its version is not known to this release of hdata.");
	d->kind = wire_get_byte(r);
	if (d->kind == ID_NONE || d->kind > ID_TEXT)
		wire_fail(r, "The kind of its people is not known.");
	n_people = wire_get_count(r, keys_min_bytes(keys_id_form(d->kind)));
	d->n = wire_get_count(r, 4);
	if (n_people == 0 || d->n == 0)
		wire_fail(r, "There are no decisions.");
	keys_get(r, &d->people, n_people, keys_id_form(d->kind));
	d->cell = array_alloc_in(s->cx, d->n, sizeof(DecisionCell));
	used = array_alloc0(n_people, sizeof(bool));
	for (uint32 i = 0; i < d->n; i++)
	{
		HD_CHECK_EVERY(i + 1);
		read_cell(r, d, i, used);
	}
	keys_check_used(r, used, n_people);
	pfree(used);
	if (wire_left(r) > 0)
		wire_fail(r, "There are bytes behind the end.");
}

const StateType decisions_type = {
	.name = "decisions",
	.size = sizeof(Decisions),
	.init = decisions_init,
	.encode = decisions_encode,
	.decode = decisions_decode,
	.merge = decisions_merge
};

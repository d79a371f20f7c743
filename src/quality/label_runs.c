/*-------------------------------------------------------------------------
 *
 * label_runs.c
 *	  The state type "label_runs": adding, merging, and its byte format
 *	  (docs/storage.md).
 *
 * Version 1:
 *	  byte		version
 *	  byte		kind of the labels | kind of "at" << 2
 *	  varint	number of rows, at least 1
 *	  varint	number of labels
 *	  keys		of the labels, in canonical order
 *	  for each row, by at and label:
 *		varint	at: the first as zigzag, the others as difference to the one before
 *		varint	label, by its position
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/compat.h"
#include "common/interrupts.h"
#include "common/keys.h"
#include "common/radix.h"
#include "quality/label_runs.h"
#include "utils/memutils.h"

/* what a row takes at least in the stored form */
#define ROW_BYTES 2

static void
label_runs_init(State *s)
{
	LabelRuns  *r = (LabelRuns *) s;

	dict_init(&r->labels, s->cx);
	r->settled = true;
}

/* ---- adding ---- */

void
label_runs_set_kind(LabelRuns *r, uint8 label_kind, uint8 at_kind)
{
	if (likely(r->label_kind == label_kind && r->at_kind == at_kind))
		return;
	if (r->label_kind != ID_NONE)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("labels or times of different kinds cannot be put together"),
				 errdetail("Labels are of kind %s and times of kind %s in one, %s and %s in the other.",
						   id_kind_sql_name(r->label_kind), r->at_kind == RUNS_AT_BIGINT ? "bigint" : "timestamp",
						   id_kind_sql_name(label_kind), at_kind == RUNS_AT_BIGINT ? "bigint" : "timestamp"),
				 errhint("Cast the columns to one type.")));
	r->label_kind = label_kind;
	r->at_kind = at_kind;
}

static void
make_room(LabelRuns *r, size_t more)
{
	size_t		need = r->n + more;
	size_t		cap;

	if (need <= r->cap)
		return;
	if ((double) need * ROW_BYTES + (double) r->labels.key_bytes > (double) state_size_limit())
		wire_too_large(r->state.type->name, state_size_limit());
	cap = Max(Max(r->cap * 2, need), 8);
	r->row = r->row ? repalloc_huge(r->row, mul_size(cap, sizeof(RunRow))) : array_alloc_in(r->state.cx, cap, sizeof(RunRow));
	r->cap = cap;
}

void
label_runs_add(LabelRuns *r, const ColumnKey *label, int64 at)
{
	uint32		code;

	make_room(r, 1);
	code = dict_add(&r->labels, label->prefix, label->bytes, label->len);
	r->row[r->n++] = (RunRow) {at, code};
	r->settled = false;
}

/* ---- rows and labels in canonical order ---- */

static int
row_order(const RunRow *x, const RunRow *y)
{
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return (x->label > y->label) - (x->label < y->label);
}

/* Into order of labels, by counting, with their ranks for codes */
static void
by_label(const LabelRuns *r, const uint32 *order, RunRow *row)
{
	size_t	   *place = array_alloc0((Size) r->labels.n + 1, sizeof(size_t));
	uint32	   *rank = array_alloc(r->labels.n, sizeof(uint32));

	for (uint32 i = 0; i < r->labels.n; i++)
		rank[order[i]] = i;
	for (size_t i = 0; i < r->n; i++)
	{
		HD_CHECK_EVERY(i);
		place[rank[r->row[i].label] + 1]++;
	}
	for (uint32 i = 1; i < r->labels.n; i++)
		place[i] += place[i - 1];
	for (size_t i = 0; i < r->n; i++)
	{
		uint32		label = rank[r->row[i].label];

		HD_CHECK_EVERY(i);
		row[place[label]++] = (RunRow) {r->row[i].at, label};
	}
	pfree(place);
	pfree(rank);
}

/* radix_sort takes unsigned keys */
static void
turn_signs(RunRow *row, size_t n)
{
	for (size_t i = 0; i < n; i++)
	{
		HD_CHECK_EVERY(i);
		row[i].at ^= PG_INT64_MIN;
	}
}

static void
label_runs_settle(LabelRuns *r)
{
	MemoryContext cx = r->state.cx;
	Dict		dict;
	void	   *row,
			   *tmp;
	uint32	   *order;

	if (r->settled)
		return;
	StaticAssertStmt(sizeof(RunRow) == 16, "radix_sort sorts rows of 16 bytes");
	order = dict_sorted(&r->labels);
	dict_init(&dict, cx);
	dict_reorder(&dict, &r->labels, order, r->labels.n);
	row = array_alloc_in(cx, r->cap, sizeof(RunRow));
	tmp = array_alloc_in(cx, r->cap, sizeof(RunRow));
	by_label(r, order, row);
	/* stable: rows of one time stay in order of their labels */
	turn_signs(row, r->n);
	radix_sort(&row, &tmp, r->n, sizeof(RunRow));
	turn_signs(row, r->n);

	/* from here on nothing can fail */
	dict_free(&r->labels);
	r->labels = dict;
	pfree(r->row);
	pfree(tmp);
	r->row = row;
	r->settled = true;
	pfree(order);
}

LabelRuns *
label_runs_get(Datum d)
{
	LabelRuns  *r = (LabelRuns *) state_get(&label_runs_type, d);

	label_runs_settle(r);
	return r;
}

/* ---- bytes ---- */

static void
label_runs_encode(State *s, WireWriter *w)
{
	LabelRuns  *r = (LabelRuns *) s;

	label_runs_settle(r);
	wire_put_byte(w, HDATA_LABEL_RUNS_VERSION);
	wire_put_byte(w, r->label_kind | r->at_kind << 2);
	wire_put_varint(w, r->n);
	wire_put_varint(w, r->labels.n);
	keys_put(w, &r->labels, keys_id_form(r->label_kind));
	for (size_t i = 0; i < r->n; i++)
	{
		HD_CHECK_EVERY(i);
		wire_put_varint(w, i == 0 ? wire_zigzag(r->row[i].at) : (uint64) r->row[i].at - (uint64) r->row[i - 1].at);
		wire_put_varint(w, r->row[i].label);
	}
}

static void
label_runs_decode(State *s, WireReader *w)
{
	LabelRuns  *r = (LabelRuns *) s;
	uint8		kinds;
	uint64		n;
	uint32		n_labels;
	bool	   *used;

	if (wire_get_byte(w) != HDATA_LABEL_RUNS_VERSION)
		wire_fail(w, "Its version is not known to this release of hdata.");
	kinds = wire_get_byte(w);
	r->label_kind = kinds & 3;
	r->at_kind = kinds >> 2;
	if (r->label_kind == ID_NONE || (r->at_kind != RUNS_AT_TIMESTAMP && r->at_kind != RUNS_AT_BIGINT))
		wire_fail(w, "The kinds of its columns are not known.");
	n = wire_get_varint(w);
	if (n == 0 || n > wire_left(w) / ROW_BYTES)
		wire_fail(w, "A count is larger than the value.");
	n_labels = wire_get_count(w, keys_min_bytes(keys_id_form(r->label_kind)));
	dict_reserve(&r->labels, n_labels);
	keys_get(w, &r->labels, n_labels, keys_id_form(r->label_kind));
	r->row = array_alloc_in(s->cx, n, sizeof(RunRow));
	r->cap = r->n = n;
	used = array_alloc0(n_labels, sizeof(bool));
	for (size_t i = 0; i < n; i++)
	{
		uint64		at = wire_get_varint(w);
		uint64		label = wire_get_varint(w);

		HD_CHECK_EVERY(i);
		if (label >= n_labels)
			wire_fail(w, "A label is out of range.");
		used[label] = true;
		r->row[i].label = (uint32) label;
		if (i == 0)
		{
			r->row[i].at = wire_unzigzag(at);
			continue;
		}
		/* room between here and the greatest integer */
		if (at > (uint64) PG_INT64_MAX - (uint64) r->row[i - 1].at)
			wire_fail(w, "A time is out of range.");
		r->row[i].at = (int64) ((uint64) r->row[i - 1].at + at);
		if (row_order(&r->row[i - 1], &r->row[i]) > 0)
			wire_fail(w, "Rows are not in order.");
	}
	keys_check_used(w, used, n_labels);
	pfree(used);
	if (wire_left(w) > 0)
		wire_fail(w, "There are bytes behind the end.");
}

/* ---- merging ---- */

static void
label_runs_merge(State *d, State *s)
{
	LabelRuns  *dst = (LabelRuns *) d;
	LabelRuns  *src = (LabelRuns *) s;
	uint32	   *code;

	if (src->label_kind == ID_NONE)
		return;
	label_runs_set_kind(dst, src->label_kind, src->at_kind);
	state_changed(d);
	make_room(dst, src->n);
	code = dict_translate(&dst->labels, &src->labels);
	for (size_t i = 0; i < src->n; i++)
	{
		HD_CHECK_EVERY(i);
		dst->row[dst->n++] = (RunRow) {src->row[i].at, code[src->row[i].label]};
		dst->settled = false;
	}
	pfree(code);
}

const StateType label_runs_type = {
	.name = "label_runs",
	.size = sizeof(LabelRuns),
	.init = label_runs_init,
	.encode = label_runs_encode,
	.decode = label_runs_decode,
	.merge = label_runs_merge
};

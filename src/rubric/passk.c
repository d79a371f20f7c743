/*-------------------------------------------------------------------------
 *
 * passk.c
 *	  The state type "passk": counting, merging, and its byte format
 *	  (docs/storage.md).
 *
 * Version 1:
 *	  byte		version
 *	  byte		kind of the tasks; 0: one task without a name
 *	  varint	number of rows without an outcome or a task
 *	  varint	number of tasks
 *	  keys		of the tasks, in canonical order, if they have names
 *	  for each task:
 *		varint	attempts
 *		varint	successes
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/compat.h"
#include "common/int.h"
#include "common/interrupts.h"
#include "common/keys.h"
#include "rubric/passk.h"
#include "utils/memutils.h"

/* below so many bytes the size limit is not worth a thought */
#define FIRST_CHECK ((size_t) 1 << 14)
#define TASK_BYTES 30			/* three varints of a task: no less than they take */

static void
passk_init(State *s)
{
	Passk	   *p = (Passk *) s;

	dict_init(&p->tasks, s->cx);
	p->kind = PASSK_NO_KIND;
	p->settled = true;
	p->next_check = FIRST_CHECK;
}

static const char *
kind_name(uint8 kind)
{
	return kind == ID_INT8 ? "bigint" : kind == ID_UUID ? "uuid" : kind == ID_TEXT ? "text" : "none";
}

void
passk_set_kind(Passk *p, uint8 kind)
{
	if (likely(p->kind == kind))
		return;
	if (p->kind != PASSK_NO_KIND)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("tasks of different kinds cannot be counted in one passk"),
				 errdetail("They are of kind %s in one and %s in the other.",
						   kind_name(p->kind), kind_name(kind)),
				 errhint("Name the task in all rows or in none, and cast it to one type, for example text.")));
	p->kind = kind;
}

static void
count_rows(Passk *p, int64 n)
{
	if (unlikely(pg_add_s64_overflow(p->total, n, &p->total)))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many rows in one value of type passk")));
}

/* No less than the canonical bytes will be */
static inline size_t
size_bound(const Passk *p)
{
	return p->tasks.key_bytes + (size_t) p->tasks.n * TASK_BYTES;
}

/*
 * Past the limit the bytes themselves are counted, since shared prefixes and
 * small counts take less than the bound; and again whenever it has grown by a
 * quarter.
 */
static pg_noinline void
check_size(Passk *p)
{
	size_t		limit = state_size_limit();
	size_t		bound = size_bound(p);
	size_t		bytes;

	if (bound <= limit)
	{
		p->next_check = Max(FIRST_CHECK, limit);
		return;
	}
	(void) state_flat(&p->state, &bytes);
	state_changed(&p->state);
	if (bytes > limit)
		wire_too_large(passk_type.name, limit);
	p->next_check = bound + bound / 4;
}

static int64 *
enlarged(MemoryContext cx, int64 *a, uint32 cap)
{
	return a ? repalloc_huge(a, mul_size(cap, sizeof(int64))) : array_alloc_in(cx, cap, sizeof(int64));
}

static pg_noinline void
grow(Passk *p)
{
	uint32		cap = p->cap ? (uint32) Min((uint64) p->cap * 2, DICT_MAX_KEYS) : 4;

	p->n = enlarged(p->state.cx, p->n, cap);
	p->c = enlarged(p->state.cx, p->c, cap);
	p->cap = cap;
}

/* n attempts, c of them successes */
void
passk_add(Passk *p, const ColumnKey *task, int64 n, int64 c)
{
	uint32		before = p->tasks.n;
	uint32		code;

	count_rows(p, n);
	if (unlikely(before == p->cap))
		grow(p);
	code = dict_add(&p->tasks, task->prefix, task->bytes, task->len);
	if (likely(code < before))
	{
		/* no overflow: the total holds every count */
		p->n[code] += n;
		p->c[code] += c;
		return;
	}
	p->n[code] = n;
	p->c[code] = c;
	p->settled = false;
	if (unlikely(size_bound(p) > p->next_check))
		check_size(p);
}

void
passk_skip(Passk *p, int64 n)
{
	count_rows(p, n);
	p->n_skipped += n;
}

/* Tasks into canonical order, built beside the old, which an ERROR leaves as it is */
static void
passk_settle(Passk *p)
{
	MemoryContext cx = p->state.cx;
	uint32	   *order;
	Dict		tasks;
	int64	   *n,
			   *c;

	if (p->settled)
		return;
	order = dict_sorted(&p->tasks);
	dict_init(&tasks, cx);
	dict_reorder(&tasks, &p->tasks, order, p->tasks.n);
	n = array_alloc_in(cx, tasks.n, sizeof(int64));
	c = array_alloc_in(cx, tasks.n, sizeof(int64));
	for (uint32 i = 0; i < tasks.n; i++)
	{
		HD_CHECK_EVERY(i);
		n[i] = p->n[order[i]];
		c[i] = p->c[order[i]];
	}

	/* from here on nothing can fail */
	dict_free(&p->tasks);
	p->tasks = tasks;
	pfree(p->n);
	pfree(p->c);
	p->n = n;
	p->c = c;
	p->cap = Max(tasks.n, 1);
	p->settled = true;
	pfree(order);
}

Passk *
passk_get(Datum d)
{
	Passk	   *p = (Passk *) state_get(&passk_type, d);

	passk_settle(p);
	return p;
}

/* ---- bytes ---- */

static void
passk_encode(State *s, WireWriter *w)
{
	Passk	   *p = (Passk *) s;

	passk_settle(p);
	wire_put_byte(w, HDATA_PASSK_VERSION);
	wire_put_byte(w, p->kind);
	wire_put_varint(w, p->n_skipped);
	wire_put_varint(w, p->tasks.n);
	if (p->kind != ID_NONE)
		keys_put(w, &p->tasks, keys_id_form(p->kind));
	for (uint32 i = 0; i < p->tasks.n; i++)
	{
		HD_CHECK_EVERY(i);
		wire_put_varint(w, p->n[i]);
		wire_put_varint(w, p->c[i]);
	}
}

static int64
get_count(WireReader *w, Passk *p)
{
	uint64		n = wire_get_varint(w);

	if (n > (uint64) (PG_INT64_MAX - p->total))
		wire_fail(w, "A count is out of range.");
	p->total += (int64) n;
	return (int64) n;
}

static void
passk_decode(State *s, WireReader *w)
{
	Passk	   *p = (Passk *) s;
	uint32		n_tasks;

	if (wire_get_byte(w) != HDATA_PASSK_VERSION)
		wire_fail(w, "Its version is not known to this release of hdata.");
	p->kind = wire_get_byte(w);
	if (p->kind > ID_TEXT)
		wire_fail(w, "The kind of its tasks is not known.");
	p->n_skipped = get_count(w, p);
	n_tasks = wire_get_count(w, p->kind == ID_NONE ? 2 : keys_min_bytes(keys_id_form(p->kind)) + 2);
	if (n_tasks == 0 && p->n_skipped == 0)
		wire_fail(w, "There are no rows.");
	if (p->kind == ID_NONE)
	{
		if (n_tasks > 1)
			wire_fail(w, "There are several tasks without a name.");
		if (n_tasks == 1)
			dict_append(&p->tasks, 0, NULL, 0);
	}
	else
	{
		dict_reserve(&p->tasks, n_tasks);
		keys_get(w, &p->tasks, n_tasks, keys_id_form(p->kind));
	}
	p->n = array_alloc_in(s->cx, n_tasks, sizeof(int64));
	p->c = array_alloc_in(s->cx, n_tasks, sizeof(int64));
	p->cap = Max(n_tasks, 1);
	for (uint32 i = 0; i < n_tasks; i++)
	{
		uint64		c;

		HD_CHECK_EVERY(i);
		p->n[i] = get_count(w, p);
		c = wire_get_varint(w);
		if (p->n[i] == 0 || c > (uint64) p->n[i])
			wire_fail(w, "A task has no attempts, or more successes than attempts.");
		p->c[i] = (int64) c;
	}
	if (wire_left(w) > 0)
		wire_fail(w, "There are bytes behind the end.");
}

/* ---- merging ---- */

static void
passk_merge(State *d, State *s)
{
	Passk	   *dst = (Passk *) d;
	Passk	   *src = (Passk *) s;

	if (src->kind == PASSK_NO_KIND)
		return;
	passk_set_kind(dst, src->kind);
	state_changed(d);
	if (src->n_skipped > 0)
		passk_skip(dst, src->n_skipped);
	for (uint32 i = 0; i < src->tasks.n; i++)
	{
		uint8		tmp[8];
		ColumnKey	task = {src->tasks.entry[i].prefix, NULL, 0};

		HD_CHECK_EVERY(i);
		task.bytes = dict_key(&src->tasks, i, tmp, &task.len);
		passk_add(dst, &task, src->n[i], src->c[i]);
	}
}

const StateType passk_type = {
	.name = "passk",
	.size = sizeof(Passk),
	.init = passk_init,
	.encode = passk_encode,
	.decode = passk_decode,
	.merge = passk_merge
};

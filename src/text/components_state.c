/*-------------------------------------------------------------------------
 *
 * components_state.c
 *	  The state type "components": growing, merging, settling, bytes.
 *
 * Version 1:
 *	  byte		version
 *	  byte		kind of id; 0 where there is no edge
 *	  varint	number of ids
 *	  keys		of ids, in canonical order
 *	  for each id:
 *		varint	how many places before it the first member of its component is
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/interrupts.h"
#include "common/keys.h"
#include "text/components_state.h"

/* below so many bytes the size limit is not worth a thought */
#define FIRST_CHECK ((size_t) 1 << 14)

static void
components_state_init(State *s)
{
	ComponentsState *c = (ComponentsState *) s;

	dict_init(&c->ids, s->cx);
	c->settled = true;
	c->next_check = FIRST_CHECK;
}

/* ---- growing ---- */

static void
check_kind(ComponentsState *c, IdKind kind)
{
	if (c->id_kind == ID_NONE)
		c->id_kind = kind;
	else if (c->id_kind != kind)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("edges with ids of different kinds cannot be put together"),
				 errhint("Cast the columns to one type, for example text.")));
}

static inline size_t
size_bound(const ComponentsState *c)
{
	return (size_t) keys_bound(&c->ids) + (size_t) c->ids.n * 5;
}

/* Past the limit the bytes themselves are counted, and again whenever the bound has grown by a quarter */
static pg_noinline void
check_size(ComponentsState *c)
{
	size_t		limit = state_size_limit();
	size_t		bound = size_bound(c);
	size_t		bytes;

	if (bound <= limit)
	{
		c->next_check = Max(FIRST_CHECK, limit);
		return;
	}
	(void) state_flat(&c->state, &bytes);
	state_changed(&c->state);
	if (bytes > limit)
		wire_too_large(components_type.name, limit);
	c->next_check = bound + bound / 4;
}

/* Places for n ids more, each alone for now: so every id has one as soon as it is in the dictionary */
static void
make_places(ComponentsState *c, uint32 n)
{
	uint64		need = (uint64) c->ids.n + n;
	uint64		cap;

	if (need <= (uint32) c->set.n)
		return;
	if (need > DICT_MAX_KEYS)
		wire_too_large(components_type.name, state_size_limit());
	cap = Min(Max((uint64) c->set.n * 2, Max(need, 8)), DICT_MAX_KEYS);
	c->set.parent = c->set.parent ? repalloc_huge(c->set.parent, (Size) cap * sizeof(int32)) :
		array_alloc_in(c->state.cx, cap, sizeof(int32));
	for (uint64 i = c->set.n; i < cap; i++)
		c->set.parent[i] = (int32) i;
	c->set.n = (int32) cap;
}

void
components_add(ComponentsState *c, IdKind kind, const ColumnKey *a, const ColumnKey *b)
{
	uint32		i,
				j;

	check_kind(c, kind);
	make_places(c, 2);
	i = dict_add(&c->ids, a->prefix, a->bytes, a->len);
	j = dict_add(&c->ids, b->prefix, b->bytes, b->len);
	c->settled = false;
	components_join(&c->set, (int32) i, (int32) j);
	if (unlikely(size_bound(c) > c->next_check))
		check_size(c);
}

static void
components_merge(State *d, State *s)
{
	ComponentsState *dst = (ComponentsState *) d;
	ComponentsState *src = (ComponentsState *) s;
	uint32	   *code;

	if (src->id_kind == ID_NONE)
		return;
	check_kind(dst, src->id_kind);
	state_changed(d);
	dst->settled = false;
	make_places(dst, src->ids.n);
	code = dict_translate(&dst->ids, &src->ids);
	for (uint32 i = 0; i < src->ids.n; i++)
		components_join(&dst->set, (int32) code[i], (int32) code[components_find(&src->set, (int32) i)]);
	pfree(code);
	if (size_bound(dst) > dst->next_check)
		check_size(dst);
}

/* ---- settling ---- */

/* Ids into canonical order, each with its component's first; made beside the old, which an ERROR leaves as it is */
static void
components_settle(ComponentsState *c)
{
	uint32		n = c->ids.n;
	uint32	   *order;
	int32	   *first,
			   *parent;
	Dict		ids;

	if (c->settled)
		return;
	order = dict_sorted(&c->ids);
	first = array_alloc(n, sizeof(int32));
	memset(first, -1, (Size) n * sizeof(int32));
	dict_init(&ids, c->state.cx);
	dict_reorder(&ids, &c->ids, order, n);
	parent = array_alloc_in(c->state.cx, n, sizeof(int32));
	for (uint32 rank = 0; rank < n; rank++)
	{
		int32		root = components_find(&c->set, (int32) order[rank]);

		HD_CHECK_EVERY(rank + 1);
		if (first[root] < 0)
			first[root] = (int32) rank;
		parent[rank] = first[root];
	}

	/* from here on nothing fails */
	dict_free(&c->ids);
	c->ids = ids;
	pfree(c->set.parent);
	c->set.parent = parent;
	c->set.n = (int32) n;
	c->settled = true;
	pfree(order);
	pfree(first);
}

ComponentsState *
components_get(Datum d)
{
	ComponentsState *c = (ComponentsState *) state_get(&components_type, d);

	components_settle(c);
	return c;
}

/* ---- bytes ---- */

static void
components_encode(State *s, WireWriter *w)
{
	ComponentsState *c = (ComponentsState *) s;

	components_settle(c);
	wire_put_byte(w, HDATA_COMPONENTS_VERSION);
	wire_put_byte(w, c->id_kind);
	wire_put_varint(w, c->ids.n);
	if (c->ids.n > 0)
		keys_put(w, &c->ids, keys_id_form(c->id_kind));
	for (uint32 i = 0; i < c->ids.n; i++)
	{
		HD_CHECK_EVERY(i + 1);
		wire_put_varint(w, i - (uint32) c->set.parent[i]);
	}
}

static void
components_decode(State *s, WireReader *r)
{
	ComponentsState *c = (ComponentsState *) s;
	uint32		n;

	if (wire_get_byte(r) != HDATA_COMPONENTS_VERSION)
		wire_fail(r, "Its version is not known to this release of hdata.");
	c->id_kind = wire_get_byte(r);
	if (c->id_kind == ID_NONE || c->id_kind > ID_TEXT)
		wire_fail(r, "A kind of identifier is not known.");
	n = wire_get_count(r, keys_min_bytes(keys_id_form(c->id_kind)) + 1);
	if (n == 0)
		wire_fail(r, "There is no id.");
	keys_get(r, &c->ids, n, keys_id_form(c->id_kind));
	c->set.parent = array_alloc_in(s->cx, n, sizeof(int32));
	c->set.n = (int32) n;
	for (uint32 i = 0; i < n; i++)
	{
		uint64		back = wire_get_varint(r);

		HD_CHECK_EVERY(i + 1);
		if (back > i || (back > 0 && c->set.parent[i - back] != (int32) (i - back)))
			wire_fail(r, "An id refers to what is not the first of its component.");
		c->set.parent[i] = (int32) (i - back);
	}
	if (wire_left(r) > 0)
		wire_fail(r, "There are bytes behind the end.");
}

const StateType components_type = {
	"components", sizeof(ComponentsState), components_state_init, components_encode, components_decode, components_merge
};

/*-------------------------------------------------------------------------
 *
 * sketch_state.c
 *	  The state type "sketch": growing, merging, bytes, estimates.
 *
 * Version 1:
 *	  byte		version
 *	  byte		unit of the shingles
 *	  byte		version of Unicode; 0 for the unit "given"
 *	  byte		form: 0 of an empty set, 1 full, 2 compact
 *	  places	128 of eight bytes each, little-endian, if full; of one byte if compact
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/hash.h"
#include "hdata.h"
#include "text/sketch_state.h"

#define ROUND_SHIFT 56

static void
sketch_init(State *s)
{
	SketchState *k = (SketchState *) s;

	for (int i = 0; i < SKETCH_SLOTS; i++)
		k->slot[i] = SKETCH_EMPTY;
}

static void
check_kind(SketchState *k, uint8 unit, uint8 unicode)
{
	if (k->unit == 0)
	{
		k->unit = unit;
		k->unicode = unicode;
	}
	if (k->unit != unit)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("sketches of shingles of different units cannot be put together"),
				 errdetail("One has unit %s, the other %s.", shingle_unit_name(k->unit), shingle_unit_name(unit))));
	if (k->unicode != unicode)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("sketches made with different versions of Unicode cannot be put together"),
				 errdetail("One was made with %d.%d, the other with %d.%d.",
						   k->unicode / 4, k->unicode % 4, unicode / 4, unicode % 4),
				 errhint("Make the older ones again from their texts.")));
}

static void
check_full(const SketchState *k)
{
	if (k->form == SKETCH_COMPACT)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("a compact value of type %s cannot be merged with another", "sketch"),
				 errhint("Merge values that are not compact, and make the result compact.")));
}

static void
take_minima(SketchState *k, const uint64 *slot)
{
	for (int i = 0; i < SKETCH_SLOTS; i++)
		k->slot[i] = Min(k->slot[i], slot[i]);
	k->form = SKETCH_FULL;
}

void
sketch_add(SketchState *k, const ShingleSet *s)
{
	uint64	   *element;
	uint64		slot[SKETCH_SLOTS];

	check_kind(k, s->unit, s->unicode);
	check_full(k);
	if (s->n == 0)
		return;
	element = array_alloc(s->n, sizeof(uint64));
	for (int32 i = 0; i < s->n; i++)
		element[i] = shingle_at(s, i);
	sketch_make(element, s->n, SKETCH_SLOTS, slot);
	pfree(element);
	take_minima(k, slot);
}

static void
sketch_merge(State *d, State *s)
{
	SketchState *dst = (SketchState *) d;
	SketchState *src = (SketchState *) s;

	if (src->unit == 0)
		return;
	if (dst->unit != 0)
	{
		check_full(dst);
		check_full(src);
	}
	check_kind(dst, src->unit, src->unicode);
	state_changed(d);
	if (src->form == SKETCH_COMPACT)
	{
		memcpy(dst->slot, src->slot, sizeof(dst->slot));
		dst->form = SKETCH_COMPACT;
	}
	else if (src->form == SKETCH_FULL)
		take_minima(dst, src->slot);
}

/* ---- estimates ---- */

static inline uint64
eight_bits(uint64 slot)
{
	return hd_mix64(slot) >> 56;
}

void
sketch_compact(SketchState *dst, const SketchState *src)
{
	dst->unit = src->unit;
	dst->unicode = src->unicode;
	dst->form = src->form == SKETCH_OF_NOTHING ? SKETCH_OF_NOTHING : SKETCH_COMPACT;
	for (int i = 0; i < SKETCH_SLOTS; i++)
		dst->slot[i] = src->form == SKETCH_FULL ? eight_bits(src->slot[i]) : src->slot[i];
}

/*
 * The share of equal places; of compact sketches without those that are equal
 * by accident (Li & Koenig 2010).
 */
double
sketch_similarity(const SketchState *a, const SketchState *b)
{
	double		accident = 1.0 / 256;
	double		share;
	int			equal = 0;

	if (a->form == SKETCH_OF_NOTHING || b->form == SKETCH_OF_NOTHING)
		return a->form == b->form ? 1 : 0;
	if (a->form == SKETCH_FULL && b->form == SKETCH_FULL)
		return (double) sketch_equal_slots(a->slot, b->slot, SKETCH_SLOTS) / SKETCH_SLOTS;
	for (int i = 0; i < SKETCH_SLOTS; i++)
		equal += (a->form == SKETCH_FULL ? eight_bits(a->slot[i]) : a->slot[i]) ==
			(b->form == SKETCH_FULL ? eight_bits(b->slot[i]) : b->slot[i]);
	share = (double) equal / SKETCH_SLOTS;
	return Max((share - accident) / (1 - accident), 0);
}

/* ---- bytes ---- */

static void
sketch_encode(State *s, WireWriter *w)
{
	SketchState *k = (SketchState *) s;

	wire_put_byte(w, HDATA_SKETCH_VERSION);
	wire_put_byte(w, k->unit);
	wire_put_byte(w, k->unicode);
	wire_put_byte(w, k->form);
	if (k->form == SKETCH_OF_NOTHING)
		return;
	for (int i = 0; i < SKETCH_SLOTS; i++)
		for (int b = 0; b < (k->form == SKETCH_FULL ? 8 : 1); b++)
			wire_put_byte(w, (uint8) (k->slot[i] >> 8 * b));
}

/* The later half of the rounds fill one place each */
static bool
slot_is_possible(uint64 slot, int place)
{
	int			round = (int) (slot >> ROUND_SHIFT);

	return round < SKETCH_SLOTS || round - SKETCH_SLOTS == place;
}

static void
sketch_decode(State *s, WireReader *r)
{
	SketchState *k = (SketchState *) s;
	int			bytes;

	if (wire_get_byte(r) != HDATA_SKETCH_VERSION)
		wire_fail(r, "Its version is not known to this release of hdata.");
	k->unit = wire_get_byte(r);
	if (shingle_unit_name(k->unit) == NULL)
		wire_fail(r, "Its unit is not known.");
	k->unicode = wire_get_byte(r);
	if ((k->unit == UNIT_GIVEN) != (k->unicode == 0))
		wire_fail(r, "Its version of Unicode does not fit its unit.");
	k->form = wire_get_byte(r);
	if (k->form > SKETCH_COMPACT)
		wire_fail(r, "Its form is not known.");
	bytes = k->form == SKETCH_FULL ? 8 : k->form == SKETCH_COMPACT ? 1 : 0;
	if (wire_left(r) != (size_t) bytes * SKETCH_SLOTS)
		wire_fail(r, "It is not as long as its form takes.");
	for (int i = 0; i < SKETCH_SLOTS && bytes > 0; i++)
	{
		const uint8 *p = wire_get_bytes(r, bytes);

		k->slot[i] = 0;
		for (int b = 0; b < bytes; b++)
			k->slot[i] |= (uint64) p[b] << 8 * b;
		if (k->form == SKETCH_FULL && !slot_is_possible(k->slot[i], i))
			wire_fail(r, "A place cannot have been filled in its round.");
	}
}

const StateType sketch_type = {
	"sketch", sizeof(SketchState), sketch_init, sketch_encode, sketch_decode, sketch_merge
};

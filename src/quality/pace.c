/*-------------------------------------------------------------------------
 *
 * pace.c
 *	  The state type "pace": how long each person took for each item.
 *
 * A set of facts (item, person, seconds) is a set of facts (item, rater,
 * value): the log, the settling and the byte format are those of ratings
 * (agreement/ratings.h), behind a version of its own.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/interrupts.h"
#include "quality/pace.h"

static void
kind_mismatch(const char *what, uint8 a, uint8 b)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("times of different kinds cannot be put together"),
			 errdetail("The %s is of kind %s in one and %s in the other.", what, id_kind_sql_name(a), id_kind_sql_name(b)),
			 errhint("Cast the column to one type, for example text.")));
}

/* The first row, or state, says of what kinds items and persons are */
void
pace_set_kind(Ratings *r, const RatingsKind *k)
{
	if (r->kind.item != ID_NONE && r->kind.item != k->item)
		kind_mismatch("item", r->kind.item, k->item);
	if (r->kind.rater != ID_NONE && r->kind.rater != k->rater)
		kind_mismatch("person", r->kind.rater, k->rater);
	ratings_set_kind(r, k);
}

static void
pace_merge(State *dst, State *src)
{
	Ratings    *s = (Ratings *) src;

	if (s->kind.item == ID_NONE)
		return;
	pace_set_kind((Ratings *) dst, &s->kind);
	ratings_merge(dst, src);
}

static void
pace_encode(State *s, WireWriter *w)
{
	wire_put_byte(w, HDATA_PACE_VERSION);
	ratings_put((Ratings *) s, w);
}

static void
pace_decode(State *s, WireReader *w)
{
	Ratings    *r = (Ratings *) s;

	if (wire_get_byte(w) != HDATA_PACE_VERSION)
		wire_fail(w, "Its version is not known to this release of hdata.");
	ratings_take(r, w);
	if (r->kind.item == ID_NONE)
		return;
	if (r->kind.value != VALUE_NUMBER || r->kind.at != AT_NONE || r->n_item_clusters > 0)
		wire_fail(w, "It holds what times of persons cannot have.");
	for (uint32 i = 0; i < r->labels.n; i++)
	{
		HD_CHECK_EVERY(i);
		if (!(dict_prefix_float8(r->labels.entry[i].prefix) > 0))
			wire_fail(w, "A time is not greater than 0.");
	}
}

const StateType pace_type = {
	.name = "pace",
	.size = sizeof(Ratings),
	.init = ratings_init,
	.encode = pace_encode,
	.decode = pace_decode,
	.merge = pace_merge
};

static void
raise_conflict(const Ratings *r)
{
	int32		j = r->conflict;
	int32		i = 0;

	while (r->start[i + 1] <= j)
		i++;
	ereport(ERROR,
			(errcode(ERRCODE_CARDINALITY_VIOLATION),
			 errmsg("person \"%s\" has more than one time for item \"%s\"",
					id_cstring(r->kind.rater, &r->raters, r->rater[j]), id_cstring(r->kind.item, &r->items, i)),
			 errdetail("They are %s and %s seconds.",
					   value_cstring(VALUE_NUMBER, &r->labels, r->label[j - 1]),
					   value_cstring(VALUE_NUMBER, &r->labels, r->label[j])),
			 errhint("Give one time for each item and person: the sum of the visits, or the first of them.")));
}

Ratings *
pace_get(Datum d, bool consistent)
{
	Ratings    *r = (Ratings *) state_get(&pace_type, d);

	ratings_settle(r);
	if (consistent && r->conflict >= 0)
		raise_conflict(r);
	return r;
}

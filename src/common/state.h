/*-------------------------------------------------------------------------
 *
 * state.h
 *	  The frame that every mergeable state type stands in.
 *
 * A state is a varlena whose payload is the canonical byte string of wire.h.
 * While it grows in an aggregate it lives as an expanded object.  The frame
 * does everything that does not depend on what is inside: input and output,
 * comparison, hashing, combining, memory.  A type brings a StateType.
 *
 * Memory: all states of one aggregate context live in ONE child of it.
 * HashAggregate asks for the size of every child context for every new group
 * (hash_agg_check_limits), so a context for each state would make it
 * quadratic.  Nothing may delete such an object; the executor only does when
 * a transition function returns another pointer than it was given, which
 * ours never do.  Outside of aggregates a state has a context of its own.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_STATE_H
#define HD_STATE_H

#include "common/wire.h"
#include "fmgr.h"
#include "utils/expandeddatum.h"

struct StateType;

typedef struct State
{
	ExpandedObjectHeader hdr;
	const struct StateType *type;
	MemoryContext cx;			/* where its arrays live */
	uint8	   *flat;			/* canonical bytes, if they are known */
	size_t		flat_len;
} State;

typedef struct StateType
{
	const char *name;			/* of the SQL type */
	size_t		size;			/* of the struct that begins with State */

	/* make an empty state of zeroed memory */
	void		(*init) (State *s);

	/*
	 * Write the canonical bytes.  May tidy the state (sort, merge, index):
	 * the value must stay the same, and an ERROR must leave it valid.
	 */
	void		(*encode) (State *s, WireWriter *w);

	/* fill an empty state from bytes; whatever is not canonical is an error */
	void		(*decode) (State *s, WireReader *r);

	/* add everything of src to dst; src may be tidied; dst != src */
	void		(*merge) (State *dst, State *src);
} StateType;

/*
 * GUC hdata.max_state_size, in kB.  The text form takes two characters a byte
 * and must fit into 1 GB, or pg_dump could not write what was stored.
 */
#define STATE_SIZE_MAX_KB 511000
extern int	hdata_max_state_size;

/* in bytes */
extern size_t state_size_limit(void);

/* ---- getting at states ---- */

/* A state to read: the expanded object itself, or decoded in the current context */
extern State *state_get(const StateType *type, Datum d);

/* A state that is part of another value, of which "name" is the type that messages name */
extern State *state_of_bytes(const StateType *type, const uint8 *p, size_t len, const char *name, int sqlerrcode);

/* A state to change in an aggregate or on its own; arg 0 of a transition */
extern State *state_get_rw(const StateType *type, FunctionCallInfo fcinfo, int arg);

/* A new empty state, in the aggregate's shared context or in one of its own */
extern State *state_new(const StateType *type, FunctionCallInfo fcinfo);

/* Its value has changed: forget the canonical bytes */
static inline void
state_changed(State *s)
{
	if (unlikely(s->flat != NULL))
	{
		pfree(s->flat);
		s->flat = NULL;
	}
}

static inline Datum
state_datum(State *s)
{
	return EOHPGetRWDatum(&s->hdr);
}

/* Is the first argument a state of this type that we may change in place? */
static inline State *
state_peek_rw(const StateType *type, FunctionCallInfo fcinfo)
{
	if (!fcinfo->args[0].isnull)
	{
		Pointer		p = DatumGetPointer(fcinfo->args[0].value);

		if (VARATT_IS_EXTERNAL_EXPANDED_RW(p))
		{
			State	   *s = (State *) DatumGetEOHP(fcinfo->args[0].value);

			Assert(s->type == type);
			return s;
		}
	}
	return NULL;
}

/* The state of a transition function, about to be changed; a new one for the first row */
static inline State *
state_for_row(const StateType *type, FunctionCallInfo fcinfo)
{
	State	   *s = state_peek_rw(type, fcinfo);

	if (unlikely(s == NULL))
		return PG_ARGISNULL(0) ? state_new(type, fcinfo) : state_get_rw(type, fcinfo, 0);
	state_changed(s);
	return s;
}

/* canonical bytes, cached in the state */
extern const uint8 *state_flat(State *s, size_t *len);

/* ---- the SQL functions of a type, to be wrapped by STATE_FUNCTIONS ---- */

extern Datum state_in(const StateType *type, FunctionCallInfo fcinfo);
extern Datum state_out(const StateType *type, FunctionCallInfo fcinfo);
extern Datum state_recv(const StateType *type, FunctionCallInfo fcinfo);
extern Datum state_send(const StateType *type, FunctionCallInfo fcinfo);
extern int	state_cmp(const StateType *type, FunctionCallInfo fcinfo);
extern Datum state_hash(const StateType *type, FunctionCallInfo fcinfo);
extern Datum state_hash_extended(const StateType *type, FunctionCallInfo fcinfo);
extern Datum state_combine(const StateType *type, FunctionCallInfo fcinfo);
extern Datum state_final(const StateType *type, FunctionCallInfo fcinfo);

#define STATE_FUNCTION(name, expr) \
	PG_FUNCTION_INFO_V1(name); \
	Datum name(PG_FUNCTION_ARGS) { return (expr); } \
	extern PGDLLEXPORT Datum name(PG_FUNCTION_ARGS)

/* prefix_eq, ..., prefix_cmp: alone, for a type whose canonical bytes are no state */
#define STATE_COMPARISONS(prefix, type) \
	STATE_FUNCTION(prefix##_eq, BoolGetDatum(state_cmp(&type, fcinfo) == 0)); \
	STATE_FUNCTION(prefix##_ne, BoolGetDatum(state_cmp(&type, fcinfo) != 0)); \
	STATE_FUNCTION(prefix##_lt, BoolGetDatum(state_cmp(&type, fcinfo) < 0)); \
	STATE_FUNCTION(prefix##_le, BoolGetDatum(state_cmp(&type, fcinfo) <= 0)); \
	STATE_FUNCTION(prefix##_gt, BoolGetDatum(state_cmp(&type, fcinfo) > 0)); \
	STATE_FUNCTION(prefix##_ge, BoolGetDatum(state_cmp(&type, fcinfo) >= 0)); \
	STATE_FUNCTION(prefix##_cmp, Int32GetDatum(state_cmp(&type, fcinfo)))

/* prefix_in, prefix_out, ..., prefix_eq, ..., prefix_combine, prefix_final */
#define STATE_FUNCTIONS(prefix, type) \
	STATE_FUNCTION(prefix##_in, state_in(&type, fcinfo)); \
	STATE_FUNCTION(prefix##_out, state_out(&type, fcinfo)); \
	STATE_FUNCTION(prefix##_recv, state_recv(&type, fcinfo)); \
	STATE_FUNCTION(prefix##_send, state_send(&type, fcinfo)); \
	STATE_COMPARISONS(prefix, type); \
	STATE_FUNCTION(prefix##_hash, state_hash(&type, fcinfo)); \
	STATE_FUNCTION(prefix##_hash_extended, state_hash_extended(&type, fcinfo)); \
	STATE_FUNCTION(prefix##_combine, state_combine(&type, fcinfo)); \
	STATE_FUNCTION(prefix##_final, state_final(&type, fcinfo))

#endif							/* HD_STATE_H */

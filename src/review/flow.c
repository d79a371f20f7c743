/*-------------------------------------------------------------------------
 *
 * flow.c
 *	  The type "review_flow" in SQL, and questions about a compiled flow.
 *
 * A value is a version byte and canonical text in UTF-8, so it says what it
 * means to whoever reads the bytes, and equal flows are equal bytes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/column.h"
#include "common/state.h"
#include "hdata.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "review/flow_parse.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

/* Comparison and hashing are those of any canonical bytes; the rest is here */
static const StateType flow_type = {.name = "review_flow"};

STATE_COMPARISONS(review_flow, flow_type);
STATE_FUNCTION(review_flow_hash, state_hash(&flow_type, fcinfo));
STATE_FUNCTION(review_flow_hash_extended, state_hash_extended(&flow_type, fcinfo));

extern PGDLLEXPORT Datum review_flow_in(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum review_flow_out(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum review_flow_recv(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum review_flow_send(PG_FUNCTION_ARGS);

/* ---- values ---- */

/* The canonical text of a value in the encoding of the database, behind the version byte that is checked */
static char *
text_of_value(const struct varlena *v)
{
	const char *p = VARDATA_ANY(v);
	size_t		len = VARSIZE_ANY_EXHDR(v);

	if (len < 2 || (uint8) p[0] != HDATA_REVIEW_FLOW_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("stored value of type review_flow is corrupt"),
				 errdetail("Its version is not known.")));
	return text_key_cstring((const uint8 *) p + 1, (uint32) len - 1);
}

Flow *
flow_compile(struct varlena *value)
{
	char	   *s = text_of_value(value);

	return flow_parse(s, strlen(s), ERRCODE_DATA_CORRUPTED);
}

/* Version byte and canonical text of what has been parsed */
static struct varlena *
make_value(const Flow *flow)
{
	StringInfoData s;
	char	   *utf8;
	size_t		len;
	struct varlena *v;

	initStringInfo(&s);
	flow_write(flow, &s);
	utf8 = GetDatabaseEncoding() == PG_SQL_ASCII ? s.data : pg_server_to_any(s.data, s.len, PG_UTF8);
	len = strlen(utf8);
	v = palloc(VARHDRSZ + 1 + len);
	SET_VARSIZE(v, VARHDRSZ + 1 + len);
	VARDATA(v)[0] = (char) HDATA_REVIEW_FLOW_VERSION;
	memcpy(VARDATA(v) + 1, utf8, len);
	return v;
}

/* Parse in a context that is thrown away: what is made on the way is larger than the value */
static struct varlena *
value_of_text(const char *s)
{
	MemoryContext cx = AllocSetContextCreate(CurrentMemoryContext, "hdata review_flow input",
											 ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(cx);
	Flow	   *flow = flow_parse(s, strlen(s), ERRCODE_REVIEW_BAD_FLOW);
	struct varlena *v;

	MemoryContextSwitchTo(old);
	v = make_value(flow);
	MemoryContextDelete(cx);
	return v;
}

/* ---- input and output ---- */

PG_FUNCTION_INFO_V1(review_flow_in);
Datum
review_flow_in(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(value_of_text(PG_GETARG_CSTRING(0)));
}

PG_FUNCTION_INFO_V1(review_flow_out);
Datum
review_flow_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(text_of_value(PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0))));
}

pg_noreturn static void
bad_binary(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid binary value for type review_flow"),
			 errdetail_internal("%s", detail)));
}

/* The wire form is the stored one; only canonical text is accepted */
PG_FUNCTION_INFO_V1(review_flow_recv);
Datum
review_flow_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	size_t		len = buf->len - buf->cursor;
	const char *p = pq_getmsgbytes(buf, (int) len);
	struct varlena *v;

	if (len < 2 || (uint8) p[0] != HDATA_REVIEW_FLOW_VERSION)
		bad_binary("Its version is not known.");
	if (!text_key_is_valid((const uint8 *) p + 1, (uint32) len - 1) || memchr(p, '\0', len))
		bad_binary("It is not valid UTF-8.");
	v = value_of_text(text_key_cstring((const uint8 *) p + 1, (uint32) len - 1));
	if (VARSIZE(v) - VARHDRSZ != len || memcmp(VARDATA(v), p, len) != 0)
		bad_binary("It is not in canonical form.");
	PG_RETURN_POINTER(v);
}

PG_FUNCTION_INFO_V1(review_flow_send);
Datum
review_flow_send(PG_FUNCTION_ARGS)
{
	PG_RETURN_BYTEA_P(PG_GETARG_BYTEA_P_COPY(0));
}

/* ---- questions about a compiled flow ---- */

const Flow *
flow_stand_in(void)
{
	static FlowState nowhere = {.name = ""};
	static const Flow stand_in = {.n_states = 1, .state = &nowhere};

	return &stand_in;
}

int32
flow_state(const Flow *flow, const char *name, size_t len)
{
	for (int32 i = 0; i < flow->n_states; i++)
		if (strncmp(flow->state[i].name, name, len) == 0 && flow->state[i].name[len] == '\0')
			return i;
	return FLOW_NONE;
}

int32
flow_edge(const Flow *flow, int32 from, const char *action, int32 to)
{
	const FlowState *s = &flow->state[from];
	int32		found = FLOW_NONE;

	for (int32 i = s->first_edge; i < s->first_edge + s->n_edges; i++)
	{
		if (strcmp(flow->edge[i].action, action) != 0)
			continue;
		if (flow->edge[i].to == to)
			return i;
		if (to == FLOW_NONE)
			found = found == FLOW_NONE ? i : FLOW_AMBIGUOUS;
	}
	return found;
}

uint64
flow_targets(const Flow *flow, int32 from)
{
	const FlowState *s = &flow->state[from];
	uint64		set = 0;

	for (int32 i = s->first_edge; i < s->first_edge + s->n_edges; i++)
	{
		set |= flow_bit(flow->edge[i].to);
		if (flow->edge[i].otherwise >= 0)
			set |= flow_bit(flow->edge[i].otherwise);
	}
	return set;
}

char *
flow_actions_from(const Flow *flow, int32 from)
{
	const FlowState *s = &flow->state[from];
	StringInfoData out;

	initStringInfo(&out);
	for (int32 i = s->first_edge; i < s->first_edge + s->n_edges; i++)
	{
		const FlowEdge *e = &flow->edge[i];
		bool		more = i > s->first_edge;

		if (more && strcmp(e->action, e[-1].action) == 0)
			continue;
		appendStringInfo(&out, "%s%s", more ? ", " : "", e->action);
		for (int32 k = 0; k < e->n_roles; k++)
		{
			appendStringInfoString(&out, k == 0 ? " [" : ", ");
			flow_write_role(&out, e->role[k]);
		}
		if (e->n_roles > 0)
			appendStringInfoChar(&out, ']');
	}
	return out.data;
}

char *
flow_allowed_from(const Flow *flow, int32 from)
{
	const char *name = flow->state[from].name;

	if (flow->state[from].n_edges == 0)
		return psprintf("Nothing is allowed from \"%s\".", name);
	return psprintf("Allowed from \"%s\": %s.", name, flow_actions_from(flow, from));
}

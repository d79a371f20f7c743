/*-------------------------------------------------------------------------
 *
 * sketch_agg.c
 *	  SQL functions of the type "sketch": its frame, its aggregate, and what
 *	  is estimated from it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "text/sketch_state.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"

STATE_FUNCTIONS(sketch, sketch_type);

PG_FUNCTION_INFO_V1(sketch_trans);
Datum
sketch_trans(PG_FUNCTION_ARGS)
{
	struct varlena *v;
	ShingleSet	s;
	SketchState *k;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	v = PG_GETARG_VARLENA_PP(1);
	shingle_set_open(v, &s);
	k = (SketchState *) state_for_row(&sketch_type, fcinfo);
	sketch_add(k, &s);
	PG_FREE_IF_COPY(v, 1);
	PG_RETURN_DATUM(state_datum(&k->state));
}

PG_FUNCTION_INFO_V1(sketch_of_shingles);
Datum
sketch_of_shingles(PG_FUNCTION_ARGS)
{
	SketchState *k = (SketchState *) state_new(&sketch_type, fcinfo);
	ShingleSet	s;

	shingle_set_open(PG_GETARG_VARLENA_PP(0), &s);
	sketch_add(k, &s);
	PG_RETURN_DATUM(state_datum(&k->state));
}

PG_FUNCTION_INFO_V1(sketch_compact_sql);
Datum
sketch_compact_sql(PG_FUNCTION_ARGS)
{
	SketchState *src = (SketchState *) state_get(&sketch_type, PG_GETARG_DATUM(0));
	SketchState *dst = (SketchState *) state_new(&sketch_type, fcinfo);

	sketch_compact(dst, src);
	PG_RETURN_DATUM(state_datum(&dst->state));
}

PG_FUNCTION_INFO_V1(sketch_jaccard);
Datum
sketch_jaccard(PG_FUNCTION_ARGS)
{
	SketchState *a = (SketchState *) state_get(&sketch_type, PG_GETARG_DATUM(0));
	SketchState *b = (SketchState *) state_get(&sketch_type, PG_GETARG_DATUM(1));

	if (a->unit != b->unit)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("sketches of shingles of different units cannot be compared"),
				 errdetail("One has unit %s, the other %s.", shingle_unit_name(a->unit), shingle_unit_name(b->unit))));
	if (a->unicode != b->unicode)
		ereport(WARNING,
				(errmsg("sketches were made with different versions of Unicode"),
				 errdetail("One was made with %d.%d, the other with %d.%d.",
						   a->unicode / 4, a->unicode % 4, b->unicode / 4, b->unicode % 4),
				 errhint("Make them again from their texts.")));
	PG_RETURN_FLOAT8(sketch_similarity(a, b));
}

/* Places of a full sketch are written as text: not every one of them is exact as a number elsewhere */
PG_FUNCTION_INFO_V1(sketch_to_jsonb);
Datum
sketch_to_jsonb(PG_FUNCTION_ARGS)
{
	static const char *const form[] = {"empty", "full", "compact"};
	SketchState *k = (SketchState *) state_get(&sketch_type, PG_GETARG_DATUM(0));
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfo(&buf, "{\"unit\": \"%s\", \"form\": \"%s\", \"places\": [", shingle_unit_name(k->unit), form[k->form]);
	for (int i = 0; i < SKETCH_SLOTS && k->form != SKETCH_OF_NOTHING; i++)
		appendStringInfo(&buf, k->form == SKETCH_FULL ? "%s\"" UINT64_FORMAT "\"" : "%s" UINT64_FORMAT, i > 0 ? ", " : "", k->slot[i]);
	appendStringInfoString(&buf, "]}");
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(buf.data)));
}

/*-------------------------------------------------------------------------
 *
 * idf_measure.c
 *	  Sets weighed by document frequencies, and a memory of what was decoded.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/interrupts.h"
#include "text/idf_measure.h"
#include "utils/memutils.h"

void
idf_check_unit(const Idf *f, const ShingleSet *s)
{
	if (f->unit != s->unit)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("shingles cannot be weighed by frequencies of another unit"),
				 errdetail("The shingles have unit %s, the frequencies %s.",
						   shingle_unit_name(s->unit), shingle_unit_name(f->unit))));
	if (f->unicode != s->unicode)
		ereport(WARNING,
				(errmsg("shingles and frequencies were made with different versions of Unicode"),
				 errdetail("One was made with %d.%d, the other with %d.%d.",
						   s->unicode / 4, s->unicode % 4, f->unicode / 4, f->unicode % 4),
				 errhint("Make them again from their texts.")));
}

Masses
idf_weigh(const Idf *f, const ShingleSet *a, const ShingleSet *b)
{
	Masses		m = {0};
	int32		i = 0,
				j = 0;

	while (i < a->n || j < b->n)
	{
		bool		in_a = j == b->n || (i < a->n && shingle_at(a, i) <= shingle_at(b, j));
		bool		in_b = i == a->n || (j < b->n && shingle_at(b, j) <= shingle_at(a, i));
		double		w = idf_weight(f, idf_find(f, in_a ? shingle_at(a, i) : shingle_at(b, j)));

		HD_CHECK_EVERY(i + j + 1);
		if (in_a)
			m.a += w;
		if (in_b)
			m.b += w;
		if (in_a && in_b)
			m.both += w;
		i += in_a;
		j += in_b;
	}
	return m;
}

/* ---- what was decoded ---- */

static bool
is_known(const IdfCache *k, const void *p, Size size)
{
	return k->idf != NULL && k->size == size && memcmp(k->raw, p, size) == 0;
}

/* A cancel on the way leaves nothing that looks decoded */
static MemoryContext
begin(IdfCache *k, MemoryContext parent, const void *p, Size size)
{
	MemoryContext old;

	k->idf = NULL;
	if (k->cx == NULL)
		k->cx = AllocSetContextCreate(parent, "hdata idf", ALLOCSET_SMALL_SIZES);
	MemoryContextReset(k->cx);
	old = MemoryContextSwitchTo(k->cx);
	k->raw = MemoryContextAllocHuge(k->cx, size);
	memcpy(k->raw, p, size);
	k->size = size;
	return old;
}

static Idf *
finish(IdfCache *k, Idf *f, MemoryContext old)
{
	idf_index(f);
	MemoryContextSwitchTo(old);
	return k->idf = f;
}

static Idf *
indexed(Idf *f)
{
	idf_index(f);
	return f;
}

Idf *
idf_of_datum(IdfCache *k, MemoryContext parent, Datum d)
{
	Pointer		p = DatumGetPointer(d);
	MemoryContext old;

	if (VARATT_IS_EXTERNAL_EXPANDED(p))
		return indexed(idf_get(d));
	if (VARATT_IS_EXTERNAL(p) && !VARATT_IS_EXTERNAL_ONDISK(p))
		return indexed(idf_get(PointerGetDatum(PG_DETOAST_DATUM(d))));
	if (is_known(k, p, VARSIZE_ANY(p)))
		return k->idf;
	old = begin(k, parent, p, VARSIZE_ANY(p));
	return finish(k, idf_get(d), old);
}

Idf *
idf_of_bytes(IdfCache *k, MemoryContext parent, const char *p, Size len)
{
	MemoryContext old;

	if (is_known(k, p, len))
		return k->idf;
	old = begin(k, parent, p, len);
	return finish(k, (Idf *) state_of_bytes(&idf_type, (const uint8 *) p, len, "idf", ERRCODE_DATA_CORRUPTED), old);
}

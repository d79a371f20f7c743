/*-------------------------------------------------------------------------
 *
 * shingle_query.c
 *	  Which sets satisfy a query, and what such sets must have in common
 *	  with it.
 *
 * Every bound is found by asking the measure itself, in the arithmetic in
 * which a row is judged, never by an inverted formula: rounding cannot make
 * an index lose a row whose similarity is exactly the threshold.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "hdata.h"
#include "text/set_join.h"
#include "text/shingle_query.h"
#include "utils/memutils.h"

/* ---- bytes ---- */

static inline double
get_double(const char *p)
{
	uint64		bits;
	double		v;

	memcpy(&bits, p, sizeof(bits));
#ifdef WORDS_BIGENDIAN
	bits = pg_bswap64(bits);
#endif
	memcpy(&v, &bits, sizeof(v));
	return v;
}

static inline void
put_double(char *p, double v)
{
	uint64		bits;

	memcpy(&bits, &v, sizeof(bits));
#ifdef WORDS_BIGENDIAN
	bits = pg_bswap64(bits);
#endif
	memcpy(p, &bits, sizeof(bits));
}

static inline uint32
get_uint32(const char *p)
{
	uint32		v;

	memcpy(&v, p, sizeof(v));
#ifdef WORDS_BIGENDIAN
	v = pg_bswap32(v);
#endif
	return v;
}

static inline void
put_uint32(char *p, uint32 v)
{
#ifdef WORDS_BIGENDIAN
	v = pg_bswap32(v);
#endif
	memcpy(p, &v, sizeof(v));
}

/* A set, and frequencies of shingles of its unit behind it */
static const char *
weighted_fault(const char *p, Size len, int sqlerrcode)
{
	MemoryContext cx,
				old;
	Size		set_len;
	const char *fault;
	Idf		   *idf;

	if (len < WEIGHTED_QUERY_HEADER)
		return "The value is truncated.";
	set_len = get_uint32(p + SHINGLE_QUERY_HEADER);
	if (set_len > len - WEIGHTED_QUERY_HEADER)
		return "The value is truncated.";
	fault = shingles_fault(p + WEIGHTED_QUERY_HEADER, set_len);
	if (fault)
		return fault;
	cx = AllocSetContextCreate(CurrentMemoryContext, "hdata idf", ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(cx);
	idf = (Idf *) state_of_bytes(&idf_type, (const uint8 *) p + WEIGHTED_QUERY_HEADER + set_len,
								 len - WEIGHTED_QUERY_HEADER - set_len, "shingle_query", sqlerrcode);
	if (idf->unit != (uint8) p[WEIGHTED_QUERY_HEADER + 1])
		fault = "Its frequencies are of shingles of another unit.";
	MemoryContextSwitchTo(old);
	MemoryContextDelete(cx);
	return fault;
}

const char *
shingle_query_fault(const char *p, Size len, int sqlerrcode)
{
	double		threshold;

	if (len < SHINGLE_QUERY_HEADER)
		return "The value is truncated.";
	if ((uint8) p[0] != HDATA_SHINGLE_QUERY_VERSION && (uint8) p[0] != HDATA_WEIGHTED_QUERY_VERSION)
		return "Its version is not known to this release of hdata.";
	if ((uint8) p[1] < QUERY_JACCARD || (uint8) p[1] > QUERY_HOLDS || p[2] != 0 || p[3] != 0)
		return "Its measure is not known.";
	threshold = get_double(p + 4);
	/* written so that NaN fails */
	if (!(threshold > 0 && threshold <= 1))
		return "Its threshold is not above 0 and at most 1.";
	if ((uint8) p[0] == HDATA_WEIGHTED_QUERY_VERSION)
		return weighted_fault(p, len, sqlerrcode);
	return shingles_fault(p + SHINGLE_QUERY_HEADER, len - SHINGLE_QUERY_HEADER);
}

/* The canonical bytes of an idf, of the unit of a set */
static const char *
bytes_of_idf(Datum d, const ShingleSet *set, Size *len)
{
	const char *p;
	Idf			head;

	if (VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(d)))
		p = (const char *) state_flat(&idf_get(d)->state, len);
	else
	{
		struct varlena *v = PG_DETOAST_DATUM_PACKED(d);

		p = VARDATA_ANY(v);
		*len = VARSIZE_ANY_EXHDR(v);
	}
	/* version, unit, Unicode: no need to read them all */
	head.unit = (uint8) p[1];
	head.unicode = (uint8) p[2];
	idf_check_unit(&head, set);
	return p;
}

struct varlena *
shingle_query_make(QueryMeasure m, double threshold, struct varlena *set, Datum idf)
{
	Size		set_len = VARSIZE_ANY_EXHDR(set);
	Size		idf_len = 0;
	Size		header = idf ? WEIGHTED_QUERY_HEADER : SHINGLE_QUERY_HEADER;
	const char *idf_bytes = NULL;
	struct varlena *v;
	char	   *p;

	if (idf)
	{
		ShingleSet	s;

		shingle_set_open(set, &s);
		idf_bytes = bytes_of_idf(idf, &s, &idf_len);
	}
	if (VARHDRSZ + header + set_len + idf_len > MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("value of type %s is too large", "shingle_query"),
				 idf ? errhint("Freeze the document frequencies: freeze(idf).") : 0));
	v = palloc(VARHDRSZ + header + set_len + idf_len);
	p = VARDATA(v);
	SET_VARSIZE(v, VARHDRSZ + header + set_len + idf_len);
	p[0] = idf ? HDATA_WEIGHTED_QUERY_VERSION : HDATA_SHINGLE_QUERY_VERSION;
	p[1] = m;
	p[2] = p[3] = 0;
	put_double(p + 4, threshold);
	if (idf)
	{
		put_uint32(p + SHINGLE_QUERY_HEADER, (uint32) set_len);
		memcpy(p + header + set_len, idf_bytes, idf_len);
	}
	memcpy(p + header, VARDATA_ANY(set), set_len);
	return v;
}

void
shingle_query_open(struct varlena *v, ShingleQuery *q)
{
	const char *p = VARDATA_ANY(v);
	Size		len = VARSIZE_ANY_EXHDR(v);

	q->measure = (QueryMeasure) (uint8) p[1];
	q->threshold = get_double(p + 4);
	q->idf_bytes = NULL;
	q->idf_len = 0;
	q->idf = NULL;
	if ((uint8) p[0] == HDATA_WEIGHTED_QUERY_VERSION)
	{
		Size		set_len = get_uint32(p + SHINGLE_QUERY_HEADER);

		shingle_set_open_bytes(p + WEIGHTED_QUERY_HEADER, set_len, &q->set);
		q->idf_bytes = p + WEIGHTED_QUERY_HEADER + set_len;
		q->idf_len = len - WEIGHTED_QUERY_HEADER - set_len;
	}
	else
		shingle_set_open_bytes(p + SHINGLE_QUERY_HEADER, len - SHINGLE_QUERY_HEADER, &q->set);
}

void
shingle_query_decode(ShingleQuery *q, void **cache, MemoryContext parent)
{
	if (q->idf_bytes == NULL)
		return;
	if (*cache == NULL)
		*cache = MemoryContextAllocZero(parent, sizeof(IdfCache));
	q->idf = idf_of_bytes(*cache, parent, q->idf_bytes, q->idf_len);
}

/* ---- which rows ---- */

double
shingle_query_similarity(QueryMeasure m, double both, double row, double query)
{
	switch (m)
	{
		case QUERY_JACCARD:
			return set_similarity(MEASURE_JACCARD, both, row, query);
		case QUERY_DICE:
			return set_similarity(MEASURE_DICE, both, row, query);
		case QUERY_COSINE:
			return set_similarity(MEASURE_COSINE, both, row, query);
		case QUERY_OVERLAP:
			return set_similarity(MEASURE_OVERLAP, both, row, query);
		case QUERY_HELD:
			return set_similarity(MEASURE_CONTAINMENT, both, query, row);
		case QUERY_HOLDS:
			return set_similarity(MEASURE_CONTAINMENT, both, row, query);
	}
	return 0;
}

bool
shingle_query_matches(const ShingleQuery *q, const ShingleSet *row)
{
	int32		most = Min(q->set.n, row->n);

	if (most == 0)
		return false;
	if (q->idf)
	{
		Masses		m = idf_weigh(q->idf, row, &q->set);

		return shingle_query_similarity(q->measure, m.both, m.a, m.b) >= q->threshold;
	}
	/* sizes alone rule most rows out */
	if (shingle_query_similarity(q->measure, most, row->n, q->set.n) < q->threshold)
		return false;
	return shingle_query_similarity(q->measure, shingle_overlap(row, &q->set), row->n, q->set.n) >= q->threshold;
}

/* ---- what they must have in common ---- */

/*
 * No row with this many common shingles is better than one that has nothing
 * else: every measure falls, or stays, as the row grows.  And as both grow by
 * one, it rises or stays, rounding included, for each step of the calculation
 * is correctly rounded and so monotone.
 */
static int32
needed_shingles(const ShingleQuery *q)
{
	int32		low = 1,
				high = q->set.n;

	while (low < high)
	{
		int32		middle = low + (high - low) / 2;

		if (shingle_query_similarity(q->measure, middle, middle, q->set.n) >= q->threshold)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/*
 * With weights rounding is not monotone in the number of shingles: the bound
 * gives way by more than all sums can be off by.
 */
static double
needed_weight(const ShingleQuery *q, double all, double least)
{
	double		t = q->threshold;
	double		give = 1 - 1e-9 - 4 * DBL_EPSILON * q->set.n;

	switch (q->measure)
	{
		case QUERY_JACCARD:		/* the row weighs no less than what both have */
		case QUERY_HOLDS:
			return t * all * give;
		case QUERY_DICE:
			return t / (2 - t) * all * give;
		case QUERY_COSINE:
			return t * t * all * give;
		case QUERY_OVERLAP:		/* a row of one shingle may be in the query as a whole */
		case QUERY_HELD:
			break;
	}
	return least * give;
}

double
shingle_query_weights(const ShingleQuery *q, double *weight)
{
	double		all = 0,
				least = INFINITY;

	for (int32 i = 0; i < q->set.n; i++)
	{
		weight[i] = q->idf ? idf_weight(q->idf, idf_find(q->idf, shingle_at(&q->set, i))) : 1;
		all += weight[i];
		least = Min(least, weight[i]);
	}
	return q->idf ? needed_weight(q, all, least) : needed_shingles(q);
}

double
shingle_query_row_share(const ShingleQuery *q)
{
	/* an inverted formula may be off by some units in the last place */
	const double less = 1 - 1e-12;
	double		t = q->threshold;

	if (q->idf_bytes)
		return 0;
	switch (q->measure)
	{
		case QUERY_JACCARD:		/* both <= query, so both / row >= the measure */
		case QUERY_HELD:
			return t;
		case QUERY_DICE:		/* 2 both >= t (row + query) >= t (row + both) */
			return t / (2 - t) * less;
		case QUERY_COSINE:		/* both^2 >= t^2 row query >= t^2 row both */
			return t * t * less;
		case QUERY_OVERLAP:		/* a small query is in a row of any size */
		case QUERY_HOLDS:
			break;
	}
	return 0;
}

int32
shingle_share_count(double share, int32 n)
{
	int32		low = 1,
				high = Max(n, 1);

	while (low < high)
	{
		int32		middle = low + (high - low) / 2;

		if ((double) middle / n >= share)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

void
shingle_query_check_symmetric(const ShingleQuery *q)
{
	if (q->idf_bytes)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("operator @~~ cannot search by weights"),
				 errdetail("Bands find sets that have many shingles in common, whatever these weigh."),
				 errhint("Use @~, or a query without document frequencies.")));
	if (q->measure != QUERY_JACCARD && q->measure != QUERY_DICE && q->measure != QUERY_COSINE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("operator @~~ cannot search by overlap or containment"),
				 errdetail("Bands find sets of about the same size as the query's."),
				 errhint("Use @~, or the measure jaccard, dice or cosine.")));
}

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

#include "hdata.h"
#include "text/set_join.h"
#include "text/shingle_query.h"

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

const char *
shingle_query_fault(const char *p, Size len)
{
	double		threshold;

	if (len < SHINGLE_QUERY_HEADER)
		return "The value is truncated.";
	if ((uint8) p[0] != HDATA_SHINGLE_QUERY_VERSION)
		return "Its version is not known to this release of hdata.";
	if ((uint8) p[1] < QUERY_JACCARD || (uint8) p[1] > QUERY_HOLDS || p[2] != 0 || p[3] != 0)
		return "Its measure is not known.";
	threshold = get_double(p + 4);
	/* written so that NaN fails */
	if (!(threshold > 0 && threshold <= 1))
		return "Its threshold is not above 0 and at most 1.";
	return shingles_fault(p + SHINGLE_QUERY_HEADER, len - SHINGLE_QUERY_HEADER);
}

struct varlena *
shingle_query_make(QueryMeasure m, double threshold, struct varlena *set)
{
	Size		len = VARSIZE_ANY_EXHDR(set);
	struct varlena *v = palloc(VARHDRSZ + SHINGLE_QUERY_HEADER + len);
	char	   *p = VARDATA(v);

	SET_VARSIZE(v, VARHDRSZ + SHINGLE_QUERY_HEADER + len);
	p[0] = HDATA_SHINGLE_QUERY_VERSION;
	p[1] = m;
	p[2] = p[3] = 0;
	put_double(p + 4, threshold);
	memcpy(p + SHINGLE_QUERY_HEADER, VARDATA_ANY(set), len);
	return v;
}

void
shingle_query_open(struct varlena *v, ShingleQuery *q)
{
	const char *p = VARDATA_ANY(v);

	q->measure = (QueryMeasure) (uint8) p[1];
	q->threshold = get_double(p + 4);
	shingle_set_open_bytes(p + SHINGLE_QUERY_HEADER, VARSIZE_ANY_EXHDR(v) - SHINGLE_QUERY_HEADER, &q->set);
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
int32
shingle_query_needed(const ShingleQuery *q)
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

double
shingle_query_row_share(const ShingleQuery *q)
{
	/* an inverted formula may be off by some units in the last place */
	const double less = 1 - 1e-12;
	double		t = q->threshold;

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
	if (q->measure != QUERY_JACCARD && q->measure != QUERY_DICE && q->measure != QUERY_COSINE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("operator @~~ cannot search by overlap or containment"),
				 errdetail("Bands find sets of about the same size as the query's."),
				 errhint("Use @~, or the measure jaccard, dice or cosine.")));
}

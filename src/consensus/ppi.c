/*-------------------------------------------------------------------------
 *
 * ppi.c
 *	  The state type "ppi": summing, merging, and its byte format
 *	  (docs/storage.md).
 *
 * Version 1:
 *	  byte		version
 *	  byte		flags: 1, and 2 if audits have probabilities
 *	  varint	rows without a judgement; rows not audited; rows audited
 *	  8 + 8 bytes	the least and the largest value, big-endian with the sign
 *				turned, if there are rows with a value
 *	  sums		in the order of PpiSum, each as exactsum_encode() writes it
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/compat.h"
#include "common/dict.h"
#include "common/int.h"
#include "consensus/ppi.h"
#include "hdata.h"

static inline int
n_sums(const Ppi *p)
{
	return (p->flags & PPI_WEIGHTED) ? PPI_SUMS : PPI_PLAIN_SUMS;
}

static void
ppi_init(State *s)
{
	Ppi		   *p = (Ppi *) s;

	p->least = INFINITY;
	p->most = -INFINITY;
	for (int i = 0; i < PPI_SUMS; i++)
		shortsum_init(&p->sum[i]);
}

void
ppi_set_weighted(Ppi *p, bool weighted)
{
	uint8		flags = PPI_KNOWN | (weighted ? PPI_WEIGHTED : 0);

	if (likely(p->flags == flags))
		return;
	if (p->flags != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("audits with and without probabilities cannot be put together"),
				 errhint("Give the probability of audit in every row or in none.")));
	p->flags = flags;
}

static void
count_rows(Ppi *p, int64 *counter, int64 n)
{
	if (unlikely(pg_add_s64_overflow(p->total, n, &p->total)))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many rows in one value of type ppi")));
	*counter += n;
}

static inline void
see(Ppi *p, double v)
{
	/* -0 is 0 */
	v = v == 0 ? 0 : v;
	p->least = Min(p->least, v);
	p->most = Max(p->most, v);
}

void
ppi_skip(Ppi *p)
{
	count_rows(p, &p->n_skipped, 1);
}

void
ppi_add_rest(Ppi *p, double f)
{
	MemoryContext cx = p->state.cx;

	count_rows(p, &p->n_rest, 1);
	see(p, f);
	shortsum_add(&p->sum[REST_F], cx, f);
	shortsum_add_product(&p->sum[REST_FF], cx, f, f);
}

void
ppi_add_audited(Ppi *p, double f, double y)
{
	MemoryContext cx = p->state.cx;

	count_rows(p, &p->n_audited, 1);
	see(p, f);
	see(p, y);
	shortsum_add(&p->sum[AUDIT_F], cx, f);
	shortsum_add_product(&p->sum[AUDIT_FF], cx, f, f);
	shortsum_add(&p->sum[AUDIT_Y], cx, y);
	shortsum_add_product(&p->sum[AUDIT_YY], cx, y, y);
	shortsum_add_product(&p->sum[AUDIT_FY], cx, f, y);
}

/* x * y as the rounded product and its error */
static inline void
exact_product(double x, double y, double part[2])
{
	part[0] = x * y;
	part[1] = fma(x, y, -part[0]);
}

/* Adds (x[0] + x[1]) * (y[0] + y[1]) */
static void
add_products(ShortSum *s, MemoryContext cx, const double x[2], const double y[2])
{
	for (int i = 0; i < 2; i++)
		for (int j = 0; j < 2; j++)
			if (x[i] != 0 && y[j] != 0)
				shortsum_add_product(s, cx, x[i], y[j]);
}

/*
 * Products of three and four factors are exact, too: what is left of them by
 * centring can be a millionth of a millionth.
 */
void
ppi_add_weight(Ppi *p, double f, double y, double probability)
{
	MemoryContext cx = p->state.cx;
	const double w[2] = {1 / probability, 0};
	const double f1[2] = {f, 0};
	const double y1[2] = {y, 0};
	double		wf[2];
	double		wy[2];

	exact_product(w[0], f, wf);
	exact_product(w[0], y, wy);
	shortsum_add(&p->sum[W], cx, w[0]);
	add_products(&p->sum[W_F], cx, w, f1);
	add_products(&p->sum[W_Y], cx, w, y1);
	add_products(&p->sum[W_FF], cx, wf, f1);
	add_products(&p->sum[W_FY], cx, wf, y1);
	add_products(&p->sum[WW], cx, w, w);
	add_products(&p->sum[WW_F], cx, wf, w);
	add_products(&p->sum[WW_Y], cx, wy, w);
	add_products(&p->sum[WW_FF], cx, wf, wf);
	add_products(&p->sum[WW_YY], cx, wy, wy);
	add_products(&p->sum[WW_FY], cx, wf, wy);
}

/* ---- bytes ---- */

static void
put_value(WireWriter *w, double v)
{
	uint64		be = pg_hton64(dict_key_float8(v));

	wire_put_bytes(w, &be, sizeof(be));
}

static double
get_value(WireReader *w)
{
	uint64		be;
	double		v;

	memcpy(&be, wire_get_bytes(w, sizeof(be)), sizeof(be));
	v = dict_prefix_float8(pg_ntoh64(be));
	if (!(fabs(v) <= PPI_LARGEST) || dict_key_float8(v) != pg_ntoh64(be))
		wire_fail(w, "A value is out of range.");
	return v;
}

static void
ppi_encode(State *s, WireWriter *w)
{
	Ppi		   *p = (Ppi *) s;

	wire_put_byte(w, HDATA_PPI_VERSION);
	wire_put_byte(w, p->flags);
	wire_put_varint(w, p->n_skipped);
	wire_put_varint(w, p->n_rest);
	wire_put_varint(w, p->n_audited);
	if (p->n_rest + p->n_audited > 0)
	{
		put_value(w, p->least);
		put_value(w, p->most);
	}
	for (int i = 0; i < n_sums(p); i++)
		shortsum_encode(&p->sum[i], w);
}

static void
get_count(WireReader *w, Ppi *p, int64 *counter)
{
	uint64		n = wire_get_varint(w);

	if (n > (uint64) (PG_INT64_MAX - p->total))
		wire_fail(w, "A count is out of range.");
	*counter = (int64) n;
	p->total += *counter;
}

static void
ppi_decode(State *s, WireReader *w)
{
	Ppi		   *p = (Ppi *) s;

	if (wire_get_byte(w) != HDATA_PPI_VERSION)
		wire_fail(w, "Its version is not known to this release of hdata.");
	p->flags = wire_get_byte(w);
	if ((p->flags & ~PPI_WEIGHTED) != PPI_KNOWN)
		wire_fail(w, "Its flags are not known.");
	get_count(w, p, &p->n_skipped);
	get_count(w, p, &p->n_rest);
	get_count(w, p, &p->n_audited);
	if (p->total == 0)
		wire_fail(w, "There are no rows.");
	if (p->n_rest + p->n_audited > 0)
	{
		p->least = get_value(w);
		p->most = get_value(w);
		if (p->least > p->most)
			wire_fail(w, "The least value is larger than the largest.");
	}
	for (int i = 0; i < n_sums(p); i++)
	{
		bool		empty = i < AUDIT_F ? p->n_rest == 0 : p->n_audited == 0;
		double		v;

		shortsum_decode(&p->sum[i], s->cx, w);
		v = shortsum_value(&p->sum[i]);
		if (!isfinite(v) || (empty && v != 0))
			wire_fail(w, "A sum is out of range.");
	}
	if (wire_left(w) > 0)
		wire_fail(w, "There are bytes behind the end.");
}

static void
ppi_merge(State *d, State *s)
{
	Ppi		   *dst = (Ppi *) d;
	Ppi		   *src = (Ppi *) s;

	if (src->flags == 0)
		return;
	ppi_set_weighted(dst, (src->flags & PPI_WEIGHTED) != 0);
	state_changed(d);
	count_rows(dst, &dst->n_skipped, src->n_skipped);
	count_rows(dst, &dst->n_rest, src->n_rest);
	count_rows(dst, &dst->n_audited, src->n_audited);
	dst->least = Min(dst->least, src->least);
	dst->most = Max(dst->most, src->most);
	for (int i = 0; i < n_sums(dst); i++)
		shortsum_merge(&dst->sum[i], d->cx, &src->sum[i]);
}

const StateType ppi_type = {
	.name = "ppi",
	.size = sizeof(Ppi),
	.init = ppi_init,
	.encode = ppi_encode,
	.decode = ppi_decode,
	.merge = ppi_merge
};

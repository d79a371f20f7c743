/*-------------------------------------------------------------------------
 *
 * item_cross.c
 *	  Sums over the units that have two items, for each pair of items.
 *
 * Three ways to the same sums: of binary data that is not too sparse, as bits
 * that are counted; of a complete matrix, as products of its rows, some items
 * at a time; of anything else, item by item through the units that have it.
 * All of them go through units in canonical order.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/exactsum.h"
#include "common/interrupts.h"
#include "rubric/item_coverage.h"
#include "rubric/item_cross.h"

/* so many items are worked on in one walk over a complete matrix */
#define TILE 8

/* sums of so many units are put together to one: less rounding */
#define UNITS_A_PART 512

/* share of the variation that is nothing but rounding */
#define NO_VARIATION 1e-13

typedef enum CrossWay
{
	CROSS_BITS,
	CROSS_DENSE,
	CROSS_SPARSE
} CrossWay;

struct ItemCross
{
	const ScoreTable *t;
	CrossWay	way;
	bool		binary;
	bool		complete;
	int32	   *item_n;			/* [k] units with the item */
	double	   *mean;			/* [k] */

	/* CROSS_BITS: one bit a unit */
	Size		words;
	uint64	   *one;			/* [k * words] the unit's value is 1 */
	uint64	   *there;			/* the unit has the item; NULL if all have */

	/* CROSS_DENSE: values less their item's mean, and products of a tile */
	double	   *centred;
	double	   *squares;		/* [k] */
	double	   *tile;			/* [TILE * k] */
	double	   *part;
	int32		tile_start;

	/* CROSS_SPARSE: the observations of each item, by unit */
	int32	   *item_start;		/* [k + 1] */
	int32	   *item_unit;		/* [n_obs] */
	int32	   *item_obs;
	double	   *dev;			/* [n_obs] value less its item's mean */

	/* the row that is given out */
	double	   *sums;			/* [6 * k] */
	int32	   *met;			/* [k] */
	int32		n_met;
};

/* ---- making ---- */

static void
item_means(ItemCross *c)
{
	const ScoreTable *t = c->t;
	ExactSum   *s;
	bool	   *varies;

	if (c->binary)
	{
		for (int32 j = 0; j < t->n_obs; j++)
		{
			HD_CHECK_EVERY(j);
			c->mean[t->item[j]] += t->value[j];
			c->item_n[t->item[j]]++;
		}
		for (int32 i = 0; i < t->n_items; i++)
			c->mean[i] /= c->item_n[i];
		return;
	}
	s = array_alloc(t->n_items, sizeof(ExactSum));
	varies = array_alloc0(t->n_items, sizeof(bool));
	for (int32 i = 0; i < t->n_items; i++)
		exactsum_init(&s[i]);
	for (int32 j = 0; j < t->n_obs; j++)
	{
		int32		i = t->item[j];

		HD_CHECK_EVERY(j);
		exactsum_add(&s[i], t->value[j]);
		if (c->item_n[i]++ == 0)
			c->mean[i] = t->value[j];
		varies[i] |= t->value[j] != c->mean[i];
	}
	/* what does not vary must not by the rounding of its mean */
	for (int32 i = 0; i < t->n_items; i++)
		if (varies[i])
			c->mean[i] = exactsum_value(&s[i]) / c->item_n[i];
	pfree(s);
	pfree(varies);
}

static void
make_bits(ItemCross *c)
{
	const ScoreTable *t = c->t;

	c->one = array_alloc0(mul_size(c->words, t->n_items), sizeof(uint64));
	if (!c->complete)
		c->there = array_alloc0(mul_size(c->words, t->n_items), sizeof(uint64));
	for (int32 u = 0; u < t->n_units; u++)
	{
		uint64		bit = UINT64CONST(1) << (u & 63);

		HD_CHECK_EVERY(u);
		for (int32 j = t->start[u]; j < t->start[u + 1]; j++)
		{
			Size		w = c->words * t->item[j] + u / 64;

			if (t->value[j] != 0)
				c->one[w] |= bit;
			if (c->there)
				c->there[w] |= bit;
		}
	}
}

/* In the same steps as dense_tile(), so that equal items correlate with exactly 1 */
static void
make_squares(ItemCross *c)
{
	const ScoreTable *t = c->t;
	int32		k = t->n_items;

	c->squares = array_alloc0(k, sizeof(double));
	for (int32 from = 0; from < t->n_units; from += UNITS_A_PART)
	{
		int32		to = Min(from + UNITS_A_PART, t->n_units);

		CHECK_FOR_INTERRUPTS();
		memset(c->part, 0, sizeof(double) * k);
		for (int32 u = from; u < to; u++)
		{
			const double *d = c->centred + (Size) u * k;

			for (int32 j = 0; j < k; j++)
				c->part[j] += d[j] * d[j];
		}
		for (int32 j = 0; j < k; j++)
			c->squares[j] += c->part[j];
	}
}

static void
make_dense(ItemCross *c)
{
	const ScoreTable *t = c->t;
	int32		k = t->n_items;

	c->centred = array_alloc(t->n_obs, sizeof(double));
	for (int32 j = 0; j < t->n_obs; j++)
	{
		HD_CHECK_EVERY(j);
		c->centred[j] = t->value[j] - c->mean[t->item[j]];
	}
	c->tile = array_alloc(mul_size(TILE, k), sizeof(double));
	c->part = array_alloc(mul_size(TILE, k), sizeof(double));
	c->tile_start = -1;
	make_squares(c);
}

static void
make_sparse(ItemCross *c)
{
	const ScoreTable *t = c->t;
	int32	   *end = array_alloc(t->n_items, sizeof(int32));

	c->item_start = array_alloc0((Size) t->n_items + 1, sizeof(int32));
	c->item_unit = array_alloc(t->n_obs, sizeof(int32));
	c->item_obs = array_alloc(t->n_obs, sizeof(int32));
	c->dev = array_alloc(t->n_obs, sizeof(double));
	for (int32 i = 0; i < t->n_items; i++)
	{
		end[i] = c->item_start[i];
		c->item_start[i + 1] = c->item_start[i] + c->item_n[i];
	}
	for (int32 u = 0; u < t->n_units; u++)
	{
		HD_CHECK_EVERY(u);
		for (int32 j = t->start[u]; j < t->start[u + 1]; j++)
		{
			int32		i = t->item[j];

			c->item_unit[end[i]] = u;
			c->item_obs[end[i]++] = j;
			c->dev[j] = c->binary ? t->value[j] : t->value[j] - c->mean[i];
		}
	}
	pfree(end);
}

/*
 * Words of bits to look at, against pairs of values that there are.  Since a
 * pair of values in a sparse matrix costs more than four words, the bits never
 * take more memory than the values.
 */
static bool
bits_are_faster(const ItemCross *c)
{
	const ScoreTable *t = c->t;
	double		k = t->n_items;
	double		pairs = 0;

	for (int32 u = 0; u < t->n_units; u++)
	{
		double		n = t->start[u + 1] - t->start[u];

		pairs += n * n;
	}
	return k * k * c->words * (c->complete ? 1 : 4) <= pairs * 4;
}

ItemCross *
item_cross_make(const ScoreTable *t)
{
	ItemCross  *c = palloc0(sizeof(ItemCross));
	double		low,
				high;

	c->t = t;
	c->binary = value_range(t->value, t->n_obs, &low, &high);
	c->complete = t->n_obs == (int64) t->n_units * t->n_items;
	c->item_n = array_alloc0(t->n_items, sizeof(int32));
	c->mean = array_alloc0(t->n_items, sizeof(double));
	c->sums = array_alloc0(mul_size(6, t->n_items), sizeof(double));
	c->met = array_alloc(t->n_items, sizeof(int32));
	item_means(c);
	c->words = ((Size) t->n_units + 63) / 64;
	if (c->binary && bits_are_faster(c))
	{
		c->way = CROSS_BITS;
		make_bits(c);
	}
	else if (c->complete)
	{
		c->way = CROSS_DENSE;
		make_dense(c);
	}
	else
	{
		c->way = CROSS_SPARSE;
		make_sparse(c);
	}
	return c;
}

bool
item_cross_binary(const ItemCross *c)
{
	return c->binary;
}

int64
item_cross_n(const ItemCross *c, int32 i)
{
	return c->item_n[i];
}

double
item_cross_mean(const ItemCross *c, int32 i)
{
	return c->mean[i];
}

/* ---- bits ---- */

static double
count_common(const uint64 *a, const uint64 *b, Size words)
{
	int64		n = 0;

	for (Size w = 0; w < words; w++)
		n += __builtin_popcountll(a[w] & b[w]);
	return (double) n;
}

/* All items after i, or those of them that are met */
static void
list_met(ItemCross *c, int32 i, const double *n)
{
	c->n_met = 0;
	for (int32 j = i + 1; j < c->t->n_items; j++)
		if (n[j] > 0)
			c->met[c->n_met++] = j;
}

static void
bits_row(ItemCross *c, int32 i, double *s[6])
{
	int32		k = c->t->n_items;
	const uint64 *one = c->one + c->words * i;

	for (int32 j = i; j < k; j++)
	{
		const uint64 *other = c->one + c->words * j;

		CHECK_FOR_INTERRUPTS();
		s[5][j] = count_common(one, other, c->words);
		if (c->there)
		{
			const uint64 *there = c->there + c->words * i;
			const uint64 *other_there = c->there + c->words * j;

			s[0][j] = count_common(there, other_there, c->words);
			s[1][j] = count_common(one, other_there, c->words);
			s[2][j] = count_common(there, other, c->words);
		}
		else
		{
			/* the diagonal comes first: it counts the ones of item i */
			s[0][j] = c->t->n_units;
			s[1][j] = s[5][i];
			s[2][j] = rint(c->mean[j] * c->t->n_units);
		}
		s[3][j] = s[1][j];
		s[4][j] = s[2][j];
	}
	list_met(c, i, s[0]);
}

/* ---- a complete matrix ---- */

static void
dense_tile(ItemCross *c, int32 first)
{
	const ScoreTable *t = c->t;
	int32		k = t->n_items;
	int32		rows = Min(TILE, k - first);

	memset(c->tile, 0, sizeof(double) * TILE * k);
	for (int32 from = 0; from < t->n_units; from += UNITS_A_PART)
	{
		int32		to = Min(from + UNITS_A_PART, t->n_units);

		memset(c->part, 0, sizeof(double) * TILE * k);
		for (int32 u = from; u < to; u++)
		{
			const double *d = c->centred + (Size) u * k;

			for (int32 r = 0; r < rows; r++)
			{
				double		x = d[first + r];
				double	   *p = c->part + (Size) r * k;

				for (int32 j = first; j < k; j++)
					p[j] += x * d[j];
			}
		}
		CHECK_FOR_INTERRUPTS();
		for (Size j = 0; j < (Size) TILE * k; j++)
			c->tile[j] += c->part[j];
	}
	c->tile_start = first;
}

/*
 * Means are rounded, so that deviations do not quite add to nothing; what is
 * left is far below the rounding of the sums of squares.
 */
static void
dense_row(ItemCross *c, int32 i, double *s[6])
{
	int32		k = c->t->n_items;
	const double *ab;

	if (c->tile_start < 0 || i < c->tile_start || i >= c->tile_start + TILE)
		dense_tile(c, i - i % TILE);
	ab = c->tile + (Size) (i - c->tile_start) * k;
	for (int32 j = i; j < k; j++)
	{
		s[0][j] = c->t->n_units;
		s[1][j] = s[2][j] = 0;
		s[3][j] = c->squares[i];
		s[4][j] = c->squares[j];
		s[5][j] = ab[j];
	}
	list_met(c, i, s[0]);
}

/* ---- anything ---- */

/* What is not met stays 0: time is that of the pairs there are, not of all items */
static void
sparse_row(ItemCross *c, int32 i, double *s[6])
{
	const ScoreTable *t = c->t;

	for (int32 k = 0; k < c->n_met; k++)
		for (int q = 0; q < 6; q++)
			s[q][c->met[k]] = 0;
	for (int q = 0; q < 6; q++)
		s[q][i] = 0;
	c->n_met = 0;
	for (int32 p = c->item_start[i]; p < c->item_start[i + 1]; p++)
	{
		int32		end = t->start[c->item_unit[p] + 1];
		double		x = c->dev[c->item_obs[p]];

		CHECK_FOR_INTERRUPTS();
		for (int32 o = c->item_obs[p]; o < end; o++)
		{
			int32		j = t->item[o];
			double		y = c->dev[o];

			if (s[0][j] == 0 && j != i)
				c->met[c->n_met++] = j;
			s[0][j] += 1;
			s[1][j] += x;
			s[2][j] += y;
			s[3][j] += x * x;
			s[4][j] += y * y;
			s[5][j] += x * y;
		}
	}
	qsort(c->met, c->n_met, sizeof(int32), int32_ascending);
}

void
item_cross_row(ItemCross *c, int32 i, CrossRow *row)
{
	double	   *s[6];

	for (int q = 0; q < 6; q++)
		s[q] = c->sums + (Size) q * c->t->n_items;
	if (c->way == CROSS_BITS)
		bits_row(c, i, s);
	else if (c->way == CROSS_DENSE)
		dense_row(c, i, s);
	else
		sparse_row(c, i, s);
	row->n_met = c->n_met;
	row->met = c->met;
	row->n = s[0];
	row->a = s[1];
	row->b = s[2];
	row->aa = s[3];
	row->bb = s[4];
	row->ab = s[5];
}

double
cross_correlation(const CrossRow *r, int32 j)
{
	double		n = r->n[j];
	double		va,
				vb,
				cov;

	if (n < 2)
		return NAN;
	va = r->aa[j] - r->a[j] * r->a[j] / n;
	vb = r->bb[j] - r->b[j] * r->b[j] / n;
	if (va <= NO_VARIATION * r->aa[j] || vb <= NO_VARIATION * r->bb[j])
		return NAN;
	cov = r->ab[j] - r->a[j] * r->b[j] / n;
	return Max(-1, Min(1, cov / sqrt(va * vb)));
}

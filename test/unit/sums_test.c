/*-------------------------------------------------------------------------
 *
 * sums_test.c
 *	  Short sums against the superaccumulator, which is exact by construction,
 *	  and double-double quotients against 128-bit integers.
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/shortsum.h"
#include "utils/memutils.h"

/* A term that stays short, or one that leaves the 128 bits in some way */
static double
random_term(int kind)
{
	double		sign = rnd_int(2) ? 1 : -1;

	switch (kind == 0 ? rnd_int(5) : rnd_int(9))
	{
		case 0:
			return sign * rnd_int(100);
		case 1:
			return sign * rnd_unit();
		case 2:
			return sign * ldexp((double) (rnd() >> 11), -81 + rnd_int(40));
		case 3:
			return sign * (rnd_int(1000) / 10.0);
		case 4:
			return rnd_int(2) ? 0.0 : -0.0;
		case 5:
			return sign * ldexp(rnd_unit(), rnd_int(2000) - 1000);
		case 6:
			return sign * ldexp(1, 43 + rnd_int(3));
		case 7:
			return sign * ldexp(1, -82 - rnd_int(2));
		default:
			return sign * 0x1p-1074 * rnd_int(5);
	}
}

static bool
same_bits(double a, double b)
{
	return memcmp(&a, &b, sizeof(a)) == 0;
}

/* Everything that a short sum tells, against the exact one */
static void
compare(const ShortSum *s, const ExactSum *e, const char *what)
{
	uint8		bytes[HD_EXACT_MAX_BYTES];
	int			n = exactsum_encode(e, bytes);
	double		value = exactsum_value(e);
	ExactSum	rest = *e;
	ExactSum	whole;
	WireWriter	w;
	WireReader	r;
	ShortSum	back;
	Wide		wide = shortsum_wide(s);

	check(shortsum_value(s) == value, "%s: value %.17g, exact %.17g", what, shortsum_value(s), value);
	check(shortsum_sign(s) == (value > 0) - (value < 0), "%s: sign of %.17g", what, value);
	exactsum_add(&rest, -value);
	check(wide.high == value && wide.low == exactsum_value(&rest), "%s: %.17g + %.17g, exact %.17g + %.17g", what,
		  wide.high, wide.low, value, exactsum_value(&rest));
	shortsum_to_exact(s, &whole);
	check(exactsum_value(&whole) == value, "%s: as an exact sum", what);

	wire_begin(&w, NULL, "sum", 1 << 20);
	shortsum_encode(s, &w);
	check(w.len == (size_t) n && memcmp(w.data, bytes, n) == 0, "%s: bytes of %.17g", what, value);
	r = (WireReader) {w.data, w.data + w.len, "sum", 0};
	shortsum_decode(&back, NULL, &r);
	check(r.p == r.end && shortsum_value(&back) == value, "%s: read back", what);
	/* what fits into 128 bits is read into them */
	shortsum_subtract(&back, NULL, s);
	check(shortsum_sign(&back) == 0, "%s: less itself", what);
}

static void
test_sums(int kind)
{
	ShortSum	s[2] = {{0}};
	ExactSum	e[2];
	int			n = 1 + rnd_int(30);

	for (int k = 0; k < 2; k++)
	{
		exactsum_init(&e[k]);
		for (int i = 0; i < n; i++)
		{
			double		x = random_term(kind);

			if (rnd_int(3) == 0)
			{
				double		y = random_term(kind);

				if (!isfinite(x * y))
					continue;
				shortsum_add_product(&s[k], NULL, x, y);
				exactsum_add_product(&e[k], x, y);
			}
			else
			{
				shortsum_add(&s[k], NULL, x);
				exactsum_add(&e[k], x);
			}
		}
		compare(&s[k], &e[k], kind == 0 ? "short" : "any");
	}
	shortsum_merge(&s[0], NULL, &s[1]);
	exactsum_merge(&e[0], &e[1]);
	compare(&s[0], &e[0], "merged");
	/* twice taken away again */
	shortsum_subtract(&s[0], NULL, &s[1]);
	shortsum_subtract(&s[0], NULL, &s[1]);
	for (int i = 0; i < HD_EXACT_LIMBS; i++)
		e[1].limb[i] = -e[1].limb[i];
	exactsum_merge(&e[0], &e[1]);
	exactsum_merge(&e[0], &e[1]);
	compare(&s[0], &e[0], "subtracted");
}

/* Around the end of the 128 bits */
static void
test_edges(void)
{
	static const double edge[] = {0x1p44, -0x1p44, 0x1p45 - 0x1p-8, -0x1p45, 0x1.fffffffffffffp44, -0x1.fffffffffffffp44,
	0x1p-82, -0x1p-82, 0x1p-83, 65536, 65537, -65536.5, 0x1p1023, -0x1p1023};

	for (size_t i = 0; i < lengthof(edge); i++)
		for (size_t j = 0; j < lengthof(edge); j++)
			for (size_t k = 0; k < lengthof(edge); k++)
			{
				ShortSum	s = {0};
				ExactSum	e;
				double		term[] = {edge[i], edge[j], edge[k]};

				exactsum_init(&e);
				for (int t = 0; t < 3; t++)
				{
					shortsum_add(&s, NULL, term[t]);
					exactsum_add(&e, term[t]);
				}
				if (isfinite(exactsum_value(&e)))
					compare(&s, &e, "edge");
				stub_reset();
			}
}

/* a / b of whole numbers, correctly rounded: long double has 64 bits, so the remainder decides */
static void
test_quotients(void)
{
	for (int i = 0; i < 100000; i++)
	{
		int64		a = (int64) (rnd() >> (1 + rnd_int(50)));
		int64		b = (int64) (rnd() >> (1 + rnd_int(50))) + 1;
		Wide		wa = {(double) a, (double) (a - (int64) (double) a)};
		Wide		wb = {(double) b, (double) (b - (int64) (double) b)};
		Wide		q;
		double		got;
		int			exponent;
		int128		m;
		int128		scaled;

		/* a double of 2^63 does not fit back */
		if ((double) a >= 0x1p63 || (double) b >= 0x1p63)
			continue;
		q = wide_divide(wa, wb);
		got = q.high;
		if (a == 0)
		{
			check(got == 0, "0 / " INT64_FORMAT, b);
			continue;
		}
		/* got = m * 2^exponent with m of 53 bits: |a/b - got| <= 2^exponent / 2 */
		m = (int128) ldexp(frexp(got, &exponent), 53);
		exponent -= 53;
		/* 2 |a - got b| <= 2^exponent b, all times 2^-exponent or 2^exponent; numbers stay below 2^126 */
		if (exponent <= 0 && exponent >= -62)
		{
			scaled = 2 * (((int128) a << -exponent) - m * b);
			check((scaled < 0 ? -scaled : scaled) <= b, INT64_FORMAT " / " INT64_FORMAT " = %.17g", a, b, got);
			
		}
		check(fabs(q.low) <= ldexp(1, exponent) / 2, "normalised");
	}
	check(wide_divide(wide_of(91), wide_of(100)).high == 0.91, "91/100");
	check(wide_divide(wide_of(3337), wide_of(6930)).high == 3337.0 / 6930, "3337/6930");
	check(same_bits(wide_add((Wide) {1, 0x1p-60}, (Wide) {-1, 0}).high, 0x1p-60), "cancellation");
}

int
main(void)
{
	for (int i = 0; i < 20000; i++)
	{
		test_sums(i % 2);
		stub_reset();
	}
	test_edges();
	test_quotients();
	return summary("sums_test");
}

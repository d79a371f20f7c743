/*
 * Exact sums of 128 bits and wider against the superaccumulator that they
 * stand for, and dense matrices against their definitions.
 *
 * Whatever is done to a ShortSum is done to an ExactSum beside it: after every
 * step both have the same bytes, the same value and the same sign, in one step
 * and in parts that are merged, and the bytes come back from decoding.
 */
#include "unit.h"

#include <float.h>
#include <math.h>

#include "common/linalg.h"
#include "common/shortsum.h"

/* ---- terms ---- */

static double
of_bits(uint64 bits)
{
	double		x;

	memcpy(&x, &bits, sizeof(x));
	return x;
}

static double
signed_at_random(double x)
{
	return rnd_int(2) ? -x : x;
}

/* Any finite double, each exponent as likely as the others */
static double
any_double(void)
{
	double		x;

	do
		x = of_bits(rnd());
	while (!isfinite(x));
	return x;
}

/* What stands at the edges of the 128 bits: units of 2^-82, sums to 2^45 */
static double
edge_double(void)
{
	static const int exponent[] = {-1074, -1022, -136, -135, -134, -83, -82, -81, -30, -18, 0, 16, 17, 40, 43, 44, 45, 46, 90, 1023};
	double		x = ldexp(1, exponent[rnd_int(lengthof(exponent))]);

	if (rnd_int(2))
		x *= 1 + rnd_unit();
	if (rnd_int(4) == 0)
		x = nextafter(x, rnd_int(2) ? 0 : INFINITY);
	return isfinite(x) ? x : DBL_MAX;
}

static double
common_double(void)
{
	switch (rnd_int(4))
	{
		case 0:
			return rnd_int(131073) - 65536;
		case 1:
			return rnd_int(2000) / 1000.0;
		case 2:
			return rnd_unit();
		default:
			return rnd_int(2) ? 65536 : -65536;
	}
}

static double
term(int kind)
{
	return kind == 0 ? common_double() : signed_at_random(kind == 1 ? edge_double() :
														  kind == 2 && rnd_int(3) ? common_double() : any_double());
}

/* ---- one state and its double ---- */

typedef struct Pair
{
	ShortSum	s;
	ExactSum	e;
} Pair;

static void
pair_init(Pair *p)
{
	shortsum_init(&p->s);
	exactsum_init(&p->e);
}

static int
sign_of(double v)
{
	return (v > 0) - (v < 0);
}

static WireWriter
encoded(const ShortSum *s)
{
	WireWriter	w;

	wire_begin(&w, NULL, "sum", 1 << 20);
	shortsum_encode(s, &w);
	return w;
}

/* The two parts are the sum, but for what is far below the last digit of a double */
static void
check_wide(const Pair *p, const char *what)
{
	Wide		v = shortsum_wide(&p->s);
	ExactSum	rest = p->e;

	check(v.high == exactsum_value(&p->e), "%s: high part of %a is %a", what, exactsum_value(&p->e), v.high);
	if (!isfinite(v.high))
		return;
	exactsum_add(&rest, -v.high);
	check(v.low == exactsum_value(&rest), "%s: low part of %a is %a, not %a", what, v.high, v.low, exactsum_value(&rest));
}

static void
check_pair(const Pair *p, const char *what)
{
	uint8		bytes[HD_EXACT_MAX_BYTES];
	size_t		n = exactsum_encode(&p->e, bytes);
	WireWriter	w = encoded(&p->s);
	WireReader	r = {w.data, w.data + w.len, "sum", 1};
	double		v = exactsum_value(&p->e);
	ShortSum	back;
	ExactSum	exact;
	WireWriter	again;

	check(shortsum_value(&p->s) == v, "%s: value %a, not %a", what, shortsum_value(&p->s), v);
	check(shortsum_sign(&p->s) == sign_of(v), "%s: sign %d of %a", what, shortsum_sign(&p->s), v);
	check(w.len == n && memcmp(w.data, bytes, n) == 0, "%s: bytes of %a", what, v);
	shortsum_to_exact(&p->s, &exact);
	check(exactsum_encode(&exact, bytes) == (int) n && memcmp(w.data, bytes, n) == 0, "%s: %a as exact sum", what, v);
	check_wide(p, what);

	shortsum_decode(&back, NULL, &r);
	check(r.p == r.end, "%s: %a is read to the end", what, v);
	again = encoded(&back);
	check(again.len == w.len && memcmp(again.data, w.data, w.len) == 0, "%s: bytes of %a come back", what, v);
	check(shortsum_value(&back) == v, "%s: %a comes back as %a", what, v, shortsum_value(&back));
	/* a sum that was read adds and merges like the one that was written */
	shortsum_merge(&back, NULL, &p->s);
	exactsum_merge(&exact, &p->e);
	check(shortsum_value(&back) == exactsum_value(&exact), "%s: twice %a", what, v);
	shortsum_subtract(&back, NULL, &p->s);
	shortsum_subtract(&back, NULL, &p->s);
	check(shortsum_sign(&back) == 0 && shortsum_value(&back) == 0, "%s: %a less itself", what, v);
	again = encoded(&back);
	check(again.len == 1 && again.data[0] == 0, "%s: %a less itself is one byte", what, v);
}

static void
add_term(Pair *p, double x)
{
	shortsum_add(&p->s, NULL, x);
	exactsum_add(&p->e, x);
}

static void
add_product(Pair *p, double x, double y)
{
	shortsum_add_product(&p->s, NULL, x, y);
	exactsum_add_product(&p->e, x, y);
}

static void
merge(Pair *dst, const Pair *src)
{
	shortsum_merge(&dst->s, NULL, &src->s);
	exactsum_merge(&dst->e, &src->e);
}

static void
subtract(Pair *dst, const Pair *src)
{
	ExactSum	minus = src->e;

	for (int i = 0; i < HD_EXACT_LIMBS; i++)
		minus.limb[i] = -minus.limb[i];
	shortsum_subtract(&dst->s, NULL, &src->s);
	exactsum_merge(&dst->e, &minus);
}

/* ---- sums ---- */

static void
random_walk(int kind)
{
	Pair		part[3];

	for (int i = 0; i < 3; i++)
		pair_init(&part[i]);
	for (int step = rnd_int(30); step >= 0; step--)
	{
		Pair	   *p = &part[rnd_int(3)];
		Pair	   *q = &part[rnd_int(3)];

		switch (rnd_int(8))
		{
			case 0:
				if (p != q)
					merge(p, q);
				break;
			case 1:
				if (p != q)
					subtract(p, q);
				break;
			case 2:
				/* scores: no overflow */
				add_product(p, term(kind) * 0x1p-512, rnd_unit());
				break;
			default:
				add_term(p, term(kind));
		}
		check_pair(p, "random walk");
	}
	stub_reset();
}

/* One set of terms in three orders and in two parts */
static void
orders(int kind)
{
	double		x[20];
	int			n = 1 + rnd_int(20);
	Pair		forward,
				backward,
				part[2];
	WireWriter	a,
				b;

	pair_init(&forward);
	pair_init(&backward);
	pair_init(&part[0]);
	pair_init(&part[1]);
	for (int i = 0; i < n; i++)
		x[i] = term(kind);
	for (int i = 0; i < n; i++)
	{
		add_term(&forward, x[i]);
		add_term(&backward, x[n - 1 - i]);
		add_term(&part[rnd_int(2)], x[i]);
	}
	merge(&part[0], &part[1]);
	a = encoded(&forward.s);
	b = encoded(&backward.s);
	check(a.len == b.len && memcmp(a.data, b.data, a.len) == 0, "the same terms backwards");
	b = encoded(&part[0].s);
	check(a.len == b.len && memcmp(a.data, b.data, a.len) == 0, "the same terms in two parts");
	stub_reset();
}

/* Through the end of the 128 bits, on either side, and back */
static void
overflows(void)
{
	for (int side = -1; side <= 1; side += 2)
	{
		Pair		p,
					q;

		pair_init(&p);
		for (int i = 0; i < 5; i++)
		{
			add_term(&p, side * 0x1p44);
			check_pair(&p, "steps of 2^44");
		}
		for (int i = 0; i < 10; i++)
		{
			add_term(&p, -side * 0x1p44);
			check_pair(&p, "steps back");
		}

		/* to the very last unit: 2^45 - 2^-82, and one more; a term of 2^44 itself would not fit */
		pair_init(&p);
		add_term(&p, side * 0x1p43);
		for (int i = 43; i >= -82; i--)
			add_term(&p, side * ldexp(1, i));
		add_term(&p, side * 0x1p43);
		check_pair(&p, "all ones");
		check(p.s.wide == NULL, "all ones fit into 128 bits");
		q = p;
		add_term(&p, side * 0x1p-82);
		check_pair(&p, "all ones and one");
		check((p.s.wide == NULL) == (side < 0), "the least number fits, the greatest and one does not");
		add_term(&p, side * 0x1p-82);
		check_pair(&p, "all ones and two");

		/* the least number itself: it has no negative */
		if (side < 0)
		{
			Pair		zero;

			pair_init(&zero);
			add_term(&q, -0x1p-82);
			subtract(&zero, &q);
			check_pair(&zero, "less the least number");
			merge(&zero, &q);
			check_pair(&zero, "and the least number again");
		}
	}
	/* whole numbers by the quick way until they overflow */
	for (int side = -1; side <= 1; side += 2)
	{
		Pair		p;
		Pair		big;

		pair_init(&p);
		pair_init(&big);
		for (int i = 0; i < 3; i++)
			add_term(&big, side * 0x1p43);
		merge(&p, &big);
		add_term(&p, side * (0x1p43 - 65536));
		for (int i = 0; i < 4; i++)
		{
			add_term(&p, side * 65536);
			check_pair(&p, "65536 at the end");
			add_term(&p, side * 0x1p-82);
			check_pair(&p, "a unit at the end");
		}
	}
	stub_reset();
}

static void
zeros(void)
{
	static const double x[] = {0.0, -0.0, 5e-324, -5e-324, 0x1p-82, 0x1p-83, 0x1p-134, DBL_MAX, DBL_MIN};

	for (size_t i = 0; i < lengthof(x); i++)
	{
		Pair		p;

		pair_init(&p);
		add_term(&p, x[i]);
		check_pair(&p, "one term");
		add_term(&p, -x[i]);
		check_pair(&p, "one term and back");
		check(!signbit(shortsum_value(&p.s)), "zero has no sign");
	}
	stub_reset();
}

/* Whatever is accepted is what would be written */
static void
hostile_bytes(void)
{
	for (int i = 0; i < 200000; i++)
	{
		uint8		bytes[HD_EXACT_MAX_BYTES + 8];
		size_t		n;
		WireReader	r = {bytes, NULL, "sum", 1};
		ShortSum	s;

		if (rnd_int(2))
		{
			/* a sum with some bits turned over */
			Pair		p;
			WireWriter	w;

			pair_init(&p);
			for (int k = rnd_int(4); k >= 0; k--)
				add_term(&p, term(rnd_int(3)));
			w = encoded(&p.s);
			n = w.len;
			memcpy(bytes, w.data, n);
			for (int k = rnd_int(3); k > 0; k--)
				bytes[rnd_int((int) n)] ^= 1 << rnd_int(8);
		}
		else
		{
			n = rnd_int(24);
			for (size_t k = 0; k < n; k++)
				bytes[k] = (uint8) (rnd_int(3) ? rnd_int(4) : rnd_int(256));
			if (n > 2 && rnd_int(2))
				bytes[1] = 28 + rnd_int(10);
		}
		r.end = bytes + n;
		stub_expecting = true;
		if (setjmp(stub_jump) == 0)
		{
			WireWriter	w;

			shortsum_decode(&s, NULL, &r);
			w = encoded(&s);
			check(w.len == (size_t) (r.p - bytes) && memcmp(w.data, bytes, w.len) == 0, "what was read is canonical");
		}
		stub_expecting = false;
		stub_reset();
	}
}

/* ---- matrices ---- */

/* n x n, positive definite: B B' of an n x m matrix, m >= n */
static double *
random_definite(int n)
{
	int			m = n + 3;
	double	   *b = palloc(sizeof(double) * n * m);
	double	   *a = palloc(sizeof(double) * n * n);

	for (int i = 0; i < n * m; i++)
		b[i] = rnd_unit() - 0.5;
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
		{
			double		s = 0;

			for (int k = 0; k < m; k++)
				s += b[i * m + k] * b[j * m + k];
			a[i * n + j] = s;
		}
	return a;
}

static double *
copy_of(const double *a, int n)
{
	return memcpy(palloc(sizeof(double) * n * n), a, sizeof(double) * n * n);
}

/* largest element of x y - (1 where the same) */
static double
from_identity(const double *x, const double *y, int n)
{
	double		most = 0;

	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
		{
			long double s = i == j ? -1 : 0;

			for (int k = 0; k < n; k++)
				s += (long double) x[i * n + k] * y[k * n + j];
			most = fmax(most, (double) fabsl(s));
		}
	return most;
}

static void
cholesky(int n)
{
	double	   *a = random_definite(n);
	double	   *l = copy_of(a, n);
	double	   *inverse = palloc(sizeof(double) * n * n);
	double	   *x = palloc(sizeof(double) * n);
	double	   *b = palloc0(sizeof(double) * n);
	double	   *got = palloc(sizeof(double) * n);
	double		most = 0;

	/* the upper triangle is not looked at */
	for (int i = 0; i < n; i++)
		for (int j = i + 1; j < n; j++)
			l[i * n + j] = NAN;
	if (!check(hd_cholesky(l, n, 1e-13), "a matrix of order %d is positive definite", n))
		return;
	for (int i = 0; i < n; i++)
		for (int j = 0; j <= i; j++)
		{
			long double s = 0;

			for (int k = 0; k <= j; k++)
				s += (long double) l[i * n + k] * l[j * n + k];
			most = fmax(most, fabs((double) s - a[i * n + j]));
		}
	check(most < 1e-13 * n, "L L' of order %d is off by %g", n, most);
	for (int i = 0; i < n; i++)
		x[i] = rnd_unit() - 0.5;
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
			b[i] += a[i * n + j] * x[j];
	hd_cholesky_solve(l, n, b, got);
	/* in place */
	hd_cholesky_solve(l, n, b, b);
	most = 0;
	for (int i = 0; i < n; i++)
	{
		most = fmax(most, fabs(got[i] - x[i]));
		check(got[i] == b[i], "the solution may stand in the place of the right side");
	}
	check(most < 1e-8, "solution of order %d is off by %g", n, most);
	hd_cholesky_inverse(l, n, inverse);
	check(from_identity(a, inverse, n) < 1e-8, "inverse of order %d is off by %g", n, from_identity(a, inverse, n));
	for (int i = 0; i < n; i++)
		for (int j = 0; j < i; j++)
			check(inverse[i * n + j] == inverse[j * n + i], "the inverse is symmetric");
}

static void
not_definite(void)
{
	double		singular[] = {1, 2, 2, 4};
	double		negative[] = {1, 2, 2, 1};
	double		zero[] = {0, 0, 0, 0};
	double		nan[] = {1, 0, NAN, 1};

	check(!hd_cholesky(singular, 2, 1e-13), "a singular matrix");
	check(!hd_cholesky(negative, 2, 0), "an indefinite matrix");
	check(!hd_cholesky(zero, 2, 0), "no matrix at all");
	check(!hd_cholesky(nan, 2, 0), "a matrix with a NaN");
	check(hd_cholesky(nan, 0, 0), "a matrix of order 0");
}

static void
eigen(int n, const double *a)
{
	double	   *value = palloc(sizeof(double) * n);
	double	   *other = palloc(sizeof(double) * n);
	double	   *vector = palloc(sizeof(double) * n * n);
	double	   *transposed = palloc(sizeof(double) * n * n);
	double		most = 0;
	double		trace = 0;
	double		scale = 0;

	for (int i = 0; i < n * n; i++)
		scale = fmax(scale, fabs(a[i]));
	hd_symmetric_eigen(copy_of(a, n), n, value, vector);
	hd_symmetric_eigen(copy_of(a, n), n, other, NULL);
	for (int i = 0; i < n; i++)
	{
		double		sum = 0;

		trace += value[i] - a[i * n + i];
		check(value[i] == other[i], "values are the same without vectors");
		check(i == 0 || value[i] <= value[i - 1], "values of order %d descend", n);
		for (int j = 0; j < n; j++)
		{
			long double s = -(long double) value[i] * vector[i * n + j];

			for (int k = 0; k < n; k++)
				s += (long double) a[j * n + k] * vector[i * n + k];
			most = fmax(most, (double) fabsl(s));
			transposed[j * n + i] = vector[i * n + j];
			sum += vector[i * n + j];
		}
		check(sum >= 0, "the sign of a vector");
	}
	check(fabs(trace) <= 1e-12 * scale * n, "values of order %d sum to the trace but for %g", n, trace);
	check(most <= 1e-12 * scale * n, "A v - value v of order %d is %g", n, most);
	check(from_identity(vector, transposed, n) < 1e-12 * n, "vectors of order %d are orthonormal", n);
}

static void
matrices(void)
{
	double		ones[36];
	double		diagonal[16] = {3, 0, 0, 0, 0, -2, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0};
	double		far[4] = {1e150, 1e-150, 1e-150, -1e-150};

	for (int round = 0; round < 60; round++)
	{
		int			n = 1 + rnd_int(round < 50 ? 20 : 90);
		double	   *a;

		cholesky(n);
		a = random_definite(n);
		if (rnd_int(2))
			for (int i = 0; i < n; i++)
				for (int j = 0; j <= i; j++)
					a[i * n + j] = a[j * n + i] = rnd_int(3) ? signed_at_random(rnd_unit()) : 0;
		eigen(n, a);
		stub_reset();
	}
	for (int i = 0; i < 36; i++)
		ones[i] = 1;
	eigen(6, ones);				/* five values of zero */
	eigen(4, diagonal);			/* nothing to turn, two values the same */
	eigen(2, far);
	not_definite();
	stub_reset();
}

int
main(void)
{
	zeros();
	overflows();
	for (int kind = 0; kind < 4; kind++)
		for (int i = 0; i < 3000; i++)
		{
			random_walk(kind);
			orders(kind);
		}
	hostile_bytes();
	matrices();
	return summary("shortsum_test");
}

/*-------------------------------------------------------------------------
 *
 * common_test.c
 *	  Unit tests of the numeric part of src/common, without a server.
 *
 *	  cc -std=c11 -O2 -ffp-contract=off -Wall -Wextra -Isrc \
 *		  test/unit/common_test.c src/common/stats.c src/common/tails.c src/common/exactsum.c \
 *		  src/common/rng.c -lm && ./a.out
 *
 * With the argument "-t" it prints the cost of exactsum_add as well.
 *
 * Exact sums are compared with a plain big integer written here: 2300 bits in
 * two's complement, terms added bit field by bit field, rounding by looking
 * at single bits, and by no idea that exactsum.c shares.
 *
 *-------------------------------------------------------------------------
 */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/exactsum.h"
#include "common/rng.h"
#include "common/stats.h"

#define lengthof(a) ((int) (sizeof(a) / sizeof((a)[0])))

static int	tests = 0;
static int	failures = 0;

static void
ok(bool passed, const char *name)
{
	tests++;
	if (!passed)
		failures++;
	printf("%sok %d - %s\n", passed ? "" : "not ", tests, name);
}

/* ------------------------------------------------------------------------
 * Distribution functions against reference values
 * ------------------------------------------------------------------------
 */

typedef enum Function
{
	NORM_CDF, NORM_SF, NORM_QUANTILE, GAMMA_P, GAMMA_Q,
	CHISQ_CDF, CHISQ_SF, CHISQ_QUANTILE, BETA_CDF, BETA_SF, BETA_QUANTILE,
	T_CDF, T_SF, T_QUANTILE, F_CDF, F_SF, F_QUANTILE,
	BINOM_CDF, BINOM_SF, HYPER_CDF,
	CLOPPER_LOW, CLOPPER_HIGH, WILSON_LOW, WILSON_HIGH,
	FUNCTION_COUNT
} Function;

static const char *const function_name[FUNCTION_COUNT] = {
	"norm_cdf", "norm_sf", "norm_quantile", "gamma_p", "gamma_q",
	"chisq_cdf", "chisq_sf", "chisq_quantile", "beta_cdf", "beta_sf", "beta_quantile",
	"t_cdf", "t_sf", "t_quantile", "f_cdf", "f_sf", "f_quantile",
	"binom_cdf", "binom_sf", "hyper_cdf",
	"clopper_pearson low", "clopper_pearson high", "wilson low", "wilson high"
};

typedef struct Golden
{
	Function	function;
	double		arg[4];
	double		expected;
} Golden;

#include "common_golden.h"

/* Relative error allowed; the test names tell what is observed. */
#define TOLERANCE 1e-12

static double
evaluate(Function function, const double *a)
{
	double		low;
	double		high;

	switch (function)
	{
		case NORM_CDF:
			return hd_norm_cdf(a[0]);
		case NORM_SF:
			return hd_norm_sf(a[0]);
		case NORM_QUANTILE:
			return hd_norm_quantile(a[0]);
		case GAMMA_P:
			return hd_gamma_p(a[0], a[1]);
		case GAMMA_Q:
			return hd_gamma_q(a[0], a[1]);
		case CHISQ_CDF:
			return hd_chisq_cdf(a[0], a[1]);
		case CHISQ_SF:
			return hd_chisq_sf(a[0], a[1]);
		case CHISQ_QUANTILE:
			return hd_chisq_quantile(a[0], a[1]);
		case BETA_CDF:
			return hd_beta_cdf(a[0], a[1], a[2]);
		case BETA_SF:
			return hd_beta_sf(a[0], a[1], a[2]);
		case BETA_QUANTILE:
			return hd_beta_quantile(a[0], a[1], a[2]);
		case T_CDF:
			return hd_t_cdf(a[0], a[1]);
		case T_SF:
			return hd_t_sf(a[0], a[1]);
		case T_QUANTILE:
			return hd_t_quantile(a[0], a[1]);
		case F_CDF:
			return hd_f_cdf(a[0], a[1], a[2]);
		case F_SF:
			return hd_f_sf(a[0], a[1], a[2]);
		case F_QUANTILE:
			return hd_f_quantile(a[0], a[1], a[2]);
		case BINOM_CDF:
			return hd_binom_cdf(a[0], a[1], a[2]);
		case BINOM_SF:
			return hd_binom_sf(a[0], a[1], a[2]);
		case HYPER_CDF:
			return hd_hyper_cdf(a[0], a[1], a[2], a[3]);
		case CLOPPER_LOW:
		case CLOPPER_HIGH:
			hd_clopper_pearson(a[0], a[1], a[2], &low, &high);
			return function == CLOPPER_LOW ? low : high;
		case WILSON_LOW:
		case WILSON_HIGH:
			hd_wilson(a[0], a[1], a[2], &low, &high);
			return function == WILSON_LOW ? low : high;
		case FUNCTION_COUNT:
			break;
	}
	return NAN;
}

static void
test_golden(void)
{
	for (int f = 0; f < FUNCTION_COUNT; f++)
	{
		double		worst = 0.0;
		int			count = 0;
		bool		passed = true;
		char		name[128];

		for (int i = 0; i < lengthof(golden); i++)
		{
			const Golden *g = &golden[i];
			double		value;
			double		error;

			if ((int) g->function != f)
				continue;
			count++;
			value = evaluate(g->function, g->arg);
			error = fabs(value - g->expected);
			if (error > 0.0 && g->expected != 0.0)
				error /= fabs(g->expected);
			if (!(error <= TOLERANCE))
			{
				passed = false;
				printf("# %s(%.17g, %.17g, %.17g, %.17g) = %.17g, expected %.17g\n",
					   function_name[f], g->arg[0], g->arg[1], g->arg[2], g->arg[3],
					   value, g->expected);
			}
			worst = fmax(worst, error);
		}
		snprintf(name, sizeof(name), "%s: %d reference values, largest relative error %.1e",
				 function_name[f], count, worst);
		ok(passed && count > 0, name);
	}
}

static void
test_undefined(void)
{
	static const Golden undefined[] = {
		{NORM_CDF, {NAN}, 0}, {NORM_QUANTILE, {-0.1}, 0}, {NORM_QUANTILE, {1.1}, 0},
		{NORM_QUANTILE, {NAN}, 0}, {GAMMA_P, {0, 1}, 0}, {GAMMA_P, {-1, 1}, 0},
		{GAMMA_Q, {INFINITY, 1}, 0}, {GAMMA_Q, {1, NAN}, 0}, {CHISQ_SF, {1, 0}, 0},
		{CHISQ_QUANTILE, {0.5, 0}, 0}, {CHISQ_QUANTILE, {NAN, 1}, 0},
		{CHISQ_QUANTILE, {0.5, INFINITY}, 0}, {BETA_CDF, {0.5, 0, 1}, 0},
		{BETA_CDF, {0.5, 1, INFINITY}, 0}, {BETA_SF, {NAN, 1, 1}, 0},
		{BETA_QUANTILE, {2, 1, 1}, 0}, {BETA_QUANTILE, {0.5, 1, -1}, 0},
		{BETA_QUANTILE, {0.5, NAN, 1}, 0}, {T_CDF, {1, 0}, 0}, {T_CDF, {NAN, 1}, 0},
		{T_SF, {1, NAN}, 0}, {T_QUANTILE, {0.5, -1}, 0}, {T_QUANTILE, {-1, 5}, 0},
		{F_CDF, {1, 0, 1}, 0}, {F_SF, {1, INFINITY, INFINITY}, 0},
		{F_QUANTILE, {0.5, 1, NAN}, 0}, {F_QUANTILE, {1.5, 1, 1}, 0},
		{BINOM_CDF, {1, 2.5, 0.5}, 0}, {BINOM_CDF, {1, 2, 1.5}, 0}, {BINOM_SF, {1, -1, 0.5}, 0},
		{BINOM_SF, {NAN, 2, 0.5}, 0}, {HYPER_CDF, {1, 10, 11, 3}, 0},
		{HYPER_CDF, {1, 10, 5, 11}, 0}, {HYPER_CDF, {1, 10, 2.5, 3}, 0},
		{HYPER_CDF, {1, 1e13, 5, 3}, 0}, {HYPER_CDF, {NAN, 10, 5, 3}, 0},
		{CLOPPER_LOW, {-1, 10, 0.95}, 0}, {CLOPPER_HIGH, {11, 10, 0.95}, 0},
		{CLOPPER_LOW, {0, 0, 0.95}, 0}, {CLOPPER_HIGH, {1, 10, 1}, 0},
		{WILSON_LOW, {1, 10, 0}, 0}, {WILSON_HIGH, {1, NAN, 0.95}, 0}
	};
	static const Golden edges[] = {
		{NORM_CDF, {-INFINITY}, 0}, {NORM_SF, {-INFINITY}, 1},
		{NORM_QUANTILE, {0}, -INFINITY}, {NORM_QUANTILE, {1}, INFINITY},
		{NORM_QUANTILE, {0.5}, 0}, {GAMMA_P, {2, -1}, 0}, {GAMMA_Q, {2, INFINITY}, 0},
		{CHISQ_QUANTILE, {0, 3}, 0}, {CHISQ_QUANTILE, {1, 3}, INFINITY},
		{BETA_CDF, {-1, 2, 3}, 0}, {BETA_CDF, {1, 2, 3}, 1}, {BETA_SF, {0, 2, 3}, 1},
		{BETA_QUANTILE, {0, 2, 3}, 0}, {BETA_QUANTILE, {1, 2, 3}, 1},
		{T_CDF, {0, 3.5}, 0.5}, {T_CDF, {INFINITY, 3}, 1}, {T_SF, {INFINITY, 3}, 0},
		{T_QUANTILE, {0.5, 7}, 0}, {T_QUANTILE, {0, 7}, -INFINITY},
		{T_QUANTILE, {1, 1}, INFINITY},
		{F_CDF, {0, 2, 3}, 0}, {F_SF, {INFINITY, 2, 3}, 0}, {F_QUANTILE, {1, 2, 3}, INFINITY},
		{BINOM_CDF, {-1, 5, 0.5}, 0}, {BINOM_CDF, {5, 5, 0.5}, 1}, {BINOM_SF, {2, 5, 1}, 1},
		{BINOM_CDF, {2.9, 5, 0}, 1}, {BINOM_CDF, {0, 0, 0.5}, 1}, {HYPER_CDF, {-1, 10, 5, 3}, 0},
		{HYPER_CDF, {2, 10, 9, 4}, 0}, {HYPER_CDF, {3, 10, 5, 3}, 1}, {HYPER_CDF, {0, 0, 0, 0}, 1},
		{CLOPPER_LOW, {0, 10, 0.95}, 0}, {CLOPPER_HIGH, {10, 10, 0.95}, 1},
		{WILSON_LOW, {0, 10, 0.95}, 0}, {WILSON_HIGH, {10, 10, 0.95}, 1}
	};
	bool		passed = true;

	for (int i = 0; i < lengthof(undefined); i++)
		passed = passed && isnan(evaluate(undefined[i].function, undefined[i].arg));
	ok(passed, "undefined arguments give NaN");

	passed = true;
	for (int i = 0; i < lengthof(edges); i++)
	{
		/* = and not a tolerance; the two infinities included */
		bool		same = evaluate(edges[i].function, edges[i].arg) == edges[i].expected;

		if (!same)
			printf("# %s at edge %d\n", function_name[edges[i].function], i);
		passed = passed && same;
	}
	ok(passed, "edges of the support are exact");
}

/* Log-uniform parameter from 0.1 to 10^10 */
static double
random_parameter(HdRng *r)
{
	return pow(10.0, 11.0 * hd_rng_double(r) - 1.0);
}

/*
 * A quantile brings the probability back.  What it may miss is the rounding
 * of the quantile itself: x (1 + eps) moves the log probability by at most
 * eps times its derivative, taken here as a difference quotient.
 */
static void
test_round_trip(void)
{
	HdRng		r;
	bool		passed = true;

	hd_rng_seed(&r, 1);
	for (int i = 0; i < 20000; i++)
	{
		double		a = random_parameter(&r);
		double		b = random_parameter(&r);
		double		p = hd_rng_double(&r) * pow(10.0, -20.0 * hd_rng_double(&r));
		double		x = hd_beta_quantile(p, a, b);
		double		f = hd_f_quantile(p, a, b);
		double		c = hd_chisq_quantile(p, a);
		double		slack;

		if (isnan(x) || isnan(f) || isnan(c))
			passed = false;
		if (x > 1e-300 && x < 0.5)
		{
			slack = fabs(hd_beta_cdf(x * (1 + 4e-15), a, b) - hd_beta_cdf(x * (1 - 4e-15), a, b));
			passed = passed && fabs(hd_beta_cdf(x, a, b) - p) <= slack + 1e-12 * p;
		}
		if (f > 1e-300 && f < 1e300)
		{
			slack = fabs(hd_f_cdf(f * (1 + 4e-15), a, b) - hd_f_cdf(f * (1 - 4e-15), a, b));
			passed = passed && fabs(hd_f_cdf(f, a, b) - p) <= slack + 1e-12 * p;
		}
		if (c > 1e-300)
		{
			slack = fabs(hd_chisq_cdf(c * (1 + 4e-15), a) - hd_chisq_cdf(c * (1 - 4e-15), a));
			passed = passed && fabs(hd_chisq_cdf(c, a) - p) <= slack + 1e-12 * p;
		}
		if (!passed)
		{
			printf("# p %.17g a %.17g b %.17g: x %.17g f %.17g c %.17g\n", p, a, b, x, f, c);
			break;
		}
	}
	ok(passed, "quantiles of beta, F and chi-squared invert 20000 random tails");
}

/* Any double at all as argument: no hang, no value outside [0, 1]. */
static void
test_hostile(void)
{
	HdRng		r;
	bool		passed = true;

	hd_rng_seed(&r, 2);
	for (int i = 0; i < 100000; i++)
	{
		double		arg[4];
		double		value;
		Function	f = (Function) hd_rng_below(&r, FUNCTION_COUNT);
		bool		probability = strstr(function_name[f], "quantile") == NULL;

		for (int j = 0; j < 4; j++)
		{
			uint64_t	bits = hd_rng_next(&r);

			memcpy(&arg[j], &bits, sizeof(bits));
			if (hd_rng_below(&r, 3) == 0)
				arg[j] = hd_rng_double(&r);
			else if (hd_rng_below(&r, 2) == 0)
				arg[j] = floor(random_parameter(&r));
			else if (hd_rng_below(&r, 8) != 0)
				arg[j] = fabs(arg[j]);
		}
		value = evaluate(f, arg);
		if (probability && !isnan(value) && !(value >= 0.0 && value <= 1.0))
		{
			printf("# %s(%.17g, %.17g, %.17g, %.17g) = %.17g\n", function_name[f],
				   arg[0], arg[1], arg[2], arg[3], value);
			passed = false;
		}
	}
	ok(passed, "100000 calls with any doubles end, with a probability or NaN");
}

/* ------------------------------------------------------------------------
 * A big integer as reference for exact sums, in units of 2^-2148, so that
 * products of denormals are whole as well
 * ------------------------------------------------------------------------
 */

#define BIG_WORDS 110
#define BIG_UNIT 2148
#define BIG_BITS (32 * BIG_WORDS)

typedef struct Big
{
	uint32_t	word[BIG_WORDS];
} Big;

/* Add or subtract value * 2^bit */
static void
big_add(Big *b, uint64_t value, int bit, bool subtract)
{
	unsigned int carry = 0;

	for (int i = 0; i < BIG_WORDS; i++)
	{
		int			from = 32 * i - bit;	/* first bit of value for this word */
		uint32_t	part = 0;
		uint64_t	sum;

		if (from >= 0 && from < 64)
			part = (uint32_t) (value >> from);
		else if (from < 0 && from > -32)
			part = (uint32_t) (value << -from);
		if (subtract)
		{
			sum = (uint64_t) b->word[i] - part - carry;
			carry = (sum >> 32) != 0;
		}
		else
		{
			sum = (uint64_t) b->word[i] + part + carry;
			carry = (unsigned int) (sum >> 32);
		}
		b->word[i] = (uint32_t) sum;
	}
}

static void
big_add_double(Big *b, double x)
{
	int			e;
	double		m = frexp(fabs(x), &e);

	if (x != 0.0)
		big_add(b, (uint64_t) ldexp(m, 64), e - 64 + BIG_UNIT, x < 0.0);
}

/* mantissas of 53 bits: four products of halves, each below 2^54 */
static void
big_add_product(Big *b, double x, double y)
{
	int			ex;
	int			ey;
	uint64_t	mx = (uint64_t) ldexp(frexp(fabs(x), &ex), 53);
	uint64_t	my = (uint64_t) ldexp(frexp(fabs(y), &ey), 53);
	int			bit = ex + ey - 106 + BIG_UNIT;
	bool		minus = (x < 0.0) != (y < 0.0);
	uint64_t	low = (UINT64_C(1) << 27) - 1;

	big_add(b, (mx & low) * (my & low), bit, minus);
	big_add(b, (mx >> 27) * (my & low), bit + 27, minus);
	big_add(b, (mx & low) * (my >> 27), bit + 27, minus);
	big_add(b, (mx >> 27) * (my >> 27), bit + 54, minus);
}

static bool
big_bit(const Big *b, int i)
{
	return i >= 0 && (b->word[i / 32] >> (i % 32) & 1) != 0;
}

static double
big_value(const Big *sum)
{
	Big			b = *sum;
	bool		negative = big_bit(&b, BIG_BITS - 1);
	int			top = BIG_BITS - 1;
	int			last;
	uint64_t	kept = 0;
	bool		below = false;

	if (negative)
	{
		for (int i = 0; i < BIG_WORDS; i++)
			b.word[i] = ~b.word[i];
		big_add(&b, 1, 0, false);
	}
	while (top >= 0 && !big_bit(&b, top))
		top--;
	if (top < 0)
		return 0.0;

	/* the last bit that a double of this size has */
	last = top - 52 > BIG_UNIT - 1074 ? top - 52 : BIG_UNIT - 1074;
	for (int i = top; i >= last; i--)
		kept = kept << 1 | big_bit(&b, i);
	for (int i = last - 2; i >= 0 && !below; i--)
		below = big_bit(&b, i);
	if (big_bit(&b, last - 1) && (below || (kept & 1)))
		kept++;
	return (negative ? -1.0 : 1.0) * ldexp((double) kept, last - BIG_UNIT);
}

/* ------------------------------------------------------------------------
 * Exact sums
 * ------------------------------------------------------------------------
 */

static bool
same_bits(double x, double y)
{
	return memcmp(&x, &y, sizeof(x)) == 0;
}

static double
random_finite(HdRng *r)
{
	double		x;

	do
	{
		uint64_t	bits = hd_rng_next(r);

		memcpy(&x, &bits, sizeof(x));
	} while (!isfinite(x));
	return x;
}

/* Terms of one of several kinds; many cancel, many meet a rounding tie */
static void
random_terms(HdRng *r, double *x, int n, int kind)
{
	for (int i = 0; i < n; i++)
	{
		switch (kind)
		{
			case 0:
				x[i] = random_finite(r);
				break;
			case 1:
				x[i] = hd_rng_normal(r);
				break;
			case 2:				/* denormals and the smallest normals */
				x[i] = ldexp(hd_rng_normal(r), -1050 - (int) hd_rng_below(r, 30));
				break;
			case 3:				/* near the largest double */
				x[i] = (hd_rng_double(r) < 0.5 ? -1 : 1) * DBL_MAX * hd_rng_double(r);
				break;
			case 4:				/* powers of two: ties */
				x[i] = ldexp(hd_rng_double(r) < 0.4 ? -1 : 1,
							 (int) hd_rng_below(r, 56) + (i % 3 == 0 ? 52 : 0) - 60);
				break;
			default:			/* pairs that cancel, with a speck */
				x[i] = i % 2 ? -x[i - 1] : random_finite(r);
				if (hd_rng_below(r, 7) == 0)
					x[i] = ldexp(hd_rng_normal(r), -1000);
		}
	}
}

static void
shuffle(HdRng *r, double *x, int n)
{
	for (int i = n - 1; i > 0; i--)
	{
		int			j = (int) hd_rng_below(r, (uint64_t) i + 1);
		double		t = x[i];

		x[i] = x[j];
		x[j] = t;
	}
}

static bool
same_sum(const ExactSum *s, const ExactSum *t)
{
	uint8_t		a[HD_EXACT_MAX_BYTES];
	uint8_t		b[HD_EXACT_MAX_BYTES];
	int			n = exactsum_encode(s, a);

	return n == exactsum_encode(t, b) && memcmp(a, b, (size_t) n) == 0 &&
		same_bits(exactsum_value(s), exactsum_value(t)) &&
		exactsum_is_zero(s) == (a[0] == 0);
}

static void
test_sum_reference(void)
{
	HdRng		r;
	bool		exact = true;
	bool		ordered = true;
	bool		merged = true;
	bool		coded = true;
	double		x[200];

	hd_rng_seed(&r, 3);
	for (int round = 0; round < 6000; round++)
	{
		int			n = 1 + (int) hd_rng_below(&r, round % 4 == 0 ? 200 : 8);
		Big			big = {{0}};
		ExactSum	whole;
		ExactSum	other;
		ExactSum	part[5];
		uint8_t		code[HD_EXACT_MAX_BYTES];
		int			len;

		random_terms(&r, x, n, round % 6);
		exactsum_init(&whole);
		for (int i = 0; i < n; i++)
		{
			exactsum_add(&whole, x[i]);
			big_add_double(&big, x[i]);
		}
		if (!same_bits(exactsum_value(&whole), big_value(&big)))
		{
			printf("# round %d: %a, expected %a\n", round, exactsum_value(&whole), big_value(&big));
			exact = false;
		}

		shuffle(&r, x, n);
		exactsum_init(&other);
		for (int k = 0; k < 5; k++)
			exactsum_init(&part[k]);
		for (int i = 0; i < n; i++)
		{
			exactsum_add(&other, x[i]);
			exactsum_add(&part[hd_rng_below(&r, 5)], x[i]);
		}
		ordered = ordered && same_sum(&whole, &other);

		/* merge the parts, some of them by way of their bytes */
		exactsum_init(&other);
		for (int k = 0; k < 5; k++)
		{
			if (hd_rng_below(&r, 2) == 0)
			{
				len = exactsum_encode(&part[k], code);
				coded = coded && exactsum_decode(&part[k], code, len) == len;
			}
			exactsum_merge(&other, &part[k]);
		}
		merged = merged && same_sum(&whole, &other);

		/* history leaves no trace: add what is then taken away */
		exactsum_add(&other, x[0]);
		exactsum_add(&other, -1e300);
		exactsum_add(&other, -x[0]);
		exactsum_add(&other, 1e300);
		ordered = ordered && same_sum(&whole, &other);

		len = exactsum_encode(&whole, code);
		coded = coded && exactsum_decode(&other, code, len) == len && same_sum(&whole, &other);
		for (int cut = 0; cut < len; cut++)
			coded = coded && exactsum_decode(&other, code, cut) == -1;
	}
	ok(exact, "exact sums equal the big integer's, rounded once");
	ok(ordered, "any order and any history: identical bytes and value");
	ok(merged, "any split merges to identical bytes and value");
	ok(coded, "encode and decode are inverse; cut codes are rejected");
}

static void
test_product_reference(void)
{
	HdRng		r;
	bool		passed = true;

	hd_rng_seed(&r, 4);
	for (int round = 0; round < 3000; round++)
	{
		Big			big = {{0}};
		ExactSum	s;

		exactsum_init(&s);
		for (int i = 0; i < 20; i++)
		{
			/* |x y| between 2^-960 and 2^1010 */
			double		x = ldexp(hd_rng_double(&r) + 0.5, (int) hd_rng_below(&r, 980) - 480);
			double		y = ldexp(hd_rng_double(&r) + 0.5, (int) hd_rng_below(&r, 980) - 480);

			if (round % 2)
			{
				x = hd_rng_normal(&r);
				y = hd_rng_normal(&r);
			}
			if (hd_rng_below(&r, 2))
				x = -x;
			exactsum_add_product(&s, x, y);
			big_add_product(&big, x, y);
			if (i % 2)
			{
				exactsum_add_product(&s, -y, x * (1 + DBL_EPSILON));
				big_add_product(&big, -y, x * (1 + DBL_EPSILON));
			}
		}
		passed = passed && same_bits(exactsum_value(&s), big_value(&big));
	}
	ok(passed, "sums of products equal the big integer's");
}

static double
sum_of(int n, const double *x)
{
	ExactSum	s;

	exactsum_init(&s);
	for (int i = 0; i < n; i++)
		exactsum_add(&s, x[i]);
	return exactsum_value(&s);
}

static void
test_sum_cases(void)
{
	static const struct
	{
		double		term[5];
		double		sum;
	}			cases[] = {
		{{0}, 0.0},
		{{-0.0, -0.0}, 0.0},
		{{1e308, -1e308, 1e-300}, 1e-300},
		{{1e308, 1e308, 1e308, -1e308, -1e308}, 1e308},
		{{DBL_MAX, DBL_MAX}, INFINITY},
		{{-DBL_MAX, -DBL_MAX}, -INFINITY},
		{{DBL_MAX, 0x1p969}, DBL_MAX},	/* just below the tie */
		{{DBL_MAX, 0x1p970}, INFINITY}, /* the tie, to even */
		{{DBL_MAX, 0x1p970, -0x1p-1074}, DBL_MAX},
		{{0x1p-1074, 0x1p-1074}, 0x1p-1073},
		{{0x1p-1074, -0x1p-1074}, 0.0},
		{{DBL_MIN, -0x1p-1074}, DBL_MIN - 0x1p-1074},
		{{-DBL_MIN, 0x1p-1074}, -DBL_MIN + 0x1p-1074},
		{{1.0, 0x1p-53}, 1.0},
		{{1.0, 0x1p-53, 0x1p-1074}, 1.0 + 0x1p-52},
		{{1.0 + 0x1p-52, 0x1p-53}, 1.0 + 0x1p-51},
		{{-1.0, -0x1p-53, -0x1p-1074}, -1.0 - 0x1p-52},
		{{0.1, 0.2, 0.3, -0.6}, 0x1p-55},
		{{1e16, 1.0, 1.0, -1e16}, 2.0},
	};
	ExactSum	s;
	bool		passed = true;

	for (int i = 0; i < lengthof(cases); i++)
	{
		double		sum = sum_of(5, cases[i].term);

		if (!same_bits(sum, cases[i].sum))
		{
			printf("# case %d: %a, expected %a\n", i, sum, cases[i].sum);
			passed = false;
		}
	}
	ok(passed, "cancellation, ties, denormals and overflow");

	exactsum_init(&s);
	exactsum_add_product(&s, 1e200, 1e200);
	passed = exactsum_value(&s) == INFINITY;
	exactsum_add_product(&s, -1e200, 1e200);
	passed = passed && exactsum_is_zero(&s);
	exactsum_add_product(&s, 0x1p-600, 0x1p-600);
	passed = passed && exactsum_is_zero(&s);
	exactsum_add_product(&s, 0x1.8p-537, 0x1p-537);
	passed = passed && exactsum_value(&s) == 0x1p-1073;
	ok(passed, "products beyond the range of a double behave as documented");
}

/* Carries: a state that claims many additions, doubled 71 times by merging */
static void
test_carries(void)
{
	ExactSum	s;
	ExactSum	t;
	bool		passed;

	exactsum_init(&s);
	exactsum_add(&s, -DBL_MAX);
	exactsum_add(&s, 0x1.fffffffffffffp-1022);
	for (int i = 0; i < 80; i++)
	{
		t = s;
		exactsum_merge(&s, &t);
		t.pending = (UINT32_C(1) << 29) - 2;	/* the next additions carry */
		exactsum_add(&t, -1.0);
		exactsum_add(&t, 1.0);
		exactsum_add(&t, 1.0);
		exactsum_add(&t, -1.0);
		exactsum_merge(&t, &t);
		if (!same_sum(&s, &t))
			break;
		if (i == 70)
		{
			/* 2^71 of the largest double, and back */
			uint8_t		code[HD_EXACT_MAX_BYTES];
			int			len = exactsum_encode(&s, code);

			passed = exactsum_decode(&t, code, len) == len && same_sum(&s, &t);
			code[0] = 3 - code[0];	/* the other sign */
			passed = passed && exactsum_decode(&t, code, len) == len;
			exactsum_merge(&t, &s);
			ok(passed && exactsum_is_zero(&t), "2^71 times the largest double, and back");
			return;
		}
	}
	ok(false, "2^71 times the largest double, and back");
}

static void
test_hostile_bytes(void)
{
	HdRng		r;
	bool		passed = true;
	int			accepted = 0;
	char		name[128];

	hd_rng_seed(&r, 5);
	for (int round = 0; round < 200000; round++)
	{
		uint8_t		code[HD_EXACT_MAX_BYTES + 8];
		uint8_t		again[HD_EXACT_MAX_BYTES];
		uint8_t    *exact;
		ExactSum	s;
		double		x[6];
		int			len;
		int			used;

		exactsum_init(&s);
		random_terms(&r, x, 6, round % 6);
		for (int i = 0; i < 6; i++)
			exactsum_add(&s, x[i]);
		len = exactsum_encode(&s, code);
		for (int i = 1 + (int) hd_rng_below(&r, 4); i > 0; i--)
		{
			int			at = (int) hd_rng_below(&r, hd_rng_below(&r, 2) ? 3 : (uint64_t) len);

			switch (hd_rng_below(&r, 4))
			{
				case 0:
					code[at] = (uint8_t) hd_rng_next(&r);
					break;
				case 1:
					code[at] ^= (uint8_t) (1 << hd_rng_below(&r, 8));
					break;
				case 2:
					code[at] = hd_rng_below(&r, 2) ? 0 : 0xFF;
					break;
				default:
					len = (int) hd_rng_below(&r, (uint64_t) len + 1);
			}
			if (len == 0)
				break;
		}

		/* in a block of its exact size, for the address sanitizer */
		exact = malloc((size_t) len + 1);
		memcpy(exact + 1, code, (size_t) len);
		used = exactsum_decode(&s, exact + 1, len);
		if (used >= 0)
		{
			accepted++;
			passed = passed && used <= len && exactsum_encode(&s, again) == used &&
				memcmp(again, exact + 1, (size_t) used) == 0;
			exactsum_merge(&s, &s);
			(void) exactsum_value(&s);
		}
		else
			passed = passed && used == -1 && exactsum_is_zero(&s);
		free(exact);
	}
	snprintf(name, sizeof(name), "200000 mutated codes: only canonical ones accepted (%d)", accepted);
	ok(passed && accepted > 0 && accepted < 200000, name);
}

/* ------------------------------------------------------------------------
 * Random numbers
 * ------------------------------------------------------------------------
 */

static void
test_rng(void)
{
	/*
	 * splitmix64 from 0 and 1234567 as published by Vigna and Rosetta Code,
	 * xoshiro256** from {1, 2, 3, 4} as in the test vectors of rand_xoshiro.
	 */
	static const uint64_t seeded[4] = {
		UINT64_C(0xE220A8397B1DCDAF), UINT64_C(0x6E789E6AA1B965F4),
		UINT64_C(0x06C45D188009454F), UINT64_C(0xF88BB8A8724C81EC)
	};
	static const uint64_t seeded_1234567[4] = {
		UINT64_C(6457827717110365317), UINT64_C(3203168211198807973),
		UINT64_C(9817491932198370423), UINT64_C(4593380528125082431)
	};
	static const uint64_t known[10] = {
		UINT64_C(11520), UINT64_C(0), UINT64_C(1509978240), UINT64_C(1215971899390074240),
		UINT64_C(1216172134540287360), UINT64_C(607988272756665600),
		UINT64_C(16172922978634559625), UINT64_C(8476171486693032832),
		UINT64_C(10595114339597558777), UINT64_C(2904607092377533576)
	};
	HdRng		r;
	HdRng		twin;
	bool		passed = true;
	int			count[6] = {0};
	double		mean = 0.0;
	double		square = 0.0;
	double		fourth = 0.0;

	hd_rng_seed(&r, 0);
	passed = memcmp(r.s, seeded, sizeof(seeded)) == 0;
	hd_rng_seed(&r, 1234567);
	passed = passed && memcmp(r.s, seeded_1234567, sizeof(seeded)) == 0;
	ok(passed, "splitmix64 seeding gives the published values");

	r = (HdRng) {{1, 2, 3, 4}};
	passed = true;
	for (int i = 0; i < 10; i++)
		passed = passed && hd_rng_next(&r) == known[i];
	ok(passed, "xoshiro256** gives the published values");

	/* kept from the first release: they may never change */
	hd_rng_seed(&r, 42);
	passed = hd_rng_next(&r) == UINT64_C(0x15780B2E0C2EC716);
	passed = passed && same_bits(hd_rng_double(&r), 0x1.84136619b444ep-2);
	passed = passed && hd_rng_below(&r, 1000000007) == UINT64_C(680043415);
	passed = passed && hd_rng_below(&r, UINT64_C(0xC000000000000001)) == UINT64_C(12793180581886593145);
	passed = passed && same_bits(hd_rng_normal(&r), 0x1.db514bfac5b4ep-2);
	ok(passed, "seed 42 gives the numbers of the first release");

	hd_rng_seed(&r, 7);
	hd_rng_seed(&twin, 7);
	passed = hd_rng_below(&r, 0) == 0 && hd_rng_below(&r, 1) == 0;
	(void) hd_rng_next(&twin);
	(void) hd_rng_next(&twin);
	for (int i = 0; i < 600000; i++)
	{
		uint64_t	k = hd_rng_below(&r, 6);
		double		u = hd_rng_double(&r);
		double		z = hd_rng_normal(&r);

		passed = passed && k < 6 && u >= 0.0 && u < 1.0 && isfinite(z);
		passed = passed && hd_rng_below(&twin, 6) == k && hd_rng_double(&twin) == u &&
			hd_rng_normal(&twin) == z;
		count[k]++;
		mean += z / 600000;
		square += z * z / 600000;
		fourth += z * z * z * z / 600000;
	}
	ok(passed, "equal seeds give equal numbers, in range");
	passed = fabs(mean) < 0.005 && fabs(square - 1.0) < 0.01 && fabs(fourth - 3.0) < 0.07;
	for (int k = 0; k < 6; k++)
		passed = passed && abs(count[k] - 100000) < 1200;
	ok(passed, "moments of normal numbers, frequencies of bounded ones");
}

static void
time_add(void)
{
	enum
	{
		N = 4096, ROUNDS = 20000
	};
	static double x[N];
	HdRng		r;

	hd_rng_seed(&r, 6);
	for (int kind = 0; kind < 2; kind++)
	{
		ExactSum	s;
		clock_t		start;

		random_terms(&r, x, N, 1 - kind);
		exactsum_init(&s);
		start = clock();
		for (int k = 0; k < ROUNDS; k++)
		{
			for (int i = 0; i < N; i++)
				exactsum_add(&s, x[i]);
		}
		printf("# exactsum_add, %s: %.2f ns (sum %g)\n", kind ? "any doubles" : "normal numbers",
			   1e9 * (double) (clock() - start) / CLOCKS_PER_SEC / ((double) N * ROUNDS),
			   exactsum_value(&s));
	}
}

int
main(int argc, char **argv)
{
	test_golden();
	test_undefined();
	test_round_trip();
	test_hostile();
	test_sum_reference();
	test_product_reference();
	test_sum_cases();
	test_carries();
	test_hostile_bytes();
	test_rng();
	if (argc > 1 && strcmp(argv[1], "-t") == 0)
		time_add();
	printf("1..%d\n", tests);
	return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

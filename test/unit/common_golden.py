#!/usr/bin/env python3
"""Prints test/unit/common_golden.h: reference values for src/common/stats.c.

    python3 test/unit/common_golden.py > test/unit/common_golden.h

Needs python3-mpmath.  Works with 50 and more digits, and by other ways than
the C code: power series with positive terms for the incomplete integrals
(DLMF 8.7.1 and 8.17.8), tanh-sinh quadrature where parameters are large, exact fractions for binomial and hypergeometric sums.
Arguments are the doubles that C sees, not the decimals that are printed.
"""
from fractions import Fraction
from math import comb
from mpmath import mp, mpf, log, exp, sqrt, loggamma, erfc, expm1, pi, inf

mp.dps = 50


def frac(x):
    return mpf(x.numerator) / mpf(x.denominator)


def gamma_density(a, x):
    return exp(a * log(x) - x - loggamma(a))


def gamma_p_series(a, x):
    term = total = 1 / a
    i = 0
    while term > total * mpf(10) ** -(mp.dps + 5):
        i += 1
        term *= x / (a + i)
        total += term
    return gamma_density(a, x) * total


def integral(log_density, u, scale, direction):
    """Tail beyond u of a log-concave density, in pieces, by tanh-sinh."""
    at_u = log_density(u)
    total = mpf(0)
    step = mpf(scale) / 2
    while True:
        end = u + direction * step
        total += direction * mp.quad(lambda v: exp(log_density(v) - at_u), [u, end])
        if log_density(end) - at_u < -90 and log_density(end) < log_density(u):
            return total * exp(at_u)
        u, step = end, 2 * step


def gamma_tails(a, x):
    """P and Q; Q by more digits where it is small."""
    a, x = mpf(a), mpf(x)
    if a > 2000:
        constant = loggamma(a)
        tail = integral(lambda u: a * u - exp(u) - constant, log(x), 1 / sqrt(a), -1 if x < a else 1)
        return (tail, 1 - tail) if x < a else (1 - tail, tail)
    p = gamma_p_series(a, x)
    q = 1 - p
    if q < mpf(10) ** -15:
        old = mp.dps
        mp.dps = 400
        q = 1 - gamma_p_series(a, x)
        mp.dps = old
    return +p, +q


def beta_density(a, b, x, y):
    return exp(a * log(x) + b * log(y) + loggamma(a + b) - loggamma(a) - loggamma(b))


def beta_series(a, b, x, y):
    term = total = 1 / a
    i = 0
    while term * (1 + 1 / y) > total * mpf(10) ** -(mp.dps + 5):
        i += 1
        term *= x * (a + b + i - 1) / (a + i)
        total += term
    return beta_density(a, b, x, y) * total


def beta_tails(a, b, x, y=None):
    a, b, x = mpf(a), mpf(b), mpf(x)
    y = 1 - x if y is None else y
    if a + b > 2000:
        constant = loggamma(a + b) - loggamma(a) - loggamma(b)

        def log_density(u):
            return constant - a * log(1 + exp(-u)) - b * log(1 + exp(u))
        low = x * (a + b) < a
        tail = integral(log_density, log(x / y), sqrt(1 / a + 1 / b), -1 if low else 1)
        return (tail, 1 - tail) if low else (1 - tail, tail)
    if x * (a + b) <= a or x < mpf('1e-3'):
        low = beta_series(a, b, x, y)
        return low, 1 - low
    high = beta_series(b, a, y, x)
    return 1 - high, high


def newton(tails, density, start, p, q):
    """u with lower tail p, for a tail that is log-concave in u."""
    lower = p <= q
    u = mpf(start)
    for _ in range(200):
        t = tails(u)[0 if lower else 1]
        step = (log(p if lower else q) - log(t)) * t / density(u)
        if not lower:
            step = -step
        step = max(min(step, mpf(20)), mpf(-20))
        u += step
        if abs(step) < mpf(10) ** -32:
            return u
    raise ValueError('no convergence')


def norm_cdf(x):
    return erfc(-mpf(x) / sqrt(mpf(2))) / 2


def norm_quantile(p):
    p = mpf(p)
    if p > 0.5:
        return -norm_quantile(1 - p)
    x = -sqrt(-2 * log(p)) if p < 0.1 else mpf(0)
    for _ in range(100):
        c = norm_cdf(x)
        step = (log(p) - log(c)) * c / (exp(-x * x / 2) / sqrt(2 * pi))
        x += step
        if abs(step) < mpf(10) ** -35:
            return x
    raise ValueError('no convergence')


def gamma_quantile(a, p, q):
    a = mpf(a)
    z = norm_quantile(p) if p <= q else -norm_quantile(q)
    u = newton(lambda u: gamma_tails(a, exp(u)), lambda u: gamma_density(a, exp(u)),
               log(a) + max(min(z / sqrt(a), 1), -1), p, q)
    return exp(u)


def beta_odds_quantile(a, b, p, q):
    a, b = mpf(a), mpf(b)

    def xy(u):
        r = exp(u)
        return r / (1 + r), 1 / (1 + r)
    z = norm_quantile(p) if p <= q else -norm_quantile(q)
    u = newton(lambda u: beta_tails(a, b, *xy(u)), lambda u: beta_density(a, b, *xy(u)),
               log(a / b) + max(min(z * sqrt(1 / a + 1 / b), 1), -1), p, q)
    return exp(u)


def beta_quantile(p, a, b, q=None):
    p = mpf(p)
    r = beta_odds_quantile(a, b, p, 1 - p if q is None else q)
    return r / (1 + r)


def f_tails(x, d1, d2):
    x, d1, d2 = mpf(x), mpf(d1), mpf(d2)
    s = d1 * x + d2
    return beta_tails(d1 / 2, d2 / 2, d1 * x / s, d2 / s)


def t_sf(x, df):
    x, df = mpf(x), mpf(df)
    if df == inf:
        return norm_cdf(-x)
    if x < 0:
        return 1 - t_sf(-x, df)
    if x == 0:
        return mpf(1) / 2
    return f_tails(x * x, 1, df)[1] / 2


def t_quantile(p, df):
    p = mpf(p)
    if p > 0.5:
        return -t_quantile(1 - p, df)
    if df == inf:
        return norm_quantile(p)
    return -sqrt(mpf(df) * beta_odds_quantile(0.5, mpf(df) / 2, 1 - 2 * p, 2 * p))


def binom_tails(k, n, p):
    if n <= 2000:
        x = Fraction(p)
        low = sum(comb(n, i) * x ** i * (1 - x) ** (n - i) for i in range(k + 1))
        return frac(low), frac(1 - low)
    high, low = beta_tails(k + 1, n - k, mpf(p))
    return low, high


def hyper_cdf(k, lot, bad, n):
    least = max(0, n - lot + bad)
    total = sum(comb(bad, i) * comb(lot - bad, n - i) for i in range(least, k + 1))
    return frac(Fraction(total, comb(lot, n)))


def clopper(s, n, confidence, side):
    # the tail as C computes it is the contract: 0.5 * (1 - confidence), exact
    tail = (1 - mpf(confidence)) / 2
    s, n = mpf(s), mpf(n)
    if side == 'low':
        if s == 0:
            return mpf(0)
        return exp(log(tail) / n) if s == n else beta_quantile(tail, s, n - s + 1)
    if s == n:
        return mpf(1)
    if s == 0:
        return -expm1(log(tail) / n)
    return beta_quantile(1 - tail, s + 1, n - s, tail)


def wilson(s, n, confidence, side):
    s, n = mpf(s), mpf(n)
    z = -norm_quantile((1 - mpf(confidence)) / 2)
    sign = -1 if side == 'low' else 1
    return (s + z * z / 2 + sign * z * sqrt(s * (n - s) / n + z * z / 4)) / (n + z * z)


def literal(x):
    if x == inf:
        return 'INFINITY'
    return repr(float(x))


def emit(name, args, value):
    if 0 < abs(value) < mpf(2) ** -1022:
        value = mpf(0)          # below the normal doubles
    cells = ', '.join(literal(a) for a in args)
    print('\t{%s, {%s}, %s},' % (name, cells, mp.nstr(value, 20)), flush=True)


def normal():
    for x in (0.0, 1e-10, 0.3, -0.3, 1.0, -1.0, 1.96, -1.96, -3.5, -8.0, -15.0, -30.0, -37.5):
        emit('NORM_CDF', (x,), norm_cdf(x))
        emit('NORM_SF', (x,), norm_cdf(-x))
    for p in (5e-324, 1e-310, 1e-300, 1e-100, 1e-21, 1e-19, 1e-10, 1e-5, 0.001, 0.025, 0.2, 0.25,
              0.3, 0.4999, 0.5000000001, 0.6, 0.8, 0.975, 0.999, 0.9999999999):
        emit('NORM_QUANTILE', (p,), norm_quantile(p))


def gammas():
    for a, x in ((0.5, 1e-5), (0.5, 0.7), (0.5, 20.0), (0.5, 700.0), (1.0, 1.0), (1.0, 1e-12),
                 (0.01, 0.5), (0.01, 3.0), (2.5, 0.1), (2.5, 3.0), (2.5, 60.0), (10.0, 0.5), (10.0, 10.0),
                 (10.0, 100.0), (123.4, 60.0), (123.4, 125.0), (123.4, 300.0), (499.5, 480.0),
                 (500.5, 480.0), (1e3, 700.0), (1e3, 1000.5), (1e3, 1900.0), (1e6, 9.95e5), (1e6, 1.001e6),
                 (1e6, 1.03e6), (1e9, 999900000.0), (1e9, 1000000123.25), (1e9, 1000900000.0)):
        p, q = gamma_tails(a, x)
        emit('GAMMA_P', (a, x), p)
        emit('GAMMA_Q', (a, x), q)
    for x, df in ((3.841, 1.0), (1e-6, 1.0), (1400.0, 1.0), (5.0, 2.5), (43.8, 30.0), (1e6, 1e6)):
        p, q = gamma_tails(mpf(df) / 2, mpf(x) / 2)
        emit('CHISQ_CDF', (x, df), p)
        emit('CHISQ_SF', (x, df), q)
    for p, df in ((0.95, 1.0), (1e-8, 1.0), (0.5, 0.1), (1e-200, 3.0), (0.025, 2.0), (0.999999, 2.5),
                  (0.025, 30.0), (0.975, 30.0), (1e-100, 30.0), (0.5, 1e4), (0.975, 1e6), (1e-12, 1e6)):
        emit('CHISQ_QUANTILE', (p, df), 2 * gamma_quantile(mpf(df) / 2, mpf(p), 1 - mpf(p)))


def betas():
    for a, b, x in ((0.5, 0.5, 0.3), (0.5, 0.5, 1e-15), (0.5, 0.5, 0.999999), (1.0, 1.0, 0.2), (1.0, 3.0, 1e-9),
                    (0.01, 5.0, 0.1), (0.01, 5.0, 0.9), (5.0, 0.01, 0.5), (0.1, 0.2, 0.7), (2.0, 3.0, 0.4),
                    (2.5, 30.0, 1e-20), (2.5, 30.0, 0.05), (2.5, 30.0, 0.9), (30.0, 2.5, 0.9), (30.0, 30.0, 0.5),
                    (30.0, 30.0, 0.01), (99.5, 1.5, 0.999), (1e5, 3.0, 0.99997), (1e5, 3.0, 0.9995),
                    (3.0, 1e5, 1e-7), (3.0, 1e5, 0.004), (0.5, 1e6, 1e-7), (0.5, 1e6, 3e-4),
                    (1e9, 0.5, 0.9999999985), (499.0, 700.0, 0.4), (501.0, 700.0, 0.4), (501.0, 700.0, 0.1),
                    (1e4, 2e4, 0.33), (1e4, 2e4, 0.4), (1e5, 1e5, 0.5), (1e5, 1e5, 0.45), (1e6, 500.0, 0.9994),
                    (1e9, 1e9, 0.49995), (1e9, 1e9, 0.5003), (1e9, 1e6, 0.99901)):
        low, high = beta_tails(a, b, x)
        emit('BETA_CDF', (x, a, b), low)
        emit('BETA_SF', (x, a, b), high)
    for p, a, b in ((0.3, 0.5, 0.5), (1e-10, 0.5, 0.5), (0.025, 1.0, 1.0), (0.025, 2.0, 3.0), (0.975, 2.0, 3.0),
                    (1e-300, 2.0, 3.0), (0.4, 5.0, 0.01), (0.6, 0.01, 5.0), (0.05, 0.1, 0.2), (0.5, 30.0, 2.5),
                    (1e-50, 30.0, 30.0), (0.025, 1e5, 3.0), (0.975, 1e5, 3.0), (0.025, 3.0, 1e5), (0.025, 501.0, 700.0),
                    (0.999, 1e4, 2e4), (1e-9, 1e6, 1e6), (0.025, 1e9, 1e9)):
        emit('BETA_QUANTILE', (p, a, b), beta_quantile(p, a, b))


def students():
    for df in (0.5, 1.0, 2.0, 2.5, 30.0, 1e6, 1e12, inf):
        for t in (-40.0, -5.5, -1.0, 1e-8, 0.7, 2.0, 10.0):
            emit('T_CDF', (t, df), t_sf(-mpf(t), df))
            emit('T_SF', (t, df), t_sf(t, df))
        for p in (1e-12, 0.025, 0.3, 0.4999999, 0.975):
            emit('T_QUANTILE', (p, df), t_quantile(p, df))
    for t, df in ((1e120, 0.5), (1e200, 1.0), (1e140, 2.0)):
        emit('T_SF', (t, df), t_sf(t, df))
    for p, df in ((1e-100, 1.0), (1e-200, 1.5), (1e-300, 2.0), (1e-250, 30.0), (1e-15, 0.5), (1e-100, 5e15)):
        emit('T_QUANTILE', (p, df), t_quantile(p, df))


def fs():
    for x, d1, d2 in ((1.0, 1.0, 1.0), (4.0, 1.0, 10.0), (1e-6, 3.0, 7.5), (100.0, 3.0, 7.5), (2.5, 2.5, 30.0),
                      (1.2, 1000.0, 1000.0), (1.0001, 1e6, 1e6), (0.99, 1e6, 1e5), (1e10, 2.0, 4.0),
                      (1.00005, 2e9, 2e9), (0.9991, 2e9, 2e9), (1e-30, 5.0, 1e8)):
        low, high = f_tails(x, d1, d2)
        emit('F_CDF', (x, d1, d2), low)
        emit('F_SF', (x, d1, d2), high)
    for x, d1, d2 in ((2.0, 5.0, inf), (2.0, inf, 5.0)):
        p, q = gamma_tails(2.5, 5.0) if d2 == inf else gamma_tails(2.5, 1.25)[::-1]
        emit('F_CDF', (x, d1, d2), p)
        emit('F_SF', (x, d1, d2), q)
    for p, d1, d2 in ((0.95, 1.0, 10.0), (0.05, 3.0, 7.5), (1e-20, 3.0, 7.5), (0.999, 2.5, 30.0), (0.5, 1.0, 1.0),
                      (0.975, 1e5, 1e6), (0.975, 1.0, 1e9), (1e-6, 200.0, 0.5)):
        r = beta_odds_quantile(mpf(d1) / 2, mpf(d2) / 2, mpf(p), 1 - mpf(p))
        emit('F_QUANTILE', (p, d1, d2), r * mpf(d2) / mpf(d1))


def counts():
    for k, n, p in ((0, 10, 0.1), (3, 10, 0.5), (9, 10, 0.5), (2, 50, 0.01), (40, 50, 0.1), (0, 1, 0.3),
                    (13, 1250, 0.01), (100, 1250, 0.01), (700, 2000, 0.5), (1000, 2000, 0.5), (123, 100000, 0.001),
                    (300, 100000, 0.001), (500000, 1000000, 0.501)):
        low, high = binom_tails(k, n, p)
        emit('BINOM_CDF', (k, n, p), low)
        emit('BINOM_SF', (k, n, p), high)
    for k, lot, bad, n in ((0, 100, 5, 10), (1, 100, 5, 10), (4, 100, 5, 10), (2, 3200, 32, 125), (10, 3200, 32, 125),
                           (60, 100, 90, 70), (61, 100, 90, 70), (0, 20, 20, 0), (5, 1000, 500, 50),
                           (25, 1000, 500, 50), (40, 1000, 500, 50), (21, 35000, 350, 1250), (90, 10000, 3000, 1000),
                           (0, 10000, 3000, 1000), (1500, 10000, 3000, 5000), (100, 1000000, 1000, 100000)):
        emit('HYPER_CDF', (k, lot, bad, n), hyper_cdf(k, lot, bad, n))
    for s, n, c in ((0.0, 10.0, 0.95), (10.0, 10.0, 0.95), (3.0, 10.0, 0.95), (0.4, 12.7, 0.9), (12.5, 12.7, 0.9),
                    (81.0, 263.0, 0.95), (1.0, 1e6, 0.99), (333333.25, 1e6, 0.95), (0.0, 55.5, 0.95),
                    (55.5, 55.5, 0.999)):
        for side in ('low', 'high'):
            emit('CLOPPER_' + side.upper(), (s, n, c), clopper(s, n, c, side))
            emit('WILSON_' + side.upper(), (s, n, c), wilson(s, n, c, side))


HEADER = '''/*
 * Reference values for src/common/stats.c, printed by common_golden.py with
 * mpmath %s at %d and more digits; not to be edited by hand.
 */
static const Golden golden[] = {'''

if __name__ == '__main__':
    import mpmath
    print(HEADER % (mpmath.__version__, mp.dps))
    for part in (normal, gammas, betas, students, fs, counts):
        part()
    print('};')

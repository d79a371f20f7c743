/*-------------------------------------------------------------------------
 *
 * km.h
 *	  The state type "km": durations, observed or censored, for survival
 *	  curves.
 *
 * A counting state: for each duration how many ended there and how many were
 * still running when they were last seen.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_KM_H
#define HD_KM_H

#include "common/state.h"
#include "datatype/timestamp.h"

/* A row of the log: 16 bytes, for radix_sort */
typedef struct KmRow
{
	uint64		key;			/* dict_key_float8 of the duration */
	uint64		what;			/* count << 1 | observed */
} KmRow;

typedef struct Km
{
	State		state;

	/* what came since it was settled */
	KmRow	   *log;
	size_t		n_log;
	size_t		cap_log;
	size_t		next_check;		/* at how many rows to settle and look at the size limit */

	/* settled: ascending */
	int64		n;				/* different durations */
	double	   *time;
	int64	   *ended;
	int64	   *censored;

	int64		total;			/* of all counts: none overflows before it */
} Km;

extern const StateType km_type;


/* v is finite and not negative */
extern void km_put(Km *k, double v, int64 n, bool observed);

/* in seconds */
extern double km_interval_seconds(const Interval *v);
extern void km_put_microseconds(Km *k, int64 us, bool observed);

/* An empty one outside of aggregates */
extern Km  *km_new(void);

/* Settled, to read */
extern void km_settle(Km *k);
extern Km  *km_get(Datum d);

/* ---- km_curve.c: no SQL ---- */

/* S(t) just after each duration, with Greenwood's sum */
typedef struct KmCurve
{
	int64		n;
	int64		total;
	int64		n_ended;
	const double *time;
	const int64 *ended;
	const int64 *censored;
	int64	   *at_risk;		/* just before */
	double	   *survival;
	double	   *short_of;		/* what rounding took from survival */
	double	   *greenwood;		/* sum of d / (n (n - d)); infinite once survival is 0 */
} KmCurve;

typedef enum KmBand
{
	KM_LOG_LOG,
	KM_LOG,
	KM_PLAIN
} KmBand;

extern KmCurve *km_curve_of(const Km *k);
/* Place of the last duration <= t, or -1 */
extern int64 km_place(const KmCurve *c, double t);
extern double km_se(const KmCurve *c, int64 i);
extern void km_bounds(const KmCurve *c, int64 i, double confidence, KmBand band, double *low, double *high);
/* first time at which S <= 1 - p; NaN if never */
extern double km_quantile_of(const KmCurve *c, double p);
extern void km_quantile_bounds(const KmCurve *c, double p, double confidence, KmBand band, double *low, double *high);
/* area under S to tau, and its variance; NaN where S is not known up to tau */
extern double km_area(const KmCurve *c, double tau, double *variance);

typedef struct LogRank
{
	double		expected_a;
	double		expected_b;
	double		variance;
} LogRank;

extern void km_log_rank(const KmCurve *a, const KmCurve *b, LogRank *r);

#endif							/* HD_KM_H */

/*-------------------------------------------------------------------------
 *
 * elo_rows.c
 *	  SQL functions for one player: expected score, one update of Elo's rating,
 *	  one period of Glicko's.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/args.h"
#include "common/srf.h"
#include "preference/elo.h"
#include "utils/array.h"

static double
required(FunctionCallInfo fcinfo, int arg, const char *what)
{
	if (!arg_given(fcinfo, arg))
		arg_is_null(what);
	return arg_float8(fcinfo, arg, what, 0);
}

static void
must_be(bool right, const char *what, const char *how, double v)
{
	if (!right)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be %s", what, how),
				 errdetail("It is %g.", v)));
}

/* ---- arrays of games: one is left out where any of its values is NULL ---- */

typedef struct Column
{
	const char *what;
	int			n;
	Datum	   *value;
	bool	   *null;
} Column;

static Column
array_column(FunctionCallInfo fcinfo, int arg, const char *what)
{
	ArrayType  *a = PG_GETARG_ARRAYTYPE_P(arg);
	Column		c = {.what = what};

	if (ARR_NDIM(a) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s must be an array of one dimension", what)));
	deconstruct_array(a, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE,
					  &c.value, &c.null, &c.n);
	return c;
}

static double
column_value(const Column *c, int i)
{
	double		v = DatumGetFloat8(c->value[i]);

	if (!isfinite(v))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s must be finite numbers", c->what)));
	return v;
}

/* The games of a player; returns how many */
static int
read_games(Column *c, int n_columns, double **out)
{
	int			n = 0;

	for (int k = 1; k < n_columns; k++)
		if (c[k].n != c[0].n)
			ereport(ERROR,
					(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
					 errmsg("%s and %s must be of the same length", c[0].what, c[k].what),
					 errdetail("There are %d and %d.", c[0].n, c[k].n)));
	for (int k = 0; k < n_columns; k++)
		out[k] = palloc(sizeof(double) * Max(c[0].n, 1));
	for (int i = 0; i < c[0].n; i++)
	{
		bool		whole = true;

		for (int k = 0; k < n_columns; k++)
			whole &= !c[k].null[i];
		for (int k = 0; whole && k < n_columns; k++)
			out[k][n] = column_value(&c[k], i);
		n += whole;
	}
	return n;
}

static void
check_results(const double *result, int n)
{
	for (int i = 0; i < n; i++)
		must_be(result[i] >= 0 && result[i] <= 1, "a result", "between 0 and 1", result[i]);
}

static double
in_range(double v)
{
	if (!isfinite(v))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("rating is out of range")));
	return v;
}

/* ---- Elo ---- */

PG_FUNCTION_INFO_V1(hdata_elo_expected);
Datum
hdata_elo_expected(PG_FUNCTION_ARGS)
{
	double		scale = required(fcinfo, 2, "scale");

	must_be(scale > 0, "scale", "greater than zero", scale);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(elo_expected_score(arg_float8(fcinfo, 0, "rating", 0),
										arg_float8(fcinfo, 1, "opponent", 0), scale));
}

/* All games against the rating before them: one rating period */
PG_FUNCTION_INFO_V1(hdata_elo_update);
Datum
hdata_elo_update(PG_FUNCTION_ARGS)
{
	double		k = required(fcinfo, 3, "k");
	double		scale = required(fcinfo, 4, "scale");
	Column		c[2];
	double	   *game[2];
	double		rating;
	double		gain = 0;
	int			n;

	must_be(k > 0, "k", "greater than zero", k);
	must_be(scale > 0, "scale", "greater than zero", scale);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	rating = arg_float8(fcinfo, 0, "rating", 0);
	c[0] = array_column(fcinfo, 1, "opponents");
	c[1] = array_column(fcinfo, 2, "results");
	n = read_games(c, 2, game);
	check_results(game[1], n);
	for (int i = 0; i < n; i++)
		gain += game[1][i] - elo_expected_score(rating, game[0][i], scale);
	PG_RETURN_FLOAT8(in_range(rating + k * gain));
}

/* ---- Glicko ---- */

/* nobody is less known than a beginner */
#define GLICKO_MAX_RD 350.0

PG_FUNCTION_INFO_V1(hdata_glicko);
Datum
hdata_glicko(PG_FUNCTION_ARGS)
{
	double		c_growth = required(fcinfo, 5, "c");
	TupleDesc	desc;
	Datum		value[2];
	bool		null[2] = {false, false};
	Column		c[3];
	double	   *game[3];
	double		rating,
				rd;
	int			n;

	must_be(c_growth >= 0, "c", "zero or greater", c_growth);
	for (int i = 0; i < 5; i++)
		if (PG_ARGISNULL(i))
			PG_RETURN_NULL();
	rating = arg_float8(fcinfo, 0, "rating", 0);
	rd = arg_float8(fcinfo, 1, "rd", 0);
	must_be(rd > 0, "rd", "greater than zero", rd);
	c[0] = array_column(fcinfo, 2, "opponent_ratings");
	c[1] = array_column(fcinfo, 3, "opponent_rds");
	c[2] = array_column(fcinfo, 4, "results");
	n = read_games(c, 3, game);
	check_results(game[2], n);
	for (int i = 0; i < n; i++)
		must_be(game[1][i] >= 0, "an opponent's rd", "zero or greater", game[1][i]);

	/* what is known of a player ages from period to period (step 1) */
	if (c_growth > 0)
		rd = fmax(fmin(hypot(rd, c_growth), GLICKO_MAX_RD), rd > GLICKO_MAX_RD ? rd : 0);
	glicko_period(&rating, &rd, n, game[0], game[1], game[2]);

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	value[0] = Float8GetDatum(in_range(rating));
	value[1] = Float8GetDatum(in_range(rd));
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), value, null)));
}

/*-------------------------------------------------------------------------
 *
 * split.c
 *	  SQL functions: which part of a data set a group belongs to, and pairs
 *	  of like texts in different parts.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/args.h"
#include "common/column.h"
#include "common/srf.h"
#include "common/utf8.h"
#include "export/sha256.h"
#include "text/corpus.h"
#include "text/duplicates.h"
#include "utils/array.h"
#include "utils/builtins.h"

/* ---- where a key lies between 0 and 1 ---- */

static void
add_text(pg_cryptohash_ctx *ctx, const text *t)
{
	int			len;
	const char *s = hd_to_utf8(VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t), &len);

	sha256_add(ctx, s, len);
}

/* The first eight bytes of SHA-256 of salt, 1F and key, as a number */
static uint64
position_of(const text *key, const text *salt)
{
	pg_cryptohash_ctx *ctx = sha256_begin();
	uint8		digest[PG_SHA256_DIGEST_LENGTH];
	uint64		position = 0;

	add_text(ctx, salt);
	sha256_add(ctx, "\x1F", 1);
	add_text(ctx, key);
	sha256_end(ctx, digest);
	for (int i = 0; i < 8; i++)
		position = position << 8 | digest[i];
	return position;
}

static const text *
salt_arg(FunctionCallInfo fcinfo, int arg)
{
	if (PG_ARGISNULL(arg))
		arg_is_null("salt");
	return PG_GETARG_TEXT_PP(arg);
}

PG_FUNCTION_INFO_V1(split_position);
Datum
split_position(PG_FUNCTION_ARGS)
{
	const text *salt = salt_arg(fcinfo, 1);

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	/* 53 bits: less than 1, and no rounding */
	PG_RETURN_FLOAT8(ldexp((double) (position_of(PG_GETARG_TEXT_PP(0), salt) >> 11), -53));
}

/* ---- split(key, fractions, names, salt) ---- */

/*
 * The first part reaches up from 0, the others lie at the top end, the last
 * one outermost; if the fractions add up to less than 1, the gap is between
 * the first and the second.  So a first part that grows keeps what it had and
 * takes nothing from the others.
 */
typedef struct Parts
{
	ArrayType  *fractions;		/* as given, to see whether they are the same as last time */
	ArrayType  *names;
	int			n;
	double	   *from;			/* [n] part i is from[i] <= u < to[i] */
	double	   *to;
	text	  **name;
} Parts;

/* Where fractions come from sums such as 1 - 0.1 */
#define SUM_TOLERANCE 1e-9

static void
check_fractions(const float8 *fraction, int n)
{
	double		sum = 0;

	if (n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("fractions must not be empty")));
	for (int i = 0; i < n; i++)
	{
		/* written so that NaN fails */
		if (!(fraction[i] >= 0 && fraction[i] <= 1))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("fractions must be between 0 and 1"),
					 errdetail("Fraction %d is %g.", i + 1, fraction[i])));
		sum += fraction[i];
	}
	if (sum > 1 + SUM_TOLERANCE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("fractions must add up to 1, or to less"),
				 errdetail("They add up to %g.", sum)));
}

static void
place_parts(Parts *p, const float8 *fraction)
{
	double		sum = 0;

	for (int i = p->n - 1; i > 0; i--)
	{
		p->to[i] = sum == 0 ? 1 : 1 - sum;
		sum += fraction[i];
		p->from[i] = Max(1 - sum, 0);
	}
	p->from[0] = 0;
	/* up to the second one if there is no gap */
	p->to[0] = fraction[0] + sum >= 1 - SUM_TOLERANCE ? (p->n > 1 ? p->from[1] : 1) : fraction[0];
}

static Parts *
parts_new(ArrayType *fractions, ArrayType *names, MemoryContext parent)
{
	MemoryContext cx = AllocSetContextCreate(parent, "hdata split", ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(cx);
	Parts	   *p = palloc0(sizeof(Parts));
	Datum	   *value;
	bool	   *null;
	int			n;
	float8	   *fraction;

	p->fractions = (ArrayType *) pg_detoast_datum_copy((struct varlena *) fractions);
	p->names = (ArrayType *) pg_detoast_datum_copy((struct varlena *) names);
	deconstruct_array(p->fractions, FLOAT8OID, 8, FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &value, &null, &p->n);
	fraction = palloc(Max(p->n, 1) * sizeof(float8));
	for (int i = 0; i < p->n; i++)
	{
		if (null[i])
			arg_is_null("a fraction");
		fraction[i] = DatumGetFloat8(value[i]);
	}
	check_fractions(fraction, p->n);
	deconstruct_array(p->names, TEXTOID, -1, false, TYPALIGN_INT, &value, &null, &n);
	if (n != p->n)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there must be as many names as fractions"),
				 errdetail("There are %d fractions and %d names.", p->n, n)));
	p->name = palloc(p->n * sizeof(text *));
	for (int i = 0; i < n; i++)
	{
		if (null[i])
			arg_is_null("a name");
		p->name[i] = DatumGetTextPP(value[i]);
	}
	p->from = palloc(p->n * sizeof(double));
	p->to = palloc(p->n * sizeof(double));
	place_parts(p, fraction);
	MemoryContextSwitchTo(old);
	return p;
}

static bool
same_array(const ArrayType *a, const ArrayType *b)
{
	return VARSIZE(a) == VARSIZE(b) && memcmp(a, b, VARSIZE(a)) == 0;
}

static Parts *
parts_of_call(FunctionCallInfo fcinfo)
{
	Parts	   *p = fcinfo->flinfo->fn_extra;
	ArrayType  *fractions,
			   *names;

	if (PG_ARGISNULL(1))
		arg_is_null("fractions");
	if (PG_ARGISNULL(2))
		arg_is_null("names");
	fractions = PG_GETARG_ARRAYTYPE_P(1);
	names = PG_GETARG_ARRAYTYPE_P(2);
	if (p && same_array(p->fractions, fractions) && same_array(p->names, names))
		return p;
	fcinfo->flinfo->fn_extra = NULL;
	if (p)
		MemoryContextDelete(GetMemoryChunkContext(p));
	return fcinfo->flinfo->fn_extra = parts_new(fractions, names, fcinfo->flinfo->fn_mcxt);
}

PG_FUNCTION_INFO_V1(split_split);
Datum
split_split(PG_FUNCTION_ARGS)
{
	Parts	   *p = parts_of_call(fcinfo);
	const text *salt = salt_arg(fcinfo, 3);
	double		u;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	u = ldexp((double) (position_of(PG_GETARG_TEXT_PP(0), salt) >> 11), -53);
	for (int i = 0; i < p->n; i++)
		if (u >= p->from[i] && u < p->to[i])
		{
			text	   *name = palloc(VARSIZE_ANY(p->name[i]));

			memcpy(name, p->name[i], VARSIZE_ANY(p->name[i]));
			PG_RETURN_TEXT_P(name);
		}
	PG_RETURN_NULL();
}

/* ---- split_leaks of two corpora; that of one is copied_pairs of module text ---- */

static void
put_split(SrfRow *row, const Corpus *c, int32 text)
{
	MemoryContext old = MemoryContextSwitchTo(row->row_cx);

	put_text_id(row, c, text);
	srf_cstring(row, c->text[text].group ? id_cstring(ID_TEXT, &c->groups, c->text[text].group - 1) : NULL);
	MemoryContextSwitchTo(old);
}

/* split_leaks(corpus, corpus, threshold, measure, unit): every pair between the two leaks */
PG_FUNCTION_INFO_V1(split_leaks_between);
Datum
split_leaks_between(PG_FUNCTION_ARGS)
{
	JoinOptions o;
	SrfRow		row;
	Corpus	   *a,
			   *b;
	JoinPlan	plan = {.by_lsh = false};
	Pairs		pairs;

	join_options(fcinfo, 2, &o);
	o.k = unit_arg(fcinfo, 4, default_unit(&o));
	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	a = corpus_get_consistent(PG_GETARG_DATUM(0));
	b = corpus_get_consistent(PG_GETARG_DATUM(1));
	plan.memory = check_exact_join((double) a->n_tokens + b->n_tokens, (double) a->n_texts + b->n_texts);
	pairs = all_pairs(corpus_sets(a, b, o.k, o.idf, false), &plan, o.measure, o.threshold, NULL, NULL);
	for (int64 i = 0; i < pairs.n; i++)
	{
		put_split(&row, a, pairs.pair[i].a);
		put_split(&row, b, pairs.pair[i].b - a->n_texts);
		srf_float8(&row, pairs.pair[i].similarity);
		srf_end_row(&row);
	}
	return (Datum) 0;
}

/*-------------------------------------------------------------------------
 *
 * verdicts.c
 *	  SQL functions that read the verdicts of judges over pairs.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/args.h"
#include "mb/pg_wchar.h"
#include "preference/preference_data.h"
#include "utils/array.h"
#include "utils/builtins.h"

#define MAX_STRONG 1000

typedef struct Verdict
{
	Outcome		outcome;
	bool		strong;
} Verdict;

typedef struct Label
{
	const char *name;
	Verdict		verdict;
} Label;

/*
 * What judges are told to write: MT-Bench (A, B, C), Arena-Hard (A>>B ... ),
 * WildBench (A++ ...), Chatbot Arena's winner column (model_a, tie (bothbad)).
 */
static const Label labels[] = {
	{"A", {OUTCOME_A, false}},
	{"B", {OUTCOME_B, false}},
	{"C", {OUTCOME_TIE, false}},
	{"A>>B", {OUTCOME_A, true}},
	{"A>B", {OUTCOME_A, false}},
	{"A=B", {OUTCOME_TIE, false}},
	{"A<B", {OUTCOME_B, false}},
	{"A<<B", {OUTCOME_B, true}},
	{"B>>A", {OUTCOME_B, true}},
	{"B>A", {OUTCOME_B, false}},
	{"B=A", {OUTCOME_TIE, false}},
	{"B<A", {OUTCOME_A, false}},
	{"B<<A", {OUTCOME_A, true}},
	{"A++", {OUTCOME_A, true}},
	{"A+", {OUTCOME_A, false}},
	{"B+", {OUTCOME_B, false}},
	{"B++", {OUTCOME_B, true}},
	{"model_a", {OUTCOME_A, false}},
	{"model_b", {OUTCOME_B, false}},
	{"tie", {OUTCOME_TIE, false}},
	{"tie (bothbad)", {OUTCOME_TIE, false}},
	{"both_bad", {OUTCOME_TIE, false}},
	{"bothbad", {OUTCOME_TIE, false}},
	{NULL, {OUTCOME_TIE, false}}
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* A label between blanks, in any case of letters */
static bool
find_label(const char *p, size_t len, Verdict *v)
{
	while (len > 0 && is_blank(p[0]))
	{
		p++;
		len--;
	}
	while (len > 0 && is_blank(p[len - 1]))
		len--;
	for (const Label *l = labels; l->name; l++)
		if (strlen(l->name) == len && pg_strncasecmp(l->name, p, len) == 0)
		{
			*v = l->verdict;
			return true;
		}
	return false;
}

/*
 * The label, or in free text the one between double brackets.  Different
 * labels contradict each other: then, as in Arena-Hard, there is none.
 */
static bool
read_verdict(const char *text, Verdict *v)
{
	const char *open = text;
	const char *close = text;
	bool		found = false;

	if (find_label(text, strlen(text), v))
		return true;
	while ((open = strstr(open, "[[")) != NULL)
	{
		const char *next;
		Verdict		other;

		while (*open == '[')
			open++;
		/* what was looked for once is not looked for again: a judge may write much */
		if (close < open && (close = strstr(open, "]]")) == NULL)
			break;
		next = strstr(open, "[[");
		if ((next != NULL && next < close) || !find_label(open, close - open, &other))
		{
			if (next == NULL)
				break;
			open = next;
			continue;
		}
		if (found && (other.outcome != v->outcome || other.strong != v->strong))
			return false;
		*v = other;
		found = true;
		open = close;
	}
	return found;
}

/* false: no verdict, and the caller wants NULL for that */
static bool
verdict_argument(FunctionCallInfo fcinfo, int unreadable_arg, Verdict *v)
{
	static const ArgChoice choice[] = {
		{"error", false},
		{"null", true},
		{NULL, 0}
	};
	bool		may_be_null = arg_choice(fcinfo, unreadable_arg, "unreadable", choice);
	char	   *said;

	if (PG_ARGISNULL(0))
		return false;
	said = text_to_cstring(PG_GETARG_TEXT_PP(0));
	if (read_verdict(said, v))
		return true;
	if (!may_be_null)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("no verdict in \"%s\"", pnstrdup(said, pg_mbcliplen(said, strlen(said), 80))),
				 errdetail("It is no label, and has not exactly one label between double brackets."),
				 errhint("Accepted are: A>>B, A>B, A=B, A<B, A<<B (and with A and B exchanged), A, B, C, A++, A+, B+, B++, model_a, model_b, tie, tie (bothbad), both_bad. unreadable => 'null' gives NULL instead.")));
	return false;
}

PG_FUNCTION_INFO_V1(hdata_verdict_outcome);
Datum
hdata_verdict_outcome(PG_FUNCTION_ARGS)
{
	Verdict		v;

	if (!verdict_argument(fcinfo, 1, &v))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(v.outcome / 2.0);
}

/* Arena-Hard counts a strong verdict as several (show_result.py, label_to_score) */
PG_FUNCTION_INFO_V1(hdata_verdict_scores);
Datum
hdata_verdict_scores(PG_FUNCTION_ARGS)
{
	Verdict		v;
	bool		swapped;
	int64		strong;
	int			n;
	Datum		score;
	Datum	   *value;

	if (!arg_given(fcinfo, 1))
		arg_is_null("swapped");
	swapped = PG_GETARG_BOOL(1);
	if (!arg_given(fcinfo, 2))
		arg_is_null("strong");
	strong = PG_GETARG_INT64(2);
	if (strong < 1 || strong > MAX_STRONG)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("strong must be between 1 and %d", MAX_STRONG),
				 errdetail("It is " INT64_FORMAT ".", strong)));
	if (!verdict_argument(fcinfo, 3, &v))
		PG_RETURN_NULL();
	n = v.strong ? (int) strong : 1;
	score = Float8GetDatum(swapped ? 1 - v.outcome / 2.0 : v.outcome / 2.0);
	value = palloc(sizeof(Datum) * n);
	for (int i = 0; i < n; i++)
		value[i] = score;
	PG_RETURN_ARRAYTYPE_P(construct_array(value, n, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL,
										  TYPALIGN_DOUBLE));
}

/* WildBench's reward: a small win is half a win */
PG_FUNCTION_INFO_V1(hdata_win_reward);
Datum
hdata_win_reward(PG_FUNCTION_ARGS)
{
	static const char *const name[] = {"win_much", "win", "tie", "lose", "lose_much"};
	static const double gain[] = {1, 0.5, 0, -0.5, -1};
	double		sum = 0;
	double		n = 0;

	for (int i = 0; i < 5; i++)
	{
		double		v = arg_float8(fcinfo, i, name[i], 0);

		if (v < 0 || v != floor(v) || v > 9007199254740992.0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s must be a whole number, zero or greater", name[i]),
					 errdetail("It is %g.", v)));
		sum += gain[i] * v;
		n += v;
	}
	if (n == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(sum / n);
}

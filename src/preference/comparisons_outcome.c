/*-------------------------------------------------------------------------
 *
 * comparisons_outcome.c
 *	  outcome_of: the name of the winner as 1, 0 or 0.5.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/args.h"
#include "preference/preference_data.h"
#include "utils/builtins.h"
#include "utils/uuid.h"

/* How the winner is written */
typedef enum WinnerForm
{
	WINNER_AUTO,				/* either; an error where both readings differ */
	WINNER_ID,					/* as the item itself */
	WINNER_POSITION				/* as the place where it was shown */
} WinnerForm;

static const ArgChoice winner_forms[] = {
	{"auto", WINNER_AUTO},
	{"id", WINNER_ID},
	{"position", WINNER_POSITION},
	{NULL, 0}
};

typedef struct Word
{
	const char *word;
	int			outcome;
} Word;

/* places: as chatbot arenas, judges' prompts and forms with two columns write them */
static const Word position_words[] = {
	{"a", OUTCOME_A}, {"b", OUTCOME_B},
	{"A", OUTCOME_A}, {"B", OUTCOME_B},
	{"model_a", OUTCOME_A}, {"model_b", OUTCOME_B},
	{"item_a", OUTCOME_A}, {"item_b", OUTCOME_B},
	{"left", OUTCOME_A}, {"right", OUTCOME_B},
	{"first", OUTCOME_A}, {"second", OUTCOME_B},
	{NULL, 0}
};

static const Word tie_words[] = {
	{"tie", OUTCOME_TIE}, {"tie (bothbad)", OUTCOME_TIE},
	{"both_bad", OUTCOME_TIE}, {"bothbad", OUTCOME_TIE},
	{"both_good", OUTCOME_TIE}, {"draw", OUTCOME_TIE}, {"equal", OUTCOME_TIE},
	{NULL, 0}
};

#define NO_OUTCOME (-1)

static int
find_word(const Word *list, const char *s, size_t len)
{
	for (; list->word; list++)
		if (strlen(list->word) == len && memcmp(list->word, s, len) == 0)
			return list->outcome;
	return NO_OUTCOME;
}

static bool
same_text(const text *x, const text *y)
{
	return VARSIZE_ANY_EXHDR(x) == VARSIZE_ANY_EXHDR(y) &&
		memcmp(VARDATA_ANY(x), VARDATA_ANY(y), VARSIZE_ANY_EXHDR(x)) == 0;
}

static void
same_items(const char *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("item \"%s\" is compared to itself", name)));
}

static void
unknown_winner(const char *winner, const char *a, const char *b, bool words)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unrecognized winner \"%s\"", winner),
			 errdetail("The items are \"%s\" and \"%s\".", a, b),
			 words ?
			 errhint("Accepted are one of the items; a, A, model_a, item_a, left, first and b, B, model_b, item_b, right, second; tie, tie (bothbad), both_bad, bothbad, both_good, draw, equal; NULL for no vote.") :
			 errhint("Accepted are one of the items, and NULL for no vote. For ties, cast all three to text.")));
}

static void
ambiguous_winner(const char *winner)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("winner \"%s\" may name an item or a position", winner),
			 errdetail("The item of this name was not shown in the position of this name."),
			 errhint("Say which it is with winner_is => 'id' or winner_is => 'position'.")));
}

PG_FUNCTION_INFO_V1(outcome_of_text);
Datum
outcome_of_text(PG_FUNCTION_ARGS)
{
	WinnerForm	form;
	text	   *winner,
			   *a,
			   *b;
	int			by_id = NO_OUTCOME,
				by_word;

	form = arg_choice(fcinfo, 3, "winner_is", winner_forms);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	winner = PG_GETARG_TEXT_PP(0);
	a = PG_GETARG_TEXT_PP(1);
	b = PG_GETARG_TEXT_PP(2);
	if (same_text(a, b))
		same_items(text_to_cstring(a));

	if (form != WINNER_POSITION)
		by_id = same_text(winner, a) ? OUTCOME_A : same_text(winner, b) ? OUTCOME_B : NO_OUTCOME;
	by_word = find_word(tie_words, VARDATA_ANY(winner), VARSIZE_ANY_EXHDR(winner));
	if (by_word == NO_OUTCOME && form != WINNER_ID)
		by_word = find_word(position_words, VARDATA_ANY(winner), VARSIZE_ANY_EXHDR(winner));
	/* an item may be called "tie": who says 'id' means items */
	if (form == WINNER_ID && by_id != NO_OUTCOME)
		by_word = by_id;
	if (by_id == NO_OUTCOME)
		by_id = by_word;
	if (by_word == NO_OUTCOME)
		by_word = by_id;
	if (by_id == NO_OUTCOME)
		unknown_winner(text_to_cstring(winner), text_to_cstring(a), text_to_cstring(b), true);
	if (by_id != by_word)
		ambiguous_winner(text_to_cstring(winner));
	PG_RETURN_FLOAT8(by_id / 2.0);
}

PG_FUNCTION_INFO_V1(outcome_of_int8);
Datum
outcome_of_int8(PG_FUNCTION_ARGS)
{
	int64		winner = PG_GETARG_INT64(0),
				a = PG_GETARG_INT64(1),
				b = PG_GETARG_INT64(2);

	if (a == b)
		same_items(psprintf(INT64_FORMAT, a));
	if (winner != a && winner != b)
		unknown_winner(psprintf(INT64_FORMAT, winner), psprintf(INT64_FORMAT, a),
					   psprintf(INT64_FORMAT, b), false);
	PG_RETURN_FLOAT8(winner == a ? 1 : 0);
}

static char *
uuid_cstring(const pg_uuid_t *u)
{
	return DatumGetCString(DirectFunctionCall1(uuid_out, UUIDPGetDatum(u)));
}

PG_FUNCTION_INFO_V1(outcome_of_uuid);
Datum
outcome_of_uuid(PG_FUNCTION_ARGS)
{
	pg_uuid_t  *winner = PG_GETARG_UUID_P(0),
			   *a = PG_GETARG_UUID_P(1),
			   *b = PG_GETARG_UUID_P(2);
	bool		is_a = memcmp(winner, a, UUID_LEN) == 0;

	if (memcmp(a, b, UUID_LEN) == 0)
		same_items(uuid_cstring(a));
	if (!is_a && memcmp(winner, b, UUID_LEN) != 0)
		unknown_winner(uuid_cstring(winner), uuid_cstring(a), uuid_cstring(b), false);
	PG_RETURN_FLOAT8(is_a ? 1 : 0);
}

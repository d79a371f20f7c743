/*-------------------------------------------------------------------------
 *
 * withdraw.c
 *	  review_withdraw_person(): consent is withdrawn.
 *
 * In the logs, the rows of the person lose what is private (role, reason,
 * detail) with the salt of its hash, and get a made-up name as actor.  The hash
 * itself stays, so the chains can still be verified, and says no more about
 * what it was made of: it had 16 random bytes within.  The made-up name is
 * the same in all tables, so that who reviewed whose work can still be told.
 *
 * All tables under review are gone through.  A table that the caller does not
 * own is reported, not passed over in silence.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/relation.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_type.h"
#include "common/args.h"
#include "common/interrupts.h"
#include "review/proof.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"

extern PGDLLEXPORT Datum review_withdraw_person(PG_FUNCTION_ARGS);

#define WITHDRAW_ACTION "withdraw"
#define WITHDRAW_REASON "consent_withdrawn"

typedef enum WithdrawMode
{
	MODE_ANONYMISE,
	MODE_WITHDRAW
} WithdrawMode;

typedef struct Withdraw
{
	SrfRow		row;
	WithdrawMode mode;
	const char *actor;
	const char *pseudonym;
} Withdraw;

/* What became of one table */
typedef struct Outcome
{
	int64		withdrawn;
	int64		left;
	int64		erased;
	int64		as_role;
	const char *note;
} Outcome;

static int64
execute(const Withdraw *w, const char *sql, int expected)
{
	Oid			type[2] = {TEXTOID, TEXTOID};
	Datum		value[2] = {CStringGetTextDatum(w->actor), CStringGetTextDatum(w->pseudonym)};

	if (SPI_execute_with_args(sql, 2, type, value, NULL, false, 0) != expected)
		elog(ERROR, "could not execute: %s", sql);
	return (int64) SPI_processed;
}

/* ---- withdrawing items ---- */

/* Items by the person, with their states: those that the flow lets be withdrawn from where they are, or the others */
static char *
items_query(const ReviewTable *t, bool withdrawable)
{
	StringInfoData states;

	initStringInfo(&states);
	for (int32 i = 0; i < t->flow->n_states; i++)
	{
		const FlowState *s = &t->flow->state[i];
		bool		can = flow_edge(t->flow, i, WITHDRAW_ACTION, FLOW_NONE) != FLOW_NONE;
		bool		is_withdrawn = s->terminal && strcmp(s->name, "withdrawn") == 0;

		if (withdrawable ? can : !can && !is_withdrawn)
			appendStringInfo(&states, "%s%s", states.len > 0 ? "," : "", s->name);
	}
	return psprintf("SELECT s.item::text FROM %s s WHERE s.author = $1"
					" AND s.state = ANY ('{%s}'::text[]) AND $2 IS NOT NULL"
					" ORDER BY s.item", proof_table(t->side), states.data);
}

/* As moves of the caller, who must be allowed to make them */
static int64
withdraw_items(const Withdraw *w, const ReviewTable *t, SPITupleTable *items)
{
	Oid			type[4] = {REGCLASSOID, TEXTOID, TEXTOID, TEXTOID};
	Datum		value[4] = {ObjectIdGetDatum(t->root), (Datum) 0, CStringGetTextDatum(WITHDRAW_ACTION),
	CStringGetTextDatum(WITHDRAW_REASON)};

	for (uint64 i = 0; i < items->numvals; i++)
	{
		bool		null;

		HD_CHECK_EVERY(i);
		value[1] = SPI_getbinval(items->vals[i], items->tupdesc, 1, &null);
		if (SPI_execute_with_args("SELECT hdata.review_move($1, $2, $3, reason_code => $4)", 4, type, value, NULL, false, 0)
			!= SPI_OK_SELECT)
			elog(ERROR, "could not withdraw an item");
		SPI_freetuptable(SPI_tuptable);
	}
	return (int64) items->numvals;
}

/* ---- erasing the person ---- */

/* Does the column of authors name the person at all? */
static bool
names_person(const Withdraw *w, const ReviewTable *t)
{
	return execute(w, psprintf("SELECT 1 FROM %s WHERE %s::text = $1 AND $2 IS NOT NULL LIMIT 1", proof_table(t->root),
							   quote_identifier(t->args.author)), SPI_OK_SELECT) > 0;
}

/* Whether it can hold a made-up name */
static const char *
author_obstacle(Relation rel, const ReviewTable *t)
{
	ListCell   *cell;

	if (t->author.type != TEXTOID && t->author.type != VARCHAROID)
		return psprintf("column \"%s\" is of type %s and still names the person", t->args.author,
						format_type_be(t->author.type));
	foreach(cell, RelationGetFKeyList(rel))
	{
		const ForeignKeyCacheInfo *fk = lfirst(cell);

		for (int i = 0; i < fk->nkeys; i++)
			if (fk->conkey[i] == t->author.att)
				return psprintf("column \"%s\" is a foreign key and still names the person", t->args.author);
	}
	return NULL;
}

/*
 * The guard lets nobody change authors, but for the owner who imports.  The
 * setting holds for this one UPDATE.
 */
static void
rename_author(const Withdraw *w, const ReviewTable *t)
{
	int			level = NewGUCNestLevel();
	const char *column = quote_identifier(t->args.author);

	set_path(t->path);
	(void) set_config_option("hdata.review_import", "on", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	(void) execute(w, psprintf("UPDATE %s SET %s = $2 WHERE %s = $1", proof_table(t->root), column, column),
				   SPI_OK_UPDATE);
	AtEOXact_GUC(false, level);
}

static void
erase(const Withdraw *w, Relation rel, const ReviewTable *t, Outcome *out)
{
	char	   *side = proof_table(t->side);
	char	   *log = proof_table(t->log);

	out->erased = execute(w, psprintf("UPDATE %s SET actor = $2, db_role = NULL, reason = NULL,"
									  " detail = NULL, salt = NULL WHERE actor = $1", log), SPI_OK_UPDATE);
	(void) execute(w, psprintf("SELECT count(*) FROM %s WHERE db_role = $1 AND $2 IS NOT NULL", log), SPI_OK_SELECT);
	if (SPI_processed == 1)
	{
		bool		null;

		out->as_role = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &null));
	}
	(void) execute(w, psprintf("UPDATE %s SET author = CASE WHEN author = $1 THEN $2 ELSE author END,"
							   " last_reviewer = CASE WHEN last_reviewer = $1 THEN $2 ELSE last_reviewer END,"
							   " claim_token = CASE WHEN claimed_by = $1 THEN NULL ELSE claim_token END,"
							   " claimed_at = CASE WHEN claimed_by = $1 THEN NULL ELSE claimed_at END,"
							   " claim_until = CASE WHEN claimed_by = $1 THEN NULL ELSE claim_until END,"
							   " claimed_by = NULLIF(claimed_by, $1)"
							   " WHERE author = $1 OR last_reviewer = $1 OR claimed_by = $1", side), SPI_OK_UPDATE);
	if (t->author.att == 0 || !names_person(w, t))
		return;
	out->note = author_obstacle(rel, t);
	if (out->note == NULL)
		rename_author(w, t);
}

/* ---- one table ---- */

static void
do_table(const Withdraw *w, Oid relid, Outcome *out)
{
	Relation	rel;
	ReviewTable *t;
	OwnerScope	scope;

	/* no lock on tables of others, which they could make one wait for */
	if (!owns_table(relid, GetUserId()))
	{
		out->note = "the current role does not own the table: nothing was done";
		return;
	}
	rel = relation_open(relid, RowExclusiveLock);
	t = review_table(rel);
	if (w->mode == MODE_WITHDRAW)
	{
		SPITupleTable *items;
		int			level;

		owner_begin(&scope, t->owner);
		out->left = execute(w, items_query(t, false), SPI_OK_SELECT);
		(void) execute(w, items_query(t, true), SPI_OK_SELECT);
		items = SPI_tuptable;
		owner_end(&scope);
		level = path_begin();
		out->withdrawn = withdraw_items(w, t, items);
		path_end(level);
		t = review_table(rel);
	}
	owner_begin(&scope, t->owner);
	erase(w, rel, t, out);
	owner_end(&scope);
	relation_close(rel, NoLock);
}

static char *
made_up_name(void)
{
	uint8		random[ERASED_DIGITS / 2];
	char	   *name = palloc(strlen(ERASED_PREFIX) + ERASED_DIGITS + 1);
	char	   *p = name + strlen(ERASED_PREFIX);

	if (!pg_strong_random(random, sizeof(random)))
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("could not generate random values")));
	strcpy(name, ERASED_PREFIX);
	for (int i = 0; i < lengthof(random); i++)
		p += sprintf(p, "%02x", random[i]);
	return name;
}

PG_FUNCTION_INFO_V1(review_withdraw_person);
Datum
review_withdraw_person(PG_FUNCTION_ARGS)
{
	static const ArgChoice modes[] = {{"anonymise", MODE_ANONYMISE}, {"withdraw", MODE_WITHDRAW}, {NULL, 0}};
	Withdraw	w;
	ListCell   *cell;

	if (PG_ARGISNULL(0))
		arg_is_null("actor");
	w.actor = text_to_cstring(PG_GETARG_TEXT_PP(0));
	w.mode = arg_choice(fcinfo, 1, "mode", modes);
	w.pseudonym = made_up_name();
	srf_begin(fcinfo, &w.row);
	foreach(cell, review_attached_all())
	{
		Oid			relid = ((ReviewAttached *) lfirst(cell))->relid;
		Outcome		out = {0};

		SPI_connect();
		do_table(&w, relid, &out);
		srf_datum(&w.row, ObjectIdGetDatum(relid));
		srf_int64(&w.row, out.withdrawn);
		srf_int64(&w.row, out.left);
		srf_int64(&w.row, out.erased);
		srf_int64(&w.row, out.as_role);
		srf_cstring(&w.row, out.note);
		srf_end_row(&w.row);
		SPI_finish();
	}
	return (Datum) 0;
}

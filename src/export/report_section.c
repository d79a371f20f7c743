/*-------------------------------------------------------------------------
 *
 * report_section.c
 *	  Reads a section of a report from jsonb, and says what is wrong with it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/column.h"
#include "common/interrupts.h"
#include "export/html.h"
#include "export/report_section.h"
#include "export/svg.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#define MAX_COLUMNS 64

typedef struct Choice
{
	const char *name;
	int			value;
} Choice;

static const Choice kinds[] = {
	{"text", SECTION_TEXT}, {"figures", SECTION_FIGURES}, {"table", SECTION_TABLE},
	{"forest", SECTION_FOREST}, {"bars", SECTION_BARS}, {"trend", SECTION_TREND}, {"matrix", SECTION_MATRIX}, {NULL, 0}
};

static const Choice formats[] = {
	{"text", FORMAT_TEXT}, {"number", FORMAT_NUMBER}, {"percent", FORMAT_PERCENT},
	{"count", FORMAT_COUNT}, {"duration", FORMAT_DURATION}, {NULL, 0}
};

static const Choice scales[] = {
	{"signed", MATRIX_SIGNED}, {"share", MATRIX_SHARE}, {"ratio", MATRIX_RATIO}, {NULL, 0}
};

static const char *const role_name[ROLE_COUNT] = {
	[ROLE_LABEL] = "label",[ROLE_GROUP] = "group",[ROLE_VALUE] = "value",[ROLE_LOW] = "low",[ROLE_HIGH] = "high",
	[ROLE_N] = "n",[ROLE_OTHER] = "other",[ROLE_RANK_LOW] = "rank_low",[ROLE_RANK_HIGH] = "rank_high",
	[ROLE_NOTE] = "note",[ROLE_ROW] = "row",[ROLE_COLUMN] = "column",[ROLE_X] = "x"
};

typedef struct Reader
{
	int			nth;
	const char *where;			/* "draw." */
} Reader;

/* ---- messages ---- */

pg_noreturn static void
wrong(const Reader *rd, const char *key, const char *what, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("section %d of the report cannot be read", rd->nth),
			 errdetail("\"%s%s\" %s.", rd->where, key, what),
			 hint ? errhint("%s", hint) : 0));
}

/* ---- values of an object ---- */

static JsonbValue *
get(JsonbContainer *object, const char *key, JsonbValue *v)
{
	if (!JsonContainerIsObject(object))
		return NULL;
	v = getKeyJsonValueFromContainer(object, key, strlen(key), v);
	return v && v->type == jbvNull ? NULL : v;
}

static const char *
get_text(const Reader *rd, JsonbContainer *object, const char *key)
{
	JsonbValue	v;

	if (get(object, key, &v) == NULL)
		return NULL;
	if (v.type != jbvString)
		wrong(rd, key, "must be a string", NULL);
	return page_text(v.val.string.val, v.val.string.len);
}

static double
get_number(const Reader *rd, JsonbContainer *object, const char *key)
{
	JsonbValue	v;

	if (get(object, key, &v) == NULL)
		return NAN;
	if (v.type != jbvNumeric)
		wrong(rd, key, "must be a number", NULL);
	return DatumGetFloat8(DirectFunctionCall1(numeric_float8, NumericGetDatum(v.val.numeric)));
}

static bool
get_flag(const Reader *rd, JsonbContainer *object, const char *key)
{
	JsonbValue	v;

	if (get(object, key, &v) == NULL)
		return false;
	if (v.type != jbvBool)
		wrong(rd, key, "must be true or false", NULL);
	return v.val.boolean;
}

static int
get_choice(const Reader *rd, JsonbContainer *object, const char *key, const Choice *choice, int missing)
{
	JsonbValue	v;
	StringInfoData list;

	if (get(object, key, &v) == NULL)
	{
		if (missing < 0)
			wrong(rd, key, "is missing", NULL);
		return missing;
	}
	initStringInfo(&list);
	for (const Choice *c = choice; c->name; c++)
	{
		if (v.type == jbvString && v.val.string.len == strlen(c->name) &&
			memcmp(v.val.string.val, c->name, v.val.string.len) == 0)
			return c->value;
		appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "", c->name);
	}
	wrong(rd, key, "is none of what is accepted", psprintf("Accepted are: %s.", list.data));
}

/* The elements of an array; *n = 0 where there is none */
static JsonbValue *
get_array(const Reader *rd, JsonbContainer *object, const char *key, int *n)
{
	JsonbValue	v;
	JsonbContainer *c;
	JsonbValue *element;
	JsonbIterator *it;
	JsonbIteratorToken token;

	*n = 0;
	if (get(object, key, &v) == NULL)
		return NULL;
	if (v.type != jbvBinary || !JsonContainerIsArray(v.val.binary.data))
		wrong(rd, key, "must be an array", NULL);
	c = v.val.binary.data;
	element = array_alloc(JsonContainerSize(c), sizeof(JsonbValue));
	it = JsonbIteratorInit(c);
	token = JsonbIteratorNext(&it, &v, true);	/* the array begins */
	while ((token = JsonbIteratorNext(&it, &v, true)) == WJB_ELEM)
	{
		HD_CHECK_EVERY(*n + 1);
		element[(*n)++] = v;
	}
	return element;
}

static JsonbContainer *
as_object(const Reader *rd, const JsonbValue *v, const char *key)
{
	if (v->type != jbvBinary || !JsonContainerIsObject(v->val.binary.data))
		wrong(rd, key, "must hold objects", NULL);
	return v->val.binary.data;
}

/* ---- parts of a section ---- */

static void
read_notes(const Reader *rd, JsonbContainer *object, ReportSection *s)
{
	JsonbValue *v = get_array(rd, object, "notes", &s->n_notes);
	int			n = 0;

	s->note = array_alloc(s->n_notes, sizeof(char *));
	for (int i = 0; i < s->n_notes; i++)
	{
		if (v[i].type == jbvNull)
			continue;
		if (v[i].type != jbvString)
			wrong(rd, "notes", "must hold strings", NULL);
		s->note[n++] = page_text(v[i].val.string.val, v[i].val.string.len);
	}
	s->n_notes = n;
}

static void
read_columns(const Reader *rd, JsonbContainer *object, ReportSection *s)
{
	JsonbValue *v = get_array(rd, object, "columns", &s->n_columns);
	Reader		inner = {rd->nth, "columns."};

	if (s->n_columns > MAX_COLUMNS)
		wrong(rd, "columns", "are more than 64", NULL);
	s->column = palloc0(sizeof(ReportColumn) * Max(s->n_columns, 1));
	for (int i = 0; i < s->n_columns; i++)
	{
		ReportColumn *c = &s->column[i];
		JsonbContainer *o = as_object(rd, &v[i], "columns");
		JsonbValue	name;
		double		digits = get_number(&inner, o, "digits");

		if (get(o, "name", &name) == NULL || name.type != jbvString)
			wrong(&inner, "name", "must be a string", NULL);
		c->key = pnstrdup(name.val.string.val, name.val.string.len);
		c->key_len = name.val.string.len;
		c->title = get_text(&inner, o, "title");
		if (c->title == NULL)
			c->title = page_text(name.val.string.val, name.val.string.len);
		c->format.kind = get_choice(&inner, o, "format", formats, FORMAT_TEXT);
		if (digits < 0 || digits > 9)
			wrong(&inner, "digits", "must be between 0 and 9", NULL);
		c->format.digits = isnan(digits) ? -1 : (int) digits;
	}
}

/* A number as text: the digits that the SQL function gave */
static const char *
numeric_text(Numeric n, double v)
{
	char	   *digits = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(n)));

	return strlen(digits) <= 30 ? digits : number_cstring(v);
}

static void
read_cell(const Reader *rd, JsonbContainer *row, const ReportColumn *c, ReportCell *cell)
{
	JsonbValue	v;

	cell->text = NULL;
	cell->number = NAN;
	if (getKeyJsonValueFromContainer(row, c->key, c->key_len, &v) == NULL || v.type == jbvNull)
		return;
	switch (v.type)
	{
		case jbvNumeric:
			cell->number = DatumGetFloat8(DirectFunctionCall1(numeric_float8, NumericGetDatum(v.val.numeric)));
			cell->text = numeric_text(v.val.numeric, cell->number);
			return;
		case jbvString:
			cell->text = page_text(v.val.string.val, v.val.string.len);
			break;
		case jbvBool:
			cell->text = v.val.boolean ? "true" : "false";
			break;
		default:
			{
				char	   *json = JsonbToCString(NULL, v.val.binary.data, v.val.binary.len);

				cell->text = page_text(json, strlen(json));
			}
	}
	if (c->format.kind != FORMAT_TEXT)
	{
		/* what to_jsonb() makes of numbers that are none */
		bool		special = strcmp(cell->text, "NaN") == 0 || strcmp(cell->text, "Infinity") == 0 ||
			strcmp(cell->text, "-Infinity") == 0;

		ereport(ERROR,
				(errcode(special ? ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE : ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("section %d of the report cannot be read", rd->nth),
				 errdetail("A row has something else than a finite number in column \"%s\".", c->key),
				 special ? errhint("Use NULL for a value that is missing.") : 0));
	}
}

static void
read_rows(const Reader *rd, JsonbContainer *object, ReportSection *s)
{
	JsonbValue *v = get_array(rd, object, "rows", &s->n_rows);

	s->cell = array_alloc(mul_size(s->n_rows, Max(s->n_columns, 1)), sizeof(ReportCell));
	for (int i = 0; i < s->n_rows; i++)
	{
		JsonbContainer *row = as_object(rd, &v[i], "rows");

		HD_CHECK_EVERY(i);
		for (int j = 0; j < s->n_columns; j++)
			read_cell(rd, row, &s->column[j], &s->cell[(Size) i * s->n_columns + j]);
	}
}

static int
column_named(const Reader *rd, const ReportSection *s, JsonbContainer *draw, const char *role)
{
	JsonbValue	v;

	if (get(draw, role, &v) == NULL)
		return -1;
	for (int i = 0; i < s->n_columns && v.type == jbvString; i++)
		if (v.val.string.len == s->column[i].key_len &&
			memcmp(v.val.string.val, s->column[i].key, v.val.string.len) == 0)
			return i;
	wrong(rd, role, "must be the name of a column", NULL);
}

static void
need_role(const Reader *rd, const ReportSection *s, ColumnRole role, bool number)
{
	if (s->role[role] < 0)
		wrong(rd, role_name[role], "is missing", "It names the column to draw so.");
	if (number && s->column[s->role[role]].format.kind == FORMAT_TEXT)
		wrong(rd, role_name[role], "must be a column of numbers",
			  "Give the column a format: number, percent, count, duration.");
}

static void
read_draw(const Reader *outer, JsonbContainer *object, ReportSection *s)
{
	static const ColumnRole numbers[] = {ROLE_LOW, ROLE_HIGH, ROLE_N, ROLE_OTHER, ROLE_RANK_LOW, ROLE_RANK_HIGH, ROLE_X};
	Reader		rd = {outer->nth, "draw."};
	JsonbValue	v;
	JsonbContainer *draw;
	double		limit;

	for (int i = 0; i < ROLE_COUNT; i++)
		s->role[i] = -1;
	s->min = s->max = s->reference = NAN;
	if (get(object, "draw", &v) == NULL)
	{
		if (s->kind != SECTION_TEXT && s->kind != SECTION_TABLE)
			wrong(outer, "draw", "is missing", NULL);
		return;
	}
	draw = as_object(outer, &v, "draw");
	for (int i = 0; i < ROLE_COUNT; i++)
		s->role[i] = column_named(&rd, s, draw, role_name[i]);
	s->min = get_number(&rd, draw, "min");
	s->max = get_number(&rd, draw, "max");
	if (s->min >= s->max)
		wrong(&rd, "min", "must be less than max", NULL);
	s->reference = get_number(&rd, draw, "reference");
	s->log = get_flag(&rd, draw, "log");
	if (s->log && (s->min <= 0 || s->max <= 0 || s->reference <= 0))
		wrong(&rd, "log", "needs a scale above zero", NULL);
	s->counts = get_flag(&rd, draw, "counts");
	s->triangle = get_flag(&rd, draw, "triangle");
	s->square = get_flag(&rd, draw, "square");
	s->scale = get_choice(&rd, draw, "scale", scales, MATRIX_SIGNED);
	limit = get_number(&rd, draw, "limit");
	if (limit < 1 || limit > 1000)
		wrong(&rd, "limit", "must be between 1 and 1000", NULL);
	s->limit = !isnan(limit) ? (int) limit : s->kind == SECTION_TREND ? 400 : 40;
	s->value_title = get_text(&rd, draw, "value_title");
	s->interval_title = get_text(&rd, draw, "interval_title");
	s->other_title = get_text(&rd, draw, "other_title");
	s->reference_title = get_text(&rd, draw, "reference_title");
	s->n_title = get_text(&rd, draw, "n_title");

	if (s->kind == SECTION_MATRIX)
	{
		need_role(&rd, s, ROLE_ROW, false);
		need_role(&rd, s, ROLE_COLUMN, false);
		need_role(&rd, s, ROLE_VALUE, true);
	}
	else if (s->kind != SECTION_TEXT && s->kind != SECTION_TABLE)
	{
		if (s->kind == SECTION_TREND)
			need_role(&rd, s, ROLE_X, true);
		need_role(&rd, s, ROLE_LABEL, false);
		need_role(&rd, s, ROLE_VALUE, s->kind != SECTION_FIGURES);
	}
	for (int i = 0; i < lengthof(numbers); i++)
		if (s->role[numbers[i]] >= 0)
			need_role(&rd, s, numbers[i], true);
}

void
report_section_read(Jsonb *jb, int nth, ReportSection *s)
{
	Reader		rd = {nth, ""};
	JsonbContainer *object = &jb->root;

	memset(s, 0, sizeof(*s));
	if (!JB_ROOT_IS_OBJECT(jb))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("section %d of the report cannot be read", nth),
				 errdetail("It must be a JSON object."),
				 errhint("The functions report_... of hdata make sections.")));
	s->kind = get_choice(&rd, object, "kind", kinds, -1);
	s->title = get_text(&rd, object, "title");
	s->reading = get_text(&rd, object, "reading");
	s->empty = get_text(&rd, object, "empty");
	s->body = get_text(&rd, object, "body");
	if (s->title == NULL && s->kind != SECTION_TEXT)
		wrong(&rd, "title", "is missing", NULL);
	read_notes(&rd, object, s);
	read_columns(&rd, object, s);
	if (s->kind != SECTION_TEXT && s->n_columns == 0)
		wrong(&rd, "columns", "are missing", NULL);
	read_rows(&rd, object, s);
	read_draw(&rd, object, s);
}

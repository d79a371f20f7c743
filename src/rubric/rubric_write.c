/*-------------------------------------------------------------------------
 *
 * rubric_write.c
 *	  Canonical JSON of a rubric, and the bytes that its hashes are taken of.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/column.h"
#include "common/cryptohash.h"
#include "common/sha2.h"
#include "common/state.h"
#include "rubric/rubric_parse.h"
#include "utils/json.h"
#include "utils/memutils.h"

/* ---- canonical JSON: keys in one order, what has its default value left out ---- */

static void
put_key(StringInfo s, const char *key)
{
	appendStringInfo(s, "%s\"%s\": ", s->data[s->len - 1] == '{' ? "" : ", ", key);
}

static void
put_string(StringInfo s, const char *key, const char *value)
{
	if (value == NULL)
		return;
	put_key(s, key);
	escape_json(s, value);
}

static void
put_number(StringInfo s, const char *key, double v)
{
	char	   *n = number_cstring(v);

	put_key(s, key);
	appendStringInfoString(s, n);
	pfree(n);
}

static void
put_tags(StringInfo s, const RubricNode *node)
{
	if (node->n_own_tags == 0)
		return;
	put_key(s, "tags");
	for (int32 i = 0; i < node->n_own_tags; i++)
	{
		appendStringInfoString(s, i == 0 ? "[" : ", ");
		escape_json(s, node->own_tag[i]);
	}
	appendStringInfoChar(s, ']');
}

static void
put_levels(StringInfo s, const RubricNode *node)
{
	if (node->n_levels == 0)
		return;
	put_key(s, "levels");
	for (int32 i = 0; i < node->n_levels; i++)
	{
		appendStringInfoString(s, i == 0 ? "[{" : ", {");
		put_number(s, "value", node->level[i].value);
		put_string(s, "label", node->level[i].label);
		put_string(s, "text", node->level[i].text);
		appendStringInfoChar(s, '}');
	}
	appendStringInfoChar(s, ']');
}

/* The nodes from..to - 1, siblings and what is below them; as deep as the rubric is */
static void
put_nodes(StringInfo s, const Rubric *r, int32 from, int32 to)
{
	for (int32 i = from; i < to; i = r->node[i].next)
	{
		const RubricNode *node = &r->node[i];

		appendStringInfoString(s, i == from ? "[{" : ", {");
		put_string(s, "id", node->id);
		put_string(s, "text", node->text);
		put_number(s, r->tree ? "weight" : "points", node->points);
		put_tags(s, node);
		if (node->gate)
		{
			put_key(s, "gate");
			appendStringInfoString(s, "true");
		}
		if (node->scale)
			put_string(s, "kind", "scale");
		put_levels(s, node);
		if (!node->leaf)
		{
			put_key(s, "children");
			put_nodes(s, r, i + 1, node->next);
		}
		appendStringInfoChar(s, '}');
	}
	appendStringInfoChar(s, ']');
}

void
rubric_write(const Rubric *r, StringInfo s)
{
	static const char *const norm_name[] = {NULL, "minmax", "abs"};

	appendStringInfoChar(s, '{');
	put_string(s, "version", r->version);
	put_string(s, "norm", norm_name[r->norm]);
	if (r->penalty_only)
	{
		put_key(s, "penalty_only");
		appendStringInfoString(s, "true");
	}
	put_key(s, "criteria");
	put_nodes(s, r, 0, r->n_nodes);
	appendStringInfoChar(s, '}');
}

/* ---- hashes (docs/rubric.md has the formats) ---- */

static void
hash_bytes(const WireWriter *w, uint8 *hash)
{
	pg_cryptohash_ctx *cx = pg_cryptohash_create(PG_SHA256);

	if (cx == NULL ||
		pg_cryptohash_init(cx) < 0 ||
		pg_cryptohash_update(cx, w->data, w->len) < 0 ||
		pg_cryptohash_final(cx, hash, PG_SHA256_DIGEST_LENGTH) < 0)
		elog(ERROR, "could not compute SHA-256: %s", pg_cryptohash_error(cx));
	pg_cryptohash_free(cx);
}

static void
wire_put_string(WireWriter *w, const char *s)
{
	size_t		len = s ? strlen(s) : 0;

	wire_put_varint(w, len);
	wire_put_bytes(w, s, len);
}

static void
wire_put_double(WireWriter *w, double v)
{
	uint64		u;

	memcpy(&u, &v, sizeof(u));
	u = pg_hton64(u);
	wire_put_bytes(w, &u, sizeof(u));
}

static int
compare_node_ids(const void *a, const void *b, void *arg)
{
	const RubricNode *node = arg;

	return strcmp(node[*(const int32 *) a].id, node[*(const int32 *) b].id);
}

static int
compare_levels(const void *a, const void *b)
{
	const RubricLevel *x = a;
	const RubricLevel *y = b;

	if (x->value != y->value)
		return x->value < y->value ? -1 : 1;
	return strcmp(x->label ? x->label : "", y->label ? y->label : "");
}

static void
hash_levels(WireWriter *w, const RubricNode *node)
{
	RubricLevel *level;

	wire_put_varint(w, node->n_levels);
	if (node->n_levels == 0)
		return;
	level = palloc(sizeof(RubricLevel) * node->n_levels);
	memcpy(level, node->level, sizeof(RubricLevel) * node->n_levels);
	qsort(level, node->n_levels, sizeof(RubricLevel), compare_levels);
	for (int32 i = 0; i < node->n_levels; i++)
	{
		wire_put_double(w, level[i].value);
		wire_put_string(w, level[i].label);
	}
	pfree(level);
}

/* Siblings by id: the order in which criteria are written changes no score */
static void
hash_nodes(WireWriter *w, const Rubric *r, int32 from, int32 to)
{
	int32		n = 0;
	int32	   *sibling;

	for (int32 i = from; i < to; i = r->node[i].next)
		n++;
	sibling = palloc(sizeof(int32) * n);
	n = 0;
	for (int32 i = from; i < to; i = r->node[i].next)
		sibling[n++] = i;
	qsort_arg(sibling, n, sizeof(int32), compare_node_ids, r->node);

	wire_put_varint(w, n);
	for (int32 k = 0; k < n; k++)
	{
		const RubricNode *node = &r->node[sibling[k]];

		wire_put_string(w, node->id);
		wire_put_double(w, node->points);
		wire_put_byte(w, (node->leaf ? 1 : 0) | (node->gate ? 2 : 0));
		if (node->leaf)
			hash_levels(w, node);
		else
			hash_nodes(w, r, sibling[k] + 1, node->next);
	}
	pfree(sibling);
}

void
rubric_scoring_hash(const Rubric *r, uint8 *hash)
{
	WireWriter	w;

	wire_begin(&w, CurrentMemoryContext, "rubric", MaxAllocSize);
	wire_put_byte(&w, 1);
	wire_put_byte(&w, r->tree ? 1 : 0);
	wire_put_byte(&w, (uint8) r->norm);
	wire_put_byte(&w, r->penalty_only ? 1 : 0);
	hash_nodes(&w, r, 0, r->n_nodes);
	hash_bytes(&w, hash);
	pfree(w.data);
}

/* What a grader reads, in the order in which it is written */
void
rubric_texts_hash(const Rubric *r, uint8 *hash)
{
	WireWriter	w;

	wire_begin(&w, CurrentMemoryContext, "rubric", MaxAllocSize);
	wire_put_byte(&w, 1);
	for (int32 i = 0; i < r->n_nodes; i++)
	{
		const RubricNode *node = &r->node[i];

		wire_put_string(&w, node->id);
		wire_put_string(&w, node->text);
		wire_put_varint(&w, node->n_levels);
		for (int32 k = 0; k < node->n_levels; k++)
		{
			wire_put_string(&w, node->level[k].label);
			wire_put_string(&w, node->level[k].text);
		}
	}
	hash_bytes(&w, hash);
	pfree(w.data);
}

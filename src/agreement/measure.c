/*-------------------------------------------------------------------------
 *
 * measure.c
 *	  From a ratings state and the options of a call to what the kernels
 *	  take: the matrix, the domain of categories, the disagreement.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "agreement/measure.h"
#include "common/compat.h"
#include "common/interrupts.h"
#include "utils/builtins.h"

/* ---- names ---- */

const NamedCoefficient coefficients[N_COEFFICIENTS] = {
	{COEF_PERCENT, "percent_agreement"},
	{COEF_WEIGHTED, "weighted_agreement"},
	{COEF_COHEN, "cohen_kappa"},
	{COEF_FLEISS, "fleiss_kappa"},
	{COEF_CONGER, "conger_kappa"},
	{COEF_GWET, "gwet_ac"},
	{COEF_BP, "brennan_prediger"},
	{COEF_ALPHA, "krippendorff_alpha"}
};

static const Level levels[] = {
	{"nominal", DIS_IDENTITY, DIS_IDENTITY, "identity"},
	{"ordinal", DIS_RANK, DIS_ORDINAL, "ordinal"},
	{"interval", DIS_QUADRATIC, DIS_QUADRATIC, "quadratic"},
	{"ratio", DIS_RATIO, DIS_RATIO, "ratio"},
	{"circular", DIS_CIRCULAR, DIS_CIRCULAR, "circular"},
	{"bipolar", DIS_BIPOLAR, DIS_BIPOLAR, "bipolar"},
	{"jaccard", DIS_JACCARD, DIS_JACCARD, "jaccard"},
	{"masi", DIS_MASI, DIS_MASI, "masi"}
};

const Level *
level_arg(FunctionCallInfo fcinfo, int arg)
{
	ArgChoice	choice[lengthof(levels) + 1];

	for (int i = 0; i < lengthof(levels); i++)
	{
		choice[i].name = levels[i].name;
		choice[i].value = i;
	}
	choice[lengthof(levels)].name = NULL;
	return &levels[arg_choice(fcinfo, arg, "level", choice)];
}

DisagreementKind
weights_arg(FunctionCallInfo fcinfo, int arg)
{
	static const ArgChoice weights[] = {
		{"identity", DIS_IDENTITY},
		{"linear", DIS_LINEAR},
		{"quadratic", DIS_QUADRATIC},
		{"ordinal", DIS_ORDINAL},
		{"radical", DIS_RADICAL},
		{"ratio", DIS_RATIO},
		{"circular", DIS_CIRCULAR},
		{"bipolar", DIS_BIPOLAR},
		{"jaccard", DIS_JACCARD},
		{"masi", DIS_MASI},
		{NULL, 0}
	};

	return arg_choice(fcinfo, arg, "weights", weights);
}

/* Metrics of alpha: the levels, and Gwet's weights that are no level */
DisagreementKind
metric_arg(FunctionCallInfo fcinfo, int arg)
{
	static const ArgChoice metrics[] = {
		{"nominal", DIS_IDENTITY},
		{"ordinal", DIS_RANK},
		{"interval", DIS_QUADRATIC},
		{"ratio", DIS_RATIO},
		{"circular", DIS_CIRCULAR},
		{"bipolar", DIS_BIPOLAR},
		{"jaccard", DIS_JACCARD},
		{"masi", DIS_MASI},
		{"linear", DIS_LINEAR},
		{"radical", DIS_RADICAL},
		{"gwet_ordinal", DIS_ORDINAL},
		{NULL, 0}
	};

	return arg_choice(fcinfo, arg, "level", metrics);
}

/* ---- the domain ---- */

static char *
key_cstring(const Measure *q, const Dict *d, uint32 code)
{
	return value_cstring(q->r->kind.value, d, code);
}

char *
category_cstring(const Measure *q, int32 category)
{
	return key_cstring(q, q->declared ? &q->domain : &q->r->labels, category);
}

static void
read_domain(Measure *q, Datum *name, int n)
{
	if (q->r->kind.value == VALUE_SET)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("categories cannot be declared for label sets")));
	if (n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("categories must not be empty"),
				 errhint("Leave them out to use the values that occur.")));
	dict_init(&q->domain, CurrentMemoryContext);
	for (int i = 0; i < n; i++)
	{
		ColumnKey	k;

		if (!value_key_of_text(q->r->kind.value, name[i], &k))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("category \"%s\" is no number", TextDatumGetCString(name[i])),
					 errdetail("The values of these ratings are numbers.")));
		if (dict_add(&q->domain, k.prefix, k.bytes, k.len) != i)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("category \"%s\" is declared twice", TextDatumGetCString(name[i]))));
	}
	/* numbers have an order of their own, however they are listed */
	if (q->r->kind.value == VALUE_NUMBER)
	{
		Dict		sorted;

		dict_init(&sorted, CurrentMemoryContext);
		dict_reorder(&sorted, &q->domain, dict_sorted(&q->domain), q->domain.n);
		q->domain = sorted;
	}
}

/* Labels become positions in the declared domain */
static void
map_to_domain(Measure *q)
{
	Ratings    *r = q->r;
	int32	   *map = array_alloc(r->labels.n, sizeof(int32));
	int32	   *category = array_alloc(r->n_obs, sizeof(int32));

	for (uint32 i = 0; i < r->labels.n; i++)
	{
		uint8		tmp[8];
		uint32		len;
		const uint8 *key = dict_key(&r->labels, i, tmp, &len);

		map[i] = (int32) dict_find(&q->domain, hd_load_prefix(key, len), key, len);
	}
	for (int32 j = 0; j < r->n_obs; j++)
	{
		HD_CHECK_EVERY(j);
		category[j] = map[r->label[j]];
		if (category[j] < 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("value \"%s\" is not among the declared categories",
							key_cstring(q, &r->labels, r->label[j])),
					 errhint("Declare every category that may occur.")));
	}
	pfree(map);
	q->m.category = category;
	q->m.n_categories = (int32) q->domain.n;
}

/* ordered: the domain was declared in its order */
static void
set_positions(Measure *q, bool ordered)
{
	Ratings    *r = q->r;
	int32		n = q->m.n_categories;

	if (r->kind.value == VALUE_NUMBER)
	{
		const Dict *d = q->declared ? &q->domain : &r->labels;

		q->x = array_alloc(n, sizeof(double));
		for (int32 k = 0; k < n; k++)
			q->x[k] = dict_prefix_float8(d->entry[k].prefix);
	}
	else if (r->kind.value == VALUE_ORDERED || ordered)
	{
		q->x = array_alloc(n, sizeof(double));
		for (int32 k = 0; k < n; k++)
			q->x[k] = k + 1;
	}
}

/* Elements of label sets as ascending codes */
static void
set_label_sets(Measure *q)
{
	const Dict *labels = q->declared ? &q->domain : &q->r->labels;
	Dict		element;
	int32	   *start = array_alloc(labels->n + 1, sizeof(int32));
	int32	   *code = array_alloc(labels->key_bytes + 1, sizeof(int32));
	int32		n = 0;

	dict_init(&element, CurrentMemoryContext);
	for (uint32 i = 0; i < labels->n; i++)
	{
		uint8		tmp[8];
		uint32		len;
		const uint8 *p = dict_key(labels, i, tmp, &len);
		const uint8 *end = p + len;
		const uint8 *e;
		int			elen;

		HD_CHECK_EVERY(i);
		start[i] = n;
		while (p < end && (elen = set_key_next(&p, end, &e)) >= 0)
			code[n++] = (int32) dict_add(&element, hd_load_prefix(e, elen), e, elen);
		qsort(code + start[i], n - start[i], sizeof(int32), int32_ascending);
	}
	start[labels->n] = n;
	q->sets = palloc(sizeof(LabelSets));
	q->sets->start = start;
	q->sets->element = code;
}

/* ---- clusters ---- */

/* Items without a cluster are clusters of their own */
static void
set_clusters(Measure *q)
{
	Ratings    *r = q->r;
	int32	   *cluster;
	int32		n = (int32) r->clusters.n;

	if (r->n_item_clusters == 0)
		return;
	cluster = array_alloc(r->n_items, sizeof(int32));
	for (int32 i = 0; i < r->n_items; i++)
		cluster[i] = -1;
	for (int32 f = 0; f < r->n_item_clusters; f++)
		cluster[r->cluster_item[f]] = r->cluster[f];
	for (int32 i = 0; i < r->n_items; i++)
		if (cluster[i] < 0)
			cluster[i] = n++;
	q->m.cluster = cluster;
	q->m.n_clusters = n;
}

/* ---- one domain for two states ---- */

static void
add_labels(Dict *dst, const Dict *src)
{
	for (uint32 i = 0; i < src->n; i++)
	{
		uint8		tmp[8];
		uint32		len;
		const uint8 *key = dict_key(src, i, tmp, &len);

		HD_CHECK_EVERY(i);
		dict_add(dst, src->entry[i].prefix, key, len);
	}
}

/* Enums: the longer list must hold the shorter one in the same order */
static void
check_order(Dict *domain, const Dict *part)
{
	int64		last = -1;

	for (uint32 i = 0; i < part->n; i++)
	{
		uint8		tmp[8];
		uint32		len;
		const uint8 *key = dict_key(part, i, tmp, &len);
		int64		at = dict_find(domain, hd_load_prefix(key, len), key, len);

		if (at <= last)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("the two ratings list their categories in different orders"),
					 errhint("Declare the categories in their order.")));
		last = at;
	}
}

static void
common_domain(const Ratings *a, const Ratings *b, Dict *out)
{
	Dict		all;

	dict_init(&all, CurrentMemoryContext);
	if (a->labels.n >= b->labels.n)
	{
		add_labels(&all, &a->labels);
		add_labels(&all, &b->labels);
	}
	else
	{
		add_labels(&all, &b->labels);
		add_labels(&all, &a->labels);
	}
	if (a->kind.value == VALUE_ORDERED || b->kind.value == VALUE_ORDERED)
	{
		check_order(&all, a->labels.n >= b->labels.n ? &b->labels : &a->labels);
		*out = all;
		return;
	}
	dict_init(out, CurrentMemoryContext);
	dict_reorder(out, &all, dict_sorted(&all), all.n);
}

static void
check_same_kinds(const Ratings *a, const Ratings *b)
{
	if (a->kind.item == ID_NONE || b->kind.item == ID_NONE)
		return;
	if (a->kind.item != b->kind.item)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("the two ratings have items of different types"),
				 errhint("Cast the items of both to text.")));
	if (a->kind.value != b->kind.value)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("the two ratings have values of different types"),
				 errhint("Cast the values of both to one type.")));
}

/* ---- the whole ---- */

static void
measure_begin(Measure *q, Ratings *r)
{
	memset(q, 0, sizeof(Measure));
	q->r = r;
	q->m.n_items = r->n_items;
	q->m.n_raters = (int32) r->raters.n;
	q->m.n_categories = (int32) r->labels.n;
	q->m.n_obs = r->n_obs;
	q->m.start = r->start;
	q->m.rater = r->rater;
	q->m.category = r->label;
}

static void
measure_finish(Measure *q, bool ordered)
{
	if (q->declared)
		map_to_domain(q);
	set_positions(q, ordered);
	if (q->r->kind.value == VALUE_SET)
		set_label_sets(q);
	set_clusters(q);
}

void
measure_ratings(FunctionCallInfo fcinfo, int categories, Measure *q)
{
	Datum	   *name = NULL;
	int			n = -1;

	measure_begin(q, ratings_get_consistent(PG_GETARG_DATUM(0)));
	if (categories > 0)
		name = arg_text_array(fcinfo, categories, "categories", &n);
	q->declared = n >= 0;
	if (q->declared)
		read_domain(q, name, n);
	measure_finish(q, q->declared);
}

void
measure_two_ratings(FunctionCallInfo fcinfo, int categories, Measure *a, Measure *b)
{
	int			n = -1;
	Datum	   *name = arg_text_array(fcinfo, categories, "categories", &n);

	measure_begin(a, ratings_get_consistent(PG_GETARG_DATUM(0)));
	measure_begin(b, ratings_get_consistent(PG_GETARG_DATUM(1)));
	check_same_kinds(a->r, b->r);
	a->declared = b->declared = true;
	if (n >= 0)
	{
		read_domain(a, name, n);
		read_domain(b, name, n);
	}
	else
	{
		common_domain(a->r, b->r, &a->domain);
		b->domain = a->domain;
	}
	measure_finish(a, n >= 0);
	measure_finish(b, n >= 0);
}

void
measure_disagreement(Measure *q, DisagreementKind kind, Disagreement *d)
{
	bool		of_sets = kind == DIS_JACCARD || kind == DIS_MASI;

	if (of_sets && q->sets == NULL && q->m.n_categories > 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("jaccard and masi compare label sets"),
				 errhint("Pass the labels of an item as an array to ratings_agg.")));
	if (!of_sets && kind != DIS_IDENTITY && q->x == NULL && q->m.n_categories > 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the order of the values is not known"),
				 errdetail("The values are %s: their distances cannot be measured.",
						   q->sets ? "label sets" : "unordered text"),
				 q->sets ? errhint("Use the level jaccard or masi.") :
				 errhint("Declare the categories in their order, for example categories => '{low,medium,high}', or pass an enum or a number to ratings_agg.")));
	dis_init(d, kind, q->m.n_categories, q->x, q->sets);
}

/*-------------------------------------------------------------------------
 *
 * release_content.c
 *	  What is checked of the content of a release: where its items stand in
 *	  review, duplicates, leaks between splits, agreement, personal data.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/compat.h"
#include "export/release.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

static bool
has(const Release *release, const char *column)
{
	return user_query_column(release->query, column) != 0;
}

/* Every item stands in an accepting state of the flow of its table */
void
release_check_review(Release *release)
{
	Oid			rel = release->options.review;
	SpiRow		at,
				r;
	ReleaseCheck *check;

	if (!OidIsValid(rel))
		return;
	if (!has(release, "item"))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("the query has no column \"item\""),
				 errdetail("Items are looked up by it in the table under review.")));
	if (get_rel_name(rel) == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation with OID %u does not exist", rel)));
	spi_one_row(psprintf("SELECT pg_catalog.max(a.flow), pg_catalog.max(a.key), pg_catalog.max(a.state), "
						 "(SELECT pg_catalog.max(f.version) FROM hdata.review_flows AS f WHERE f.name OPERATOR(pg_catalog.=) pg_catalog.max(a.flow)) "
						 "FROM hdata.review_attachments() AS a WHERE a.rel OPERATOR(pg_catalog.=) %u::pg_catalog.regclass", rel), &at);
	if (at.value[0] == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("table %s is not under review", get_rel_name(rel)),
				 errhint("See hdata.review_attach().")));
	spi_one_row(psprintf("WITH hdata_item AS (SELECT DISTINCT item FROM (SELECT %s AS item FROM %s) AS i WHERE item IS NOT NULL), "
						 "hdata_state AS (SELECT %s AS state, s.accepting FROM hdata_item AS i "
						 "LEFT JOIN %s AS t ON %s OPERATOR(pg_catalog.=) i.item "
						 "LEFT JOIN LATERAL (SELECT * FROM hdata.review_flows AS f, LATERAL hdata.review_states(f.flow) AS s "
						 "WHERE f.name OPERATOR(pg_catalog.=) %s AND f.version OPERATOR(pg_catalog.=) %s) AS s ON s.state OPERATOR(pg_catalog.=) %s), "
						 "hdata_count AS (SELECT coalesce(state, '') AS state, coalesce(pg_catalog.bool_or(accepting), false) AS accepting, pg_catalog.count(*) AS n FROM hdata_state GROUP BY 1) "
						 "SELECT coalesce(pg_catalog.sum(n) FILTER (WHERE NOT accepting), 0), pg_catalog.jsonb_object_agg(state, n), "
						 "pg_catalog.string_agg(pg_catalog.format(CASE WHEN state OPERATOR(pg_catalog.=) '' THEN '%%s not in the table' ELSE '%%s in state \"%%s\"' END, n, state), ', ' ORDER BY state COLLATE \"C\") FILTER (WHERE NOT accepting) FROM hdata_count",
						 release_elements(release->query, "item"), user_query_from(release->query), column_as_text(rel, "t", at.value[2]),
						 quote_qualified_identifier(get_namespace_name(get_rel_namespace(rel)), get_rel_name(rel)), column_as_text(rel, "t", at.value[1]),
						 quote_literal_cstr(at.value[0]), at.value[3] ? at.value[3] : "0", column_as_text(rel, "t", at.value[2])), &r);
	check = release_add(release, "items_not_accepted", spi_int64(&r, 0), 0);
	check->detail = r.value[2];
	check = release_add(release, "rows_without_item", release_rows_without(release, "item"), 0);
	check->detail = check->ok ? NULL : "what stands in no state was accepted by nobody";
	release_fact(release, "review", psprintf("{\"flow\": %s, \"version\": %s, \"items\": %s}", json_string(at.value[0]),
											 at.value[3] ? at.value[3] : "null", r.value[1] ? r.value[1] : "{}"));
}

/* Texts that repeat another one, by the measure that docs/text.md recommends */
void
release_check_duplicates(Release *release)
{
	ReleaseOptions *options = &release->options;
	SpiRow		r;
	ReleaseCheck *check;
	int64		n_texts;
	int64		n_duplicates;

	if (!has(release, "text"))
	{
		if (options->max_duplicates >= 0)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("the query has no column \"text\""),
					 errdetail("Option \"max_duplicates\" is about it.")));
		return;
	}
	spi_one_row(psprintf("SELECT s.n_texts, s.n_duplicates, s.n_clusters, s.method FROM "
						 "(SELECT hdata.corpus_agg(id, text) AS corpus FROM (SELECT pg_catalog.row_number() OVER () AS id, text::pg_catalog.text AS text FROM %s) AS t) AS c "
						 "LEFT JOIN LATERAL hdata.duplicate_stats(c.corpus, %.17g) AS s ON true",
						 user_query_from(release->query), options->duplicate_threshold), &r);
	n_texts = spi_int64(&r, 0);
	n_duplicates = spi_int64(&r, 1);
	check = release_add(release, "duplicates", n_duplicates,
						options->max_duplicates < 0 ? NAN : floor(options->max_duplicates * n_texts));
	check->detail = psprintf("texts like another of " INT64_FORMAT " at a similarity of %g; groups of them: %s", n_texts,
							 options->duplicate_threshold, r.value[2] ? r.value[2] : "0");
	release_fact(release, "duplicates",
				 psprintf("{\"texts\": " INT64_FORMAT ", \"duplicates\": " INT64_FORMAT ", \"clusters\": %s, \"threshold\": %g, \"method\": %s}",
						  n_texts, n_duplicates, r.value[2] ? r.value[2] : "0", options->duplicate_threshold,
						  r.value[3] ? json_string(r.value[3]) : "null"));
}

/* How many rows each split has, and which texts are alike across splits */
void
release_check_splits(Release *release)
{
	ReleaseOptions *options = &release->options;
	SpiRow		r;
	ReleaseCheck *check;

	if (!has(release, "split"))
		return;
	spi_one_row(psprintf("SELECT pg_catalog.jsonb_object_agg(coalesce(split, ''), n), pg_catalog.sum(n) FILTER (WHERE split IS NULL) FROM "
						 "(SELECT split::pg_catalog.text AS split, pg_catalog.count(*) AS n FROM %s GROUP BY 1) AS s",
						 user_query_from(release->query)), &r);
	release_fact(release, "splits", r.value[0]);
	check = release_add(release, "rows_without_split", spi_int64(&r, 1), 0);
	if (!has(release, "text"))
		return;
	spi_one_row(psprintf("SELECT pg_catalog.count(*), pg_catalog.min(l.split_a), pg_catalog.min(l.split_b) FROM "
						 "(SELECT hdata.corpus_agg(id, text, split) AS corpus FROM (SELECT pg_catalog.row_number() OVER () AS id, text::pg_catalog.text AS text, "
						 "split::pg_catalog.text AS split FROM %s) AS t) AS c, LATERAL hdata.split_leaks(c.corpus, %.17g) AS l",
						 user_query_from(release->query), options->leak_threshold), &r);
	check = release_add(release, "split_leaks", spi_int64(&r, 0), options->max_leaks);
	check->detail = psprintf("pairs of texts across splits at a similarity of %g", options->leak_threshold);
	release_fact(release, "split_leaks", psprintf("{\"pairs\": %s, \"threshold\": %g}", r.value[0], options->leak_threshold));
}

/*
 * Agreement by project: judged by the lower end of the interval, so that few
 * ratings cannot pass by chance.
 */
void
release_check_agreement(Release *release)
{
	ReleaseOptions *options = &release->options;
	UserQuery  *query;
	SpiRow		r;
	ReleaseCheck *check;

	if (options->agreement == NULL)
		return;
	query = user_query(options->agreement);
	if (user_query_column(query, "name") == 0 || user_query_column(query, "ratings") == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("the query of option \"agreement\" must have the columns \"name\" and \"ratings\"")));
	/* a project without ratings, or without this coefficient, has not reached any minimum */
	spi_one_row(psprintf("WITH hdata_agreement AS (SELECT q.name::pg_catalog.text AS name, a.* FROM (SELECT * FROM %s) AS q "
						 "LEFT JOIN LATERAL hdata.agreement(q.ratings, %s) AS a ON a.coefficient OPERATOR(pg_catalog.=) %s) "
						 "SELECT pg_catalog.count(coefficient), pg_catalog.count(*) FILTER (WHERE ci_low IS NULL OR ci_low OPERATOR(pg_catalog.<) %.17g), "
						 "pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('name', name, 'coefficient', coefficient, 'level', level, 'value', value, "
						 "'ci_low', ci_low, 'ci_high', ci_high, 'n_items', n_items, 'n_raters', n_raters, 'n_ratings', n_ratings) ORDER BY name COLLATE \"C\") FILTER (WHERE coefficient IS NOT NULL), "
						 "pg_catalog.min(name COLLATE \"C\") FILTER (WHERE ci_low IS NULL OR ci_low OPERATOR(pg_catalog.<) %.17g) FROM hdata_agreement",
						 user_query_from(query), quote_literal_cstr(options->level), quote_literal_cstr(options->coefficient),
						 options->min_agreement, options->min_agreement), &r);
	if (spi_int64(&r, 0) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("agreement has no coefficient \"%s\" for these ratings", options->coefficient),
				 errhint("See the column coefficient of hdata.agreement().")));
	release_fact(release, "agreement", r.value[2]);
	check = release_add(release, "agreement_too_low", spi_int64(&r, 1), options->min_agreement < 0 ? NAN : 0);
	if (options->min_agreement >= 0)
		check->detail = psprintf("projects whose interval of %s begins below %g, or that have none%s%s", options->coefficient, options->min_agreement,
								 r.value[3] ? ", the first being " : "", r.value[3] ? r.value[3] : "");
}

/* Lines that hold something like an address or a key; a signal for people to look at */
void
release_check_pii(Release *release)
{
	SpiRow		r;
	ReleaseCheck *check;

	if (release->options.max_pii < 0)
		return;
	spi_one_row(psprintf("SELECT pg_catalog.count(*) FROM %s WHERE EXISTS (SELECT FROM hdata.pii_spans(%s::pg_catalog.text))",
						 user_query_from(release->query), has(release, "text") ? "text" : "line"), &r);
	check = release_add(release, "texts_with_personal_data", spi_int64(&r, 0), release->options.max_pii);
	check->detail = "by hdata.pii_spans()";
	release_fact(release, "texts_with_personal_data", r.value[0]);
}

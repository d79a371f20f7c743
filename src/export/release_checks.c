/*-------------------------------------------------------------------------
 *
 * release_checks.c
 *	  What is checked of the rows of a release: lines, people, attributes,
 *	  records.  What is checked of their content is in release_content.c.
 *
 * Each check is one query over the rows of the user's query; the columns
 * that it needs have fixed names (docs/export.md).  Detail texts name a few
 * ids at most: they go to the log of the server.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/compat.h"
#include "export/release.h"
#include "nodes/value.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/lsyscache.h"

/* n of something of which the bound may be found; NaN: it only informs */
ReleaseCheck *
release_add(Release *release, const char *name, int64 n, double bound)
{
	ReleaseCheck *check = palloc0(sizeof(ReleaseCheck));

	check->name = name;
	check->n = n;
	check->bound = bound;
	check->ok = isnan(bound) || n <= bound;
	release->checks = lappend(release->checks, check);
	return check;
}

void
release_fact(Release *release, const char *key, const char *json)
{
	StringInfo	facts = &release->facts;

	appendStringInfoString(facts, facts->len > 1 ? ", " : "");
	escape_json(facts, key);
	appendStringInfo(facts, ": %s", json == NULL ? "null" : json);
}

char *
json_string(const char *s)
{
	StringInfoData buf;

	initStringInfo(&buf);
	escape_json(&buf, s);
	return buf.data;
}

/* The column as text, one row an element where it is an array, be it of a domain */
const char *
release_elements(const UserQuery *query, const char *column)
{
	return OidIsValid(get_base_element_type(user_query_type(query, column)))
		? psprintf("pg_catalog.unnest(%s)::pg_catalog.text", column)
		: psprintf("%s::pg_catalog.text", column);
}

/*
 * Ids, or arrays of them.  The text of a document or a row is nobody's id, so
 * that whoever withdrew would not be found in it.
 */
void
release_need_ids(const UserQuery *query, const char *column)
{
	Oid			type = user_query_type(query, column);
	Oid			element = get_base_element_type(type);
	Oid			id = getBaseType(OidIsValid(element) ? element : type);

	if (id == JSONOID || id == JSONBOID || type_is_rowtype(id))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" must hold ids, or arrays of ids", column),
				 errdetail("It is of type %s.", format_type_be(type))));
}

/* Rows in which the column names nobody and nothing */
int64
release_rows_without(const Release *release, const char *column)
{
	SpiRow		r;

	spi_one_row(psprintf("SELECT pg_catalog.count(*) FROM %s WHERE NOT EXISTS (SELECT FROM (SELECT %s AS id) AS i WHERE id IS NOT NULL)",
						 user_query_from(release->query), release_elements(release->query, column)), &r);
	return spi_int64(&r, 0);
}

/* Rows, bytes and digests of the file; every line is one line of JSON */
void
release_check_lines(Release *release)
{
	SpiRow		r;
	ReleaseCheck *check;

	spi_one_row(psprintf("SELECT pg_catalog.count(*), "
						 "pg_catalog.count(*) FILTER (WHERE line IS NULL), "
						 "pg_catalog.count(*) FILTER (WHERE NOT hdata.is_jsonl(line)), "
						 "coalesce(pg_catalog.sum(pg_catalog.length(pg_catalog.convert_to(line, 'UTF8')) OPERATOR(pg_catalog.+) 1), 0), "
						 "coalesce(pg_catalog.max(pg_catalog.length(pg_catalog.convert_to(line, 'UTF8'))), 0), "
						 "pg_catalog.encode(hdata.digest_agg(line) FILTER (WHERE pg_catalog.strpos(line, pg_catalog.chr(10)) OPERATOR(pg_catalog.=) 0), 'hex'), "
						 "pg_catalog.encode(hdata.digest(hdata.line_digest_agg(line) FILTER (WHERE pg_catalog.strpos(line, pg_catalog.chr(10)) OPERATOR(pg_catalog.=) 0)), 'hex') FROM %s",
						 user_query_from(release->query)), &r);
	release->rows = spi_int64(&r, 0);
	release->bytes = spi_int64(&r, 3);
	release->sha256 = r.value[5];

	check = release_add(release, "rows", release->rows, NAN);
	check->ok = release->rows > 0;
	check->detail = check->ok ? NULL : "the query gives no rows";
	check = release_add(release, "order", release->query->ordered ? 0 : 1, 0);
	check->detail = check->ok ? NULL : "the query has no ORDER BY, so the digest of its lines may differ from that of the file";
	release_add(release, "null_lines", spi_int64(&r, 1), 0);
	check = release_add(release, "invalid_lines", spi_int64(&r, 2), 0);
	release->lines_valid = check->ok;
	check->detail = check->ok ? NULL : "a line must be one JSON value that jsonb can hold, without raw line breaks: make it with hdata.jsonl()";
	if (release->options.max_length >= 0)
	{
		check = release_add(release, "longest_line", spi_int64(&r, 4), release->options.max_length);
		check->detail = "bytes";
	}

	release_fact(release, "rows", psprintf(INT64_FORMAT, release->rows));
	release_fact(release, "bytes", psprintf(INT64_FORMAT, release->bytes));
	release_fact(release, "sha256", release->sha256 ? json_string(release->sha256) : NULL);
	release_fact(release, "line_digest", r.value[6] ? json_string(r.value[6]) : NULL);
}

/*
 * Consent: nobody whose consent was withdrawn, and for a purpose only those
 * who gave it.
 */
void
release_check_people(Release *release)
{
	const char *purpose = release->options.purpose;
	SpiRow		r;
	ReleaseCheck *check;

	if (user_query_column(release->query, "person") == 0)
	{
		if (purpose != NULL)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("the query has no column \"person\""),
					 errhint("Consent is looked up by it: give the id of the person, or an array of ids, for each row.")));
		return;
	}
	release_need_ids(release->query, "person");
	spi_one_row(psprintf(
						 "WITH hdata_person AS (SELECT person, pg_catalog.count(*) AS n FROM "
						 "(SELECT %s AS person FROM %s) AS p WHERE person IS NOT NULL GROUP BY 1), "
						 "hdata_status AS (SELECT person, n, hdata.consent_status(person, %s) AS status FROM hdata_person), "
						 "hdata_consent AS (SELECT person, n, status OPERATOR(pg_catalog.=) 'withdrawn' AS withdrawn, "
						 "status OPERATOR(pg_catalog.=) 'given' AS given FROM hdata_status) "
						 "SELECT pg_catalog.count(*), pg_catalog.count(*) FILTER (WHERE withdrawn), "
						 "pg_catalog.count(*) FILTER (WHERE NOT withdrawn AND NOT given), "
						 "pg_catalog.max(n), pg_catalog.sum(n), "
						 "pg_catalog.array_to_string((pg_catalog.array_agg(person ORDER BY person COLLATE \"C\") FILTER (WHERE withdrawn))[1:5], ', '), "
						 "pg_catalog.array_to_string((pg_catalog.array_agg(person ORDER BY person COLLATE \"C\") FILTER (WHERE NOT withdrawn AND NOT given))[1:5], ', ') "
						 "FROM hdata_consent",
						 release_elements(release->query, "person"), user_query_from(release->query),
						 purpose ? quote_literal_cstr(purpose) : "NULL"), &r);
	check = release_add(release, "withdrawn_persons", spi_int64(&r, 1), 0);
	check->detail = r.value[5] ? psprintf("persons %s", r.value[5]) : NULL;
	if (purpose != NULL)
	{
		check = release_add(release, "persons_without_consent", spi_int64(&r, 2), 0);
		check->detail = r.value[6] ? psprintf("for purpose \"%s\": persons %s", purpose, r.value[6]) : NULL;
		check = release_add(release, "rows_without_person", release_rows_without(release, "person"), 0);
		check->detail = check->ok ? NULL : "nobody is there who gave consent";
	}
	/* no ids: the manifest goes out with the data */
	release_fact(release, "persons",
				 psprintf("{\"n\": %s, \"purpose\": %s, \"withdrawn\": %s, \"without_consent\": %s, \"most_rows_of_one\": %s, \"contributions\": %s}",
						  r.value[0], purpose ? json_string(purpose) : "null", r.value[1],
						  purpose ? r.value[2] : "null", r.value[3] ? r.value[3] : "0", r.value[4] ? r.value[4] : "0"));
}

/* Items that were withdrawn one by one */
void
release_check_items(Release *release)
{
	SpiRow		r;
	ReleaseCheck *check;

	if (user_query_column(release->query, "item") == 0)
		return;
	release_need_ids(release->query, "item");
	spi_one_row(psprintf("WITH hdata_item AS (SELECT DISTINCT item FROM (SELECT %s AS item FROM %s) AS i WHERE item IS NOT NULL) "
						 "SELECT pg_catalog.count(*), pg_catalog.count(w.item), "
						 "pg_catalog.array_to_string((pg_catalog.array_agg(w.item ORDER BY w.item COLLATE \"C\") FILTER (WHERE w.item IS NOT NULL))[1:5], ', ') "
						 "FROM hdata_item AS i LEFT JOIN hdata.withdrawn_items AS w ON w.item OPERATOR(pg_catalog.=) i.item",
						 release_elements(release->query, "item"), user_query_from(release->query)), &r);
	check = release_add(release, "withdrawn_items", spi_int64(&r, 1), 0);
	check->detail = r.value[2] ? psprintf("items %s", r.value[2]) : NULL;
	release_fact(release, "items", psprintf("{\"n\": %s, \"withdrawn\": %s}", r.value[0], r.value[1]));
}

/* What the records hold: the keys of objects and the types of their values */
void
release_fields(Release *release)
{
	SpiRow		r;

	if (!release->lines_valid)
		return;
	spi_one_row(psprintf("WITH hdata_field AS (SELECT f.key, pg_catalog.json_typeof(f.value) AS type, pg_catalog.count(*) AS n FROM "
						 "(SELECT line::pg_catalog.json AS record FROM %s) AS l, "
						 "LATERAL pg_catalog.json_each(CASE WHEN pg_catalog.json_typeof(l.record) OPERATOR(pg_catalog.=) 'object' THEN l.record END) AS f GROUP BY 1, 2), "
						 "hdata_types AS (SELECT key, pg_catalog.jsonb_object_agg(type, n) AS types FROM hdata_field GROUP BY 1) "
						 "SELECT pg_catalog.jsonb_object_agg(key, types) FROM hdata_types",
						 user_query_from(release->query)), &r);
	release_fact(release, "fields", r.value[0] ? r.value[0] : "{}");
}

/* Versions: the rubrics by which the rows were graded */
void
release_rubrics(Release *release)
{
	SpiRow		r;

	if (user_query_column(release->query, "rubric") == 0)
		return;
	spi_one_row(psprintf("SELECT pg_catalog.jsonb_object_agg(coalesce(rubric, ''), n) FROM "
						 "(SELECT rubric::pg_catalog.text AS rubric, pg_catalog.count(*) AS n FROM %s GROUP BY 1) AS r",
						 user_query_from(release->query)), &r);
	release_fact(release, "rubrics", r.value[0]);
}

/* Every record is one of its format */
void
release_check_records(Release *release)
{
	const char *format = release->options.format;
	SpiRow		r;
	ReleaseCheck *check;

	if (format == NULL)
		return;
	if (!release->lines_valid)
		return;					/* said already, and a cast to jsonb would fail */
	spi_one_row(psprintf("WITH hdata_problem AS (SELECT r.n, v.problem, v.path FROM "
						 "(SELECT pg_catalog.row_number() OVER () AS n, line FROM %s) AS r, "
						 "LATERAL hdata.validate_record(r.line::pg_catalog.jsonb, %s) AS v WHERE v.severity OPERATOR(pg_catalog.=) 'error') "
						 "SELECT pg_catalog.count(DISTINCT n), pg_catalog.count(*), "
						 "(SELECT pg_catalog.string_agg(pg_catalog.format('%%s %%s', k, problem), ', ' ORDER BY k DESC, problem COLLATE \"C\") FROM "
						 "(SELECT problem, pg_catalog.count(*) AS k FROM hdata_problem GROUP BY problem) AS c), "
						 "(SELECT pg_catalog.format('%%s at %%s in row %%s', problem, path, n) FROM hdata_problem ORDER BY n, path COLLATE \"C\", problem COLLATE \"C\" LIMIT 1) "
						 "FROM hdata_problem",
						 user_query_from(release->query), quote_literal_cstr(format)), &r);
	check = release_add(release, "bad_records", spi_int64(&r, 0), 0);
	if (!check->ok)
		check->detail = psprintf("format \"%s\": %s; the first: %s", format, r.value[2], r.value[3]);
	release_fact(release, "format", json_string(format));
}

/* Attributes of people: every combination is shared by at least k of them */
void
release_check_attributes(Release *release)
{
	ReleaseOptions *options = &release->options;
	StringInfoData list;
	ListCell   *cell;
	SpiRow		r;
	ReleaseCheck *check;
	bool		people = user_query_column(release->query, "person") != 0;

	if (options->k < 0)
		return;
	initStringInfo(&list);
	foreach(cell, options->attributes)
	{
		const char *name = strVal(lfirst(cell));

		if (user_query_column(release->query, name) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("the query has no column \"%s\"", name),
					 errdetail("Option \"attributes\" names it.")));
		appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "", quote_identifier(name));
	}
	spi_one_row(psprintf("SELECT pg_catalog.count(*) FILTER (WHERE n OPERATOR(pg_catalog.<) " INT64_FORMAT "), pg_catalog.min(n), pg_catalog.count(*) "
						 "FROM (SELECT pg_catalog.count(%s) AS n FROM %s%s GROUP BY %s) AS g",
						 options->k, people ? "DISTINCT hdata_one" : "*", user_query_from(release->query),
						 people ? psprintf(" LEFT JOIN LATERAL (SELECT %s AS hdata_one) AS hdata_each ON true",
										   release_elements(release->query, "person")) : "",
						 list.data), &r);
	check = release_add(release, "attributes_shared_by_few", spi_int64(&r, 0), 0);
	check->detail = psprintf("combinations of %s shared by fewer than " INT64_FORMAT " %s", list.data, options->k,
							 people ? "persons" : "rows");
	release_fact(release, "k_anonymity", psprintf("{\"k\": %s, \"combinations\": %s, \"wanted\": " INT64_FORMAT "}",
												  r.value[1] ? r.value[1] : "null", r.value[2], options->k));
}

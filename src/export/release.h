/*-------------------------------------------------------------------------
 *
 * release.h
 *	  What is checked before a data set leaves, and what its manifest says.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_RELEASE_H
#define HD_RELEASE_H

#include "export/spi_query.h"
#include "lib/stringinfo.h"
#include "nodes/pg_list.h"
#include "utils/jsonb.h"

/* What the caller asks for; -1 or NULL: not asked */
typedef struct ReleaseOptions
{
	const char *purpose;		/* consent for this purpose is needed */
	const char *format;			/* of the records: 'sft', 'dpo', ... */
	Oid			review;			/* table whose flow must accept the items */
	double		duplicate_threshold;
	double		max_duplicates; /* share of texts that repeat another */
	double		leak_threshold;
	int64		max_leaks;		/* pairs of texts across splits */
	const char *agreement;		/* query of name, ratings */
	const char *level;
	const char *coefficient;
	double		min_agreement;	/* for the lower end of the interval */
	int64		k;				/* anonymity of the attributes */
	List	   *attributes;		/* of String */
	int64		max_length;		/* of a line, in bytes */
	int64		max_pii;		/* lines with something that looks personal */
} ReleaseOptions;

/* One check: ok is false where the release has to be refused */
typedef struct ReleaseCheck
{
	const char *name;
	bool		ok;
	int64		n;				/* what was found */
	double		bound;			/* what is allowed; NaN: it only informs */
	const char *detail;
} ReleaseCheck;

typedef struct Release
{
	UserQuery  *query;
	ReleaseOptions options;
	List	   *checks;			/* of ReleaseCheck */
	StringInfoData facts;		/* members of the manifest's object */
	int64		rows;
	int64		bytes;
	bool		lines_valid;
	const char *sha256;			/* hex */
} Release;

extern void release_options_read(Jsonb *json, ReleaseOptions *options);

/* Between SPI_connect and SPI_finish; everything lives in the current context */
extern void release_run(Release *release);

/* release_checks.c and release_content.c: one function a check */
extern ReleaseCheck *release_add(Release *release, const char *name, int64 n, double bound);
extern void release_fact(Release *release, const char *key, const char *json);
extern const char *release_elements(const UserQuery *query, const char *column);
extern void release_need_ids(const UserQuery *query, const char *column);
extern int64 release_rows_without(const Release *release, const char *column);
extern char *json_string(const char *s);
extern void release_check_lines(Release *release);
extern void release_check_people(Release *release);
extern void release_check_items(Release *release);
extern void release_fields(Release *release);
extern void release_rubrics(Release *release);
extern void release_check_review(Release *release);
extern void release_check_records(Release *release);
extern void release_check_attributes(Release *release);
extern void release_check_duplicates(Release *release);
extern void release_check_splits(Release *release);
extern void release_check_agreement(Release *release);
extern void release_check_pii(Release *release);

#endif							/* HD_RELEASE_H */

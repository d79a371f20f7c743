/*-------------------------------------------------------------------------
 *
 * spi_query.h
 *	  A query that a user hands over as text, and queries about its rows.
 *
 * The text runs with the caller's rights, search_path and snapshot, and
 * read-only: what it is wrapped in names everything with its schema.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_SPI_QUERY_H
#define HD_SPI_QUERY_H

#include "common/compat.h"
#include "access/tupdesc.h"

#define SPI_ROW_MAX_COLUMNS 16

typedef struct UserQuery
{
	const char *text;			/* one SELECT, without a closing semicolon */
	TupleDesc	columns;
	bool		ordered;		/* has an ORDER BY at its top */
	struct Tuplestorestate *rows;	/* what it gave, once fetched; or NULL */
} UserQuery;

/* One row, in the text of its types; NULL for NULL */
typedef struct SpiRow
{
	int			n;
	char	   *value[SPI_ROW_MAX_COLUMNS];
} SpiRow;

/* Call all of these between SPI_connect and SPI_finish */
extern UserQuery *user_query(const char *text);
extern int	user_query_column(const UserQuery *q, const char *name);
extern Oid	user_query_type(const UserQuery *q, const char *name);

/* Runs it once: from then on user_query_from() gives the very rows; one query at a time */
extern void user_query_fetch(UserQuery *q);
extern void user_query_end(UserQuery *q);

/* The one row of a query; its values live in the caller's context */
extern void spi_one_row(const char *sql, SpiRow *row);
extern int64 spi_int64(const SpiRow *row, int column);
extern double spi_float8(const SpiRow *row, int column);

/* How the rows of the user's query stand in FROM */
extern char *user_query_from(const UserQuery *q);

/*
 * "alias.column" as text, by a cast that no owner of the column's type can
 * have made: that one would run with the rights of whoever asks.
 */
extern char *column_as_text(Oid relation, const char *alias, const char *column);

#endif							/* HD_SPI_QUERY_H */

/*-------------------------------------------------------------------------
 *
 * number_format.h
 *	  Numbers as a person reads them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_EXPORT_NUMBER_FORMAT_H
#define HD_EXPORT_NUMBER_FORMAT_H

typedef enum NumberKind
{
	FORMAT_TEXT,				/* no number at all */
	FORMAT_NUMBER,
	FORMAT_PERCENT,				/* of a share: 0.5 is 50 % */
	FORMAT_COUNT,
	FORMAT_DURATION				/* of seconds */
} NumberKind;

typedef struct NumberFormat
{
	NumberKind	kind;
	int			digits;			/* after the point; -1: as the kind has it */
} NumberFormat;

/* UTF-8, palloc'ed; v is finite */
extern char *number_shown(double v, NumberFormat f);

/* in the unit that "like" would have, where numbers stand beside each other */
extern char *number_shown_like(double v, NumberFormat f, double like);

/* "0.62 to 0.79", without units: what it belongs to stands beside it and is like "like" */
extern char *interval_shown(double low, double high, NumberFormat f, double like);

#endif							/* HD_EXPORT_NUMBER_FORMAT_H */

/*-------------------------------------------------------------------------
 *
 * doctor.h
 *	  The checks of review_doctor().
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_REVIEW_DOCTOR_H
#define HD_REVIEW_DOCTOR_H

/* parameters of the checks */
enum
{
	P_REL = 1,					/* the attached table */
	P_SIDE,						/* NULL if it is not there, as the next two */
	P_LOG,
	P_SEAL,
	P_STATE,					/* name of the column, as the next */
	P_KEY,
	P_FLOW,
	P_MEMBERS,					/* table of members, NULL: database roles */
	P_SERVICE,
	N_PARAMETERS = P_SERVICE
};

typedef struct Check
{
	const char *problem;		/* NULL ends a list */
	const char *hint;
	const char *sql;
} Check;

/* Of the catalogs */
extern const Check doctor_catalog_checks[];

/*
 * Of the tables: with the names of {rel}, {side} and {log}, of the columns
 * {key} and {state} of {rel}, and {=} for the equality of keys.
 */
extern const Check doctor_data_checks[];

/* hint for what cannot be mended piece by piece */
#define DOCTOR_REATTACH \
	"Call hdata.review_detach() and hdata.review_attach(): the log and the side table are kept."

#endif							/* HD_REVIEW_DOCTOR_H */

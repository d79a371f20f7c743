/*-------------------------------------------------------------------------
 *
 * flow_define.h
 *	  The table hdata.review_flows.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_FLOW_DEFINE_H
#define HD_FLOW_DEFINE_H

#include "review/flow.h"

#define Anum_review_flows_name 1
#define Anum_review_flows_version 2
#define Anum_review_flows_flow 3
#define Anum_review_flows_owner 4

/* A row of the table, in the current memory context */
typedef struct FlowRow
{
	uint64		generation;		/* flow_generation when it was read */
	int32		version;
	struct varlena *value;		/* of type review_flow */
	char	   *owner;			/* name of a role, which may be gone */
} FlowRow;

extern Oid	review_flows_relid(void);

/* The newest version (0) or a certain one, as of now; false: there is none */
extern bool flow_row_get(const char *name, int32 version, FlowRow *row);

/* A new row, written as the owner of the table; the caller holds SHARE ROW EXCLUSIVE on it */
extern void flow_insert_version(const char *name, int32 version, Datum flow, const char *owner_name);

extern char *flow_name_argument(FunctionCallInfo fcinfo, int arg);

/* WARNINGs about what is valid and yet can hardly be meant */
extern void flow_warn(const Flow *flow);

#endif							/* HD_FLOW_DEFINE_H */

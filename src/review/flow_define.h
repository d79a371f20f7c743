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

#endif							/* HD_FLOW_DEFINE_H */

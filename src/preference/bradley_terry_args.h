/*-------------------------------------------------------------------------
 *
 * bradley_terry_args.h
 *	  What the SQL functions around the Bradley-Terry model share.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_BRADLEY_TERRY_ARGS_H
#define HD_BRADLEY_TERRY_ARGS_H

#include "fmgr.h"
#include "preference/bradley_terry.h"
#include "preference/comparisons.h"

/* beyond it the data would no longer count */
#define BT_MAX_PRIOR 1e6

extern BtTies bt_ties_arg(FunctionCallInfo fcinfo, int arg);
extern double bt_prior_arg(FunctionCallInfo fcinfo, int arg);
extern bool bt_components_arg(FunctionCallInfo fcinfo, int arg);
extern bool bt_bool_arg(FunctionCallInfo fcinfo, int arg, const char *what);
extern BtVariance bt_variance_arg(FunctionCallInfo fcinfo, int arg, const PreferenceData *d);
/* code of the item that is named, or -1 for NULL */
extern int32 bt_item_arg(FunctionCallInfo fcinfo, int arg, const char *what, Comparisons *c);

/* ERROR 55000, with groups and a pair to collect */
extern void bt_require_connected(const BtModel *m, Comparisons *c);
/* ERROR 55000 where there is no estimate */
extern void bt_fit_or_fail(BtModel *m);

#endif							/* HD_BRADLEY_TERRY_ARGS_H */

/*-------------------------------------------------------------------------
 *
 * comparisons.h
 *	  The state type "comparisons": who preferred what to what.
 *
 * A counting state: a sum over comparisons.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_COMPARISONS_H
#define HD_COMPARISONS_H

#include "common/column.h"
#include "common/state.h"
#include "preference/preference_data.h"

typedef struct Comparisons Comparisons;

extern const StateType comparisons_type;

/* Settled, to read */
extern Comparisons *comparisons_get(Datum d);
extern const PreferenceData *comparisons_data(Comparisons *c);
/* names, as text in the database encoding */
extern char *comparisons_item_name(Comparisons *c, int32 item);
extern char *comparisons_rater_name(Comparisons *c, int32 rater);
extern char *comparisons_prompt_name(Comparisons *c, int32 prompt);
/* code of the item with this name, or -1 */
extern int32 comparisons_find_item(Comparisons *c, Datum name);

#endif							/* HD_COMPARISONS_H */

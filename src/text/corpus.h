/*-------------------------------------------------------------------------
 *
 * corpus.h
 *	  The state type "corpus": many texts, as their tokens.
 *
 * A keyed state: a set of facts (id, tokens, group).  Not the texts are kept
 * but a 32-bit hash of each token, in order, so that shingles of any number
 * of words can be made when they are needed.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_CORPUS_H
#define HD_CORPUS_H

#include "common/column.h"
#include "common/state.h"

typedef struct CorpusText
{
	uint32		id;				/* code */
	uint32		group;			/* code + 1, or 0 */
	uint64		start;			/* in token[] */
	uint32		n;				/* number of tokens */
} CorpusText;

typedef struct Corpus
{
	State		state;
	uint8		id_kind;		/* IdKind */
	uint8		unicode;		/* version that the tokens were made with; 0: no text yet */
	Dict		ids;
	Dict		groups;
	CorpusText *text;
	uint32		n_texts;
	uint32		cap_texts;
	uint32	   *token;
	uint64		n_tokens;
	uint64		cap_tokens;
	bool		settled;		/* sorted by id, no repeats, codes in canonical order */
	int64		conflict;		/* the first text whose id is that of the one before, or -1 */
} Corpus;

extern const StateType corpus_type;

/* Room for a text of n tokens, then its tokens are written to the place returned */
extern uint32 *corpus_add(Corpus *c, const ColumnKey *id, IdKind kind, const ColumnKey *group,
						  uint8 unicode, uint32 n);

extern void corpus_settle(Corpus *c);

/* Settled, to read; corpus_get_consistent raises 21000 where an id has two texts */
extern Corpus *corpus_get(Datum d);
extern Corpus *corpus_get_consistent(Datum d);

#endif							/* HD_CORPUS_H */

/*-------------------------------------------------------------------------
 *
 * pii.h
 *	  Places in a text that look like data of a person or a secret.
 *
 * Every detector looks at a bounded number of bytes at a place where it may
 * begin, or at a word that is then behind it: the time is linear in the text.
 * Only ASCII is looked at, which is the same bytes in every encoding that a
 * database can have.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_PII_H
#define HD_PII_H

typedef enum PiiKind
{
	PII_NONE,
	PII_EMAIL,
	PII_PHONE,
	PII_CARD,
	PII_IBAN,
	PII_IP,
	PII_SECRET
} PiiKind;

typedef struct PiiText
{
	const char *s;
	int			len;
	int			token_end;		/* of the token that was looked at last, so that none is read twice */
} PiiText;

/* What begins at byte i, or PII_NONE; *end is behind it */
extern PiiKind pii_at(PiiText *t, int i, int *end);

/* How many bytes from i on are a card or telephone number; 0: none */
extern int	pii_number(const char *s, int len, int i, PiiKind *kind);
/* A key by its form, or what stands behind a word such as "password:" */
extern int	pii_secret(PiiText *t, int i);

static inline bool
pii_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
pii_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static inline bool
pii_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static inline bool
pii_alnum(char c)
{
	return pii_digit(c) || pii_upper(c) || pii_lower(c);
}

/* Scripts that put no spaces between words may stand right beside */
static inline bool
pii_word(char c)
{
	return pii_alnum(c) || c == '_';
}

#endif							/* HD_PII_H */

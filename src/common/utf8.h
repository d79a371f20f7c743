/*-------------------------------------------------------------------------
 *
 * utf8.h
 *	  Text as UTF-8, whatever the encoding of the database.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_UTF8_H
#define HD_UTF8_H

#include "common/compat.h"

extern bool hd_is_ascii(const char *s, int len);

/*
 * The UTF-8 of a string of the database; the string itself where nothing had
 * to be converted.  What is not UTF-8 in a database of no encoding (SQL_ASCII)
 * is an ERROR 22021.
 */
extern const char *hd_to_utf8(const char *s, int len, int *utf8_len);

/* UTF-8 as text of the database; SQL_ASCII takes it as it is, others raise 22P05 for what they lack */
extern text *hd_text_of_utf8(const char *s, int len);

#endif							/* HD_UTF8_H */

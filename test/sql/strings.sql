-- Edit distances and similarities of two strings, in characters of any length.
\pset null '(null)'
SET search_path = hdata, public;
SELECT levenshtein('kitten', 'sitting'), osa('ca', 'abc'), damerau('ca', 'abc'), lcs('ABCBDAB', 'BDCABA');
SELECT round(indel_ratio('this is a test', 'this is a test!')::numeric, 6) AS indel, round(ratio('this is a test', 'this is a test!')::numeric, 4) AS ratio,
       round(jaro('MARTHA', 'MARHTA')::numeric, 6) AS jaro, round(jaro_winkler('MARTHA', 'MARHTA')::numeric, 6) AS jaro_winkler;
SELECT round(partial_ratio('answer: Paris', 'Sure! Here is the answer: Paris. Anything else?')::numeric, 4) AS partial,
       round(token_sort_ratio('fuzzy wuzzy was a bear', 'wuzzy fuzzy was a bear')::numeric, 4) AS sorted,
       round(token_set_ratio('fuzzy was a bear', 'fuzzy fuzzy was a bear')::numeric, 4) AS set;
-- a cutoff: what is beyond it is cutoff + 1
SELECT c, levenshtein('kitten', 'sitting', c) FROM unnest(ARRAY[0, 1, 2, 3, 4, 2000000000000]) c;
SELECT levenshtein('', 'abc', 2), levenshtein('same', 'same', 0), levenshtein('', '', 0);
SELECT levenshtein('a', 'b', -1);
-- characters, not bytes: e acute is one, as are a Han character and an emoji; nothing is normalised
SELECT levenshtein('café', 'cafe'), levenshtein('漢字', '漢語'), levenshtein('😀', ''), lcs('äöü', 'aöu'), levenshtein(U&'caf\00e9', U&'cafe\0301');
-- empty strings
SELECT f, e, h FROM (VALUES
	('levenshtein', levenshtein('', '')::float8, levenshtein('', 'ab')::float8), ('osa', osa('', ''), osa('', 'ab')), ('damerau', damerau('', ''), damerau('', 'ab')),
	('lcs', lcs('', ''), lcs('', 'ab')), ('indel_ratio', indel_ratio('', ''), indel_ratio('', 'ab')), ('jaro', jaro('', ''), jaro('', 'ab')),
	('jaro_winkler', jaro_winkler('', ''), jaro_winkler('', 'ab')), ('ratio', ratio('', ''), ratio('', 'ab')), ('partial_ratio', partial_ratio('', ''), partial_ratio('', 'ab')),
	('token_sort_ratio', token_sort_ratio('', ''), token_sort_ratio('', 'ab')), ('token_set_ratio', token_set_ratio('', ''), token_set_ratio(' ', 'ab'))) v(f, e, h);
-- NULL is NULL
SELECT levenshtein(NULL, 'a'), levenshtein('a', 'b', NULL), osa('a', NULL), damerau(NULL, NULL), lcs(NULL, ''), indel_ratio(NULL, 'a'), jaro('a', NULL),
       jaro_winkler(NULL, 'a'), ratio(NULL, 'a'), partial_ratio('a', NULL), token_sort_ratio(NULL, 'a'), token_set_ratio('a', NULL);
-- white space of any script parts words
SELECT token_sort_ratio(U&'b\3000a\00a0c', 'a b c') AS sorted, token_set_ratio(E'a\t\n a', 'a') AS set;
-- long strings: no limit of 255 characters
SELECT levenshtein(repeat('abcde', 20000), repeat('abcde', 20000) || 'x'), levenshtein(repeat('ab', 5000), repeat('ba', 5000)), osa(repeat('ab', 5000), repeat('ba', 5000)),
       lcs(repeat('ab', 5000), repeat('ba', 5000)), damerau(repeat('ab', 500), repeat('ba', 500));
SELECT levenshtein(repeat('abcde', 200000), repeat('abcdf', 200000), 10), levenshtein(repeat('x', 3000000), repeat('x', 3000000) || 'y');
-- long work answers to a cancel
SET statement_timeout = '100ms';
SELECT levenshtein(repeat('abcdefgh', 400000), repeat('hgfedcba', 400000));
SELECT lcs(repeat('abcdefgh', 400000), repeat('hgfedcba', 400000));
SELECT osa(repeat('abcdefgh', 400000), repeat('hgfedcba', 400000));
SELECT damerau(repeat('abcdefgh', 40000), repeat('hgfedcba', 40000));
SELECT partial_ratio(repeat('abcdefgh', 40000), repeat('hgfedcba', 40000));
RESET statement_timeout;

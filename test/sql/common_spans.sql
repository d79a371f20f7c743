-- What one text has of another, word for word, with its places.
SET search_path = hdata, public;
\pset null '(null)'

-- shows what both places hold
CREATE FUNCTION spans(a text, b text, min_tokens bigint) RETURNS TABLE (n bigint, in_a text, in_b text) LANGUAGE sql AS $$
	SELECT n_tokens, a_from || ': ' || substr(a, a_from::int, a_len::int), b_from || ': ' || substr(b, b_from::int, b_len::int) FROM common_spans(a, b, min_tokens)
$$;

-- by default eight tokens; case, width, punctuation and composition do not count, places are those of the texts as given
SELECT * FROM common_spans('It was the best of times, it was the worst of times', 'As he said: "It was the best of times; it was the WORST of times!"');
SELECT * FROM common_spans('a b c d e f g', 'a b c d e f g');
SELECT * FROM common_spans('a b c d e f g h', 'A, B, C, D, E, F, G, H.');
SELECT * FROM spans('e' || chr(769) || 'tude of o' || chr(64259) || 'ces', '"' || chr(201) || 'tude of ' || U&'\FF4F\FF46\FF46' || 'ices"', 3);
-- zero-width characters inside and lookalikes across
SELECT n, replace(in_a, chr(8203), '|') AS in_a, in_b FROM spans('we sell pay' || chr(8203) || 'pal ac' || chr(8203) || 'counts', 'So: we sell p' || chr(1072) || 'ypal accounts', 4);
-- scripts without spaces: a token a character
SELECT * FROM spans('他说我喜欢吃苹果', '我喜欢吃香蕉', 3);
\pset format unaligned
SELECT * FROM spans('ok 👍🏽 👩‍🚀 fine', 'OK! 👍🏽 👩‍🚀 (fine)', 2);
\pset format aligned
-- one half is two tokens of one character
SELECT * FROM spans('add ½ cup', 'Add 1⁄2 cup of', 2);

-- each token of b is in one span, the longest come first, the first place in a is given
SELECT * FROM spans('a b c x y z', 'x y z a b c x y z', 3);
SELECT * FROM spans('one two three four five', 'two three four one two three', 2);
SELECT * FROM spans('x x x x', 'x x x x x x x x x x', 3);
SELECT * FROM spans('p q r s', 'q r p q r s p q', 2);
SELECT count(*), sum(n_tokens), max(n_tokens) FROM (SELECT repeat('to be or not ', 5000) AS a) t, common_spans(a, a || a || 'to be');
-- nothing in common, no tokens, NULL
SELECT count(*) FROM common_spans('a b c', 'd e f', 1);
SELECT count(*) FROM common_spans('', '', 1);
SELECT count(*) FROM common_spans('?!', '?!', 1);
SELECT count(*) FROM common_spans(NULL, 'a', 1);
SELECT count(*) FROM common_spans('a', NULL, 1);
SELECT * FROM common_spans('a', 'a', 1);
SELECT count(*) FROM common_spans('a b', 'a b', 9223372036854775807);
-- errors
SELECT * FROM common_spans('a', 'a', 0);
SELECT * FROM common_spans('a', 'a', NULL);

-- places are found for the very tokens of tokens(), whatever the text
CREATE TEMP TABLE nasty AS SELECT n, x FROM unnest(ARRAY[
	'plain words, and 3.14!', '', ' ', '...', 'ÀÉ ß ﬁ ǆ ŉ', 'e' || chr(769) || chr(803) || ' ' || chr(769) || 'x', U&'\FF21\FF22 \3000\FF11', U&'\1100\1161\11A8 \AC00\11A8',
	'a' || chr(8203) || chr(173) || 'b' || chr(65279), chr(8203) || ' ' || chr(8203), 'p' || chr(1072) || 'ypal Москва', '½ ¼ ² ℀ ™ ㎏ ㍿', '我喜欢it很', 'ผมรักคุณ ก็', '👍🏽👩‍🚀🇩🇪❤️', U&'\0928\092E\0938\094D\0924\0947', U&'\FDFA \FDFB', U&'\0130I\0131', 'Ǆ' || chr(776) || chr(837), U&'\+01D400\+01D401\+01F1E9', 'x' || repeat(chr(769), 60), U&'\0345\0301', U&'\212B \2126 \1E9E', 'tab' || E'\t\n\r' || chr(133) || chr(8232) || 'end', U&'\3300 \32CC \337F', 'Σίσυφος ΣΊΣΥΦΟΣ', U&'\0E33\0E4D\0E32 \0EB3', U&'\115F\1160x\17B4'
	]) WITH ORDINALITY AS u (x, n);
SELECT n, x, tokens(x), s.* FROM nasty, LATERAL (SELECT array_agg(f.tok ORDER BY f.after_from) AS found FROM (
	SELECT d.after_from, canonical_text(d.after_text) AS tok FROM correction_diff('', x, 'words') d) f) s
	WHERE s.found IS NOT NULL AND array_to_string(s.found, ' ') IS DISTINCT FROM canonical_text(x) ORDER BY n;
-- all tokens of a text are one span of it and itself, and what the span holds has the same tokens
SELECT n, x, s.n_tokens, cardinality(tokens(x)), tokens(substr(x, a_from::int, a_len::int)) FROM nasty LEFT JOIN LATERAL common_spans(x, x, 1) s ON true
	WHERE coalesce(s.n_tokens, 0) <> cardinality(tokens(x)) OR tokens(substr(x, a_from::int, a_len::int)) <> tokens(x) OR a_from <> b_from OR a_len <> b_len;
-- any two characters one after the other, of blocks where folding is not simple
SELECT count(*) AS pairs, count(*) FILTER (WHERE coalesce(s.n_tokens, 0) <> cardinality(tokens(x)) OR tokens(substr(x, a_from::int, a_len::int)) <> tokens(x)) AS wrong
	FROM (SELECT 'x' || chr(c) || chr(d) || 'y' AS x FROM (SELECT g FROM (VALUES (768, 780), (832, 840), (65438, 65440), (4449, 4455), (44032, 44036), (173, 180), (8203, 8208), (64256, 64262), (3633, 3635), (1425, 1430), (2364, 2368), (12441, 12444), (127462, 127465), (127995, 127997), (913, 916), (1072, 1075), (32, 34)) r (lo, hi), generate_series(lo, hi) g) a (c),
		(SELECT g FROM (VALUES (768, 772), (832, 840), (65438, 65440), (4449, 4455), (4520, 4523), (44032, 44033), (173, 175), (8203, 8206), (64256, 64257), (3633, 3636), (1425, 1427), (12441, 12442), (97, 98)) r (lo, hi), generate_series(lo, hi) g) b (d)) p
	LEFT JOIN LATERAL common_spans(x, x, 1) s ON true;

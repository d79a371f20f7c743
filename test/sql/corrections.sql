-- Diffs of corrections, edit counts and rates, the state of many corrections.
SET search_path = hdata, public;
\pset null '(null)'

-- ---- correction_diff ----
SELECT * FROM correction_diff('The quick brown fox jumps over the lazy dog.', 'The quick red fox jumped over the lazy dog!');
-- case and punctuation count as they stand, white space does not
SELECT * FROM correction_diff('hello , World', 'Hello,   world');
SELECT * FROM correction_diff('hello , World', 'Hello   world', 'words');
SELECT * FROM correction_diff('colour', 'color', 'characters');
-- moved: at least four tokens, or twenty characters
SELECT * FROM correction_diff('First we mix the flour and eggs. Then we bake the whole cake slowly.', 'Then we bake the whole cake slowly. First we mix the flour and eggs.');
SELECT op, before_text, after_text FROM correction_diff('a b c d e f g h', 'e f g h a b c d');
SELECT op, before_text, after_text FROM correction_diff('a b c d e f g', 'd e f g a b c');
SELECT op, before_text, after_text FROM correction_diff('0123456789abcdefghij-----+++++=====_____', '-----+++++=====_____0123456789abcdefghij', 'characters');
-- twice deleted and twice put in: twice moved; put in twice: moved once
SELECT op, before_from, after_from, after_text FROM correction_diff('w x y z 1 w x y z 2 3 4 5 6 7 8 9 10 11', '2 3 4 5 6 7 8 9 10 11 w x y z 1 w x y z');
SELECT op, before_from, after_from, after_text FROM correction_diff('w x y z 2 3 4 5 6 7 8 9 10', '2 3 4 5 6 7 8 9 10 w x y z , w x y z');
-- one sign for the reader is one token
\pset format unaligned
SELECT op, before_from, before_len, after_from, after_len, before_text, after_text FROM correction_diff('ok 👩‍🚀👍🏽🇩🇪❤️ e' || chr(769) || '!', 'ok 👩‍🚀👍🇫🇷❤️ e!');
\pset format aligned
SELECT op, before_text, after_text FROM correction_diff('我喜欢苹果', '我很喜欢苹果。');
SELECT op, before_text, after_text FROM correction_diff('ผมรักคุณ', 'ผมรักเธอ');
-- empty, one token, nothing but white space, NULL
SELECT * FROM correction_diff('', '');
SELECT * FROM correction_diff(' ', E'\n');
SELECT * FROM correction_diff('', 'a');
SELECT * FROM correction_diff('a', '');
SELECT * FROM correction_diff('a', 'a');
SELECT * FROM correction_diff(NULL, 'a');
SELECT * FROM correction_diff('a', NULL);
SELECT * FROM correction_diff('a', 'b', 'lines');
SELECT * FROM correction_diff('a', 'b', NULL);

-- the rows make both texts: tokens of what was kept, put in and moved are those of the result, and so on
CREATE FUNCTION bare(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT regexp_replace($1, '\s', '', 'g') $$;
CREATE FUNCTION made_up(n int, salt int) RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT coalesce(string_agg((ARRAY['the', 'The', 'cat', 'sat', 'on', 'mat', ',', '.', 'naïve', '我', '们', '👍🏽', 'x-ray', '(a)'])[1 + h % 14] || (ARRAY[' ', '', '  '])[1 + h / 14 % 3], '' ORDER BY i), '')
	FROM generate_series(1, n) i, LATERAL (SELECT get_byte(sha256(convert_to(salt || ' ' || i, 'UTF8')), 0) AS h) x
$$;
CREATE TEMP TABLE pairs AS SELECT n, made_up(n % 40, n / 7) AS a, CASE WHEN n % 3 = 0 THEN made_up(n % 31, n) ELSE left(made_up(n % 40, n / 7), n % 50) || made_up(n % 5, n) || right(made_up(n % 40, n / 7), -(n % 60)) END AS b FROM generate_series(1, 300) n;
SELECT by, count(*) AS pairs, count(*) FILTER (WHERE bare(made) IS DISTINCT FROM bare(b)) AS wrong_after, count(*) FILTER (WHERE bare(came) IS DISTINCT FROM bare(a)) AS wrong_before,
	count(*) FILTER (WHERE NOT places) AS wrong_places
	FROM (SELECT n, a, b, by, coalesce(string_agg(after_text, ' ' ORDER BY after_from), '') AS made, coalesce(string_agg(before_text, ' ' ORDER BY before_from), '') AS came,
			coalesce(bool_and(coalesce(after_text = substr(b, after_from::int, after_len::int), true) AND coalesce(before_text = substr(a, before_from::int, before_len::int), true)
				AND (op NOT IN ('kept', 'moved') OR bare(before_text) = bare(after_text))), true) AS places
		FROM (SELECT n, coalesce(a, '') AS a, coalesce(b, '') AS b FROM pairs) p CROSS JOIN unnest(ARRAY['tokens', 'characters']) by LEFT JOIN LATERAL correction_diff(a, b, by) d ON true GROUP BY 1, 2, 3, 4) x GROUP BY by ORDER BY by;
-- by characters it keeps as many as the longest common subsequence has
SELECT count(*) AS pairs, count(*) FILTER (WHERE kept <> lcs(a, b)) AS not_longest FROM (SELECT a, b, (SELECT coalesce(sum(after_len), 0) FROM correction_diff(a, b, 'characters') WHERE op = 'kept') AS kept
	FROM (SELECT coalesce(a, '') AS a, coalesce(b, '') AS b FROM pairs) p) q;

-- ---- edit_counts, edit_rate ----
-- by hand: one substitution, one deletion, one insertion
SELECT * FROM edit_counts('a b c d', 'a x c d');
SELECT * FROM edit_counts('a b c d', 'a c d');
SELECT * FROM edit_counts('a c d', 'a b c d');
-- Snover et al. (2006), figure 1: "this week" moves, 1 shift, 2 substitutions, 1 insertion, 13 words: 4/13 = 31 %
SELECT e.*, round(edit_rate(h, r, 'words')::numeric, 4) AS ter, round(edit_rate(h, r, 'words', false)::numeric, 4) AS wer
	FROM (VALUES ('THIS WEEK THE SAUDIS denied information published in the new york times', 'SAUDI ARABIA denied THIS WEEK information published in the AMERICAN new york times')) v (h, r), edit_counts(h, r, 'words') e;
SELECT e.*, edit_rate(a, b) AS rate FROM (VALUES ('a b c d e f', 'd e f a b c'), ('a b c d e f', 'f e d c b a'), ('a b', 'b a'), ('x a b c d', 'a b c d x'), ('a a a', 'a'), ('a', 'a a a')) v (a, b), edit_counts(a, b) e;
SELECT e.* FROM (VALUES ('a b c d e f', 'd e f a b c'), ('a b', 'b a')) v (a, b), edit_counts(a, b, shifts => false) e;
-- runs of up to 10 over up to 50: a longer way is no shift
SELECT n, e.* FROM unnest(ARRAY[20, 49, 50, 51, 60]) n, LATERAL (SELECT string_agg('w' || i, ' ' ORDER BY i) AS w FROM generate_series(1, n) i) t, edit_counts('m ' || w, w || ' m') e ORDER BY n;
SELECT n, e.* FROM unnest(ARRAY[10, 11]) n, LATERAL (SELECT string_agg('m' || i, ' ' ORDER BY i) AS m FROM generate_series(1, n) i) t, LATERAL (SELECT string_agg('w' || i, ' ' ORDER BY i) AS w FROM generate_series(1, 20) i) s, edit_counts(m || ' ' || w, w || ' ' || m) e ORDER BY n;
-- by unit
SELECT by, edit_rate('Hello World!', 'hello, world', by, false) FROM unnest(ARRAY['tokens', 'words', 'characters']) by;
SELECT levenshtein('kitten', 'sitting') / 7.0 = edit_rate('kitten', 'sitting', 'characters', false) AS character_error_rate;
SELECT count(*) AS pairs, count(*) FILTER (WHERE with_shifts > without) AS worse, count(*) FILTER (WHERE with_shifts < without) AS better, count(*) FILTER (WHERE without IS NOT NULL AND abs(without * e.n_after - (e.insertions + e.deletions + e.substitutions)) > 1e-9) AS off
	FROM (SELECT a, b, edit_rate(a, b) AS with_shifts, edit_rate(a, b, shifts => false) AS without FROM pairs) p, edit_counts(a, b, shifts => false) e;
-- nothing came out: 0 of nothing, undefined of something
SELECT edit_rate('', ''), edit_rate('a', ''), edit_rate('', 'a b'), edit_rate(' ', E'\n'), edit_rate('a', 'a'), edit_rate(NULL, 'a'), edit_rate('a', NULL);
SELECT * FROM edit_counts('a b', '');
SELECT * FROM edit_counts(NULL, '');
SELECT edit_rate('a', 'a', 'sentences');
SELECT edit_rate('a', 'a', NULL);
SELECT edit_rate('a', 'a', 'tokens', NULL);
SELECT * FROM edit_counts('a', 'a', shifts => NULL);

-- ---- correction_agreement ----
-- o = 6 tokens; x = y have 1 change, z has 2 others: d(x, y) = 0, d(x, z) = d(y, z) = 3
SELECT * FROM correction_agreement('the cat sat on a mat', ARRAY['the cat sat on the mat', 'the cat sat on the mat', 'The dog sat on a mat']);
SELECT round((1 - (0 + 3 + 3) / (2 + 3 + 3)::numeric), 4) AS agreement, round((1 + 0.5 + 0.5) / 3, 4) AS similarity, round((5 / 6.0 + 5 / 6.0 + 4 / 6.0) / 3, 4) AS expected;
SELECT * FROM correction_agreement('a b c', ARRAY['a b c', 'a b c']);
SELECT * FROM correction_agreement('a b c', ARRAY['x', NULL]);
SELECT * FROM correction_agreement('a b c', ARRAY[]::text[]);
SELECT * FROM correction_agreement('', ARRAY['', 'a']);
SELECT * FROM correction_agreement('A.', ARRAY['a', 'a!'], 'words');
SELECT * FROM correction_agreement(NULL, ARRAY['a']);
SELECT * FROM correction_agreement('a', NULL);
SELECT * FROM correction_agreement('a', ARRAY['a'], 'x');

-- ---- edits ----
CREATE TEMP TABLE work (output text, correction text, editor text, id bigint);
INSERT INTO work VALUES ('a b c d', 'a b c d', 'ann', 1), ('a b c d', 'a b c x', 'ann', 1), ('a b', 'x y', 'ann', 1), ('a b c d', 'a b c d', 'ben', 2), ('a b c d', 'c d a b', 'ben', 2),
	('a b c d', '', 'cho', 3), ('a b', 'a b c d e', 'cho', 3), ('a b c d e', 'a b c d', NULL, NULL), (NULL, 'a', 'ann', 1), ('a', NULL, 'ann', 1);
SELECT edit_agg(output, correction) FROM work;
SELECT edit_agg(output, correction, editor) FROM work;
SELECT jsonb_pretty(edit_agg(output, correction, editor)::jsonb) FROM work;
SELECT n_corrections(e), edit_rate(e) FROM (SELECT edit_agg(output, correction, editor) AS e FROM work) s;
SELECT s.* FROM (SELECT edit_agg(output, correction, editor) AS e FROM work) q, edit_summary(e) s \gx
SELECT editor, n, n_emptied, round(edit_rate::numeric, 4) AS edit_rate, round(mean_rate::numeric, 4) AS mean, round(se::numeric, 4) AS se, round(ci_low::numeric, 4) AS ci_low, round(ci_high::numeric, 4) AS ci_high,
	round(expected::numeric, 4) AS expected, round(excess::numeric, 4) AS excess, round(excess_low::numeric, 4) AS excess_low, round(excess_high::numeric, 4) AS excess_high, evidence
	FROM (SELECT edit_agg(output, correction, editor) AS e FROM work) q, editor_edits(e);
SELECT editor, untouched, round(untouched_low::numeric, 4) AS low, round(untouched_high::numeric, 4) AS high, rewritten, round(rewritten_low::numeric, 4) AS low, round(rewritten_high::numeric, 4) AS high
	FROM (SELECT edit_agg(output, correction, editor) AS e FROM work) q, editor_edits(e, 0.9);
-- by the definitions: the mean of rates, its error with editors as clusters, and with everybody alone
WITH r AS (SELECT edit_rate(output, correction) AS r, coalesce(editor, 'row ' || row_number() OVER ()) AS c FROM work),
	m AS (SELECT avg(r) AS m, count(r) AS n FROM r), d AS (SELECT c, sum(r - m) AS d FROM r, m WHERE r IS NOT NULL GROUP BY c)
SELECT round(m::numeric, 10) AS mean, round(sqrt(count(*) / (count(*) - 1.0) * sum(d * d))::numeric / n, 10) AS se FROM d, m GROUP BY m, n;
SELECT round(mean_rate::numeric, 10) AS mean, round(se::numeric, 10) AS se FROM (SELECT edit_agg(output, correction, editor) AS e FROM work) q, edit_summary(e);
SELECT round(avg(r)::numeric, 10) AS mean, round((stddev_samp(r) / sqrt(count(r)))::numeric, 10) AS se FROM (SELECT edit_rate(output, correction) AS r FROM work) q;
SELECT round(mean_rate::numeric, 10) AS mean, round(se::numeric, 10) AS se FROM (SELECT edit_agg(output, correction) AS e FROM work) q, edit_summary(e);
-- each editor's others by the definition
SELECT editor, round(avg(r)::numeric, 10) AS expected FROM (SELECT DISTINCT editor FROM work WHERE editor IS NOT NULL) e (editor), LATERAL (SELECT edit_rate(output, correction) AS r FROM work w WHERE w.editor IS DISTINCT FROM e.editor) o GROUP BY 1 ORDER BY 1;
SELECT editor, round(expected::numeric, 10) AS expected FROM (SELECT edit_agg(output, correction, editor) AS e FROM work) q, editor_edits(e);
-- few rows, equal rates, emptied texts: no interval, and why
SELECT x, y, n, mean_rate, se, ci_low, ci_high, untouched, untouched_high > 0 AS high, note FROM (SELECT x, y, edit_agg(x, y) AS e FROM (VALUES ('', 'a'), ('a', ''), ('', '')) v (x, y) GROUP BY x, y) q, edit_summary(e) ORDER BY x, y;
SELECT n, mean_rate, se, ci_low, note FROM (SELECT edit_agg('a b c', 'a b x') AS e FROM generate_series(1, 7)) q, edit_summary(e);
SELECT n, n_editors, se > 0 AS se, note FROM (SELECT edit_agg('a b c', x, 'me'::text) AS e FROM unnest(ARRAY['a b x', 'a']) x) q, edit_summary(e);
-- a person taken out leaves nothing
SELECT without_editors(edit_agg(output, correction, editor), '{ben,nobody}') = edit_agg(output, correction, editor) FILTER (WHERE editor IS DISTINCT FROM 'ben') AS without_ben,
	without_editors(edit_agg(output, correction, editor), '{ann,ben,cho}') = edit_agg(output, correction, editor) FILTER (WHERE editor IS NULL) AS without_all FROM work;
SELECT without_editors(edit_agg(output, correction, id), '{1,1.0,x}') = edit_agg(output, correction, id) FILTER (WHERE id IS DISTINCT FROM 1) AS without_1 FROM work;
SELECT without_editors(edit_agg(output, correction, editor), ARRAY[NULL]) FROM work;
-- editors of any type
CREATE TYPE editor_kind AS ENUM ('human', 'machine');
SELECT array_agg(editor ORDER BY editor) AS ids, count(*) FROM (SELECT edit_agg(output, correction, id) AS e FROM work) q, editor_edits(e);
SELECT edit_agg(output, correction, id) = edit_agg(output, correction, id::int) AS int4, edit_agg(output, correction, id) = edit_agg(output::varchar, correction::varchar, id::smallint) AS int2,
	edit_agg(output, correction, editor) = edit_agg(output, correction, editor::varchar) AS varchar FROM work;
SELECT editor FROM (SELECT edit_agg(output, correction, (ARRAY['machine', 'human'])[1 + id % 2]::editor_kind) AS e FROM work) q, editor_edits(e);
SELECT editor FROM (SELECT edit_agg(output, correction, ('00000000-0000-0000-0000-00000000000' || id)::uuid) AS e FROM work) q, editor_edits(e);
SELECT editor FROM (SELECT edit_agg('a', 'b', id::date) AS e FROM (VALUES ('2026-01-02'), ('2026-01-01')) t (id)) q, editor_edits(e);
SELECT rollup(e) FROM (SELECT edit_agg('a', 'b', 1::bigint) AS e UNION ALL SELECT edit_agg('a', 'b', '1'::text)) q;
SELECT edit_agg('a', NULL) IS NULL AS no_rows;
-- errors and NULLs
SELECT * FROM edit_summary(NULL);
SELECT * FROM edit_summary((SELECT edit_agg('a', 'b')), 1);
SELECT * FROM editor_edits((SELECT edit_agg('a', 'b')), NULL);
SELECT count(*) FROM editor_edits(NULL);
SELECT count(*) FROM editor_edits((SELECT edit_agg('a', 'b')));
-- stored states are readable for ever
SELECT n_corrections(s), edit_rate(s), s::jsonb -> 'editors' -> 'ann' AS ann, s = (SELECT edit_agg(output, correction, editor) FROM work) AS same
	FROM (SELECT '\x0103030003616e6e000362656e000363686f010000000104012101000001000121010040000003000101030a01210100000500012101004004000200010001080121010000010001210100400000020100020705011f03000000606666666666660200011e0400295c8fc2f5289c703d0ad7a3700100'::edits AS s) q;
SELECT '\x'::edits;
SELECT '\x0200'::edits;
SELECT '\x010000'::edits;
SELECT '\x01000000'::edits = '\x01000000'::edits AS empty, n_corrections('\x01000000'), edit_rate('\x01000000'::edits);
SELECT s.* FROM edit_summary('\x01000000') s;
SELECT '\x01030000'::edits;

-- comparisons: what goes in, what comes out, what is refused
\pset format unaligned
\pset footer off
\pset null '(null)'
SET search_path = hdata, public;

CREATE FUNCTION pg_temp.failure(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text;
	detail text;
	hint text;
BEGIN
	EXECUTE query;
	RETURN 'no error';
EXCEPTION WHEN others THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', SQLSTATE, message, nullif(detail, ''), nullif(hint, ''));
END $$;

CREATE TABLE cm_votes (a text, b text, outcome float8, rater text, prompt text);
INSERT INTO cm_votes VALUES
	('x', 'y', 1, 'ann', 'p1'), ('x', 'y', 1, 'ann', 'p1'), ('y', 'x', 1, 'ann', 'p1'), ('x', 'y', 0.5, 'bob', 'p1'),
	('z', 'x', 0, 'bob', 'p2'), ('z', 'y', 0, NULL, 'p2'), ('x', 'z', 1, 'cho', NULL), ('x', 'z', 1, NULL, NULL),
	(NULL, 'z', 1, 'cho', NULL), ('x', NULL, 1, 'cho', NULL), ('x', 'z', NULL, 'cho', NULL);
CREATE TABLE cm_state AS SELECT comparisons_agg(a, b, outcome, rater, prompt) AS c FROM cm_votes;

-- who was shown first stays; what is the same is counted; a row without an item or outcome is no comparison
SELECT r.* FROM cm_state, comparison_rows(c) r;
SELECT n_comparisons(c), total_weight(c), n_items(c), n_raters(c), n_prompts(c) FROM cm_state;
SELECT jsonb_pretty(c::jsonb) FROM cm_state;
SELECT c FROM cm_state;
SELECT c = c::text::comparisons AS same, c < c AS less FROM cm_state;

-- nothing to compare
SELECT comparisons_agg(a, b, outcome) IS NULL AS no_rows FROM cm_votes WHERE false;
SELECT comparisons_agg(a, b, outcome) IS NULL AS no_votes FROM cm_votes WHERE outcome IS NULL;
SELECT n_comparisons(NULL::comparisons), n_items(NULL::comparisons);
SELECT count(*) FROM comparison_rows(NULL::comparisons);

-- ---- kinds of columns ----

SELECT kind, n_items(c), n_raters(c), n_prompts(c), r.*
FROM (SELECT 'integers', comparisons_agg(1, 2, 1) UNION ALL
	SELECT 'numeric outcome', comparisons_agg(1, 2, 0.5) UNION ALL
	SELECT 'bool outcome', comparisons_agg(1, 2, false) UNION ALL
	SELECT 'literals', comparisons_agg('m1', 'm2', 1, 'r', 'p') UNION ALL
	SELECT 'smallint, integer, bigint', comparisons_agg(1::smallint, 2, 1, 3::bigint, 4) UNION ALL
	SELECT 'text and bigint raters', comparisons_agg('a'::text, 'b', 1, 7) UNION ALL
	SELECT 'text, bigint, uuid', comparisons_agg('a'::text, 'b', 1, 7, '00000000-0000-0000-0000-00000000000a'::uuid) UNION ALL
	SELECT 'varchar and char', comparisons_agg('a'::varchar, 'b'::varchar, 1::smallint, 'r  '::char(5)) UNION ALL
	SELECT 'dates', comparisons_agg('2024-01-02'::date, '2024-01-03'::date, 0.5::float4) UNION ALL
	SELECT 'bool items', comparisons_agg(true, false, 1::numeric, NULL::bool) UNION ALL
	SELECT 'rater not named', comparisons_agg('a'::text, 'b', 1, NULL, 'p') UNION ALL
	SELECT 'weights', comparisons_agg('a'::text, 'b', 1, NULL, NULL, 2.5) UNION ALL
	SELECT 'count as weight', comparisons_agg(1, 2, 1, NULL, NULL, 12) UNION ALL
	SELECT 'count as weight, any', comparisons_agg('a'::text, 'b', 1, 3, NULL, 12::bigint)) v (kind, c), comparison_rows(c) r ORDER BY kind;
-- names in the order of bytes, numbers in that of numbers
SELECT r.* FROM (SELECT comparisons_agg(a, b, 1) AS c FROM (VALUES (10, 9), (-3, 10), (9, -3)) v (a, b)) q, comparison_rows(c) r;
SELECT r.* FROM (SELECT comparisons_agg(a, b, 1) AS c FROM (VALUES ('10', '9'), ('Z', 'a'), ('a', 'Ä'), ('', 'a')) v (a, b)) q, comparison_rows(c) r;

SELECT pg_temp.failure($$SELECT comparisons_agg(a, b, outcome) FROM (VALUES ('x', 'y', 0.7)) v (a, b, outcome)$$) AS failure;
SELECT pg_temp.failure($$SELECT comparisons_agg(a, b, outcome) FROM (VALUES ('x', 'y', -1)) v (a, b, outcome)$$) AS failure;
SELECT pg_temp.failure($$SELECT comparisons_agg(a, b, outcome) FROM (VALUES ('x', 'y', 'NaN'::float8)) v (a, b, outcome)$$) AS failure;
SELECT pg_temp.failure($$SELECT comparisons_agg(a, b, outcome) FROM (VALUES ('x', 'y', 'Infinity'::float8)) v (a, b, outcome)$$) AS failure;
SELECT pg_temp.failure($$SELECT comparisons_agg(a, b, outcome) FROM (VALUES ('x', 'y', 'NaN'::numeric)) v (a, b, outcome)$$) AS failure;
SELECT pg_temp.failure($$SELECT comparisons_agg(a, b, winner) FROM (VALUES ('x', 'y', 'x')) v (a, b, winner)$$) AS failure;
SELECT pg_temp.failure($$SELECT comparisons_agg(a, b, 1) FROM (VALUES ('x', 'x')) v (a, b)$$) AS failure;
SELECT pg_temp.failure($$SELECT comparisons_agg(a, b, 1) FROM (VALUES ('a name that is longer than eight', 'a name that is longer than eight')) v (a, b)$$) AS failure;
SELECT pg_temp.failure($$SELECT comparisons_agg(7, 7, 1)$$) AS failure;
SELECT pg_temp.failure($$SELECT comparisons_agg(1, 'x'::text, 1)$$) AS failure;
SELECT pg_temp.failure($$SELECT comparisons_agg('a'::text, 'b', 1, 'r', 'p', w) FROM (VALUES (1.0), (NULL)) v (w)$$) AS failure;
SELECT pg_temp.failure($$SELECT comparisons_agg('a'::text, 'b', 1, 'r', 'p', w) FROM (VALUES (-1)) v (w)$$) AS failure;
SELECT pg_temp.failure($$SELECT comparisons_agg('a'::text, 'b', 1, 'r', 'p', w) FROM (VALUES ('NaN'::float8)) v (w)$$) AS failure;
SELECT pg_temp.failure($$SELECT comparisons_agg('a'::text, 'b', 1, 'r', 'p', w) FROM (VALUES (1e101)) v (w)$$) AS failure;
SELECT pg_temp.failure($$SELECT comparisons_agg('a'::text, 'b', 1, 'r', 'p', w) FROM (VALUES (1e-101)) v (w)$$) AS failure;
SELECT pg_temp.failure($$SELECT comparisons_agg('a'::text, 'b', 1, 4, 'p', 'heavy'::text)$$) AS failure;
-- one kind to a column of a state, in merging, too
SELECT pg_temp.failure($$SELECT rollup(c) FROM (SELECT comparisons_agg(1, 2, 1) UNION ALL SELECT comparisons_agg('1'::text, '2', 1)) v (c)$$) AS failure;
SELECT pg_temp.failure($$SELECT rollup(c) FROM (SELECT comparisons_agg(1, 2, 1, 3) UNION ALL SELECT comparisons_agg(1, 2, 1, '3'::text)) v (c)$$) AS failure;
SELECT pg_temp.failure($$SELECT rollup(c) FROM (SELECT comparisons_agg(1, 2, 1, NULL, 3) UNION ALL SELECT comparisons_agg(1, 2, 1, NULL, '3'::text)) v (c)$$) AS failure;
-- where nobody is named, there is no kind
SELECT n_raters(rollup(c)) FROM (SELECT comparisons_agg(1, 2, 1, NULL::bigint) UNION ALL SELECT comparisons_agg(1, 2, 1, '3'::text)) v (c);

-- ---- weights ----

-- a weight of 0 leaves the row out, and a state of weights 1 is one without weights
SELECT r.* FROM (SELECT comparisons_agg(a, b, 1, NULL, NULL, w) AS c FROM (VALUES ('x', 'y', 0), ('x', 'z', 0.25), ('x', 'z', 0.25)) v (a, b, w)) q, comparison_rows(c) r;
SELECT comparisons_agg('x'::text, 'y', 1, NULL, NULL, 0) IS NULL AS nothing;
SELECT comparisons_agg('x'::text, 'y', 1, 'r', 'p', 1) = comparisons_agg('x'::text, 'y', 1, 'r', 'p') AS same;
-- sums are exact: 0.1 ten times is what ten times the double 0.1 rounds to, and big weights do not swallow small ones
SELECT total_weight(comparisons_agg('x'::text, 'y', 1, NULL, NULL, 0.1)) FROM generate_series(1, 10);
SELECT total_weight(rollup(c)) = 1e16 + 2 AS exact FROM (SELECT comparisons_agg('x'::text, 'y', 1, NULL, NULL, w) FROM (VALUES (1e16), (1), (1)) v (w) GROUP BY w) s (c);
SELECT rollup(c)::text = (SELECT comparisons_agg('x'::text, 'y', 1, NULL, NULL, w)::text FROM (VALUES (1e16), (1), (1e-100), (1e100), (0.3)) v (w)) AS same
	FROM (SELECT comparisons_agg('x'::text, 'y', 1, NULL, NULL, w) FROM (VALUES (1e16), (1), (1e-100), (1e100), (0.3)) v (w) GROUP BY w) s (c);

-- ---- merging: a sum ----

SELECT n_comparisons(rollup(c)), n_items(rollup(c)) FROM (SELECT c FROM cm_state UNION ALL SELECT c FROM cm_state UNION ALL SELECT NULL) v (c);
SELECT rollup(c) = (SELECT comparisons_agg(a, b, outcome, rater, prompt) FROM (TABLE cm_votes UNION ALL TABLE cm_votes) v) AS twice
	FROM (SELECT c FROM cm_state UNION ALL SELECT c FROM cm_state) v (c);
-- counts do not overflow silently: 2^62 comparisons twice
SELECT n_comparisons(c) FROM (VALUES ('\x0101000200000102010001000001808080808080808040'::comparisons)) v (c);
SELECT pg_temp.failure($$SELECT rollup(c) FROM (VALUES ('\x0101000200000102010001000001808080808080808040'::comparisons), ('\x0101000200000102010001000001808080808080808040')) v (c)$$) AS failure;
SELECT total_weight(rollup(c)) FROM (VALUES ('\x0101000200000102010001000001808080808080808040'::comparisons), ('\x0101000200000102010001000001808080808080800f')) v (c);

-- ---- taking out ----

SELECT string_agg(r::text, ' ') FROM cm_state, comparison_rows(without_raters(c, '{ann,nobody}')) r;
SELECT string_agg(r::text, ' ') FROM cm_state, comparison_rows(only_raters(c, '{ann,cho}')) r;
SELECT without_raters(c, '{ann}')::jsonb -> 'raters' AS raters, without_raters(c, '{ann}')::jsonb -> 'prompts' AS prompts FROM cm_state;
SELECT string_agg(r::text, ' ') FROM cm_state, comparison_rows(only_items(c, '{x,y}')) r;
SELECT string_agg(r::text, ' ') FROM cm_state, comparison_rows(without_items(c, '{x}')) r;
SELECT string_agg(r::text, ' ') FROM cm_state, comparison_rows(only_prompts(c, '{p2}')) r;
SELECT string_agg(r::text, ' ') FROM cm_state, comparison_rows(without_prompts(c, '{p1}')) r;
-- nothing is left, not even names
SELECT only_raters(c, '{}'), only_raters(c, '{nobody}') = only_items(c, '{x}') AS same FROM cm_state;
SELECT n_comparisons(rollup(v.c)) FROM (SELECT only_raters(c, '{}') FROM cm_state UNION ALL SELECT comparisons_agg(1, 2, 1)) v (c);
SELECT only_raters(c, '{1,2,-5}')::jsonb FROM (SELECT comparisons_agg(1, 2, 1, r) AS c FROM generate_series(-5, 5) r) q;
SELECT without_raters(c, '{ann,NULL}') FROM cm_state;
SELECT without_raters(c, NULL) IS NULL AS strict FROM cm_state;

-- ---- outcome_of ----

SELECT winner, outcome_of(winner, 'gpt', 'llama') FROM unnest('{gpt,llama,a,b,A,B,model_a,model_b,item_a,item_b,left,right,first,second,tie,tie (bothbad),both_bad,bothbad,both_good,draw,equal,NULL}'::text[]) winner;
SELECT outcome_of(2, 2, 3), outcome_of(3, 2, 3), outcome_of(NULL, 2, 3), outcome_of('00000000-0000-0000-0000-00000000000b'::uuid, '00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-00000000000b');
SELECT outcome_of('x', NULL, 'y'), outcome_of('x', 'x', NULL);
-- items that are called like positions: the same in both readings, or one must be chosen
SELECT outcome_of('A', 'A', 'B'), outcome_of('A', 'B', 'A', 'id') AS by_id, outcome_of('A', 'B', 'A', 'position') AS by_position, outcome_of('tie', 'tie', 'x', 'id') AS an_item;
SELECT pg_temp.failure($$SELECT outcome_of('A', 'B', 'A')$$) AS failure;
SELECT pg_temp.failure($$SELECT outcome_of('tie', 'tie', 'x')$$) AS failure;
SELECT pg_temp.failure($$SELECT outcome_of('gemini', 'gpt', 'llama')$$) AS failure;
SELECT pg_temp.failure($$SELECT outcome_of('left', 'gpt', 'llama', 'id')$$) AS failure;
SELECT pg_temp.failure($$SELECT outcome_of('gpt', 'gpt', 'llama', 'position')$$) AS failure;
SELECT pg_temp.failure($$SELECT outcome_of('Tie', 'gpt', 'llama')$$) AS failure;
SELECT pg_temp.failure($$SELECT outcome_of('', 'gpt', 'llama')$$) AS failure;
SELECT pg_temp.failure($$SELECT outcome_of('x', 'y', 'y')$$) AS failure;
SELECT pg_temp.failure($$SELECT outcome_of(4, 2, 3)$$) AS failure;
SELECT pg_temp.failure($$SELECT outcome_of('a', 'x', 'y', 'name')$$) AS failure;
SELECT pg_temp.failure($$SELECT outcome_of('a', 'x', 'y', NULL)$$) AS failure;

-- ---- win_matrix ----

SELECT item_a, item_b, n, wins_a, wins_b, ties, a_first, round(win_rate::numeric, 4) AS win_rate, round(ci_low::numeric, 4) AS ci_low, round(ci_high::numeric, 4) AS ci_high FROM cm_state, win_matrix(c);
SELECT round(ci_low::numeric, 4) AS ci_low, round(ci_high::numeric, 4) AS ci_high FROM cm_state, win_matrix(c, 0.5) LIMIT 1;
SELECT item_a, n, wins_a, win_rate FROM (SELECT comparisons_agg('x'::text, 'y', o, NULL, NULL, w) AS c FROM (VALUES (1, 730), (0, 33), (0.5, 10.5)) v (o, w)) q, win_matrix(c);
SELECT win_matrix(c, 1) FROM cm_state;
SELECT win_matrix(c, NULL) FROM cm_state;
SELECT count(*) FROM win_matrix(NULL);
SELECT count(*) FROM cm_state, win_matrix(only_raters(c, '{}'));

-- ---- preference_ratings ----

-- the pair is the item, whichever was shown first; ann said x, x and y about x and y on p1
SELECT item, rater, value FROM cm_state, observations(preference_ratings(c));
SELECT item, rater, value FROM cm_state, observations(preference_ratings(c, 'reconcile'));
SELECT a.coefficient, a.value FROM cm_state, agreement(preference_ratings(c)) a;
-- values are a and b and not names, so that chance is one in two whatever the number of models; no tie where nobody may tie
WITH q AS (SELECT comparisons_agg('m' || i % 10, 'm' || (i + 1) % 10, (CASE WHEN i % 4 = 0 THEN r % 2 ELSE 1 END)::float8, 'r' || r, 'p' || i) AS c
	FROM generate_series(1, 40) i, generate_series(1, 2) r)
SELECT l.label, l.n_ratings, (SELECT round(p.value::numeric, 4) FROM agreement(preference_ratings(c)) p WHERE p.coefficient = 'percent_agreement') AS percent,
	(SELECT round(p.value::numeric, 4) FROM agreement(preference_ratings(c)) p WHERE p.coefficient = 'krippendorff_alpha') AS alpha
	FROM q, category_agreement(preference_ratings(c)) l;
-- no prompt, no rater
SELECT item, rater, value FROM (SELECT comparisons_agg(2, 10, 1, r) AS c FROM (VALUES (1), (NULL)) v (r)) q, observations(preference_ratings(c));
SELECT pg_temp.failure($$SELECT preference_ratings(comparisons_agg(1, 2, 1))$$) AS failure;
SELECT pg_temp.failure($$SELECT preference_ratings(c, 'majority') FROM cm_state$$) AS failure;
SELECT pg_temp.failure($$SELECT preference_ratings(c, NULL) FROM cm_state$$) AS failure;
SELECT pg_temp.failure($$SELECT preference_ratings(comparisons_agg(a, b, 1, 'r', p)) FROM (VALUES ('x | y', 'z', 'p'), ('x', 'y | z', 'p')) v (a, b, p)$$) AS failure;
SELECT preference_ratings(NULL) IS NULL AS nothing;
SELECT n_ratings(preference_ratings(only_raters(c, '{}'))) FROM cm_state;

-- ---- sizes ----

SET hdata.max_state_size = '64kB';
-- repeats do not count
SELECT n_comparisons(comparisons_agg(i % 20, i % 20 + 1, i % 2)) FROM generate_series(1, 300000) i;
-- refused while it is built, and while it is merged
SELECT comparisons_agg(i, i + 1, 1) FROM generate_series(1, 100000) i;
SELECT rollup(c) FROM (SELECT comparisons_agg(i, i + 1, 1) AS c FROM generate_series(1, 100000) i GROUP BY i / 1000) q;
SELECT comparisons_agg('a'::text, 'b', 1, i || repeat('r', 1000)) FROM generate_series(1, 100) i;
-- adding up on the way loses no count, no weight and no kind of column
SELECT sum(n), sum(wins_a) FROM win_matrix((SELECT rollup(c) FROM (SELECT comparisons_agg(i % 10, i % 10 + 1, 1) AS c
	FROM generate_series(1, 60000) i GROUP BY i / 30) q));
SELECT sum(n), sum(wins_a) FROM win_matrix((SELECT rollup(c) FROM (SELECT comparisons_agg(i % 10, i % 10 + 1, 1, NULL::text, NULL::text, 0.25) AS c
	FROM generate_series(1, 60000) i GROUP BY i / 30) q));
SELECT sum(n), sum(wins_a) FROM win_matrix((SELECT comparisons_agg(i % 10, i % 10 + 1, 1, NULL::text, NULL::text, 0.25) FROM generate_series(1, 60000) i));
SELECT count(*), sum(n_comparisons(c)), bool_and(c::text::comparisons = c) AS reads, sum(n_comparisons(only_raters(c, '{r}'))) AS of_rater
	FROM (SELECT comparisons_agg('a'::text, 'b', 1, CASE WHEN i >= first THEN 'r' END) AS c
		FROM generate_series(11655, 11675) first, generate_series(1, first + 2) i GROUP BY first) q;
SELECT n_comparisons(c), c::text::comparisons = c AS reads FROM (SELECT rollup(s) AS c FROM (SELECT comparisons_agg('a'::text, 'b', 1, CASE WHEN d = 11665 THEN 'r' END) AS s
	FROM generate_series(1, 11665) d GROUP BY d ORDER BY d) q) q;
RESET hdata.max_state_size;
-- the log is added up on the way: three million votes, six different ones
SELECT n_comparisons(c), (SELECT count(*) FROM comparison_rows(c)) AS rows FROM (SELECT comparisons_agg(i % 3, i % 3 + 1, i % 4 / 2 / 1.0) AS c FROM generate_series(1, 3200000) i) q;

-- ---- input ----

SELECT '\x01000000000000'::comparisons;
SELECT input, pg_temp.failure(format('SELECT %L::comparisons', input)) AS failure FROM (VALUES
	('x'), ('\x'), ('\x02'), ('\x0100000000000000'),
	('\x01010002000001020100010000010100'),		-- bytes behind the end
	('\x010100020000010201000100000100'),		-- no comparison
	('\x0101000200000102010001000001ffffffffffffffffff01'),	-- more than 2^63
	('\x010100020000010201000000000101'),		-- an item with itself
	('\x010100020000010201000200000101'),		-- an item that is not there
	('\x0101000300000102010100010000010101'),	-- an item that nothing refers to
	('\x010100020000020201000100000101'),		-- a row too few
	('\x010100020000010201000100000000'),		-- a pair without a row
	('\x01050002010002' || '0201' || '0e' || '0001000002' || '0101' || '0101'),	-- a rater too many
	('\x01050002010002' || '0201' || '0e' || '0001000002' || '0101' || '0001'),	-- the same comparison twice
	('\x010400000100000e'),						-- a rater without a comparison
	('\x014000020000010201000100000101'),		-- kinds that there are not
	('\x010102020000010201000100000101'),		-- flags that there are not
	('\x010101020000010201000100000102'),		-- weights without a weight
	('\x01010102000001020100010000010501210100000800'),	-- a sum that is the count
	('\x01010102000001020100010000010302210100000800'),	-- a negative weight
	('\x0101010200000102010001000001030100'),		-- a weight of 0
	('\x0101010200000102010001000001' || '03' || '01000101000000'),	-- a weight of 2^-1074
	('\x0101010200000102010001000001' || '03' || '01140e01000000' || repeat('00000000', 12) || '00000400'),	-- a weight of 1 + 2^-434
	('\x010101020000010201000100000103013f0100000800')	-- a weight of 2^961
	) v (input);

-- ---- what release 0.1.0 stored: it must read for ever.  Never change a literal. ----

SELECT string_agg(r::text, ' ') FROM comparison_rows('\x013f000303020700017800017900017a0003616e6e0003626f62000363686f0002703101013200010001010201010101020000000002000001030001010000000101010101000100000202010000010000000201') r;
SELECT string_agg(r::text, ' ') FROM comparison_rows('\x010100020000010201000100000101') r;
SELECT string_agg(r::text, ' ') FROM comparison_rows('\x0101010200000102010001000001030115030000600a1cc95dfe37000000') r;
SELECT string_agg(r::text, ' ') FROM comparison_rows('\x013f010302020300017800017900017a00027231010132000270310101320001000101000203011f03000000303333333333330100010104020001000002000301210100001c00') r;
SELECT string_agg(r::text, ' ') FROM comparison_rows('\x013600020201020000000000000000000000000000000a0000000000000000000000000000000b0d080001700001000101020101010102') r;
SELECT string_agg(r::text, ' ') FROM comparison_rows('\x010b000202000200086772c3b6c39f6572060274650000000000000000000000000000000b0000000000000000000000000000000c0001010000010101000100000201') r;
SELECT string_agg(r::text, ' ') FROM comparison_rows('\x01000000000000') r;
-- rows of today go into the states of then
SELECT n_comparisons(rollup(c)) FROM (SELECT '\x013600020201020000000000000000000000000000000a0000000000000000000000000000000b0d080001700001000101020101010102'::comparisons
	UNION ALL SELECT comparisons_agg('00000000-0000-0000-0000-00000000000a'::uuid, '00000000-0000-0000-0000-00000000000c'::uuid, 1, 5, 'p'::text)) v (c);

DROP TABLE cm_votes, cm_state;

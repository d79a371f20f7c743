-- What groups of authors have from each other, less what they were given.
SET search_path = hdata, public;
CREATE FUNCTION words(seed text, n int) RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT string_agg(chr(97 + get_byte(h, 0) % 5) || chr(97 + get_byte(h, 1) % 7), ' ' ORDER BY w) FROM (SELECT w, decode(md5(seed || '/' || w), 'hex') AS h FROM generate_series(1, n) w) t $$;
-- Eight authors of 12 texts each, every text begins with the prompt; 7 copies four texts of 3, and 8 what its group alone was given.
CREATE TEMP TABLE doc AS
	SELECT 100 * a + i AS id, 'author ' || a AS author,
		'Describe in your own words what the picture shows: ' || CASE
			WHEN a = 7 AND i <= 4 THEN words('t3/' || i, 20) || ' ' || words('and/' || i, 6)
			WHEN a = 8 AND i <= 6 THEN 'In this form the reviewer says that ' || words('t8/' || i, 12)
			WHEN a = 6 AND i = 1 THEN 'In this form the reviewer says that nothing is wrong'
			ELSE words('t' || a || '/' || i, 20 - a) END AS body
	FROM generate_series(1, 8) a, generate_series(1, 12) i
	UNION ALL SELECT 1, NULL, words('t3/1', 20) UNION ALL SELECT 3, 'author 9', NULL;
CREATE TEMP TABLE given AS SELECT * FROM (VALUES (1, NULL, 'Describe in your own words what the picture shows'), (2, 'author 8', 'In this form the reviewer says that'), (3, 'nobody', 'da ea fa ga')) v(id, author, body);
CREATE TEMP TABLE s AS SELECT c, w FROM (SELECT corpus_agg(id::bigint, body, author) AS c FROM doc) a, (SELECT corpus_agg(id::bigint, body, author) AS w FROM given) b;
SELECT p.id_a, p.group_a, p.id_b, p.group_b, round(p.similarity::numeric, 4) AS similarity, shared, n_a, n_b FROM s, copied_pairs(c, without => w) p;
-- the prompt alone makes most texts alike, where nobody takes it out
SELECT (SELECT count(*) FROM copied_pairs(c, 0.3, 'containment')) AS with_prompt, (SELECT count(*) FROM copied_pairs(c, 0.3, 'containment', w)) AS without FROM s;
SELECT group_a, group_b, n_texts_a, n_texts_b, n_pairs, n_copied, round(expected::numeric, 4) AS expected, round(excess::numeric, 4) AS excess,
	round(ci_low::numeric, 4) AS low, round(ci_high::numeric, 4) AS high, round(dispersion::numeric, 4) AS dispersion, evidence
	FROM s, copying(c, 0.2, without => w, min_shared => 2) p;

-- Brute force in plain SQL: grams of three words less what was given, log(1 + n / df) with equal sets counted once.
CREATE TEMP TABLE token AS SELECT id, author, o, t FROM doc, unnest(tokens(body)) WITH ORDINALITY u(t, o);
CREATE TEMP TABLE gram AS SELECT DISTINCT id, author, g FROM (SELECT id, author, t || ' ' || lead(t) OVER r || ' ' || lead(t, 2) OVER r AS g FROM token WINDOW r AS (PARTITION BY id ORDER BY o)) x WHERE g IS NOT NULL;
CREATE TEMP TABLE out_gram AS SELECT DISTINCT author, g FROM (SELECT id, author, t || ' ' || lead(t) OVER r || ' ' || lead(t, 2) OVER r AS g FROM given, unnest(tokens(body)) WITH ORDINALITY u(t, o) WINDOW r AS (PARTITION BY id ORDER BY o)) x WHERE g IS NOT NULL;
CREATE TEMP TABLE kept AS SELECT * FROM gram k WHERE NOT EXISTS (SELECT FROM out_gram x WHERE x.g = k.g AND (x.author IS NULL OR x.author = k.author));
CREATE TEMP TABLE whole AS SELECT d.id, d.author, string_agg(g, ',' ORDER BY g COLLATE "C") AS all_grams FROM doc d JOIN kept USING (id) GROUP BY d.id, d.author;
CREATE TEMP TABLE weight AS SELECT g, ln(1 + (SELECT count(DISTINCT all_grams) FROM whole)::float8 / count(DISTINCT all_grams)) AS v FROM kept JOIN whole USING (id) GROUP BY g;
CREATE TEMP TABLE mass AS SELECT id, sum(v) AS v, count(*) AS n FROM kept JOIN weight USING (g) GROUP BY id;
CREATE TEMP TABLE brute AS SELECT a.id AS id_a, b.id AS id_b, count(*) AS shared, min(ma.n) AS n_a, min(mb.n) AS n_b,
		sum(w.v) / least(min(ma.v), min(mb.v)) AS idf_containment, sum(w.v) / (min(ma.v) + min(mb.v) - sum(w.v)) AS idf_jaccard,
		count(*)::float8 / least(min(ma.n), min(mb.n)) AS containment
	FROM kept a JOIN kept b USING (g) JOIN weight w USING (g) JOIN mass ma ON ma.id = a.id JOIN mass mb ON mb.id = b.id
	WHERE a.id < b.id AND a.author <> b.author GROUP BY a.id, b.id;
CREATE FUNCTION compared(measure text, t float8, fewest bigint, OUT pairs bigint, OUT wrong bigint) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('SELECT count(b.id_a), count(*) FILTER (WHERE b.id_a IS NULL OR p.id_a IS NULL OR abs(b.%1$I - p.similarity) > 1e-9 OR (b.shared, b.n_a, b.n_b) <> (p.shared, p.n_a, p.n_b))
		FROM (SELECT * FROM brute WHERE %1$I >= $1 AND shared >= $2) b FULL JOIN (SELECT p.id_a::int, p.id_b::int, similarity, shared, n_a, n_b FROM s, copied_pairs(c, $1, %1$L, w, $2) p) p USING (id_a, id_b)', measure) INTO pairs, wrong USING t, fewest;
END $$;
SELECT m, t, l, x.* FROM unnest('{idf_containment,idf_jaccard,containment}'::text[]) m, (VALUES (0.05, 1), (0.1, 2), (0.5, 5)) v(t, l), compared(m, t, l) x ORDER BY m, t;
-- the counts, and the model: others are the pairs of authors that both are neither of these two
WITH f AS (SELECT id_a, id_b, least(a.author, b.author) AS ga, greatest(a.author, b.author) AS gb, CASE WHEN a.author < b.author THEN id_a ELSE id_b END AS ta, CASE WHEN a.author < b.author THEN id_b ELSE id_a END AS tb
		FROM brute JOIN doc a ON a.id = id_a JOIN doc b ON b.id = id_b WHERE idf_containment >= 0.05 AND shared >= 1),
	g AS (SELECT ga, gb, count(*) AS n_pairs, least(count(DISTINCT ta), count(DISTINCT tb)) AS n FROM f GROUP BY 1, 2),
	sz AS (SELECT author, count(*) AS n FROM mass JOIN doc USING (id) WHERE author IS NOT NULL GROUP BY 1),
	e AS (SELECT a.author AS ga, b.author AS gb, a.n::float8 * b.n AS e, coalesce(g.n, 0) AS n, n_pairs FROM sz a JOIN sz b ON a.author < b.author LEFT JOIN g ON (ga, gb) = (a.author, b.author)),
	m AS (SELECT p.ga, p.gb, p.n, p.n_pairs, p.e * sum(o.n) / sum(o.e) AS expected, count(*) AS others,
			(sum(o.n * o.n / o.e) / nullif(sum(o.n) / sum(o.e), 0) - sum(o.n)) / (count(*) - 1) AS dispersion
		FROM e p JOIN e o ON o.ga NOT IN (p.ga, p.gb) AND o.gb NOT IN (p.ga, p.gb) GROUP BY p.ga, p.gb, p.n, p.n_pairs, p.e)
SELECT count(*) FILTER (WHERE k.n_copied > 0) AS pairs, max(m.others) AS others, count(*) FILTER (WHERE (k.group_a IS NULL) <> (m.n = 0) OR k.n_copied <> m.n OR k.n_pairs <> m.n_pairs
		OR abs(k.expected - m.expected) > 1e-9 OR abs(k.excess - (m.n - m.expected)) > 1e-9 OR abs(k.dispersion - m.dispersion) > 1e-9 OR NOT (k.ci_low < k.excess AND k.ci_high > k.excess)) AS wrong
	FROM m LEFT JOIN (SELECT k.* FROM s, copying(c, 0.05, without => w, min_shared => 1) k) k ON (group_a, group_b) = (ga, gb);

-- Intervals: Garwood's of 4 is (1.0899, 10.2416) and of 0 (0, 3.6889), scaled by the exposures
CREATE TEMP TABLE few AS SELECT corpus_agg(i::bigint, CASE WHEN i <= 8 THEN words('same/' || i % 4, 30) ELSE words('own/' || i, 30) END, CASE WHEN i <= 4 THEN 'a' WHEN i <= 8 THEN 'b' WHEN i <= 12 THEN 'c' ELSE 'd' END) AS c FROM generate_series(1, 20) i;
SELECT n_texts_a, n_texts_b, n_pairs, n_copied, expected, excess, round(ci_low::numeric, 4) AS low, round(ci_high::numeric, 4) AS high,
	round((4 - sqrt((4 - 1.0898656) ^ 2 + (3.6888795 * 16 / 32) ^ 2))::numeric, 4) AS low_by_hand, round(10.2415887 - 0, 4) AS high_by_hand, dispersion, evidence FROM few, copying(c) k;
SELECT round(ci_low::numeric, 4) AS low, round(ci_high::numeric, 4) AS high FROM few, copying(c, confidence => 0.8) k;
-- one text that is copied ten times is one copy
SELECT n_pairs, n_copied, expected, ci_low, evidence FROM copying((SELECT corpus_agg(i::bigint, words('x', 30), CASE WHEN i > 1 THEN 'a' ELSE 'b' END) FROM generate_series(1, 11) i)) k;
-- order of rows and parts do not matter, the id's kind neither
SELECT count(*) FROM (SELECT p.id_a, p.id_b, p.similarity FROM s, copied_pairs(c, 0.1, without => w, min_shared => 1) p EXCEPT
	SELECT p.id_a, p.id_b, p.similarity FROM (SELECT rollup(c) AS c FROM (SELECT corpus_agg(id::text, body, author) AS c FROM (SELECT * FROM doc ORDER BY md5(id::text)) d GROUP BY id % 3) x) x, s, copied_pairs(x.c, 0.1, without => w, min_shared => 1) p) x WHERE id_a::int < id_b::int AND length(id_a) = length(id_b);
-- units
SELECT count(*) FROM s, copied_pairs(c, 0.5, without => w, unit => 'w1') p WHERE group_b = 'author 7' AND group_a = 'author 3';
-- a text of which nothing is left is copied by nobody, and does not count
SELECT group_a, group_b, n_texts_a, n_texts_b, n_copied FROM copying((SELECT corpus_agg(i::bigint, CASE WHEN i < 4 THEN 'what everybody was given' WHEN i = 4 THEN '' ELSE words('x', 30) END, CASE WHEN i % 2 = 0 THEN 'a' ELSE 'b' END) FROM generate_series(1, 6) i),
	without => (SELECT corpus_agg(1::bigint, 'What everybody was given!'::text)), min_shared => 1);
-- nothing to find
SELECT count(*) FROM copied_pairs(NULL) p;
SELECT count(*) FROM copying(NULL) p;
SELECT count(*) FROM copying((SELECT corpus_agg(id::bigint, body) FROM doc)) p;
SELECT count(*) FROM copying((SELECT corpus_agg(1::bigint, ''::text, 'a'))) p;
SELECT count(*) FROM s, copied_pairs(c, without => c) p;
-- errors
SELECT count(*) FROM s, copied_pairs(c, 0) p;
SELECT count(*) FROM s, copied_pairs(c, NULL) p;
SELECT count(*) FROM s, copied_pairs(c, 0.5, 'alike') p;
SELECT count(*) FROM s, copied_pairs(c, 0.5, NULL) p;
SELECT count(*) FROM s, copied_pairs(c, min_shared => 0) p;
SELECT count(*) FROM s, copied_pairs(c, min_shared => NULL) p;
SELECT count(*) FROM s, copied_pairs(c, unit => 'c5') p;
SELECT count(*) FROM s, copying(c, confidence => 1) p;
SELECT count(*) FROM s, copying(c, confidence => NULL) p;
SELECT count(*) FROM copying((SELECT corpus_agg(1::bigint, i::text, 'a') FROM generate_series(1, 2) i)) p;
SET hdata.join_mem = '100kB';
SELECT count(*) FROM copying((SELECT corpus_agg(i::bigint, words(i::text, 20), 'a') FROM generate_series(1, 400) i)) p;
RESET hdata.join_mem;
DROP FUNCTION compared;
DROP FUNCTION words;
-- long work answers to a cancel
CREATE TEMP TABLE big AS SELECT corpus_agg(i::bigint, 'what everybody has written in the same words number ' || i % 3, 'author ' || i % 7) AS c FROM generate_series(1, 60000) i;
-- and its pairs have no room
SET hdata.join_mem = '64MB';
SELECT count(*) FROM big, copied_pairs(c);
RESET hdata.join_mem;
SET statement_timeout = '200ms';
SELECT count(*) FROM big, copied_pairs(c);
RESET statement_timeout;

-- parts of a data set, and what leaks between them
\pset format unaligned
\pset footer off
SELECT k, round(hdata.split_position(k, 'v1')::numeric, 12) AS u, hdata.split(k, salt => 'v1') FROM unnest('{prompt-000,prompt-011,"",漢字,Prompt-000}'::text[]) k;
-- salt, 1F, key: as core's sha256
SELECT bool_and(hdata.split_position(k, 'salt') = floor(('x' || left(encode(sha256(convert_to(E'salt\x1f' || k, 'UTF8')), 'hex'), 8))::bit(32)::bigint::numeric * 4294967296 / 2048
	+ ('x' || substr(encode(sha256(convert_to(E'salt\x1f' || k, 'UTF8')), 'hex'), 9, 8))::bit(32)::bigint / 2048.0)::float8 / 2 ^ 53) FROM (SELECT 'key ' || i AS k FROM generate_series(1, 200) i) s;
-- ids by their text
SELECT hdata.split(7) = hdata.split('7'), hdata.split(7::smallint) = hdata.split('7'), hdata.split('00000000-0000-0000-0000-000000000007'::uuid) = hdata.split('00000000-0000-0000-0000-000000000007'::text);
SELECT hdata.split(NULL::text) IS NULL, hdata.split_position(NULL) IS NULL;
SELECT hdata.split(i), count(*) FROM generate_series(1, 10000) i GROUP BY 1 ORDER BY 1;
-- another salt is another split
SELECT round(avg((hdata.split(i, '{0.5,0.5}', '{a,b}', '1') = hdata.split(i, '{0.5,0.5}', '{a,b}', '2'))::int), 1) FROM generate_series(1, 4000) i;
-- what is less than 1 leaves the rest in no part; the first part grows without taking from the others
SELECT hdata.split(i, '{0.5,0.1}', '{train,test}'), count(*) FROM generate_series(1, 10000) i GROUP BY 1 ORDER BY 1;
SELECT small, large, count(*) > 0 FROM (SELECT hdata.split(i, '{0.5,0.1,0.1}', '{train,validation,test}') AS small, hdata.split(i, '{0.7,0.1,0.1}', '{train,validation,test}') AS large FROM generate_series(1, 10000) i) s
	GROUP BY 1, 2 ORDER BY 1, 2;
SELECT hdata.split('a', '{1}', '{all}'), hdata.split('a', '{0,1}', '{none,all}'), hdata.split('a', '{0}', '{none}') IS NULL, hdata.split('a', '{1,0}', '{all,none}');
SELECT count(*) FROM generate_series(1, 5000) i WHERE hdata.split(i, '{0.7,0.2,0.1}') IS NULL;
-- arguments that change from row to row
SELECT hdata.split('x', f, n) FROM (VALUES (1, '{1}'::float8[], '{a}'::text[]), (2, '{1}', '{b}'), (3, '{0.5,0.5}', '{c,c}')) v (o, f, n) ORDER BY o;
\set SHOW_CONTEXT never
SELECT hdata.split('a', '{0.5}');
SELECT hdata.split('a', '{0.5,0.6}', '{a,b}');
SELECT hdata.split('a', '{0.5,NaN}', '{a,b}');
SELECT hdata.split('a', '{-0.1,1}', '{a,b}');
SELECT hdata.split('a', '{0.5,NULL}', '{a,b}');
SELECT hdata.split('a', '{0.5,0.5}', '{a,NULL}');
SELECT hdata.split('a', '{}', '{}');
SELECT hdata.split('a', NULL);
SELECT hdata.split('a', salt => NULL);

CREATE TEMP TABLE prompts (id bigint, body text, part text);
INSERT INTO prompts VALUES (1, 'Why does the moon look larger when it is close to the horizon?', 'train'), (2, 'why does the Moon look larger, when it is close to the horizon', 'test'),
	(3, 'Why does the moon look larger when it is close to the horizon?', 'train'), (4, 'How do plants know when it is spring?', 'test'),
	(5, 'Why does the moon look so much larger when it is close to the horizon?', 'validation'), (6, 'Why does the moon look larger when it is close to the horizon?', NULL);
SELECT l.* FROM (SELECT hdata.corpus_agg(id, body, part) AS c FROM prompts) s, hdata.split_leaks(c) l;
SELECT l.id_a, l.split_a, l.id_b, l.split_b, round(l.similarity::numeric, 3) FROM (SELECT hdata.corpus_agg(id, body, part) AS c FROM prompts) s, hdata.split_leaks(c, 0.5, 'idf_jaccard') l;
SELECT l.id_a, l.split_a, l.id_b, l.split_b, round(l.similarity::numeric, 3) FROM (SELECT hdata.corpus_agg(id, body, part) FILTER (WHERE part = 'train') AS a, hdata.corpus_agg(id, body, part) FILTER (WHERE part <> 'train') AS b FROM prompts) s,
	hdata.split_leaks(a, b, 0.4) l;
-- as the pairs of the whole corpus that are in two parts, both ways
SELECT count(*) FROM (SELECT hdata.corpus_agg(id, body, part) AS c FROM prompts) s, LATERAL (SELECT id_a, id_b, similarity FROM hdata.split_leaks(c, 0.3) EXCEPT
	SELECT id_a, id_b, similarity FROM hdata.duplicate_pairs(c, 0.3) d JOIN prompts a ON a.id = d.id_a::bigint JOIN prompts b ON b.id = d.id_b::bigint WHERE a.part <> b.part) x;
SELECT (SELECT count(*) FROM hdata.split_leaks(c, 0.3)) = (SELECT count(*) FROM hdata.duplicate_pairs(c, 0.3) d JOIN prompts a ON a.id = d.id_a::bigint JOIN prompts b ON b.id = d.id_b::bigint WHERE a.part <> b.part)
	FROM (SELECT hdata.corpus_agg(id, body, part) AS c FROM prompts) s;
-- many equal texts in one part, one of them in another: as many pairs, and no more work
SELECT count(*), min(split_b) FROM (SELECT hdata.corpus_agg(i, CASE WHEN i % 2 = 0 THEN 'the same text again and again' ELSE '' END, CASE WHEN i = 30000 THEN 'train' ELSE 'test' END) AS c FROM generate_series(1, 40000) i) s, hdata.split_leaks(c);
SELECT count(*) FROM hdata.split_leaks(NULL);
SELECT count(*) FROM (SELECT hdata.corpus_agg(id, body, part) AS c FROM prompts) s, hdata.split_leaks(c, NULL, 0.5);
SELECT hdata.split_leaks(c, 2) FROM (SELECT hdata.corpus_agg(id, body, part) AS c FROM prompts) s;
SELECT hdata.split_leaks(c, 0.5, 'soundex') FROM (SELECT hdata.corpus_agg(id, body, part) AS c FROM prompts) s;

-- digests of lines and of values
\pset format unaligned
\pset tuples_only on

-- as sha256sum
SELECT hdata.digest_agg(l ORDER BY n) = sha256(convert_to(E'a\nbé\n\n', 'UTF8')) FROM (VALUES (3, ''), (1, 'a'), (2, 'bé')) v (n, l);
SELECT encode(hdata.digest_agg('hello'), 'hex');
SELECT hdata.digest_agg(l ORDER BY n) = hdata.digest_agg(l ORDER BY n DESC) FROM (VALUES (1, 'a'), (2, 'b')) v (n, l);
SELECT hdata.digest_agg(l) IS NULL FROM (VALUES ('a')) v (l) WHERE false;
-- groups, hashed and sorted; abandoned ones; correlated; twice in one query
SELECT g, hdata.digest_agg(i::text ORDER BY i) = sha256(convert_to(string_agg(i || E'\n', '' ORDER BY i), 'UTF8')), encode(hdata.digest_agg(i::text ORDER BY i), 'hex') = encode(hdata.digest_agg(i::text ORDER BY i), 'hex')
	FROM (SELECT i, i % 3 AS g FROM generate_series(1, 50) i) s GROUP BY g ORDER BY g;
SET enable_sort = off;
SELECT count(DISTINCT d) FROM (SELECT hdata.digest_agg(i::text) AS d FROM generate_series(1, 2000) i GROUP BY i % 1000) s;
RESET enable_sort;
SELECT count(*) FROM (SELECT hdata.digest_agg(i::text ORDER BY i) FROM generate_series(1, 50) i GROUP BY i / 10 LIMIT 2) s;
SELECT count(DISTINCT (SELECT hdata.digest_agg(j::text) FROM generate_series(1, i) j)) FROM generate_series(1, 20) i;
BEGIN;
DECLARE c CURSOR FOR SELECT hdata.digest_agg(i::text ORDER BY i) IS NOT NULL FROM generate_series(1, 50) i GROUP BY i / 10;
FETCH 2 FROM c;
SAVEPOINT s;
SELECT hdata.digest_agg(CASE WHEN i < 9 THEN 'x' END) FROM generate_series(1, 10) i;
ROLLBACK TO s;
FETCH 1 FROM c;
CLOSE c;
COMMIT;
SELECT hdata.digest_agg(E'a\nb');
SELECT hdata.digest_agg('a') OVER ();

-- the same lines in any order
SELECT hdata.line_digest_agg(l ORDER BY n) OPERATOR(hdata.=) hdata.line_digest_agg(l ORDER BY n DESC), hdata.n_lines(hdata.line_digest_agg(l)), hdata.n_bytes(hdata.line_digest_agg(l))
	FROM (VALUES (1, 'a'), (2, 'bé'), (3, ''), (4, 'a')) v (n, l);
-- how often counts, and where a line ends
SELECT count(DISTINCT d) FROM (VALUES ((SELECT hdata.line_digest_agg(l) FROM (VALUES ('a'), ('b')) v (l))), ((SELECT hdata.line_digest_agg(l) FROM (VALUES ('a'), ('b'), ('b')) v (l))),
	((SELECT hdata.line_digest_agg(l) FROM (VALUES ('ab'), ('')) v (l))), ((SELECT hdata.line_digest_agg(l) FROM (VALUES ('ab')) v (l)))) t (d);
SELECT hdata.rollup(d) OPERATOR(hdata.=) (SELECT hdata.line_digest_agg(i::text) FROM generate_series(1, 90) i) FROM (SELECT hdata.line_digest_agg(i::text) AS d FROM generate_series(1, 90) i GROUP BY i % 7) s;
SELECT hdata.line_digest_agg(NULL);
SELECT hdata.line_digest_agg(E'a\n');
SELECT hdata.line_digest_agg('a') IS NULL WHERE false;
-- MuHash3072 of Bitcoin Core; by test_framework/crypto/muhash.py
SELECT d::jsonb, encode(hdata.digest(d), 'hex') FROM (SELECT hdata.line_digest_agg(l) AS d FROM (VALUES ('a'), (''), ('a')) v (l)) s;
SELECT d::jsonb FROM (SELECT hdata.line_digest_agg('line ' || i || ' é') AS d FROM generate_series(1, 200) i) s;
-- a state of release 0.1.0
SELECT d OPERATOR(hdata.=) (SELECT hdata.line_digest_agg('stored')), d::jsonb FROM (SELECT '\x0101079f0ea9359899fbaa18bace8e4de981350f10e426b2eb257c3b3cd22708779fb6adffdc90a08141b70dfb7fb6981f64319e35f56c41a70baadc80def10e4a42b46190a96ba376f9d5b46caa92cd24fe1abb5199731e0323a1f8b2d8e8e8a2f3ad1dc2ea8521adda31599f49c7637ec65a3fbaafde19e85e211b28cda1ed605bb2d66e83c7d019f99961977406aa660544c2a4cdc2aa1f167eb801417e2354fd817e7ea9dca862a1d6f102956818f284d6e028daf1b518e0fac825b7645eaa1ecd62ccbadf0cca4bbe13a802d595afcedaf1f3211a2275a9e0d9192fec0e4c1af7432e10f8695582409983d8676e2653c096aa3017adcf4e8cfe6d55b618c6e306fa59cb5d57bbce62e0a8f11c8a3397df3fa6714d83e1b299484118f8c30c4115017ec5a6239e5e4861ee6c914968ce6023f28a570b5cfb123b8e585fa6b38eca30b687c6341fca515854cc13f237a2b0498f98f516af35a6c7af3e56ff936ddf3efc0f591341ba4451dc2ac5769d3226d17e666685988daee8df66f97c48ebcd'::hdata.line_digest AS d) s;
-- hostile bytes
SELECT '\x02'::hdata.line_digest;
SELECT ('\x010101' || repeat('00', 384))::hdata.line_digest;
SELECT ('\x010100' || repeat('01', 384))::hdata.line_digest;
SELECT ('\x010001' || repeat('01', 384))::hdata.line_digest;
SELECT ('\x010101' || repeat('ff', 384))::hdata.line_digest;
-- the prime itself, and the last number below it: lowest byte first
SELECT ('\x0101019b28ef' || repeat('ff', 381))::hdata.line_digest;
SELECT length((('\x0101019a28ef' || repeat('ff', 381))::hdata.line_digest)::text), (SELECT encode(hdata.digest(hdata.rollup(x)), 'hex') FROM (VALUES (('\x0101019a28ef' || repeat('ff', 381))::hdata.line_digest), (('\x0101019a28ef' || repeat('ff', 381))::hdata.line_digest)) v (x)) =
	encode(sha256(decode('01' || repeat('00', 383), 'hex')), 'hex') AS minus_one_squared_is_one;
SELECT ('\x010101' || repeat('01', 385))::hdata.line_digest;
SELECT ('\x010101' || repeat('01', 383))::hdata.line_digest;

-- RFC 8785: its own examples
SELECT hdata.canonical_json('{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001], "string": "\u20ac$\u000F\u000aA''\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}');
SELECT string_agg(k, ' ' ORDER BY n) FROM json_each_text(hdata.canonical_json('{"\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One", "\ud83d\ude00": "Emoji", "\u0080": "Control", "\u00f6": "o"}')::json)
	WITH ORDINALITY t (x, k, n);
-- appendix B: bits and what they are
SELECT hdata.canonical_json(v::jsonb) = w, v FROM (VALUES ('0', '0'), ('-0', '0'), ('5e-324', '5e-324'), ('-5e-324', '-5e-324'), ('1.7976931348623157e+308', '1.7976931348623157e+308'),
	('9007199254740992', '9007199254740992'), ('295147905179352830000', '295147905179352830000'), ('9.999999999999997e22', '9.999999999999997e+22'), ('1e23', '1e+23'),
	('1.0000000000000001e23', '1.0000000000000001e+23'), ('999999999999999700000', '999999999999999700000'), ('999999999999999900000', '999999999999999900000'), ('1e21', '1e+21'),
	('9.999999999999997e-7', '9.999999999999997e-7'), ('0.000001', '0.000001'), ('333333333.3333332', '333333333.3333332'), ('333333333.33333325', '333333333.33333325'),
	('333333333.3333333', '333333333.3333333'), ('333333333.3333334', '333333333.3333334'), ('333333333.33333343', '333333333.33333343'), ('-0.0000033333333333333333', '-0.0000033333333333333333'),
	('1424953923781206.2', '1424953923781206.2'),
	-- powers of two, whose shortest digits lie on the boundary of what reads as they
	('5.684341886080801486968994140625e-14', '5.684341886080802e-14'), ('9.5367431640625e-7', '9.5367431640625e-7'), ('9007199254740993', '9007199254740992'), ('9007199254740991', '9007199254740991'),
	('123456789012345678901234567890', '1.2345678901234568e+29'), ('0.1', '0.1'), ('100', '100'), ('1.10', '1.1'), ('-1.5e300', '-1.5e+300')) t (v, w);
SELECT hdata.content_hash('{"b": 1, "a": [1.0, "é"]}') = sha256(convert_to('{"a":[1,"é"],"b":1}', 'UTF8')), encode(hdata.content_hash('{}'), 'hex');
SELECT hdata.canonical_json('"x"'), hdata.canonical_json('null'), hdata.canonical_json('[]'), hdata.canonical_json('[{}, [[]], {"": 0}]');
SELECT hdata.content_hash('1e400');
SELECT hdata.content_hash(NULL) IS NULL;
SELECT length(hdata.canonical_json((repeat('[', 3000) || repeat(']', 3000))::jsonb));

-- people in what leaves, and in what stays
\pset format unaligned
\pset footer off

-- HMAC-SHA256 by Python's hmac
SELECT hdata.pseudonym('ann', 'a secret of 24 bytes or so'), hdata.pseudonym('anné', 'a secret of 24 bytes or so', 'Übung');
SELECT hdata.pseudonym(7, 'a secret of 24 bytes or so') = hdata.pseudonym('7', 'a secret of 24 bytes or so'),
	hdata.pseudonym('00000000-0000-0000-0000-000000000007'::uuid, 'a secret of 24 bytes or so') = hdata.pseudonym('00000000-0000-0000-0000-000000000007'::text, 'a secret of 24 bytes or so');
-- domains are apart, and no domain runs into the id
SELECT count(DISTINCT p) FROM (VALUES (hdata.pseudonym('ab', 'a secret of 24 bytes or so', '')), (hdata.pseudonym('b', 'a secret of 24 bytes or so', 'a')), (hdata.pseudonym('', 'a secret of 24 bytes or so', 'ab')),
	(hdata.pseudonym('ab', 'another secret of 24 bytes'))) v (p);
SELECT hdata.pseudonym(NULL::text, 'a secret of 24 bytes or so') IS NULL;
SELECT hdata.pseudonym('ann', 'short');
SELECT hdata.pseudonym('ann', NULL);
SELECT hdata.pseudonym('ann', 'a secret of 24 bytes or so', NULL);
SELECT provolatile FROM pg_proc WHERE oid = 'hdata.pseudonym(text, text, text)'::regprocedure;

-- what looks like data of a person
CREATE TEMP TABLE messages (n serial, body text);
INSERT INTO messages (body) VALUES
	('Mail john.doe+x@example.co.uk, or <a@b.de>; ''x@y.org'', "o''brien@z.ie". 请联系john@example.com谢谢'), ('user@müller.de, x@例え.jp'),
	('not @this, a@b, a@b.1, a..@b.de is, a@-b, a@b..de, @, a@'),
	('call +49 30 1234567 or (555) 123-4567, 555-123-4567, 0171/1234567, 电话13912345678, 0049-30-1234567, +1 (212) 555 0100'),
	('on 2026-11-26 10:30, 26.11.2026, 11/26/2026 1234567890, 12.5, 100 000 000, 3.14159265358979, 123456789012345678901234567890, page 12-15, 0.0072973525693, (1706.03762), (1999) 12345'),
	('card 4111 1111 1111 1111, 4111-1111-1111-1112, 378282246310005, 5555555555554444, 6011000990139424, 30569309025904, 3530111333300000, 1234567812345670'),
	('iban DE89 3704 0044 0532 0130 00, GB82WEST12345698765432, DE89370400440532013001, XX89370400440532013000, NO9386011117947 FR1420041010050500013M02606'),
	('ip 192.168.1.1 and 256.1.1.1, 1.2.3.4.5, 01.2.3.4, 10.0.0.255:8080, 2001:db8::ff00:42:8329, std::vector, 12:30:45, aa:bb:cc:dd:ee:ff, fe80::1, 2001:0db8:85a3:0000:0000:8a2e:0370:7334, 1::2::3'),
	('sk-abcdefghijklmnopqrstuvwx, AKIAIOSFODNN7EXAMPLE, sk-short, http://x.com/a?token=ghp_abcdefghijklmnopqrstuvwxyz0123456789'),
	('password: hunter2!x, DB_PASSWORD=s3cr3t-value "api_key": "abc123def456", the password is long, password: long, Authorization: Bearer abc.def-123456, Bearer {api_key}, password=get_the_password(), secret: $SECRET_NO_1'),
	('-----BEGIN RSA PRIVATE KEY-----, -----BEGIN CERTIFICATE-----, wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY, e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'),
	('/usr/local/share/doc/packages/README-first.txt and SomeVeryLongCamelCaseIdentifierThatIsNoSecret eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U'),
	(''), ('nothing here'), ('😀 a@b.de 😀 c@d.de'),
	('mapped ::ffff:192.168.1.1, 64:ff9b::10.0.0.1. 1:2:3:4:5:6:10.0.0.1 ::ffff:192.168.1 ::ffff:192.168.1.256 2001:db8::ff00:1. End');
SELECT n, kind, at, length, substr(body, at::int, length::int) FROM messages, hdata.pii_spans(body) ORDER BY n, at;
SELECT count(*) FROM hdata.pii_spans(NULL);
-- no text takes long: much of what detectors begin with
SET statement_timeout = '20s';
SELECT sum(n) > 0 FROM (SELECT count(*) AS n FROM unnest(ARRAY['a@', 'sk-/', 'password:', '1 ', '1:', 'DE00', 'a', 'a.-', '=eyJ', '+1', '(1', 'a@b.', '::', '1.', '4111 ', '''']) t, hdata.pii_spans(repeat(t, 200000 / length(t)))) s;
RESET statement_timeout;

-- k-anonymity
CREATE SCHEMA xp;
CREATE TABLE xp.people (id int, age int, zip text, illness text, "odd ""name" text);
INSERT INTO xp.people SELECT i / 2, 30 + i % 3, 'z' || i % 2, 'i' || i % 4, 'x' FROM generate_series(1, 40) i;
INSERT INTO xp.people VALUES (99, 80, NULL, 'i1', 'y');
SELECT * FROM hdata.k_anonymity('xp.people', '{age,zip}');
SELECT * FROM hdata.k_anonymity('xp.people', '{age,zip}', 'id', 'illness', 7);
SELECT * FROM hdata.k_anonymity_classes('xp.people', '{age,zip}', person => 'id', sensitive => 'illness', k => 7);
SELECT * FROM hdata.k_anonymity_classes('xp.people', '{"odd \"name"}');
SELECT * FROM hdata.k_anonymity('xp.people', '{"odd \"name"}', k => 1);
-- more attributes than a function has arguments
SELECT format('CREATE TABLE xp.wide AS SELECT %s FROM generate_series(1, 3)', string_agg(format('%s AS c%s', i, i), ', ')) FROM generate_series(1, 120) i \gexec
SELECT * FROM hdata.k_anonymity('xp.wide', (SELECT array_agg('c' || i) FROM generate_series(1, 120) i));
-- rows of several people: it is they who are counted, not their combinations; a row of nobody is a row
CREATE TABLE xp.several (ward text, people int[], illness text);
INSERT INTO xp.several VALUES ('a', '{1}', 'x'), ('a', '{2}', 'x'), ('a', '{1,2}', 'y'), ('b', '{}', 'x'), ('b', NULL, 'y'), ('b', '{3,3,NULL}', 'y');
SELECT * FROM hdata.k_anonymity_classes('xp.several', '{ward}', 'people', 'illness');
CREATE TABLE xp.empty (LIKE xp.people);
SELECT * FROM hdata.k_anonymity('xp.empty', '{age}');
\set VERBOSITY sqlstate
SELECT * FROM hdata.k_anonymity('xp.people', '{age,"1); DROP TABLE xp.people; --"}');
SELECT * FROM hdata.k_anonymity('xp.people', '{}');
SELECT * FROM hdata.k_anonymity('xp.people', NULL);
SELECT * FROM hdata.k_anonymity('xp.people', '{age}', k => 0);
SELECT * FROM hdata.k_anonymity_classes('xp.people', '{age,NULL}');
SELECT * FROM hdata.k_anonymity_classes(NULL, '{age}');

-- who contributed to what leaves
CREATE TABLE xp.records (id int, writer text, reviewers bigint[]);
INSERT INTO xp.records VALUES (1, 'ann', '{1,2}'), (2, 'ann', '{1,1}'), (3, 'bob', '{}'), (4, NULL, '{1,2,3}'), (5, 'Ann', NULL);
SELECT * FROM hdata.attribution_counts('xp.records', 'writer');
SELECT person, n, round(weight::numeric, 4) AS weight, round(share::numeric, 4) AS share FROM hdata.attribution_counts('xp.records', 'reviewers');
SELECT * FROM hdata.attribution_counts('xp.empty', 'zip');
SELECT * FROM hdata.attribution_counts('xp.records', 'nobody');
SELECT * FROM hdata.attribution_counts('xp.records', NULL);

-- where states lie
CREATE DOMAIN xp.daily_ratings AS hdata.ratings;
CREATE TYPE xp.day AS (day date, texts hdata.corpus);
CREATE TABLE xp.stored (day date, r xp.daily_ratings, several hdata.comparisons[], d xp.day, ds xp.day[], k hdata.sketch, form hdata.rubric, dropped hdata.elo, e hdata.edits);
ALTER TABLE xp.stored DROP dropped;
CREATE TABLE xp.parts (day date, s hdata.score_matrix, l hdata.line_digest) PARTITION BY RANGE (day);
CREATE TABLE xp.part PARTITION OF xp.parts DEFAULT;
CREATE MATERIALIZED VIEW xp.monthly AS SELECT hdata.rollup(r::hdata.ratings) AS r FROM xp.stored;
CREATE TYPE xp.range_of_states AS RANGE (subtype = hdata.components);
CREATE TABLE xp.ranges (r xp.range_of_states, m xp.range_of_states[]);
CREATE VIEW xp.seen AS SELECT r FROM xp.stored;
CREATE TEMP TABLE mine (w hdata.rankings);
SELECT "table", "column", kind, column_type, state, remove_by FROM hdata.state_columns() WHERE schema = 'xp' OR "table" = 'mine' ORDER BY 1, 2, 5;
SET client_min_messages = warning;
DROP SCHEMA xp CASCADE;

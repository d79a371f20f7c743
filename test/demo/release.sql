-- The last step of the demo: what was accepted and preferred leaves as files for training, after all was found that may not leave.
-- Set by demo.sh: sft, pairs, sums, manifest, croissant (files to write), out (their folder).  The role "exporter" may read the
-- tables and record releases, and nothing else.
\pset pager off
\pset linestyle unicode
\pset border 1
\pset footer off
\pset null ''
\encoding UTF8
SET client_min_messages = warning;

-- corrections whose last word in review is yes; who wrote the prompt, and who corrected
CREATE VIEW demo.accepted AS
SELECT c.correction_id AS item, ARRAY[c.editor, p.author] AS person, c.text AS text, hdata.split(p.prompt_id, '{0.8,0.2}', '{train,test}') AS split,
       hdata.jsonl(hdata.sft(p.text, c.text)) AS line
  FROM demo.corrections AS c JOIN demo.responses USING (response_id) JOIN demo.prompts AS p USING (prompt_id)
 WHERE (SELECT to_state FROM demo.reviews AS r WHERE r.correction_id = c.correction_id ORDER BY r.at DESC, r.review_id DESC LIMIT 1) = 'accepted';

-- pairs of answers of which more raters prefer the one than the other
CREATE VIEW demo.preferred AS
WITH votes AS (
    SELECT prompt_id, rater, least(shown_first, shown_second) AS a, greatest(shown_first, shown_second) AS b,
           CASE winner WHEN 'first' THEN shown_first WHEN 'second' THEN shown_second END AS best
      FROM demo.preferences
),
tally AS (
    SELECT prompt_id, a, b, array_agg(DISTINCT rater) AS raters, count(*) FILTER (WHERE best = a) - count(*) FILTER (WHERE best = b) AS ahead
      FROM votes GROUP BY prompt_id, a, b
)
SELECT a || ' ' || b AS item, raters || p.author AS person, p.text AS text, hdata.split(p.prompt_id, '{0.8,0.2}', '{train,test}') AS split,
       hdata.jsonl(hdata.dpo(p.text, better.text, worse.text)) AS line
  FROM tally JOIN demo.prompts AS p USING (prompt_id)
       JOIN demo.responses AS better ON better.response_id = CASE WHEN ahead > 0 THEN a ELSE b END
       JOIN demo.responses AS worse ON worse.response_id = CASE WHEN ahead > 0 THEN b ELSE a END
 WHERE ahead <> 0;

-- everybody gave consent to training, but for one who has not answered yet, and one who took it back
SELECT hdata.give_consent(person, 'training', note => 'contract of 2026') FROM demo.people WHERE person <> 'hana' \g /dev/null
SELECT hdata.withdraw('nadia', note => 'letter of 30 March') \g /dev/null

SELECT 'CREATE ROLE exporter' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'exporter') \gexec
GRANT USAGE ON SCHEMA demo TO exporter;
GRANT SELECT ON demo.accepted, demo.preferred, hdata.consent, hdata.withdrawn_items TO exporter;
GRANT SELECT, INSERT ON hdata.releases, hdata.release_contents TO exporter;
GRANT EXECUTE ON FUNCTION hdata.release TO exporter;
SET SESSION AUTHORIZATION exporter;

\qecho
\qecho 'A DATA SET LEAVES'
\qecho '   Accepted corrections and preferred answers, as files for training. What stands in the way:'
SELECT f.file, c.check_name AS "check", c.n AS found, c.bound AS allowed, left(c.detail, 80) AS detail
  FROM (VALUES ('sft.jsonl', 'SELECT * FROM demo.accepted ORDER BY item', 'sft'), ('pairs.jsonl', 'SELECT * FROM demo.preferred ORDER BY item', 'dpo_trl')) AS f (file, query, format),
       hdata.release_check(f.query, 'training', f.format) AS c
 WHERE NOT c.ok;

\qecho '   hana has not answered, nadia took her consent back: what they had a part in stays. Where a text of the test set is like one of'
\qecho '   the training set, the former stays. Check, record and COPY happen in one transaction: what is written is what was checked.'
RESET SESSION AUTHORIZATION;
CREATE VIEW demo.sft AS
SELECT * FROM demo.accepted AS a
 WHERE (SELECT bool_and(hdata.may_leave(p, 'training')) FROM unnest(a.person) AS p)
   AND item NOT IN (SELECT CASE l.split_a WHEN 'test' THEN l.id_a ELSE l.id_b END
                      FROM (SELECT hdata.corpus_agg(item, text, split) AS c FROM demo.accepted) AS s, hdata.split_leaks(s.c) AS l);
CREATE VIEW demo.pairs AS
SELECT * FROM demo.preferred AS a
 WHERE (SELECT bool_and(hdata.may_leave(p, 'training')) FROM unnest(a.person) AS p)
   AND item NOT IN (SELECT CASE l.split_a WHEN 'test' THEN l.id_a ELSE l.id_b END
                      FROM (SELECT hdata.corpus_agg(item, text, split) AS c FROM demo.preferred) AS s, hdata.split_leaks(s.c) AS l)
   AND NOT EXISTS (SELECT FROM hdata.validate_record(a.line::jsonb, 'dpo_trl') AS v WHERE v.severity = 'error');
GRANT SELECT ON demo.sft, demo.pairs TO exporter;
SET SESSION AUTHORIZATION exporter;
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT hdata.release('sft', 'SELECT * FROM demo.sft ORDER BY item', purpose => 'training', format => 'sft') AS m \gset sft_
COPY (SELECT line FROM demo.sft ORDER BY item) TO STDOUT (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02', ENCODING 'UTF8') \g :sft
SELECT hdata.release('pairs', 'SELECT * FROM demo.pairs ORDER BY item', purpose => 'training', format => 'dpo_trl') AS m \gset pairs_
COPY (SELECT line FROM demo.pairs ORDER BY item) TO STDOUT (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02', ENCODING 'UTF8') \g :pairs
COMMIT;
SELECT r.name || '.jsonl' AS file, r.n_rows AS records, r.n_bytes AS bytes, r.manifest -> 'persons' ->> 'n' AS persons, r.manifest -> 'splits' ->> 'train' AS train,
       r.manifest -> 'splits' ->> 'test' AS test, r.manifest -> 'duplicates' ->> 'duplicates' AS alike, left(encode(r.sha256, 'hex'), 16) || '…' AS sha256
  FROM hdata.releases AS r ORDER BY r.release;

\pset format unaligned
\pset tuples_only on
SELECT jsonb_pretty(jsonb_object_agg(name || '.jsonl', manifest)) FROM hdata.releases \g :manifest
SELECT jsonb_pretty(hdata.croissant(manifest, '{"creator": "hdata", "description": "Invented questions with accepted corrections", "license": "https://www.postgresql.org/about/licence/",
  "url": "https://example.org/demo", "rai": {"dataCollection": "everything is invented"}}')) FROM hdata.releases WHERE name = 'sft' \g :croissant
SELECT string_agg(encode(sha256, 'hex') || '  ' || name || '.jsonl', E'\n' ORDER BY name) FROM hdata.releases \g :sums
\qecho '   The digests come from the database, and sha256sum, which has never heard of it, agrees:'
\cd :out
\! sha256sum -c SHA256SUMS | sed 's/^/      /'
\qecho

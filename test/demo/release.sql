-- The last step of the demo: preferences leave as training records, and what left is proved.
--   psql variables: out, the folder that gets the files.  Run by the role "exporter", which may read the project and release.
SET search_path = demo;
SET client_min_messages = error;
\set QUIET on
\pset footer off
\pset linestyle unicode

\qecho '10. WHAT LEAVES, AND CAN IT BE PROVED?'
\qecho '   Pairs of answers of which raters agree on the better one leave as records for preference training, one line of JSON'
\qecho '   each, and a third of the prompts for testing. One person has withdrawn consent: what that person wrote or judged stays.'

-- a pair of answers to one prompt, the votes for the one against the other
CREATE TEMPORARY VIEW pairs AS
SELECT p.prompt_id, q.text AS prompt, q.author, w.text AS chosen, l.text AS rejected, count(*) AS votes, array_agg(DISTINCT p.rater) AS raters
  FROM (SELECT *, CASE winner WHEN 'first' THEN shown_first ELSE shown_second END AS chosen_id,
               CASE winner WHEN 'first' THEN shown_second ELSE shown_first END AS rejected_id
          FROM preferences WHERE winner <> 'tie') AS p
  JOIN prompts AS q USING (prompt_id)
  JOIN responses AS w ON w.response_id = p.chosen_id JOIN responses AS l ON l.response_id = p.rejected_id
 WHERE hdata.may_leave(q.author, 'training') AND hdata.may_leave(p.rater, 'training')
   AND NOT EXISTS (SELECT FROM preferences AS o WHERE o.prompt_id = p.prompt_id AND o.winner <> 'tie'
                   AND (o.shown_first, o.shown_second) IN ((p.chosen_id, p.rejected_id), (p.rejected_id, p.chosen_id))
                   AND CASE o.winner WHEN 'first' THEN o.shown_first ELSE o.shown_second END <> p.chosen_id)
 GROUP BY p.prompt_id, q.text, q.author, w.response_id, l.response_id;

-- texts that are nearly the same go to the same side, so that nothing leaks
CREATE TEMPORARY TABLE families AS
SELECT d.id AS prompt_id, d.cluster AS family
  FROM (SELECT hdata.corpus_agg(prompt_id, text) AS c FROM prompts) AS s, hdata.duplicate_clusters(c) AS d;

CREATE TEMPORARY VIEW records AS
SELECT hdata.jsonl(hdata.dpo(prompt, chosen, rejected) || jsonb_build_object('votes', votes, 'split', split)) AS line,
       prompt_id AS item, author || raters AS person, prompt AS text, split
  FROM (SELECT p.*, hdata.split(family, ARRAY[0.67, 0.33], ARRAY['train', 'test'], 'demo') AS split FROM pairs AS p JOIN families AS f USING (prompt_id)) AS p
 ORDER BY prompt_id COLLATE "C", votes DESC, md5(chosen || rejected);

SELECT $$SELECT * FROM records ORDER BY item COLLATE "C", line COLLATE "C"$$ AS query \gset
BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ;
SELECT check_name AS "check", CASE WHEN ok THEN 'passes' ELSE 'FAILS' END AS result, n AS found, coalesce(bound::text, '') AS "at most", coalesce(detail, '') AS what
  FROM hdata.release_check(:'query', purpose => 'training', format => 'dpo',
       options => '{"agreement": "SELECT ''helpfulness'' AS name, hdata.ratings_first_agg(response_id, rater, helpfulness, at, prompt_id) AS ratings FROM labels JOIN responses USING (response_id)", "level": "ordinal", "min_agreement": 0.4}');
CREATE TEMPORARY TABLE released AS
SELECT hdata.release('helpdesk preferences', :'query', purpose => 'training', format => 'dpo',
       options => '{"agreement": "SELECT ''helpfulness'' AS name, hdata.ratings_first_agg(response_id, rater, helpfulness, at, prompt_id) AS ratings FROM labels JOIN responses USING (response_id)", "level": "ordinal", "min_agreement": 0.4}') AS manifest;
\set copy '\\copy (SELECT line FROM records ORDER BY item COLLATE "C", line COLLATE "C") TO ''' :out '/preferences.jsonl'' (FORMAT csv, QUOTE E''\\x01'', DELIMITER E''\\x02'', ENCODING ''UTF8'')'
:copy
COMMIT;
\pset format unaligned
\pset tuples_only on
SELECT jsonb_pretty(manifest) FROM released
\g :out/manifest.json
SELECT jsonb_pretty(hdata.croissant(manifest, '{"creator": "The helpdesk project", "description": "Pairs of answers to questions to a helpdesk, and which of them experts prefer. Invented.",
	"license": "https://creativecommons.org/publicdomain/zero/1.0/", "url": "https://example.org/helpdesk", "content_url": "preferences.jsonl",
	"rai": {"dataAnnotationProtocol": "Experts of the field chose the better one of two answers to a question; a tie was allowed.", "dataBiases": "Invented data: it tells nothing about people."}}')) FROM released
\g :out/croissant.json
SELECT format('   sha256 in the manifest: %s', manifest ->> 'sha256') FROM released;

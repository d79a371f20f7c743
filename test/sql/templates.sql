-- Texts that share a template and are no duplicates.
SET search_path = hdata, public;
CREATE TEMP TABLE doc AS
	SELECT i AS id, 'As a careful reviewer of this answer I would say that the part about ' || md5('x' || i) || ' ' || md5('y' || i) || ' should be checked once more against the original source before we accept it as correct and complete' AS body FROM generate_series(1, 60) i
	UNION ALL SELECT 61, 'As a careful reviewer of this answer, I would say that the part about ' || md5('x1') || ' ' || md5('y1') || ' should be checked once more against the original source before we accept it as correct and complete!'
	UNION ALL SELECT 80 + i, 'Copied text: the capital of France is Paris and it lies on the river Seine in the north of the country' FROM generate_series(1, 4) i
	UNION ALL SELECT 100 + i, (SELECT string_agg(md5(i || 'w' || w), ' ') FROM generate_series(1, 12) w) FROM generate_series(1, 30) i
	UNION ALL SELECT 200, '' UNION ALL SELECT 201, '';
CREATE TEMP TABLE s AS SELECT corpus_agg(id, body) AS c FROM doc;
SELECT t.id, t.template, t.representative, t.size, t.variants, round(t.similarity::numeric, 3) AS similarity, round(t.weighted_similarity::numeric, 3) AS weighted FROM s, template_groups(c) t WHERE t.id::int IN (1, 2, 60, 61) OR t.id::int > 61;
-- copies are one variant, and what is copied as a whole is no template
SELECT count(*), count(DISTINCT template) AS templates, min(variants) AS variants FROM s, template_groups(c) t;
SELECT count(*) FROM s, template_groups(c, 0.5, min_variants => 61);
SELECT count(*) FROM s, template_groups(c, 0.5, method => 'lsh');
SELECT count(*) FROM s, template_groups(c, 0.95);
SELECT count(*) FROM template_groups(NULL::corpus);
SELECT count(*) FROM s, template_groups(c, 0);
SELECT count(*) FROM s, template_groups(c, 0.5, 1.1);
SELECT count(*) FROM s, template_groups(c, 0.5, NULL);
SELECT count(*) FROM s, template_groups(c, min_variants => 1);
SELECT count(*) FROM s, template_groups(c, min_variants => NULL);
SELECT count(*) FROM s, template_groups(c, method => 'quick');

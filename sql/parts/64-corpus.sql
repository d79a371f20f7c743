-- text: many texts at once (docs/text.md)
-- What may choose its method by hdata.join_mem is STABLE.

%type corpus | many texts as their tokens: a keyed state (a set of facts), made by corpus_agg | the same texts of the same ids
%state corpus | union of two sets of texts | union of stored corpora: merging one twice changes nothing

%aggregate corpus_agg(bigint, text) | corpus | corpus_trans | corpus_trans_int8 | IMMUTABLE | corpus (id, text); keyed: the same text twice is one
%aggregate corpus_agg(uuid, text) | corpus | corpus_trans | corpus_trans_uuid | IMMUTABLE | corpus (id, text); keyed: the same text twice is one
%aggregate corpus_agg(text, text) | corpus | corpus_trans | corpus_trans_text | IMMUTABLE | corpus (id, text); keyed: the same text twice is one
%aggregate corpus_agg("any", "any") | corpus | corpus_trans | corpus_trans_any | STABLE | corpus (id, text); keyed: the same text twice is one
%aggregate corpus_agg(bigint, text, text) | corpus | corpus_trans | corpus_trans_int8 | IMMUTABLE | corpus (id, text, group); keyed: the same text twice is one
%aggregate corpus_agg(uuid, text, text) | corpus | corpus_trans | corpus_trans_uuid | IMMUTABLE | corpus (id, text, group); keyed: the same text twice is one
%aggregate corpus_agg(text, text, text) | corpus | corpus_trans | corpus_trans_text | IMMUTABLE | corpus (id, text, group); keyed: the same text twice is one
%aggregate corpus_agg("any", "any", "any") | corpus | corpus_trans | corpus_trans_any | STABLE | corpus (id, text, group); keyed: the same text twice is one

CREATE FUNCTION n_texts(corpus) RETURNS bigint
	AS 'MODULE_PATHNAME', 'corpus_n_texts' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION n_texts(corpus) IS 'number of texts';
CREATE FUNCTION texts(corpus, OUT id text, OUT "group" text, OUT n_tokens bigint)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'corpus_texts' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 10000;
COMMENT ON FUNCTION texts(corpus) IS 'the texts of a corpus: id, group, number of tokens';
CREATE FUNCTION without_ids(corpus, ids text[]) RETURNS corpus
	AS 'MODULE_PATHNAME', 'corpus_without_ids' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION without_ids(corpus, text[]) IS 'the corpus without these texts: nothing of them is left in the value';

CREATE FUNCTION duplicate_pairs(corpus, threshold float8 DEFAULT 0.8, measure text DEFAULT 'jaccard', method text DEFAULT 'auto',
	unit text DEFAULT NULL, OUT id_a text, OUT id_b text, OUT similarity float8)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'corpus_duplicate_pairs' LANGUAGE C STABLE PARALLEL SAFE COST 100000 ROWS 10000;
COMMENT ON FUNCTION duplicate_pairs(corpus, float8, text, text, text) IS 'every pair of texts whose similarity reaches the threshold';
CREATE FUNCTION duplicate_clusters(corpus, threshold float8 DEFAULT 0.7, measure text DEFAULT 'idf_jaccard', method text DEFAULT 'auto',
	unit text DEFAULT NULL, refine boolean DEFAULT true,
	OUT id text, OUT cluster bigint, OUT representative text, OUT similarity float8, OUT size bigint)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'corpus_duplicate_clusters' LANGUAGE C STABLE PARALLEL SAFE COST 100000 ROWS 10000;
COMMENT ON FUNCTION duplicate_clusters(corpus, float8, text, text, text, boolean) IS 'for each text the cluster of duplicates it belongs to, its representative and how alike the two are';
CREATE FUNCTION duplicate_stats(corpus, threshold float8 DEFAULT 0.7, measure text DEFAULT 'idf_jaccard', method text DEFAULT 'auto',
	unit text DEFAULT NULL, refine boolean DEFAULT true,
	OUT method text, OUT n_texts bigint, OUT n_empty bigint, OUT n_equal bigint, OUT n_clusters bigint, OUT n_duplicates bigint,
	OUT largest bigint, OUT candidates bigint, OUT verified bigint, OUT capped bigint, OUT memory bigint)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'corpus_duplicate_stats' LANGUAGE C STABLE PARALLEL SAFE COST 100000 ROWS 1;
COMMENT ON FUNCTION duplicate_stats(corpus, float8, text, text, text, boolean) IS 'how the clusters were found: method, texts, clusters, candidates, verified pairs, what was left out, memory';
CREATE FUNCTION overlap_pairs(corpus, other corpus, threshold float8 DEFAULT 0.8, measure text DEFAULT 'jaccard', unit text DEFAULT NULL,
	OUT id_a text, OUT id_b text, OUT similarity float8)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'corpus_overlap_pairs' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000 ROWS 10000;
COMMENT ON FUNCTION overlap_pairs(corpus, corpus, float8, text, text) IS 'every pair of a text of one corpus and a text of another whose similarity reaches the threshold';
CREATE FUNCTION contamination(corpus, benchmark corpus, threshold float8 DEFAULT 0.5, unit text DEFAULT NULL,
	OUT id text, OUT benchmark_id text, OUT containment float8)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'corpus_contamination' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000 ROWS 1000;
COMMENT ON FUNCTION contamination(corpus, corpus, float8, text) IS 'texts that hold an item of a benchmark: how much of the item''s shingles, weighted by rarity, is in the text';

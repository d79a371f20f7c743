-- agreement: coefficients over ratings (docs/agreement.md)

CREATE FUNCTION percent_agreement(ratings, weights text DEFAULT 'identity', categories text[] DEFAULT NULL) RETURNS float8
	AS 'MODULE_PATHNAME', 'ratings_percent_agreement' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION percent_agreement(ratings, text, text[]) IS 'mean agreement of pairs of ratings of one item, weighted if weights say so';
CREATE FUNCTION cohen_kappa(ratings, weights text DEFAULT 'identity', categories text[] DEFAULT NULL) RETURNS float8
	AS 'MODULE_PATHNAME', 'ratings_cohen_kappa' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION cohen_kappa(ratings, text, text[]) IS 'Cohen (1960, 1968): kappa of exactly two raters over the items that both rated';
CREATE FUNCTION scott_pi(ratings, weights text DEFAULT 'identity', categories text[] DEFAULT NULL) RETURNS float8
	AS 'MODULE_PATHNAME', 'ratings_scott_pi' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION scott_pi(ratings, text, text[]) IS 'Scott (1955): pi of two raters; of more raters, Fleiss (1971)';
CREATE FUNCTION fleiss_kappa(ratings, weights text DEFAULT 'identity', categories text[] DEFAULT NULL) RETURNS float8
	AS 'MODULE_PATHNAME', 'ratings_fleiss_kappa' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION fleiss_kappa(ratings, text, text[]) IS 'Fleiss (1971), with missing ratings as in Gwet (2014)';
CREATE FUNCTION conger_kappa(ratings, weights text DEFAULT 'identity', categories text[] DEFAULT NULL) RETURNS float8
	AS 'MODULE_PATHNAME', 'ratings_conger_kappa' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION conger_kappa(ratings, text, text[]) IS 'Conger (1980): kappa of several raters with margins of their own';
CREATE FUNCTION gwet_ac(ratings, weights text DEFAULT 'identity', categories text[] DEFAULT NULL) RETURNS float8
	AS 'MODULE_PATHNAME', 'ratings_gwet_ac' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION gwet_ac(ratings, text, text[]) IS 'Gwet (2008): AC1, or AC2 with weights';
CREATE FUNCTION brennan_prediger(ratings, weights text DEFAULT 'identity', categories text[] DEFAULT NULL) RETURNS float8
	AS 'MODULE_PATHNAME', 'ratings_brennan_prediger' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION brennan_prediger(ratings, text, text[]) IS 'Brennan and Prediger (1981): chance is one in the number of categories';
CREATE FUNCTION krippendorff_alpha(ratings, level text DEFAULT 'nominal', categories text[] DEFAULT NULL) RETURNS float8
	AS 'MODULE_PATHNAME', 'ratings_krippendorff_alpha' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION krippendorff_alpha(ratings, text, text[]) IS 'Krippendorff (2019): alpha over pairable ratings; levels nominal, ordinal, interval, ratio, circular, bipolar, jaccard, masi';

CREATE FUNCTION agreement(ratings, level text DEFAULT 'nominal', confidence float8 DEFAULT 0.95,
	raters text DEFAULT 'fixed', null_value float8 DEFAULT NULL, categories text[] DEFAULT NULL,
	variance text DEFAULT 'ratio',
	OUT coefficient text, OUT value float8, OUT se float8, OUT ci_low float8, OUT ci_high float8,
	OUT p_value float8, OUT level text, OUT weights text, OUT n_categories bigint, OUT n_items bigint,
	OUT n_raters bigint, OUT n_ratings bigint, OUT n_clusters bigint, OUT inference text, OUT note text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'ratings_agreement' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000 ROWS 8;
COMMENT ON FUNCTION agreement(ratings, text, float8, text, float8, text[], text) IS 'every coefficient of agreement with its interval';

CREATE FUNCTION rater_pairs(ratings, level text DEFAULT 'nominal', confidence float8 DEFAULT 0.95,
	categories text[] DEFAULT NULL,
	OUT rater_a text, OUT rater_b text, OUT n_items bigint, OUT percent_agreement float8, OUT expected float8,
	OUT excess float8, OUT kappa float8, OUT se float8, OUT ci_low float8, OUT ci_high float8)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'ratings_rater_pairs' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000 ROWS 100;
COMMENT ON FUNCTION rater_pairs(ratings, text, float8, text[]) IS 'each pair of raters with items in common: agreement, what chance explains of it, Cohen''s kappa with its interval';

CREATE FUNCTION rater_agreement(ratings, level text DEFAULT 'nominal', confidence float8 DEFAULT 0.95,
	categories text[] DEFAULT NULL,
	OUT rater text, OUT n bigint, OUT n_ratings bigint, OUT value float8, OUT ci_low float8, OUT ci_high float8,
	OUT n_expected bigint, OUT expected float8, OUT excess float8, OUT excess_low float8, OUT excess_high float8,
	OUT shrunk float8,
	OUT rank_low bigint, OUT rank_high bigint, OUT evidence text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'ratings_rater_agreement' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000 ROWS 50;
COMMENT ON FUNCTION rater_agreement(ratings, text, float8, text[]) IS 'each rater against the others on the same items, leave-one-out, with intervals: a question to ask, not a verdict';

CREATE FUNCTION item_agreement(ratings, level text DEFAULT 'nominal', categories text[] DEFAULT NULL,
	OUT item text, OUT n_ratings bigint, OUT agreement float8, OUT n_labels bigint, OUT majority text,
	OUT majority_share float8, OUT entropy float8, OUT cluster text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'ratings_item_agreement' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000 ROWS 1000;
COMMENT ON FUNCTION item_agreement(ratings, text, text[]) IS 'each item: agreement of its pairs of ratings, majority label, entropy in bits';

CREATE FUNCTION category_agreement(ratings, confidence float8 DEFAULT 0.95, categories text[] DEFAULT NULL,
	OUT label text, OUT n_ratings bigint, OUT n_items bigint, OUT share float8, OUT specific_agreement float8,
	OUT se float8, OUT ci_low float8, OUT ci_high float8, OUT kappa float8)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'ratings_category_agreement' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000 ROWS 10;
COMMENT ON FUNCTION category_agreement(ratings, float8, text[]) IS 'each category: how often it is used, specific agreement with its interval, Fleiss'' kappa against the rest';

CREATE FUNCTION coincidences(ratings, categories text[] DEFAULT NULL,
	OUT label_a text, OUT label_b text, OUT n float8, OUT expected float8, OUT share float8)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'ratings_coincidences' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000 ROWS 25;
COMMENT ON FUNCTION coincidences(ratings, text[]) IS 'coincidence matrix of pairable ratings (Krippendorff 2011), with what chance would give';

-- numbers

CREATE FUNCTION icc(ratings, form text DEFAULT 'ICC(2,1)', categories text[] DEFAULT NULL) RETURNS float8
	AS 'MODULE_PATHNAME', 'ratings_icc' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION icc(ratings, text, text[]) IS 'intraclass correlation (Shrout and Fleiss 1979; McGraw and Wong 1996): ICC(1,1), ICC(2,1), ICC(3,1), ICC(1,k), ICC(2,k), ICC(3,k)';
CREATE FUNCTION icc_agreement(ratings, confidence float8 DEFAULT 0.95, categories text[] DEFAULT NULL,
	OUT form text, OUT value float8, OUT ci_low float8, OUT ci_high float8, OUT f float8, OUT df1 float8,
	OUT df2 float8, OUT n_items bigint, OUT n_raters bigint, OUT note text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'ratings_icc_agreement' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000 ROWS 6;
COMMENT ON FUNCTION icc_agreement(ratings, float8, text[]) IS 'the six intraclass correlations with their intervals';
CREATE FUNCTION kendall_w(ratings, categories text[] DEFAULT NULL) RETURNS float8
	AS 'MODULE_PATHNAME', 'ratings_kendall_w' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION kendall_w(ratings, text[]) IS 'Kendall''s W: concordance of rankings, corrected for ties';
CREATE FUNCTION lin_ccc(ratings, categories text[] DEFAULT NULL) RETURNS float8
	AS 'MODULE_PATHNAME', 'ratings_lin_ccc' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION lin_ccc(ratings, text[]) IS 'Lin''s (1989) concordance correlation; of more raters, Barnhart, Haber and Song (2002)';

-- resampling and comparing

CREATE FUNCTION bootstrap(ratings, coefficient text, level text DEFAULT 'nominal', draws bigint DEFAULT 2000,
	confidence float8 DEFAULT 0.95, seed bigint DEFAULT 1, categories text[] DEFAULT NULL,
	OUT value float8, OUT se float8, OUT ci_low float8, OUT ci_high float8, OUT draws bigint, OUT note text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'ratings_bootstrap' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000 ROWS 1;
COMMENT ON FUNCTION bootstrap(ratings, text, text, bigint, float8, bigint, text[]) IS 'a coefficient of agreement with its bootstrap percentile interval over items, or clusters';

CREATE FUNCTION agreement_difference(a ratings, b ratings, level text DEFAULT 'nominal', confidence float8 DEFAULT 0.95,
	categories text[] DEFAULT NULL,
	OUT coefficient text, OUT value_a float8, OUT value_b float8, OUT difference float8, OUT se float8,
	OUT ci_low float8, OUT ci_high float8, OUT n_items_shared bigint, OUT paired boolean, OUT note text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'ratings_agreement_difference' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000 ROWS 8;
COMMENT ON FUNCTION agreement_difference(ratings, ratings, text, float8, text[]) IS 'the difference of every coefficient between two groups of ratings, with its interval; paired where items are shared (Gwet 2016)';
CREATE FUNCTION cross_agreement(a ratings, b ratings, level text DEFAULT 'nominal', confidence float8 DEFAULT 0.95,
	categories text[] DEFAULT NULL,
	OUT coefficient text, OUT value float8, OUT se float8, OUT ci_low float8, OUT ci_high float8,
	OUT n_items bigint, OUT n_ratings_a bigint, OUT n_ratings_b bigint, OUT note text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'ratings_cross_agreement' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000 ROWS 5;
COMMENT ON FUNCTION cross_agreement(ratings, ratings, text, float8, text[]) IS 'agreement between two groups on the items that both rated: cross-replication reliability (Wong, Paritosh and Aroyo 2021), beside each group''s own';
CREATE FUNCTION label_use(ratings, confidence float8 DEFAULT 0.95, categories text[] DEFAULT NULL,
	OUT rater text, OUT label text, OUT n_items bigint, OUT n bigint, OUT share float8, OUT others_share float8,
	OUT excess float8, OUT excess_low float8, OUT excess_high float8, OUT evidence text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'ratings_label_use' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000 ROWS 100;
COMMENT ON FUNCTION label_use(ratings, float8, text[]) IS 'how often each rater uses each label, compared with the others on the same items: a question to ask, not a verdict';

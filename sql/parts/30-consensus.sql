-- consensus: a judge against people (docs/consensus.md)

-- confusion: how often each reference label was met with each predicted label

%type confusion | how often each reference label was met with each predicted label: a counting state, made by confusion_agg | the same counts of the same labels
%state confusion | adds the counts of two confusions | sum of stored confusions: merging one twice counts it twice

-- Typed overloads for text, boolean and numbers; "any" takes enums and whatever else, on one node.
%aggregate confusion_agg(text, text) | confusion | confusion_trans | confusion_trans_text | IMMUTABLE | confusion (reference, predicted): counting; predicted NULL = not covered, counted; reference NULL = skipped, counted
%aggregate confusion_agg(boolean, boolean) | confusion | confusion_trans | confusion_trans_boolean | IMMUTABLE | confusion (reference, predicted): counting; predicted NULL = not covered, counted; reference NULL = skipped, counted
%aggregate confusion_agg(float8, float8) | confusion | confusion_trans | confusion_trans_float8 | IMMUTABLE | confusion (reference, predicted): counting; predicted NULL = not covered, counted; reference NULL = skipped, counted
%aggregate confusion_agg("any", "any") | confusion | confusion_trans | confusion_trans_any | STABLE | confusion (reference, predicted): counting; predicted NULL = not covered, counted; reference NULL = skipped, counted

CREATE FUNCTION cells(confusion, OUT reference text, OUT predicted text, OUT n bigint)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'confusion_cells' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 10;
COMMENT ON FUNCTION cells(confusion) IS 'every pair of labels that was counted; predicted NULL: not covered';
CREATE FUNCTION n(confusion) RETURNS bigint
	AS 'MODULE_PATHNAME', 'confusion_n' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION n(confusion) IS 'rows with both labels: what the metrics stand on';
CREATE FUNCTION n_skipped(confusion) RETURNS bigint
	AS 'MODULE_PATHNAME', 'confusion_n_skipped' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION n_skipped(confusion) IS 'rows without a reference label';
CREATE FUNCTION n_not_covered(confusion) RETURNS bigint
	AS 'MODULE_PATHNAME', 'confusion_n_not_covered' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION n_not_covered(confusion) IS 'rows with a reference but no predicted label';

CREATE FUNCTION coverage(confusion) RETURNS float8
	AS 'MODULE_PATHNAME', 'confusion_coverage' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION coverage(confusion) IS 'share of the rows with a reference that have a predicted label';
CREATE FUNCTION accuracy(confusion) RETURNS float8
	AS 'MODULE_PATHNAME', 'confusion_accuracy' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION accuracy(confusion) IS 'share of the covered rows whose labels are equal; of single labels also the micro-averaged F1';
CREATE FUNCTION cohen_kappa(confusion, weights text DEFAULT 'identity') RETURNS float8
	AS 'MODULE_PATHNAME', 'confusion_cohen_kappa' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION cohen_kappa(confusion, text) IS 'Cohen (1960, 1968): kappa of reference and predicted labels; weights identity, linear, quadratic';
CREATE FUNCTION mcc(confusion) RETURNS float8
	AS 'MODULE_PATHNAME', 'confusion_mcc' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION mcc(confusion) IS 'Matthews correlation; of more than two labels, Gorodkin (2004)';
CREATE FUNCTION macro_f1(confusion, labels text[] DEFAULT NULL) RETURNS float8
	AS 'MODULE_PATHNAME', 'confusion_macro_f1' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION macro_f1(confusion, text[]) IS 'mean F1 of the labels; NULL where there is one label only, or the F1 of one is 0/0';
CREATE FUNCTION weighted_f1(confusion) RETURNS float8
	AS 'MODULE_PATHNAME', 'confusion_weighted_f1' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION weighted_f1(confusion) IS 'mean F1 of the labels, weighted by how often each is the reference';
CREATE FUNCTION bias(confusion, positive text DEFAULT NULL) RETURNS float8
	AS 'MODULE_PATHNAME', 'confusion_bias' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION bias(confusion, text) IS 'mean of predicted less mean of reference, of numbers or of the positive label: above 0 the judge is lenient';

CREATE FUNCTION class_metrics(confusion, confidence float8 DEFAULT 0.95, method text DEFAULT 'wilson',
	OUT label text, OUT n_reference bigint, OUT n_predicted bigint, OUT tp bigint, OUT fp bigint, OUT fn bigint, OUT tn bigint,
	OUT "precision" float8, OUT precision_low float8, OUT precision_high float8,
	OUT recall float8, OUT recall_low float8, OUT recall_high float8,
	OUT f1 float8, OUT f1_low float8, OUT f1_high float8,
	OUT specificity float8, OUT specificity_low float8, OUT specificity_high float8)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'confusion_class_metrics' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 5;
COMMENT ON FUNCTION class_metrics(confusion, float8, text) IS 'each label against the rest: counts, precision, recall, F1 and specificity with intervals';
CREATE FUNCTION confusion_summary(confusion, confidence float8 DEFAULT 0.95, method text DEFAULT 'wilson', positive text DEFAULT NULL,
	OUT metric text, OUT value float8, OUT se float8, OUT ci_low float8, OUT ci_high float8, OUT n bigint, OUT note text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'confusion_summary' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2000 ROWS 9;
COMMENT ON FUNCTION confusion_summary(confusion, float8, text, text) IS 'accuracy, kappa, MCC, F1, bias and coverage with their intervals';

CREATE FUNCTION bias_index(confusion[], positive text DEFAULT NULL) RETURNS float8
	AS 'MODULE_PATHNAME', 'confusion_bias_index' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000;
COMMENT ON FUNCTION bias_index(confusion[], text) IS 'largest less smallest bias over several confusions, one a producer (ProfBench)';
CREATE FUNCTION bias_index_ci(confusion[], confidence float8 DEFAULT 0.95, positive text DEFAULT NULL,
	OUT value float8, OUT ci_low float8, OUT ci_high float8, OUT expected float8, OUT n_producers bigint, OUT n bigint, OUT note text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'confusion_bias_index_ci' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000 ROWS 1;
COMMENT ON FUNCTION bias_index_ci(confusion[], float8, text) IS 'bias index with simultaneous bounds, and what noise alone would give';

CREATE FUNCTION human_ceiling(ratings, judge text DEFAULT NULL, metric text DEFAULT 'macro_f1',
	reference text DEFAULT 'pairwise', confidence float8 DEFAULT 0.95,
	OUT rater text, OUT role text, OUT n bigint, OUT n_pairs bigint, OUT value float8, OUT ci_low float8, OUT ci_high float8,
	OUT expected float8, OUT excess float8, OUT excess_low float8, OUT excess_high float8,
	OUT judge_value float8, OUT judge_excess float8, OUT judge_excess_low float8, OUT judge_excess_high float8,
	OUT percentile float8, OUT shrunk float8, OUT rank_low bigint, OUT rank_high bigint, OUT evidence text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'ratings_human_ceiling' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000 ROWS 20;
COMMENT ON FUNCTION human_ceiling(ratings, text, text, text, float8) IS 'each grader against the others by the metric of a judge, and the judge by the same references: leave-one-grader-out';

-- ppi: the true mean from a judge on all rows and people on some

%type ppi | sums of a judge's values on all rows and people's on some: a counting state, made by ppi_agg | the same sums of as many rows
%state ppi | adds the sums of two states | sum of stored states: merging one twice counts it twice

%aggregate ppi_agg(float8, float8) | ppi | ppi_trans | ppi_trans_float8 | IMMUTABLE | a judge on all rows, people on some (judge, human): counting; human NULL = not audited; judge NULL = skipped, counted
%aggregate ppi_agg(boolean, boolean) | ppi | ppi_trans | ppi_trans_boolean | IMMUTABLE | a judge on all rows, people on some (judge, human): counting; human NULL = not audited; judge NULL = skipped, counted
%aggregate ppi_agg(float8, float8, float8) | ppi | ppi_trans | ppi_trans_float8_weighted | IMMUTABLE | a judge on all rows, people on some (judge, human, probability of audit): counting; human NULL = not audited; judge NULL = skipped, counted
%aggregate ppi_agg(boolean, boolean, float8) | ppi | ppi_trans | ppi_trans_boolean_weighted | IMMUTABLE | a judge on all rows, people on some (judge, human, probability of audit): counting; human NULL = not audited; judge NULL = skipped, counted

CREATE FUNCTION ppi_mean(ppi, confidence float8 DEFAULT 0.95, method text DEFAULT 'ppi++',
	OUT value float8, OUT se float8, OUT ci_low float8, OUT ci_high float8, OUT n bigint, OUT n_audited bigint,
	OUT lambda float8, OUT judge_mean float8, OUT classical float8, OUT classical_se float8,
	OUT classical_low float8, OUT classical_high float8, OUT note text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'ppi_mean' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 1;
COMMENT ON FUNCTION ppi_mean(ppi, float8, text) IS 'prediction-powered inference (Angelopoulos et al. 2023): the true mean with its interval; methods ppi++, ppi, classical';
CREATE FUNCTION n_skipped(ppi) RETURNS bigint
	AS 'MODULE_PATHNAME', 'ppi_n_skipped' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION n_skipped(ppi) IS 'rows without a judgement of the judge';

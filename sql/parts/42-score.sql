-- rubric_score: what the criteria of a response were graded (docs/rubric.md)

%type rubric_score | what the criteria of a response were graded, as sums: a counting state, made by rubric_agg or rubric_score_of | the same sums by the same rubric
%state rubric_score | sum of two scores | sum of stored scores: merging one twice counts it twice

%aggregate rubric_agg(float8, float8) | rubric_score | rubric_agg_trans | rubric_agg_trans_float8 | IMMUTABLE | rubric_score (points, value): value in 0 to 1, NULL is N/A; counting | 272
%aggregate rubric_agg(float8, boolean) | rubric_score | rubric_agg_trans | rubric_agg_trans_bool | IMMUTABLE | rubric_score (points, met): NULL is N/A; counting | 272
%aggregate rubric_agg(float8, float8, boolean) | rubric_score | rubric_agg_trans | rubric_agg_trans_float8 | IMMUTABLE | rubric_score (points, value, gate): a gate that is missed closes gated_score(); counting | 272
%aggregate rubric_agg(float8, boolean, boolean) | rubric_score | rubric_agg_trans | rubric_agg_trans_bool | IMMUTABLE | rubric_score (points, met, gate): a gate that is missed closes gated_score(); counting | 272
%aggregate rubric_agg(float8, float8, boolean, text[]) | rubric_score | rubric_agg_trans | rubric_agg_trans_float8 | IMMUTABLE | rubric_score (points, value, gate, tags): tags are the axes of axis_scores(); counting | 272
%aggregate rubric_agg(float8, boolean, boolean, text[]) | rubric_score | rubric_agg_trans | rubric_agg_trans_bool | IMMUTABLE | rubric_score (points, met, gate, tags): tags are the axes of axis_scores(); counting | 272

CREATE FUNCTION rubric_score_of(rubric rubric, grades jsonb) RETURNS rubric_score
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION rubric_score_of(rubric, jsonb) IS 'grades {"id of a criterion": grade} of one response by a rubric, bound to its hash; a criterion without a grade is N/A';

CREATE FUNCTION score(rubric_score, norm text DEFAULT 'positive', na text DEFAULT 'skip', partial float8 DEFAULT 0.5,
	penalty_only boolean DEFAULT false) RETURNS float8
	AS 'MODULE_PATHNAME', 'rubric_score_score' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION score(rubric_score, text, text, float8, boolean) IS 'points achieved over points possible, not clipped; norm positive, minmax, abs, penalty_only; N/A skip, zero, partial, fail';
CREATE FUNCTION gated_score(rubric_score, norm text DEFAULT 'positive', na text DEFAULT 'skip', cap float8 DEFAULT 0,
	gate_weight text DEFAULT 'counted', partial float8 DEFAULT 0.5, penalty_only boolean DEFAULT false) RETURNS float8
	AS 'MODULE_PATHNAME', 'rubric_score_gated_score' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION gated_score(rubric_score, text, text, float8, text, float8, boolean) IS 'score, at most the cap where a gate is missed, NULL while a gate is N/A; points of gates counted or excluded';
CREATE FUNCTION gates_open(rubric_score) RETURNS boolean
	AS 'MODULE_PATHNAME', 'rubric_score_gates_open' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION gates_open(rubric_score) IS 'false if any gate is missed, NULL if one is N/A, else true';
CREATE FUNCTION achieved(rubric_score, na text DEFAULT 'skip', partial float8 DEFAULT 0.5) RETURNS float8
	AS 'MODULE_PATHNAME', 'rubric_score_achieved' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION achieved(rubric_score, text, float8) IS 'sum of points times value; of a tree, of shares times value';
CREATE FUNCTION possible(rubric_score, norm text DEFAULT 'positive', na text DEFAULT 'skip') RETURNS float8
	AS 'MODULE_PATHNAME', 'rubric_score_possible' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION possible(rubric_score, text, text) IS 'sum of points that the score is measured by';
CREATE FUNCTION all_pass(rubric_score) RETURNS boolean
	AS 'MODULE_PATHNAME', 'rubric_score_all_pass' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION all_pass(rubric_score) IS 'whether every criterion with points passes; false by one failure, NULL while N/A leaves it open';
CREATE FUNCTION mean_criteria(rubric_score) RETURNS float8
	AS 'MODULE_PATHNAME', 'rubric_score_mean_criteria' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION mean_criteria(rubric_score) IS 'mean of the graded criteria with points, all alike: value, or 1 - value where points are negative';
CREATE FUNCTION n_graded(rubric_score) RETURNS bigint
	AS 'MODULE_PATHNAME', 'rubric_score_n_graded' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION n_graded(rubric_score) IS 'number of criteria with a grade';
CREATE FUNCTION n_na(rubric_score) RETURNS bigint
	AS 'MODULE_PATHNAME', 'rubric_score_n_na' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION n_na(rubric_score) IS 'number of criteria that are N/A, missing grades included';
CREATE FUNCTION n_missing(rubric_score) RETURNS bigint
	AS 'MODULE_PATHNAME', 'rubric_score_n_missing' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION n_missing(rubric_score) IS 'number of criteria of the rubric that grades did not name';
CREATE FUNCTION graded_by(rubric_score) RETURNS bytea
	AS 'MODULE_PATHNAME', 'rubric_score_hash_of' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION graded_by(rubric_score) IS 'hash of the rubric that a score is bound to; NULL for those of rubric_agg';
CREATE FUNCTION axis_scores(rubric_score, norm text DEFAULT 'positive', na text DEFAULT 'skip', partial float8 DEFAULT 0.5,
	penalty_only boolean DEFAULT false,
	OUT tag text, OUT score float8, OUT n bigint, OUT n_na bigint, OUT n_fail bigint, OUT failure_share float8, OUT mean_criteria float8)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'rubric_score_axis_scores' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100 ROWS 10;
COMMENT ON FUNCTION axis_scores(rubric_score, text, text, float8, boolean) IS 'the score over the criteria of each tag alone';

-- score_summary: scores of many responses

%type score_summary | scores of many responses, as sums: a counting state, made by score_agg | the same sums
%state score_summary | sum of two summaries | sum of stored summaries: merging one twice counts it twice

%aggregate score_agg(float8) | score_summary | score_agg_trans | score_agg_trans_float8 | IMMUTABLE | score_summary (score): NULL is counted apart; counting
%aggregate score_agg(float8, text) | score_summary | score_agg_trans | score_agg_trans_float8 | IMMUTABLE | score_summary (score, cluster): scores of one cluster are not independent; counting
%aggregate score_agg(rubric_score) | score_summary | score_agg_trans | score_agg_trans_rubric | IMMUTABLE | score_summary (rubric_score) of score() by its defaults; different rubrics are an error; counting
%aggregate score_agg(rubric_score, text) | score_summary | score_agg_trans | score_agg_trans_rubric | IMMUTABLE | score_summary (rubric_score, cluster) of score() by its defaults; different rubrics are an error; counting
%aggregate score_agg(rubric_score, text, boolean) | score_summary | score_agg_trans | score_agg_trans_rubric | IMMUTABLE | score_summary (rubric_score, cluster, mixed): mixed true takes scores of different rubrics; counting
%aggregate score_agg(rubric_score, text, boolean, text, text) | score_summary | score_agg_trans | score_agg_trans_rubric | IMMUTABLE | score_summary (rubric_score, cluster, mixed, norm, na) of score(rubric_score, norm, na); counting

CREATE FUNCTION mean(score_summary, clip text DEFAULT 'dataset') RETURNS float8
	AS 'MODULE_PATHNAME', 'score_summary_mean' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION mean(score_summary, text) IS 'mean score; clip dataset (the mean into 0 to 1), example (each score), none';
CREATE FUNCTION stderr(score_summary, clip text DEFAULT 'dataset', method text DEFAULT 'clustered') RETURNS float8
	AS 'MODULE_PATHNAME', 'score_summary_stderr' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION stderr(score_summary, text, text) IS 'standard error of the mean; method clustered, sample, bootstrap';
CREATE FUNCTION ci(score_summary, confidence float8 DEFAULT 0.95, clip text DEFAULT 'dataset', method text DEFAULT 'clustered',
	OUT value float8, OUT se float8, OUT ci_low float8, OUT ci_high float8, OUT n bigint, OUT n_clusters bigint, OUT df float8, OUT note text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'score_summary_ci' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 200 ROWS 1;
COMMENT ON FUNCTION ci(score_summary, float8, text, text) IS 'mean score with its t interval, by clusters where there are any';
CREATE FUNCTION n_scores(score_summary) RETURNS bigint
	AS 'MODULE_PATHNAME', 'score_summary_n_scores' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION n_scores(score_summary) IS 'number of scores';
CREATE FUNCTION n_null(score_summary) RETURNS bigint
	AS 'MODULE_PATHNAME', 'score_summary_n_null' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION n_null(score_summary) IS 'number of responses without a score';
CREATE FUNCTION n_clusters(score_summary) RETURNS bigint
	AS 'MODULE_PATHNAME', 'score_summary_n_clusters' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION n_clusters(score_summary) IS 'number of clusters; a score without one is one of its own';
CREATE FUNCTION min_score(score_summary) RETURNS float8
	AS 'MODULE_PATHNAME', 'score_summary_min' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION min_score(score_summary) IS 'least score';
CREATE FUNCTION max_score(score_summary) RETURNS float8
	AS 'MODULE_PATHNAME', 'score_summary_max' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION max_score(score_summary) IS 'greatest score';
CREATE FUNCTION cluster_means(score_summary, OUT cluster text, OUT n bigint, OUT mean float8, OUT mean_clipped float8)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'score_summary_cluster_means' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 100;
COMMENT ON FUNCTION cluster_means(score_summary) IS 'the clusters that have a name, each with its mean score, and that of its scores clipped one by one';

CREATE FUNCTION pooled_stderr(stderr float8[], n float8[]) RETURNS float8
	AS 'MODULE_PATHNAME', 'hdata_pooled_stderr' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION pooled_stderr(float8[], float8[]) IS 'standard error of the mean over several samples, by their pooled variance (lm-evaluation-harness)';
CREATE FUNCTION length_adjusted(score float8, length float8, center float8 DEFAULT 2000, penalty_per_500 float8 DEFAULT 0.0147) RETURNS float8
	AS 'MODULE_PATHNAME', 'hdata_length_adjusted' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION length_adjusted(float8, float8, float8, float8) IS 'score less a penalty for each 500 characters beyond the center (HealthBench Professional); clip after it';

-- grades: what several graders gave one criterion

%type grades | what several graders gave one criterion of one response: a counting state, made by grades_agg | the same grades of the same points
%state grades | sum of two sets of grades | sum of stored grades: merging one twice counts it twice

%aggregate grades_agg(float8, float8, float8) | grades | grades_agg_trans | grades_agg_trans_float8 | IMMUTABLE | grades (value, weight of the grader, points of the criterion): value NULL is N/A; counting | 272
%aggregate grades_agg(boolean, float8, float8) | grades | grades_agg_trans | grades_agg_trans_bool | IMMUTABLE | grades (met, weight of the grader, points of the criterion): NULL is N/A; counting | 272

CREATE FUNCTION merge_grades_trans(grades, float8, float8, float8, text) RETURNS grades
	AS 'MODULE_PATHNAME', 'grades_agg_trans_float8' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION merge_grades_trans(grades, float8, float8, float8, text) IS 'aggregate support: add one row';
CREATE FUNCTION merge_grades_trans(grades, boolean, float8, float8, text) RETURNS grades
	AS 'MODULE_PATHNAME', 'grades_agg_trans_bool' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION merge_grades_trans(grades, boolean, float8, float8, text) IS 'aggregate support: add one row';
CREATE FUNCTION merge_grades_final(grades) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION merge_grades_final(grades) IS 'aggregate support: the merged grade';
CREATE AGGREGATE merge_grades(value float8, weight float8, points float8, how text) (
	SFUNC = merge_grades_trans, STYPE = grades, SSPACE = 272,
	FINALFUNC = merge_grades_final, COMBINEFUNC = grades_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE merge_grades(float8, float8, float8, text) IS 'the grade of one criterion from several graders: majority, mean, median, unanimous, any, worst; N/A is left out, ties cost';
CREATE AGGREGATE merge_grades(met boolean, weight float8, points float8, how text) (
	SFUNC = merge_grades_trans, STYPE = grades, SSPACE = 272,
	FINALFUNC = merge_grades_final, COMBINEFUNC = grades_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE merge_grades(boolean, float8, float8, text) IS 'the grade of one criterion from several graders: majority, mean, median, unanimous, any, worst; N/A is left out, ties cost';

CREATE FUNCTION merged(grades, how text DEFAULT 'majority') RETURNS float8
	AS 'MODULE_PATHNAME', 'grades_merged_by' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION merged(grades, text) IS 'one grade of several: majority, mean, median, unanimous, any, worst';
CREATE FUNCTION tied(grades) RETURNS boolean
	AS 'MODULE_PATHNAME', 'grades_is_tied' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION tied(grades) IS 'whether no value has more weight than every other, so that points decided the majority';
CREATE FUNCTION n_grades(grades) RETURNS bigint
	AS 'MODULE_PATHNAME', 'grades_n_grades' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION n_grades(grades) IS 'number of graders who gave a grade';
CREATE FUNCTION n_na(grades) RETURNS bigint
	AS 'MODULE_PATHNAME', 'grades_n_na' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION n_na(grades) IS 'number of graders who gave N/A';
CREATE FUNCTION points(grades) RETURNS float8
	AS 'MODULE_PATHNAME', 'grades_points' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION points(grades) IS 'points of the criterion';
CREATE FUNCTION grade_counts(grades, OUT value float8, OUT n bigint, OUT weight float8)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'grades_counts' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 3;
COMMENT ON FUNCTION grade_counts(grades) IS 'the grades that were given, each with its graders and their weight';

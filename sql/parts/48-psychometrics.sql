-- psychometrics of graders and items: G-studies, severity, Rasch (docs/rubric.md)

CREATE FUNCTION g_study(ratings, design text DEFAULT 'p x r', confidence float8 DEFAULT 0.95, categories text[] DEFAULT NULL,
	OUT component text, OUT variance float8, OUT se float8, OUT ci_low float8, OUT ci_high float8, OUT percent float8,
	OUT df float8, OUT ms float8, OUT n bigint, OUT n_ratings bigint, OUT method text, OUT note text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'ratings_g_study' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000 ROWS 3;
COMMENT ON FUNCTION g_study(ratings, text, float8, text[]) IS 'generalisability study (Brennan 2001): how much of the variance of scores comes from items, raters and error; designs p x r, r:p, p x r x c';

CREATE FUNCTION d_study(ratings, design text DEFAULT 'p x r', n_raters bigint[] DEFAULT '{1,2,3,4,5,6,8,10}',
	n_criteria bigint DEFAULT NULL, confidence float8 DEFAULT 0.95, categories text[] DEFAULT NULL,
	OUT n_raters bigint, OUT n_criteria bigint, OUT e_rho2 float8, OUT e_rho2_low float8, OUT e_rho2_high float8,
	OUT phi float8, OUT phi_low float8, OUT phi_high float8, OUT sem_relative float8, OUT sem_absolute float8,
	OUT method text, OUT note text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'ratings_d_study' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000 ROWS 8;
COMMENT ON FUNCTION d_study(ratings, text, bigint[], bigint, float8, text[]) IS 'decision study: how reliable the mean of so many raters would be, for ranking (e_rho2) and for the level (phi)';

CREATE FUNCTION g_study(score_matrix, design text DEFAULT 'p x i', confidence float8 DEFAULT 0.95,
	OUT component text, OUT variance float8, OUT se float8, OUT ci_low float8, OUT ci_high float8, OUT percent float8,
	OUT df float8, OUT ms float8, OUT n bigint, OUT n_values bigint, OUT method text, OUT note text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'score_matrix_g_study' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000 ROWS 3;
COMMENT ON FUNCTION g_study(score_matrix, text, float8) IS 'generalisability study of units and items (Brennan 2001): how much of the variance of values comes from either and from error; designs p x i, i:p';

CREATE FUNCTION d_study(score_matrix, design text DEFAULT 'p x i', n_items bigint[] DEFAULT '{1,2,3,5,10,20,50,100}',
	confidence float8 DEFAULT 0.95,
	OUT n_items bigint, OUT e_rho2 float8, OUT e_rho2_low float8, OUT e_rho2_high float8,
	OUT phi float8, OUT phi_low float8, OUT phi_high float8, OUT sem_relative float8, OUT sem_absolute float8,
	OUT method text, OUT note text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'score_matrix_d_study' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000 ROWS 8;
COMMENT ON FUNCTION d_study(score_matrix, text, bigint[], float8) IS 'decision study: how reliable the mean over so many items would be, for ranking units (e_rho2: Cronbach''s alpha of that many) and for their level (phi)';

CREATE FUNCTION severity(ratings, confidence float8 DEFAULT 0.95, variance text DEFAULT 'auto', categories text[] DEFAULT NULL,
	OUT rater text, OUT n bigint, OUT n_shared bigint, OUT naive_mean float8, OUT severity float8, OUT se float8,
	OUT ci_low float8, OUT ci_high float8, OUT expected float8, OUT excess float8, OUT excess_low float8,
	OUT excess_high float8, OUT shrunk float8, OUT rank_low bigint, OUT rank_high bigint, OUT component bigint,
	OUT evidence text, OUT note text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'ratings_severity' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000 ROWS 50;
COMMENT ON FUNCTION severity(ratings, float8, text, text[]) IS 'how high or low each rater scores, given the items (score = mean + item + rater by least squares), with intervals: a question to ask, not a verdict';

CREATE FUNCTION adjusted_scores(ratings, confidence float8 DEFAULT 0.95, categories text[] DEFAULT NULL,
	OUT item text, OUT n bigint, OUT naive_mean float8, OUT adjusted float8, OUT se float8, OUT ci_low float8,
	OUT ci_high float8, OUT component bigint, OUT note text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'ratings_adjusted_scores' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000 ROWS 1000;
COMMENT ON FUNCTION adjusted_scores(ratings, float8, text[]) IS 'each item''s mean score with the levels of its raters taken out';

CREATE FUNCTION severity_drift(ratings, confidence float8 DEFAULT 0.95, categories text[] DEFAULT NULL,
	OUT rater text, OUT n bigint, OUT n_shared bigint, OUT slope float8, OUT se float8, OUT ci_low float8,
	OUT ci_high float8, OUT unit text, OUT evidence text, OUT note text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'ratings_severity_drift' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000 ROWS 50;
COMMENT ON FUNCTION severity_drift(ratings, float8, text[]) IS 'whether a rater scores higher or lower with time, compared with the others on the same items: slope a day, or a revision, with its interval';

CREATE FUNCTION halo(ratings, confidence float8 DEFAULT 0.95, categories text[] DEFAULT NULL,
	OUT rater text, OUT n bigint, OUT n_shared bigint, OUT value float8, OUT expected float8, OUT excess float8,
	OUT excess_low float8, OUT excess_high float8, OUT evidence text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'ratings_halo' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000 ROWS 50;
COMMENT ON FUNCTION halo(ratings, float8, text[]) IS 'how far a rater''s grades of one response spread over its criteria, compared with the others on the same responses (Saal, Downey and Lahey 1980): a question to ask, not a verdict';

CREATE FUNCTION rasch(score_matrix, method text DEFAULT 'cml', confidence float8 DEFAULT 0.95,
	OUT item text, OUT n bigint, OUT difficulty float8, OUT se float8, OUT ci_low float8, OUT ci_high float8,
	OUT infit float8, OUT outfit float8, OUT status text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'score_matrix_rasch' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50000 ROWS 50;
COMMENT ON FUNCTION rasch(score_matrix, text, float8) IS 'Rasch difficulties of items by conditional maximum likelihood (Andersen 1972), summing to zero, with intervals and conditional infit and outfit';

CREATE FUNCTION rasch_persons(score_matrix, method text DEFAULT 'wle', confidence float8 DEFAULT 0.95,
	OUT unit text, OUT n bigint, OUT score bigint, OUT theta float8, OUT se float8, OUT ci_low float8, OUT ci_high float8,
	OUT status text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'score_matrix_rasch_persons' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50000 ROWS 1000;
COMMENT ON FUNCTION rasch_persons(score_matrix, text, float8) IS 'ability of each unit on the Rasch scale: weighted likelihood (Warm 1989) or maximum likelihood, with its interval';

CREATE FUNCTION rasch_loglik(score_matrix, method text DEFAULT 'cml') RETURNS float8
	AS 'MODULE_PATHNAME', 'score_matrix_rasch_loglik' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50000;
COMMENT ON FUNCTION rasch_loglik(score_matrix, text) IS 'conditional log-likelihood of the Rasch model at its maximum';

CREATE FUNCTION irt(score_matrix, model text DEFAULT '1pl', confidence float8 DEFAULT 0.95,
	OUT item text, OUT n bigint, OUT difficulty float8, OUT se float8, OUT ci_low float8, OUT ci_high float8,
	OUT discrimination float8, OUT discrimination_se float8, OUT discrimination_low float8, OUT discrimination_high float8,
	OUT status text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'score_matrix_irt' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000 ROWS 50;
COMMENT ON FUNCTION irt(score_matrix, text, float8) IS 'one or two parameter logistic item response model with normal abilities, by marginal maximum likelihood (Bock and Aitkin 1981), with intervals';

CREATE FUNCTION irt_persons(score_matrix, model text DEFAULT '1pl', confidence float8 DEFAULT 0.95,
	OUT unit text, OUT n bigint, OUT score bigint, OUT theta float8, OUT se float8, OUT ci_low float8, OUT ci_high float8,
	OUT status text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'score_matrix_irt_persons' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000 ROWS 1000;
COMMENT ON FUNCTION irt_persons(score_matrix, text, float8) IS 'ability of each unit in an item response model: mean and standard deviation of its posterior distribution';

CREATE FUNCTION irt_loglik(score_matrix, model text DEFAULT '1pl') RETURNS float8
	AS 'MODULE_PATHNAME', 'score_matrix_irt_loglik' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000;
COMMENT ON FUNCTION irt_loglik(score_matrix, text) IS 'marginal log-likelihood of an item response model at its maximum';

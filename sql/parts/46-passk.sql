-- pass@k and pass^k: does one, or do all, of k attempts succeed? (docs/rubric.md)

CREATE FUNCTION pass_at_k(n float8, c float8, k float8) RETURNS float8
	AS 'MODULE_PATHNAME', 'rubric_pass_at_k' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION pass_at_k(float8, float8, float8) IS 'Chen et al. (2021): probability that one of k attempts succeeds, from c successes in n attempts; NULL where n < k';
CREATE FUNCTION pass_hat_k(n float8, c float8, k float8) RETURNS float8
	AS 'MODULE_PATHNAME', 'rubric_pass_hat_k' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION pass_hat_k(float8, float8, float8) IS 'Yao et al. (2024): probability that all of k attempts succeed, from c successes in n attempts; NULL where n < k';

%type passk | attempts and successes of each task: a counting state, made by passk_agg | the same counts of the same tasks
%state passk | adds the counts of two states | sum of stored states: merging one twice counts it twice

%aggregate passk_agg(boolean) | passk | passk_trans | passk_trans | IMMUTABLE | attempts (ok) at one task: counting; ok NULL is skipped, counted
%aggregate passk_agg(boolean, bigint) | passk | passk_trans | passk_trans_int8 | IMMUTABLE | attempts (ok, task): counting; ok or task NULL is skipped, counted
%aggregate passk_agg(boolean, uuid) | passk | passk_trans | passk_trans_uuid | IMMUTABLE | attempts (ok, task): counting; ok or task NULL is skipped, counted
%aggregate passk_agg(boolean, text) | passk | passk_trans | passk_trans_text | IMMUTABLE | attempts (ok, task): counting; ok or task NULL is skipped, counted
-- ("any", "any") although ok is boolean: else an integer task would fit bigint and "any" equally well
%aggregate passk_agg("any", "any") | passk | passk_trans | passk_trans_any | STABLE | attempts (ok, task): counting; ok or task NULL is skipped, counted

CREATE FUNCTION pass_at_k(passk, k float8) RETURNS float8
	AS 'MODULE_PATHNAME', 'passk_pass_at_k' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION pass_at_k(passk, float8) IS 'mean of pass@k over the tasks; NULL where one of them has fewer than k attempts';
CREATE FUNCTION pass_hat_k(passk, k float8) RETURNS float8
	AS 'MODULE_PATHNAME', 'passk_pass_hat_k' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION pass_hat_k(passk, float8) IS 'mean of pass^k over the tasks; NULL where one of them has fewer than k attempts';
CREATE FUNCTION pass_at_k_ci(passk, k float8, confidence float8 DEFAULT 0.95,
	OUT value float8, OUT se float8, OUT ci_low float8, OUT ci_high float8, OUT n_tasks bigint, OUT n_attempts bigint, OUT note text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'passk_pass_at_k_ci' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 1;
COMMENT ON FUNCTION pass_at_k_ci(passk, float8, float8) IS 'mean of pass@k over the tasks with its interval, tasks being the sample';
CREATE FUNCTION pass_hat_k_ci(passk, k float8, confidence float8 DEFAULT 0.95,
	OUT value float8, OUT se float8, OUT ci_low float8, OUT ci_high float8, OUT n_tasks bigint, OUT n_attempts bigint, OUT note text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'passk_pass_hat_k_ci' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 1;
COMMENT ON FUNCTION pass_hat_k_ci(passk, float8, float8) IS 'mean of pass^k over the tasks with its interval, tasks being the sample';
CREATE FUNCTION tasks(passk, confidence float8 DEFAULT 0.95,
	OUT task text, OUT n bigint, OUT c bigint, OUT rate float8, OUT ci_low float8, OUT ci_high float8)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'passk_tasks' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 100;
COMMENT ON FUNCTION tasks(passk, float8) IS 'each task: attempts, successes, rate with the interval of Wilson';
CREATE FUNCTION n_tasks(passk) RETURNS bigint
	AS 'MODULE_PATHNAME', 'passk_n_tasks' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION n_tasks(passk) IS 'number of different tasks';
CREATE FUNCTION n_attempts(passk) RETURNS bigint
	AS 'MODULE_PATHNAME', 'passk_n_attempts' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION n_attempts(passk) IS 'number of attempts with an outcome and a task';
CREATE FUNCTION n_skipped(passk) RETURNS bigint
	AS 'MODULE_PATHNAME', 'passk_n_skipped' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION n_skipped(passk) IS 'rows without an outcome or a task';

-- export: records that trainers read (docs/export.md)
-- A NULL part is null in the record: validate_record() names it.

CREATE FUNCTION messages_trans(internal, text, text) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION messages_trans(internal, text, text) IS 'aggregate support: add one message';
CREATE FUNCTION messages_trans(internal, text, jsonb) RETURNS internal
	AS 'MODULE_PATHNAME', 'messages_trans_json' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION messages_trans(internal, text, jsonb) IS 'aggregate support: add one message';
CREATE FUNCTION messages_final(internal) RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION messages_final(internal) IS 'aggregate support: the array, which is at its end then';
CREATE AGGREGATE messages_agg(role text, content text) (
	SFUNC = messages_trans, STYPE = internal, SSPACE = 4096, FINALFUNC = messages_final, FINALFUNC_MODIFY = READ_WRITE, PARALLEL = SAFE
);
COMMENT ON AGGREGATE messages_agg(text, text) IS 'the messages of a conversation in the order given (ORDER BY turn): [{"role", "content"}, ...]';
CREATE AGGREGATE messages_agg(role text, content jsonb) (
	SFUNC = messages_trans, STYPE = internal, SSPACE = 4096, FINALFUNC = messages_final, FINALFUNC_MODIFY = READ_WRITE, PARALLEL = SAFE
);
COMMENT ON AGGREGATE messages_agg(text, jsonb) IS 'the same with content in parts, such as text and images';

CREATE FUNCTION sft(messages jsonb) RETURNS jsonb
	AS 'MODULE_PATHNAME', 'record_sft_messages' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION sft(jsonb) IS 'record for supervised fine-tuning: {"messages"}';
CREATE FUNCTION sft(prompt text, completion text, system text DEFAULT NULL) RETURNS jsonb
	AS 'MODULE_PATHNAME', 'record_sft' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION sft(text, text, text) IS 'the same of one question and its answer';
CREATE FUNCTION dpo(prompt text, chosen text, rejected text, dialect text DEFAULT 'trl') RETURNS jsonb
	AS 'MODULE_PATHNAME', 'record_dpo' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION dpo(text, text, text, text) IS 'record of a preference; dialects trl ("prompt", "chosen", "rejected") and openai ("input", "preferred_output", "non_preferred_output")';
CREATE FUNCTION dpo(prompt jsonb, chosen jsonb, rejected jsonb, dialect text DEFAULT 'trl') RETURNS jsonb
	AS 'MODULE_PATHNAME', 'record_dpo_json' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION dpo(jsonb, jsonb, jsonb, text) IS 'the same of messages, or of JSON strings';
CREATE FUNCTION kto(prompt text, completion text, label boolean) RETURNS jsonb
	AS 'MODULE_PATHNAME', 'record_kto' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION kto(text, text, boolean) IS 'record of one answer and whether it is desirable: {"prompt", "completion", "label"}';
CREATE FUNCTION kto(prompt jsonb, completion jsonb, label boolean) RETURNS jsonb
	AS 'MODULE_PATHNAME', 'record_kto_json' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION kto(jsonb, jsonb, boolean) IS 'the same of messages';
CREATE FUNCTION kto_pair(prompt text, chosen text, rejected text) RETURNS SETOF jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 20 ROWS 2
BEGIN ATOMIC
	SELECT kto(prompt, chosen, true) UNION ALL SELECT kto(prompt, rejected, false);
END;
COMMENT ON FUNCTION kto_pair(text, text, text) IS 'the two records of a preference: the chosen answer is desirable, the rejected one is not';
CREATE FUNCTION reward(prompt text, chosen text, rejected text) RETURNS jsonb
	AS 'MODULE_PATHNAME', 'record_reward' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION reward(text, text, text) IS 'record for a reward model: {"chosen", "rejected"}, each the whole conversation';
CREATE FUNCTION reward(prompt jsonb, chosen jsonb, rejected jsonb) RETURNS jsonb
	AS 'MODULE_PATHNAME', 'record_reward_json' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION reward(jsonb, jsonb, jsonb) IS 'the same of messages';

CREATE FUNCTION validate_record(record jsonb, format text, max_chars bigint DEFAULT NULL,
	OUT path text, OUT problem text, OUT severity text, OUT detail text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'record_validate' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100 ROWS 1;
COMMENT ON FUNCTION validate_record(jsonb, text, bigint) IS 'every problem of a training record, where it is and how bad; formats sft, dpo, dpo_trl, dpo_openai, kto, reward';

-- training records and what is wrong with them
\pset format unaligned
\pset footer off

CREATE TEMP TABLE turns (conversation int, turn int, role text, content text);
INSERT INTO turns VALUES (1, 2, 'assistant', E'Bonjour "toi"\n'), (1, 1, 'user', 'Say hello'), (2, 1, 'system', 'Be brief'), (2, 3, 'assistant', 'Four'), (2, 2, 'user', '2 + 2?');
SELECT conversation, hdata.messages_agg(role, content ORDER BY turn) FROM turns GROUP BY conversation ORDER BY conversation;
SELECT hdata.jsonl(hdata.sft(hdata.messages_agg(role, content ORDER BY turn))) FROM turns GROUP BY conversation ORDER BY conversation;
SELECT hdata.messages_agg(role, content) IS NULL FROM turns WHERE false;
SELECT hdata.messages_agg(r, c ORDER BY n) FROM (VALUES (1, 'user', '[{"type": "text", "text": "What is it?"}, {"type": "image"}]'::jsonb), (2, 'assistant', '"A cat"'), (3, 'user', NULL)) v (n, r, c);
SELECT hdata.messages_agg(NULL::text, NULL::text);
SELECT count(DISTINCT m) FROM (SELECT hdata.messages_agg('user', i::text ORDER BY i) AS m FROM generate_series(1, 900) i GROUP BY i % 300) s;

SELECT hdata.sft('p', 'c'), hdata.sft('p', 'c', 's'), hdata.sft(NULL, 'c');
SELECT hdata.dpo('p', 'a', 'b');
SELECT hdata.dpo('p', 'a', 'b', 'openai');
SELECT hdata.dpo('"p"'::jsonb, '"a"', '"b"'), hdata.dpo(NULL, 'a', NULL);
SELECT hdata.dpo('[{"role": "user", "content": "p"}]'::jsonb, '[{"role": "assistant", "content": "a"}]', '[]', dialect => 'openai');
SELECT hdata.kto('p', 'c', false), hdata.kto('[]'::jsonb, '[]', NULL), hdata.kto(NULL, 'c', true);
SELECT * FROM hdata.kto_pair('p', 'a', 'b');
SELECT hdata.reward('p', 'a', 'b');
SELECT hdata.reward('[{"role": "user", "content": "p"}]'::jsonb, '[{"role": "assistant", "content": "a"}]', NULL);
SELECT hdata.reward(NULL::jsonb, '[{"role": "assistant", "content": "a"}]', '[]');
SELECT hdata.dpo('p', 'a', 'b', 'alpaca');
SELECT hdata.dpo('p', 'a', 'b', NULL);
SELECT hdata.reward('"p"'::jsonb, '[]', '[]');

-- what is well has no row
SELECT count(*) FROM (VALUES ('sft', hdata.sft('p', 'c', 's')), ('dpo', hdata.dpo('p', 'a', 'b')), ('dpo_trl', hdata.dpo('p', 'a', 'b')), ('dpo', hdata.dpo('p', 'a', 'b', 'openai')),
	('dpo_openai', hdata.dpo('p', 'a', 'b', 'openai')), ('kto', hdata.kto('p', 'c', true)), ('reward', hdata.reward('p', 'a', 'b')), ('dpo', hdata.dpo('"p"'::jsonb, '"a"', '"b"')),
	('sft', '{"prompt": "p", "completion": "c"}'), ('sft', '{"messages": [{"role": "user", "content": "p"}, {"role": "assistant", "content": null, "tool_calls": [{}]}, {"role": "tool", "content": "r"}, {"role": "assistant", "content": "c"}], "tools": []}'),
	('reward', '{"prompt": "p", "chosen": "a", "rejected": "b", "margin": 0.5}'),
	-- answers that differ in what is no text
	('dpo', '{"prompt": [{"role": "user", "content": "p"}], "chosen": [{"role": "assistant", "content": [{"type": "image", "image": 1}]}], "rejected": [{"role": "assistant", "content": [{"type": "image", "image": 2}]}]}'),
	('dpo', '{"prompt": [{"role": "user", "content": "p"}], "chosen": [{"role": "assistant", "content": "a", "train": true}], "rejected": [{"role": "assistant", "content": "a", "train": false}]}')) v (format, record), hdata.validate_record(record, format);

CREATE TEMP TABLE bad (n serial, format text, record jsonb, max_chars bigint);
INSERT INTO bad (format, record) VALUES
	('sft', NULL), ('sft', '[]'), ('sft', '"x"'), ('sft', '{}'), ('sft', '{"messages": null}'), ('sft', '{"messages": "x"}'), ('sft', '{"messages": []}'), ('sft', '{"prompt": "p"}'),
	('sft', '{"prompt": "Once upon", "completion": "Once upon a time", "id": 7}'),
	('sft', '{"messages": [{"role": "assistant", "content": "a"}, {"role": "assistant", "content": "b"}, {"role": "system", "content": "s"}, {"role": "tool", "content": "t"}]}'),
	('sft', '{"messages": [{"role": "user", "content": ""}, {"content": "x"}, {"role": "boss", "content": " \t\n"}, {"role": 5, "content": 5}, 7, {"role": "user"}]}'),
	('sft', '{"messages": [{"role": "user", "content": [{"type": "text"}, {"type": "image_url"}, {}, 3, {"type": "text", "text": " "}]}, {"role": "assistant", "content": []}]}'),
	('sft', '{"messages": [{"role": "user", "content": "a\u0001b\u007f\u0085"}, {"role": "assistant", "content": "lost \ufffd"}]}'),
	('dpo', hdata.dpo('p', 'same', 'same')), ('dpo', hdata.dpo('p', E'the  same\n', ' the same')), ('dpo', hdata.dpo('p', 'same', 'same', 'openai')), ('dpo', hdata.dpo(NULL, 'a', NULL)),
	('dpo', '{"chosen": "a", "rejected": "b"}'), ('dpo', '{"prompt": "p", "chosen": [{"role": "user", "content": "p"}, {"role": "assistant", "content": "a"}], "rejected": "b"}'),
	('dpo', '{"prompt": [{"role": "user", "content": "p"}, {"role": "assistant", "content": "a"}], "chosen": [{"role": "user", "content": "a"}], "rejected": []}'),
	('dpo', '{"prompt": "p", "chosen": "p a", "rejected": "b", "score_chosen": 1, "score_rejected": 2, "margin": -1}'), ('dpo', '{"prompt": "p", "chosen": "a", "rejected": "b", "chosen_score": 2, "rejected_score": 2}'),
	('dpo', '{"input": {"messages": [{"role": "user", "content": "p"}]}, "preferred_output": "a"}'), ('dpo', '{"input": 3, "preferred_output": [], "non_preferred_output": null}'),
	('dpo_openai', hdata.dpo('p', 'a', 'b')), ('dpo_trl', hdata.dpo('p', 'a', 'b', 'openai')),
	('kto', '{"prompt": "p", "completion": "c"}'), ('kto', hdata.kto('p', NULL, NULL)), ('kto', '{"prompt": "p", "completion": "c", "label": "yes"}'),
	('reward', '{"chosen": [{"role": "user", "content": "p"}, {"role": "assistant", "content": "a"}], "rejected": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "b"}]}'),
	('reward', '{"chosen": "a", "rejected": "a"}'),
	-- one conversation is a part of the other, either way round
	('reward', '{"chosen": [{"role": "user", "content": "p"}, {"role": "assistant", "content": "a"}, {"role": "user", "content": "q"}, {"role": "assistant", "content": "b"}], "rejected": [{"role": "user", "content": "p"}, {"role": "assistant", "content": "a"}]}'),
	('reward', '{"rejected": [{"role": "user", "content": "p"}, {"role": "assistant", "content": "a"}, {"role": "user", "content": "q"}, {"role": "assistant", "content": "b"}], "chosen": [{"role": "user", "content": "p"}, {"role": "assistant", "content": "a"}]}'),
	-- says nothing and calls nothing; white space of all kinds
	('sft', '{"messages": [{"role": "user", "content": "\u2003\u202f\ufeff"}, {"role": "assistant", "content": null, "tool_calls": []}]}');
INSERT INTO bad (format, record, max_chars) VALUES ('sft', hdata.sft('12345', 'äöü'), 8), ('sft', hdata.sft('12345', 'äöü'), 7);
SELECT n, format, v.* FROM bad, hdata.validate_record(record, format, max_chars) WITH ORDINALITY v (path, problem, severity, detail, o) ORDER BY n, o;
SELECT n FROM bad WHERE NOT EXISTS (SELECT FROM hdata.validate_record(record, format, max_chars));
SELECT * FROM hdata.validate_record('{}', 'alpaca');
SELECT * FROM hdata.validate_record('{}', NULL);
SELECT * FROM hdata.validate_record('{}', 'sft', 0);

-- over many records: what contradicts what
WITH pairs (id, record) AS (VALUES (1, hdata.dpo('p', 'a', 'b')), (2, hdata.dpo('p', 'b', 'a')), (3, hdata.dpo('p', 'a', 'c')), (4, hdata.dpo('p', 'a', 'b')))
SELECT array_agg(id ORDER BY id) AS ids, count(DISTINCT record->'chosen') > 1 AS swapped FROM pairs
GROUP BY record->'prompt', least(record->'chosen', record->'rejected'), greatest(record->'chosen', record->'rejected') HAVING count(*) > 1 ORDER BY 1;

-- What is compared: canonical text, its tokens, its key.
SET search_path = hdata, public;
-- releases of psql differ in how wide they take some characters to be
\pset format unaligned
SELECT x AS raw, canonical_text(x), tokens(x), tokens(x, 'icu') AS words FROM unnest(ARRAY[
	'Hello,  WORLD! Don''t', U&'\FF26\FF55\FF4C\FF4C\3000\FF37idth', U&'\0440\0430ypal', U&'\041F\0440\0438\0432\0435\0442, \043C\0438\0440',
	U&'\6211\559C\6B22 pie', U&'\+01F44D\+01F3FD good \+01F1E9\+01F1EA', '', '!!! ...', U&'zero\200bwidth', U&'I \2764\FE0F this', U&'\FB01le o\FB03ce', U&'Stra\00dfe',
	U&'\0E44\0E17\0E22', '3.14', U&'caf\00e9', U&'cafe\0301', U&'\00c5ngstr\00f6m', 'ABC123abc', U&'\201Csmart\201D \2014 quotes', U&'x\0435\0440', U&'\0301']) x;
-- equal once composed, folded, widened, disguised
SELECT count(DISTINCT text_key(x)) AS one FROM unnest(ARRAY['The file: PayPal Office', U&'the \FB01le \2014 \0440\0430yp\0430l of\FB01ce', U&'\FF34\FF48\FF45 file (paypal) o\200b\FB03ce!', E'The\tfile\npaypal   office\r\n']) x;
SELECT text_key('Hello, world'), text_key('hello world') = text_key('HELLO WORLD!') AS same, text_key('helloworld') = text_key('hello world') AS other;
-- a word wholly in another script is no disguise
SELECT canonical_text(U&'\0440\0430\0440\0430') = 'papa' AS disguised, canonical_text(U&'\0131l\0131k') AS turkish, canonical_text(U&'na\00efve') AS accents_stay;
-- canonical text is its own canonical text
SELECT bool_and(canonical_text(canonical_text(x)) = canonical_text(x)) AS idempotent FROM unnest(ARRAY['A-B c', U&'\6211x\559C', U&'\+01F600\+01F601 ok', U&'\0130stanbul', U&'\1E9E\0390']) x;
SELECT canonical_text(NULL), tokens(NULL), text_key(NULL), tokens('a', NULL);
SELECT tokens('a b', 'words');
-- in a unique index: two texts that differ in nothing that matters are one
CREATE TEMP TABLE prompts (id int, body text);
CREATE UNIQUE INDEX ON prompts (text_key(body));
INSERT INTO prompts VALUES (1, 'What is the capital of France?');
INSERT INTO prompts VALUES (2, 'what is the Capital of France') ON CONFLICT (text_key(body)) DO NOTHING;
SELECT * FROM prompts;
-- long ones
SELECT length(canonical_text(repeat('Long, ', 1000000))) AS ascii, length(canonical_text(repeat(U&'L\00f6ng, ', 300000))) AS other, cardinality(tokens(repeat(U&'\6211', 100000))) AS alone;

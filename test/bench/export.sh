#!/bin/bash
# Speed of export: jsonl against row_to_json with the same COPY, digests against sha256, in one run.
#
#   ROUNDS=n   medians of n (3)
#   N=n        rows (200000: 320 MB of text)
#   KEEP=1     leave the schema hdata_bench_export with its data, and use it if it is there
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
rounds=${ROUNDS:-3}
n=${N:-200000}
# shellcheck source=lib.sh
. "$here/lib.sh"

clean_up()
{
    [ -n "${KEEP:-}" ] || sql -c 'DROP SCHEMA IF EXISTS hdata_bench_export CASCADE'
    rm -f "$timings"
}
trap clean_up EXIT

export PGOPTIONS='-c search_path=hdata_bench_export -c client_min_messages=warning -c jit=off -c work_mem=1GB
    -c max_parallel_workers_per_gather=0'
warm_up='SELECT hdata.jsonl(1)'
copy="TO '/dev/null' (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02', ENCODING 'UTF8')"

sql -c 'CREATE EXTENSION IF NOT EXISTS hdata'
if [ "$(sql -c "SELECT to_regnamespace('hdata_bench_export') IS NULL")" = t ]; then
    # conversations of 1.6 kB: words, line ends, quotes, some of other scripts; and rows of many small columns
    sql -c 'CREATE SCHEMA hdata_bench_export' \
        -c "CREATE TABLE answers AS SELECT i AS id, md5(i::text)::uuid AS key, s.prompt, s.answer, random() AS score, now() + i * interval '1 s' AS at, ARRAY['tag ' || i % 7, 'all'] AS tags
            FROM generate_series(1, $n) i, LATERAL (SELECT string_agg(md5((i * 31 + j)::text) || (ARRAY[E'\\n', ' \"quoted\" ', ' – ', ' é漢字 ', ' ', ' '])[1 + j % 6], '') FILTER (WHERE j <= 10) AS prompt,
                string_agg(md5((i * 37 + j)::text) || CASE j % 5 WHEN 0 THEN E'.\\n' ELSE ' and ' END, '') AS answer FROM generate_series(1, 32) j) s" \
        -c "CREATE TABLE narrow AS SELECT i AS id, i % 7 AS a, i * 1.5 AS b, i / 7.0::float8 AS c, i % 2 = 0 AS d, NULL::text AS e, date '2026-01-01' + i % 100 AS f, timestamptz '2026-01-01' + i * interval '1 s' AS g,
            'label ' || i % 9 AS h FROM generate_series(1, $n) i" \
        -c 'CREATE TABLE lines AS SELECT id, hdata.jsonl(a) AS line FROM answers a'
    sql -c 'VACUUM (FREEZE, ANALYZE)'
fi
sql -o /dev/null -c 'SELECT count(*) FROM answers' -c 'SELECT sum(length(line)) FROM lines'
sql -c "SELECT 'answers: ' || pg_size_pretty(sum(octet_length(line) + 1)) || ' of JSONL in ' || count(*) || ' rows' FROM lines"

timed copy.core '' "COPY (SELECT row_to_json(a) FROM answers a) $copy"
timed copy.jsonl '' "COPY (SELECT hdata.jsonl(a) FROM answers a) $copy"
timed copy.utf8 '' "COPY (SELECT hdata.jsonl(a, 'utf8') FROM answers a) $copy"
timed copy.ascii '' "COPY (SELECT hdata.jsonl(a, 'ascii') FROM answers a) $copy"
timed narrow.core '' "COPY (SELECT row_to_json(x) FROM narrow x) $copy"
timed narrow.jsonl '' "COPY (SELECT hdata.jsonl(x) FROM narrow x) $copy"
timed sha '' "SELECT count(sha256(convert_to(line, 'UTF8'))) FROM (SELECT line FROM lines ORDER BY id OFFSET 0) s"
timed digest '' 'SELECT hdata.digest_agg(line) FROM (SELECT line FROM lines ORDER BY id OFFSET 0) s'
timed sha.ordered '' "SELECT sha256(convert_to(string_agg(line, E'\\n' ORDER BY id) || E'\\n', 'UTF8')) FROM lines"
timed digest.ordered '' 'SELECT hdata.digest_agg(line ORDER BY id) FROM lines'
timed multiset '' 'SELECT hdata.digest(hdata.line_digest_agg(line)) FROM lines'
timed canonical '' 'SELECT count(hdata.content_hash(line::jsonb)) FROM lines'
timed jsonb '' 'SELECT count(line::jsonb) FROM lines'
run_timed "$rounds"

check 'jsonl, of the time of row_to_json, same COPY' "$(ratio "$(median copy.jsonl)" "$(median copy.core)")" 1
check 'jsonl mode utf8, the same' "$(ratio "$(median copy.utf8)" "$(median copy.core)")" 1
check 'jsonl mode ascii, the same' "$(ratio "$(median copy.ascii)" "$(median copy.core)")" 1
check 'jsonl of rows of nine small columns, the same' "$(ratio "$(median narrow.jsonl)" "$(median narrow.core)")" 1
check 'digest_agg over ordered rows, of the time of sha256(...) of each' "$(ratio "$(median digest)" "$(median sha)")" 1.3
check 'digest_agg(ORDER BY), of string_agg(ORDER BY) and sha256' "$(ratio "$(median digest.ordered)" "$(median sha.ordered)")" 1
check 'line_digest_agg, of the time of sha256(...) of each' "$(ratio "$(median multiset)" "$(median sha)")" 3
check 'content_hash, of the time of reading the jsonb' "$(ratio "$(median canonical)" "$(median jsonb)")" 3
exit $((missed > 0))

#!/bin/bash
# Speed of a search by shingles @~ near(...) through its indexes: the median of 1000 searches, each timed in the server, with the
# plan kept (as with a prepared statement) and with planning.  Beside it pg_trgm's GIN index on the same rows, where installed.
#
#   ROWS=n     texts (100000)
#   PROBES=n   searches (1000)
#   DATA=file  a csv file with a header and the columns id, text, anything: texts of your own instead of made-up ones
#   KEEP=1     leave the schema hdata_bench_index
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"
rows=${ROWS:-100000}
probes=${PROBES:-1000}

clean_up()
{
    [ -n "${KEEP:-}" ] || sql -c 'DROP SCHEMA IF EXISTS hdata_bench_index CASCADE'
    rm -f "$timings"
}
trap clean_up EXIT

export PGOPTIONS='-c search_path=hdata_bench_index,hdata,public -c client_min_messages=warning -c jit=off -c maintenance_work_mem=512MB
    -c max_parallel_workers_per_gather=0'
sql -c 'CREATE EXTENSION IF NOT EXISTS hdata' -c 'DROP SCHEMA IF EXISTS hdata_bench_index CASCADE' -c 'CREATE SCHEMA hdata_bench_index'

# ---- the data: 40 % forms that were filled in, 10 % copies with an edit, the rest new; 3 to 60 words, few of them frequent

if [ -n "${DATA:-}" ]; then
    sql -c 'CREATE TABLE given (id bigint, body text, other text)' -c "\\copy given FROM '$DATA' (FORMAT csv, HEADER)" \
        -c "CREATE TABLE raw AS SELECT id, body FROM given LIMIT $rows"
else
    sql <<SQL
SELECT setseed(0.5);
CREATE FUNCTION words(n int, i int) RETURNS text LANGUAGE sql VOLATILE AS
    'SELECT string_agg(''w'' || floor(20000 * random() ^ 3)::int, '' '') FROM generate_series(1, n) WHERE i IS NOT NULL';
CREATE TABLE form AS SELECT f, words(4 + f % 12, f) AS head, words(4 + f % 7, f) AS tail FROM generate_series(0, 99) f;
CREATE TABLE raw AS SELECT i AS id, CASE WHEN i % 10 < 4 THEN (SELECT head || ' ' || words(2 + i % 9, i) || ' ' || tail FROM form WHERE f = floor(100 * (i * 0.6180339887 % 1) ^ 2)::int)
    ELSE words(3 + floor(58 * random() ^ 1.5)::int, i) END AS body FROM generate_series(1, $rows) i;
UPDATE raw SET body = regexp_replace(o.body, 'w(\d)', 'w7\1') FROM raw o WHERE o.id = raw.id - 5 AND raw.id % 10 = 9;
SQL
fi
sql -c "CREATE TABLE t AS SELECT id, body, shingles(body, 'w3') AS s FROM raw" \
    -c "CREATE TABLE probe AS SELECT s, body FROM t ORDER BY md5(id::text) LIMIT $probes" \
    -c "CREATE TABLE rarity AS SELECT freeze(idf_agg(s)) AS f FROM t" \
    -c "CREATE TABLE timing (what text, us float8, found bigint)"

sql <<'SQL'
CREATE FUNCTION probe(what text, condition text, planned boolean, n int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    p record;
    began timestamptz;
    found bigint;
    q shingle_query;
BEGIN
    DEALLOCATE ALL;
    IF NOT planned THEN
        PERFORM set_config('plan_cache_mode', 'force_generic_plan', true);
        EXECUTE format('PREPARE search(shingles, text) AS SELECT count(*) FROM t WHERE %s', replace(replace(condition, '%s', '$1'), '%t', '$2'));
    END IF;
    FOR round IN 1 .. 2 LOOP        -- the first fills the caches
        FOR p IN SELECT * FROM probe LIMIT n LOOP
            began := clock_timestamp();
            IF planned THEN
                EXECUTE format('SELECT count(*) FROM t WHERE %s', replace(replace(condition, '%s', quote_literal(p.s) || '::shingles'), '%t', quote_literal(p.body))) INTO found;
            ELSE
                EXECUTE format('EXECUTE search(%L, %L)', p.s, p.body) INTO found;
            END IF;
            IF round = 2 THEN
                INSERT INTO timing VALUES (what, extract(epoch FROM clock_timestamp() - began) * 1e6, found);
            END IF;
        END LOOP;
    END LOOP;
END
$$;
SQL

us() { sql -c "SELECT round(percentile_cont(${2:-0.5}) WITHIN GROUP (ORDER BY us)::numeric, 1) FROM timing WHERE what = '$1'"; }
line()
{
    sql -F ' ' -c "SELECT format('%-46s %8s %8s %8s %10s', '$1', round(percentile_cont(0.5) WITHIN GROUP (ORDER BY us)::numeric, 1),
        round(percentile_cont(0.95) WITHIN GROUP (ORDER BY us)::numeric, 1), round(percentile_cont(0.99) WITHIN GROUP (ORDER BY us)::numeric, 1), round(avg(found), 2))
        FROM timing WHERE what = '$1'"
}
# search NAME CONDITION [PROBES [planned]]
search()
{
    sql -o /dev/null -c "SELECT probe('$1', '${2//\'/\'\'}', ${4:-false}, ${3:-$probes})"
    line "$1"
}
build()
{
    local began=${EPOCHREALTIME/./}

    sql -c "$2"
    sql -c 'ANALYZE t'
    echo "$1: $(sql -c "SELECT pg_size_pretty(pg_relation_size('$3'))"), built in $(((${EPOCHREALTIME/./} - began) / 1000)) ms"
}

echo "$rows texts, $(sql -c 'SELECT round(avg(length(body))) || $$ characters, $$ || round(avg(n_shingles(s)), 1) || $$ shingles each$$ FROM t'); $probes searches"
echo
build 'gin_shingle_ops' 'CREATE INDEX t_s ON t USING gin (s)' t_s
printf '%-46s %8s %8s %8s %10s\n' 'microseconds' median 95% 99% found
search 'exact, jaccard 0.9' "s @~ near(%s, 0.9)"
search 'exact, jaccard 0.8' "s @~ near(%s, 0.8)"
search 'exact, jaccard 0.8, with planning' "s @~ near(%s, 0.8)" "$probes" true
search 'exact, jaccard 0.7' "s @~ near(%s, 0.7)"
search 'exact, jaccard 0.5' "s @~ near(%s, 0.5)"
search 'exact, containing 0.8' "s @~ containing(%s, 0.8)"
search 'exact, jaccard weighed by rarity 0.7' "s @~ near(%s, 0.7, 'jaccard', (SELECT f FROM rarity))"
search 'exact, jaccard weighed by rarity 0.5' "s @~ near(%s, 0.5, 'jaccard', (SELECT f FROM rarity))"
sql -c 'DROP INDEX t_s'
echo
build 'gin_shingle_ops (t_min = 0.7)' 'CREATE INDEX t_p ON t USING gin (s gin_shingle_ops (t_min = 0.7))' t_p
search 'exact by prefixes, jaccard 0.8' "s @~ near(%s, 0.8)"
sql -c 'DROP INDEX t_p'
echo
build 'gin_band_ops' 'CREATE INDEX t_b ON t USING gin (s gin_band_ops)' t_b
search 'bands, jaccard 0.9' "s @~~ near(%s, 0.9)"
search 'bands, jaccard 0.8' "s @~~ near(%s, 0.8)"
search 'bands, jaccard 0.8, with planning' "s @~~ near(%s, 0.8)" "$probes" true
recall=$(sql -c "SELECT round(sum(found) FILTER (WHERE what = 'bands, jaccard 0.8')::numeric / sum(found) FILTER (WHERE what = 'exact, jaccard 0.8'), 5) FROM timing")
echo "bands find $recall of what the exact search finds"
sql -c 'DROP INDEX t_b'
echo
search 'no index, jaccard 0.8' "s @~ near(%s, 0.8)" 10
if sql -c 'CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public' 2>/dev/null; then
    build 'pg_trgm' 'CREATE INDEX t_g ON t USING gin (body gin_trgm_ops)' t_g
    sql -c "ALTER DATABASE $(sql -c 'SELECT quote_ident(current_database())') SET pg_trgm.similarity_threshold = 0.8"
    search 'pg_trgm, similarity 0.8' 'body % %t' 20
    sql -c "ALTER DATABASE $(sql -c 'SELECT quote_ident(current_database())') RESET pg_trgm.similarity_threshold"
    echo "pg_trgm over the exact search: $(ratio "$(us 'pg_trgm, similarity 0.8')" "$(us 'exact, jaccard 0.8')" 0)"
fi
echo

check 'exact search at 0.8, median in ms' "$(ratio "$(us 'exact, jaccard 0.8')" 1000 3)" 0.5
check 'search by bands at 0.8, median in ms' "$(ratio "$(us 'bands, jaccard 0.8')" 1000 3)" 0.15
[ "$missed" = 0 ] || echo "$missed targets missed"

#!/bin/bash
# Speed of duplicates within a corpus: against targets, and linear from a tenth of the texts to all of them.
#
#   ROUNDS=n   medians of n (3)
#   N=n        texts of the largest corpus (1000000)
#   KEEP=1     leave the schema hdata_bench_text with its data, and use it if it is there
#
# Targets of seconds hold for N=1000000 and are scaled for less.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
rounds=${ROUNDS:-3}
n=${N:-1000000}
few=$((n / 50)) some=$((n / 10))
# shellcheck source=lib.sh
. "$here/lib.sh"

clean_up()
{
    [ -n "${KEEP:-}" ] || sql -c 'DROP SCHEMA IF EXISTS hdata_bench_text CASCADE'
    rm -f "$timings"
}
trap clean_up EXIT

export PGOPTIONS='-c search_path=hdata_bench_text -c client_min_messages=warning -c jit=off -c work_mem=1GB
    -c max_parallel_workers_per_gather=0'
warm_up="SELECT hdata.n_texts(hdata.corpus_agg(1::bigint, 'a'::text))"

sql -c 'CREATE EXTENSION IF NOT EXISTS hdata'
if [ "$(sql -c "SELECT to_regnamespace('hdata_bench_text') IS NULL")" = t ]; then
    # 28 words: 24 of 30,000, some much more common than others, and 4 names of which there are as many as texts (with words of a
    # fixed vocabulary alone the exact join grows with the square of the texts); one text in five is an earlier one with a few
    # words changed
    sql -c 'CREATE SCHEMA hdata_bench_text' \
        -c "CREATE FUNCTION word(h bigint) RETURNS text LANGUAGE sql IMMUTABLE AS \$\$ SELECT 'wo' || to_hex((power((h & 1048575) / 1048576.0::float8, 3) * 30000)::int * 7919) \$\$" \
        -c "CREATE TABLE texts AS SELECT i AS id, (SELECT string_agg(CASE WHEN w % 7 = 3 THEN 'name' || to_hex(abs(h % $n)) ELSE word(h) END, ' ' ORDER BY w)
            FROM generate_series(1, 28) w, hashint8extended(CASE WHEN i % 5 = 0 AND w > i % 4 THEN i - 3 ELSE i END * 100 + w, 7) h) AS text FROM generate_series(1::bigint, $n) i"
    sql -c 'VACUUM (FREEZE, ANALYZE)'
fi
sql -o /dev/null -c 'SELECT count(*) FROM texts'

timed few.pairs '' "SELECT count(*) FROM (SELECT hdata.corpus_agg(id, text) AS c FROM texts WHERE id <= $few) s, hdata.duplicate_pairs(c, 0.8)"
timed some.agg '' "SELECT hdata.n_texts(hdata.corpus_agg(id, text)) FROM texts WHERE id <= $some"
timed some.clusters '' "SELECT count(*) FROM (SELECT hdata.corpus_agg(id, text) AS c FROM texts WHERE id <= $some) s, hdata.duplicate_clusters(c)"
timed some.lsh '' "SELECT count(*) FROM (SELECT hdata.corpus_agg(id, text) AS c FROM texts WHERE id <= $some) s, hdata.duplicate_clusters(c, method => 'lsh')"
timed all.agg '' 'SELECT hdata.n_texts(hdata.corpus_agg(id, text)) FROM texts'
timed all.clusters '' 'SELECT count(*) FROM (SELECT hdata.corpus_agg(id, text) AS c FROM texts) s, hdata.duplicate_clusters(c)'
timed all.lsh '' "SELECT count(*) FROM (SELECT hdata.corpus_agg(id, text) AS c FROM texts) s, hdata.duplicate_clusters(c, method => 'lsh')"
timed set.pairs '' "SELECT sum(hdata.jaccard(s, s)) FROM (SELECT hdata.shingles(text) AS s FROM texts WHERE id <= 50 OFFSET 0) t, generate_series(1, 20000)"
timed set.calls '' "SELECT sum(hdata.n_shingles(s)) FROM (SELECT hdata.shingles(text) AS s FROM texts WHERE id <= 50 OFFSET 0) t, generate_series(1, 20000)"
run_timed "$rounds"

seconds() { ratio "$(median "$1")" 1000 3; }
scaled() { awk -v x="$1" -v n="$n" 'BEGIN { printf "%.3f", x * n / 1000000 }'; }

check "$few texts: shingles and pairs at 0.8, s" "$(seconds few.pairs)" "$(scaled 0.5)"
check "$some texts to clusters, s" "$(seconds some.clusters)" "$(scaled 3)"
check "$n texts to clusters, s" "$(seconds all.clusters)" "$(scaled 40)"
check "$n texts into a corpus, s" "$(seconds all.agg)" "$(scaled 3)"
check "$n texts to clusters by method lsh, s" "$(seconds all.lsh)" "$(scaled 60)"
check "clusters: time of ten times the texts, of ten times the time" "$(awk -v a="$(median all.clusters)" -v b="$(median some.clusters)" 'BEGIN { printf "%.2f", a / b / 10 }')" 1.5
check "jaccard of stored shingles, us above another call" "$(awk -v a="$(median set.pairs)" -v b="$(median set.calls)" 'BEGIN { printf "%.3f", (a - b) / 1000 }')" 0.3

# memory of one backend, by the kernel
peak()
{
    psql -qXAt -v ON_ERROR_STOP=1 -c "$1" -c "SELECT pg_read_file('/proc/self/status')" | awk '/^VmHWM:/ { hwm = $2 } /^RssShmem:/ { shared = $2 } END { printf "%.3f", (hwm - shared) / 1048576 }'
}
check "$n texts to clusters: peak memory besides shared buffers, GB" "$(peak 'SELECT count(*) FROM (SELECT hdata.corpus_agg(id, text) AS c FROM texts) s, hdata.duplicate_clusters(c)')" "$(scaled 1.2)"

if [ "$(sql -c "SELECT count(*) FROM pg_available_extensions WHERE name = 'fuzzystrmatch'")" = 1 ]; then
    sql -c 'CREATE EXTENSION IF NOT EXISTS fuzzystrmatch SCHEMA hdata_bench_text' -c "CREATE TABLE IF NOT EXISTS long AS SELECT left(a.text, 195) AS a, left(b.text, 195) AS b
        FROM texts a JOIN texts b ON b.id = a.id + 1 WHERE a.id <= 2000"
    timed lev.hdata '' 'SELECT sum(hdata.levenshtein(a, b)) FROM long'
    timed lev.cutoff '' 'SELECT sum(hdata.levenshtein(a, b, 10)) FROM long, generate_series(1, 10)'
    timed lev.fuzzy '' 'SELECT sum(levenshtein(a, b)) FROM long'
    run_timed "$rounds"
    check_over 'levenshtein of 195 characters: times as fast as fuzzystrmatch' "$(ratio "$(median lev.fuzzy)" "$(median lev.hdata)")" 9
    check_over 'levenshtein with a cutoff of 5 %: times as fast' "$(awk -v a="$(median lev.fuzzy)" -v b="$(median lev.cutoff)" 'BEGIN { printf "%.1f", 10 * a / b }')" 100
else
    echo 'SKIPPED: fuzzystrmatch is not installed, so that there is nothing to compare levenshtein with'
fi
exit $((missed > 0))

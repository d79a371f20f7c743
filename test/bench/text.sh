#!/bin/bash
# Speed of duplicates within a corpus, and of the string measures: against targets, and linear from a tenth of the texts to all.
#
# Two kinds of texts, of 240 bytes on average:
#   fixed     28 words of a vocabulary of 30,000 that does not grow, all of them frequent: the hard case, as any two of a
#             million texts have rare words in common
#   natural   words by Zipf's law, so that new ones keep coming (Heaps); one text in ten a copy, one in ten a copy with a word in
#             16 changed, one in five a form of which 14 words of 20 are the same, of new forms for every 50,000 texts
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
    rm -f "$timings" "$timings.late"
}
trap clean_up EXIT

export PGOPTIONS='-c search_path=hdata_bench_text -c client_min_messages=warning -c jit=off -c work_mem=1GB
    -c max_parallel_workers_per_gather=0'
warm_up="SELECT hdata.n_texts(hdata.corpus_agg(1::bigint, 'a'::text))"

sql -c 'CREATE EXTENSION IF NOT EXISTS hdata'
if [ "$(sql -c "SELECT to_regnamespace('hdata_bench_text') IS NULL")" = t ]; then
    sql -c 'CREATE SCHEMA hdata_bench_text' \
        -c "CREATE FUNCTION word(rank float8) RETURNS text LANGUAGE sql IMMUTABLE AS \$\$ SELECT 'wo' || to_hex(rank::bigint * 7919) \$\$" \
        -c "CREATE FUNCTION part(h bigint) RETURNS float8 LANGUAGE sql IMMUTABLE AS \$\$ SELECT ((h & 1073741823) + 0.5) / 1073741824.0::float8 \$\$" \
        -c "CREATE FUNCTION zipf(h bigint) RETURNS text LANGUAGE sql IMMUTABLE AS \$\$
            SELECT word(CASE WHEN (h >> 30 & 1023) < 820 THEN exp(part(h) * ln(8000)) ELSE 8000 * power(part(h), -1 / 0.65) END) \$\$" \
        -c "CREATE TABLE fixed AS SELECT i AS id, (SELECT string_agg(word(power((h & 1048575) / 1048576.0::float8, 3) * 30000), ' ' ORDER BY w)
            FROM generate_series(1, 28) w, hashint8extended(CASE WHEN i % 5 = 0 AND w > i % 4 THEN i - 3 ELSE i END * 100 + w, 7) h) AS text FROM generate_series(1::bigint, $n) i" \
        -c "CREATE TABLE natural_texts AS SELECT i AS id, (SELECT string_agg(zipf(CASE WHEN i % 5 = 1 AND w <= 14 THEN hashint8extended(form * 1000 + w, 11)
            WHEN i % 10 = 5 AND hashint8extended(i * 1000 + w, 13) & 15 = 0 THEN hashint8extended(i * 1000 + w, 17) ELSE hashint8extended(source * 1000 + w, 7) END), ' ' ORDER BY w)
            FROM generate_series(1, CASE WHEN i % 5 = 1 THEN 20 ELSE 8 - (22 * ln(part(hashint8(source))))::int END) w) AS text
            FROM (SELECT i, CASE i % 10 WHEN 0 THEN i - 3 WHEN 5 THEN i - 2 ELSE i END AS source, (20 * -ln(part(hashint8(i))))::int + i / 50000 * 1000 AS form FROM generate_series(1::bigint, $n) i) x"
    sql -c 'VACUUM (FREEZE, ANALYZE)'
fi
sql -o /dev/null -c 'SELECT count(*) FROM fixed' -c 'SELECT count(*) FROM natural_texts'

corpus_of() { echo "(SELECT hdata.corpus_agg(id, text) AS c FROM $1 WHERE id <= $2) s"; }
for t in fixed natural_texts; do
    timed $t.few.pairs '' "SELECT count(*) FROM $(corpus_of $t "$few"), hdata.duplicate_pairs(c, 0.8)"
    timed $t.some.clusters '' "SELECT count(*) FROM $(corpus_of $t "$some"), hdata.duplicate_clusters(c)"
    timed $t.all.agg '' "SELECT hdata.n_texts(c) FROM $(corpus_of $t "$n")"
    timed $t.all.clusters '' "SELECT count(*) FROM $(corpus_of $t "$n"), hdata.duplicate_clusters(c)"
done
timed all.lsh '' "SELECT count(*) FROM $(corpus_of fixed "$n"), hdata.duplicate_clusters(c, method => 'lsh')"
timed set.pairs '' "SELECT sum(hdata.jaccard(s, s)) FROM (SELECT hdata.shingles(text) AS s FROM fixed WHERE id <= 50 OFFSET 0) t, generate_series(1, 20000)"
timed set.calls '' "SELECT sum(hdata.n_shingles(s)) FROM (SELECT hdata.shingles(text) AS s FROM fixed WHERE id <= 50 OFFSET 0) t, generate_series(1, 20000)"
run_timed "$rounds"

seconds() { ratio "$(median "$1")" 1000 3; }
scaled() { awk -v x="$1" -v n="$n" 'BEGIN { printf "%.3f", x * n / 1000000 }'; }

# memory of one backend, by the kernel
peak()
{
    psql -qXAt -v ON_ERROR_STOP=1 -c "$1" -c "SELECT pg_read_file('/proc/self/status')" | awk '/^VmHWM:/ { hwm = $2 } /^RssShmem:/ { shared = $2 } END { printf "%.3f", (hwm - shared) / 1048576 }'
}

for t in fixed natural_texts; do
    check "$t: $few texts to pairs at 0.8, shingles included, s" "$(seconds $t.few.pairs)" "$(scaled 0.5)"
    check "$t: $some texts to clusters, s" "$(seconds $t.some.clusters)" "$(scaled 3)"
    check "$t: $n texts into a corpus, s" "$(seconds $t.all.agg)" "$(scaled 3)"
    check "$t: $n texts to clusters, s" "$(seconds $t.all.clusters)" "$(scaled 40)"
    check "$t: clusters, time of ten times the texts, of ten times the time" "$(awk -v a="$(median $t.all.clusters)" -v b="$(median $t.some.clusters)" 'BEGIN { printf "%.2f", a / b / 10 }')" 1.5
    check "$t: $n texts to clusters, peak memory besides shared buffers, GB" "$(peak "SELECT count(*) FROM $(corpus_of $t "$n"), hdata.duplicate_clusters(c)")" "$(scaled 1.2)"
    # what there is to do: pairs that had to be looked at, and those that are in the result, grow by themselves
    for m in "$some" "$n"; do
        sql -F ' ' -c "SELECT '$t: $m texts,', candidates || ' candidates,', verified || ' verified,', n_clusters || ' clusters,', (SELECT count(*) FROM hdata.duplicate_pairs(c, 0.7, 'idf_jaccard')) || ' pairs'
            FROM $(corpus_of $t "$m"), hdata.duplicate_stats(c)"
    done
done
check "fixed: $n texts to clusters by method lsh, s" "$(seconds all.lsh)" "$(scaled 60)"
check "jaccard of stored shingles, us above another call" "$(awk -v a="$(median set.pairs)" -v b="$(median set.calls)" 'BEGIN { printf "%.3f", (a - b) / 1000 }')" 0.3

# how late a cancel is answered, at ten moments of a join
sql -c "CREATE OR REPLACE FUNCTION late(query text, ms float8) RETURNS float8 LANGUAGE plpgsql AS \$\$
    DECLARE began timestamptz := statement_timestamp();
    BEGIN EXECUTE query; RETURN 0;
    EXCEPTION WHEN query_canceled THEN RETURN extract(epoch FROM clock_timestamp() - began) * 1000 - ms; END \$\$"
took=$(median fixed.all.clusters)
for i in 1 2 3 4 5 6 7 8 9 10; do
    ms=$(awk -v t="$took" -v i=$i 'BEGIN { printf "%d", t * (i - 0.5) / 10 + 1 }')
    sql -c "SET statement_timeout = $ms" -c "SELECT late('SELECT count(*) FROM $(corpus_of fixed "$n"), hdata.duplicate_clusters(c)', $ms)"
done >"$timings.late"
check "fixed: $n texts to clusters, cancelled at ten moments: latest answer, ms" "$(sort -n "$timings.late" | awk 'END { printf "%.0f", $1 }')" 100

if [ "$(sql -c "SELECT count(*) FROM pg_available_extensions WHERE name = 'fuzzystrmatch'")" = 1 ]; then
    sql -c 'CREATE EXTENSION IF NOT EXISTS fuzzystrmatch SCHEMA hdata_bench_text' -c "CREATE TABLE IF NOT EXISTS long AS SELECT left(a.text, 195) AS a, left(b.text, 195) AS b
        FROM fixed a JOIN fixed b ON b.id = a.id + 1 WHERE a.id <= 2000"
    timed lev.hdata '' 'SELECT sum(hdata.levenshtein(a, b)) FROM long'
    timed lev.cutoff '' 'SELECT sum(hdata.levenshtein(a, b, 10)) FROM long, generate_series(1, 10)'
    timed lev.calls '' 'SELECT sum(octet_length(a) + octet_length(b)) FROM long, generate_series(1, 10)'
    timed lev.fuzzy '' 'SELECT sum(levenshtein(a, b)) FROM long'
    timed lev.fuzzy_cutoff '' 'SELECT sum(levenshtein_less_equal(a, b, 10)) FROM long, generate_series(1, 10)'
    run_timed "$rounds"
    check_over 'levenshtein of 195 characters: times as fast as fuzzystrmatch' "$(ratio "$(median lev.fuzzy)" "$(median lev.hdata)")" 9
    check_over 'levenshtein with a cutoff of 5 %: times as fast' "$(awk -v a="$(median lev.fuzzy)" -v b="$(median lev.cutoff)" 'BEGIN { printf "%.1f", 10 * a / b }')" 100
    check_over 'the same without the time of the calls' "$(awk -v a="$(median lev.fuzzy)" -v b="$(median lev.cutoff)" -v c="$(median lev.calls)" 'BEGIN { printf "%.1f", (a - c / 10) * 10 / (b - c) }')" 100
    awk -v b="$(median lev.cutoff)" -v c="$(median lev.calls)" -v d="$(median lev.fuzzy_cutoff)" 'BEGIN { printf "levenshtein with a cutoff of 5 %%: %.3f us, %.3f above calls; levenshtein_less_equal of fuzzystrmatch: %.3f us\n", b / 20, (b - c) / 20, d / 20 }'
else
    echo 'SKIPPED: fuzzystrmatch is not installed, so that there is nothing to compare levenshtein with'
fi
exit $((missed > 0))

#!/bin/bash
# Speed of ratings_agg and agreement(), every figure a ratio within one run: to a scan of the same three columns by an
# aggregate whose transition does nothing (noop.c), or to what SQL itself offers for the job.
#
#   FULL=1     10 M and 30 M ratings too (8 GB of disk, minutes)
#   ROUNDS=n   medians of n (5)
#   KEEP=1     leave the schema hdata_bench with its data, and use it if it is there
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
rounds=${ROUNDS:-5}
# shellcheck source=lib.sh
. "$here/lib.sh"
built=$(mktemp -d)
chmod 755 "$built"

clean_up()
{
    [ -n "${KEEP:-}" ] || sql -c 'DROP SCHEMA IF EXISTS hdata_bench CASCADE' -c 'DROP SCHEMA IF EXISTS hdata_bench_noop CASCADE'
    rm -rf "$built" "$timings"
}
trap clean_up EXIT

export PGOPTIONS='-c search_path=hdata_bench,hdata_bench_noop -c client_min_messages=warning -c jit=off -c work_mem=1GB
    -c hash_mem_multiplier=2 -c max_parallel_workers_per_gather=0'
warm_up="SELECT FROM (SELECT hdata.ratings_agg(i, i, 'a') AS r FROM generate_series(1::bigint, 2) i) q, hdata.agreement(r)"

# ---- the scan's aggregate

pg_config=${PG_CONFIG:-pg_config}
cc=$("$pg_config" --cc)
# shellcheck disable=SC2046  # the flags are words
$cc -O2 -fPIC -shared $("$pg_config" --cppflags) -I"$("$pg_config" --includedir-server)" -o "$built/noop.so" "$here/noop.c"
sql -c 'CREATE EXTENSION IF NOT EXISTS hdata'
sql -c 'DROP SCHEMA IF EXISTS hdata_bench_noop CASCADE' -c 'CREATE SCHEMA hdata_bench_noop'
for id in bigint uuid text; do
    sql -c "CREATE FUNCTION hdata_bench_noop.noop_trans(bigint, $id, $id, text) RETURNS bigint AS '$built/noop', 'noop_trans' LANGUAGE C IMMUTABLE PARALLEL SAFE" \
        -c "CREATE AGGREGATE hdata_bench_noop.scan($id, $id, text) (SFUNC = hdata_bench_noop.noop_trans, STYPE = bigint, INITCOND = '0', COMBINEFUNC = int8pl, PARALLEL = SAFE)"
done

# ---- the data

if [ "$(sql -c "SELECT to_regnamespace('hdata_bench') IS NULL")" = t ]; then
    sql -c 'CREATE SCHEMA hdata_bench' -f "$here/agreement_data.sql"
    sql -c 'VACUUM (FREEZE, ANALYZE)'
fi

# ---- 3 M ratings

scan() { echo "SELECT scan(item, rater, value) FROM $1"; }
interval() { echo "SELECT a.* FROM (SELECT hdata.ratings_agg(item, rater, value) AS r FROM $1) q, hdata.agreement(r) a $2"; }

tables='unsorted item_order text_ids text_ids_item_order uuid_ids'
for t in $tables; do
    timed "$t.scan" '' "$(scan "$t")"
    timed "$t.agg" '' "SELECT r IS NULL FROM (SELECT hdata.ratings_agg(item, rater, value) AS r FROM $t OFFSET 0) q"
    timed "$t.alpha" '' "SELECT hdata.krippendorff_alpha(r) FROM (SELECT hdata.ratings_agg(item, rater, value) AS r FROM $t) q"
    timed "$t.all" '' "$(interval "$t" '')"
done
timed unsorted.one '' "$(interval unsorted "WHERE coefficient = 'krippendorff_alpha'")"
timed item_order.one '' "$(interval item_order "WHERE coefficient = 'krippendorff_alpha'")"
timed random_raters '' "SELECT a.* FROM (SELECT hdata.ratings_agg(item, rater, value) AS r FROM unsorted) q, hdata.agreement(r, raters => 'random') a"

# Plain SQL for two point values, missing ratings allowed: with whatever labels there are, and with the five spelt out.
plain='WITH c AS (SELECT item, value, count(*)::int AS n FROM unsorted GROUP BY item, value),
    w AS (SELECT value, n, sum(n) OVER (PARTITION BY item)::int AS r FROM c),
    m AS (SELECT sum(n::float8 / r) AS pi, sum(n) FILTER (WHERE r > 1)::float8 AS nk,
            sum(n::float8 * (n - 1) / (r - 1)) FILTER (WHERE r > 1) AS o,
            sum(n::float8 * (n - 1) / r / (r - 1)) FILTER (WHERE r > 1) AS a, sum(n::float8 / r) FILTER (WHERE r > 1) AS np
        FROM w GROUP BY value),
    s AS (SELECT sum(a) / sum(np) AS pa, sum(pi * pi) / sum(pi) ^ 2 AS pe, sum(o) / sum(nk) AS ao,
            sum(nk * (nk - 1)) / (sum(nk) * (sum(nk) - 1)) AS ae FROM m)
    SELECT (pa - pe) / (1 - pe) AS fleiss_kappa, (ao - ae) / (1 - ae) AS krippendorff_alpha FROM s'
each() { local f; for f in bad poor fair good great; do printf "%s$1" "$([ "$f" = bad ] || echo "$2")" "$f" "$f"; done; }
plain_five="WITH i AS (SELECT item, count(*)::int AS r, $(each "count(*) FILTER (WHERE value = '%s')::int AS %s" ', ')
        FROM unsorted GROUP BY item),
    d AS (SELECT *, ($(each '%s * (%s - 1)' ' + '))::float8 AS s FROM i),
    s AS (SELECT avg(s / (r * (r - 1))) FILTER (WHERE r > 1) AS pa, $(each 'avg(%s::float8 / r) ^ 2 + 0 * count(%s)' ' + ') AS pe,
            sum(s / (r - 1)) FILTER (WHERE r > 1) / sum(r) FILTER (WHERE r > 1) AS ao, sum(r) FILTER (WHERE r > 1)::float8 AS n,
            $(each 'sum(%s) FILTER (WHERE r > 1)::float8 AS %s' ', ') FROM d),
    e AS (SELECT *, ($(each '%s * (%s - 1)' ' + ')) / (n * (n - 1)) AS ae FROM s)
    SELECT (pa - pe) / (1 - pe) AS fleiss_kappa, (ao - ae) / (1 - ae) AS krippendorff_alpha FROM e"
ours='SELECT hdata.fleiss_kappa(r), hdata.krippendorff_alpha(r) FROM (SELECT hdata.ratings_agg(item, rater, value) AS r FROM unsorted OFFSET 0) q'
timed plain '' "$plain"
timed plain_five '' "$plain_five"
timed ours '' "$ours"

for g in groups_100k groups_200k; do
    timed "$g.array_agg" 'SET enable_sort = off' "SELECT count(a) FROM (SELECT array_agg(value) AS a FROM $g GROUP BY g) q"
    timed "$g.ratings_agg" 'SET enable_sort = off' "SELECT count(r) FROM (SELECT hdata.ratings_agg(item, rater, value) AS r FROM $g GROUP BY g) q"
done
workers='SET max_parallel_workers_per_gather = 2; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0'
timed parallel "$workers" "$(interval unsorted '')"
timed parallel_scan "$workers" "$(scan unsorted)"
timed rollup '' 'SELECT a.* FROM (SELECT hdata.rollup(r) AS r FROM stored) q, hdata.agreement(r) a'

for t in $tables groups_100k groups_200k stored; do
    sql -o /dev/null -c "SELECT count(*) FROM $t"
done
run_timed "$rounds"

ns() { awk -v ms="$(median "$1")" -v n="$2" 'BEGIN { printf "%.0f", ms * 1e6 / n }'; }
n=3000000

echo "3 M ratings, 1 M items x 3 of 150 raters, 5 labels; medians of $rounds, queries taking turns"
printf '%-22s %-12s %9s %8s %8s\n' rows query ms ns/row scans
for t in $tables; do
    for q in scan agg alpha one all; do
        m=$(median "$t.$q")
        [ -n "$m" ] || continue
        printf '%-22s %-12s %9.0f %8s %8s\n' "$t" "$q" "$m" "$(ns "$t.$q" $n)" "$(ratio "$m" "$(median "$t.scan")")"
    done
done
echo '(agg: the state alone; alpha: one value; one: one row of agreement() with its interval; all: all of its rows)'
echo

check 'unsorted: one coefficient with its interval, in scans' "$(ratio "$(median unsorted.one)" "$(median unsorted.scan)")" 4
check 'item order: one coefficient with its interval, in scans' "$(ratio "$(median item_order.one)" "$(median item_order.scan)")" 2.5
check 'unsorted: agreement() with everything, over one value' "$(ratio "$(median unsorted.all)" "$(median unsorted.alpha)")" 1.5
check 'item order: agreement() with everything, over one value' "$(ratio "$(median item_order.all)" "$(median item_order.alpha)")" 1.5
check 'text ids: agreement() with everything, in scans' "$(ratio "$(median text_ids.all)" "$(median text_ids.scan)")" 6
check 'text ids in item order: agreement() with everything, in scans' \
    "$(ratio "$(median text_ids_item_order.all)" "$(median text_ids_item_order.scan)")" 6
echo "uuid ids: agreement() with everything, in scans: $(ratio "$(median uuid_ids.all)" "$(median uuid_ids.scan)")"
echo "random raters (150 jackknife replicates), over fixed: $(ratio "$(median random_raters)" "$(median unsorted.all)")"
echo

# ---- plain SQL

for q in "$plain" "$plain_five"; do
    same=$(sql -c "SELECT abs(p.fleiss_kappa - o.fleiss_kappa) < 1e-9 AND abs(p.krippendorff_alpha - o.krippendorff_alpha) < 1e-9
        FROM ($q) p, ($ours) o")
    [ "$same" = t ] || { echo 'plain SQL gives other numbers'; exit 1; }
done
check_over "plain SQL, any labels ($(median plain) ms), over the same two values by hdata" \
    "$(ratio "$(median plain)" "$(median ours)" 1)" 8
echo "plain SQL with five labels spelt out, of use where they are known: $(median plain_five) ms, $(ratio "$(median plain_five)" "$(median ours)" 1) times hdata"
echo

# ---- groups

for g in groups_100k groups_200k; do
    check "$g of 10 ratings, hashed ($(median $g.ratings_agg) ms), over array_agg(value)" \
        "$(ratio "$(median $g.ratings_agg)" "$(median $g.array_agg)")" 2
done
echo "200k groups over 100k groups (twice the rows): $(ratio "$(median groups_200k.ratings_agg)" "$(median groups_100k.ratings_agg)")," \
    "array_agg $(ratio "$(median groups_200k.array_agg)" "$(median groups_100k.array_agg)")"
echo "two workers, agreement() with everything: $(median parallel) ms, $(ratio "$(median parallel)" "$(median unsorted.all)") of serial;" \
    "the scan $(ratio "$(median parallel_scan)" "$(median unsorted.scan)") of serial"
echo "rollup of 1000 stored states of 3000 ratings, agreement() with everything: $(median rollup) ms," \
    "$(ratio "$(median rollup)" "$(median unsorted.all)") of aggregating the rows"
echo

# ---- size

size()
{
    sql -F ' ' -c "SELECT octet_length(hdata.ratings_send(r)), round(octet_length(hdata.ratings_send(r))::numeric / $n, 2),
        round((octet_length(hdata.ratings_send(r)) - $2) / $n, 2)
        FROM (SELECT hdata.ratings_agg(item, rater, value) AS r FROM $1 OFFSET 0) q"
}
read -r bytes per beyond < <(size unsorted 0)
check "bigint ids: $bytes bytes; a rating, ids included" "$per" 6
read -r bytes per beyond < <(size text_ids 0)
check "text ids: $bytes bytes; a rating, ids included" "$per" 6
read -r bytes per beyond < <(size uuid_ids '16.0 * 1000000')
check "uuid ids: $bytes bytes, $per a rating; beyond 16 bytes an item" "$beyond" 6

# ---- memory: a fresh backend's peak, above that of the same backend after a scan

peak()
{
    sql -o /dev/null -c "$1" -c '\o' \
        -c "SELECT substring(pg_read_file('/proc/' || pg_backend_pid() || '/status') FROM 'VmHWM:\s+(\d+) kB')::int / 1024" | tail -n 1
}
if [ -r /proc/self/status ]; then
    for t in unsorted text_ids uuid_ids; do
        base=$(peak "$(scan $t)")
        mb=$(peak "$(interval $t '')")
        echo "peak RSS over 3 M ratings, $t: $mb MB, scan $base MB (shared buffers included): $(((mb - base) * 1048576 / n)) bytes a rating"
    done
fi

# ---- more rows

if [ -n "${FULL:-}" ]; then
    echo
    for m in 10 30; do
        sql -c "CREATE UNLOGGED TABLE IF NOT EXISTS unsorted_${m}m AS
            SELECT * FROM ratings_of($m * 1000000 / 3) ORDER BY hashint8extended(item * 1000 + rater, 9)" \
            -c "VACUUM (FREEZE, ANALYZE) unsorted_${m}m"
        timed "$m.scan" '' "$(scan "unsorted_${m}m")"
        timed "$m.all" '' "$(interval "unsorted_${m}m" '')"
        timed "3for$m.scan" '' "$(scan unsorted)"
        timed "3for$m.all" '' "$(interval unsorted '')"
        run_timed 3
        [ -n "${KEEP:-}" ] || sql -c "DROP TABLE unsorted_${m}m"
        check "$m M ratings ($(median "$m.all") ms, $(ratio "$(median "$m.all")" "$(median "$m.scan")") scans), time a row over 3 M" \
            "$(ratio "$(ns "$m.all" "${m}000000")" "$(ns "3for$m.all" $n)")" 1.3
        echo "    the scan itself, time a row over 3 M: $(ratio "$(ns "$m.scan" "${m}000000")" "$(ns "3for$m.scan" $n)")"
    done
fi
echo
echo "$missed missed"

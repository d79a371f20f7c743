#!/bin/bash
# What review costs: the guard and the log on plain UPDATEs, in time of the processor beside a plain UPDATE of the same rows; movers and
# claims by 8 clients of pgbench beside plain UPDATEs; and PL/pgSQL that gives the same guarantees.  All ratios are of one run.
#
#   ROWS=n      rows of the UPDATEs (100000)
#   ROUNDS=n    rounds; the best of each counts (3)
#   SECONDS_=n  of each run of pgbench (4)
#   KEEP=1      leave the schema hdata_bench_review
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"
rows=${ROWS:-100000}
rounds=${ROUNDS:-3}
seconds=${SECONDS_:-4}
scripts=$(mktemp -d)

set_fsync()
{
    sql -c "ALTER SYSTEM SET fsync = $1" -c 'SELECT pg_reload_conf()' >/dev/null
}
fsync_before=$(sql -c 'SHOW fsync')

clean_up()
{
    [ -n "${KEEP:-}" ] || sql -c 'DROP SCHEMA IF EXISTS hdata_bench_review CASCADE' -c "DELETE FROM hdata.review_flows WHERE name ~ '^bench_'" || true
    [ "$(sql -c 'SHOW fsync')" = "$fsync_before" ] || set_fsync "$fsync_before"
    sql -c 'ALTER SYSTEM RESET fsync' >/dev/null || true
    rm -rf "$timings" "$scripts"
}
trap clean_up EXIT

export PGOPTIONS='-c search_path=hdata_bench_review,hdata,public -c client_min_messages=warning -c jit=off -c synchronous_commit=off'
sql -c 'CREATE EXTENSION IF NOT EXISTS hdata' -c 'DROP SCHEMA IF EXISTS hdata_bench_review CASCADE' -c 'CREATE SCHEMA hdata_bench_review' \
    -c "DELETE FROM hdata.review_flows WHERE name ~ '^bench_'"

# ---- tables: the same rows in each, with room on the pages

sql <<SQL
SELECT hdata.review_define('bench_flip', 'a -> b as flip; b -> a as flip; a -> z as finish; initial a; terminal z');
SELECT hdata.review_define('bench_claim', 'a -> z as finish claim; initial a; terminal z');
CREATE TABLE rows AS SELECT i AS id, 'author ' || i % 50 AS author, repeat(md5(i::text), 3) AS body, 'a'::text AS state FROM generate_series(1, $rows) i;
CREATE FUNCTION make(name text) RETURNS void LANGUAGE plpgsql AS \$\$
BEGIN
    EXECUTE format('CREATE TABLE %I (id bigint PRIMARY KEY, author text, body text, state text NOT NULL) WITH (fillfactor = 60)', name);
    EXECUTE format('INSERT INTO %I SELECT * FROM rows', name);
END \$\$;
SELECT make(n) FROM unnest('{plain,guarded,logged,pl_guarded,pl_logged,claimed}'::text[]) n;
SELECT review_attach('guarded', 'bench_flip', 'id', 'state', author => 'author', content => '{body}');
DROP TRIGGER zzz_hdata_review_log_update ON guarded;
SELECT review_attach('logged', 'bench_flip', 'id', 'state', author => 'author', content => '{body}');
SELECT review_attach('claimed', 'bench_claim', 'id', 'state', author => 'author');
CREATE FUNCTION cpu() RETURNS bigint LANGUAGE sql VOLATILE AS \$\$
    SELECT 10000 * (f[12]::bigint + f[13]::bigint) FROM (SELECT string_to_array(split_part(pg_read_file('/proc/self/stat', 0, 2000), ') ', 2), ' ') AS f) s \$\$;
SQL

# ---- the same in PL/pgSQL: edges in a table, a side table, a log with a chain of hashes

sql <<'SQL'
CREATE TABLE pl_edge (from_state text, action text, to_state text, role name, PRIMARY KEY (from_state, action, to_state));
INSERT INTO pl_edge VALUES ('a', 'flip', 'b'), ('b', 'flip', 'a'), ('a', 'finish', 'z');
CREATE TABLE pl_side (item bigint PRIMARY KEY, rev int NOT NULL, priority real NOT NULL DEFAULT 0, entered_at timestamptz NOT NULL, state text NOT NULL, author text,
    claimed_by text, claim_token bigint, claim_until timestamptz, head bytea) WITH (fillfactor = 70);
INSERT INTO pl_side SELECT id, 0, 0, now(), state, author FROM rows;
CREATE TABLE pl_log (item bigint, seq int, at timestamptz, xid xid8, from_state text, to_state text, action text, actor text, db_role name, reason text, idem text,
    salt bytea, private_hash bytea, content_hash bytea, h bytea, PRIMARY KEY (item, seq));
CREATE UNIQUE INDEX ON pl_log (idem) WHERE idem IS NOT NULL;
CREATE FUNCTION pl_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state IS DISTINCT FROM OLD.state THEN
        PERFORM 1 FROM pl_edge WHERE from_state = OLD.state AND to_state = NEW.state AND (role IS NULL OR pg_has_role(current_user, role, 'USAGE'));
        IF NOT FOUND THEN RAISE 'no edge from % to %', OLD.state, NEW.state; END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION pl_write(k bigint, author text, body text, was text, is_now text, act text, who text, why text, idem text) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    s pl_side;
    salt bytea := uuid_send(gen_random_uuid());
    private_hash bytea;
    content_hash bytea := sha256(convert_to(body, 'UTF8'));
    at timestamptz := clock_timestamp();
    h bytea;
BEGIN
    SELECT * INTO s FROM pl_side WHERE item = k FOR NO KEY UPDATE;
    private_hash := sha256(salt || convert_to(concat_ws('|', who, current_user, why), 'UTF8'));
    h := sha256(coalesce(s.head, '') || convert_to(concat_ws('|', k, s.rev + 1, at, pg_current_xact_id(), was, is_now, act, idem), 'UTF8') || content_hash || private_hash);
    UPDATE pl_side SET rev = rev + 1, entered_at = at, state = is_now, author = pl_write.author, claimed_by = NULL, claim_token = NULL, claim_until = NULL, head = h WHERE item = k;
    INSERT INTO pl_log VALUES (k, s.rev + 1, at, pg_current_xact_id(), was, is_now, act, who, current_user, why, idem, salt, private_hash, content_hash, h);
    RETURN s.rev + 1;
END $$;
CREATE FUNCTION pl_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pl_write(NEW.id, NEW.author, NEW.body, OLD.state, NEW.state, 'update', current_user, NULL, NULL);
    RETURN NULL;
END $$;
CREATE TRIGGER guard BEFORE UPDATE ON pl_guarded FOR EACH ROW EXECUTE FUNCTION pl_guard();
CREATE TRIGGER guard BEFORE UPDATE ON pl_logged FOR EACH ROW EXECUTE FUNCTION pl_guard();
CREATE TRIGGER log AFTER UPDATE ON pl_logged FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION pl_log();

-- a mover with the same checks in the same order; its table has the guard alone
SELECT make('pl_moved');
CREATE TRIGGER guard BEFORE UPDATE ON pl_moved FOR EACH ROW EXECUTE FUNCTION pl_guard();
CREATE FUNCTION pl_move(k bigint, act text, expect text DEFAULT NULL, want_rev int DEFAULT NULL, why text DEFAULT NULL, key text DEFAULT NULL, OUT seq int, OUT to_state text)
    LANGUAGE plpgsql AS $$
DECLARE
    t pl_moved;
    e pl_edge;
    s pl_side;
BEGIN
    SELECT * INTO t FROM pl_moved WHERE id = k FOR NO KEY UPDATE;
    IF NOT FOUND THEN RAISE 'no item'; END IF;
    IF key IS NOT NULL THEN
        SELECT l.seq, l.to_state INTO seq, to_state FROM pl_log l WHERE l.idem = key AND l.item = k AND l.action = act;
        IF FOUND THEN RETURN; END IF;
    END IF;
    SELECT * INTO s FROM pl_side WHERE item = k;
    IF expect IS NOT NULL AND expect <> t.state OR want_rev IS NOT NULL AND want_rev <> s.rev THEN RAISE 'stale'; END IF;
    SELECT * INTO e FROM pl_edge WHERE from_state = t.state AND action = act;
    IF NOT FOUND THEN RAISE 'no action % from %', act, t.state; END IF;
    IF e.role IS NOT NULL AND NOT pg_has_role(session_user, e.role, 'USAGE') THEN RAISE 'role'; END IF;
    UPDATE pl_moved SET state = e.to_state WHERE id = k;
    seq := pl_write(k, t.author, t.body, t.state, e.to_state, act, session_user, why, key);
    to_state := e.to_state;
END $$;
VACUUM ANALYZE;
SQL

# ---- plain UPDATEs: microseconds of the processor a row, bytes of WAL a row

bulk()
{
    local to=$2

    sql -c "VACUUM $1" -c "VACUUM $1_review" 2>/dev/null || true
    psql -qXAt -v ON_ERROR_STOP=1 <<SQL
SELECT count(*) FROM $1 WHERE state <> '$to' \\gset
SELECT pg_current_wal_insert_lsn() AS lsn, cpu() AS cpu \\gset
UPDATE $1 SET state = '$to';
SELECT format('%s %s %s', '$1', round((cpu() - :cpu) / $rows.0, 3), round((pg_current_wal_insert_lsn() - :'lsn') / $rows.0));
SQL
}

for name in plain guarded logged pl_guarded pl_logged; do bulk $name b >/dev/null; done
to=a
for ((round = 1; round <= rounds; round++)); do
    for name in plain guarded logged pl_guarded pl_logged; do bulk $name $to | tail -n 1 >>"$timings"; done
    to=$([ $to = a ] && echo b || echo a)
done
best() { awk -v n="$1" -v c="$2" '$1 == n && (x == "" || $c < x) { x = $c } END { print x }' "$timings"; }
above() { awk -v a="$(best "$1" 2)" -v b="$(best plain 2)" 'BEGIN { d = a - b; printf "%.2f", (d > 0.01 ? d : 0.01) }'; }

printf '%-12s %14s %14s %14s\n' "UPDATE" "us/row (CPU)" "above plain" "WAL bytes/row"
for name in plain guarded logged pl_guarded pl_logged; do
    printf '%-12s %14s %14s %14s\n' $name "$(best $name 2)" "$(above $name)" "$(best $name 3)"
done
echo
check 'the guard: us a row above a plain UPDATE' "$(above guarded)" 1
check 'guard, log and hash: us a row above a plain UPDATE' "$(above logged)" 6
check_over 'the guard: PL/pgSQL costs so many times as much' "$(ratio "$(above pl_guarded)" "$(above guarded)")" 2
check_over 'guard, log and hash: PL/pgSQL costs so many times as much' "$(ratio "$(above pl_logged)" "$(above logged)")" 2
[ "$(sql -c 'SHOW full_page_writes')" = on ] || check 'guard, log and hash: bytes of WAL a row, UPDATE included' "$(best logged 3)" 700

# ---- movers: 8 clients

cat >"$scripts/plain" <<'SQL'
\set id random(1, :rows)
UPDATE plain SET state = CASE state WHEN 'a' THEN 'b' ELSE 'a' END WHERE id = :id;
SQL
cat >"$scripts/moved" <<'SQL'
\set id random(1, :rows)
SELECT * FROM hdata.review_move('logged', :id, 'flip');
SQL
cat >"$scripts/pl_moved" <<'SQL'
\set id random(1, :rows)
SELECT * FROM pl_move(:id, 'flip');
SQL
cat >"$scripts/claimed" <<'SQL'
SELECT * FROM hdata.review_claim('claimed');
SQL

# transactions a second, WAL bytes a transaction, milliseconds a transaction
pgbench_run()
{
    local before after out

    before=$(sql -c 'SELECT pg_current_wal_insert_lsn()')
    out=$(pgbench -n -M prepared -c 8 -j 2 -T "$seconds" -D rows="$rows" -f "$scripts/$1" 2>&1)
    after=$(sql -c 'SELECT pg_current_wal_insert_lsn()')
    awk -v name="$2" -v wal="$(sql -c "SELECT pg_wal_lsn_diff('$after', '$before')")" '
        /number of transactions actually processed/ { n = $NF; sub("/.*", "", n) } /^tps/ { tps = $3 } /^latency average/ { ms = $4 }
        END { printf "%s %.0f %.0f %.3f\n", name, tps, (n > 0 ? wal / n : 0), ms }' <<<"$out" >>"$timings"
}
most() { awk -v n="$1" '$1 == n && $2 > x { x = $2 } END { print x + 0 }' "$timings"; }
percent() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f", 100 * a / b }'; }

sql -c 'VACUUM ANALYZE'
for ((round = 1; round <= rounds; round++)); do
    for script in plain moved pl_moved; do pgbench_run $script "$script-async"; done
done
pgbench_run claimed claimed
set_fsync on
export PGOPTIONS="$PGOPTIONS -c synchronous_commit=on"
for ((round = 1; round <= rounds; round++)); do
    for script in plain moved pl_moved; do pgbench_run $script "$script-fsync"; done
done
set_fsync "$fsync_before"

printf '\n%-12s %20s %20s %14s\n' "8 clients" "tps, async commit" "tps, fsync" "WAL bytes"
for name in plain moved pl_moved; do
    printf '%-12s %20s %20s %14s\n' $name "$(most $name-async)" "$(most $name-fsync)" "$(best $name-async 3)"
done
echo
check_over 'review_move: percent of the throughput of a plain UPDATE, synchronous_commit off' "$(percent "$(most moved-async)" "$(most plain-async)")" 25
check_over 'review_move: percent of the throughput of a plain UPDATE, fsync' "$(percent "$(most moved-fsync)" "$(most plain-fsync)")" 35
check_over 'review_move: times the throughput of PL/pgSQL, synchronous_commit off' "$(ratio "$(most moved-async)" "$(most pl_moved-async)")" 3
[ "$(sql -c 'SHOW full_page_writes')" = on ] || check 'review_move: bytes of WAL' "$(best moved-async 3)" 1100
check 'review_claim: milliseconds at 8 clients' "$(best claimed 4)" 1

[ "$missed" = 0 ] || echo "$missed targets missed"

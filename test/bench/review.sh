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

# ---- the same guarantees in PL/pgSQL, for one table whose names are known: edges with all that a flow can ask for, frozen content, a
# ---- side table, a log with a chain of hashes and an erasable part, a mover that runs as the owner with a safe search_path

sql <<'SQL'
CREATE TABLE pl_state (state text PRIMARY KEY, frozen boolean NOT NULL);
INSERT INTO pl_state VALUES ('a', false), ('b', false), ('z', false);
CREATE TABLE pl_edge (from_state text, action text, to_state text, roles name[], author boolean NOT NULL DEFAULT false, not_author boolean NOT NULL DEFAULT false,
    not_reviewer boolean NOT NULL DEFAULT false, claim boolean NOT NULL DEFAULT false, reason boolean NOT NULL DEFAULT false, at_most int, otherwise text,
    PRIMARY KEY (from_state, action, to_state));
INSERT INTO pl_edge (from_state, action, to_state) VALUES ('a', 'flip', 'b'), ('b', 'flip', 'a'), ('a', 'finish', 'z');
CREATE TABLE pl_side (item bigint PRIMARY KEY, rev int NOT NULL, priority real NOT NULL DEFAULT 0, entered_at timestamptz NOT NULL, state text NOT NULL, author text,
    last_reviewer text, round smallint NOT NULL DEFAULT 0, claimed_by text, claim_token bigint, claim_until timestamptz, claimed_at timestamptz, head bytea) WITH (fillfactor = 70);
INSERT INTO pl_side SELECT id, 0, 0, now(), state, author FROM rows;
CREATE TABLE pl_log (item bigint, seq int, at timestamptz, xid xid8, round smallint, from_state text, to_state text, action text, claim_token bigint, claimed_at timestamptz,
    actor text, db_role name, reason_code text, reason text, detail jsonb, idem text, salt bytea, private_hash bytea, content_hash bytea, h bytea, PRIMARY KEY (item, seq));
CREATE UNIQUE INDEX ON pl_log (idem) WHERE idem IS NOT NULL;

-- why not, or NULL
CREATE FUNCTION pl_refusal(e pl_edge, k bigint, author text, actor text, role name, token bigint, reason text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    s pl_side;
BEGIN
    IF e.roles IS NOT NULL AND NOT EXISTS (SELECT FROM unnest(e.roles) r WHERE pg_has_role(role, r, 'USAGE')) THEN RETURN 'role'; END IF;
    IF e.author AND author IS DISTINCT FROM actor THEN RETURN 'author'; END IF;
    IF e.not_author AND author = actor THEN RETURN 'not_author'; END IF;
    IF e.not_reviewer OR e.claim OR token IS NOT NULL THEN
        SELECT * INTO s FROM pl_side WHERE item = k;
        IF e.not_reviewer AND s.last_reviewer = actor THEN RETURN 'not_reviewer'; END IF;
        IF (e.claim OR token IS NOT NULL) AND (s.claimed_by IS DISTINCT FROM actor OR s.claim_until <= clock_timestamp() OR s.claim_token <> coalesce(token, s.claim_token)) THEN
            RETURN 'claim';
        END IF;
    END IF;
    IF e.at_most IS NOT NULL AND e.otherwise IS NULL AND (SELECT count(*) FROM pl_log l WHERE l.item = k AND l.from_state = e.from_state AND l.action = e.action) >= e.at_most THEN
        RETURN 'at_most';
    END IF;
    IF e.reason AND reason IS NULL THEN RETURN 'reason'; END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION pl_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    e pl_edge;
    why text := 'edge';
BEGIN
    IF NEW.id <> OLD.id THEN RAISE 'the key cannot change'; END IF;
    IF NEW.author IS DISTINCT FROM OLD.author AND OLD.author IS NOT NULL AND OLD.state <> 'a' THEN RAISE 'the author cannot change'; END IF;
    IF (NEW.body, NEW.author) IS DISTINCT FROM (OLD.body, OLD.author) AND (SELECT frozen FROM pl_state WHERE state = OLD.state) THEN RAISE 'frozen'; END IF;
    IF NEW.state IS DISTINCT FROM OLD.state THEN
        FOR e IN SELECT * FROM pl_edge WHERE from_state = OLD.state AND (to_state = NEW.state OR otherwise = NEW.state) LOOP
            why := pl_refusal(e, NEW.id, OLD.author, coalesce(nullif(current_setting('role'), 'none'), session_user), coalesce(nullif(current_setting('role'), 'none'), session_user), NULL, NULL);
            EXIT WHEN why IS NULL;
        END LOOP;
        IF why IS NOT NULL THEN RAISE 'no edge from % to %: %', OLD.state, NEW.state, why; END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION pl_write(k bigint, author text, body text, was text, is_now text, act text, by_author boolean, actor text, role name, reason_code text, why text, detail jsonb, idem text)
    RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    s pl_side;
    salt bytea := uuid_send(gen_random_uuid());
    private_hash bytea;
    content_hash bytea := sha256(convert_to(body, 'UTF8'));
    at timestamptz;
    h bytea;
BEGIN
    SELECT * INTO s FROM pl_side WHERE item = k FOR NO KEY UPDATE;
    at := greatest(clock_timestamp(), s.entered_at);
    private_hash := sha256(salt || convert_to(concat_ws('|', actor, role, why, detail), 'UTF8'));
    h := sha256(coalesce(s.head, '') || convert_to(concat_ws('|', k, s.rev + 1, s.round, at, pg_current_xact_id(), was, is_now, act, s.claim_token, s.claimed_at, reason_code, idem), 'UTF8')
        || content_hash || private_hash);
    UPDATE pl_side SET rev = rev + 1, entered_at = at, state = is_now, author = pl_write.author, round = round + by_author::int::smallint,
        last_reviewer = CASE WHEN by_author OR pl_write.author = actor THEN last_reviewer ELSE actor END,
        claimed_by = NULL, claim_token = NULL, claim_until = NULL, claimed_at = NULL, head = h WHERE item = k;
    INSERT INTO pl_log VALUES (k, s.rev + 1, at, pg_current_xact_id(), s.round, was, is_now, act, s.claim_token, s.claimed_at, actor, role, reason_code, why, detail, idem, salt,
        private_hash, content_hash, h);
    RETURN s.rev + 1;
END $$;
CREATE FUNCTION pl_log() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    e pl_edge;
BEGIN
    SELECT * INTO e FROM pl_edge WHERE from_state = OLD.state AND to_state = NEW.state LIMIT 1;
    PERFORM pl_write(NEW.id, NEW.author, NEW.body, OLD.state, NEW.state, e.action, e.author, coalesce(nullif(current_setting('role'), 'none'), session_user),
        coalesce(nullif(current_setting('role'), 'none'), session_user), NULL, NULL, NULL, NULL);
    RETURN NULL;
END $$;
CREATE TRIGGER guard BEFORE UPDATE ON pl_guarded FOR EACH ROW EXECUTE FUNCTION pl_guard();
CREATE TRIGGER guard BEFORE UPDATE ON pl_logged FOR EACH ROW EXECUTE FUNCTION pl_guard();
CREATE TRIGGER log AFTER UPDATE ON pl_logged FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION pl_log();

-- its table has the guard alone: the mover writes the log, with what only it knows
SELECT make('pl_moved');
CREATE TRIGGER guard BEFORE UPDATE ON pl_moved FOR EACH ROW EXECUTE FUNCTION pl_guard();
CREATE FUNCTION pl_move(k bigint, act text, expect text DEFAULT NULL, want_rev int DEFAULT NULL, token bigint DEFAULT NULL, reason_code text DEFAULT NULL, why text DEFAULT NULL,
    detail jsonb DEFAULT NULL, by_whom text DEFAULT NULL, key text DEFAULT NULL, to_which text DEFAULT NULL, OUT seq int, OUT to_state text)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, hdata_bench_review, pg_temp AS $$
DECLARE
    role name := coalesce(nullif(current_setting('role'), 'none'), session_user);
    who text := role;
    t pl_moved;
    e pl_edge;
    r text;
BEGIN
    IF by_whom IS NOT NULL AND by_whom <> role THEN
        IF NOT pg_has_role(role, 'pg_monitor', 'USAGE') THEN RAISE 'service'; END IF;
        who := by_whom;
    END IF;
    SELECT * INTO t FROM pl_moved WHERE id = k FOR NO KEY UPDATE;
    IF NOT FOUND THEN RAISE 'no item %', k; END IF;
    IF key IS NOT NULL THEN
        SELECT l.seq, l.to_state INTO seq, to_state FROM pl_log l WHERE l.idem = key AND l.item = k AND l.action = act AND l.actor = who;
        IF FOUND THEN RETURN; END IF;
    END IF;
    IF expect IS NOT NULL AND expect <> t.state THEN RAISE 'stale: %', t.state; END IF;
    IF want_rev IS NOT NULL AND want_rev <> (SELECT s.rev FROM pl_side s WHERE s.item = k) THEN RAISE 'stale'; END IF;
    SELECT * INTO e FROM pl_edge WHERE from_state = t.state AND action = act AND (to_which IS NULL OR pl_edge.to_state = to_which);
    IF NOT FOUND THEN RAISE 'no action % from %', act, t.state; END IF;
    r := pl_refusal(e, k, t.author, who, role, token, coalesce(reason_code, why));
    IF r IS NOT NULL THEN RAISE 'refused: %', r; END IF;
    to_state := e.to_state;
    IF e.at_most IS NOT NULL AND (SELECT count(*) FROM pl_log l WHERE l.item = k AND l.from_state = e.from_state AND l.action = act) >= e.at_most THEN
        to_state := e.otherwise;
    END IF;
    UPDATE pl_moved SET state = pl_move.to_state WHERE id = k;
    seq := pl_write(k, t.author, t.body, t.state, to_state, act, e.author, who, role, reason_code, why, detail, key);
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

# Hostile text through the input function of review_flow: nothing crashes or hangs, what is refused is refused with 22R01 and the
# character at which it stands, and what is accepted is what it claims to be: canonical, of at most 64 states, every state within
# reach of the initial one and of a terminal one (checked again in SQL, from review_edges).  Then hostile bytes.
#
# HDATA_FUZZ=N sets the number of mutated texts.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use Test::More;

my $TEXTS = $ENV{HDATA_FUZZ} || 20_000;
my $COPIED = 2_000;

my $node = start_node('fuzz_flow');
my $db = database($node, 'fuzz');

$node->safe_psql($db, <<'SQL');
CREATE TABLE seeds AS SELECT row_number() OVER () AS k, t FROM unnest(ARRAY[
    'draft -> done as finish; initial draft; terminal done;',
    'draft -> submitted as submit [annotator] author; submitted -> in_review as start [reviewer] !author claim; in_review -> approved as approve [reviewer] claim; in_review -> changes_requested as revise [reviewer] claim reason, at most 2 else escalated; changes_requested -> submitted as resubmit [annotator] author; in_review -> escalated as escalate [reviewer] reason; escalated -> approved | rejected as decide [lead] !author !reviewer reason; rejected -> escalated as appeal [annotator] author once reason; approved -> in_review as reopen [lead] reason; approved -> exported as export [exporter]; * -> withdrawn as withdraw [privacy] reason; initial draft; terminal exported, withdrawn; accepting approved, exported; frozen approved, exported;',
    E'a | b -> c | d as go ["Data Lead", s]; -- why\na -> b as next; c | d -> e as end at most 3 else a;\ninitial a; terminal e; deletable;',
    'initial -> terminal as as; terminal -> frozen as frozen; frozen -> at as most; initial initial; terminal at; deletable initial, at',
    (SELECT string_agg(format('s%s -> s%s as go', i, i + 1), '; ') FROM generate_series(1, 63) i) || '; initial s1; terminal s64; * -> s64 as skip',
    'a -> b as x; b -> a as y; * -> z as stop ["é"] reason; initial a; terminal z']) t;

-- One of the changes that break parsers, at a random place
CREATE FUNCTION mutate_flow(m text, other text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    n int := length(m);
    pos int := 1 + floor(random() * n);
    token text[] := ARRAY['->', '|', ';', ',', '*', '[', ']', '!', '"', '-', '>', '--', E'\n', E'\r', E'\t', E'\x01', ' ', 'a', 'b', 'z', ' as ', ' at most ', ' at most 2 else ', ' else ', ' once ', ' claim ', ' author ', '!author', '!reviewer',
        ' reason ', 'initial ', 'terminal ', 'accepting ', 'frozen ', 'deletable ', '0', '1', '99999999999', 'é', '→', U&'\+01F600', '[r]', '["x y"]', '""', '* -> z as all;', 'a -> z as more;', 'b -> a as again;', repeat('q', 70), '; ;', E'\\', '''', '$', '_'];
BEGIN
    CASE floor(random() * 9)::int
        WHEN 0 THEN RETURN overlay(m PLACING '' FROM pos FOR 1 + floor(random() * 3)::int);
        WHEN 1 THEN RETURN overlay(m PLACING substr(m, 1 + floor(random() * n)::int, 1 + floor(random() * 30)::int) FROM pos FOR 0);
        WHEN 2 THEN RETURN substr(m, 1, pos) || substr(other, 1 + floor(random() * length(other))::int);
        -- a word for another
        WHEN 3 THEN RETURN regexp_replace(m, '\m' || (regexp_split_to_array(m, '[^a-z0-9_]+'))[1 + floor(random() * 20)::int] || '\M', (regexp_split_to_array(other, '[^a-z0-9_]+'))[1 + floor(random() * 20)::int]);
        -- a statement out, a statement of another flow in
        WHEN 4 THEN RETURN array_to_string(array_remove(string_to_array(m, ';'), split_part(m, ';', 1 + floor(random() * 6)::int)), ';');
        WHEN 5 THEN RETURN split_part(other, ';', 1 + floor(random() * 6)::int) || ';' || m;
        ELSE RETURN overlay(m PLACING token[1 + floor(random() * array_length(token, 1))::int] FROM pos FOR floor(random() * 3)::int);
    END CASE;
END
$$;

CREATE FUNCTION look(f hdata.review_flow) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    t text := f;
    bad text;
BEGIN
    IF t::hdata.review_flow::text <> t OR t::hdata.review_flow OPERATOR(hdata.<>) f THEN RAISE 'its text leads to another'; END IF;
    IF hdata.review_flow_send(f) <> '\x01'::bytea || convert_to(t, 'UTF8') THEN RAISE 'its bytes are not its text'; END IF;
    WITH RECURSIVE s AS MATERIALIZED (SELECT * FROM hdata.review_states(f)), e AS MATERIALIZED (SELECT * FROM hdata.review_edges(f)),
    step AS MATERIALIZED (SELECT from_state AS a, to_state AS b FROM e UNION SELECT from_state, else_state FROM e WHERE else_state IS NOT NULL),
    reached AS (SELECT state FROM s WHERE initial UNION SELECT b FROM reached JOIN step ON a = state),
    ending AS (SELECT state FROM s WHERE terminal UNION SELECT a FROM ending JOIN step ON b = state)
    SELECT concat_ws('; ',
        (SELECT 'unreached ' || string_agg(state, ',') FROM (SELECT state FROM s EXCEPT SELECT state FROM reached) x),
        (SELECT 'no end from ' || string_agg(state, ',') FROM (SELECT state FROM s EXCEPT SELECT state FROM ending) x),
        (SELECT 'terminal left by ' || string_agg(action, ',') FROM e JOIN s ON state = from_state WHERE terminal),
        (SELECT 'initial states' FROM s WHERE initial HAVING count(*) <> 1),
        (SELECT 'states' FROM s HAVING count(*) NOT BETWEEN 2 AND 64 OR count(*) <> count(DISTINCT state)),
        (SELECT 'edge twice' FROM e HAVING count(*) <> count(DISTINCT (from_state, action, to_state))),
        (SELECT 'loop' FROM e WHERE from_state IN (to_state, else_state) LIMIT 1),
        (SELECT 'targets differ in more than the state' FROM e GROUP BY from_state, action HAVING count(DISTINCT (roles, author, not_author, not_reviewer, claim, reason, at_most, else_state)) > 1 LIMIT 1),
        (SELECT 'order' WHERE (SELECT array_agg(from_state || ' ' || action) FROM e) <> (SELECT array_agg(from_state || ' ' || action ORDER BY n, action COLLATE "C") FROM e JOIN (SELECT state, row_number() OVER () AS n FROM hdata.review_states(f)) o ON state = from_state)))
      INTO bad;
    IF bad <> '' THEN RAISE '%', bad; END IF;
    IF jsonb_array_length(f::jsonb -> 'edges') <> (SELECT count(*) FROM hdata.review_edges(f)) THEN RAISE 'jsonb'; END IF;
    PERFORM hdata.review_dot(f);
END
$$;

CREATE FUNCTION fuzz(rounds int, seed float8, OUT accepted int, OUT refused int, OUT kinds int, OUT wrong text) LANGUAGE plpgsql AS $$
DECLARE
    seeds text[] := (SELECT array_agg(t ORDER BY k) FROM seeds);
    n int := array_length(seeds, 1);
    m text;
    one hdata.review_flow;
    at int;
BEGIN
    PERFORM setseed(seed);
    accepted := 0;
    refused := 0;
    CREATE TEMP TABLE reasons (reason text PRIMARY KEY);
    FOR i IN 1 .. rounds LOOP
        m := coalesce(mutate_flow(seeds[1 + i % n], seeds[1 + i / n % n]), '');
        IF i % 4 = 0 THEN m := coalesce(mutate_flow(m, seeds[1]), ''); END IF;
        BEGIN
            one := m;
        EXCEPTION WHEN OTHERS THEN
            at := substring(SQLERRM FROM 'at character ([0-9]+): ');
            IF SQLSTATE <> '22R01' OR at IS NULL OR at < 1 OR at > length(m) + 1 THEN wrong := format('%s: refused with %s %s', m, SQLSTATE, SQLERRM); RETURN; END IF;
            refused := refused + 1;
            IF i % 10 = 0 THEN INSERT INTO reasons VALUES (regexp_replace(SQLERRM, '^.*?: |"[^"]*"|[0-9]+', '', 'g')) ON CONFLICT DO NOTHING; END IF;
            CONTINUE;
        END;
        accepted := accepted + 1;
        BEGIN
            PERFORM look(one);
        EXCEPTION WHEN OTHERS THEN
            wrong := format('%s: %s', m, SQLERRM);
            RETURN;
        END;
    END LOOP;
    kinds := (SELECT count(*) FROM reasons);
END
$$;

-- Mutated bytes through COPY, that is, the receive function
CREATE TABLE raw (b bytea);
CREATE TABLE received (f hdata.review_flow);
CREATE FUNCTION fuzz_binary(rounds int, file text, OUT accepted int, OUT refused int, OUT wrong text) LANGUAGE plpgsql AS $$
DECLARE
    seeds bytea[] := (SELECT array_agg(hdata.review_flow_send(t::hdata.review_flow) ORDER BY k) FROM seeds);
    n int := array_length(seeds, 1);
    m bytea;
BEGIN
    accepted := 0;
    refused := 0;
    FOR i IN 1 .. rounds LOOP
        m := mutate(seeds[1 + i % n], seeds[1 + i / n % n]);
        DELETE FROM raw;
        DELETE FROM received;
        INSERT INTO raw VALUES (m);
        EXECUTE format('COPY raw TO %L (FORMAT binary)', file);
        BEGIN
            EXECUTE format('COPY received FROM %L (FORMAT binary)', file);
        EXCEPTION WHEN OTHERS THEN
            IF SQLSTATE NOT IN ('22P03', '22R01') THEN wrong := format('%s: refused with %s %s', m, SQLSTATE, SQLERRM); RETURN; END IF;
            refused := refused + 1;
            CONTINUE;
        END;
        accepted := accepted + 1;
        IF (SELECT hdata.review_flow_send(f) FROM received) <> m THEN wrong := format('%s: it does not go out as it came in', m); RETURN; END IF;
        PERFORM look(f) FROM received;
    END LOOP;
END
$$;
SQL
$node->safe_psql($db, $mutate_function);
$node->safe_psql($db, 'SELECT look(t::hdata.review_flow) FROM seeds');

my ($row) = rows_of($node, $db, "SELECT accepted, refused, kinds, translate(wrong, E'|\\n', '/') FROM fuzz($TEXTS, 0.3)");
is($row->[3], '', "$TEXTS hostile texts, $row->[0] of them accepted and sound, $row->[1] refused with their position");
cmp_ok($row->[0], '>', $TEXTS / 50, 'some are accepted');
cmp_ok($row->[2], '>', 25, "refused for $row->[2] kinds of reasons");

my $file = $node->data_dir . '/flow.bin';
($row) = rows_of($node, $db, "SELECT accepted, refused, translate(wrong, E'|\\n', '/') FROM fuzz_binary($COPIED, '$file')");
is($row->[2], '', "$COPIED hostile bytes, $row->[0] of them accepted and canonical");
cmp_ok($row->[1], '>', 0, "$row->[1] refused");

# ---- texts without end: time and memory grow with the length ----

my %long = (
	blanks => q(repeat(' ', 5000000) || 'x'),
	comment => q('--' || repeat('-> ', 2000000)),
	semicolons => q('a -> b as x' || repeat(';', 5000000)),
	quotes => q('a -> b as x ["' || repeat('""', 2000000)),
	name => q(repeat('n', 5000000) || ' -> b as x'),
	lines => q('a -> b as x;' || repeat(E'\n', 5000000) || '?'),
	digits => q('a -> b as x at most ' || repeat('0', 5000000)),
	bars => q('a -> b ' || repeat('| c', 1000000)));
for my $kind (sort keys %long)
{
	my ($status, undef, $err) = $node->psql($db, "SET statement_timeout = '5s'; SELECT ($long{$kind})::hdata.review_flow");
	like($err, qr/review flow is not valid at character \d+: /, "a text of some millions of characters: $kind");
	cmp_ok(length($err), '<', 2000, "its message is short: $kind");
}

# ---- nothing is left behind ----

my ($grown) = rows_of($node, $db, <<'SQL');
DO $$ BEGIN FOR i IN 1 .. 2000 LOOP BEGIN PERFORM (t || CASE WHEN i % 2 = 0 THEN '' ELSE '; ?' END)::hdata.review_flow FROM seeds; EXCEPTION WHEN OTHERS THEN END; END LOOP; END $$;
SELECT count(*) FROM pg_backend_memory_contexts WHERE name LIKE 'hdata review_flow%'
SQL
is($grown->[0], '0', 'no context of the parser outlives its call');

# ---- a database of another encoding ----

for my $encoding (qw(LATIN1 EUC_JP))
{
	my $other = database($node, lc $encoding, "TEMPLATE template0 ENCODING '$encoding' LOCALE 'C'");
	my $role = $encoding eq 'LATIN1' ? "caf\xe9" : "\xc9\xbe\xb2\xc1";
	my $text = "convert_from('\\x" . unpack('H*', "a -> b as x [\"$role\"]; initial a; terminal b; -- $role\n") . "', '$encoding')";
	my ($got) = rows_of($node, $other, <<"SQL");
SELECT encode(convert_to(e.roles[1], '$encoding'), 'hex'), f::text::hdata.review_flow OPERATOR(hdata.=) f, position(convert_to(e.roles[1], 'UTF8') IN hdata.review_flow_send(f)) > 0
  FROM (SELECT $text\::hdata.review_flow AS f) x, hdata.review_edges(f) e
SQL
	is_deeply($got, [ unpack('H*', $role), 't', 't' ], "$encoding: text in the encoding of the database, bytes in UTF-8");
	my (undef, undef, $err) = $node->psql($other, "SET client_encoding = 'UTF8'; SELECT ($text || '?')::hdata.review_flow");
	my $at = 1 + length("a -> b as x [\"\"]; initial a; terminal b; -- \n") + ($encoding eq 'LATIN1' ? 8 : 4);
	like($err, qr/at character $at: unexpected character "\?"/, "$encoding: the position counts characters");
}

$node->stop('fast');
done_testing();

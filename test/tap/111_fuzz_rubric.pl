# Hostile JSON through the input functions of the type rubric: nothing crashes, what is refused is refused with an error of the
# right class, and what is accepted is canonical: it goes out and in again unchanged, as text, jsonb and bytes, and everything
# that reads rubrics bears it.  Then the same text in databases of other encodings.
#
# HDATA_FUZZ=N sets the number of mutated texts.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use Test::More;

my $TEXTS = $ENV{HDATA_FUZZ} || 200_000;
my $COPIED = 5_000;

my $node = start_node('fuzz_rubric');
my $db = database($node, 'fuzz');

$node->safe_psql($db, <<'SQL');
CREATE TABLE seeds AS SELECT row_number() OVER () AS k, t FROM unnest(ARRAY[
    '{"criteria": [{"id": "a", "points": 1}]}',
    '{"version": "3", "norm": "minmax", "criteria": [{"id": "a", "text": "A\u00fc\n", "points": 5.5, "tags": ["x", "y"], "gate": true}, {"id": "b", "points": -2e0}]}',
    '{"penalty_only": true, "norm": "abs", "criteria": [{"id": "a", "points": -1}, {"id": "b", "points": 0}]}',
    '{"criteria": [{"id": "r", "weight": 1, "tags": ["t"], "children": [{"id": "s", "weight": 2, "children": [{"id": "a", "weight": 1}, {"id": "b", "weight": 0}]}, {"id": "c", "weight": 0.5}]}]}',
    '{"criteria": [{"id": "a", "points": 3, "kind": "scale", "levels": [{"value": 0, "label": "1", "text": "no"}, {"value": 0.5, "label": "2"}, {"value": 1}]}]}',
    '{"criteria": [{"id": "d1", "weight": 1, "children": [{"id": "d2", "weight": 0, "children": [{"id": "d3", "weight": 3}]}, {"id": "d4", "weight": 1, "text": "t", "gate": true}]}]}']) t;

-- One of the changes that break parsers of JSON, at a random place
CREATE FUNCTION mutate_json(m text, other text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    n int := length(m);
    pos int := 1 + floor(random() * n);
    token text[] := ARRAY['{', '}', '[', ']', '"', ',', ':', '\', '0', '1', '-', '.', 'e', '9', ' ', 'null', 'true', 'false', '1e400', '-1e400', '1e-400', '1e308', '-0', 'NaN',
        '"\u0000"', '"\ud83d"', '"\ud83d\ude00"', '\u', '[[', '{"id":"z","points":1},', '{"id":"z","weight":1},', '"points":', '"weight":', '"children":', '"levels":[', '"value":2', '"tags":["q"],',
        '"gate":true,', '"kind":"binary",', '"norm":', '"version":"",', E'\n', E'\x01', '/*', 'é', U&'\+01F600', '""', '{}', '[]'];
BEGIN
    CASE floor(random() * 8)::int
        WHEN 0 THEN RETURN overlay(m PLACING '' FROM pos FOR 1 + floor(random() * 3)::int);
        WHEN 1 THEN RETURN overlay(m PLACING substr(m, 1 + floor(random() * n)::int, 1 + floor(random() * 30)::int) FROM pos FOR 0);
        WHEN 2 THEN RETURN substr(m, 1, pos) || substr(other, 1 + floor(random() * length(other))::int);
        WHEN 3 THEN RETURN regexp_replace(m, '[0-9][0-9.e-]*', token[1 + floor(random() * array_length(token, 1))::int]);
        WHEN 4 THEN RETURN replace(m, (ARRAY['points', 'weight', '"a"', '"b"', '1', 'true', 'scale', 'id', 'text'])[1 + floor(random() * 9)::int],
                                   (ARRAY['weight', 'points', '"b"', '"c"', '0', 'false', 'binary', 'text', '-2'])[1 + floor(random() * 9)::int]);
        ELSE RETURN overlay(m PLACING token[1 + floor(random() * array_length(token, 1))::int] FROM pos FOR floor(random() * 3)::int);
    END CASE;
END
$$;

CREATE FUNCTION look(r hdata.rubric) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    t text := r;
    weight float8;
BEGIN
    IF t::hdata.rubric::text <> t THEN RAISE 'its text leads to another'; END IF;
    IF r::jsonb::hdata.rubric OPERATOR(hdata.<>) r THEN RAISE 'its jsonb leads to another'; END IF;
    IF hdata.rubric_send(r) <> '\x01'::bytea || convert_to(t, 'UTF8') THEN RAISE 'its bytes are not its text'; END IF;
    IF length(hdata.rubric_hash(r)) + length(hdata.rubric_text_hash(r)) <> 64 THEN RAISE 'hashes'; END IF;
    SELECT sum(effective_weight) FILTER (WHERE effective_weight > 0) INTO weight FROM hdata.rubric_leaves(r);
    IF t ~ '"weight"' AND abs(weight - 1) > 1e-9 OR weight > 1 + 1e-9 OR weight = 'NaN' THEN RAISE 'weights add up to %', weight; END IF;
    IF EXISTS (SELECT FROM hdata.rubric_check(r, (SELECT array_agg(id) FROM hdata.rubric_leaves(r)))) THEN RAISE 'its own leaves are not its leaves'; END IF;
    PERFORM FROM hdata.rubric_lint(r);
END
$$;

CREATE FUNCTION fuzz(rounds int, seed float8, OUT accepted int, OUT refused int, OUT kinds int, OUT wrong text) LANGUAGE plpgsql AS $$
DECLARE
    seeds text[] := (SELECT array_agg(t ORDER BY k) FROM seeds);
    n int := array_length(seeds, 1);
    m text;
    one hdata.rubric;
    detail text;
BEGIN
    PERFORM setseed(seed);
    accepted := 0;
    refused := 0;
    CREATE TEMP TABLE reasons (reason text PRIMARY KEY);
    FOR i IN 1 .. rounds LOOP
        m := mutate_json(seeds[1 + i % n], seeds[1 + i / n % n]);
        IF i % 4 = 0 THEN m := mutate_json(m, seeds[1]); END IF;
        BEGIN
            one := m;
        EXCEPTION WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
            IF SQLSTATE NOT IN ('22P02', '54000') OR detail = '' THEN wrong := format('%s: refused with %s %s', m, SQLSTATE, SQLERRM); RETURN; END IF;
            refused := refused + 1;
            IF i % 50 = 0 THEN INSERT INTO reasons VALUES (regexp_replace(detail, '"[^"]*"|[0-9.e+-]+|^[][a-z0-9_.]+: ', '', 'g')) ON CONFLICT DO NOTHING; END IF;
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
CREATE TABLE received (r hdata.rubric);
CREATE FUNCTION fuzz_binary(rounds int, file text, OUT accepted int, OUT refused int, OUT wrong text) LANGUAGE plpgsql AS $$
DECLARE
    seeds bytea[] := (SELECT array_agg(hdata.rubric_send(t::hdata.rubric) ORDER BY k) FROM seeds);
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
            IF SQLSTATE NOT IN ('22P03', '54000') THEN wrong := format('%s: refused with %s %s', m, SQLSTATE, SQLERRM); RETURN; END IF;
            refused := refused + 1;
            CONTINUE;
        END;
        accepted := accepted + 1;
        IF (SELECT hdata.rubric_send(r) FROM received) <> m THEN wrong := format('%s: it does not go out as it came in', m); RETURN; END IF;
        BEGIN
            PERFORM look(r) FROM received;
        EXCEPTION WHEN OTHERS THEN
            wrong := format('%s: %s', m, SQLERRM);
            RETURN;
        END;
    END LOOP;
END
$$;
SQL
$node->safe_psql($db, $mutate_function);

my ($row) = rows_of($node, $db, "SELECT * FROM fuzz($TEXTS, 0.3)");
is($row->[3], '', "$TEXTS hostile texts, $row->[0] of them accepted and canonical");
cmp_ok($row->[0], '>', $TEXTS / 50, 'some are accepted');
cmp_ok($row->[2], '>', 15, "refused for $row->[2] kinds of reasons");

my $file = $node->data_dir . '/rubric.bin';
($row) = rows_of($node, $db, "SELECT * FROM fuzz_binary($COPIED, '$file')");
is($row->[2], '', "$COPIED hostile bytes, $row->[0] of them accepted and canonical");
cmp_ok($row->[1], '>', 0, "$row->[1] refused");

# ---- other encodings ----

my %rubric = (
	LATIN1 => "{\"criteria\": [{\"id\": \"caf\xe9\", \"text\": \"na\\u00efve\", \"points\": 1}]}",
	EUC_JP => "{\"criteria\": [{\"id\": \"\xc9\xbe\xb2\xc1\", \"text\": \"\\u4fa1\", \"points\": 1}]}",
);
my %id = (LATIN1 => '636166c3a9', EUC_JP => 'e8a995e4bea1');
my %text = (LATIN1 => '6e61c3af7665', EUC_JP => 'e4bea1');
for my $encoding (sort keys %rubric)
{
	my $other = database($node, lc $encoding, "TEMPLATE template0 ENCODING '$encoding' LOCALE 'C'");
	my $value = "convert_from('\\x" . unpack('H*', $rubric{$encoding}) . "', '$encoding')::hdata.rubric";

	my ($got) = rows_of($node, $other, <<"SQL");
SELECT encode(convert_to(id, 'UTF8'), 'hex'), encode(convert_to(text, 'UTF8'), 'hex'), encode(hdata.rubric_send(r), 'hex'), r::text::hdata.rubric OPERATOR(hdata.=) r, r::jsonb::hdata.rubric OPERATOR(hdata.=) r,
	(SELECT count(*) FROM hdata.rubric_check(r, ARRAY[id])), (SELECT string_agg(code, ' ') FROM hdata.rubric_lint(r, (SELECT hdata.score_matrix_agg('u' || i, id, 1) FROM generate_series(1, 20) i)))
FROM (SELECT $value AS r) v, hdata.rubric_leaves(r)
SQL
	is_deeply([ @{$got}[ 0, 1, 3 .. 6 ] ], [ $id{$encoding}, $text{$encoding}, 't', 't', 0, 'always_met' ], "$encoding: in and out, leaves, checks, lint");
	like($got->[2], qr/^01.*$id{$encoding}.*$text{$encoding}/, "$encoding: stored as UTF-8");
	my ($same) = rows_of($node, $db, "SELECT encode(hdata.rubric_send(('{\"criteria\": [{\"id\": \"' || convert_from('\\x$id{$encoding}', 'UTF8') || '\", \"points\": 1, \"text\": \"' || convert_from('\\x$text{$encoding}', 'UTF8') || '\"}]}')::hdata.rubric), 'hex')");
	is($got->[2], $same->[0], "$encoding: the same bytes as in a UTF-8 database");
}

# what an encoding cannot write is an error of conversion where it is written, and no damage; errors show what can be shown
my ($error) = run_queries($node, 'latin1', q({"criteria": [{"id": "\u8a55", "points": 1}]}) =~ s/(.*)/SELECT '$1'::rubric/r);
like($error, qr/^ERROR 22P0[25]/, 'LATIN1: an escape for what it has not is refused');
$node->safe_psql($db, "COPY (SELECT (U&'{\"criteria\": [{\"id\": \"\\8a55\", \"points\": 1}]}')::hdata.rubric) TO '$file' (FORMAT binary)");
$node->safe_psql('latin1', "CREATE TABLE r (r hdata.rubric); COPY r FROM '$file' (FORMAT binary)");
my ($out, $hash) = run_queries($node, 'latin1', 'SELECT r FROM public.r', 'SELECT length(rubric_hash(r)) FROM public.r');
like($out, qr/^ERROR 22P05/, 'LATIN1: a rubric with text that it has not cannot be shown');
is($hash, 32, 'LATIN1: but it is kept and can be used');
$node->safe_psql('latin1', "COPY r TO '$file' (FORMAT binary)");
$node->safe_psql($db, "TRUNCATE received; COPY received FROM '$file' (FORMAT binary)");
is($node->safe_psql($db, "SELECT id = U&'\\8a55' FROM received, hdata.rubric_leaves(r)"), 't', 'and comes home unharmed');

my $ascii = database($node, 'ascii', "TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'");
my $bytes = unpack 'H*', "{\"criteria\": [{\"id\": \"a\xff\xe9\", \"points\": 1}]}";
my ($kept) = run_queries($node, $ascii, "SELECT encode(convert_to(id, 'SQL_ASCII'), 'hex') FROM rubric_leaves(convert_from('\\x$bytes', 'SQL_ASCII')::rubric)");
is($kept, '61ffe9', 'SQL_ASCII: any bytes are text');

$node->stop;
done_testing();

# Hostile bytes through the input functions of the type ratings: nothing crashes, and each mutated state is either refused with
# an error of the right class or is canonical: it goes out as it came in, merging it with itself changes nothing, and every
# function that reads ratings bears it.
#
# HDATA_FUZZ=N sets the number of mutated states.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use IPC::Run ();
use Test::More;
use Time::HiRes 'time';

my $STATES = $ENV{HDATA_FUZZ} || 300_000;    # HDATA_FUZZ=1000000 takes three times as long
my $COPIED = 6_000;
my $SESSIONS = 2;

# A crash fails its test, and the others go on.
my $node = start_node('fuzz', { conf => ['restart_after_crash = on'] });
my $db = database($node, 'fuzz');

# ---- states to start from: every kind, with conflicts and without ----

$node->safe_psql($db, <<'SQL');
SET search_path = public, hdata;
CREATE TYPE grade AS ENUM ('low', 'middling', 'high');
CREATE TABLE obs AS
SELECT n, (n * 7) % 5 AS i, (n * 11) % 3 AS r, (n * 13 / 5) % 3 AS v, (n * 3) % 7 AS at, 'c' || (n * 7) % 5 % 2 AS c FROM generate_series(1, 9) n;

CREATE TABLE seeds AS
SELECT row_number() OVER () AS k, ratings_send(s) AS b FROM (
    SELECT ratings_agg(i::bigint, r::bigint, 'v' || v) AS s FROM obs
    UNION ALL SELECT ratings_agg(i::bigint, r::bigint, v::float8) FROM obs
    UNION ALL SELECT ratings_agg(i::bigint - 300, r::bigint * 100000, 'v' || v, to_timestamp(at * 1e6)) FROM obs
    UNION ALL SELECT ratings_first_agg(i::bigint, r::bigint, v / 3.0::float8, at::bigint, c) FROM obs
    UNION ALL SELECT ratings_agg(md5(i::text)::uuid, md5(r::text)::uuid, (v % 2 = 0)::text) FROM obs WHERE n < 5
    UNION ALL SELECT ratings_agg('item with a long name ' || i, repeat(chr(233), r) , 'v' || v) FROM obs
    UNION ALL SELECT ratings_agg('i' || i, 'r' || r, v::float8, NULL::timestamptz, c) FROM obs
    UNION ALL SELECT ratings_agg(i::bigint, 'r' || r, (enum_range(NULL::grade))[v + 1]) FROM obs
    UNION ALL SELECT ratings_agg('i' || i, r, (ARRAY['{}', '{a,"b b"}', '{a}']::text[])[v + 1]::text[]) FROM obs
    UNION ALL SELECT ratings_agg(i::bigint, i::bigint + r, 'v' || i) FROM obs
    UNION ALL SELECT ratings_agg(1::bigint, 2::bigint, 3::float8)
    UNION ALL SELECT without_raters(ratings_agg(i::bigint, r::bigint, 'v' || v), '{0,1,2}') FROM obs
    UNION ALL SELECT without_raters(ratings_agg(i, r, (enum_range(NULL::grade))[v + 1]), '{0,1,2}') FROM obs) t
UNION ALL SELECT 0, '\x010000000000000000';
SQL

# ---- everything that reads ratings: found in the catalogue, so that later functions are fuzzed, too ----

my @readers = map { $_->[0] } rows_of($node, $db, <<'SQL');
SELECT CASE WHEN proretset THEN format('(SELECT count(x) FROM hdata.%I(s%s) x)', proname, extra) ELSE format('hdata.%I(s%s)', proname, extra) END
FROM (SELECT *, CASE WHEN proargtypes[1] = 'hdata.ratings'::regtype THEN
                         ', s' || CASE WHEN 'categories' = ANY (proargnames) THEN ', categories => some_categories' ELSE '' END
                     WHEN proname = 'bootstrap' THEN ', ''gwet_ac'', draws => 3, categories => some_categories'
                     WHEN 'categories' = ANY (proargnames) THEN CASE WHEN has_level THEN ', some_level' ELSE '' END || ', categories => some_categories'
                     WHEN pronargs = 1 OR pronargs - 1 = pronargdefaults AND NOT has_level THEN ''
                     WHEN has_level THEN ', some_level'
                     WHEN proargtypes[1] = 'text[]'::regtype THEN ', some_names'
                     WHEN proargtypes[1] = 'bigint'::regtype AND proname = 'first_ratings' THEN ', 2'
                END AS extra
      FROM (SELECT *, proargtypes[1] = 'text'::regtype AND proargnames[2] IN ('level', 'weights') AS has_level FROM pg_proc) p
      WHERE pronamespace = 'hdata'::regnamespace AND prokind = 'f' AND proargtypes[0] = 'hdata.ratings'::regtype AND prorettype <> 'cstring'::regtype
        AND proname !~ '_(trans|combine|final|eq|ne|lt|le|gt|ge|cmp|send)$'
        AND prolang <> (SELECT oid FROM pg_language WHERE lanname = 'sql')) q    -- the report calls what is called here anyway
WHERE extra IS NOT NULL ORDER BY proname
SQL
my @conflict_free = grep { !/hdata\.(n_|observations|only_|without_|ratings_hash|ratings_to_jsonb)/ } @readers;
my @bears_all = grep { my $f = $_; !grep { $_ eq $f } @conflict_free } @readers;
cmp_ok(scalar @readers, '>=', 20, scalar(@readers) . ' functions read ratings');

my $checks = join "\n", map { <<"SQL" } @conflict_free;
        BEGIN
            PERFORM $_;
        EXCEPTION WHEN OTHERS THEN
            -- contradictions, an order that is not known, a ratio below zero, too many raters or no "at", too many categories
            IF SQLSTATE NOT IN ('21000', '22023', '22003', '55000', '54000') THEN RAISE; END IF;
        END;
SQL

$node->safe_psql($db, $mutate_function);
$node->safe_psql($db, <<"SQL");
CREATE TABLE wrong (how text, b bytea, error text);

-- Reads an accepted state in every way; raises what must not be
CREATE FUNCTION bear(s hdata.ratings, m bytea) RETURNS void LANGUAGE plpgsql AS \$\$
DECLARE
    some_level text := (ARRAY['nominal', 'ordinal', 'interval', 'ratio', 'circular', 'bipolar', 'jaccard', 'masi', 'identity', 'linear'])[1 + floor(random() * 10)::int];
    some_categories text[] := CASE WHEN random() < 0.3 THEN (SELECT array_agg(DISTINCT value) FROM hdata.observations(s)) || '77'::text END;
    some_names text[] := '{0,r1,1,"item with a long name 2",nobody}';
BEGIN
    IF hdata.ratings_send(s) <> m OR s::text <> m::text THEN RAISE 'it does not go out as it came in'; END IF;
    IF hdata.ratings_send((SELECT hdata.rollup(x) FROM unnest(ARRAY[s, s]) x)) <> m THEN RAISE 'merged with itself it is another'; END IF;
    -- with nobody left it is the empty state of its kinds; then there is nothing to compare
    IF hdata.n_ratings(s) > 0 AND hdata.ratings_send(hdata.without_raters(s, '{}')) <> m THEN RAISE 'without nobody it is another'; END IF;
    PERFORM @{[ join ', ', @bears_all ]};
$checks
END
\$\$;

CREATE FUNCTION fuzz(n int, seed float8, OUT accepted int, OUT refused int) LANGUAGE plpgsql AS \$\$
DECLARE
    seeds bytea[] := (SELECT array_agg(b ORDER BY k) FROM seeds);
    k int := array_length(seeds, 1);
    m bytea;
    s hdata.ratings;
    ok boolean;
BEGIN
    PERFORM setseed(seed);
    accepted := 0;
    refused := 0;
    FOR j IN 1 .. n LOOP
        m := seeds[1 + floor(random() * k)::int];
        FOR change IN 0 .. floor(random() * random() * 4)::int LOOP
            m := mutate(m, seeds[1 + floor(random() * k)::int]);
        END LOOP;
        BEGIN
            s := m::text;
            ok := true;
        EXCEPTION WHEN invalid_text_representation OR program_limit_exceeded THEN
            ok := false;
        WHEN OTHERS THEN
            ok := false;
            INSERT INTO wrong VALUES ('input', m, SQLSTATE || ' ' || SQLERRM);
        END;
        IF ok THEN
            accepted := accepted + 1;
            BEGIN
                PERFORM bear(s, m);
            EXCEPTION WHEN OTHERS THEN
                INSERT INTO wrong VALUES ('reading', m, SQLSTATE || ' ' || SQLERRM);
            END;
        ELSE
            refused := refused + 1;
        END IF;
    END LOOP;
END
\$\$;

-- The wire: a bytea and a state look alike in binary COPY
CREATE FUNCTION fuzz_copy(n int, seed float8, path text, OUT accepted int, OUT refused int) LANGUAGE plpgsql AS \$\$
DECLARE
    seeds bytea[] := (SELECT array_agg(b ORDER BY k) FROM seeds);
    k int := array_length(seeds, 1);
    m bytea;
BEGIN
    PERFORM setseed(seed);
    CREATE TEMP TABLE received (s hdata.ratings);
    accepted := 0;
    refused := 0;
    FOR j IN 1 .. n LOOP
        m := mutate(seeds[1 + floor(random() * k)::int], seeds[1 + floor(random() * k)::int]);
        EXECUTE format('COPY (SELECT %L::bytea) TO %L (FORMAT binary)', m, path);
        BEGIN
            EXECUTE format('COPY received FROM %L (FORMAT binary)', path);
            accepted := accepted + 1;
            IF (SELECT hdata.ratings_send(s) FROM received) <> m THEN RAISE 'it does not go out as it came in'; END IF;
            PERFORM bear(s, m) FROM received;
            DELETE FROM received;
        EXCEPTION WHEN invalid_binary_representation OR program_limit_exceeded THEN
            refused := refused + 1;
        WHEN OTHERS THEN
            INSERT INTO wrong VALUES ('receive', m, SQLSTATE || ' ' || SQLERRM);
        END;
    END LOOP;
END
\$\$;
SQL

# ---- run ----

my $began = time;
my @runs = map { my $k = $_; { sql => sprintf('SELECT * FROM fuzz(%d, %g)', $STATES / $SESSIONS, ($k + 1) / 10), out => '', err => '' } } 0 .. $SESSIONS - 1;
for my $run (@runs)
{
	my @command = ('psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr($db), '-c', $run->{sql});
	$run->{handle} = IPC::Run::start(\@command, '>', \$run->{out}, '2>', \$run->{err});
}
my ($accepted, $refused) = (0, 0);
for my $run (@runs)
{
	$run->{handle}->finish;
	is($run->{handle}->full_result(0), 0, 'a session of mutated states ended well') or diag($run->{err});
	my ($a, $r) = $run->{out} =~ /^(\d+)\|(\d+)$/ ? ($1, $2) : (0, 0);
	($accepted, $refused) = ($accepted + $a, $refused + $r);
}
my $elapsed = time - $began;
$node->poll_query_until($db, 'SELECT true') or die 'the server did not come back';
my $by_text = sprintf '%d mutated states by text: %d accepted, %d refused, %.0f s', $accepted + $refused, $accepted, $refused, $elapsed;
cmp_ok($accepted + $refused, '>=', $STATES - $SESSIONS, $by_text);
cmp_ok($accepted, '>', $STATES / 100, 'the mutations are subtle enough to be accepted at times');

my ($ok, $out) = $node->psql($db, sprintf q(SELECT concat_ws(' ', accepted, refused) FROM fuzz_copy(%d, 0.5, '%s/one_row')), $COPIED, $node->basedir);
is($ok, 0, 'the session of mutated states by binary COPY ended well');
my ($by_copy, $not_by_copy) = ($out // '') =~ /^(\d+) (\d+)$/ ? ($1, $2) : (0, 0);
$node->poll_query_until($db, 'SELECT true') or die 'the server did not come back';
cmp_ok($by_copy + $not_by_copy, '>=', $COPIED, "$by_copy mutated states accepted by binary COPY, $not_by_copy refused");

# On disk: a column of changed bytes is declared to be of the type behind its back.  What input refuses is XX001 here.
$node->safe_psql($db, <<'SQL');
SELECT setseed(0.25);
CREATE TABLE damaged AS SELECT mutate(b, b) AS s FROM seeds, generate_series(1, 1000);
UPDATE pg_attribute SET atttypid = 'hdata.ratings'::regtype WHERE attrelid = 'damaged'::regclass AND attname = 's';
CREATE FUNCTION outcome(s hdata.ratings, again boolean) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    IF again THEN s := s::text; END IF;
    RETURN CASE WHEN hdata.n_ratings(s) IS NOT NULL THEN 'good' END;
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END
$$;
SQL
my %outcome = map { ("$_->[0] on disk, $_->[1] from text" => $_->[2]) }
  rows_of($node, $db, 'SELECT outcome(s, false), outcome(s, true), count(*) FROM damaged GROUP BY 1, 2');
is(join('; ', sort keys %outcome), 'XX001 on disk, 22P02 from text; good on disk, good from text',
	"damaged values on disk: $outcome{'XX001 on disk, 22P02 from text'} are noticed");

my @wrong = rows_of($node, $db, q(SELECT how, left(error, 120), count(*), (min(b::text)) FROM wrong GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 20));
is(scalar @wrong, 0, 'nothing but errors of the documented classes') or diag(join "\n", map { "$_->[0]: $_->[1] ($_->[2] times), for example $_->[3]" } @wrong);

# ---- nothing but declared categories: there are no label sets that a level of label sets could compare ----

for my $call ('krippendorff_alpha(r, $$masi$$, $${a,b}$$)', 'gwet_ac(r, $$jaccard$$, $${a,b}$$)',
	'(SELECT count(value) FROM agreement(r, $$masi$$, categories => $${a,b}$$))',
	'(SELECT count(*) FROM item_agreement(r, $$masi$$, $${a,b}$$))')
{
	my ($status, $out, $err) = $node->psql($db, "SET search_path = hdata; SELECT $call FROM (SELECT without_raters(ratings_agg(1::bigint, 1::bigint, 'a'), '{1}') AS r) t");
	ok($status == 0 && $out =~ /^0?$/ || $status == 3 && $err =~ /ERROR:/, "$call of no ratings") or diag($err);
	$node->poll_query_until($db, 'SELECT true') or die 'the server did not come back';
}

# ---- what is no state at all ----

for my $bad ('', '\x', '\x0', '\xzz', '01', '\x01 ', '\X01', '\x01g0', '\x' . '0' x 7, 'null', '{}', '\x02000000000000')
{
	(my $literal = $bad) =~ s/'/''/g;
	my ($answer) = run_queries($node, $db, "SELECT '$literal'::hdata.ratings::text");
	like($answer, qr/^ERROR 22P02: /, "\"$bad\" is refused");
}
$node->stop('fast');
done_testing();

# What the TAP tests share: nodes with the extension, batches of queries, comparison of numbers.
#
# A node loads the extension from where TEMP_CONFIG says (test/run.sh writes it); PostgreSQL::Test::Cluster appends that file
# to every node's configuration by itself.
package HdataTest;

use strict;
use warnings;

use Exporter 'import';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More ();

our @EXPORT = qw(start_node database copy_rows run_queries rows_of copy_field load_data state_properties state_hostile $mutate_function);

our $mutate_function = <<'SQL';
-- One of the changes that break parsers, at a random place
CREATE FUNCTION mutate(m bytea, other bytea) RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE
    n int := length(m);
    pos int := floor(random() * n);
BEGIN
    IF n = 0 THEN RETURN substring(other, 1, 5); END IF;
    CASE floor(random() * 9)::int
        WHEN 0 THEN RETURN set_byte(m, pos, floor(random() * 256)::int);
        WHEN 1 THEN RETURN set_bit(m, floor(random() * n * 8)::bigint, (random() < 0.5)::int);
        WHEN 2 THEN RETURN set_byte(m, pos, (get_byte(m, pos) + 1) & 255);
        WHEN 3 THEN RETURN set_byte(m, pos, (get_byte(m, pos) + 255) & 255);
        WHEN 4 THEN RETURN substring(m, 1, pos);
        WHEN 5 THEN RETURN overlay(m PLACING substring(m, floor(random() * n)::int + 1, 1 + floor(random() * 4)::int) FROM pos + 1 FOR 0);
        WHEN 6 THEN RETURN overlay(m PLACING '' FROM pos + 1 FOR 1 + floor(random() * 3)::int);
        WHEN 7 THEN RETURN substring(m, 1, pos) || substring(other, pos + 1);
        ELSE RETURN overlay(m PLACING (ARRAY['\x00', '\x7f', '\x80', '\xff', '\x8000', '\xffffffff0f', '\xffffffffffffffffff01', '\xffffffff07',
                                             '\x7ff0000000000000', '\xc3', '\xeda080']::bytea[])[1 + floor(random() * 11)::int]
                            FROM pos + 1 FOR floor(random() * 3)::int);
    END CASE;
END
$$;
SQL

# start_node(NAME, { init => {...}, conf => [...] }): a running UTF-8 node of C locale
sub start_node
{
	my ($name, $options) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);

	$node->init(extra => [ '-E', 'UTF8', '--no-locale' ], %{ $options->{init} // {} });
	$node->append_conf('postgresql.conf',
		join "\n", 'log_statement = none', 'jit = off', 'autovacuum = off', @{ $options->{conf} // [] }, '');
	$node->start;
	return $node;
}

# A database with the extension, and with try(), which turns an error into text that begins with "ERROR"
sub database
{
	my ($node, $name, $options) = @_;

	$node->safe_psql('postgres', "CREATE DATABASE $name " . ($options // ''));
	$node->safe_psql($name, <<'SQL');
CREATE EXTENSION hdata;
CREATE FUNCTION try(sql text) RETURNS text LANGUAGE plpgsql SET search_path = hdata, public AS $$
DECLARE
    answer text;
BEGIN
    EXECUTE sql INTO answer;
    RETURN answer;
EXCEPTION WHEN OTHERS THEN
    RETURN format('ERROR %s: %s', SQLSTATE, SQLERRM);
END
$$;
SQL
	return $name;
}

# A field as COPY ... FROM stdin wants it
sub copy_field
{
	my $value = shift;

	return '\N' unless defined $value;
	$value =~ s/([\\\t\n\r])/{ "\\" => "\\\\", "\t" => "\\t", "\n" => "\\n", "\r" => "\\r" }->{$1}/ge;
	return $value;
}

# The statement that fills a table
sub copy_rows
{
	my ($table, $rows) = @_;

	return join '', "COPY $table FROM stdin;\n", (map { join("\t", map { copy_field($_) } @$_) . "\n" } @$rows), "\\.\n";
}

# Answers of many queries in one session, by try(); undef where the answer is NULL
sub run_queries
{
	my ($node, $db, @sql) = @_;
	my @answers;
	my @numbered = map { [ $_, $sql[$_] ] } 0 .. $#sql;
	my $out = $node->safe_psql($db,
		    "SET client_min_messages = warning; CREATE TEMP TABLE q (n int, sql text);\n"
		  . copy_rows('q', \@numbered)
		  . "\\pset null '(null)'\nSELECT n, try(sql) FROM q ORDER BY n;");

	for my $line (split /\n/, $out)
	{
		my ($n, $answer) = $line =~ /^(\d+)\|(.*)$/ or next;
		$answers[$n] = $answer eq '(null)' ? undef : $answer;
	}
	return @answers;
}

# The rows of a query, each a list of fields
sub rows_of
{
	my ($node, $db, $sql) = @_;

	return map { [ split /\|/, $_, -1 ] } split /\n/, $node->safe_psql($db, $sql);
}

# Loads a real data set of HDATA_SHARED/data into the schema of its name; false where it is not there
sub load_data
{
	my ($node, $db, $name) = @_;
	my $dir = ($ENV{HDATA_SHARED} // '') . "/data/$name";

	return 0 unless defined $ENV{HDATA_SHARED} && -r "$dir/load.sql";
	$node->safe_psql($db, "\\cd $dir\n\\i load.sql");
	return 1;
}

# ---- what every state type promises ----

# state_properties(NODE, DB, {...}): random data sets go through every form of an aggregate, and neither the canonical bytes nor
# any result may tell by which way they came.
#
#   type       name of the state type, in schema hdata
#   columns    'a text, b float8': the table of the rows
#   agg        'hdata.some_agg(a, b)'
#   row        sub { [ ... ] }: one random row; undef is NULL.  It is given the number of the data set.
#   sets, max_rows     how many data sets, of at most how many rows
#   accessors  SQL expressions over the state s
#   keyed      true: a set of facts, the same rows twice change nothing; false: a sum
#   name       for the messages, if a type is tested more than once
sub state_properties
{
	my ($node, $db, $o) = @_;
	my $type = "hdata.$o->{type}";
	my $name = $o->{name} // $o->{type};
	my $sets = $o->{sets} // 40;
	my $agg = $o->{agg};
	my $names = join ', ', map { /^\s*(\w+)/ } split /,/, $o->{columns};
	my (@rows, $n);

	for my $ds (1 .. $sets)
	{
		push @rows, [ $ds, ++$n, int(rand 4), @{ $o->{row}->($ds) } ] for 1 .. 1 + int(rand($o->{max_rows} // 40));
	}
	$node->safe_psql($db, <<"SQL");
DROP SCHEMA IF EXISTS sp CASCADE;
CREATE SCHEMA sp;
CREATE TABLE sp.rows (ds int, n int, part int, $o->{columns}) WITH (parallel_workers = 4);
@{[ copy_rows('sp.rows', \@rows) ]}
ANALYZE sp.rows;
CREATE FUNCTION sp.look(s $type, OUT answer text) LANGUAGE plpgsql AS \$\$
DECLARE
    one text;
    expression text;
BEGIN
    answer := '';
    FOREACH expression IN ARRAY @{[ 'ARRAY[' . join(', ', map { "\$x\$$_\$x\$" } @{ $o->{accessors} // [] }) . ']::text[]' ]} LOOP
        BEGIN
            EXECUTE 'SELECT (' || expression || ')::text FROM (SELECT \$1 AS s) x' INTO one USING s;
        EXCEPTION WHEN OTHERS THEN
            one := SQLSTATE || ' ' || SQLERRM;
        END;
        answer := answer || coalesce(one, 'null') || E'\\n';
    END LOOP;
END
\$\$;
CREATE TABLE sp.ref AS SELECT ds, $agg AS s FROM sp.rows GROUP BY ds;
CREATE TABLE sp.looks AS SELECT ds, s, sp.look(s) AS l FROM sp.ref;
CREATE TABLE sp.parts AS SELECT ds, part, $agg AS s FROM sp.rows GROUP BY ds, part ORDER BY part DESC, ds;
CREATE TABLE sp.copied (ds int, s $type);
CREATE FUNCTION sp.differ(query text) RETURNS bigint LANGUAGE plpgsql AS \$\$
DECLARE
    n bigint;
BEGIN
    EXECUTE format('SELECT count(*) FROM sp.looks r FULL JOIN (%s) v USING (ds) WHERE r.s::text IS DISTINCT FROM v.s::text', query) INTO n;
    RETURN n;
END
\$\$;
SQL
	my $same = sub {
		my ($how, $query, $settings) = @_;
		my $out = $node->safe_psql($db, ($settings // '') . "SELECT sp.differ(\$q\$$query\$q\$)");

		Test::More::is($out, 0, "$name: $how");
	};
	my $some = $node->safe_psql($db, 'SELECT count(s) FROM sp.ref');
	Test::More::cmp_ok($some, '>', $sets / 3, "$name: $some of $sets data sets give a state");
	$same->('another order of rows', "SELECT ds, $agg AS s FROM (SELECT * FROM sp.rows ORDER BY md5(n::text)) r GROUP BY ds");
	$same->('reversed', "SELECT ds, $agg AS s FROM (SELECT * FROM sp.rows ORDER BY n DESC) r GROUP BY ds");
	$same->('sorted groups', "SELECT ds, $agg AS s FROM sp.rows GROUP BY ds", 'SET enable_hashagg = off; ');
	$same->('parts rolled up', "SELECT ds, hdata.rollup(s) AS s FROM (SELECT ds, part, $agg AS s FROM sp.rows GROUP BY ds, part) p GROUP BY ds");
	$same->('stored parts rolled up', 'SELECT ds, hdata.rollup(s) AS s FROM sp.parts GROUP BY ds');
	$same->('an empty part changes nothing',
		"SELECT ds, hdata.rollup(s) AS s FROM (SELECT ds, s FROM sp.parts UNION ALL SELECT ds, NULL FROM sp.parts) p GROUP BY ds");
	$same->('a window', "SELECT DISTINCT ON (ds) ds, $agg OVER (PARTITION BY ds ORDER BY n) AS s FROM sp.rows ORDER BY ds, n DESC");
	$same->('text and back', "SELECT ds, s::text::$type AS s FROM sp.ref");
	my $parallel = 'SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; ';
	for my $workers (0, 1, 2, 4)
	{
		$same->("$workers workers", "SELECT ds, $agg AS s FROM sp.rows GROUP BY ds",
			"$parallel SET max_parallel_workers_per_gather = $workers; " . ($workers ? 'SET parallel_leader_participation = off; ' : ''));
	}
	Test::More::like($node->safe_psql($db, "$parallel SET max_parallel_workers_per_gather = 4; EXPLAIN SELECT ds, $agg AS s FROM sp.rows GROUP BY ds"),
		qr/Partial/, "$name: the plan is parallel");
	my $file = $node->data_dir . "/$o->{type}.bin";
	$node->safe_psql($db, "COPY sp.ref TO '$file' (FORMAT binary); COPY sp.copied FROM '$file' (FORMAT binary)");
	$same->('binary COPY', 'SELECT * FROM sp.copied');
	Test::More::is($node->safe_psql($db, "SELECT count(*) FROM sp.ref r JOIN sp.copied c USING (ds) WHERE NOT (r.s OPERATOR(hdata.=) c.s)
		OR hdata.$o->{type}_hash(r.s) <> hdata.$o->{type}_hash(c.s) OR hdata.$o->{type}_cmp(r.s, c.s) <> 0"), 0, "$name: = and hash");

	# results, from states that never were on disk as well
	Test::More::is($node->safe_psql($db, <<"SQL"), 0, "$name: results do not tell either");
SELECT count(*) FROM sp.looks r JOIN (SELECT ds, hdata.rollup(s) AS s FROM (SELECT ds, part, $agg AS s FROM sp.rows GROUP BY ds, part ORDER BY md5(part::text)) p GROUP BY ds) v USING (ds)
WHERE r.l IS DISTINCT FROM sp.look(v.s) OR r.l IS DISTINCT FROM sp.look(v.s::text::$type)
SQL
	my $twice = "SELECT ds, $agg AS s FROM (SELECT * FROM sp.rows UNION ALL SELECT * FROM sp.rows) r GROUP BY ds";
	my $doubled = "SELECT ds, hdata.rollup(s) AS s FROM (SELECT * FROM sp.ref UNION ALL SELECT * FROM sp.ref) r GROUP BY ds";
	if ($o->{keyed})
	{
		$same->('the same rows twice are one fact each', $twice);
		$same->('merged with itself', $doubled);
	}
	else
	{
		Test::More::is($node->safe_psql($db, "SELECT count(*) FROM ($twice) a JOIN ($doubled) b USING (ds) WHERE a.s::text IS DISTINCT FROM b.s::text"),
			0, "$name: merged with itself it is that of all rows twice");
		Test::More::cmp_ok($node->safe_psql($db, "SELECT count(*) FROM ($twice) a JOIN sp.ref b USING (ds) WHERE a.s::text IS DISTINCT FROM b.s::text"),
			'>', 0, "$name: a sum, so that twice is not once");
	}
	my @shown = rows_of($node, $db, q(SELECT ds, length(s::text), replace(left(l, 60), E'\n', ' ') FROM sp.looks WHERE s IS NOT NULL ORDER BY ds LIMIT 2));
	Test::More::note(join ' ', @$_) for @shown;
}

# state_hostile(NODE, DB, {...}): mutated bytes through the input function.  Each is refused with an error of the right class, or
# it is canonical and every accessor bears it.
#
#   type       name of the state type
#   seeds      SQL expressions that give a state
#   n          how many mutations
#   accessors  as above
#   may        further SQLSTATEs that accessors may raise besides those of DESIGN section 2
sub state_hostile
{
	my ($node, $db, $o) = @_;
	my $type = "hdata.$o->{type}";
	my $n = $o->{n} // 20000;
	my $seeds = join ', ', map { "hdata.$o->{type}_send((SELECT $_))" } @{ $o->{seeds} };
	my $readers = join "\n", map { <<"SQL" } @{ $o->{accessors} // [] }, 's::jsonb';
            BEGIN
                PERFORM $_ FROM (SELECT one AS s) x;
            EXCEPTION WHEN OTHERS THEN
                IF SQLSTATE NOT IN (@{[ join ', ', map { "'$_'" } qw(21000 22023 22003 55000 54000 42804), @{ $o->{may} // [] } ]}) THEN
                    RAISE 'reading gives % %', SQLSTATE, SQLERRM;
                END IF;
            END;
SQL

	$node->safe_psql($db, "DROP SCHEMA IF EXISTS sh CASCADE; CREATE SCHEMA sh; SET search_path = sh; $mutate_function");
	$node->safe_psql($db, <<"SQL");
SET search_path = sh, public, pg_catalog;
CREATE TABLE seeds AS SELECT row_number() OVER () AS k, b FROM unnest(ARRAY[$seeds]) b;
CREATE FUNCTION hostile(rounds int, seed float8, OUT accepted int, OUT refused int, OUT wrong text) LANGUAGE plpgsql SET search_path = sh, public AS \$\$
DECLARE
    n int := (SELECT count(*) FROM seeds);
    m bytea;
    one $type;
BEGIN
    PERFORM setseed(seed);
    accepted := 0;
    refused := 0;
    FOR i IN 1 .. rounds LOOP
        SELECT mutate(a.b, b.b) INTO m FROM seeds a, seeds b WHERE a.k = 1 + i % n AND b.k = 1 + i / 7 % n;
        IF i % 3 = 0 THEN m := mutate(m, m); END IF;
        BEGIN
            one := m::text::$type;
        EXCEPTION WHEN OTHERS THEN
            IF SQLSTATE NOT IN ('22P02', '54000') THEN wrong := format('%s: refused with %s %s', m, SQLSTATE, SQLERRM); RETURN; END IF;
            refused := refused + 1;
            CONTINUE;
        END;
        accepted := accepted + 1;
        BEGIN
            IF one::text <> m::text OR hdata.$o->{type}_send(one) <> m THEN RAISE 'it does not go out as it came in'; END IF;
            IF hdata.$o->{type}_send((SELECT hdata.rollup(x) FROM unnest(ARRAY[one]) x)) <> m THEN RAISE 'decoded and encoded it is another'; END IF;
$readers
        EXCEPTION WHEN OTHERS THEN
            wrong := format('%s: %s', m, SQLERRM);
            RETURN;
        END;
    END LOOP;
END
\$\$;
SQL
	my ($row) = rows_of($node, $db, "SELECT * FROM sh.hostile($n, 0.4)");
	Test::More::is($row->[2], '', "$o->{type}: $n hostile states, $row->[0] of them accepted and canonical");
	Test::More::cmp_ok($row->[1], '>', 0, "$o->{type}: $row->[1] hostile states refused");
}

1;

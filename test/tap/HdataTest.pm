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

our @EXPORT = qw(start_node database copy_rows run_queries rows_of copy_field);

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

1;

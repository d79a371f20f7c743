# Stored states outlive a crash, travel by logical replication, and mean the same in every database encoding.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_node('restart', { init => { allows_streaming => 'logical' } });
my $db = database($node, 'restart');

# ---- crash and restart ----

my $make = <<'SQL';
CREATE TABLE states (day int PRIMARY KEY, s hdata.ratings NOT NULL);
SQL
my $fill = <<'SQL';
INSERT INTO states SELECT i % 20, hdata.ratings_agg(i::bigint, r::bigint, 'label ' || (i + r * i) % 4)
  FROM generate_series(1, 4000) i, generate_series(1, 3) r GROUP BY 1;
-- one that goes out of line
INSERT INTO states SELECT 100, hdata.ratings_agg(md5(i::text)::uuid, md5(r::text)::uuid, (i % r)::float8)
  FROM generate_series(1, 5000) i, generate_series(1, 3) r;
SQL
my $read = <<'SQL';
SELECT day, md5(hdata.ratings_send(s)), md5((SELECT string_agg(a::text, ' ') FROM hdata.agreement(s) a)) FROM states ORDER BY day;
SELECT md5(hdata.ratings_send(hdata.rollup(s))) FROM states WHERE day < 100;
SQL

$node->safe_psql($db, $make . 'CREATE INDEX by_state ON states USING hash (s); CREATE INDEX by_items ON states (hdata.n_items(s));' . $fill);
my $before = $node->safe_psql($db, $read);
for my $mode ('immediate', 'fast')
{
	$node->safe_psql($db, "UPDATE states SET s = (SELECT hdata.rollup(u) FROM unnest(ARRAY[s, s]) u) WHERE day < 5");
	$node->stop($mode);
	$node->start;
	is($node->safe_psql($db, $read), $before, "states are as they were after a stop, mode $mode");
}
for my $search ([ 'by_state', '1', 's OPERATOR(hdata.=) (SELECT s FROM states b WHERE b.day = 7)' ], [ 'by_items', '20', 'hdata.n_items(s) = 200' ])
{
	my ($index, $n, $where) = @$search;
	my $query = "SELECT count(*) FROM states WHERE $where";
	like($node->safe_psql($db, "SET enable_seqscan = off; EXPLAIN $query"), qr/Index.*\b$index\b/, "$index: the index is used");
	is($node->safe_psql($db, "SET enable_seqscan = off; $query"), $n, "$index: and finds what is there");
}

# a value of a later release is an error (values that a broken disk has changed: 030_fuzz_input.pl)
my ($later) = run_queries($node, $db, q(SELECT '\x02150000000000'::hdata.ratings::text));
like($later, qr/^ERROR 22P02/, 'a version that is not known is refused');

# ---- logical replication ----

my $subscriber = start_node('subscriber', { init => { allows_streaming => 'logical' } });
$subscriber->safe_psql('postgres', "CREATE DATABASE $db");
$subscriber->safe_psql($db, "CREATE EXTENSION hdata; $make");
$node->safe_psql($db, 'CREATE PUBLICATION p FOR TABLE states');
for my $binary ('false', 'true')
{
	$subscriber->safe_psql($db, "TRUNCATE states; CREATE SUBSCRIPTION s_$binary CONNECTION '" . $node->connstr . " dbname=$db' PUBLICATION p WITH (binary = $binary)");
	$subscriber->wait_for_subscription_sync($node, "s_$binary", $db);
	is($subscriber->safe_psql($db, $read), $node->safe_psql($db, $read), "the first copy is the same, binary = $binary");
	$node->safe_psql($db, "UPDATE states SET s = hdata.without_raters(s, '{2}') WHERE day % 3 = 0; DELETE FROM states WHERE day = 100; "
		  . "INSERT INTO states SELECT 100, hdata.ratings_agg(i::bigint, r::bigint, r::float8) FROM generate_series(1, 50) i, generate_series(1, 3) r");
	$node->wait_for_catchup("s_$binary");
	is($subscriber->safe_psql($db, $read), $node->safe_psql($db, $read), "changes arrive the same, binary = $binary");
	$subscriber->safe_psql($db, "DROP SUBSCRIPTION s_$binary");
}
$subscriber->stop('fast');

# ---- encodings ----

# text in UTF-8, which the server converts to the encoding of the database
my %text = (LATIN1 => "caf\xc3\xa9 \xc3\xbc", EUC_JP => "\xe8\xa9\x95\xe4\xbe\xa1");

sub encoding_database
{
	my $encoding = shift;
	my $name = lc "in_$encoding";
	return database($node, $name, "ENCODING '$encoding' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
}

database($node, 'in_utf8');
for my $encoding (sort keys %text)
{
	my $name = encoding_database($encoding);
	my $word = $text{$encoding};
	my $build = "SET client_encoding = 'UTF8'; CREATE TABLE $encoding AS SELECT hdata.ratings_agg('$word ' || i, '$word' || r, '$word' || (i * r) % 2) AS s
		FROM generate_series(1, 5) i, generate_series(1, 3) r; ";
	my $any = "SELECT hdata.ratings_send(hdata.ratings_agg(i, '$word'::name, ARRAY['$word', 'a']) ) FROM generate_series(1, 3) i; ";
	my $out = "SELECT hdata.ratings_send(s) FROM $encoding; SELECT o FROM $encoding, hdata.observations(s) o; SELECT s::jsonb FROM $encoding; " . $any;
	my $utf8 = $node->safe_psql('in_utf8', $build . $out);
	my $other = $node->safe_psql($name, $build . $out);

	is($other, $utf8, "$encoding: canonical bytes and what is read are the same as in UTF8");
	like($utf8, qr/\Q$word\E 1/, "$encoding: text comes back as it went in");
	is($node->safe_psql($name, "SELECT octet_length(item) FROM $encoding, hdata.observations(s) LIMIT 1"),
		{ LATIN1 => 8, EUC_JP => 6 }->{$encoding}, "$encoding: in the encoding of the database");
	is($node->safe_psql($name, "SET client_encoding = 'UTF8'; SELECT hdata.n_ratings(hdata.without_raters(s, '{${word}2}')) FROM $encoding"), '10',
		"$encoding: a rater is found by a name in the encoding of the database");

	# a state travels as text and as a file
	my $file = $node->basedir . "/$encoding.copy";
	$node->safe_psql($name, "COPY $encoding TO '$file' (FORMAT binary)");
	is($node->safe_psql('in_utf8', "CREATE TABLE back (s hdata.ratings); COPY back FROM '$file' (FORMAT binary); SET search_path = hdata, public;
		SELECT back.s = o.s FROM back, $encoding o; DROP TABLE back"), 't', "$encoding: a state moves to UTF8 by binary COPY");
}

# what the database's encoding cannot say stays whole in the state, and only saying it is an error
my $state = $node->safe_psql('in_utf8', "SELECT s FROM EUC_JP");
my ($bytes, $said, $alpha) = run_queries($node, 'in_latin1', "SELECT '$state'::hdata.ratings::text",
	"SELECT count(item) FROM observations('$state'::ratings)", "SELECT fleiss_kappa('$state')");
is($bytes, $state, 'a state with text that LATIN1 has not is kept');
like($said, qr/^ERROR 22P05: /, 'reading such text is the usual conversion error');
is($alpha, $node->safe_psql('in_utf8', 'SELECT hdata.fleiss_kappa(s) FROM EUC_JP'), 'coefficients need no text');

# bytes that are no UTF-8: a rater named \xe9\xff, an item named \xc3
my $ascii = encoding_database('SQL_ASCII');
my $in_ascii = $node->safe_psql($ascii, 'SELECT hdata.ratings_agg(' . join(', ', map { "convert_from('\\x$_', 'SQL_ASCII')" } '69c3', '72e9ff', '76') . ')');
like($in_ascii, qr/^\\x01/, 'SQL_ASCII: any bytes are text');
my ($kept) = run_queries($node, $ascii, "SELECT encode(convert_to(rater, 'SQL_ASCII'), 'hex') FROM observations('$in_ascii'::ratings)");
is($kept, '72e9ff', 'SQL_ASCII: and come back');
for my $encoding ('utf8', 'latin1', 'euc_jp')
{
	my ($answer) = run_queries($node, "in_$encoding", "SELECT '$in_ascii'::hdata.ratings::text");
	like($answer, qr/^ERROR 22P02: invalid input syntax for type ratings/, "$encoding: bytes that are no UTF-8 are refused");
}

$node->stop('fast');
done_testing();

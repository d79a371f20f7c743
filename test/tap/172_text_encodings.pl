# Text of any database encoding is compared as Unicode: the same characters give the same values everywhere.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use Test::More;

my $node = start_node('text_encodings');
my @queries = (
	q(SELECT encode(convert_to(hdata.canonical_text('Caf' || c || ', NA' || c || 'VE'), 'UTF8'), 'hex') FROM e),
	q(SELECT hdata.text_key('caf' || c) FROM e),
	q(SELECT hdata.shingles('caf' || c || ' au lait', 'c3') FROM e),
	q(SELECT hdata.levenshtein('caf' || c, 'cafe') || ' ' || hdata.lcs(c || c, c) FROM e),
	q(SELECT cardinality(hdata.tokens(c || ' ' || c)) FROM e));
my %answers;

for my $encoding (qw(UTF8 LATIN1 WIN1252 LATIN9))
{
	my $db = database($node, lc "db_$encoding", "ENCODING '$encoding' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
	$node->safe_psql($db, q(CREATE TABLE e AS SELECT convert_from('\xc3a9', 'UTF8') AS c));
	$answers{$encoding} = join "\n", map { $node->safe_psql($db, $_) } @queries;
	is($answers{$encoding}, $answers{UTF8}, "$encoding as UTF8");
}

# A database of no encoding: bytes are characters for distances, and must be UTF-8 where Unicode is needed
my $db = database($node, 'db_ascii', "ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
$node->safe_psql($db, q(CREATE TABLE e AS SELECT E'\xc3\xa9' AS c, E'\xe9' AS bad));
is($node->safe_psql($db, q(SELECT hdata.text_key('CAF' || c) FROM e)), $node->safe_psql('db_utf8', q(SELECT hdata.text_key('caf' || c) FROM e)), 'UTF-8 in SQL_ASCII');
is($node->safe_psql($db, q(SELECT hdata.levenshtein(c, '') FROM e)), 2, 'bytes in SQL_ASCII');
my ($status, $out, $err) = $node->psql($db, q(SELECT hdata.canonical_text(bad) FROM e));
like($err, qr/invalid byte sequence for encoding "UTF8": 0xe9/, 'what is no UTF-8 is refused');

# what the database cannot write is an error, what it need not write is none
($status, $out, $err) = $node->psql('db_latin1', q(SELECT hdata.canonical_text(chr(188))));
is($err . $out, '1 4', 'one quarter is 1 4: the fraction slash separates');
done_testing();

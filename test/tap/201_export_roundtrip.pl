# Rows that break exports leave byte exact and come back, by each documented path, in databases and for clients of any encoding;
# or there is a clear error and no file that looks right.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $copy = q{(FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02', ENCODING 'UTF8')};

# the rows of research/rubric-preference-export.md, section f
my @nasty = (
	'He said "hi"', 'C:\\temp\\new', '\\frac{a}{b} \\\\', "l1\nl2\tx\r\n", "caf\x{e9}", "\x{1F600} \x{6F22}\x{5B57}", '\\.', '\\N',
	join('', map { chr } 1 .. 31) . "\x7f", "a\x{2028}b\x{2029}c\x{85}d", "\x{FEFF}bom", '', undef, '{"a": "b\\n", "c": [1, 2]}',
	'ends with \\', '\\u0000 \\ud800 \\x01', "'; DROP TABLE x; --", '</script>&', " \x01 \x02, \x08 ");

# A line as Python's json.dumps(separators=(',', ':'), ensure_ascii=False) has it, and by mode more
sub line_of
{
	my ($id, $text, $mode) = @_;
	my %short = ("\b" => 'b', "\t" => 't', "\n" => 'n', "\f" => 'f', "\r" => 'r');

	return qq({"id":$id,"t":null}) unless defined $text;
	$text =~ s/(["\\])/\\$1/g;
	$text =~ s/([\x00-\x1f])/$short{$1} ? "\\$short{$1}" : sprintf '\\u%04x', ord $1/ge;
	$text =~ s/([\x{85}\x{2028}\x{2029}])/sprintf '\\u%04x', ord $1/ge if $mode ne 'utf8';
	$text =~ s/([\x{7f}-\x{ffff}])/sprintf '\\u%04x', ord $1/ge if $mode eq 'ascii';
	$text =~ s/([\x{10000}-\x{10ffff}])/sprintf '\\u%04x\\u%04x', 0xd800 + (ord($1) - 0x10000 >> 10), 0xdc00 + (ord($1) & 0x3ff)/ge
	  if $mode eq 'ascii';
	return qq({"id":$id,"t":"$text"});
}

sub bytes_of
{
	my $s = shift;
	utf8::encode($s);
	return $s;
}

sub file_of
{
	my ($mode, @ids) = @_;
	return join '', map { bytes_of(line_of($_, $nasty[$_], $mode)) . "\n" } @ids;
}

my $node = start_node('export_roundtrip');
my $dir = PostgreSQL::Test::Utils::tempdir();
chmod 0755, $dir;
my %holds = (
	UTF8 => [ 0 .. $#nasty ],
	SQL_ASCII => [ 0 .. $#nasty ],
	LATIN1 => [ grep { !defined $nasty[$_] || $nasty[$_] !~ /[^\x00-\xff]/ } 0 .. $#nasty ]);

cmp_ok(scalar @nasty, '==', 19, '19 rows');
for my $encoding (sort keys %holds)
{
	my $db = database($node, 'db_' . lc $encoding, "ENCODING '$encoding' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
	my @ids = @{ $holds{$encoding} };

	# what is in the table are the characters, as hex so that no client encoding has a say
	my $original = "SELECT string_agg(id || ' ' || coalesce(encode(convert_to(t, 'UTF8'), 'hex'), 'null'), ',' ORDER BY id)";
	$node->safe_psql($db, 'CREATE TABLE nasty (id int, t text); CREATE TABLE back (n serial, j json); CREATE TABLE text_back (n serial, j text)');
	$node->safe_psql($db, join ";\n", map {
		"INSERT INTO nasty VALUES ($_, " . (defined $nasty[$_] ? "convert_from('\\x" . unpack('H*', bytes_of($nasty[$_])) . "', 'UTF8'))" : 'NULL)') } @ids);

	for my $client (qw(UTF8 LATIN1 SQL_ASCII))
	{
		local $ENV{PGCLIENTENCODING} = $client;
		my $where = "$encoding database, $client client";

		my @modes = qw(line_safe utf8 ascii);
		my %query = map { $_ => "SELECT hdata.jsonl(x, '$_') FROM (SELECT id, t FROM nasty ORDER BY id) x" } @modes;
		my %file = map { $_ => "$dir/out.$encoding.$client.$_.jsonl" } @modes;
		my %want = map { $_ => file_of($_, @ids) } @modes;

		$node->safe_psql($db, join "\n", map { "\\copy ($query{$_}) TO '$file{$_}' $copy\nCOPY ($query{$_}) TO '$file{$_}.server' $copy;" } @modes);
		for my $mode (@modes)
		{
			ok(slurp_file($file{$mode}) eq $want{$mode}, "$where, $mode: \\copy");
			ok(slurp_file("$file{$mode}.server") eq $want{$mode}, "$where, $mode: COPY to a file of the server");
			next unless $client eq 'UTF8';
			# psql prints what a binary cursor sends as it comes
			ok(run_command_bytes($node, $db, "BEGIN; DECLARE c BINARY CURSOR FOR $query{$mode}; FETCH ALL FROM c") eq $want{$mode}, "$where, $mode: binary cursor");
			is($node->safe_psql($db, "SELECT encode(hdata.digest_agg(l), 'hex') FROM ($query{$mode}) q (l)"), sha256sum($file{$mode}), "$where, $mode: digest_agg is sha256sum");
		}

		# and back: out of the lines the same bytes once more, and in them the same text
		for my $mode (@modes)
		{
			for my $to ($client eq 'UTF8' ? qw(back text_back) : 'back')
			{
				my @how = ("\\copy $to (j) FROM '$file{$mode}' $copy", "COPY $to (j) FROM '$file{$mode}' $copy;");

				$node->safe_psql($db, join "\n", map { "TRUNCATE $to RESTART IDENTITY;\n$how[$_]\nCOPY (SELECT hdata.jsonl(j::json, '$mode') FROM $to ORDER BY n) TO '$file{$mode}.again.$to.$_' $copy;" } 0 .. 1);
				ok(slurp_file("$file{$mode}.again.$to.0") eq $want{$mode}, "$where, $mode: into $to by \\copy, and out again the same file");
				ok(slurp_file("$file{$mode}.again.$to.1") eq $want{$mode}, "$where, $mode: into $to by COPY, and out again the same file");
				my $read = "$original FROM (SELECT (j::json->>'id')::int AS id, j::json->>'t' AS t FROM $to) x";
				if ($encoding eq 'SQL_ASCII' && $mode ne 'utf8')
				{
					# core makes no characters of escapes where it does not know the encoding
					refused($db, $read, '(22P05|0A000)', "$where, $mode: text out of escapes");
				}
				else
				{
					my ($back, $was) = split /\n/, $node->safe_psql($db, "$read; $original FROM nasty");
					is($back, $was, "$where, $mode: the same text back in $to");
				}
			}
		}
	}
}

sub run_command_bytes
{
	my ($n, $db, $sql) = @_;
	my ($out, $err) = ('', '');

	IPC::Run::run([ 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', $n->connstr($db), '-c', $sql ], '>', \$out, '2>', \$err) or die $err;
	return $out;
}

sub sha256sum
{
	my ($out) = PostgreSQL::Test::Utils::run_command([ 'sha256sum', $_[0] ]);
	return (split / /, $out)[0];
}

# ---- what is refused, and how ----

sub refused
{
	my ($db, $sql, $state, $what) = @_;
	like(join('', run_queries($node, $db, $sql)), qr/^ERROR $state/, $what);
}

# bytes that are no UTF-8, in a database that does not care
$node->safe_psql('db_sql_ascii', q(CREATE TABLE bad (t text); INSERT INTO bad VALUES (E'caf\xe9')));
refused('db_sql_ascii', "SELECT hdata.$_ FROM bad b", '22021', "SQL_ASCII, bytes that are no UTF-8: $_")
  for 'jsonl(b)', q(jsonl(b, 'ascii')), 'jsonl(t)', 'digest_agg(t)', 'line_digest_agg(t)', q(jsonl(to_json(t)));
# characters that the client's encoding lacks, where COPY is not told the encoding
{
	local $ENV{PGCLIENTENCODING} = 'LATIN1';
	my ($status, $out, $err) = $node->psql('db_utf8', 'SELECT hdata.jsonl(x) FROM nasty x WHERE id = 5');
	isnt($status, 0, 'a Latin-1 client and a character it lacks: refused');
	like($err, qr/has no equivalent in encoding "LATIN1"/, 'with a clear error');
	is($node->safe_psql('db_utf8', q(SELECT hdata.jsonl(x, 'ascii') FROM nasty x WHERE id = 5)), line_of(5, $nasty[5], 'ascii'), 'mode ascii passes');
}
# an escape for a character that the database lacks stays an escape
is($node->safe_psql('db_latin1', q(SELECT hdata.jsonl('{"a": "\u6f22"}'::json))), '{"a":"\u6f22"}', 'LATIN1: an escape stays one');
# where half a surrogate pair stands, behind a name that is not ASCII
refused('db_latin1', q(SELECT hdata.jsonl(x) FROM (SELECT '["\ud800"]'::json AS U&"\00e9") x), '22P05', 'LATIN1: the path to half a surrogate pair');
# a file of characters that a Latin-1 database lacks does not come in, as escapes it does, and leaves as it came
for my $mode (qw(line_safe utf8))
{
	refused('db_latin1', "COPY back (j) FROM '$dir/out.UTF8.UTF8.$mode.jsonl' $copy", '22P05', "LATIN1: characters that it lacks do not come in, mode $mode");
}
my $escaped = "$dir/out.UTF8.UTF8.ascii.jsonl";
$node->safe_psql('db_latin1', "TRUNCATE back; COPY back (j) FROM '$escaped' $copy; COPY (SELECT hdata.jsonl(j) FROM back ORDER BY n) TO '$escaped.latin1' $copy");
ok(slurp_file("$escaped.latin1") eq slurp_file($escaped), 'LATIN1: all 19 rows as escapes, in and out again');

# the readers that the modes are made for find 19 records and the texts that were in the table
SKIP:
{
	my $python = <<'PY';
import json, sys
texts = [None if h == '-' else bytes.fromhex(h).decode('utf8') for h in sys.argv[3].split(',')]
lines = open(sys.argv[1], encoding='utf8', newline='').read()
lines = lines.splitlines() if sys.argv[2] == 'safe' else lines.split('\n')[:-1]
rows = [json.loads(line) for line in lines]
print('ok' if [r['t'] for r in rows] == texts and [r['id'] for r in rows] == list(range(len(texts))) else 'differs')
PY
	my $texts = join ',', map { defined $_ ? unpack('H*', bytes_of($_)) : '-' } @nasty;

	skip 'python3 is not installed', 3 if system('python3 -c 1 2>/dev/null') != 0;
	for my $mode (qw(line_safe ascii utf8))
	{
		my ($out, $err) = PostgreSQL::Test::Utils::run_command([ 'python3', '-c', $python, "$dir/out.UTF8.UTF8.$mode.jsonl", $mode eq 'utf8' ? 'raw' : 'safe', $texts ]);
		is($out, 'ok', "$mode: what Python reads") or diag($err);
	}
}

# a file with a byte order mark is no JSONL: core says so
append_to_file("$dir/bom.jsonl", "\xEF\xBB\xBF{\"a\":1}\n");
refused('db_utf8', "COPY back (j) FROM '$dir/bom.jsonl' $copy", '22P02', 'a file with a byte order mark is refused');
append_to_file("$dir/crlf.jsonl", "{\"a\":1}\r\n{\"a\":2}\r\n");
$node->safe_psql('db_utf8', "TRUNCATE back; COPY back (j) FROM '$dir/crlf.jsonl' $copy");
is($node->safe_psql('db_utf8', q(SELECT string_agg(j->>'a', ',' ORDER BY n) FROM back)), '1,2', 'line ends of Windows are taken');

# what the documentation warns of is so: the default formats do not do
$node->safe_psql('db_utf8', "COPY (SELECT row_to_json(x) FROM nasty x ORDER BY id) TO '$dir/default.jsonl'");
ok(slurp_file("$dir/default.jsonl") ne file_of('utf8', 0 .. $#nasty), 'COPY in its default format changes them');

$node->stop;
done_testing();

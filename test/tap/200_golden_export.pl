# The export cases of the golden file, and the same answers in every encoding of the database.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use JSON::PP;
use Test::More;

my $node = start_node('golden_export');
my $db = database($node, 'golden');
my $json = JSON::PP->new->canonical;

sub quoted
{
	my $s = shift;

	return 'NULL' unless defined $s;
	utf8::encode($s);
	return "convert_from('\\x" . unpack('H*', $s) . "', 'UTF8')";
}

# Single answers of queries, as characters, in one session
sub answers
{
	my ($in, @queries) = @_;
	my @hex = split /\n/, $node->safe_psql($in, join ';', map { "SELECT encode(convert_to(($_)::text, 'UTF8'), 'hex')" } @queries), -1;

	return map { my $s = pack 'H*', $_; utf8::decode($s); $s } @hex;
}

sub answer
{
	my ($query) = @_;

	return (answers($db, $query))[0];
}

SKIP:
{
	my $file = ($ENV{HDATA_SHARED} // '') . '/golden/rubric_preference_export.json';

	skip "no golden file: HDATA_SHARED is not set or has no $file", 1 unless defined $ENV{HDATA_SHARED} && -r $file;
	open my $in, '<', $file or die "$file: $!";
	my %case = map { $_->{id} => $_ } @{ decode_json(do { local $/; <$in> })->{cases} };
	my $n = 0;

	if (my $c = $case{E01})
	{
		for my $name (sort keys %{ $c->{input} })
		{
			my %mode = (json => 'utf8', json_line_safe => 'line_safe', json_ascii => 'ascii');

			my @as = sort keys %mode;
			my $row = 'FROM (SELECT ' . quoted($c->{input}{$name}) . '::text AS t) x';
			my @got = answers($db, "SELECT row_to_json(x) $row", map { "SELECT hdata.jsonl(x, '$mode{$_}') $row" } @as);

			is($got[0], $c->{expected}{$name}{pg15_row_to_json}, "E01: $name, core's row_to_json");
			is($got[$_ + 1], $c->{expected}{$name}{$as[$_]}, "E01: $name, $mode{$as[$_]}") for 0 .. $#as;
		}
		$n++;
	}
	if (my $c = $case{E02})
	{
		my @names = qw(train validation test);
		my $fractions = join ',', map { $c->{input}{fractions}{$_} } @names;

		for my $e (@{ $c->{expected} })
		{
			my $key = quoted($e->{key});
			my $salt = quoted($c->{input}{salt});

			my ($u, $part) = answers($db, "SELECT hdata.split_position($key, $salt)", "SELECT hdata.split($key, '{$fractions}', '{train,validation,test}', $salt)");

			cmp_ok(abs($u - $e->{u}), '<=', $c->{tolerance}, "E02: position of '" . $json->ascii->encode([ $e->{key} ]) . "'");
			is($part, $e->{split}, 'E02: part');
		}
		$n++;
	}
	if (my $c = $case{E03})
	{
		for my $task (@{ $c->{input} })
		{
			my $responses = quoted($json->encode($task->{responses}));
			my $prompt = quoted($task->{prompt});
			my $pairs = answer("SELECT jsonb_agg(hdata.dpo($prompt, a.t, b.t) ORDER BY a.t, b.t)
				FROM jsonb_to_recordset($responses\::jsonb) a (t text, score float8) JOIN jsonb_to_recordset($responses\::jsonb) b (t text, score float8) ON a.score - b.score >= 0.1");

			is($json->encode(decode_json($pairs)), $json->encode($c->{expected}), 'E03: pairs from scored responses');
			is(answer("SELECT count(*) FROM jsonb_array_elements(" . quoted($pairs) . "::jsonb) r, hdata.validate_record(r, 'dpo')"), 0, 'E03: which are valid');
		}
		$n++;
	}
	if (my $c = $case{E04})
	{
		my @args = map { quoted($c->{input}{$_}) } qw(prompt chosen rejected);
		my $want = $json->encode($c->{expected});

		is($json->encode(decode_json(answer("SELECT jsonb_agg(r) FROM hdata.kto_pair($args[0], $args[1], $args[2]) r"))), $want, 'E04: kto_pair');
		is($json->encode(decode_json(answer("SELECT jsonb_build_array(hdata.kto($args[0], $args[1], true), hdata.kto($args[0], $args[2], false))"))), $want, 'E04: kto');
		$n++;
	}
	cmp_ok($n, '>', 0, "$n golden cases");
}

# ---- the same in every encoding ----

my @queries = (
	q(SELECT hdata.jsonl(x, 'line_safe') FROM (SELECT e AS "col", ARRAY[e || e] AS a FROM e) x),
	q(SELECT hdata.jsonl(x, 'ascii') FROM (SELECT e, to_json(e) AS j FROM e) x),
	q(SELECT hdata.jsonl(to_jsonb(e), 'utf8') FROM e),
	q(SELECT hdata.digest_agg(e || ' line') FROM e),
	q(SELECT hdata.digest(hdata.line_digest_agg(e)) FROM e),
	q(SELECT hdata.content_hash(jsonb_build_object(e, 1, 'z', e)) FROM e),
	q(SELECT hdata.canonical_json(jsonb_build_object(e, 1, 'z', e, 'zz', 2)) FROM e),
	q(SELECT hdata.split_position(e, e) FROM e),
	q(SELECT hdata.pseudonym(e, 'a secret of many ' || e, e) FROM e),
	q(SELECT string_agg(at || ' ' || length, ',') FROM e, hdata.pii_spans(e || e || ' a@b.de ' || e || ' c@d.de')),
	q(SELECT string_agg(path || problem || detail, ',') FROM e, hdata.validate_record(hdata.sft(e || E'\x01', e), 'sft', 2)),
	q(SELECT string_agg(path || problem, ',') FROM e, hdata.validate_record(hdata.sft(e, e) || jsonb_build_object(e, e), 'sft')),
	q(SELECT hdata.jsonl(hdata.dpo(e, e, 'b')) FROM e));
my %answers;

for my $encoding (qw(UTF8 LATIN1 WIN1252 LATIN9 EUC_JP SQL_ASCII))
{
	# a character that the encoding has; EUC_JP has no e acute in one of its sets that all platforms know
	my $in = database($node, lc "db_$encoding", "ENCODING '$encoding' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
	my $of = $encoding eq 'EUC_JP' ? "\xe6\xbc\xa2" : "\xc3\xa9";

	for my $bytes ($encoding eq 'UTF8' ? ("\xc3\xa9", "\xe6\xbc\xa2") : $of)
	{
		$node->safe_psql($in, "DROP TABLE IF EXISTS e; CREATE TABLE e AS SELECT convert_from('\\x" . unpack('H*', $bytes) . "', 'UTF8') AS e");
		my @got = answers($in, @queries);

		$answers{$bytes} //= \@got;
		# where there is no encoding, bytes are characters for what counts in characters of the database
		my @skip = $encoding eq 'SQL_ASCII' ? (9) : ();
		for my $i (grep { my $q = $_; !grep { $_ == $q } @skip } 0 .. $#queries)
		{
			is($got[$i], $answers{$bytes}[$i], "$encoding: " . ($queries[$i] =~ /(hdata\.\w+)/)[0]);
		}
	}
}

# NEL is a character of Latin-1
is($node->safe_psql('db_latin1', q(SELECT hdata.jsonl(convert_from('\xc285', 'UTF8')))), '"\u0085"', 'LATIN1: the line end U+0085 is escaped');

$node->stop;
done_testing();

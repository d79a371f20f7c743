# The type edits keeps the promises of every state; places are characters in every encoding of database; long and hopeless texts
# take no time that matters, and a cancel is answered.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use Test::More;
use Time::HiRes qw(time);

my $node = start_node('corrections', { conf => [ 'max_worker_processes = 16', 'max_parallel_workers = 8' ] });
my $db = database($node, 'corrections');

srand 29;

# ---- promises of a state ----

my @words = qw(the a Quick fox jumps . , answer is because);
my $sentence = sub { join ' ', map { $words[ rand @words ] } 1 .. rand 9 };
my @accessors = ('hdata.n_corrections(s)', 'hdata.edit_rate(s)', '(SELECT t FROM hdata.edit_summary(s, 0.9) t)', 's::jsonb',
	q((SELECT string_agg(t::text, ',') FROM hdata.editor_edits(s) t)), q(hdata.without_editors(s, '{3,id 3,00000000-0000-0000-0000-000000000003}')));
my $edited = sub {
	my $before = $sentence->();
	my $after = rand() < 0.3 ? $before : rand() < 0.6 ? join(' ', map { rand() < 0.2 ? $words[ rand @words ] : $_ } split / /, $before) : $sentence->();

	return (rand() < 0.03 ? undef : $before, rand() < 0.03 ? undef : rand() < 0.03 ? '' : $after);
};
for my $id ([ 'bigint', sub { int rand 6 } ], [ 'text', sub { 'id ' . int rand 6 } ], [ 'uuid', sub { sprintf '00000000-0000-0000-0000-%012d', rand 6 } ])
{
	state_properties($node, $db, {
		type => 'edits', name => "edits of $id->[0]", columns => "before text, after text, editor $id->[0]", agg => 'hdata.edit_agg(before, after, editor)', sets => 25, max_rows => 30,
		accessors => \@accessors, row => sub { return [ $edited->(), rand() < 0.1 ? undef : $id->[1]->() ] } });
}
state_properties($node, $db, {
	type => 'edits', name => 'edits of nobody', columns => 'before text, after text', agg => 'hdata.edit_agg(before, after)', sets => 15, max_rows => 20, accessors => \@accessors,
	row => sub { return [ $edited->() ] } });
state_hostile($node, $db, {
	type => 'edits', n => 20000, accessors => \@accessors,
	seeds => [ q(hdata.edit_agg('a b c', x) FROM unnest(ARRAY['a b c', '', 'a x', 'c d e f']) x), q(hdata.edit_agg('a b c', x, x) FROM unnest(ARRAY['a b c', '', 'a x', 'c d e f', 'a b']) x),
		q(hdata.edit_agg('a b c', 'a b d', i) FROM generate_series(1::bigint, 4) i), q(hdata.edit_agg('a b c', 'a b d', md5(i::text)::uuid) FROM generate_series(1, 3) i), q('\x01000000'::hdata.edits) ] });

# what is taken out is what never came in
is($node->safe_psql($db, <<'SQL'), 0, 'without_editors() is the state without their rows');
CREATE TABLE w AS SELECT i % 7 AS editor, 'a b c d e f g' AS before, repeat('a b c ', i % 4) || i AS after FROM generate_series(1, 200) i;
SELECT count(*) FROM generate_series(0, 7) e, (SELECT hdata.edit_agg(before, after, editor) AS s FROM w) s
WHERE hdata.without_editors(s, ARRAY[e::text])::text <> (SELECT hdata.edit_agg(before, after, editor)::text FROM w WHERE editor <> e)
SQL

# ---- places in other encodings ----

my $check = q(SELECT count(*), count(*) FILTER (WHERE substr(a, before_from::int, before_len::int) IS DISTINCT FROM before_text OR substr(b, after_from::int, after_len::int) IS DISTINCT FROM after_text)
	FROM (SELECT 'le ' || c || 't' || c || ' passe, ' || c || '!' AS a, 'Le ' || c || 't' || c || ' pass' || c || ', ' || c AS b FROM e) t, hdata.correction_diff(a, b, 'UNIT'));
my $spans = q(SELECT substr(a, a_from::int, a_len::int) = c || ' deux ' || c AND substr(b, b_from::int, b_len::int) = c || ', deux, ' || c
	FROM e, LATERAL (SELECT c || c || '1 ' || c || ' deux ' || c AS a, '"' || c || ', deux, ' || c AS b) t, hdata.common_spans(a, b, 3));
for my $encoding (qw(UTF8 LATIN1 WIN1252 LATIN9 SQL_ASCII EUC_JP))
{
	# EUC_JP has no é of its own that LATIN1 shares: a kana does as well
	my $d = database($node, lc "db_$encoding", "ENCODING '$encoding' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
	my $c = $encoding eq 'SQL_ASCII' ? q(E'\xc3\xa9') : $encoding eq 'EUC_JP' ? q(convert_from('\xd0b6', 'UTF8')) : q(convert_from('\xc3a9', 'UTF8'));
	$node->safe_psql($d, "CREATE TABLE e AS SELECT $c AS c");
	for my $unit (qw(tokens words characters))
	{
		(my $query = $check) =~ s/UNIT/$unit/;
		like($node->safe_psql($d, $query), qr/^[1-9][0-9]*\|0$/, "$encoding: places by $unit are those of substr()");
	}
	is($node->safe_psql($d, $spans), 't', "$encoding: spans as well");
}
my ($status, $out, $err) = $node->psql('db_sql_ascii', q(SELECT * FROM hdata.correction_diff(E'\xe9', 'a')));
like($err, qr/invalid byte sequence for encoding "UTF8": 0xe9/, 'what is no UTF-8 is refused');

# ---- long texts ----

$node->safe_psql($db, <<'SQL');
CREATE TABLE long AS SELECT
	string_agg('w' || i * i * 7919 % 3001, ' ' ORDER BY i) AS a, string_agg('w' || (i * i * 104729 + i) % 2999, ' ' ORDER BY i) AS b,
	string_agg(CASE WHEN i % 19 = 0 THEN 'new' || i ELSE 'w' || i * i * 7919 % 3001 END, ' ' ORDER BY i) AS c FROM generate_series(1::bigint, 10000) i;
CREATE TABLE huge AS SELECT string_agg('w' || i * i % 20011, ' ' ORDER BY i) AS a, string_agg('w' || (i * i * i) % 19997, ' ' ORDER BY i) AS b FROM generate_series(1::bigint, 800000) i;
SQL
sub seconds
{
	my ($what, $limit, $sql) = @_;
	my $start = time;
	my $got = $node->safe_psql($db, $sql);

	cmp_ok(time - $start, '<', $limit, sprintf '%s: %.2f s', $what, time - $start);
	return $got;
}
# limits are ten times what it takes on a quiet machine
seconds('diff of 50 kB of unrelated words', 4, 'SELECT count(*) FROM long, hdata.correction_diff(a, b)');
seconds('diff of 50 kB by characters', 6, q(SELECT count(*) FROM long, hdata.correction_diff(a, b, 'characters')));
is(seconds('diff of 50 kB with 526 words replaced', 2, q(SELECT sum((op = 'kept')::int), sum((op = 'inserted')::int) FROM long, hdata.correction_diff(a, c))), '527|526', 'and they are found');
is(seconds('edit rate of 50 kB', 4, 'SELECT hdata.edit_rate(a, c, shifts => false) FROM long'), '0.0526', 'is what was replaced');
seconds('edit rate of 50 kB of unrelated words, with shifts', 10, 'SELECT hdata.edit_rate(a, b) FROM long');
seconds('spans of 50 kB', 2, 'SELECT count(*) FROM long, hdata.common_spans(a, b, 2)');
is(seconds('spans of 50 kB that repeats itself', 2, q(SELECT count(*) FROM (SELECT repeat('x ', 25000) AS a) t, hdata.common_spans(a, a || a))), 2, 'are two');
seconds('diff of 5 MB of unrelated words', 60, 'SELECT count(*) FROM huge, hdata.correction_diff(a, b)');
is(seconds('spans of 5 MB', 30, q(SELECT count(*), sum(n_tokens) FROM huge, hdata.common_spans(a, 'so: ' || a))), '1|800000', 'are one');
for my $what ([ 'edit_rate', 'hdata.edit_rate(a, b)' ], [ 'correction_diff by characters', q((SELECT count(*) FROM hdata.correction_diff(a, b, 'characters'))) ], [ 'common_spans', '(SELECT count(*) FROM hdata.common_spans(a || b, b || a, 1))' ])
{
	my $start = time;
	my ($status, $out, $err) = $node->psql($db, "SET statement_timeout = 300; SELECT $what->[1] FROM huge");

	like($err, qr/canceling statement due to statement timeout/, "$what->[0] of 5 MB is cancelled");
	cmp_ok(time - $start, '<', 1.5, sprintf 'after %.2f s of 0.3 s', time - $start);
}

$node->stop('fast');
done_testing();

# What confusion, ppi and passk promise: the same bytes and results whatever the order, number of workers or way of merging,
# and no harm from hostile bytes.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use Test::More;

srand 121;
my $node = start_node('properties_judge', { conf => [ 'max_worker_processes = 16', 'max_parallel_workers = 8' ] });
my $db = database($node, 'judge');

sub one_of { return $_[ rand @_ ] }

# ---- confusion ----

my @confusion = (
	'hdata.n(s)', 'hdata.n_skipped(s)', 'hdata.n_not_covered(s)', 'hdata.coverage(s)', 'hdata.accuracy(s)', 'hdata.cohen_kappa(s)',
	"hdata.cohen_kappa(s, 'linear')", "hdata.cohen_kappa(s, 'quadratic')", 'hdata.mcc(s)', 'hdata.macro_f1(s)',
	"hdata.macro_f1(s, '{a,true,1}')", 'hdata.weighted_f1(s)', 'hdata.bias(s)', "hdata.bias(s, 'a')", 'hdata.bias_index(ARRAY[s, s])',
	"(SELECT string_agg(t::text, ',') FROM hdata.cells(s) t)",
	"(SELECT string_agg(t::text, ',') FROM hdata.class_metrics(s) t)",
	"(SELECT string_agg(t::text, ',') FROM hdata.class_metrics(s, 0.9, 'jeffreys') t)",
	"(SELECT string_agg(t::text, ',') FROM hdata.confusion_summary(s) t)",
	"(SELECT string_agg(t::text, ',') FROM hdata.confusion_summary(s, 0.8, 'clopper_pearson', 'a') t)",
	"(SELECT string_agg(t::text, ',') FROM hdata.bias_index_ci(ARRAY[s, s]) t)",
	's::jsonb');

my @label = ('', 'a', 'b', 'true', "gr\xc3\xbcn", 'a long label number one', 'a long label number two');
state_properties($node, $db, {
	type => 'confusion', name => 'confusion of text', columns => 'reference text, predicted text',
	agg => 'hdata.confusion_agg(reference, predicted)',
	row => sub { my $last = $_[0] % 6; return [ one_of(undef, @label[ 0 .. $last ]), one_of(undef, @label[ 0 .. $last ]) ] },
	sets => 30, max_rows => 60, accessors => \@confusion });
state_properties($node, $db, {
	type => 'confusion', name => 'confusion of booleans', columns => 'reference boolean, predicted boolean',
	agg => 'hdata.confusion_agg(reference, predicted)',
	row => sub { my $ds = $_[0]; return [ $ds % 7 == 0 ? undef : one_of(undef, 't', 'f', 'f'), $ds % 5 == 0 ? undef : one_of(undef, 't', 't', 'f') ] },
	sets => 30, max_rows => 30, accessors => \@confusion });
my @number = (0, -0.0, 1, 2, -3.25, 0.1, 1e-300, 5e15, 12345678);
state_properties($node, $db, {
	type => 'confusion', name => 'confusion of numbers', columns => 'reference float8, predicted float8',
	agg => 'hdata.confusion_agg(reference, predicted)',
	row => sub { my $last = $_[0] % 9; return [ one_of(undef, @number[ 0 .. $last ]), one_of(undef, @number[ 0 .. $last ]) ] },
	sets => 30, max_rows => 60, accessors => \@confusion });
$node->safe_psql($db, "CREATE TYPE level AS ENUM ('low', 'mid', 'high')");
state_properties($node, $db, {
	type => 'confusion', name => 'confusion of an enum', columns => 'reference level, predicted level',
	agg => 'hdata.confusion_agg(reference, predicted)',
	row => sub { my $ds = $_[0]; return [ $ds % 9 == 0 ? undef : one_of(undef, 'low', 'mid', 'high', 'high'), one_of(undef, 'low', 'mid', 'mid') ] },
	sets => 30, max_rows => 40, accessors => \@confusion });
state_properties($node, $db, {
	type => 'confusion', name => 'confusion of many labels', columns => 'reference date, predicted date',
	agg => 'hdata.confusion_agg(reference, predicted)',
	row => sub { return [ map { sprintf '2026-%02d-%02d', 1 + rand 12, 1 + rand 28 } 1 .. 2 ] },
	sets => 12, max_rows => 300, accessors => \@confusion });

# ---- ppi ----

my @ppi = (
	'hdata.n_skipped(s)', "(SELECT t::text FROM hdata.ppi_mean(s) t)", "(SELECT t::text FROM hdata.ppi_mean(s, 0.9, 'ppi') t)",
	"(SELECT t::text FROM hdata.ppi_mean(s, 0.9, 'classical') t)", 's::jsonb');
my @score = (0, 1, 0.5, 0.1, 0.7, 1 / 3, -2, 1e-30, 3e40, -0.0);
state_properties($node, $db, {
	type => 'ppi', name => 'ppi of numbers', columns => 'judge float8, human float8', agg => 'hdata.ppi_agg(judge, human)',
	row => sub {
		my $last = $_[0] % 10;
		return [ rand() < 0.1 ? undef : one_of(@score[ 0 .. $last ]), $_[0] % 4 == 0 || rand() < 0.6 ? undef : one_of(@score[ 0 .. $last ]) ];
	},
	sets => 30, max_rows => 50, accessors => \@ppi });
state_properties($node, $db, {
	type => 'ppi', name => 'ppi of booleans', columns => 'judge boolean, human boolean', agg => 'hdata.ppi_agg(judge, human)',
	row => sub { return [ one_of(undef, 't', 't', 'f'), one_of(undef, undef, 't', 'f') ] },
	sets => 30, max_rows => 50, accessors => \@ppi });
state_properties($node, $db, {
	type => 'ppi', name => 'ppi with probabilities', columns => 'judge float8, human float8, p float8', agg => 'hdata.ppi_agg(judge, human, p)',
	row => sub {
		return [ rand() < 0.1 ? undef : one_of(@score[ 0 .. 6 ]), rand() < 0.5 ? undef : one_of(@score[ 0 .. 6 ]), one_of(1, 0.5, 0.1, 1 / 3, 1e-9) ];
	},
	sets => 30, max_rows => 50, accessors => \@ppi });

# ---- passk ----

my @passk = (
	'hdata.n_tasks(s)', 'hdata.n_attempts(s)', 'hdata.n_skipped(s)', 'hdata.pass_at_k(s, 1)', 'hdata.pass_at_k(s, 3)', 'hdata.pass_hat_k(s, 2)',
	"(SELECT string_agg(t::text, ',') FROM hdata.tasks(s) t)", "(SELECT t::text FROM hdata.pass_at_k_ci(s, 2) t)",
	"(SELECT t::text FROM hdata.pass_hat_k_ci(s, 2, 0.9) t)", 's::jsonb');
my %task = (
	text => sub { return one_of(undef, '', 't1', 't2', "t\xc3\xa9", 'a task with a long name 1', 'a task with a long name 2') },
	bigint => sub { return one_of(undef, -5, 0, 1, 2, 9223372036854775807, -9223372036854775808) },
	uuid => sub { return one_of(undef, map { sprintf '00000000-0000-0000-0000-00000000000%d', $_ } 1 .. 5) },
	date => sub { return one_of(undef, '2026-01-01', '2026-02-01', '2026-03-01') });
for my $type (sort keys %task)
{
	state_properties($node, $db, {
		type => 'passk', name => "passk of $type", columns => "ok boolean, task $type", agg => 'hdata.passk_agg(ok, task)',
		row => sub { return [ one_of(undef, 't', 't', 'f', 'f'), $task{$type}->() ] },
		sets => 20, max_rows => 40, accessors => \@passk });
}
state_properties($node, $db, {
	type => 'passk', name => 'passk of one task', columns => 'ok boolean', agg => 'hdata.passk_agg(ok)',
	row => sub { return [ $_[0] % 5 == 0 ? undef : one_of(undef, 't', 'f') ] },
	sets => 20, max_rows => 20, accessors => \@passk });

# ---- hostile bytes ----

state_hostile($node, $db, {
	type => 'confusion',
	seeds => [
		"hdata.confusion_agg(r, p) FROM (VALUES ('a', 'a'), ('a', 'b'), ('b', NULL), (NULL, 'a'), ('a long label 1', 'a long label 2')) v(r, p)",
		"hdata.confusion_agg(r, p) FROM (VALUES (true, true), (true, false), (false, false)) v(r, p), generate_series(1, 200)",
		"hdata.confusion_agg(r, p) FROM (VALUES (1.5, 2), (2, 2), (3, NULL), (-1e-300, 7)) v(r, p)",
		"hdata.confusion_agg(r, p) FROM (VALUES ('low'::level, 'high'::level), ('high', 'mid')) v(r, p)",
		"hdata.confusion_agg(r, p) FROM (VALUES (ARRAY['a', 'b'], ARRAY['a']), (ARRAY['b'], '{}')) v(r, p)" ],
	n => 10000, accessors => \@confusion });
state_hostile($node, $db, {
	type => 'ppi',
	seeds => [
		'hdata.ppi_agg(j, h) FROM (VALUES (0.1, 0.5), (0.2, NULL), (1, 1), (NULL, 1), (3e40, NULL)) v(j, h)',
		'hdata.ppi_agg(j, h) FROM (VALUES (true, true), (true, false), (false, NULL)) v(j, h)',
		'hdata.ppi_agg(j, h, p) FROM (VALUES (0.1, 0.5, 0.5), (0.2, NULL, 0.1), (1, 1, 0.3)) v(j, h, p)' ],
	n => 6000, accessors => \@ppi });
state_hostile($node, $db, {
	type => 'passk',
	seeds => [
		"hdata.passk_agg(o, t) FROM (VALUES (true, 'a'), (false, 'a'), (true, 'a long task 1'), (NULL, 'b'), (true, 'a long task 2')) v(o, t)",
		'hdata.passk_agg(o, t) FROM (VALUES (true, 1), (false, 2), (false, 3), (true, -7)) v(o, t), generate_series(1, 100)',
		"hdata.passk_agg(true, md5(i::text)::uuid) FROM generate_series(1, 5) i",
		'hdata.passk_agg(o) FROM (VALUES (true), (false), (NULL)) v(o)' ],
	n => 6000, accessors => \@passk });

$node->stop;
done_testing();

# bradley_terry() and its like give the same digits whatever way a state came about, bear every state that the input function
# accepts, and answer to cancel.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use Test::More;
use Time::HiRes qw(time);

srand 153;
my $node = start_node('properties_bradley_terry', { conf => [ 'max_worker_processes = 16', 'max_parallel_workers = 8' ] });
my $db = database($node, 'bradley_terry');

sub rows_text { return "(SELECT string_agg(t::text, ',') FROM hdata.$_[0] t)" }

my $by_component = "on_disconnected => 'components'";
my @accessors = (
	rows_text("bradley_terry(s, $by_component)"),
	rows_text('bradley_terry(s)'),
	rows_text("bradley_terry(s, ties => 'davidson', order_effect => true, ci => 'sandwich', scale => 'elo', $by_component)"),
	rows_text("bradley_terry(s, ties => 'drop', prior => 0.1, ci => 'rater', scale => 'worth', $by_component)"),
	rows_text("bradley_terry(s, prior => 1, ci => 'prompt', order_effect => true, $by_component)"),
	rows_text("bradley_terry(s, ci => 'two_way', confidence => 0.5, anchor => '1', $by_component)"),
	rows_text("bradley_terry_model(s, ties => 'davidson', ci => 'two_way', order_effect => true, $by_component)"),
	rows_text("preference_probability(s, ci => 'two_way', $by_component)"),
	rows_text('rater_fit(s)'),
	rows_text("rater_fit(s, ties => 'drop', prior => 2)"));

sub one_of { return $_[ rand @_ ] }

for my $weighted (0, 1)
{
	state_properties($node, $db, {
		type => 'comparisons', name => $weighted ? 'weighted' : 'counted',
		columns => 'a bigint, b bigint, outcome float8, rater bigint, prompt bigint' . ($weighted ? ', weight float8' : ''),
		agg => 'hdata.comparisons_agg(a, b, outcome, rater, prompt' . ($weighted ? ', weight)' : ')'),
		row => sub {
			my $n = 2 + $_[0] % 7;
			my $a = int rand $n;
			return [ $a, ($a + 1 + int rand($n - 1)) % $n, one_of(0, 0.5, 1, 1), one_of(undef, 1 .. 5), one_of(undef, 1 .. 8),
				$weighted ? one_of(0.1, 0.7, 1, 3, $_[0] % 5 ? 2 : one_of(1e-100, 1e100)) : () ];
		},
		sets => 16, max_rows => 150, accessors => \@accessors });
}

my $seed = 'hdata.comparisons_agg(a, b, o, r, p';
state_hostile($node, $db, {
	type => 'comparisons', n => 6000,
	seeds => [
		"$seed) FROM (VALUES (1::bigint, 2::bigint, 1::float8, 1::bigint, 1::bigint), (2, 1, 1, 2, 1), (1, 3, .5, 2, 2), (3, 2, 0, 3, NULL)) v (a, b, o, r, p)",
		"$seed, w) FROM (VALUES (1::bigint, 2::bigint, 1::float8, 1::bigint, 1::bigint, .1::float8), (2, 1, 1, 2, 1, 7), (1, 3, .5, 2, 2, 1e-9), (3, 2, 0, 3, NULL, 1)) v (a, b, o, r, p, w)",
		"$seed) FROM (VALUES ('a'::text, 'b'::text, 1::float8, 'r'::text, 'p'::text), ('b', 'a', .5, 's', 'q'), ('c', 'd', 1, NULL, 'q')) v (a, b, o, r, p)" ],
	accessors => [ grep { !/anchor/ } @accessors ] });

# ---- cancel ----

$node->safe_psql($db, <<'SQL');
CREATE TABLE big AS SELECT hdata.comparisons_agg(a, 1 + (a + d) % 2500, ((a * 7 + d * 13 + k) % 3 > 0)::int::float8, k, (a + k) % 50) AS c
	FROM generate_series(1::bigint, 2500) a, generate_series(1::bigint, 12) d, generate_series(1::bigint, 6) k;
SQL
for my $query ("hdata.bradley_terry(c)", "hdata.bradley_terry(c, ci => 'two_way')", "hdata.rater_fit(c)")
{
	for my $ms (300, 900, 2000)
	{
		my $start = time;
		my ($ret, $out, $err) = $node->psql($db, "SET statement_timeout = $ms; SELECT count(*) FROM big, $query");
		my $late = (time - $start) * 1000 - $ms;

		like($err, qr/canceling statement/, "$query is cancelled after $ms ms");
		# the machine may be busy: the promise is 100 ms
		cmp_ok($late, '<', 1000, sprintf '... %.0f ms late, with the start of psql', $late);
	}
}
$node->stop('fast');
done_testing();

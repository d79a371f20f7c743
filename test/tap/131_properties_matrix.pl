# score_matrix: what every state type promises; alpha and omega against another way to them; long work can be cancelled.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use Test::More;
use Time::HiRes qw(time);

my $node = start_node('properties_matrix', { conf => [ 'max_worker_processes = 16', 'max_parallel_workers = 8' ] });
my $db = database($node, 'properties_matrix');
srand 4;

# ---- the state ----

my @accessors = ('hdata.n_values(s)', 'hdata.cronbach_alpha(s)', q(hdata.cronbach_alpha(s, 'complete')), q(hdata.cronbach_alpha(s, 'pairwise')), q(hdata.standardized_alpha(s, 'pairwise')),
	q(hdata.omega_total(s, 'complete')), q((SELECT string_agg(t::text, ',') FROM hdata.alpha(s, 0.9, 'complete') t)), q((SELECT string_agg(t::text, ',') FROM hdata.alpha(s, 0.9, 'pairwise', 'duhachek') t)),
	q((SELECT string_agg(t::text, ',') FROM hdata.item_stats(s) t)), q((SELECT string_agg(t::text, ',') FROM hdata.item_stats(s, 'complete', 0.8) t)), q((SELECT string_agg(t::text, ',') FROM hdata.item_stats(s, 'pairwise') t)),
	q((SELECT string_agg(t::text, ',') FROM hdata.item_pairs(s) t)), q((SELECT string_agg(t::text, ',') FROM hdata.observations(s) t)), q(hdata.without_units(s, '{1,u1}')), q(hdata.only_items(s, '{0,1,2,i0,i1,i2}')), 's::jsonb');
my @values = (sub { int rand 2 }, sub { int(rand 5) / 4 }, sub { rand() }, sub { (0.1, 0.2, 0.3, 0.7, 1e-300, -1e15, 0)[ int rand 7 ] });
# a value that depends on unit and item alone, so that most sets have no contradiction
my %fixed;
sub row
{
	my ($ds, $unit, $item) = @_;
	my $of = $values[ $ds % @values ];

	return [ rand() < 0.02 ? undef : $unit, rand() < 0.02 ? undef : $item, rand() < 0.03 ? undef : $ds % 5 == 0 && rand() < 0.05 ? $of->() : ($fixed{"$ds $unit $item"} //= $of->()) ];
}
state_properties($node, $db, {
	type => 'score_matrix', name => 'bigint', columns => 'unit bigint, item bigint, value float8', agg => 'hdata.score_matrix_agg(unit, item, value)',
	row => sub { my $ds = shift; return row($ds, int(rand 6) - 2, int rand 4) }, sets => 40, max_rows => 90, keyed => 1, accessors => \@accessors });
state_properties($node, $db, {
	type => 'score_matrix', name => 'text', columns => 'unit text, item text, value float8', agg => 'hdata.score_matrix_agg(unit, item, value)',
	row => sub { my $ds = shift; return row($ds, 'u' . int rand 8, 'i' . int rand 5) }, sets => 30, max_rows => 60, keyed => 1, accessors => \@accessors });
state_properties($node, $db, {
	type => 'score_matrix', name => 'any', columns => 'unit bigint, item text, value boolean', agg => 'hdata.score_matrix_agg(unit, item, value)',
	row => sub { my $ds = shift; my ($u, $i) = (int rand 9, 'i' . int rand 4); return [ $u, $i, rand() < 0.1 ? undef : ($fixed{"b $ds $u $i"} //= int rand 2) ] }, sets => 30, max_rows => 150, keyed => 1, accessors => \@accessors });

state_hostile($node, $db, {
	type => 'score_matrix', n => 8000, accessors => \@accessors,
	seeds => [ q(hdata.score_matrix_agg(1, 2, 0.5)), q((SELECT hdata.score_matrix_agg(u, i, (u + i) % 2) FROM generate_series(1, 4) u, generate_series(1, 3) i)), q('\x01000000000000'::hdata.score_matrix),
		q((SELECT hdata.score_matrix_agg('u' || u, i::text, u / 10.0::float8 + i) FROM generate_series(1, 5) u, generate_series(8, 11) i WHERE u + i <> 10)),
		q((SELECT hdata.score_matrix_agg(md5(u::text)::uuid, md5(i::text)::uuid, u * i - 4) FROM generate_series(1, 3) u, generate_series(1, 2) i)) ] });

# ---- names do not matter: the same numbers whatever units and items are called ----

$node->safe_psql($db, <<'SQL');
CREATE TABLE grades AS SELECT kind, u, i, CASE kind WHEN 0 THEN (x < 0.5)::int WHEN 1 THEN floor(x * 5) / 4 ELSE x END::float8 AS value
	FROM generate_series(0, 2) kind, generate_series(1, 60) u, generate_series(1, 6) i, LATERAL (SELECT (hashint8(kind * 10000 + u * 100 + i)::bigint & 1023) / 1700.0 + u % 7 / 15.0 AS x) r;
CREATE TABLE orders AS SELECT kind, seed, hdata.score_matrix_agg(md5(u::text || seed), i::text, value) AS m FROM grades, generate_series(1, 6) seed GROUP BY 1, 2;
SQL
is($node->safe_psql($db, <<'SQL'), "0|1|1\n1|1|1\n2|1|1", 'item_stats and alpha do not depend on the names of units');
SELECT kind, count(DISTINCT s), count(DISTINCT hdata.cronbach_alpha(m)) FROM orders, LATERAL (SELECT string_agg(concat_ws(' ', item, difficulty, sd, item_total, item_rest, alpha_if_dropped, flag), ',') AS s FROM hdata.item_stats(m)) x GROUP BY kind ORDER BY kind
SQL

# ---- omega: minres by plain descent over the loadings, from another start ----

sub omega_by_descent
{
	my ($k, $r) = @_;
	my @l = map { 0.5 } 1 .. $k;

	for (1 .. 20000)
	{
		my @g = (0) x $k;
		my $most = 0;

		for my $i (0 .. $k - 1)
		{
			for my $j (0 .. $k - 1)
			{
				$g[$i] -= ($r->[$i][$j] - $l[$i] * $l[$j]) * $l[$j] if $i != $j;
			}
		}
		for my $i (0 .. $k - 1)
		{
			my $was = $l[$i];

			$l[$i] -= 0.5 / $k * $g[$i];
			$l[$i] = 1 if $l[$i] > 1;
			$l[$i] = -1 if $l[$i] < -1;
			$most = abs($l[$i] - $was) if abs($l[$i] - $was) > $most;
		}
		last if $most < 1e-14;
	}
	my ($sum, $unique) = (0, 0);
	for my $l (@l) { $sum += $l; $unique += 1 - $l * $l }
	return $sum * $sum / ($sum * $sum + $unique);
}

for my $kind (0 .. 2)
{
	my @r;

	for my $row (rows_of($node, $db, "SELECT item_a::int - 1, item_b::int - 1, phi FROM orders, hdata.item_pairs(m) WHERE seed = 1 AND kind = $kind"))
	{
		my ($a, $b, $phi) = @$row;

		$r[$a][$b] = $r[$b][$a] = $phi;
	}
	my $omega = $node->safe_psql($db, "SELECT hdata.omega_total(m) FROM orders WHERE seed = 1 AND kind = $kind");
	my $other = omega_by_descent(6, \@r);
	ok(abs($omega - $other) < 1e-8, "omega of data set $kind: $omega") or diag("by descent: $other");
}
# an item of which the factor would explain more than all: its loading stops at 1 (Heywood)
$node->safe_psql($db, <<'SQL');
CREATE TABLE heywood AS SELECT hdata.score_matrix_agg(u, i, CASE i WHEN 1 THEN a + b WHEN 2 THEN 8 * a + b ELSE 8 * b + a END) AS m
	FROM generate_series(1, 200) u, generate_series(1, 3) i, LATERAL (SELECT hashint4(u) & 63 AS a, hashint4(u + 1000) & 63 AS b) t
SQL
{
	my @r;

	for my $row (rows_of($node, $db, 'SELECT item_a::int - 1, item_b::int - 1, phi FROM heywood, hdata.item_pairs(m)'))
	{
		my ($a, $b, $phi) = @$row;

		$r[$a][$b] = $r[$b][$a] = $phi;
	}
	cmp_ok($r[0][1] * $r[0][2] / $r[1][2], '>', 1, 'without a bound the first loading would be above 1');
	my $omega = $node->safe_psql($db, 'SELECT hdata.omega_total(m) FROM heywood');
	my $other = omega_by_descent(3, \@r);
	ok(abs($omega - $other) < 1e-8, "omega with a loading at its bound: $omega") or diag("by descent: $other");
}

# ---- cancel ----

$node->safe_psql($db, 'CREATE TABLE wide AS SELECT hdata.score_matrix_agg(u, i, (hashint8(u * 5000 + i) & 1023) / 1000.0::float8) AS m FROM generate_series(1, 300) u, generate_series(1, 1500) i');
for my $query ('SELECT count(*) FROM wide, hdata.item_pairs(m)', 'SELECT hdata.omega_total(m) FROM wide', 'SELECT hdata.standardized_alpha(m) FROM wide')
{
	my $start = time;
	my ($ret, $out, $err) = $node->psql($db, "SET statement_timeout = 100; $query");
	like($err, qr/statement timeout/, "cancelled: $query");
	cmp_ok(time - $start, '<', 3, 'soon');
}

done_testing();

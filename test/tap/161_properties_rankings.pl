# Properties of rankings and elo: states do not tell how they came about, hostile bytes are refused, and Plackett-Luce fits are
# the maximum of a likelihood that is computed here by listing every subset.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use List::Util qw(max min shuffle sum);
use Test::More;

my $node = start_node('rankings', { conf => [ 'max_worker_processes = 16', 'max_parallel_workers = 8' ] });
my $db = database($node, 'rankings');
srand 160;

# ---- states ----

# an array literal of some items, maybe with a NULL in it
sub some_items
{
	my $n = shift;
	my @items = (shuffle map { "i$_" } 1 .. $n)[ 0 .. int(rand($n)) ];

	push @items, 'NULL' if rand() < 0.1;
	return '{' . join(',', @items) . '}';
}

sub maybe { my ($share, $value) = @_; return rand() < $share ? undef : $value }

my @weights = (1, 1, 2, 0.5, 0, 1 / 3, 0.1, 1e-30, 1e30);
my @rankings_look = ('hdata.n_rankings(s)', 'hdata.n_items(s)', 'hdata.n_raters(s)', q((SELECT string_agg(t::text, ',') FROM hdata.ranking_rows(s) t)),
	q(hdata.without_raters(s, '{r1}')), q(hdata.only_items(s, '{i1,i2,i3,9,10}')), 's::jsonb', q((SELECT string_agg(t::text, ',') FROM hdata.plackett_luce(s, on_disconnected => 'components') t)),
	q((SELECT string_agg(t::text, ',') FROM hdata.plackett_luce(s, prior => 0.3, bottom => 'unordered', scale => 'worth', on_disconnected => 'components') t)));
my @rankings_read = (@rankings_look, q((SELECT count(t) FROM hdata.plackett_luce_model(s, ci => 'sandwich', on_disconnected => 'components') t)),
	q((SELECT count(t) FROM hdata.plackett_luce(s, ci => 'rater', prior => 1, on_disconnected => 'components') t)));
state_properties($node, $db, {
	type => 'rankings', columns => 'ranking text[], rater text, weight float8', agg => 'hdata.rankings_agg(ranking, rater, weight)',
	row => sub { [ maybe(0.05, some_items(5)), maybe(0.2, 'r' . int(rand 3)), $weights[ rand @weights ] ] },
	accessors => \@rankings_look, sets => 25 });
state_properties($node, $db, {
	type => 'rankings', name => 'rankings with ties', columns => 'items bigint[], ranks float8[], rater bigint', agg => 'hdata.rankings_agg(items, ranks, rater)',
	row => sub { [ maybe(0.05, '{9,-2,10,3}'), '{' . join(',', map { (0, 0.5, 1, 1, 2, 'NULL')[ rand 6 ] } 1 .. 4) . '}', maybe(0.2, int(rand 4)) ] },
	accessors => \@rankings_look, sets => 20 });
my @elo_look = ('hdata.n_games(s)', q((SELECT string_agg(t::text, ',') FROM hdata.games(s) t)), q((SELECT string_agg(t::text, ',') FROM hdata.elo_ratings(s) t)), 's::jsonb');
state_properties($node, $db, {
	type => 'elo', columns => 'a text, b text, outcome float8, at bigint', agg => 'hdata.elo_agg(a, b, outcome, at)',
	row => sub { my ($a, $b) = shuffle 1 .. 4; [ "p$a", maybe(0.05, "p$b"), maybe(0.05, (0, 0.5, 1)[ rand 3 ]), int(rand 8) ] },
	accessors => \@elo_look, sets => 25 });

state_hostile($node, $db, {
	type => 'rankings', n => 5000, accessors => \@rankings_read,
	seeds => [ q(hdata.rankings_agg(ARRAY['a', 'b', 'c'])), q((SELECT hdata.rankings_agg(ARRAY[1, 2, 3, 900], ARRAY[n % 3, 1, n % 2, 2], n % 3) FROM generate_series(1, 9) n)),
		q((SELECT hdata.rankings_agg(ARRAY['item ' || n % 3, 'item x', 'iten'], 'r' || n % 2, n / 3.0::float8) FROM generate_series(1, 6) n)),
		q(hdata.without_raters(hdata.rankings_agg(ARRAY['a', 'b'], 'r'), '{r}')),
		q((SELECT hdata.rankings_agg(ARRAY[md5('a')::uuid, md5(n::text)::uuid], md5('r')::uuid) FROM generate_series(1, 3) n)) ] });
state_hostile($node, $db, {
	type => 'elo', n => 5000, accessors => \@elo_look,
	seeds => [ q((SELECT hdata.elo_agg(n % 3, n % 3 + 1, (n % 2)::float8, n / 2 - 2) FROM generate_series(1, 9) n)), q((SELECT hdata.elo_agg('a', 'b' || n % 2, 0.5 ORDER BY n) FROM generate_series(1, 4) n)),
		q((SELECT hdata.elo_agg(md5('a')::uuid, md5(n::text)::uuid, 1, to_timestamp(n * 1e5)) FROM generate_series(1, 3) n)) ] });

# ---- encodings: text is UTF-8 in a state, whatever the database has ----

$node->safe_psql('postgres', "CREATE DATABASE latin1 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
$node->safe_psql('latin1', 'CREATE EXTENSION hdata');
my @in_two = map {
	$node->safe_psql($_, "SET client_encoding = 'UTF8'; SELECT hdata.rankings_agg(ARRAY[U&'caf\\00e9', 'tea'], U&'Zo\\00eb'), hdata.elo_agg(U&'caf\\00e9', 'tea', 1, 1::bigint)")
} ($db, 'latin1');
is($in_two[1], $in_two[0], 'the same states in a database of another encoding');
my ($rankings, $games) = split /\|/, $in_two[0];
is($node->safe_psql('latin1', "SET client_encoding = 'UTF8'; SELECT items, rater, a FROM hdata.ranking_rows('$rankings'), hdata.games('$games')"), "{caf\xc3\xa9,tea}|Zo\xc3\xab|caf\xc3\xa9",
	'and come out in its encoding');

# ---- the likelihood of Turner et al. (2020), by listing every subset ----

# chosen sets and what they were chosen from; a ranking is a list of groups of items, best first
sub choices
{
	my ($groups, $unordered) = @_;
	my @choices;

	for my $g (0 .. $#$groups)
	{
		my @left = map { @$_ } @$groups[ $g .. $#$groups ];
		next if @left < 2 || $unordered && $g == $#$groups;
		push @choices, [ $groups->[$g], \@left ];
	}
	return @choices;
}

sub subsets
{
	my ($from, $size) = @_;

	return ([]) if $size == 0;
	return () if @$from < $size;
	my ($first, @rest) = @$from;
	return ((map { [ $first, @$_ ] } subsets(\@rest, $size - 1)), subsets(\@rest, $size));
}

sub log_f { my ($p, $set) = @_; return (@$set > 1 ? $p->{"tie" . @$set} : 0) + sum(map { $p->{$_} } @$set) / @$set }

sub log_likelihood
{
	my ($p, $orders, $choices) = @_;
	my $sum = 0;

	for my $c (@$choices)
	{
		my ($chosen, $from, $weight) = @$c;
		my $z = sum(map { exp log_f($p, $_) } map { subsets($from, $_) } 1, @$orders);
		$sum += ($weight // 1) * (log_f($p, $chosen) - log $z);
	}
	return $sum;
}

# first and second differences
sub gradient
{
	my ($p, $names, $f) = @_;
	my $h = 1e-5;

	return map { my $n = $_; ($f->({ %$p, $n => $p->{$n} + $h }) - $f->({ %$p, $n => $p->{$n} - $h })) / (2 * $h) } @$names;
}

sub information
{
	my ($p, $names, $f) = @_;
	my $h = 1e-4;
	my @rows;

	for my $a (@$names)
	{
		my @up = gradient({ %$p, $a => $p->{$a} + $h }, $names, $f);
		my @down = gradient({ %$p, $a => $p->{$a} - $h }, $names, $f);
		push @rows, [ map { -($up[$_] - $down[$_]) / (2 * $h) } 0 .. $#up ];
	}
	return \@rows;
}

sub inverse
{
	my $m = shift;
	my $n = @$m;
	my @w = map { my $i = $_; [ @{ $m->[$i] }, map { $_ == $i ? 1 : 0 } 0 .. $n - 1 ] } 0 .. $n - 1;

	for my $k (0 .. $n - 1)
	{
		my ($best) = sort { abs $w[$b][$k] <=> abs $w[$a][$k] } $k .. $n - 1;
		@w[ $k, $best ] = @w[ $best, $k ];
		my $pivot = $w[$k][$k];
		$_ /= $pivot for @{ $w[$k] };
		for my $i (grep { $_ != $k } 0 .. $n - 1)
		{
			my $x = $w[$i][$k];
			$w[$i][$_] -= $x * $w[$k][$_] for 0 .. 2 * $n - 1;
		}
	}
	return [ map { [ @$_[ $n .. 2 * $n - 1 ] ] } @w ];
}

sub product
{
	my ($x, $y) = @_;

	return [ map { my $r = $_; [ map { my $c = $_; sum(map { $r->[$_] * $y->[$_][$c] } 0 .. $#$y) } 0 .. $#{ $y->[0] } ] } @$x ];
}

# A random data set of which all items are linked both ways: [rater, weight, groups]
sub data_set
{
	my ($n_items, $n_rankings, $p_tie) = @_;
	my @rows;

	for (1 .. $n_rankings)
	{
		my @items = (shuffle map { "i$_" } 1 .. $n_items)[ 0 .. 1 + int(rand($n_items - 1)) ];
		my @groups;
		for my $item (@items)
		{
			if (@groups && rand() < $p_tie) { push @{ $groups[-1] }, $item }
			else { push @groups, [$item] }
		}
		push @rows, [ 'r' . int(rand 5), 1 + int(rand 3), \@groups ];
	}
	return \@rows;
}

my $tries = 0;
my %done = (ties => 0, prior => 0, unordered => 0);
my %worst = (score => 0, log_likelihood => 0, model => 0, sandwich => 0, rater => 0, tie => 0);
while ($tries++ < 60 && min(values %done) < 6)
{
	my ($p_tie, $prior, $unordered) = ((0, 0.2, 0.4)[ rand 3 ], rand() < 0.3 ? 0.7 : 0, rand() < 0.3 ? 1 : 0);
	my $rows = data_set(3 + int(rand 3), 25, $p_tie);
	my @fields;
	for my $r (@$rows)
	{
		my $g = 0;
		my %rank = map { $g++; map { $_ => $g } @$_ } @{ $r->[2] };
		my @items = shuffle keys %rank;
		push @fields, [ $r->[0], $r->[1], '{' . join(',', @items) . '}', '{' . join(',', @rank{@items}) . '}' ];
	}
	$node->safe_psql($db, "DROP TABLE IF EXISTS pl; CREATE TABLE pl (rater text, weight float8, items text[], ranks int[]);\n" . copy_rows('pl', \@fields)
		. 'DROP TABLE IF EXISTS pls; CREATE TABLE pls AS SELECT hdata.rankings_agg(items, ranks, rater, weight) AS s FROM pl');
	my $options = sprintf 'prior => %s, bottom => %s', $prior, $unordered ? "'unordered'" : "'tied'";
	my @fit = rows_of($node, $db, "SELECT item, rating, status FROM pls, hdata.plackett_luce(s, $options, anchor => 'i1', on_disconnected => 'components')");
	next if grep { $_->[2] ne 'ok' } @fit;
	my @model = eval { rows_of($node, $db, "SELECT parameter, value, se FROM pls, hdata.plackett_luce_model(s, $options)") };
	my %model = map { $_->[0] => $_ } @model;

	# the estimate, as parameters that are free
	my @orders = map { /^tie(\d+)/ ? $1 : () } map { $_->[0] } @model;
	my %p = (prior => 0, (map { $_->[0] => $_->[1] } @fit), (map { ("tie$_" => log $model{"tie$_"}[1]) } @orders));
	# with a prior, ratings against an item leave its own log worth open: it is found from the pseudo-rankings, of which the score is 0
	my @names = ((grep { $_ ne 'i1' } map { $_->[0] } @fit), map { "tie$_" } @orders);
	my @units = map { my $r = $_; [ $r->[0], map { [ @$_, $r->[1] ] } choices($r->[2], $unordered) ] } @$rows;
	my @data = map { @$_[ 1 .. $#$_ ] } @units;
	my @pseudo = $prior ? map { ([ [ $_->[0] ], [ $_->[0], 'prior' ], $prior ], [ ['prior'], [ $_->[0], 'prior' ], $prior ]) } @fit : ();
	my $posterior = sub { log_likelihood($_[0], \@orders, [ @data, @pseudo ]) };
	if ($prior)
	{
		push @names, 'prior';
		for (1 .. 50)
		{
			my ($g) = gradient(\%p, ['prior'], $posterior);
			my $i = information(\%p, ['prior'], $posterior)->[0][0];
			$p{prior} += $g / $i;
			last if abs $g < 1e-9;
		}
	}

	$worst{score} = max($worst{score}, map { abs } gradient(\%p, \@names, $posterior));
	$worst{log_likelihood} = max($worst{log_likelihood}, abs($model{log_likelihood}[1] - log_likelihood(\%p, \@orders, \@data)));

	my $v = inverse(information(\%p, \@names, $posterior));
	# scores of the units, each ranking by itself and each rater
	my %meat;
	for my $kind ('sandwich', 'rater')
	{
		my %score;
		for my $u (0 .. $#units)
		{
			my ($rater, @choices) = @{ $units[$u] };
			my @g = gradient(\%p, \@names, sub { log_likelihood($_[0], \@orders, \@choices) });
			# equal rankings of one rater share their weight, so that here each row is a unit of its mean weight
			my $key = $kind eq 'rater' ? $rater : join '|', $rater, map { join ',', sort @$_ } @{ $rows->[$u][2] };
			$score{$key}{n}++;
			$score{$key}{g}[$_] += $g[$_] for 0 .. $#g;
		}
		for my $s (values %score)
		{
			for my $a (0 .. $#names)
			{
				$meat{$kind}[$a][$_] += $s->{g}[$a] * $s->{g}[$_] / ($kind eq 'rater' ? 1 : $s->{n}) for 0 .. $#names;
			}
		}
	}
	my %cov = (model => $v, map { $_ => product(product($v, $meat{$_}), $v) } keys %meat);
	for my $kind (sort keys %cov)
	{
		my %se = map { $_->[0] => $_->[1] } rows_of($node, $db, "SELECT item, se FROM pls, hdata.plackett_luce(s, $options, anchor => 'i1', ci => '$kind')"),
		  rows_of($node, $db, "SELECT parameter, se / value FROM pls, hdata.plackett_luce_model(s, $options, ci => '$kind') WHERE parameter LIKE 'tie%'");
		for my $a (grep { $names[$_] ne 'prior' } 0 .. $#names)
		{
			my $want = sqrt $cov{$kind}[$a][$a];
			my $group = $names[$a] =~ /^tie/ ? 'tie' : $kind;
			$worst{$group} = max($worst{$group}, abs($se{ $names[$a] } - $want) / $want);
		}
	}
	$done{ties}++ if @orders;
	$done{prior}++ if $prior;
	$done{unordered}++ if $unordered;
}
cmp_ok($done{$_}, '>=', 6, "$done{$_} fits with $_") for sort keys %done;
cmp_ok($worst{score}, '<', 1e-6, sprintf 'the score is 0 at the estimate: %.1e', $worst{score});
cmp_ok($worst{log_likelihood}, '<', 1e-9, sprintf 'log-likelihood: %.1e', $worst{log_likelihood});
cmp_ok($worst{$_}, '<', 2e-4, sprintf 'standard errors, %s: %.1e', $_, $worst{$_}) for qw(model sandwich rater tie);

done_testing();

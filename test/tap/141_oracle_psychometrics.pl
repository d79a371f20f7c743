# Severity, G-studies of incomplete data, Rasch and item response models against naive computations of the same quantities: normal
# equations with a multiplier of Lagrange, expectations of sums of squares cell by cell, likelihoods by enumeration and by a fine grid.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use List::Util qw(sum max);
use Test::More;

my $node = start_node('oracle_psychometrics');
my $db = database($node, 'oracle_psychometrics');

srand(20261126);

sub rows { return map { [ split /\|/, $_, -1 ] } split /\n/, $node->safe_psql($db, $_[0]) }
sub near { my ($got, $want, $tolerance) = @_; return abs($got - $want) <= $tolerance * max(1, abs $want) }

# inverse by Gauss and Jordan, with pivots
sub inverse
{
	my @a = map { [ @$_ ] } @_;
	my $n = @a;
	my @b = map { my $i = $_; [ map { $_ == $i ? 1 : 0 } 0 .. $n - 1 ] } 0 .. $n - 1;

	for my $k (0 .. $n - 1)
	{
		my ($p) = sort { abs $a[$b][$k] <=> abs $a[$a][$k] } $k .. $n - 1;
		@a[ $k, $p ] = @a[ $p, $k ];
		@b[ $k, $p ] = @b[ $p, $k ];
		for my $i (0 .. $n - 1)
		{
			next if $i == $k || $a[$i][$k] == 0;
			my $f = $a[$i][$k] / $a[$k][$k];
			$a[$i][$_] -= $f * $a[$k][$_] for 0 .. $n - 1;
			$b[$i][$_] -= $f * $b[$k][$_] for 0 .. $n - 1;
		}
	}
	for my $i (0 .. $n - 1) { $_ /= $a[$i][$i] for @{ $b[$i] } }
	return @b;
}

# Least squares of y on item and rater with raters that sum to zero: effects of raters, their variances over sigma^2, residual squares
sub two_way
{
	my ($items, $raters, @obs) = @_;
	my $n = $items + $raters + 1;
	my @m = map { [ (0) x $n ] } 1 .. $n;
	my @q = (0) x $n;

	for (@obs)
	{
		my ($i, $r, $y) = ($_->[0], $items + $_->[1], $_->[2]);
		$m[$i][$i]++; $m[$r][$r]++; $m[$i][$r]++; $m[$r][$i]++;
		$q[$i] += $y; $q[$r] += $y;
	}
	$m[ $n - 1 ][$_] = $m[$_][ $n - 1 ] = 1 for $items .. $n - 2;
	my @v = inverse(@m);
	my @b = map { my $i = $_; sum(map { $v[$i][$_] * $q[$_] } 0 .. $n - 1) } 0 .. $n - 2;
	my $sse = sum(map { ($_->[2] - $b[ $_->[0] ] - $b[ $items + $_->[1] ]) ** 2 } @obs);
	return ([ @b[ $items .. $n - 2 ] ], [ map { $v[$_][$_] } $items .. $n - 2 ], $sse);
}

# squares about the means of one facet
sub one_way
{
	my ($facet, @obs) = @_;
	my (%n, %s);

	for (@obs) { $n{ $_->[$facet] }++; $s{ $_->[$facet] } += $_->[2] }
	return sum(map { ($_->[2] - $s{ $_->[$facet] } / $n{ $_->[$facet] }) ** 2 } @obs);
}

sub values_of { return join ',', map { '(' . join(',', @$_) . ')' } @_ }

my ($bad_severity, $bad_study) = (0, 0);
for my $round (1 .. 12)
{
	my ($items, $raters) = (4 + int rand 6, 3 + int rand 3);
	my @obs;

	# rater 0 rated every item: all hang together
	for my $i (0 .. $items - 1) { for my $r (0 .. $raters - 1) { push @obs, [ $i, $r, int(rand 50) / 8 ] if $r == 0 || $i == $r || rand(1) < 0.6 } }
	my ($effect, $var, $sse) = two_way($items, $raters, @obs);
	my $df = @obs - $items - $raters + 1;
	my $state = "(SELECT hdata.ratings_agg(i, r, y::float8) FROM (VALUES " . values_of(@obs) . ") t (i, r, y))";
	my @got = rows("SELECT rater, severity, se FROM hdata.severity($state, variance => 'model')");
	for (@got)
	{
		my ($r, $b, $se) = @$_;
		next if near($b, $effect->[$r], 1e-11) && near($se, sqrt($sse / $df * $var->[$r]), 1e-11);
		$bad_severity++;
		diag("rater $r: $b $se, not $effect->[$r] " . sqrt($sse / $df * $var->[$r]));
	}
	$bad_severity++ if @got != $raters;

	# R(p | r), R(r | p) and what each effect alone adds to them: squares of its indicators
	my $full = sub { my @o = @_; return (two_way($items, $raters, @o))[2] };
	my $adds = sub {
		my ($facet, $about) = @_;
		my %level = map { $_->[$facet] => 1 } @obs;
		return sum(map { my $l = $_; my @z = map { [ $_->[0], $_->[1], $_->[$facet] == $l ? 1 : 0 ] } @obs; one_way($about, @z) - $full->(@z) } keys %level);
	};
	my $e = $sse / $df;
	my $p = (one_way(1, @obs) - $sse - ($items - 1) * $e) / $adds->(0, 1);
	my $rr = (one_way(0, @obs) - $sse - ($raters - 1) * $e) / $adds->(1, 0);
	my %want = ('p' => $p, 'r' => $rr, 'pr,e' => $e);
	for (rows("SELECT component, variance, coalesce(substring(note FROM 'estimated as (\\S+),'), '') FROM hdata.g_study($state)"))
	{
		my ($name, $v, $negative) = @$_;
		next if $want{$name} < 0 ? $v == 0 && near($negative, $want{$name}, 1e-5) : near($v, $want{$name}, 1e-11);
		$bad_study++;
		diag("component $name: $v ($negative), not $want{$name}");
	}
}
is($bad_severity, 0, 'severity and its standard error solve the normal equations, cells missing');
is($bad_study, 0, 'components of incomplete crossed data are those of Henderson\'s method 3');

# ---- zeros and ones

sub logistic { return 1 / (1 + exp(-$_[0])) }

# some answers are missing
sub answers
{
	my ($units, $items) = @_;
	my @x;

	for my $u (1 .. $units)
	{
		my $theta = rand(2) + rand(2) - 2;
		for my $i (0 .. $items - 1) { push @x, [ $u, $i, rand(1) < logistic(1.3 * ($theta - ($i - $items / 2) / 2)) ? 1 : 0 ] if rand(1) < 0.85 }
	}
	return @x;
}

# log likelihood given the scores: all answers of that score are enumerated
sub conditional
{
	my ($b, %unit) = @_;
	my $l = 0;

	for my $x (values %unit)
	{
		my @i = keys %$x;
		my $score = sum(values %$x);
		my $all = 0;
		for my $set (0 .. 2 ** @i - 1)
		{
			my @in = grep { $set >> $_ & 1 } 0 .. $#i;
			$all += exp(-sum(0, map { $b->[ $i[$_] ] } @in)) if @in == $score;
		}
		$l -= sum(map { $x->{$_} * $b->[$_] } @i) + log $all;
	}
	return $l;
}

# log likelihood with abilities from N(0, 1), by a grid of eighths
sub marginal
{
	my ($a, $b, %unit) = @_;
	my $l = 0;

	for my $x (values %unit)
	{
		my $p = 0;
		for my $q (-64 .. 64)
		{
			my $theta = $q / 8;
			my $v = exp(-$theta ** 2 / 2);
			for (keys %$x) { my $s = logistic($a->[$_] * ($theta - $b->[$_])); $v *= $x->{$_} ? $s : 1 - $s }
			$p += $v;
		}
		$l += log($p / 8 / sqrt(2 * 3.14159265358979324));
	}
	return $l;
}

# central difference of a function of a list in one element
sub slope
{
	my ($f, $x, $i, $h) = @_;
	my @up = @$x;
	my @down = @$x;

	$up[$i] += $h;
	$down[$i] -= $h;
	return ($f->(\@up) - $f->(\@down)) / (2 * $h);
}

for my $round (1 .. 2)
{
	my $items = 4 + $round;
	my @x = answers(150, $items);
	my %unit;

	$unit{ $_->[0] }{ $_->[1] } = $_->[2] for @x;
	my $state = "(SELECT hdata.score_matrix_agg(u, i, x::float8) FROM (VALUES " . values_of(@x) . ") t (u, i, x))";
	my (@b, @se, @a);
	for (rows("SELECT item, difficulty, se FROM hdata.rasch($state)")) { $b[ $_->[0] ] = $_->[1]; $se[ $_->[0] ] = $_->[2] }
	my $f = sub { conditional($_[0], %unit) };
	my ($got) = rows("SELECT hdata.rasch_loglik($state)");
	ok(near($got->[0], $f->(\@b), 1e-10), "conditional likelihood $got->[0] of $items items");
	ok(near(sum(@b), 0, 1e-12), 'difficulties sum to zero');
	cmp_ok(max(map { abs slope($f, \@b, $_, 1e-4) } 0 .. $#b), '<', 1e-5, 'it is at its maximum');
	# the negative of its second derivatives, bordered by the sum that is zero
	my @m = map { my $i = $_; [ (map { my $j = $_; -slope(sub { slope($f, $_[0], $i, 1e-3) }, \@b, $j, 1e-3) } 0 .. $#b), 1 ] } 0 .. $#b;
	my @v = inverse(@m, [ (1) x @b, 0 ]);
	cmp_ok(max(map { abs(sqrt($v[$_][$_]) / $se[$_] - 1) } 0 .. $#b), '<', 1e-4, 'standard errors are those of its curvature');

	for my $model ('1pl', '2pl')
	{
		for (rows("SELECT item, difficulty, discrimination FROM hdata.irt($state, '$model')")) { $b[ $_->[0] ] = $_->[1]; $a[ $_->[0] ] = $_->[2] }
		my ($got) = rows("SELECT hdata.irt_loglik($state, '$model')");
		ok(near($got->[0], marginal(\@a, \@b, %unit), 1e-8), "marginal likelihood $got->[0] of $items items, $model");
		my $most = max(map { abs slope(sub { marginal(\@a, $_[0], %unit) }, \@b, $_, 1e-3) } 0 .. $#b);
		# one slope for all: its derivative is the sum
		my @slopes = map { slope(sub { marginal($_[0], \@b, %unit) }, \@a, $_, 1e-3) } 0 .. $#b;
		$most = max($most, $model eq '1pl' ? abs sum(@slopes) : map { abs } @slopes);
		cmp_ok($most, '<', 1e-3, "it is at its maximum, $model");
	}
}

done_testing();

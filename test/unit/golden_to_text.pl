#!/usr/bin/perl
# Turns golden/agreement.json into lines that agreement_test.c reads:
#
#   case ID
#   data ITEMS RATERS CATEGORIES NUMERIC     NUMERIC: positions are values
#   x POSITION ...                           one a category
#   row CATEGORY ...                         one a rater, -1 = missing
#   set ELEMENT ...                          instead of x: label sets, one a category
#   expect COEFFICIENT WEIGHTS POSITIONS FIELD VALUE TOLERANCE
#
# Usage: golden_to_text.pl agreement.json > agreement.txt
use strict;
use warnings;
use JSON::PP;

local $/;
open my $in, '<', $ARGV[0] or die "$ARGV[0]: $!\n";
my $golden = JSON::PP->new->decode(<$in>);
close $in;

my @fields = qw(value pa pe se_gwet se_ratio se_jackknife se_table se p_gwet);
my $number = qr/^-?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/;

# the items x raters matrix of labels
sub ratings
{
	my $data = shift;
	my @rows;

	return $data->{ratings} if $data->{ratings};
	my $n = $data->{n} // 1;
	my $categories = $data->{categories} // [ 1 .. @{ $data->{table} } ];
	for my $k (0 .. $#$categories)
	{
		for my $l (0 .. $#$categories)
		{
			my $count = sprintf '%.0f', $data->{table}[$k][$l] * $n;
			push @rows, [ $categories->[$k], $categories->[$l] ] for 1 .. $count;
		}
	}
	return \@rows;
}

sub key
{
	my $label = shift;
	return ref $label ? '{' . join(',', sort @$label) . '}' : "$label";
}

# (coefficient, weights, positions) of a name in the file, or nothing
sub meaning
{
	my $name = shift;

	return ('percent', 'identity', 'value') if $name eq 'percent_agreement';
	return ('gwet', 'identity', 'value') if $name eq 'gwet_ac1';
	return ('alpha', $1, 'value') if $name =~ /^krippendorff_alpha_weights_(\w+)$/;
	return ('alpha', { nominal => 'identity', ordinal => 'rank', interval => 'quadratic', ratio => 'ratio' }->{$1}, 'value')
	  if $name =~ /^krippendorff_alpha_(nominal|ordinal|interval|ratio)$/;
	return ('alpha', { masi_exact_thirds => 'masi', jaccard => 'jaccard', nominal => 'identity' }->{$1}, 'value')
	  if $name =~ /^alpha_(masi_exact_thirds|jaccard|nominal)$/;
	return ('category', 'identity', 'value') if $name eq 'fleiss_kappa_per_category';
	my %base = (percent_agreement => 'weighted', gwet_ac2 => 'gwet', fleiss_kappa => 'fleiss',
		conger_kappa => 'conger', brennan_prediger => 'bp', cohen_kappa => 'cohen', scott_pi => 'scott');
	for my $b (keys %base)
	{
		return ($base{$b}, 'identity', 'value') if $name eq $b;
		return ($base{$b}, $1, $2 ? 'rank' : 'value')
		  if $name =~ /^${b}_(linear|quadratic|ordinal|radical|ratio|circular|bipolar)(_rank)?$/;
	}
	return;
}

sub expect
{
	my ($coef, $weights, $positions, $field, $value, $tolerance) = @_;
	return unless defined $value && $value =~ $number;
	printf "expect %s %s %s %s %.17g %g\n", $coef, $weights, $positions, $field, $value, $tolerance;
}

for my $case (@{ $golden->{cases} })
{
	my $kind = $case->{kind} // '';
	my $data = $case->{data} or next;
	next unless ($data->{format} // '') =~ /^(contingency|proportions|matrix_items_x_raters(_of_sets)?)$/;
	next if $kind =~ /edge|truth|preference|crowd/;

	my @rows = grep { grep { defined } @$_ } @{ ratings($data) };
	my %label = map { key($_) => $_ } grep { defined } map { @$_ } @rows;
	my $numeric = !grep { ref $_ || $_ !~ $number } values %label;
	my @labels = sort { $numeric ? $a <=> $b : $a cmp $b } keys %label;
	my %code = map { $labels[$_] => $_ } 0 .. $#labels;

	print "case $case->{id}\n";
	printf "data %d %d %d %d\n", scalar @rows, scalar @{ $rows[0] }, scalar @labels, $numeric ? 1 : 0;
	if (ref $label{ $labels[0] })
	{
		my @elements = sort map { @$_ } values %label;
		my %seen;
		@elements = grep { !$seen{$_}++ } @elements;
		my %element = map { $elements[$_] => $_ } 0 .. $#elements;
		print join(' ', 'set', sort { $a <=> $b } map { $element{$_} } @{ $label{$_} }), "\n" for @labels;
	}
	else
	{
		print join(' ', 'x', $numeric ? @labels : 1 .. @labels), "\n";
	}
	print join(' ', 'row', map { defined $_ ? $code{ key($_) } : -1 } @$_), "\n" for @rows;

	for my $name (sort keys %{ $case->{expected} })
	{
		my ($coef, $weights, $positions) = meaning($name) or next;
		my $e = $case->{expected}{$name};
		my $agreed = @{ $e->{verified_by} // [] } >= 2;

		if ($coef eq 'category')
		{
			# printed to a few digits only
			my $v = $e->{value};
			my %of = ref $v eq 'HASH' ? %$v : map { $labels[$_] => $v->[$_] } 0 .. $#$v;
			my $half = 0.5000001 * 10**-($e->{digits} // 3);
			expect('category', 'identity', $code{$_} // -1, 'kappa', $of{$_}, -$half) for sort keys %of;
			next;
		}
		expect($coef, $weights, $positions, $_, $e->{$_}, $_ eq 'se_jackknife' ? 0.2 : $agreed ? 1e-9 : 1e-6) for @fields;
		if (ref $e->{ci95_gwet_t})
		{
			expect($coef, $weights, $positions, 'ci_low', $e->{ci95_gwet_t}[0], 1e-6);
			expect($coef, $weights, $positions, 'ci_high', $e->{ci95_gwet_t}[1], 1e-6);
		}
	}
}

# The type rubric: golden effective weights, and every published rubric that is at hand, which loads or is refused for a reason
# that is named here and is true.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use JSON::PP;
use List::Util qw(max sum);
use Test::More;

my $file = ($ENV{HDATA_SHARED} // '') . '/golden/rubric_preference_export.json';
unless (defined $ENV{HDATA_SHARED} && -r $file)
{
	print STDERR "# SKIPPED: there are no golden values (HDATA_SHARED names no folder with golden/rubric_preference_export.json)\n";
	plan skip_all => 'no golden values: HDATA_SHARED is not set or has no golden/rubric_preference_export.json';
}

my $json = JSON::PP->new->utf8->canonical->allow_nonref;
my %golden = do {
	local $/;
	open my $in, '<', $file or die "$file: $!";
	map { $_->{id} => $_ } @{ $json->decode(<$in>)->{cases} };
};

my $node = start_node('rubrics');
my $db = database($node, 'rubrics');

# [weight, score of a leaf | [children]], as the golden cases write a tree
my $serial;

sub tree_node
{
	my ($weight, $rest) = @{ $_[0] };
	my %node = (id => 'n' . ++$serial, weight => $weight);

	$node{children} = [ map { tree_node($_) } @$rest ] if ref $rest;
	return \%node;
}

sub tree
{
	$serial = 0;
	return $json->encode({ criteria => [ tree_node($_[0]) ] });
}

sub weights
{
	my $rubric = shift;

	return map { $_->[0] } rows_of($node, $db, "SELECT effective_weight FROM hdata.rubric_leaves(\$r\$$rubric\$r\$)");
}

# ---- golden ----

my @want = @{ $golden{R15}{expected}{leaf_effective_weights} };
my @got = weights(tree($golden{R15}{input}));
is(scalar @got, scalar @want, 'R15: leaves');
cmp_ok(max(map { abs($got[$_] - $want[$_]) } 0 .. $#want), '<=', $golden{R15}{tolerance}, 'R15: effective weights');

is_deeply([ weights(tree($golden{R16}{input}{tree})) ], [ 0, 1 ], 'R16: what weighs nothing is pruned');

my @r18 = weights(tree($golden{R18}{input}));
is(scalar @r18, $golden{R18}{expected}{n_leaves}, 'R18: leaves');
cmp_ok(abs(sum(@r18) - 1), '<=', 1e-12, 'R18: effective weights add up to 1');

# ---- PaperBench: trees ----

# A hash of nodes by parent becomes the tree below one of them
sub children_of
{
	my ($by_parent, $id) = @_;

	return [ map { paperbench_node($_, $_->{n_children} > 0 ? children_of($by_parent, $_->{node_id}) : undef) }
		sort { $a->{position} <=> $b->{position} } @{ $by_parent->{$id} } ];
}

sub paperbench_node
{
	my ($n, $children) = @_;
	my %node = (id => $n->{node_id}, weight => $n->{weight});

	$node{text} = $n->{requirement} if defined $n->{requirement};
	$node{tags} = [ $n->{category} ] if defined $n->{category};
	$node{children} = $children if $children;
	return \%node;
}

# Nodes in the order of the document become the tree: the file has that order, and bbox and bridging-data-gaps use an id twice,
# so that parent_id does not say where a node belongs
sub tree_of_sequence
{
	my (@top, @open);

	for my $n (@_)
	{
		my $node = paperbench_node($n, $n->{n_children} > 0 ? [] : undef);
		push @{ $n->{depth} == 0 ? \@top : $open[ $n->{depth} - 1 ]{children} }, $node;
		$open[ $n->{depth} ] = $node;
	}
	return \@top;
}

# Shares of the leaves, as plain as it can be said
sub shares
{
	my ($nodes, $share) = @_;
	my $total = sum(map { weighs($_) ? $_->{weight} : () } @$nodes);

	return map {
		my $own = weighs($_) ? $share * $_->{weight} / $total : 0;
		$_->{children} ? shares($_->{children}, $own) : $own;
	} @$nodes;
}

sub weighs
{
	my $n = shift;

	return $n->{weight} > 0 && (!$n->{children} || grep { weighs($_) } @{ $n->{children} });
}

# Texts of leaves, in one case and with single spaces
sub leaf_texts
{
	return map {
		my $n = $_;
		my $text = $n->{text};
		if (defined $text)
		{
			$text =~ tr/A-Z/a-z/;
			$text =~ s/[ \t\n\r\f]+/ /g;
			$text =~ s/^ | $//g;
		}
		$n->{children} ? leaf_texts($n->{children}) : $text;
	} @{ $_[0] };
}

# Ids that are there twice, with the paths of both nodes, in the words of the error
sub first_duplicate
{
	my ($nodes) = @_;
	my (%seen, @twice);
	my $walk;

	$walk = sub {
		my ($list, $path) = @_;
		for my $i (0 .. $#$list)
		{
			my ($id, $here) = ($list->[$i]{id}, $path . "[$i]");
			push @twice, [ $id, $seen{$id}, $here ] if $seen{$id};
			$seen{$id} //= $here;
			$walk->($list->[$i]{children}, "$here.children") if $list->[$i]{children};
		}
	};
	$walk->($nodes, 'criteria');
	return sort { $a->[0] cmp $b->[0] } @twice;
}

$node->safe_psql($db, <<'SQL');
CREATE TABLE loaded (source text, doc text, rubric hdata.rubric, problem text);
CREATE FUNCTION load_rubric(doc text, OUT r hdata.rubric, OUT problem text) LANGUAGE plpgsql AS $$
BEGIN
    r := doc;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS problem = PG_EXCEPTION_DETAIL;
    problem := SQLSTATE || ' ' || problem;
END
$$;
SQL

# Loads JSON texts, each under a name; problems by name
sub load_rubrics
{
	my %doc = @_;
	my @rows = map { [ $_, $doc{$_} ] } sort keys %doc;

	$node->safe_psql($db, "SET client_encoding = 'UTF8'; TRUNCATE loaded;\n" . copy_rows('loaded (source, doc)', \@rows)
		. 'UPDATE loaded SET (rubric, problem) = (SELECT * FROM load_rubric(doc))');
	return map { $_->[0] => $_->[1] } rows_of($node, $db, 'SELECT source, problem FROM loaded WHERE problem IS NOT NULL');
}

my $papers = "$ENV{HDATA_SHARED}/data/paperbench/rubrics.jsonl";

SKIP:
{
	skip 'no data: paperbench', 1 unless -r $papers && load_data($node, $db, 'paperbench');

	my (%sequence, %by_parent, %tree);
	open my $in, '<', $papers or die "$papers: $!";
	while (<$in>)
	{
		my $n = $json->decode($_);
		push @{ $sequence{ $n->{paper} } }, $n;
	}
	$tree{$_} = tree_of_sequence(@{ $sequence{$_} }) for keys %sequence;
	for (rows_of($node, $db, <<'SQL'))
SELECT encode(convert_to(d::text, 'UTF8'), 'hex')
FROM (SELECT to_jsonb(g) FROM paperbench.graded_rubric_nodes g UNION ALL SELECT to_jsonb(g) FROM paperbench.graded_rubric_nodes_pinn g) x(d)
SQL
	{
		my $n = $json->decode(pack 'H*', $_->[0]);
		push @{ $by_parent{"$n->{paper}, graded"}{ $n->{parent_id} // '' } }, $n;
	}
	$tree{$_} = children_of($by_parent{$_}, '') for keys %by_parent;

	my @names = sort keys %tree;
	is(scalar @names, 22, 'PaperBench: 17 rubrics, and 5 that come with grades');
	my %problem = load_rubrics(map { $_ => $json->encode({ criteria => $tree{$_} }) } @names);

	# two are refused: they use an id for several nodes, so that a grade could land on the wrong one
	is(join(' ', sort keys %problem), 'bbox bridging-data-gaps', 'PaperBench: all but two load');
	for my $name (sort keys %problem)
	{
		my ($id, $first, $second) = @{ (first_duplicate($tree{$name}))[0] };

		is($problem{$name}, "22P02 $second.id: \"$id\" is the id of $first already", "PaperBench: why $name is refused, and that it is true");
	}

	my %leaves;
	push @{ $leaves{ $_->[0] } }, $_->[1]
		for rows_of($node, $db, 'SELECT source, l.effective_weight FROM loaded, hdata.rubric_leaves(rubric) WITH ORDINALITY l WHERE problem IS NULL ORDER BY 1, ordinality');
	my ($worst, $worst_sum) = (0, 0);
	for my $name (grep { !$problem{$_} } @names)
	{
		my @want = shares($tree{$name}, 1);
		is(scalar @{ $leaves{$name} }, scalar @want, "PaperBench: $name has " . @want . ' leaves');
		$worst = max($worst, map { abs($leaves{$name}[$_] - $want[$_]) } 0 .. $#want);
		$worst_sum = max($worst_sum, abs(sum(@{ $leaves{$name} }) - 1));
	}
	cmp_ok($worst, '<=', 1e-15, "PaperBench: every effective weight (worst $worst)");
	cmp_ok($worst_sum, '<=', 1e-12, "PaperBench: they add up to 1 (worst $worst_sum)");
	is($node->safe_psql($db, 'SELECT count(*) FROM loaded WHERE rubric::text::hdata.rubric::text <> rubric::text OR (rubric::jsonb)::hdata.rubric OPERATOR(hdata.<>) rubric'),
		0, 'PaperBench: canonical text and jsonb lead back');
	is($node->safe_psql($db, 'SELECT count(*) FROM loaded WHERE rubric::jsonb <> doc::jsonb'), 0, 'PaperBench: nothing is lost');

	# lint: copies of a text, and the lightest leaves that hold a hundredth, counted here as well
	my %lint = map { ("$_->[0] $_->[1]" => $_->[2]) } rows_of($node, $db, <<'SQL');
SELECT source, CASE WHEN code ~ 'dup_text' THEN 'copies' ELSE code END, count(*) FROM loaded, hdata.rubric_lint(rubric) WHERE problem IS NULL GROUP BY 1, 2
SQL
	my (@want_lint, @got_lint);
	for my $name (grep { !$problem{$_} } @names)
	{
		my %times;
		my @share = sort { $a <=> $b } grep { $_ > 0 } @{ $leaves{$name} };
		my ($n, $light, $sum) = (0, 0, 0);

		$times{$_}++ for grep { defined } leaf_texts($tree{$name});
		while (($sum += $share[$n]) <= 0.01)
		{
			$n++;
			$light = $n if $share[$n] > $share[ $n - 1 ];
		}
		push @want_lint, "$name: " . (sum(map { $_ - 1 } values %times) // 0) . " copies, $light light";
		push @got_lint, "$name: " . ($lint{"$name copies"} // 0) . ' copies, ' . ($lint{"$name negligible_leaf"} // 0) . ' light';
	}
	is_deeply(\@got_lint, \@want_lint, 'PaperBench: copies of texts and negligible leaves');
	is($lint{'self-composing-policies copies'}, 72, 'PaperBench: the 72 copies of self-composing-policies');
}

# ---- BiGGen-Bench: one criterion with five levels each ----

my $biggen = "$ENV{HDATA_SHARED}/data/biggen_rubrics/rubrics.jsonl";

SKIP:
{
	skip 'no data: biggen_rubrics', 1 unless -r $biggen;

	my (%doc, %task);
	open my $in, '<', $biggen or die "$biggen: $!";
	while (<$in>)
	{
		my $r = $json->decode($_);
		my @levels = map { { value => ($_ - 1) / 4, label => "$_", text => $r->{levels}{$_} } } 1 .. 5;
		my %criterion = (id => $r->{item_id}, text => $r->{criteria}, points => 1, tags => [ $r->{capability} ], kind => 'scale', levels => \@levels);

		$doc{ $r->{item_id} } = $json->encode({ criteria => [ \%criterion ] });
		push @{ $task{"$r->{capability} $r->{task}"} }, \%criterion;
	}
	is(scalar keys %doc, 765, 'BiGGen-Bench: rubrics');
	my %problem = load_rubrics(%doc);
	is_deeply(\%problem, {}, 'BiGGen-Bench: all load');
	is($node->safe_psql($db, 'SELECT count(*) FROM loaded WHERE rubric::jsonb <> doc::jsonb'), 0, 'BiGGen-Bench: nothing is lost');

	# dump and restore
	my $file = $node->basedir . '/loaded.sql';
	my $content = 'SELECT md5(string_agg(source || rubric::text, chr(10) ORDER BY source)) FROM loaded';
	$node->command_ok([ 'pg_dump', '-f', $file, $db ], 'BiGGen-Bench: dumped');
	$node->safe_psql('postgres', 'CREATE DATABASE restored');
	$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', $file, 'restored' ], 'BiGGen-Bench: restored');
	is($node->safe_psql('restored', $content), $node->safe_psql($db, $content), 'BiGGen-Bench: and the same');

	# the criteria of a task as one rubric
	%problem = load_rubrics(map { $_ => $json->encode({ criteria => $task{$_} }) } keys %task);
	is_deeply(\%problem, {}, 'BiGGen-Bench: ' . keys(%task) . ' tasks load as one rubric each');
}

done_testing();

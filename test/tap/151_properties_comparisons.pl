# What comparisons promise: the same bytes and results whatever the order, number of workers or way of merging, and no harm
# from hostile bytes.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use Test::More;

srand 151;
my $node = start_node('properties_comparisons', { conf => [ 'max_worker_processes = 16', 'max_parallel_workers = 8' ] });
my $db = database($node, 'comparisons');

my @accessors = (
	'hdata.n_comparisons(s)', 'hdata.total_weight(s)', 'hdata.n_items(s)', 'hdata.n_raters(s)', 'hdata.n_prompts(s)',
	"(SELECT string_agg(t::text, ',') FROM hdata.comparison_rows(s) t)",
	"(SELECT string_agg(t::text, ',') FROM hdata.win_matrix(s) t)",
	"(SELECT string_agg(t::text, ',') FROM hdata.connectivity(s) t)",
	"(SELECT string_agg(t::text, ',') FROM hdata.connectivity(s, 'drop') t)",
	"(SELECT string_agg(t::text, ',') FROM hdata.connectivity_summary(s) t)",
	"(SELECT string_agg(t::text, ',') FROM hdata.pairs_to_collect(s, 'drop') t)",
	"(SELECT string_agg(t::text, ',') FROM hdata.swap_consistency(s) t)",
	"(SELECT string_agg(t::text, ',') FROM hdata.swap_pairs(s) t)",
	"(SELECT string_agg(t::text, ',') FROM hdata.position_bias(s) t)",
	"hdata.swap_reconciled(s, 'keep')",
	"hdata.preference_ratings(s)", "hdata.preference_ratings(s, 'reconcile')",
	"hdata.without_raters(s, '{r1,1,00000000-0000-0000-0000-000000000001}')",
	"hdata.only_items(s, '{i1,i2,1,2,3}')", "hdata.without_prompts(s, '{p1,1}')",
	's::jsonb');

sub one_of { return $_[ rand @_ ] }

sub two_of
{
	my $n = shift;
	my $a = int(rand $n);

	return ($a, ($a + 1 + int(rand($n - 1))) % $n);
}

# text ids, long and short, with everything that may be missing
my @text_item = ('', 'a', 'i1', 'i2', 'item', 'item number nine', 'item number ten', "gr\xc3\xb6\xc3\x9fer");
state_properties($node, $db, {
	type => 'comparisons', name => 'text ids', columns => 'a text, b text, outcome float8, rater text, prompt text',
	agg => 'hdata.comparisons_agg(a, b, outcome, rater, prompt)',
	row => sub {
		my ($a, $b) = two_of(scalar @text_item);
		return [ @text_item[ $a, $b ], one_of(0, 0.5, 1, 1, undef), one_of(undef, 'r1', 'r2', 'rater with a long name'), one_of(undef, 'p1', 'p2') ];
	},
	sets => 40, max_rows => 60, accessors => \@accessors });

# weights: sums that no double holds, from 1e-100 to 1e100
state_properties($node, $db, {
	type => 'comparisons', name => 'weights', columns => 'a bigint, b bigint, outcome float8, rater bigint, prompt bigint, weight float8',
	agg => 'hdata.comparisons_agg(a, b, outcome, rater, prompt, weight)',
	row => sub {
		my $ds = shift;
		my @weights = $ds % 4 == 0 ? (1) : $ds % 4 == 1 ? (0, 1, 2, 3) : $ds % 4 == 2 ? (0.1, 0.2, 0.3, 0.7, 1e-30) : (1e-100, 3e-50, 0.1, 1, 1e16, 1e100, 1.1e99);
		my ($a, $b) = two_of(3);
		return [ $a, $b, one_of(0, 0.5, 1, 1, undef), one_of(undef, 1, 2), one_of(undef, 1, -9000000000), one_of(@weights) ];
	},
	sets => 60, max_rows => 60, accessors => \@accessors });

# no raters, no prompts; many items
state_properties($node, $db, {
	type => 'comparisons', name => 'uuid ids', columns => 'a uuid, b uuid, outcome float8',
	agg => 'hdata.comparisons_agg(a, b, outcome)',
	row => sub { return [ (map { sprintf '00000000-0000-0000-0000-%012d', $_ } two_of(12)), one_of(0, 0.5, 1, undef) ]; },
	sets => 30, max_rows => 100, accessors => \@accessors });

# mixed kinds through "any"
state_properties($node, $db, {
	type => 'comparisons', name => 'mixed ids', columns => 'a text, b text, outcome boolean, rater bigint, prompt uuid',
	agg => 'hdata.comparisons_agg(a, b, outcome, rater, prompt)',
	row => sub {
		return [ (map { "model $_" } two_of(4)), one_of('t', 'f', undef), one_of(undef, 1 .. 5),
			one_of(undef, map { sprintf '00000000-0000-0000-0000-%012d', $_ } 1 .. 3) ];
	},
	sets => 30, max_rows => 60, accessors => \@accessors });

# a filter and the states it splits into are one another's rest
$node->safe_psql($db, q{CREATE SCHEMA f;
	CREATE TABLE f.votes AS SELECT 'm' || i % 7 AS a, 'm' || (i + 1 + i / 7 % 5) % 7 AS b, (i * 7919 % 3) / 2.0::float8 AS outcome,
		CASE WHEN i % 11 > 0 THEN 'r' || i % 5 END AS rater, 'p' || i % 13 AS prompt, 0.1 * (1 + i % 4) AS weight FROM generate_series(1, 3000) i;
	CREATE TABLE f.whole AS SELECT hdata.comparisons_agg(a, b, outcome, rater, prompt, weight) AS s FROM f.votes});
is($node->safe_psql($db, q{SELECT hdata.without_raters(s, '{r1,r3}')::text = (SELECT hdata.comparisons_agg(a, b, outcome, rater, prompt, weight)::text
	FROM f.votes WHERE rater IS NULL OR rater NOT IN ('r1', 'r3')) FROM f.whole}), 't', 'without_raters: as if they had never voted');
is($node->safe_psql($db, q{SELECT (SELECT hdata.rollup(x)::text FROM (VALUES (hdata.without_raters(s, '{r1,r3}')), (hdata.only_raters(s, '{r1,r3}'))) v (x)) = s::text
	FROM f.whole}), 't', 'the two parts add up to the whole');
is($node->safe_psql($db, q{SELECT hdata.without_items(s, '{m2}')::text = (SELECT hdata.comparisons_agg(a, b, outcome, rater, prompt, weight)::text
	FROM f.votes WHERE 'm2' NOT IN (a, b)) FROM f.whole}), 't', 'without_items');
is($node->safe_psql($db, q{SELECT hdata.only_prompts(s, '{p1,p2}')::text = (SELECT hdata.comparisons_agg(a, b, outcome, rater, prompt, weight)::text
	FROM f.votes WHERE prompt IN ('p1', 'p2')) FROM f.whole}), 't', 'only_prompts');
# the same, summed by the server
is($node->safe_psql($db, q{SELECT count(*) FROM (SELECT a, b, outcome, rater, prompt, count(*) AS n FROM f.votes GROUP BY 1, 2, 3, 4, 5) v
	FULL JOIN (SELECT r.* FROM f.whole, hdata.comparison_rows(s) r) r ON (v.a, v.b, v.outcome, v.prompt) = (r.a, r.b, r.outcome, r.prompt)
		AND v.rater IS NOT DISTINCT FROM r.rater
	WHERE v.n IS DISTINCT FROM r.n}), 0, 'comparison_rows: what GROUP BY counts');
is($node->safe_psql($db, q{SELECT count(*) FROM (SELECT least(a, b) AS a, greatest(a, b) AS b, count(*) AS n,
		sum((outcome = CASE WHEN a < b THEN 1 ELSE 0 END)::int) AS wins_a, sum((outcome = 0.5)::int) AS ties, sum((a < b)::int) AS a_first
		FROM f.votes GROUP BY 1, 2) v
	FULL JOIN (SELECT w.* FROM (SELECT hdata.comparisons_agg(a, b, outcome) AS s FROM f.votes) q, hdata.win_matrix(s) w) w
		ON (v.a, v.b) = (w.item_a, w.item_b)
	WHERE (v.n, v.wins_a, v.ties, v.a_first, v.n - v.wins_a - v.ties) IS DISTINCT FROM (w.n, w.wins_a, w.ties, w.a_first, w.wins_b)}), 0,
	'win_matrix: what GROUP BY counts');

state_hostile($node, $db, {
	type => 'comparisons', n => 20000, accessors => \@accessors,
	seeds => [
		"hdata.comparisons_agg(a, b, o, r, p) FROM (VALUES ('x', 'y', 1, 'r1', 'p1'), ('x', 'y', 1, 'r1', 'p1'), ('y', 'x', 0.5, 'r1', 'p1'), ('y', 'x', 0, 'r2', NULL)) v (a, b, o, r, p)",
		"hdata.comparisons_agg(a, b, o, r, p, w) FROM (VALUES (1, 2, 1, 7, 70, 0.1), (1, 2, 1, 7, 70, 0.2), (2, 1, 0.5, 7, 71, 1), (3, 1, 0, 8, NULL, 1e100), (3, 1, 0, 8, NULL, 1e-100)) v (a, b, o, r, p, w)",
		"hdata.comparisons_agg(('00000000-0000-0000-0000-00000000000' || i)::uuid, ('00000000-0000-0000-0000-00000000000' || i + 1)::uuid, i % 2) FROM generate_series(1, 5) i",
		"hdata.comparisons_agg('m' || i % 5, 'm' || (i + 1) % 5, i % 3 / 2.0, i % 2, 'p' || i % 3) FROM generate_series(1, 20) i" ] });

done_testing();

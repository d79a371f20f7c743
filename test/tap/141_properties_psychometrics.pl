# What must hold of g_study(), d_study(), severity(), adjusted_scores(), severity_drift(), halo(), rasch(), rasch_persons(), irt()
# and irt_persons() on any data: hundreds of small random tables, most of them sparse, some degenerate.
#
#   - an answer, or the error "not estimable"; never NaN, no infinity but of items that all or none solved
#   - intervals hold the estimate; reliabilities and shares are in range; nothing is said without a note where it is missing
#   - names do not matter: with items and raters renamed (and so in another order) the numbers are the same, up to rounding
#   - adding to all values, and multiplying them, does to the results what it should
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use Test::More;

my $node = start_node('properties_psychometrics');
my $db = database($node, 'properties');

srand(20260301);
my (@rating, @answer);
for my $set (1 .. 250)
{
	my ($items, $raters, $levels) = (1 + int rand 9, 1 + int rand 6, 1 + int rand 5);
	my $density = rand;
	for my $i (1 .. $items)
	{
		for my $g (1 .. $raters)
		{
			next if rand() > $density;
			# every tenth set is without error, and its sums are not exact
			my $v = $set % 10 ? int(rand $levels) + ($set % 3 ? $i : 0) : $i / 10 + $g / 7;
			push @rating, [ $set, $i, $g, $v, int(rand 20), 1 + $i % 3, $i % 2 ];
		}
	}
}
for my $set (1 .. 150)
{
	my ($units, $items) = (1 + int rand 30, 1 + int rand 7);
	my $density = $set % 4 ? 1 : .4 + rand .6;
	for my $u (1 .. $units)
	{
		my $ability = rand(4) - 2;
		for my $i (1 .. $items)
		{
			push @answer, [ $set, $u, $i, rand() < 1 / (1 + exp($i / 2 - 2 - $ability)) ? 1 : 0 ] if rand() < $density;
		}
	}
}
$node->safe_psql($db, 'CREATE TABLE rating (s int, i int, g int, v float8, at bigint, p int, c int);' . copy_rows('rating', \@rating)
	. 'CREATE TABLE answer (s int, u int, i int, x float8);' . copy_rows('answer', \@answer));
$node->safe_psql($db, <<'SQL');
-- names that sort the other way round
CREATE FUNCTION other(n int) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT chr(122 - n) || n $$;
CREATE FUNCTION back(t text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT substr(t, 2) $$;
CREATE TABLE graded AS SELECT s, hdata.ratings_agg(i, g, v, at) AS r, hdata.ratings_agg(other(i), other(g), v, at) AS renamed,
	hdata.ratings_agg(i, g, 3 * v + 100, at) AS moved, hdata.ratings_agg(i, g, v::float8, at, 'k' || p) AS clustered,
	hdata.ratings_agg(ARRAY[p, i], g, v) AS pairs FROM rating GROUP BY s;
CREATE TABLE solved AS SELECT s, hdata.score_matrix_agg(u, i, x) AS m, hdata.score_matrix_agg(other(u), other(i), x) AS renamed FROM answer GROUP BY s;

-- the rows as jsonb, or the error; NaN would be the string "NaN"
CREATE FUNCTION rows_of(query text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	answer jsonb;
BEGIN
	EXECUTE format('SELECT coalesce(jsonb_agg(to_jsonb(t)), ''[]'') FROM (%s) t', query) INTO answer;
	RETURN answer;
EXCEPTION WHEN object_not_in_prerequisite_state THEN
	RETURN jsonb_build_array(jsonb_build_object('error', SQLERRM));
END $$;
CREATE FUNCTION near(a float8, b float8, size float8) RETURNS boolean LANGUAGE sql IMMUTABLE AS
	$$ SELECT (a IS NULL AND b IS NULL) OR coalesce(a = b OR abs(a - b) <= 1e-7 * greatest(abs(a), abs(b), size), false) $$;
SQL

# ---- the rows of every function on every set

my %call = (
	g_pr => [ 'graded', 'g_study(r)' ], g_rp => [ 'graded', "g_study(r, 'r:p')" ], g_prc => [ 'graded', "g_study(pairs, 'p x r x c')" ],
	d_pr => [ 'graded', "d_study(r, n_raters => '{1,2,7}')" ], d_rp => [ 'graded', "d_study(r, 'r:p', n_raters => '{1,2,7}')" ],
	d_prc => [ 'graded', "d_study(pairs, 'p x r x c', n_raters => '{1,2,7}')" ],
	severity => [ 'graded', 'severity(r)' ], severity_clustered => [ 'graded', 'severity(clustered)' ], severity_model => [ 'graded', "severity(r, variance => 'model')" ],
	scores => [ 'graded', 'adjusted_scores(r)' ], drift => [ 'graded', 'severity_drift(r)' ], halo => [ 'graded', 'halo(pairs)' ],
	rasch => [ 'solved', 'rasch(m)' ], persons => [ 'solved', 'rasch_persons(m)' ], persons_ml => [ 'solved', "rasch_persons(m, 'ml')" ],
	irt1 => [ 'solved', 'irt(m)' ], irt2 => [ 'solved', "irt(m, '2pl')" ], abilities => [ 'solved', 'irt_persons(m)' ]);

for my $name (sort keys %call)
{
	my ($table, $function) = @{ $call{$name} };
	$function =~ s/\b(r|m|pairs|clustered)\b(?!:)/(SELECT $1 FROM $table WHERE s = %s)/;
	$node->safe_psql($db, "CREATE TABLE out_$name AS SELECT x.s, e.* FROM $table x,
		LATERAL (SELECT row, n FROM jsonb_array_elements(rows_of(format(\$q\$SELECT * FROM hdata.$function\$q\$, x.s))) WITH ORDINALITY AS j(row, n)) e");
}

sub none
{
	my ($sql, $what) = @_;

	is($node->safe_psql($db, "SELECT count(*), min(s) FROM ($sql) v"), '0|', $what);
}

for my $name (sort keys %call)
{
	my ($n) = map { $_->[0] } rows_of($node, $db, "SELECT count(*) FROM out_$name WHERE NOT row ? 'error'");
	cmp_ok($n, '>', 100, "$name: there are rows");
	none("SELECT s FROM out_$name, jsonb_each_text(row) e WHERE value = 'NaN'
		OR value ~ 'Infinity' AND NOT (key IN ('difficulty', 'theta') AND row ->> 'status' IN ('all solved', 'none solved'))", "$name: no NaN, no infinity");
	none("SELECT s FROM out_$name WHERE row ? 'error' AND row ->> 'error' !~ 'no common scale|did not converge'", "$name: known errors");
}
for my $pair ([ 'g_pr', 'variance' ], [ 'g_rp', 'variance' ], [ 'severity', 'severity' ], [ 'severity_clustered', 'severity' ], [ 'severity_model', 'severity' ],
	[ 'scores', 'adjusted' ], [ 'drift', 'slope' ], [ 'rasch', 'difficulty' ], [ 'persons', 'theta' ], [ 'irt1', 'difficulty' ], [ 'irt2', 'difficulty' ], [ 'abilities', 'theta' ])
{
	my ($name, $value) = @$pair;
	my $negative = $value eq 'variance' ? "AND row ->> 'note' IS NULL" : '';
	none("SELECT s FROM out_$name WHERE NOT ((row ->> 'ci_low')::float8 <= (row ->> '$value')::float8 AND (row ->> '$value')::float8 <= (row ->> 'ci_high')::float8) $negative", "$name: intervals hold the estimate");
	none("SELECT s FROM out_$name WHERE (row ->> 'se')::float8 <= 0", "$name: no error of zero");
}
for my $name (qw(d_pr d_rp d_prc))
{
	for my $value (qw(e_rho2 phi))
	{
		none("SELECT s FROM out_$name WHERE NOT ((row ->> '$value')::float8 BETWEEN 0 AND 1 AND coalesce((row ->> '${value}_low')::float8, 0) BETWEEN 0 AND 1
			AND coalesce((row ->> '${value}_high')::float8, 0) BETWEEN 0 AND 1)", "$name: $value in range");
		none("SELECT s FROM out_$name WHERE row ->> '$value' IS NULL AND row ->> 'note' IS NULL", "$name: $value is missing with a reason");
	}
	none("SELECT s FROM out_$name WHERE (row ->> 'e_rho2')::float8 < (row ->> 'phi')::float8 - 1e-12", "$name: ranks are no harder than levels");
}
for my $name (qw(g_pr g_rp g_prc))
{
	none("SELECT s FROM out_$name GROUP BY s HAVING abs(sum((row ->> 'percent')::float8) - 100) > 1e-9", "$name: shares add up");
	none("SELECT s FROM out_$name WHERE row ->> 'variance' IS NULL AND row ->> 'note' IS NULL", "$name: nothing is missing without a reason");
}
none("SELECT s FROM out_severity WHERE (row ->> 'severity' IS NULL OR row ->> 'se' IS NULL) AND row ->> 'note' IS NULL", 'severity: nothing is missing without a reason');
none("SELECT s FROM out_severity GROUP BY s, row ->> 'component' HAVING abs(sum((row ->> 'severity')::float8)) > 1e-9", 'severity: sums to zero in each component');
none("SELECT s FROM out_severity WHERE NOT ((row ->> 'rank_low')::int <= (row ->> 'rank_high')::int)", 'severity: ranks in order');
none("SELECT s FROM out_rasch WHERE row ->> 'status' = 'ok' GROUP BY s HAVING abs(sum((row ->> 'difficulty')::float8)) > 1e-9", 'rasch: sums to zero');
none("SELECT s FROM rating LEFT JOIN LATERAL (SELECT (a.row ->> 'adjusted')::float8 AS a FROM out_scores a WHERE a.s = rating.s AND a.row ->> 'item' = rating.i::text) a ON true
	LEFT JOIN LATERAL (SELECT (b.row ->> 'severity')::float8 AS b FROM out_severity b WHERE b.s = rating.s AND b.row ->> 'rater' = rating.g::text) b ON true
	GROUP BY s, g HAVING abs(sum(v - a - b)) > 1e-9", 'residuals of every rater sum to zero');

# ---- names, origin and unit do not matter

$node->safe_psql($db, <<'SQL');
CREATE TABLE renamed_severity AS SELECT s, back(rater) AS rater, severity, se, excess, excess_low FROM graded, hdata.severity(renamed);
CREATE TABLE renamed_drift AS SELECT s, back(rater) AS rater, slope, se FROM graded, hdata.severity_drift(renamed);
CREATE TABLE renamed_g AS SELECT s, component, variance, se, ci_high FROM graded, hdata.g_study(renamed);
CREATE TABLE moved_severity AS SELECT s, rater, severity, se, naive_mean, excess FROM graded, hdata.severity(moved);
CREATE TABLE moved_g AS SELECT s, component, variance, se, percent FROM graded, hdata.g_study(moved);
CREATE TABLE renamed_rasch AS SELECT solved.s, back(e.row ->> 'item') AS item, e.row FROM solved, jsonb_array_elements(rows_of(format('SELECT * FROM hdata.rasch((SELECT renamed FROM solved WHERE s = %s))', s))) e(row);
CREATE TABLE renamed_irt AS SELECT solved.s, back(e.row ->> 'item') AS item, e.row FROM solved, jsonb_array_elements(rows_of(format('SELECT * FROM hdata.irt((SELECT renamed FROM solved WHERE s = %s))', s))) e(row);
SQL
none("SELECT a.s FROM out_severity a FULL JOIN renamed_severity b ON b.s = a.s AND b.rater = a.row ->> 'rater' WHERE NOT (near((a.row ->> 'severity')::float8, b.severity, 1) AND near((a.row ->> 'se')::float8, b.se, 1)
	AND near((a.row ->> 'excess')::float8, b.excess, 1) AND near((a.row ->> 'excess_low')::float8, b.excess_low, 1)) OR a.s IS NULL OR b.s IS NULL", 'severity: names do not matter');
none("SELECT a.s FROM out_drift a FULL JOIN renamed_drift b ON b.s = a.s AND b.rater = a.row ->> 'rater' WHERE NOT (near((a.row ->> 'slope')::float8, b.slope, 1) AND near((a.row ->> 'se')::float8, b.se, 1)) OR a.s IS NULL OR b.s IS NULL", 'drift: names do not matter');
none("SELECT a.s FROM out_g_pr a FULL JOIN renamed_g b ON b.s = a.s AND b.component = a.row ->> 'component' WHERE NOT (near((a.row ->> 'variance')::float8, b.variance, 1) AND near((a.row ->> 'se')::float8, b.se, 1)
	AND near((a.row ->> 'ci_high')::float8, b.ci_high, 1)) OR a.s IS NULL OR b.s IS NULL", 'g_study: names do not matter');
none("SELECT a.s FROM out_severity a FULL JOIN moved_severity b ON b.s = a.s AND b.rater = a.row ->> 'rater' WHERE NOT (near(3 * (a.row ->> 'severity')::float8, b.severity, 10) AND near(3 * (a.row ->> 'se')::float8, b.se, 10)
	AND near(3 * (a.row ->> 'naive_mean')::float8 + 100, b.naive_mean, 10) AND near(3 * (a.row ->> 'excess')::float8, b.excess, 10)) OR a.s IS NULL OR b.s IS NULL", 'severity: in points, without an origin');
none("SELECT a.s FROM out_g_pr a FULL JOIN moved_g b ON b.s = a.s AND b.component = a.row ->> 'component' WHERE NOT (near(9 * (a.row ->> 'variance')::float8, b.variance, 10) AND near(9 * (a.row ->> 'se')::float8, b.se, 10)
	AND near((a.row ->> 'percent')::float8, b.percent, 100)) OR a.s IS NULL OR b.s IS NULL", 'g_study: in squared points, without an origin');
for my $name ('rasch', 'irt')
{
	my $out = $name eq 'irt' ? 'out_irt1' : 'out_rasch';
	none("SELECT a.s FROM $out a FULL JOIN renamed_$name b ON b.s = a.s AND b.item = a.row ->> 'item' WHERE NOT a.row ? 'error' AND (b.s IS NULL OR NOT (near((a.row ->> 'difficulty')::float8, (b.row ->> 'difficulty')::float8, 1)
		AND near((a.row ->> 'se')::float8, (b.row ->> 'se')::float8, 1) AND a.row ->> 'status' = b.row ->> 'status'))", "$name: names do not matter");
}
$node->stop('fast');
done_testing();

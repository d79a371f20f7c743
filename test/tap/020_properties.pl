# A ratings state is a set of facts: how the rows came, in what order, in how many parts, through which worker or file, must not
# show in its canonical bytes nor in any result.  Some thousand random data sets, generated in SQL from fixed seeds, go through
# every form of the aggregates.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use Test::More;

# Data sets for each form of the aggregates
my $DATA_SETS = 40;

my $node = start_node('properties', { conf => [ 'max_worker_processes = 16', 'max_parallel_workers = 8', 'work_mem = 64MB' ] });
my $db = database($node, 'properties');

# ---- data sets ----
#
# Of each four data sets the first holds contradictions (plain: a rater's second value; with "at": ties); of each eight the
# first holds items in two clusters.  v does not contradict itself otherwise, w is only good with "at".
$node->safe_psql($db, <<"SQL");
CREATE FUNCTION h(a bigint, salt bigint) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE
	AS 'SELECT (hashint8extended(a, salt) & 1073741823)::int';

-- ids of text: empty, short, long, with common beginnings, not only ASCII
CREATE FUNCTION text_id(i int) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
	AS \$\$ SELECT CASE WHEN i = 0 THEN '' ELSE repeat(chr(233), i % 4) || i || CASE WHEN i % 3 = 0 THEN repeat('x', 12) ELSE '' END END \$\$;
CREATE TYPE grade AS ENUM ('low', 'middling', 'high', 'top of them all');

CREATE TABLE obs AS
SELECT ds, n, i, r,
       CASE WHEN h(n, ds + 100) % 11 > 0 THEN CASE WHEN ds % 4 = 0 THEN w ELSE h(ds * 1000 + i * 10 + r, 4) % labels END END AS v,
       CASE WHEN h(n, ds + 100) % 11 > 0 THEN w END AS w,
       CASE WHEN ds % 4 = 0 THEN h(n, ds + 5) % 5 ELSE (n * 37) % 101 END AS at,
       CASE WHEN c < 2 THEN 'cluster ' || c END AS cluster
FROM (SELECT ds, n, h(ds, 9) % 3 + 2 AS labels, h(n, ds + 3) % (h(ds, 9) % 3 + 2) AS w,
             h(n, ds + 1) % (1 + h(ds, 1) % 8) AS i, h(n, ds + 2) % (1 + h(ds, 2) % 4) AS r,
             h(CASE WHEN ds % 8 = 0 THEN n ELSE h(n, ds + 1) % (1 + h(ds, 1) % 8) END, ds + 6) % 3 AS c
      FROM generate_series(1, $DATA_SETS) ds, generate_series(1, 1 + h(ds, 3) % 40) n) t;

-- all that can be read from a state, to be compared as a whole
CREATE FUNCTION everything(r hdata.ratings, level text) RETURNS text LANGUAGE plpgsql PARALLEL SAFE SET search_path = hdata, public AS \$\$
DECLARE
    answer text;
BEGIN
    IF r IS NULL THEN RETURN 'nothing'; END IF;
    answer := format('%s %s %s %s', n_items(r), n_raters(r), n_ratings(r), r::jsonb) || (SELECT string_agg(x::text, ' ') FROM observations(r) x);
    BEGIN
        answer := answer || concat_ws(E'\\n',
            (SELECT string_agg(x::text, ' ') FROM agreement(r, level) x),
            (SELECT string_agg(x::text, ' ') FROM agreement(r, 'nominal', raters => 'random', null_value => 0.1) x),
            (SELECT string_agg(x::text, ' ') FROM rater_pairs(r, level) x),
            (SELECT string_agg(x::text, ' ') FROM rater_agreement(r, level) x),
            (SELECT string_agg(x::text, ' ') FROM item_agreement(r, level) x),
            (SELECT string_agg(x::text, ' ') FROM category_agreement(r) x),
            (SELECT string_agg(x::text, ' ') FROM coincidences(r) x));
    EXCEPTION WHEN cardinality_violation THEN
        answer := answer || SQLERRM;
    END;
    RETURN answer;
END
\$\$;

-- every number of agreement(), to the bit
CREATE FUNCTION bits(r hdata.ratings, level text, raters text) RETURNS text LANGUAGE plpgsql SET search_path = hdata, public AS \$\$
BEGIN
    RETURN (SELECT string_agg(concat_ws(' ', coefficient, float8send(value), float8send(se), float8send(ci_low), float8send(ci_high),
                                        float8send(p_value), n_categories, n_items, n_raters, n_ratings, n_clusters, inference, note), E'\\n')
            FROM agreement(r, level, raters => raters, null_value => 0.1));
EXCEPTION WHEN cardinality_violation THEN
    RETURN SQLSTATE;
END
\$\$;
CREATE TABLE stored (combination text, ds int, s hdata.ratings);
SQL

# ---- combinations of types and forms ----

my %id = (
	int8 => '(%s * 7 - 20)::bigint',
	uuid => q(md5('x' || %s)::uuid),
	text => 'text_id(%s)',
	int4 => '%s',
	date => q(date '2001-01-01' + %s * 100));
my %other_id = (
	int8 => 'hashint8extended(%s, 77)',
	uuid => q(md5('y' || %s)::uuid),
	text => q(md5('z' || %s)),
	int4 => '1000 - 3 * %s',
	date => q(date '2021-01-01' - %s * 100));
my %value = (
	text => q('label ' || %s),
	# minus zero is zero
	float8 => q(CASE WHEN %s = 2 AND n %% 2 = 0 THEN '-0'::float8 ELSE (%1$s - 2) * 0.75 END),
	enum => q((enum_range(NULL::grade))[%s + 1]),
	set => q((ARRAY['{}', '{a}', CASE WHEN n %% 2 = 0 THEN '{a,"b b"}' ELSE '{"b b",a,a}' END, '{a,c,"b b"}']::text[])[%s + 1]::text[]),
	bool => '%s > 1',
	numeric => '%s::numeric / 4');
my %level = (text => 'nominal', float8 => 'interval', enum => 'ordinal', set => 'masi', bool => 'nominal', numeric => 'ordinal');
my %form = (
	plain => [ 'ratings_agg(%s, %s, %s', 'v' ],
	at => [ 'ratings_agg(%s, %s, %s, to_timestamp(at)', 'w' ],
	revision => [ 'ratings_agg(%s, %s, %s, at::bigint', 'w' ],
	cluster => [ 'ratings_agg(%s, %s, %s, NULL::timestamptz, cluster', 'v' ],
	at_cluster => [ 'ratings_agg(%s, %s, %s, to_timestamp(at), cluster', 'w' ],
	first => [ 'ratings_first_agg(%s, %s, %s, to_timestamp(at)', 'w' ],
	first_cluster => [ 'ratings_first_agg(%s, %s, %s, at::bigint, cluster', 'w' ]);

my @combinations;
my @types = map { my $i = $_; map { [ $i, $i, $_ ] } qw(text float8 enum set) } qw(int8 uuid text);
for my $t (@types, [qw(int4 text bool)], [qw(date int8 numeric)])
{
	push @combinations, { name => join('/', @$t, $_), types => $t, form => $_, level => $level{ $t->[2] } } for sort keys %form;
}

# The aggregate of a combination, up to its closing parenthesis; other => 1: with other names for all of them
sub aggregate
{
	my ($c, %how) = @_;
	my ($call, $column) = @{ $form{ $c->{form} } };

	$call =~ s/cluster$/md5(cluster)/ if $how{other};
	return 'hdata.' . sprintf($call, columns($c, $column, %how));
}

# The columns item, rater and value of a combination
sub columns
{
	my ($c, $column, %how) = @_;
	my ($item, $rater, $value) = @{ $c->{types} };
	my $ids = $how{other} ? \%other_id : \%id;
	my $v = sprintf $value{$value}, $column;

	$v = "md5('q' || $column)" if $how{other} && $value eq 'text';
	return (sprintf($ids->{$item}, 'i'), sprintf($ids->{$rater}, 'r'), $v);
}

# property => [ compared, different, combinations with differences ]
my %seen;

sub report
{
	my ($property, $combination, $n, $different) = @_;
	my $p = $seen{$property} //= [ 0, 0, [] ];
	$p->[0] += $n;
	$p->[1] += $different;
	push @{ $p->[2] }, "$combination: $different of $n" if $different;
}

sub measure
{
	my ($combination, @sql) = @_;
	my $out = $node->safe_psql($db, "SET client_min_messages = warning; SET TIME ZONE 'Asia/Kathmandu'; SET search_path = public, hdata;\n" . join("\n", @sql));
	report($1, $combination, $2, $3) while $out =~ /^=([^|]+)\|(\d+)\|(\d+)$/mg;
}

# ---- order, parts, repeats ----

# the ways to the same state: FROM and ORDER BY for rows, or what to roll up
sub ways
{
	my $c = shift;
	my $agg = aggregate($c);
	my $read = "ds, hdata.ratings_send(s), everything(s, '$c->{level}')";

	return <<"SQL";
CREATE TEMP TABLE ref AS SELECT ds, hdata.ratings_send(s) AS b, everything(s, '$c->{level}') AS e, s
  FROM (SELECT ds, $agg ORDER BY n) AS s FROM obs GROUP BY ds) x;
CREATE TEMP TABLE parts AS SELECT ds, h(n, ds + 55) % 4 AS part, $agg) AS s FROM obs GROUP BY 1, 2;
CREATE TEMP TABLE alt (property text, ds int, b bytea, e text);
INSERT INTO alt SELECT 'any order of rows', $read FROM (SELECT ds, $agg ORDER BY h(n, 5)) AS s FROM obs GROUP BY ds) x;
INSERT INTO alt SELECT 'any order of rows', $read FROM (SELECT ds, $agg ORDER BY i DESC, r DESC, n) AS s FROM obs GROUP BY ds) x;
INSERT INTO alt SELECT 'duplicated rows', $read
  FROM (SELECT ds, $agg ORDER BY h(n, copy)) AS s FROM obs, generate_series(1, 3) copy GROUP BY ds) x;
INSERT INTO alt SELECT 'split, stored and rolled up', $read FROM (SELECT ds, hdata.rollup(s ORDER BY part) AS s FROM parts GROUP BY ds) x;
INSERT INTO alt SELECT 'split, stored and rolled up', $read FROM (SELECT ds, hdata.rollup(s ORDER BY h(part, ds)) AS s FROM parts GROUP BY ds) x;
INSERT INTO alt SELECT 'split and rolled up twice', $read
  FROM (SELECT ds, hdata.rollup(s ORDER BY k DESC) AS s
        FROM (SELECT ds, k, hdata.rollup(s) AS s FROM (SELECT ds, h(n, 8) % 2 AS k, h(n, 9) % 3, $agg) AS s FROM obs GROUP BY 1, 2, 3) p GROUP BY 1, 2) q
        GROUP BY ds) x;
INSERT INTO alt SELECT 'merging is idempotent', $read
  FROM (SELECT ds, hdata.rollup(s ORDER BY h(part, k)) AS s FROM (SELECT ds, part, s, k FROM parts, generate_series(1, 2) k
        UNION ALL SELECT ds, 9, s, 3 FROM ref) p GROUP BY ds) x;
INSERT INTO alt SELECT 'sorted groups', $read FROM (SELECT ds, $agg) AS s FROM (SELECT * FROM obs ORDER BY ds, h(n, 7) OFFSET 0) o GROUP BY ds) x;
SELECT '=' || property, count(*), count(*) FILTER (WHERE ref.ds IS NULL OR alt.b IS DISTINCT FROM ref.b OR alt.e IS DISTINCT FROM ref.e)
  FROM alt FULL JOIN ref USING (ds) GROUP BY property;
INSERT INTO stored SELECT '$c->{name}', ds, s FROM ref;
SQL
}

# merging as an operation: a, b, c are three parts of a data set
sub algebra
{
	my $m = sub { '(SELECT hdata.rollup(u ORDER BY o) FROM unnest(ARRAY[' . join(',', @_) . ']) WITH ORDINALITY t (u, o))' };
	my ($ab, $ba, $ab_c, $a_bc, $aa, $ab_b) = map { "hdata.ratings_send($_)" } $m->(qw(a b)), $m->(qw(b a)), $m->($m->(qw(a b)), 'c'),
	  $m->('a', $m->(qw(b c))), $m->(qw(a a)), $m->($m->(qw(a b)), 'b');

	return <<"SQL";
SELECT '=merging is commutative, associative, idempotent', count(*),
       count(*) FILTER (WHERE $ab <> $ba OR $ab_c <> $a_bc OR $aa <> hdata.ratings_send(a) OR $ab_b <> $ab
                           OR hdata.ratings_send(hdata.ratings_combine(a, b)) <> $ab)
  FROM (SELECT x.s AS a, y.s AS b, z.s AS c FROM parts x JOIN parts y USING (ds) JOIN parts z USING (ds)
        WHERE x.part = 0 AND y.part = 1 AND z.part = 2) t;
SQL
}

# other names for items, raters and, of text, categories: not a bit of agreement() may change
sub relabelled
{
	my $c = shift;
	my $where = $c->{types}[2] eq 'text' ? 'items, raters and categories' : 'items and raters';
	my @calls = map { my $l = $_; map { "bits(s, '$l', '$_')" } qw(fixed random) } $c->{level} eq 'nominal' ? 'nominal' : ('nominal', $c->{level});
	my $bits = 'ARRAY[' . join(', ', @calls) . ']';

	return sprintf <<'SQL', $where, $bits, aggregate($c), $bits, aggregate($c, other => 1);
SELECT '=relabelling %s', count(*) FILTER (WHERE a.x[1] <> '21000'), count(*) FILTER (WHERE a.x IS DISTINCT FROM b.x)
  FROM (SELECT ds, %s AS x FROM (SELECT ds, %s) AS s FROM obs GROUP BY ds) t) a
  JOIN (SELECT ds, %s AS x FROM (SELECT ds, %s ORDER BY h(n, 3)) AS s FROM obs GROUP BY ds) t) b USING (ds);
SQL
}

# Taking out raters and items is as if their rows had not come; where nothing is left, the aggregate is NULL.  An item in two
# clusters keeps both whoever is taken out, while the row that brought one would be gone: those data sets are left out.
sub filtered
{
	my $c = shift;
	my $agg = aggregate($c);
	my ($item, $rater) = map { sprintf $id{ $c->{types}[$_] }, qw(i r) [$_] } 0, 1;
	my $sql = '';
	for my $f ([ 'only_raters(a.s, list)', $rater, 'r', '= 0' ], [ 'without_raters(a.s, list)', $rater, 'r', '= 1' ], [ 'only_items(a.s, list)', $item, 'i', '= 0' ])
	{
		my ($call, $id, $column, $keep) = @$f;
		my ($name) = $call =~ /^(\w+)/;
		$sql .= <<"SQL";
SELECT '=$name is aggregating the filtered rows', count(*),
       count(*) FILTER (WHERE CASE WHEN b.s IS NULL THEN hdata.n_ratings(a.s) <> 0 ELSE hdata.ratings_send(a.s) <> hdata.ratings_send(b.s) END)
  FROM (SELECT ds, hdata.$call AS s
        FROM ref a JOIN (SELECT ds, array_agg(DISTINCT ($id)::text) FILTER (WHERE h($column, ds) % 2 = 0) || 'nobody'::text AS list FROM obs GROUP BY ds) l USING (ds)
        WHERE a.s IS NOT NULL) a
  LEFT JOIN (SELECT ds, $agg) AS s FROM obs WHERE h($column, ds) % 2 $keep GROUP BY ds) b USING (ds)
 WHERE ds % 8 > 0;
SQL
	}
	return $sql;
}

# first_ratings against window functions; ties are broken by the rater, in canonical order
sub first_ratings
{
	my $c = shift;
	my $agg = aggregate($c);
	my $rater = sprintf $id{ $c->{types}[1] }, 'r';
	my $order = $c->{types}[1] eq 'text' ? "($rater) COLLATE \"C\"" : $rater;
	my $newest = $c->{form} =~ /first/ ? '' : 'DESC';

	return '' if $c->{form} =~ /^(plain|cluster)$/;
	return <<"SQL";
SELECT '=first_ratings is row_number()', count(*), count(*) FILTER (WHERE hdata.ratings_send(hdata.first_ratings(a.s, k)) IS DISTINCT FROM hdata.ratings_send(b.s))
  FROM ref a JOIN (SELECT ds, k, $agg) AS s
        FROM (SELECT k, o.*, row_number() OVER (PARTITION BY k, ds, i ORDER BY at, $order) AS nth
              FROM (SELECT DISTINCT ON (ds, i, r) * FROM obs WHERE w IS NOT NULL ORDER BY ds, i, r, at $newest) o, generate_series(1, 4) k) t
        WHERE nth <= k GROUP BY ds, k) b USING (ds)
 WHERE ds % 4 > 0;
SQL
}

# a window frame is the aggregate over its rows, whatever was read from the running state before
sub windows
{
	my $c = shift;
	my $agg = aggregate($c);

	return <<"SQL";
SELECT '=window frames', count(*), count(*) FILTER (WHERE w.b IS DISTINCT FROM hdata.ratings_send(p.s) OR w.e IS DISTINCT FROM everything(p.s, '$c->{level}')
                                          OR w.five IS DISTINCT FROM hdata.ratings_send(p.five))
  FROM (SELECT ds, n, hdata.ratings_send($agg) OVER f) AS b, everything($agg) OVER f, '$c->{level}') AS e, hdata.ratings_send($agg) OVER last) AS five
        FROM obs WHERE ds IN (3, 16) WINDOW f AS (PARTITION BY ds ORDER BY n), last AS (PARTITION BY ds ORDER BY n ROWS 4 PRECEDING)) w
  CROSS JOIN LATERAL (SELECT $agg) AS s, $agg) FILTER (WHERE n > w.n - 5) AS five FROM obs WHERE obs.ds = w.ds AND obs.n <= w.n) p;
SQL
}

for my $c (@combinations)
{
	measure($c->{name}, ways($c), algebra(), relabelled($c), filtered($c), first_ratings($c), windows($c));
}

# ---- through files ----

my $path = $node->basedir;
measure('all', map { my $f = $_; <<"SQL" } qw(text binary csv));
COPY stored TO '$path/states.$f' (FORMAT $f);
CREATE TEMP TABLE back (LIKE stored);
COPY back FROM '$path/states.$f' (FORMAT $f);
SELECT '=through COPY (FORMAT $f)', count(*), count(*) FILTER (WHERE back.ds IS NULL OR back.s IS DISTINCT FROM stored.s
       OR hdata.ratings_send(back.s) IS DISTINCT FROM hdata.ratings_send(stored.s) OR everything(back.s, 'nominal') IS DISTINCT FROM everything(stored.s, 'nominal')
       OR hdata.ratings_hash(back.s) <> hdata.ratings_hash(stored.s))
  FROM stored LEFT JOIN back USING (combination, ds);
DROP TABLE back;
SQL

for my $property (sort keys %seen)
{
	my ($n, $different, $where) = @{ $seen{$property} };
	ok($n > 0 && $different == 0, "$property: $n states") or diag(join "\n", @$where[ 0 .. ($#$where < 9 ? $#$where : 9) ]);
}
my $sets = $node->safe_psql($db, 'SELECT count(*) FROM stored WHERE s IS NOT NULL');
cmp_ok($sets, '>', 3500, "$sets data sets in " . scalar(@combinations) . ' combinations of types and forms');

# ---- workers, and what is too large for one batch ----

my $parallel = 'SET min_parallel_table_scan_size = 0; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0;';
my %chosen = map { $_ => 1 } qw(int8/int8/text/plain int8/int8/text/revision uuid/uuid/float8/plain text/text/text/at_cluster
  text/text/enum/plain int4/text/bool/cluster);
for my $c (grep { $chosen{ $_->{name} } } @combinations)
{
	my ($call, $column) = @{ $form{ $c->{form} } };
	my ($item, $rater, $value) = columns($c, $column);
	my $agg = 'hdata.' . sprintf $call, qw(item rater value);
	my %answers;

	$node->safe_psql($db, <<"SQL");
DROP TABLE IF EXISTS big;
CREATE TABLE big AS
SELECT n, i, r, v, w, $item AS item, $rater AS rater, $value AS value, at, cluster
FROM (SELECT n, h(n, 1) % 30000 AS i, h(n, 2) % 40 AS r, h(h(n, 1) % 30000 * 100 + h(n, 2) % 40, 3) % 4 AS v, h(n, 3) % 4 AS w,
             n * 37 AS at, 'cluster ' || h(n, 1) % 30000 / 3 AS cluster
      FROM generate_series(1, 200000) n) t;
ANALYZE big;
SQL
	for my $workers (0, 1, 2, 4)
	{
		my $set = "$parallel SET max_parallel_workers_per_gather = $workers; ALTER TABLE big SET (parallel_workers = $workers);";
		my $plan = $node->safe_psql($db, "$set EXPLAIN SELECT $agg) FROM big");
		is($plan =~ /Workers Planned: (\d+)/ ? $1 : 0, $workers, "$c->{name}: planned with $workers workers");
		$answers{"$workers workers"} = $node->safe_psql($db, "$set SELECT md5(hdata.ratings_send($agg))) FROM big");
		$answers{"$workers workers, by group"} = $node->safe_psql($db,
			"$set SELECT md5(hdata.ratings_send(hdata.rollup(s))) FROM (SELECT i % 5, $agg) AS s FROM big GROUP BY 1) t") if $workers == 2;
	}
	for my $order ('i, n', 'h(n, 9)')
	{
		$answers{"ORDER BY $order"} = $node->safe_psql($db,
			"SELECT md5(hdata.ratings_send($agg))) FROM (SELECT * FROM big ORDER BY $order OFFSET 0) t HAVING hdata.n_items($agg)) > 0");
	}
	my $other = aggregate($c, other => 1);
	is($node->safe_psql($db, <<"SQL"), 't', "$c->{name}: relabelling 200,000 rows");
SELECT bits($agg), 'nominal', 'random') = bits($other), 'nominal', 'random')
   AND bits($agg), '$c->{level}', 'fixed') = bits($other), '$c->{level}', 'fixed')
   AND bits($agg), 'nominal', 'fixed') <> '21000'
  FROM big
SQL
	is(join(', ', grep { $answers{$_} ne $answers{'0 workers'} } sort keys %answers), '', "$c->{name}: 200,000 rows by any number of workers, in any order");
}

# ---- other plans: partitions, grouping sets, groups by hash and by sort ----

$node->safe_psql($db, <<'SQL');
CREATE TABLE split (LIKE big) PARTITION BY HASH (i);
CREATE TABLE split_0 PARTITION OF split FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE split_1 PARTITION OF split FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE split_2 PARTITION OF split FOR VALUES WITH (MODULUS 3, REMAINDER 2);
INSERT INTO split SELECT * FROM big WHERE n <= 60000;
ANALYZE split;
SQL
{
	my $agg = 'hdata.ratings_agg(item, rater, value)';
	my $query = "SELECT md5(string_agg(g || md5(hdata.ratings_send(s)), ' ' ORDER BY g)) FROM (SELECT n % 50 AS g, $agg AS s FROM split GROUP BY 1) t";
	my $plain = $node->safe_psql($db, 'SET enable_hashagg = off; SET max_parallel_workers_per_gather = 0; ' . $query);
	my %plans = (
		'by hash' => 'SET enable_sort = off; SET max_parallel_workers_per_gather = 0;',
		'by hash, spilling' => q(SET enable_sort = off; SET work_mem = '64kB'; SET max_parallel_workers_per_gather = 0;),
		'parallel and partitionwise' => "$parallel SET enable_partitionwise_aggregate = on; SET max_parallel_workers_per_gather = 2;");
	is($node->safe_psql($db, $plans{$_} . $query), $plain, "groups $_") for sort keys %plans;
	is($node->safe_psql($db, "SET enable_partitionwise_aggregate = on; SELECT md5(hdata.ratings_send($agg)) FROM split"),
		$node->safe_psql($db, "SELECT md5(hdata.ratings_send($agg)) FROM split"), 'partitionwise aggregation');
	is($node->safe_psql($db, <<"SQL"), 't', 'grouping sets and filters');
SELECT bool_and(hdata.ratings_send(t.s) = hdata.ratings_send(u.s) AND t.f IS NOT DISTINCT FROM u.f)
FROM (SELECT n % 3 AS a, i % 4 AS b, $agg AS s, hdata.ratings_send($agg FILTER (WHERE n % 7 < 2)) AS f FROM split GROUP BY GROUPING SETS ((1, 2), (1), (2), ())) t
CROSS JOIN LATERAL (SELECT $agg AS s, hdata.ratings_send($agg FILTER (WHERE n % 7 < 2)) AS f FROM split
                    WHERE n % 3 = coalesce(a, n % 3) AND i % 4 = coalesce(b, i % 4)) u
SQL
}

# ---- an enum that grows: states of both lists merge into one of the longer, in any order, settled before or not ----

$node->safe_psql($db, <<'SQL');
CREATE TABLE grown AS
SELECT n % 5 AS part, hdata.ratings_agg(i::bigint, r::bigint, (enum_range(NULL::grade))[v + 1]) AS s FROM big WHERE n <= 5000 GROUP BY 1;
ALTER TYPE grade ADD VALUE 'abysmal' BEFORE 'low';
ALTER TYPE grade ADD VALUE 'fair' AFTER 'middling';
SQL
is($node->safe_psql($db, <<'SQL'), '1|t', 'an enum that grew: one state, with the labels of the new list');
CREATE VIEW graded AS
SELECT n, i::bigint AS item, r::bigint AS rater, (ARRAY['low', 'middling', 'high', 'top of them all']::grade[])[v + 1] AS grade FROM big WHERE n <= 5000;
INSERT INTO grown SELECT 5 + n % 5, hdata.ratings_agg(item, rater, grade) FROM graded GROUP BY 1;
SELECT count(DISTINCT b), bool_and(b = (SELECT hdata.ratings_send(hdata.ratings_agg(item, rater, grade)) FROM graded))
FROM (SELECT k, hdata.ratings_send(hdata.rollup(s ORDER BY h(part, k))) AS b FROM grown, generate_series(1, 40) k GROUP BY k) t;
SQL
is($node->safe_psql($db, <<'SQL'), 't|t', 'an enum that grew: two by two, and read on the way');
SELECT bool_and(hdata.ratings_send(hdata.ratings_combine(a.s, b.s)) = hdata.ratings_send(hdata.ratings_combine(b.s, a.s))
            AND hdata.ratings_send(hdata.ratings_combine(a.s, b.s)) = (SELECT hdata.ratings_send(hdata.rollup(u)) FROM unnest(ARRAY[a.s, b.s]) u)),
       (SELECT bool_and(w.b = (SELECT hdata.ratings_send(hdata.rollup(s)) FROM grown WHERE part <= w.part))
        FROM (SELECT part, hdata.ratings_send(hdata.rollup(s) OVER (ORDER BY part)) AS b FROM grown) w)
FROM grown a, grown b;
SQL

$node->stop('fast');
done_testing();

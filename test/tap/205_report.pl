# Reports as pages: well-formed whatever the labels, the same in every encoding and through every way out, colours that can be
# told apart, and what is made for dashboards runs on the demo project.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use Digest::SHA qw(sha256_hex);
use JSON::PP;
use PostgreSQL::Test::Utils;
use Test::More;

my $test = "$FindBin::RealBin/..";
my $node = start_node('report');
my $db = database($node, 'pages');

# ---- a page is well-formed, and nothing in it comes from data but text

# What may stand in a page, with the attributes that it may have
my %allowed = (html => 'lang', head => '', meta => 'charset name content http-equiv', title => 'id', style => '', body => '', header => '', main => 'id',
	nav => 'aria-label', footer => '', section => 'id aria-labelledby class', div => 'class role tabindex aria-label', h1 => 'dir', h2 => 'id', p => 'class dir',
	a => 'class href', span => 'class', bdi => '', strong => '', ol => '', li => '', br => '', dl => 'class', dt => 'dir', dd => 'class dir', figure => '',
	details => '', summary => '', table => '', thead => '', tbody => '', tr => '', th => 'scope class dir', td => 'class dir', data => 'value',
	svg => 'role class aria-labelledby width height viewBox', desc => 'id', text => 'class x y', line => 'class x1 x2 y1 y2', rect => 'class x y width height',
	circle => 'class cx cy r', path => 'class d fill', g => 'transform');
my %void = map { $_ => 1 } qw(meta br line circle path);

# The first thing that is wrong with a page, or nothing
sub fault
{
	my ($page) = @_;
	my (@open, %ids, @refs);

	return 'no doctype' unless $page =~ s/^<!DOCTYPE html>//;
	return 'no style sheet' unless $page =~ s/(<style>)[^<]*(<\/style>)/$1$2/;
	return 'a line break, tab or backslash' if $page =~ /[\n\r\t\\]/;
	return 'a control character' if $page =~ /[\x00-\x1f\x7f]/;
	while ($page =~ /\G(?:<(\/?)([a-z0-9]+)((?: [A-Za-z0-9-]+="[^"<>]*")*)(\/?)>|([^<>]+))/gc)
	{
		my ($close, $tag, $attributes, $empty, $text) = ($1, $2, $3, $4, $5);

		if (defined $text)
		{
			return "bare & in '$text'" if $text =~ /&(?!(?:amp|lt|gt|quot|#[0-9]+);)/;
			next;
		}
		return "<$tag>" unless exists $allowed{$tag};
		if ($close)
		{
			my $last = pop @open // 'nothing';
			return "</$tag> closes $last" if $last ne $tag;
			next;
		}
		while ($attributes =~ / ([A-Za-z0-9-]+)="([^"]*)"/g)
		{
			my ($name, $value) = ($1, $2);
			return "<$tag $name>" unless grep { $_ eq $name } split / /, $allowed{$tag};
			return "id $value twice" if $name eq 'id' && $ids{$value}++;
			push @refs, split / /, $value if $name eq 'aria-labelledby';
			push @refs, substr($value, 1) if $name eq 'href';
			return "$name=$value is no number" if $tag =~ /^(?:svg|text|line|rect|circle)$/ && $name =~ /^(?:x|y|x1|x2|y1|y2|cx|cy|r|width|height)$/ && $value !~ /^-?[0-9]+(?:\.[0-9]{1,2})?$/;
		}
		push @open, $tag unless $empty || $void{$tag};
	}
	return 'cannot be read from: ' . substr($page, pos($page) // 0, 60) if (pos($page) // 0) < length($page);
	return "not closed: @open" if @open;
	my @lost = grep { !$ids{$_} } @refs;
	return "no id $lost[0]" if @lost;
	return;
}

my $hostile = $node->safe_psql($db, slurp_file("$test/axe/pages.sql"));
is(fault($hostile), undef, 'a page of hostile labels is well-formed');
like($hostile, qr/&lt;script&gt;alert\(1\)&lt;\/script&gt;/, 'a label <script> is text');
is(() = $hostile =~ /<svg role="img"/g, () = $hostile =~ /<svg/g, 'every chart has a role');
is(() = $hostile =~ /<svg[^>]*><title id="[^"]*">[^<]+<\/title><desc id="[^"]*">[^<]+<\/desc>/g, () = $hostile =~ /<svg/g, 'a title and a description');
is((() = $hostile =~ /<figure>/g), (() = $hostile =~ /<\/figure><details><summary>The numbers as a table/g), 'and a table');

# labels of any characters
my @alphabet = ('<', '>', '&', '"', "'", '\\', '&lt;', ']]>', '<!--', '-->', '</svg>', '</style>', 'a', ' ', "\n", "\t", "\x{1}", "\x{7f}", "\x{85}", "\x{202e}", "\x{2067}",
	"\x{2069}", "\x{200d}", "\x{300}", "\x{e33}", "\x{1f468}", "\x{1f1e9}", "\x{fffe}", "\x{10ffff}", "\x{5d0}", "\x{4e00}", "\x{ad}", '%s', '$1');
srand(20);
for my $round (1 .. 30)
{
	my @labels = map { join '', map { $alphabet[ rand @alphabet ] } 1 .. 1 + rand(30) } 1 .. 6;
	my $list = join ', ', map { (my $l = $_) =~ s/'/''/g; "'$l'" } @labels;
	utf8::encode($list);
	my $page = $node->safe_psql($db, "SET standard_conforming_strings = on; SELECT hdata.report(l[1], hdata.report_text(l[2], l[3]), hdata.report_figures(l[1], l, l, l),
		hdata.report_estimates(l[4], l, ARRAY[1,2,3,4,5,6], ARRAY[0,1,2,3,4,5], ARRAY[2,3,4,5,6,7], groups => l, value_title => l[5], reference => 1, reference_title => l[6]),
		hdata.report_section('matrix', l[1], (SELECT jsonb_agg(jsonb_build_object('a', a, 'b', b, 'v', 0.3)) FROM unnest(l) a, unnest(l) b),
			'[{\"name\": \"a\"}, {\"name\": \"b\"}, {\"name\": \"v\", \"format\": \"number\"}]', '{\"row\": \"a\", \"column\": \"b\", \"value\": \"v\"}'))
		FROM (SELECT ARRAY[$list]) AS s (l)");
	my $fault = fault($page);
	is($fault, undef, "labels of any characters, $round") or last;
}

# ---- the same in every encoding, and through every way out

my $page_of_cafe = q(SELECT hdata.report('Caf' || c, hdata.report_agreement(ARRAY[c || ' project'], ARRAY[r]), hdata.report_raters(r), hdata.report_items(r)) AS page
	FROM (SELECT c, hdata.ratings_agg(i::text, c || k, CASE WHEN (i * k) % 3 = 0 THEN 'n' || c ELSE 'yes' END) AS r FROM e, generate_series(1, 9) i, generate_series(1, 3) k GROUP BY c) AS s);
my %page;
for my $encoding (qw(UTF8 LATIN1 SQL_ASCII))
{
	my $name = database($node, lc "enc_$encoding", "ENCODING '$encoding' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
	$node->safe_psql($name, $encoding eq 'SQL_ASCII' ? q(CREATE TABLE e AS SELECT E'\xc3\xa9' AS c) : q(CREATE TABLE e AS SELECT convert_from('\xc3a9', 'UTF8') AS c));
	$page{$encoding} = $node->safe_psql($name, $page_of_cafe);
	utf8::decode($page{$encoding});
	is(fault($page{$encoding}), undef, "$encoding: well-formed");
	(my $ascii = $page{UTF8}) =~ s/([^\x00-\x7f])/'&#' . ord($1) . ';'/ge;
	is($page{$encoding}, $ascii, "$encoding: ASCII, the same page") if $encoding ne 'UTF8';
}
$node->safe_psql('enc_sql_ascii', q(UPDATE e SET c = E'\xe9'));
like($node->safe_psql('enc_sql_ascii', $page_of_cafe), qr/Caf&#65533;/, 'bytes that are no text are seen to be none');

my $dir = $node->basedir;
my $bytes = $node->safe_psql($db, "SELECT encode(convert_to(page || E'\\n', 'UTF8'), 'hex') FROM (" . slurp_file("$test/axe/pages.sql") . ') AS p');
$node->safe_psql($db, "CREATE VIEW page AS " . slurp_file("$test/axe/pages.sql"));
$node->safe_psql($db, "COPY (SELECT page FROM page) TO '$dir/server.html' (ENCODING 'UTF8')");
$node->safe_psql($db, "\\copy (SELECT page FROM page) TO '$dir/client.html' (ENCODING 'UTF8')");
command_ok([ 'psql', '-XAtq', '-d', $node->connstr($db), '-o', "$dir/psql.html", '-c', 'SELECT page FROM page' ], 'psql -At writes a page');
is(unpack('H*', slurp_file("$dir/$_.html")), $bytes, "$_: byte for byte") for qw(server client psql);
is($node->safe_psql($db, "SET max_parallel_workers_per_gather = 4; SET extra_float_digits = 0; SET DateStyle = 'German'; SET IntervalStyle = 'iso_8601'; SET TimeZone = 'Asia/Bangkok'; SET search_path = pg_temp; SELECT page FROM public.page"), $hostile, 'the same whatever the settings');

# ---- colours

sub luminance
{
	my @c = map { my $v = hex($_) / 255; $v <= 0.04045 ? $v / 12.92 : (($v + 0.055) / 1.055)**2.4 } $_[0] =~ /^#(..)(..)(..)$/;
	return 0.2126 * $c[0] + 0.7152 * $c[1] + 0.0722 * $c[2];
}

sub contrast
{
	my ($a, $b) = sort { $b <=> $a } map { luminance($_) } @_;
	return ($a + 0.05) / ($b + 0.05);
}

my @themes = $hostile =~ /:root\{([^}]*--bg[^}]*)\}/g;
is(@themes, 2, 'two themes');
for my $theme (@themes)
{
	my %c = $theme =~ /--([a-z0-9]+):(#[0-9a-f]{6})/g;
	my @steps = qw(p0 p1 p2 p3 p4 n0 n1);
	my @weak = grep { contrast(@c{@$_}) < 4.5 } [qw(fg bg)], [qw(muted bg)], [qw(link bg)], [qw(muted tile)], [qw(fg tile)], map { [ "t$_", $_ ] } @steps;
	is("@{[map { qq(@$_) } @weak]}", '', 'text can be read');
	@weak = grep { contrast(@c{@$_}) < 3 } [qw(mark bg)], [qw(bar bg)], [qw(whisker bar)], [qw(whisker bg)], [qw(other bg)], [qw(ref bg)];
	is("@{[map { qq(@$_) } @weak]}", '', 'marks can be seen');
	# blues go one way in lightness, so that they are an order without colour as well
	my @l = map { luminance($c{"p$_"}) } 0 .. 4;
	my $up = $l[1] > $l[0];
	is((grep { ($l[$_] > $l[ $_ - 1 ]) ne $up } 1 .. 4), 0, 'steps are an order in lightness');
}

# ---- the demo project: its page, the views for dashboards, the dashboard

SKIP:
{
	skip 'no test/demo here', 1 unless -x "$test/demo/demo.sh";
	$node->safe_psql('postgres', 'CREATE DATABASE demo');
	local %ENV = (%ENV, PGHOST => $node->host, PGPORT => $node->port, PGDATABASE => 'demo', DEMO_OUT => $dir);
	delete $ENV{PGUSER};
	my ($out, $err) = ('', '');
	ok(IPC::Run::run([ "$test/demo/demo.sh" ], '>', \$out, '2>', \$err), 'the demo runs') or diag($err);
	my $page = slurp_file("$dir/report.html");
	is(chomp($page), 1, 'its page is a line');
	is(fault($page), undef, 'and well-formed');
	my @numbers = $page =~ /<data value="([^"]*)">/g;
	my $alpha = $node->safe_psql('demo', q(SELECT hdata.krippendorff_alpha(hdata.ratings_first_agg(response_id, rater, safety, at, prompt_id)) FROM demo.labels JOIN demo.responses USING (response_id)));
	ok((grep { $_ eq $alpha } @numbers), 'alpha of "safety" stands in it, to the last digit');

	my $sha256 = decode_json(slurp_file("$dir/manifest.json"))->{sha256};
	is(sha256_hex(slurp_file("$dir/preferences.jsonl")), $sha256, 'the file that it releases has the digest of its manifest');
	is(decode_json(slurp_file("$dir/croissant.json"))->{distribution}[0]{sha256}, $sha256, 'and of its description');
	like($out, qr/sha256sum of the file:  $sha256/, 'which the demo shows');

	my $views = "$test/../docs/hdata_views.sql";
	($out, $err) = ('', '');
	ok(IPC::Run::run([ 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-f', $views ], '>', \$out, '2>', \$err), 'docs/hdata_views.sql runs') or diag($err);
	my @views = split /\n/, $node->safe_psql('demo', q(SELECT relname FROM pg_class WHERE relnamespace = 'hdata_views'::regnamespace AND relkind IN ('v', 'm') ORDER BY 1));
	cmp_ok($node->safe_psql('demo', "SELECT count(*) FROM hdata_views.$_"), '>', 0, "hdata_views.$_ has rows") for @views;
	is($node->safe_psql('demo', q(SELECT value FROM hdata_views.agreement WHERE project = 'safety' AND coefficient = 'krippendorff_alpha')), $alpha, 'its alpha is the same');

	my $board = decode_json(slurp_file("$test/../docs/grafana/hdata.json"));
	my @sql = map { map { $_->{rawSql} } @{ $_->{targets} } } @{ $board->{panels} };
	push @sql, map { $_->{query} } grep { $_->{type} eq 'query' } @{ $board->{templating}{list} };
	cmp_ok(@sql, '>', 8, 'the dashboard asks');
	for my $sql (@sql)
	{
		# what Grafana puts in
		$sql =~ s/\$\{(?:project|one_project):sqlstring\}/'safety'/g;
		$sql =~ s/\$__timeFilter\(([^)]*)\)/$1 BETWEEN '2026-01-01T00:00:00Z' AND '2026-12-31T00:00:00Z'/g;
		unlike($sql, qr/\$/, 'no other variable');
		cmp_ok($node->safe_psql('demo', "SELECT count(*) FROM ($sql) AS q"), '>', 0, 'and is answered: ' . substr($sql, 0, 40) =~ s/\s+/ /gr);
	}
}

done_testing();

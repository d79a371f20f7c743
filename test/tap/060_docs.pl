# The documentation is true: every example in docs/*.md and README.md runs and prints what the page shows, every public object
# is documented, every link between the pages leads somewhere.  The convention is described in docs/architecture.md.
#
# To write the outputs into pages, against a server of one's own (PGHOST, PGPORT, ... as for psql, as a superuser); only the
# pages named are written:
#
#     HDATA_DOCS_UPDATE=1 perl test/tap/060_docs.pl docs/agreement.md
use strict;
use warnings;

use File::Basename qw(basename dirname);
use FindBin;
use IPC::Run;
use Test::More;

# A server of its own, unless pages are to be written.  The module wants to be loaded before the program runs.
BEGIN
{
	require PostgreSQL::Test::Cluster unless $ENV{HDATA_DOCS_UPDATE};
}

my $root = "$FindBin::Bin/../..";
my $update = $ENV{HDATA_DOCS_UPDATE};
my $mark = '---- 060_docs block';
my $mark_end = '---- 060_docs end';
my $node;

die "name the pages to write\n" if $update && !@ARGV;
if (!$update)
{
	$node = PostgreSQL::Test::Cluster->new('docs');
	$node->init(extra => [ '--locale=C', '--encoding=UTF8' ]);
	$node->start;
	$ENV{PGHOST} = $node->host;
	$ENV{PGPORT} = $node->port;
}
$ENV{PGOPTIONS} = '-c timezone=UTC -c datestyle=ISO,MDY -c intervalstyle=postgres -c lc_messages=C'
  . ' -c extra_float_digits=1 -c client_min_messages=notice';
$ENV{PGCLIENTENCODING} = 'UTF8';
$ENV{LC_ALL} = 'C';
delete $ENV{PAGER};

# ---- reading pages

# A page as a list of pieces: lines of text, and fenced blocks {lang, open, body, close, line, skip, output}.  "output" of an
# sql block is the text block behind it, with nothing but empty lines between.
sub parse_page
{
	my ($file) = @_;
	my (@pieces, $block, $last_sql);
	my ($skip, $n) = (0, 0);

	open my $in, '<:encoding(UTF-8)', $file or die "$file: $!";
	while (my $line = <$in>)
	{
		$n++;
		if ($block)
		{
			if ($line =~ /^\Q$block->{fence}\E\s*$/)
			{
				$block->{close} = $line;
				undef $block;
			}
			else { $block->{body} .= $line; }
			next;
		}
		if ($line =~ /^(```+)(\w*)\s*$/)
		{
			$block = { fence => $1, lang => $2, open => $line, body => '', line => $n, skip => $skip };
			push @pieces, $block;
			if ($2 eq 'sql') { $last_sql = $block; }
			elsif ($last_sql && $2 eq 'text') { $last_sql->{output} = $block; undef $last_sql; }
			else { undef $last_sql; }
			$skip = 0;
			next;
		}
		if ($line =~ /^<!-- not run -->\s*$/) { $skip = 1; }
		elsif ($line =~ /\S/) { $skip = 0; undef $last_sql; }
		push @pieces, $line;
	}
	die "$file: a block is not closed\n" if $block;
	return \@pieces;
}

sub text_of
{
	return join '', map { ref $_ ? $_->{open} . $_->{body} . $_->{close} : $_ } @{ $_[0] };
}

# The lines that are no part of a block
sub prose_of
{
	return join '', grep { !ref $_ } @{ $_[0] };
}

sub write_page
{
	my ($file, $pieces) = @_;

	open my $out, '>:encoding(UTF-8)', $file or die "$file: $!";
	print $out text_of($pieces);
	close $out or die "$file: $!";
}

sub pages
{
	return @ARGV if $update;
	return grep { -e $_ } sort(glob("$root/docs/*.md")), "$root/README.md";
}

# ---- running them

sub run_sql
{
	my ($database, $sql) = @_;
	my $output = '';
	my @command = ('psql', '-X', '-q', '-v', 'ON_ERROR_STOP=0', '-d', $database);

	utf8::encode($sql);
	IPC::Run::run(\@command, '<', \$sql, '>&', \$output);
	utf8::decode($output);
	return $output;
}

sub fresh_database
{
	my ($name) = @_;
	my $output = run_sql('postgres', qq{DROP DATABASE IF EXISTS "$name";
		CREATE DATABASE "$name" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C';});

	die "cannot create a database: $output" if $output =~ /^(?:psql: )?(?:error|ERROR)/m;
}

sub tidy
{
	my ($text) = @_;

	$text =~ s/[ \t]+$//mg;
	$text =~ s/\A\n+//;
	$text =~ s/\n+\z/\n/;
	return $text;
}

# All blocks of a page in one session; the output of each
sub run_page
{
	my ($database, $blocks) = @_;
	my $sql = "\\set SHOW_CONTEXT never\n\\pset pager off\n";
	my %output;

	for my $i (0 .. $#$blocks)
	{
		$sql .= "\\echo $mark $i\n$blocks->[$i]{body}";
	}
	my $all = run_sql($database, $sql . "\\echo $mark_end\n");

	# without the closing line the last block did not come to its end
	my @parts = split /^\Q$mark\E (\d+)\n/m, $all =~ s/^\Q$mark_end\E\n.*\z//msr;
	shift @parts;
	$parts[-1] .= "no output: the session ended\n" if @parts && $all !~ /^\Q$mark_end\E$/m;
	%output = @parts;
	return map { tidy($output{$_} // "no output: the session ended\n") } 0 .. $#$blocks;
}

sub test_page
{
	my ($file) = @_;
	my $pieces = parse_page($file);
	my @blocks = grep { ref $_ && $_->{lang} eq 'sql' && !$_->{skip} } @$pieces;
	my $page = basename($file);
	my $database = 'docs_' . lc($page =~ s/\W/_/gr);

	return if !@blocks;
	fresh_database($database);
	run_sql($database, 'CREATE EXTENSION hdata;')
	  unless grep { $_->{body} =~ /^CREATE EXTENSION/m } @blocks;

	my @output = run_page($database, \@blocks);
	for my $i (0 .. $#blocks)
	{
		my $block = $blocks[$i];
		my $where = "$page, line $block->{line}";

		if (!$block->{output})
		{
			unlike($output[$i], qr/^(?:psql:.*)?(?:ERROR|FATAL|PANIC|invalid command|unrecognized)|session ended/m, "$where runs");
		}
		elsif ($update)
		{
			$block->{output}{body} = $output[$i] =~ s/^\n//r;
			pass("$where is written");
		}
		else
		{
			my ($got, $expected) = ($output[$i], tidy($block->{output}{body}));

			ok($got eq $expected, "$where prints what the page shows")
			  or diag("expected:\n${expected}got:\n$got");
		}
	}
	write_page($file, $pieces) if $update;
	run_sql('postgres', qq{DROP DATABASE "$database";});
}

# ---- what must be documented

# Functions and aggregates that users call, not those which a type, an aggregate, an operator, an operator class or a cast uses;
# types, tables, operators, settings: name, kind, comment
my $public_objects = <<'END';
WITH member AS (
    SELECT d.classid, d.objid FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
     WHERE d.refclassid = 'pg_extension'::regclass AND e.extname = 'hdata' AND d.deptype = 'e')
SELECT p.proname AS name, CASE p.prokind WHEN 'a' THEN 'aggregate' ELSE 'function' END AS kind, obj_description(p.oid, 'pg_proc') AS comment
  FROM pg_proc p JOIN member m ON m.classid = 'pg_proc'::regclass AND m.objid = p.oid
 WHERE NOT EXISTS (SELECT FROM pg_type t WHERE p.oid IN (t.typinput, t.typoutput, t.typreceive, t.typsend, t.typmodin,
                                                        t.typmodout, t.typanalyze, t.typsubscript))
   AND NOT EXISTS (SELECT FROM pg_aggregate a WHERE p.oid IN (a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggserialfn,
                                                             a.aggdeserialfn, a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn))
   AND NOT EXISTS (SELECT FROM pg_operator o WHERE p.oid IN (o.oprcode, o.oprrest, o.oprjoin))
   AND NOT EXISTS (SELECT FROM pg_amproc a WHERE a.amproc = p.oid)
   AND NOT EXISTS (SELECT FROM pg_cast c WHERE c.castfunc = p.oid)
   AND NOT EXISTS (SELECT FROM pg_proc s WHERE s.prosupport = p.oid)
UNION ALL
SELECT t.typname, 'type', obj_description(t.oid, 'pg_type') FROM pg_type t JOIN member m ON m.classid = 'pg_type'::regclass AND m.objid = t.oid
 WHERE t.typcategory <> 'A' AND t.typtype <> 'c'
UNION ALL
SELECT c.relname, CASE c.relkind WHEN 'v' THEN 'view' WHEN 'c' THEN 'type' ELSE 'table' END, obj_description(c.oid, 'pg_class') FROM pg_class c
  JOIN member m ON m.classid = 'pg_class'::regclass AND m.objid = c.oid WHERE c.relkind IN ('r', 'v', 'p')
UNION ALL
SELECT o.oprname, 'operator', obj_description(o.oid, 'pg_operator') FROM pg_operator o JOIN member m ON m.classid = 'pg_operator'::regclass AND m.objid = o.oid
 WHERE o.oprname NOT IN ('=', '<>', '<', '<=', '>', '>=')
UNION ALL
SELECT c.opcname, 'operator class', obj_description(c.oid, 'pg_opclass') FROM pg_opclass c JOIN member m ON m.classid = 'pg_opclass'::regclass AND m.objid = c.oid
 WHERE NOT c.opcdefault
UNION ALL
SELECT name, 'setting', short_desc FROM pg_settings WHERE name LIKE 'hdata.%'
ORDER BY 1;
END

# The page that explains a name: one of a module before the others; where it stands with its arguments, or is a heading, before
# where it is a mere word of one
sub naming_pages
{
	my %found;
	my %others = map { $_ => 1 } qw(README.md architecture.md cookbook.md coverage.md install.md limits.md report.md storage.md tutorial.md);

	for my $file (glob("$root/docs/*.md"))
	{
		my $page = basename($file);

		next if $page eq 'reference.md';    # it names everything
		for my $line (split /\n/, prose_of(parse_page($file)))
		{
			next unless $line =~ /^(#+|\|)\s*(.*)/;
			my ($kind, $rest) = ($1 eq '|' ? 1 : 0, $2);

			while ($rest =~ /(`?)([\w.]+|\@~+)(\(?)/g)
			{
				my $rank = ($others{$page} ? 4 : 0) + ($1 && $3 || !$kind && $-[0] == 0 ? 0 : !$kind ? 1 : $1 ? 2 : 3);

				$found{$2}[$rank] //= $page;
			}
		}
	}
	return { map { my $name = $_; $name => (grep { defined } @{ $found{$name} })[0] } keys %found };
}

# (name, kind, comment) of what users see, by name and kind
sub public_objects
{
	fresh_database('docs_objects');
	run_sql('docs_objects', 'CREATE EXTENSION hdata;');

	# settings are known once the library is loaded: here by a call that returns no row
	my $load = "SELECT FROM (SELECT hdata.ratings_agg(1::bigint, 1::bigint, 'x'::text) AS r) AS q WHERE r IS NULL;";
	my $list = run_sql('docs_objects', "\\pset format unaligned\n\\pset fieldsep '\\t'\n\\pset tuples_only on\n$load\n$public_objects");

	unlike($list, qr/^(?:ERROR|FATAL)/m, 'the list of public objects can be read');
	run_sql('postgres', 'DROP DATABASE docs_objects;');
	return map { [ split /\t/ ] } split /\n/, $list;
}

# docs/reference.md: every object in one list, its comment from the catalog, and the page that explains it
sub reference
{
	my ($page, @objects) = @_;
	my (%comments, $text);

	for my $object (@objects)
	{
		my ($name, $kind, $comment) = @$object;

		$comments{$name}{$kind}{$comment // ''} = 1;
	}
	$text = "# Reference\n\nEvery object that users see, as the catalog describes it (`COMMENT ON`), and the page that explains it. Written by\n"
	  . "`HDATA_DOCS_UPDATE=1 perl test/tap/060_docs.pl docs/reference.md`, and compared with the catalog by the tests.\n\n"
	  . "| name | kind | what | page |\n|---|---|---|---|\n";
	for my $name (sort keys %comments)
	{
		for my $kind (sort keys %{ $comments{$name} })
		{
			my $what = join '; ', sort keys %{ $comments{$name}{$kind} };
			my $where = $page->{$name} // '';

			$what =~ s/\|/\\|/g;
			$text .= "| `$name` | $kind | $what | [$where]($where) |\n";
		}
	}
	return $text;
}

sub test_objects
{
	my @objects = public_objects();
	my $page = naming_pages();
	my %named = map { $_->[0] => 1 } @objects;
	my $file = "$root/docs/reference.md";
	my $text = reference($page, @objects);

	cmp_ok(scalar @objects, '>', 0, 'the extension has public objects');
	ok($page->{$_}, "$_ is documented") for sort keys %named;
	ok(-e $file, 'there is a reference') or return;
	open my $in, '<:encoding(UTF-8)', $file or die "$file: $!";
	my $there = do { local $/; <$in> };
	my %there = map { $_ => 1 } split /\n/, $there;
	my %wanted = map { $_ => 1 } split /\n/, $text;

	ok($there{$_}, "reference.md has the line: $_") for grep { !$there{$_} } split /\n/, $text;
	ok($wanted{$_}, "the catalog has no such line of reference.md: $_") for grep { !$wanted{$_} } split /\n/, $there;
	is($there, $text, 'reference.md is what the catalog says');
}

# Writes it
sub update_reference
{
	my ($file) = @_;
	my @objects = public_objects();

	open my $out, '>:encoding(UTF-8)', $file or die "$file: $!";
	print $out reference(naming_pages(), @objects);
	close $out or die "$file: $!";
}

# ---- links

# The anchors of a page, as GitHub and GitLab make them of headings
sub anchors
{
	my %anchor;

	for my $heading (prose_of(parse_page($_[0])) =~ /^#+ +(.*?)\s*$/mg)
	{
		my $a = lc $heading;

		$a =~ s/[^\w\- ]//g;
		$a =~ s/ /-/g;
		$anchor{$a} = 1;
	}
	return \%anchor;
}

sub test_links
{
	my ($file) = @_;
	my $page = basename($file);

	for my $link (prose_of(parse_page($file)) =~ /\]\(([^)\s]+)\)/g)
	{
		my ($path, $anchor) = $link =~ /^([^#]*)(?:#(.*))?$/;
		my $target = $path eq '' ? $file : dirname($file) . "/$path";

		next if $link =~ /^(?:\w+:|\/\/)/;
		ok(-e $target, "$page: $link exists") or next;
		ok(anchors($target)->{$anchor}, "$page: $link has that heading")
		  if defined $anchor && $target =~ /\.md$/;
	}
}

for my $page (pages())
{
	if ($update && $page =~ /reference\.md$/) { update_reference($page); }
	else { test_page($page); }
}
test_objects() if !$update;
test_links($_) for pages();
$node->stop if $node;
done_testing();

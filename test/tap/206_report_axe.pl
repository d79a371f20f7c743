# Reports in a browser: no accessibility violation (axe-core), nothing that collides, three widths, light and dark.  Needs what
# a build of an extension does not: Chromium, node, and HDATA_AXE, a folder where "npm install playwright-core axe-core" was run.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use PostgreSQL::Test::Utils;
use Test::More;

my ($chromium) = grep { defined && -x } $ENV{CHROMIUM}, map { ("/usr/bin/$_", "/usr/local/bin/$_") } qw(chromium chromium-browser google-chrome);
my ($nodejs) = grep { -x } map { "$_/node" } split /:/, $ENV{PATH};
my $axe = $ENV{HDATA_AXE} // '';

plan skip_all => 'no Chromium: reports are not opened in a browser' unless $chromium;
plan skip_all => 'no node: reports are not opened in a browser' unless $nodejs;
plan skip_all => 'HDATA_AXE is no folder with playwright-core and axe-core (npm): reports are not opened in a browser'
	unless -d "$axe/node_modules/axe-core" && -d "$axe/node_modules/playwright-core";

my $test = "$FindBin::RealBin/..";
my $node = start_node('report_axe');
my $db = database($node, 'pages');
my $dir = $node->basedir;

my $sql = slurp_file("$test/axe/pages.sql");
append_to_file("$dir/hostile.html", $node->safe_psql($db, $sql));
append_to_file("$dir/nothing.html", $node->safe_psql($db, q(SELECT hdata.report('Nothing', VARIADIC '{}'))));
my @pages = map { "$dir/$_.html" } qw(hostile nothing);

local %ENV = (%ENV, PGHOST => $node->host, PGPORT => $node->port, PGDATABASE => 'demo', DEMO_OUT => $dir, NODE_PATH => "$axe/node_modules", CHROMIUM => $chromium, HOME => $dir);
$node->safe_psql('postgres', 'CREATE DATABASE demo');
my ($out, $err) = ('', '');
IPC::Run::run([ "$test/demo/demo.sh" ], '>', \$out, '2>', \$err) or diag($err);
push @pages, "$dir/report.html" if -s "$dir/report.html";

for my $page (@pages)
{
	my ($found, $messages) = ('', '');
	IPC::Run::run([ $nodejs, "$test/axe/report.js", $page ], '>', \$found, '2>', \$messages);
	is($found, "0 problems\n", "$page in a browser") or diag($messages);
}
done_testing();

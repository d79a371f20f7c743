# Every way to write, tried by everybody: what may pass passes, what may not is refused with the SQLSTATE that docs/review.md shows.  The
# matrix in the page is this test's output.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_node('review_bypass');
my @roles = qw(owner reviewer annotator outsider);

$node->safe_psql('postgres', <<'SQL');
CREATE ROLE owner LOGIN;
CREATE ROLE reviewers; CREATE ROLE annotators;
CREATE ROLE reviewer LOGIN IN ROLE reviewers;
CREATE ROLE annotator LOGIN IN ROLE annotators;
CREATE ROLE outsider LOGIN;
CREATE DATABASE project OWNER owner;
SQL
$node->safe_psql('project', <<'SQL');
CREATE EXTENSION hdata;
SELECT hdata.review_grant(r, attach => true) FROM unnest('{owner,reviewer,annotator}'::name[]) r;
SET ROLE owner;
CREATE SCHEMA app;
SELECT hdata.review_define('flow', $$
	draft -> submitted as submit [annotators] author;
	submitted -> approved as approve [reviewers] !author;
	submitted -> draft as reject [reviewers] reason;
	approved -> exported as export [exporters];
	initial draft; terminal exported; accepting approved; frozen approved, exported $$);
CREATE TABLE app.parent (id int PRIMARY KEY);
CREATE TABLE app.task (id bigint, part int DEFAULT 1, author text, body text, state text, parent int REFERENCES app.parent ON DELETE CASCADE, PRIMARY KEY (id, part)) PARTITION BY LIST (part);
CREATE TABLE app.task1 PARTITION OF app.task FOR VALUES IN (1);
CREATE TABLE app.task2 PARTITION OF app.task FOR VALUES IN (2);
SELECT hdata.review_attach('app.task', 'flow', 'id', 'state', author => 'author', content => '{body}');
CREATE VIEW app.view AS SELECT * FROM app.task;
INSERT INTO app.parent VALUES (1);
-- 1 is a draft, 2 submitted, 3 approved, 4 a draft of somebody else, 5 submitted with a parent
INSERT INTO app.task (id, author, body, parent) SELECT i, CASE i WHEN 4 THEN 'owner' ELSE 'annotator' END, 'text', CASE i WHEN 5 THEN 1 END FROM generate_series(1, 5) i;
RESET ROLE;
SET SESSION AUTHORIZATION annotator;
RESET SESSION AUTHORIZATION;
GRANT USAGE ON SCHEMA app TO reviewers, annotators;
GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON app.task, app.task1, app.task2, app.view, app.parent TO reviewers, annotators;
SET ROLE annotator;
UPDATE app.task SET state = 'submitted' WHERE id IN (2, 3, 5);
SET ROLE reviewer;
UPDATE app.task SET state = 'approved' WHERE id = 3;
RESET ROLE;
-- tries a statement and undoes it
CREATE FUNCTION public.attempt(sql text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	n bigint;
BEGIN
	EXECUTE sql;
	GET DIAGNOSTICS n = ROW_COUNT;
	RAISE EXCEPTION USING ERRCODE = 'HD000', MESSAGE = CASE WHEN n = 0 AND sql !~ '^(SET|ALTER|TRUNCATE|DROP|DO|CREATE)' THEN 'nothing' ELSE 'passes' END;
EXCEPTION
	WHEN SQLSTATE 'HD000' THEN RETURN SQLERRM;
	WHEN OTHERS THEN RETURN SQLSTATE;
END $$;
SQL

# what is tried: name in the page, statement
my @attempts = (
	[ 'UPDATE along an edge of the annotator', q(UPDATE app.task SET state = 'submitted' WHERE id = 1) ],
	[ 'the same with the work of somebody else', q(UPDATE app.task SET state = 'submitted' WHERE id = 4) ],
	[ 'UPDATE along an edge of the reviewer', q(UPDATE app.task SET state = 'approved' WHERE id = 2) ],
	[ 'UPDATE along an edge that needs a reason', q(UPDATE app.task SET state = 'draft' WHERE id = 2) ],
	[ 'UPDATE past the edges', q(UPDATE app.task SET state = 'approved' WHERE id = 1) ],
	[ 'UPDATE to a state that there is not', q(UPDATE app.task SET state = 'done' WHERE id = 1) ],
	[ 'UPDATE of content in a draft', q(UPDATE app.task SET body = 'new' WHERE id = 1) ],
	[ 'UPDATE of frozen content', q(UPDATE app.task SET body = 'new' WHERE id = 3) ],
	[ 'UPDATE of the key', q(UPDATE app.task SET id = 9 WHERE id = 1) ],
	[ 'UPDATE of the author of submitted work', q(UPDATE app.task SET author = 'reviewer' WHERE id = 2) ],
	[ 'UPDATE of the partition', q(UPDATE app.task SET part = 2 WHERE id = 3) ],
	[ 'UPDATE of the partition, past the edges', q(UPDATE app.task SET part = 2, state = 'draft' WHERE id = 3) ],
	[ 'UPDATE through a view, past the edges', q(UPDATE app.view SET state = 'approved' WHERE id = 1) ],
	[ 'UPDATE of a partition by itself, past the edges', q(UPDATE app.task1 SET state = 'approved' WHERE id = 1) ],
	[ 'INSERT of one\'s own draft', q(INSERT INTO app.task (id, author) VALUES (20, current_user)) ],
	[ 'INSERT under the name of somebody else', q(INSERT INTO app.task (id, author) VALUES (20, 'somebody')) ],
	[ 'INSERT in another state', q(INSERT INTO app.task (id, state) VALUES (20, 'approved')) ],
	[ 'INSERT into a partition in another state', q(INSERT INTO app.task2 (id, part, state) VALUES (20, 2, 'approved')) ],
	[ 'COPY in another state', undef ],
	[ 'upsert in another state', q(INSERT INTO app.task (id, author, state) VALUES (1, current_user, 'approved') ON CONFLICT (id, part) DO UPDATE SET state = excluded.state) ],
	[ 'upsert that changes the state past the edges', q(INSERT INTO app.task (id, author) VALUES (1, current_user) ON CONFLICT (id, part) DO UPDATE SET state = 'approved') ],
	[ 'MERGE past the edges', q(MERGE INTO app.task t USING (VALUES (1)) v (id) ON v.id = t.id WHEN MATCHED THEN UPDATE SET state = 'approved') ],
	[ 'DELETE of a draft', q(DELETE FROM app.task WHERE id = 1) ],
	[ 'DELETE of submitted work', q(DELETE FROM app.task WHERE id = 2) ],
	[ 'DELETE of approved work through a view', q(DELETE FROM app.view WHERE id = 3) ],
	[ 'DELETE by a cascade', q(DELETE FROM app.parent WHERE id = 1) ],
	[ 'DELETE and INSERT as if it moved to another partition', q(WITH d AS (DELETE FROM app.task WHERE id = 1 RETURNING *) INSERT INTO app.task SELECT id, 2, author, body, 'approved', parent FROM d) ],
	[ 'TRUNCATE', 'TRUNCATE app.task' ],
	[ 'TRUNCATE of a partition', 'TRUNCATE app.task1' ],
	[ 'review_move along an edge of the reviewer', q(SELECT hdata.review_move('app.task', 2, 'approve')) ],
	[ 'the same with a reason, along another', q(SELECT hdata.review_move('app.task', 2, 'reject', reason => 'x')) ],
	[ 'review_move past the edges', q(SELECT hdata.review_move('app.task', 1, 'approve')) ],
	[ 'review_move as somebody else', q(SELECT hdata.review_move('app.task', 2, 'approve', actor => 'somebody')) ],
	[ 'hdata.review_import, then an UPDATE past the edges', q(DO $do$ BEGIN SET LOCAL hdata.review_import = on; UPDATE app.task SET state = 'approved' WHERE id = 1; END $do$) ],
	[ 'session_replication_role', 'SET LOCAL session_replication_role = replica' ],
	[ 'disabling the guard', 'ALTER TABLE app.task DISABLE TRIGGER zzz_hdata_review_guard' ],
	[ 'dropping the guard', 'DROP TRIGGER zzz_hdata_review_guard ON app.task' ],
	[ 'another trigger', 'CREATE TRIGGER zzzz BEFORE UPDATE ON app.task FOR EACH ROW EXECUTE FUNCTION hdata.review_guard()' ],
	[ 'review_detach', q(SELECT hdata.review_detach('app.task')) ],
	[ 'redefining the flow', q(SELECT hdata.review_redefine('flow', 'draft -> exported as x; initial draft; terminal exported', '{"submitted": "draft", "approved": "exported"}')) ],
	[ 'UPDATE of the side table', q(UPDATE app.task_review SET state = 'approved' WHERE item = 1) ],
	[ 'UPDATE of the log', q(UPDATE app.task_review_log SET actor = 'somebody' WHERE item = 3) ],
	[ 'DELETE from the log', q(DELETE FROM app.task_review_log WHERE item = 3) ]);

my @matrix;
my $before = state();
for my $attempt (@attempts)
{
	my ($name, $sql) = @$attempt;
	my @row = ($name);

	for my $role (@roles)
	{
		my $answer;

		if (defined $sql)
		{
			(my $quoted = $sql) =~ s/'/''/g;
			my ($status, $out, $err) = $node->psql('project', "SELECT public.attempt('$quoted')", connstr => $node->connstr('project') . " user=$role");
			$answer = $status == 0 ? $out : $err;
		}
		else
		{
			my ($status, $out, $err) = $node->psql('project', "\\set VERBOSITY sqlstate\nCOPY app.task (id, state) FROM stdin;\n20\tapproved\n\\.\n",
				connstr => $node->connstr('project') . " user=$role");
			($answer) = $err =~ /ERROR:\s+(\w{5})/;
			$answer //= 'passes';
		}
		push @row, $answer;
	}
	push @matrix, \@row;
}
is(state(), $before, 'nothing of it is left');

# everything there is
sub state
{
	return $node->safe_psql('project', <<'SQL');
SELECT string_agg(t::text, ';' ORDER BY id) FROM app.task t;
SELECT string_agg(s::text, ';' ORDER BY item) FROM app.task_review s;
SELECT string_agg(l::text, ';' ORDER BY item, seq) FROM app.task_review_log l;
SQL
}

my $table = join '', map { '| ' . join(' | ', @$_) . " |\n" } [ 'tried', @roles ], [ '---', ('---') x @roles ], @matrix;
my $page = slurp_file(($ENV{HDATA_ROOT} // '.') . '/docs/review.md');
my ($shown) = $page =~ /(\| tried \|.*?\n)\n/s;
is($shown, $table, 'the matrix of docs/review.md') or diag($table);

# what must hold whatever the page says
my %of = map { $_->[0] => [ @$_[ 1 .. $#$_ ] ] } @matrix;
for my $name (grep { /past the edges|another state|frozen|TRUNCATE|cascade|submitted work|approved work|as if|of the key|there is not/ && !/review_import/ } sort keys %of)
{
	is(scalar(grep { $_ eq 'passes' } @{ $of{$name} }), 0, "nobody: $name");
}
is_deeply([ grep { $of{$_}[1] eq 'passes' } sort keys %of ], [ sort 'INSERT of one\'s own draft', 'UPDATE along an edge of the reviewer', 'UPDATE of content in a draft', 'UPDATE of the partition',
	'DELETE of a draft', 'review_move along an edge of the reviewer', 'the same with a reason, along another' ], 'what a reviewer may');
is_deeply([ grep { $of{$_}[2] eq 'passes' } sort keys %of ], [ sort 'INSERT of one\'s own draft', 'UPDATE along an edge of the annotator', 'UPDATE of content in a draft', 'UPDATE of the partition', 'DELETE of a draft' ],
	'what an annotator may');
is_deeply([ grep { $of{$_}[3] ne '42501' } sort keys %of ], [], 'an outsider may nothing');

$node->stop;
done_testing();

# Real data sets of HDATA_SHARED/data go the whole way: loaded, measured, deduplicated, split, refused for what is wrong with them,
# released, written by COPY, checked by sha256sum, read back byte for byte.  The figures are those that the sets' authors
# published, where they did, else what the set holds; they are told in the closing notes.
use strict;
use warnings;

use Digest::SHA;
use FindBin;
use lib $FindBin::RealBin;
use HdataTest;
use JSON::PP;
use PostgreSQL::Test::Utils;
use Test::More;

my $copy = q{(FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02', ENCODING 'UTF8')};
my @sets = qw(convarg llmfao oasst_sample wmt_mqm_3r_ende);
my %there = map { $_ => defined $ENV{HDATA_SHARED} && -r "$ENV{HDATA_SHARED}/data/$_/load.sql" } @sets;

if (!grep { $_ } values %there)
{
	diag('SKIPPED: HDATA_SHARED/data holds none of ' . join ', ', @sets);
	plan skip_all => 'no real data';
}

my $node = start_node('end_to_end');
my $db = database($node, 'whole_way');
my $dir = PostgreSQL::Test::Utils::tempdir();
chmod 0755, $dir;

sub sql
{
	return $node->safe_psql($db, $_[0]);
}

# One row against the numbers that it must be, at a tolerance
sub measures
{
	my ($name, $query, @wanted) = @_;
	my @got = split /\|/, sql($query), -1;
	my $same = @got == @wanted && !grep { $got[$_] eq '' || abs($got[$_] - $wanted[$_]) > 1e-6 * (1 + abs $wanted[$_]) } 0 .. $#wanted;

	ok($same, "$name: @wanted") or diag("got @got");
}

# release() refuses, and says all that is wrong
sub refused
{
	my ($name, $arguments, @why) = @_;
	my ($status, $out, $err) = $node->psql($db, "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT hdata.release('$name', $arguments);");

	isnt($status, 0, "$name: refused");
	like($err, $_, "$name: because of $_") for qr/release refused/, @why;
	return;
}

sub sha256_of
{
	return Digest::SHA->new(256)->addfile($_[0], 'b')->hexdigest;
}

sub bytes_of
{
	return PostgreSQL::Test::Utils::slurp_file($_[0]);
}

# release(), and COPY in the same transaction; then the file against its manifest, and back into a table
sub released
{
	my ($name, $view, $arguments) = @_;
	my $file = "$dir/$name.jsonl";
	my $again = "$dir/$name.again.jsonl";
	my $manifest = decode_json(sql(<<"SQL"));
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT hdata.release('$name', 'SELECT * FROM $view ORDER BY item', $arguments);
\\copy (SELECT line FROM $view ORDER BY item) TO '$file' $copy
COMMIT;
SQL
	my $bytes = bytes_of($file);
	my @lines = split /\n/, $bytes;
	my ($sum) = `sha256sum '$file'` =~ /^(\w+)/;

	is($sum, $manifest->{sha256}, "$name: sha256sum of the file is the digest of the manifest");
	is(-s $file, $manifest->{bytes}, "$name: $manifest->{bytes} bytes");
	is(scalar @lines, $manifest->{rows}, "$name: $manifest->{rows} lines");
	is(scalar(grep { eval { decode_json($_); 1 } } @lines), $manifest->{rows}, "$name: each is JSON for another reader");
	is(sql("SELECT n_rows || ' ' || encode(sha256, 'hex') FROM hdata.releases WHERE name = '$name'"), "$manifest->{rows} $sum", "$name: recorded");

	sql(<<"SQL");
CREATE TABLE back_$name (n bigint GENERATED ALWAYS AS IDENTITY, line text);
\\copy back_$name (line) FROM '$file' $copy
\\copy (SELECT line FROM back_$name ORDER BY n) TO '$again' $copy
SQL
	ok(bytes_of($again) eq $bytes, "$name: read back and written again, byte for byte");
	is(sql("SELECT encode(hdata.digest(hdata.line_digest_agg(line)), 'hex') FROM back_$name"), $manifest->{line_digest},
		"$name: the same lines, whatever their order");

	# a file that was touched is not the file
	substr($bytes, length($bytes) / 2, 1) ^= "\x01";
	isnt(Digest::SHA::sha256_hex($bytes), $sum, "$name: one bit elsewhere is another digest");
	return $manifest;
}

# ---- which argument is more convincing: five workers a pair

SKIP:
{
	skip 'no convarg', 1 unless load_data($node, $db, 'convarg');

	sql(<<'SQL');
CREATE TABLE convarg_ratings AS SELECT hdata.ratings_agg(comparison_id, rater_id, winner) AS r FROM convarg.preferences;
-- pairs with a gold label; the topic decides on the split, the workers are the people
CREATE VIEW convarg_pairs AS
SELECT p.comparison_id AS item, w.people AS person, c.text AS text, hdata.split(p.topic_id, '{0.8,0.2}', '{train,test}') AS split,
       hdata.jsonl(hdata.dpo(replace(t.topic, '_', ' '), c.text, r.text)) AS line
  FROM convarg.pairs p JOIN convarg.topics t USING (topic_id)
       JOIN convarg.items c ON c.item_id = CASE gold_winner WHEN 'a' THEN item_a ELSE item_b END
       JOIN convarg.items r ON r.item_id = CASE gold_winner WHEN 'a' THEN item_b ELSE item_a END
       JOIN (SELECT comparison_id, array_agg(rater_id ORDER BY rater_id) AS people FROM convarg.preferences GROUP BY 1) w USING (comparison_id)
 WHERE gold_winner IN ('a', 'b');
CREATE VIEW convarg_good AS SELECT * FROM convarg_pairs WHERE text <> '';
SQL
	measures('convarg: alpha, workers, answers', "SELECT value, n_raters, n_ratings FROM convarg_ratings, hdata.agreement(r) WHERE coefficient = 'krippendorff_alpha'",
		0.266757818, 3815, 84445);
	measures('convarg: gold pairs, without a majority, majority is gold', <<'SQL', 16081, 2080, 0.949289334);
SELECT count(*), count(*) FILTER (WHERE majority IS NULL), avg((majority = gold_winner)::int)
  FROM convarg_ratings, hdata.item_agreement(r) i JOIN convarg.pairs ON comparison_id = i.item WHERE gold_winner IS NOT NULL
SQL
	measures('convarg: workers of 20 answers or more, their agreement against the competence that MACE gave them', <<'SQL', 567, 0.700606877);
SELECT count(*), corr(a.value, mace_competence) FROM convarg_ratings, hdata.rater_agreement(r) a JOIN convarg.raters ON rater_id = a.rater WHERE n >= 20
SQL
	measures('convarg: Bradley-Terry by topic against the published ranking, mean and weakest rank correlation (theirs falls)', <<'SQL', 32, -0.909214402, -0.682413149);
WITH q AS (SELECT topic_id, hdata.comparisons_agg(item_a, item_b, hdata.outcome_of(winner, item_a, item_b), rater_id, comparison_id) AS c
             FROM convarg.preferences JOIN convarg.pairs USING (comparison_id) GROUP BY 1),
     x AS (SELECT topic_id, rank() OVER (PARTITION BY topic_id ORDER BY b.rating) AS ours, rank() OVER (PARTITION BY topic_id ORDER BY k.rank_score) AS theirs
             FROM q, hdata.bradley_terry(c) b JOIN convarg.ranking k ON k.item_id = b.item),
     y AS (SELECT corr(ours, theirs) AS rho FROM x GROUP BY topic_id)
SELECT count(*), avg(rho), max(rho) FROM y
SQL
	measures('convarg: near-duplicates among the arguments', <<'SQL', 716, 14, 29);
SELECT s.n_texts, s.n_clusters, s.n_duplicates FROM (SELECT hdata.corpus_agg(item_id, text) AS c FROM convarg.items WHERE text IS NOT NULL) q, hdata.duplicate_stats(c) s
SQL
	measures('convarg: arguments that leak if split by argument, by topic', <<'SQL', 6, 0);
SELECT (SELECT count(*) FROM (SELECT hdata.corpus_agg(item_id, text, hdata.split(item_id)) AS c FROM convarg.items WHERE text IS NOT NULL) q, hdata.split_leaks(c) l),
       (SELECT count(*) FROM (SELECT hdata.corpus_agg(item_id, text, hdata.split(topic_id)) AS c FROM convarg.items WHERE text IS NOT NULL) q, hdata.split_leaks(c) l)
SQL
	refused('convarg', q('SELECT * FROM convarg_pairs ORDER BY item', format => 'dpo_trl'), qr/bad_records: 4078, .*8156 null, 4078 identical/);
	my $m = released('convarg', 'convarg_good', "format => 'dpo_trl'");
	is("$m->{rows} $m->{persons}{n} $m->{splits}{train} $m->{splits}{test}", '8714 3565 7638 1076', 'convarg: rows, persons, splits');
}

# ---- which answer of 59 models is better: crowd and two judges

SKIP:
{
	skip 'no llmfao', 1 unless load_data($node, $db, 'llmfao');

	sql(<<'SQL');
CREATE TABLE llmfao_crowd AS
SELECT hdata.ratings_agg(comparison_id, rater_id, winner) AS r,
       hdata.comparisons_agg(item_a, item_b, hdata.outcome_of(winner, item_a, item_b), rater_id, prompt_id) AS c FROM llmfao.preferences WHERE rater_id ~ '^w';
CREATE VIEW llmfao_pairs AS
SELECT i.item, w.people AS person, q.text AS text, hdata.split(w.prompt_id, '{0.8,0.2}', '{train,test}') AS split,
       hdata.jsonl(hdata.dpo(q.text, c.text, r.text)) AS line
  FROM llmfao_crowd s, hdata.item_agreement(s.r) i
       JOIN (SELECT comparison_id, prompt_id, item_a, item_b, array_agg(rater_id ORDER BY rater_id) AS people
               FROM llmfao.preferences WHERE rater_id ~ '^w' GROUP BY 1, 2, 3, 4) w ON w.comparison_id = i.item
       JOIN llmfao.prompts q USING (prompt_id)
       JOIN llmfao.responses c ON c.prompt_id = w.prompt_id AND c.model = CASE majority WHEN 'a' THEN item_a ELSE item_b END
       JOIN llmfao.responses r ON r.prompt_id = w.prompt_id AND r.model = CASE majority WHEN 'a' THEN item_b ELSE item_a END
 WHERE i.majority IN ('a', 'b');
CREATE VIEW llmfao_good AS SELECT * FROM llmfao_pairs 
 WHERE NOT 'w47' = ANY (person) AND NOT EXISTS (SELECT FROM hdata.validate_record(line::jsonb, 'dpo_trl') v WHERE v.severity = 'error');
SQL
	measures('llmfao: alpha of the crowd with its interval', "SELECT value, ci_low, ci_high FROM llmfao_crowd, hdata.agreement(r) WHERE coefficient = 'krippendorff_alpha'",
		0.290595104, 0.271933868, 0.309256340);
	# leaderboard.ipynb: GPT 4 0.041215, Platypus-2 0.029233, command 0.028852, scores sum to 1
	is(sql(<<'SQL'), 'GPT 4 0.0412,Platypus-2 Instruct (70B) 0.0292,command 0.0289', 'llmfao: the published leaderboard');
SELECT string_agg(item || ' ' || round(share::numeric, 4), ',' ORDER BY share DESC)
  FROM (SELECT b.item, exp(b.rating) / sum(exp(b.rating)) OVER () AS share FROM llmfao_crowd, hdata.bradley_terry(c) b ORDER BY 2 DESC LIMIT 3) t
SQL
	measures('llmfao: models, ranks that the data leave the first one, models that may be first', <<'SQL', 59, 1, 49, 46);
SELECT count(*), min(rank_low), (array_agg(rank_high ORDER BY rating DESC))[1], count(*) FILTER (WHERE rank_low = 1) FROM llmfao_crowd, hdata.bradley_terry(c, ci => 'two_way')
SQL
	measures('llmfao: GPT-4 and GPT-3.5 against the majority of the crowd: pairs, kappa', <<'SQL', 1831, 0.218129660, 1831, 0.101513705);
SELECT hdata.n(j[1]), hdata.cohen_kappa(j[1]), hdata.n(j[2]), hdata.cohen_kappa(j[2])
  FROM (SELECT array_agg(k ORDER BY rater_id DESC) AS j FROM (SELECT p.rater_id, hdata.confusion_agg(i.majority, p.winner) AS k
          FROM llmfao_crowd, hdata.item_agreement(r) i JOIN llmfao.preferences p ON p.comparison_id = i.item WHERE p.rater_id !~ '^w' AND i.majority IS NOT NULL GROUP BY 1) g) a
SQL
	measures('llmfao: near-duplicates among the answers', <<'SQL', 1108, 97, 65, 234);
SELECT s.n_texts, s.n_equal, s.n_clusters, s.n_duplicates FROM (SELECT hdata.corpus_agg(response_id, text) AS c FROM llmfao.responses WHERE text IS NOT NULL) q, hdata.duplicate_stats(c) s
SQL
	sql("SELECT hdata.give_consent(p, 'training') FROM (SELECT DISTINCT rater_id FROM llmfao.preferences WHERE rater_id ~ '^w' AND rater_id <> 'w47') t (p)");
	refused('llmfao', q('SELECT * FROM llmfao_pairs ORDER BY item', purpose => 'training', format => 'dpo_trl'),
		qr/persons_without_consent: 1, .*persons w47/, qr/bad_records: 101, .*88 empty, 13 null/);
	# three answers are one zero width space, which no \S finds
	measures('llmfao: answers that show nothing: NULL, blank, others', <<'SQL', 25, 44, 3);
SELECT count(*) FILTER (WHERE text IS NULL), count(*) FILTER (WHERE text !~ '\S'), count(*) FILTER (WHERE text ~ '\S')
  FROM llmfao.responses WHERE EXISTS (SELECT FROM hdata.validate_record(hdata.sft('q', text), 'sft') v WHERE v.problem IN ('null', 'empty'))
SQL
	my $m = released('llmfao', 'llmfao_good', "purpose => 'training', format => 'dpo_trl'");
	is("$m->{rows} $m->{persons}{n} $m->{persons}{without_consent}", '851 122 0', 'llmfao: rows, persons, without consent');
	is(sql("SELECT name || ' ' || n_rows FROM hdata.withdraw('w107')"), 'llmfao 144', 'llmfao: a withdrawal names the release and its rows');
	refused('llmfao_2', q('SELECT * FROM llmfao_good ORDER BY item', purpose => 'training'), qr/withdrawn_persons: 1, .*persons w107/);
}

# ---- conversations with reviews and ranks

SKIP:
{
	skip 'no oasst_sample', 1 unless load_data($node, $db, 'oasst_sample');

	sql(<<'SQL');
-- of each tree the path of the best replies, cut so that the assistant has the last word
CREATE TABLE oasst_path AS
WITH RECURSIVE walk AS (
    SELECT tree_id, message_id, role, text, 1 AS turn FROM oasst_sample.messages WHERE parent_id IS NULL AND NOT deleted
    UNION ALL
    SELECT w.tree_id, m.message_id, m.role, m.text, w.turn + 1
      FROM walk w, LATERAL (SELECT * FROM oasst_sample.messages m WHERE m.parent_id = w.message_id AND NOT m.deleted AND m.review_result IS DISTINCT FROM false
                             ORDER BY m.rank NULLS LAST, m.message_id LIMIT 1) m)
SELECT * FROM walk;
CREATE TABLE oasst (id text PRIMARY KEY, messages jsonb, text text, state text NOT NULL DEFAULT 'read');
INSERT INTO oasst SELECT tree_id, hdata.messages_agg(CASE role WHEN 'prompter' THEN 'user' ELSE role END, text ORDER BY turn), string_agg(text, E'\n' ORDER BY turn) FROM oasst_path GROUP BY 1;
CREATE VIEW oasst_all AS SELECT id AS item, text, hdata.split(id) AS split, hdata.jsonl(hdata.sft(messages)) AS line FROM oasst;
SELECT hdata.review_define('oasst', 'read -> approved as approve; read -> dropped as drop reason; initial read; terminal approved, dropped; accepting approved; frozen approved');
SQL
	measures('oasst: messages, trees, turns on the best paths', 'SELECT (SELECT count(*) FROM oasst_sample.messages), count(DISTINCT tree_id), count(*) FROM oasst_path', 1167, 100, 323);
	measures('oasst: near-duplicates among messages; among 250 prompts, the negative control, at 0.5', <<'SQL', 11, 32, 0);
SELECT s.n_clusters, s.n_duplicates, (SELECT n_duplicates FROM (SELECT hdata.corpus_agg(text_id, text) AS c FROM oasst_sample.prompts) p, hdata.duplicate_stats(c, 0.5, 'jaccard'))
  FROM (SELECT hdata.corpus_agg(message_id, text) AS c FROM oasst_sample.messages) q, hdata.duplicate_stats(c) s
SQL
	measures('oasst: leaks if split by message, by tree', <<'SQL', 15, 1);
SELECT (SELECT count(*) FROM (SELECT hdata.corpus_agg(message_id, text, hdata.split(message_id)) AS c FROM oasst_sample.messages) q, hdata.split_leaks(c) l),
       (SELECT count(*) FROM (SELECT hdata.corpus_agg(message_id, text, hdata.split(tree_id)) AS c FROM oasst_sample.messages) q, hdata.split_leaks(c) l)
SQL
	measures('oasst: messages with what looks like an address, a number or a key; of them on the best paths', <<'SQL', 2, 0);
SELECT count(*), count(p.message_id) FROM oasst_sample.messages m LEFT JOIN oasst_path p USING (message_id) WHERE EXISTS (SELECT FROM hdata.pii_spans(m.text))
SQL
	refused('oasst', q('SELECT * FROM oasst_all ORDER BY item', format => 'sft', options => '{"max_pii": 0}'), qr/bad_records: 39, .*39 no_assistant_at_end/);

	# mended: the last question cut off; a reviewer drops what ends in a few words, and overlooks one
	sql(<<'SQL');
UPDATE oasst SET messages = messages - -1 WHERE messages -> -1 ->> 'role' = 'user';
SELECT hdata.review_attach('oasst', 'oasst', 'id', 'state', content => '{messages}');
SELECT count(hdata.review_move('oasst', id, 'drop', reason => 'nothing to learn')) FROM oasst WHERE length(messages -> -1 ->> 'content') < 100;
SELECT count(m) FROM hdata.review_move_many('oasst', ARRAY(SELECT id FROM oasst WHERE state = 'read' ORDER BY id OFFSET 1), 'approve') m;
SQL
	refused('oasst', q('SELECT * FROM oasst_all ORDER BY item', format => 'sft', review => 'oasst'),
		qr/items_not_accepted: 6, .*5 in state "dropped", 1 in state "read"/);
	sql(q(SELECT hdata.review_move('oasst', id, 'approve') FROM oasst WHERE state = 'read'; CREATE VIEW oasst_good AS SELECT a.* FROM oasst_all a JOIN oasst o ON o.id = a.item WHERE state = 'approved'));
	is(sql("SELECT count(*) FROM hdata.review_verify('oasst')"), 0, 'oasst: the log of reviews is whole');
	my ($status, undef, $err) = $node->psql($db, "UPDATE oasst SET messages = '[]' WHERE state = 'approved'");
	isnt($status, 0, "oasst: what is approved cannot be changed: $err");
	my $m = released('oasst', 'oasst_good', q(format => 'sft', review => 'oasst', options => '{"max_pii": 0}'));
	is("$m->{rows} $m->{review}{items}{approved}", '95 95', 'oasst: rows, of them approved');
}

# ---- errors in translations, three professional raters a segment

SKIP:
{
	skip 'no wmt_mqm_3r_ende', 1 unless load_data($node, $db, 'wmt_mqm_3r_ende');

	sql(<<'SQL');
CREATE TABLE mqm AS
SELECT item_id, rater_id, doc, system, sum(weight) AS score, bool_or(severity = 'Major') AS major
  FROM wmt_mqm_3r_ende.annotations JOIN wmt_mqm_3r_ende.items USING (item_id) GROUP BY 1, 2, 3, 4;
CREATE TABLE mqm_ratings AS SELECT hdata.ratings_agg(item_id, rater_id, score, NULL::timestamptz, doc) AS r FROM mqm;
CREATE VIEW mqm_all AS
SELECT i.item_id AS item, m.people AS person, i.source AS text, hdata.split(i.doc, '{0.8,0.2}', '{train,test}') AS split,
       hdata.jsonl((SELECT x FROM (SELECT i.item_id AS id, i.system, i.doc, i.source, i.target, m.scores, m.mean_score) x)) AS line
  FROM wmt_mqm_3r_ende.items i JOIN (SELECT item_id, array_agg(rater_id ORDER BY rater_id) AS people, array_agg(score ORDER BY rater_id) AS scores, avg(score) AS mean_score
                                       FROM mqm GROUP BY 1) m USING (item_id);
CREATE VIEW mqm_by_segment AS SELECT item, text, hdata.split(item) AS split, line FROM mqm_all;
SQL
	measures('wmt: alpha of the scores, documents being the sample', "SELECT value, ci_low, ci_high, n_clusters FROM mqm_ratings, hdata.agreement(r, 'interval') WHERE coefficient = 'krippendorff_alpha'",
		0.498827262, 0.409203700, 0.588450824, 30);
	measures('wmt: the mildest and the strictest rater, in points of the score; raters, of them other than the rest', <<'SQL', -3.716354095, 5.971383991, 10, 8);
SELECT min(severity), max(severity), count(*), count(*) FILTER (WHERE ci_low > 0 OR ci_high < 0) FROM mqm_ratings, hdata.severity(r)
SQL
	measures('wmt: mean score of the best and the worst system', <<'SQL', 3.247435897, 11.028205128);
SELECT min(v), max(v) FROM (SELECT hdata.mean(hdata.score_agg(score), 'none') AS v FROM mqm GROUP BY system) s
SQL
	measures('wmt: attention checks missed by all, by rater4, by all without rater4 and rater9', <<'SQL', 25, 10, 8);
SELECT count(*) FILTER (WHERE outcome = 'Missed'), count(*) FILTER (WHERE outcome = 'Missed' AND rater_id = 'rater4'),
       count(*) FILTER (WHERE outcome = 'Missed' AND rater_id NOT IN ('rater4', 'rater9')) FROM wmt_mqm_3r_ende.attention_checks
SQL
	measures('wmt: alpha without the two who missed a third of the attention checks',
		"SELECT hdata.krippendorff_alpha(hdata.without_raters(r, '{rater4,rater9}'), 'interval') FROM mqm_ratings", 0.517240894);
	measures('wmt: translations that are like another; leaks if split by segment', <<'SQL', 573, 190, 1574);
SELECT s.n_duplicates, s.n_clusters, (SELECT count(*) FROM (SELECT hdata.corpus_agg(item, text, split) AS c FROM mqm_by_segment) q, hdata.split_leaks(c) l)
  FROM (SELECT hdata.corpus_agg(item_id, target) AS c FROM wmt_mqm_3r_ende.items) q, hdata.duplicate_stats(c) s
SQL
	refused('wmt_by_segment', q('SELECT * FROM mqm_by_segment ORDER BY item', options => '{"agreement": "SELECT ''MQM'' AS name, r AS ratings FROM mqm_ratings", "level": "interval", "min_agreement": 0.667}'),
		qr/split_leaks: 1574/, qr/agreement_too_low: 1, .*MQM/);
	my $m = released('wmt', 'mqm_all', q(options => '{"agreement": "SELECT ''MQM'' AS name, r AS ratings FROM mqm_ratings", "level": "interval", "min_agreement": 0.4}'));
	is("$m->{rows} $m->{persons}{n} $m->{splits}{train} $m->{splits}{test}", '1040 10 770 270', 'wmt: rows, raters, splits');
	measures('wmt: a rater withdraws: rows in the release', "SELECT n_rows FROM hdata.withdraw('rater4')", 330);
	is(sql("SELECT string_agg(\"table\" || ' ' || remove_by, ', ' ORDER BY \"table\") FROM hdata.state_columns() WHERE \"table\" = 'mqm_ratings'"),
		'mqm_ratings hdata.without_raters(hdata.ratings,text[])', 'wmt: where this rater still is, and how to take her out');
	my $about = '{"creator": "WMT", "description": "MQM", "license": "https://www.apache.org/licenses/LICENSE-2.0", "url": "https://example.org/mqm"}';
	my $croissant = decode_json(sql("SELECT hdata.croissant(manifest, '$about') FROM hdata.releases WHERE name = 'wmt'"));
	is($croissant->{distribution}[0]{sha256}, $m->{sha256}, 'wmt: the Croissant description has the digest');
}

$node->stop;
done_testing();

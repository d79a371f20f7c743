-- Verdicts of judges: labels, judges' text, Arena-Hard's scores, WildBench's reward.
\pset format unaligned
\pset footer off
\pset null '(null)'
SET search_path = hdata, public;

-- every label
SELECT l, verdict_outcome(l) AS outcome, verdict_scores(l) AS scores, verdict_scores(l, swapped => true) AS swapped
	FROM unnest('{A>>B,A>B,A=B,A<B,A<<B,B>>A,B>A,B=A,B<A,B<<A,A,B,C,A++,A+,B+,B++,model_a,model_b,tie,tie (bothbad),both_bad,bothbad}'::text[]) l;
-- blanks and case do not matter
SELECT verdict_outcome(E' \t a>>b\r\n'), verdict_outcome('TIE (BothBad)'), verdict_outcome('[[A]]'), verdict_outcome('[[ b ]]');
-- a judge's text: the label between double brackets, once or with one meaning
SELECT verdict_outcome('Both are fine, but [[1]] A is longer. My final verdict is: [[A>B]]'), verdict_outcome('[[A>B]] ... so, as I said, [[B<A]]'), verdict_outcome('[[[[C]]');
SELECT verdict_outcome('I would say [[A>B]]. No: [[B>A]]');
SELECT verdict_outcome('I would say [[A>B]]. No: [[A>>B]]');
SELECT verdict_outcome('A is better');
SELECT verdict_outcome('[[A>B');
SELECT verdict_outcome('');
SELECT verdict_outcome(repeat('é', 200));
SELECT verdict_outcome('[[[A]]]'), verdict_outcome('[[a [[b]]'), verdict_outcome('[[x]] [[A]] [[y]] ]] [[A]]'), verdict_outcome('[[B]] [[');
-- judges write much, and not only sense
SELECT verdict_outcome(repeat('[[', 500000) || 'A]]'), verdict_outcome(repeat('[[ ', 500000) || 'A]]'), verdict_outcome(repeat('[[x]]', 200000) || '[[A]]'), verdict_outcome(repeat('[[A ', 200000) || repeat(' ', 1000000), 'null');
-- or NULL, which is no vote
SELECT verdict_outcome('A is better', unreadable => 'null'), verdict_outcome('[[A]] [[B]]', 'null'), verdict_scores('?', unreadable => 'null'), verdict_outcome(NULL), verdict_scores(NULL);
SELECT verdict_outcome('A', unreadable => 'skip');
SELECT verdict_outcome('A', unreadable => NULL);

-- Arena-Hard: two games with the order changed, strong verdicts three times
SELECT verdict_scores('A<<B', swapped => true) || verdict_scores('A>B') AS scores;
SELECT verdict_scores('A>>B', strong => 1), verdict_scores('A>>B', strong => 5);
SELECT verdict_scores('A>>B', strong => 0);
SELECT verdict_scores('A>>B', strong => 1000000);
SELECT verdict_scores('A>>B', strong => NULL);
SELECT verdict_scores('A>>B', swapped => NULL);

-- WildBench
SELECT win_reward(12, 30, 25, 20, 13) AS reward, win_reward(0, 0, 0, 0, 0) AS nothing, win_reward(1, 0, 0, 0, 0) AS best, win_reward(0, 0, 0, 0, 3) AS worst, win_reward(1, NULL, 0, 0, 0) AS unknown;
SELECT win_reward(count(*), sum(2::numeric), count(*), 0, 0) FROM generate_series(1, 2);
SELECT win_reward(-1, 0, 0, 0, 0);
SELECT win_reward(0.5, 0, 0, 0, 0);
SELECT win_reward('NaN', 0, 0, 0, 0);
SELECT win_reward('Infinity', 0, 0, 0, 0);

-- The demo project: a helpdesk that pays experts to write questions, to correct the answers of
-- three models and to judge them.  Everything in it is invented (generate.py, texts/).
-- hdata asks for no table layout of its own: these are ordinary tables with ordinary types.
CREATE SCHEMA demo;
SET search_path = demo;

CREATE TYPE verdict AS ENUM ('no', 'partly', 'yes');                    -- ordered, worst first
CREATE TYPE tone AS ENUM ('rude', 'curt', 'neutral', 'warm');

CREATE TABLE people (
    person text PRIMARY KEY,
    name   text NOT NULL,
    roles  text[] NOT NULL,
    fields text[] NOT NULL,
    joined date NOT NULL
);

CREATE TABLE prompts (
    prompt_id  text PRIMARY KEY,
    field      text NOT NULL CHECK (field IN ('medicine', 'law', 'code', 'maths')),
    author     text NOT NULL REFERENCES people,
    text       text NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE responses (
    response_id text PRIMARY KEY,
    prompt_id   text NOT NULL REFERENCES prompts,
    model       text NOT NULL,
    text        text NOT NULL,
    created_at  timestamptz NOT NULL
);

-- One row for each form sent in.  A rater who changes his mind sends the form again: the first
-- row is the independent judgement, the newest one is what stands.  Calibration answers go to all
-- raters.  In a tie-break a third rater answers only "correct", and only where the first two
-- disagreed on it; the other columns stay NULL.
CREATE TABLE labels (
    label_id    int PRIMARY KEY,
    response_id text NOT NULL REFERENCES responses,
    rater       text NOT NULL REFERENCES people,
    round       text NOT NULL CHECK (round IN ('regular', 'calibration', 'tie-break')),
    correct     verdict,
    tone        tone,
    safety      text CHECK (safety IN ('none', 'needs caveat', 'privacy', 'harmful')),
    helpfulness smallint CHECK (helpfulness BETWEEN 1 AND 5),
    seconds     int NOT NULL,
    at          timestamptz NOT NULL
);

CREATE TABLE corrections (
    correction_id text PRIMARY KEY,
    response_id   text NOT NULL REFERENCES responses,
    editor        text NOT NULL REFERENCES people,
    text          text NOT NULL,
    reasons       text[] NOT NULL,
    seconds       int NOT NULL,
    created_at    timestamptz NOT NULL
);

-- The way of each correction through review, one row for each change of state.
CREATE TABLE reviews (
    review_id     int PRIMARY KEY,
    correction_id text NOT NULL REFERENCES corrections,
    from_state    text,
    to_state      text NOT NULL,
    person        text NOT NULL REFERENCES people,
    comment       text,
    at            timestamptz NOT NULL
);

CREATE TABLE rubrics (
    rubric_id text PRIMARY KEY,
    field     text NOT NULL,
    body      jsonb NOT NULL
);

-- value: 0, 0.5 or 1; NULL where the criterion does not apply
CREATE TABLE grades (
    response_id text NOT NULL REFERENCES responses,
    rubric_id   text NOT NULL REFERENCES rubrics,
    criterion   text NOT NULL,
    grader      text NOT NULL REFERENCES people,
    value       numeric,
    at          timestamptz NOT NULL,
    PRIMARY KEY (response_id, criterion, grader)
);

CREATE TABLE preferences (
    preference_id int PRIMARY KEY,
    prompt_id     text NOT NULL REFERENCES prompts,
    shown_first   text NOT NULL REFERENCES responses,
    shown_second  text NOT NULL REFERENCES responses,
    rater         text NOT NULL REFERENCES people,
    winner        text NOT NULL CHECK (winner IN ('first', 'second', 'tie')),
    seconds       int NOT NULL,
    at            timestamptz NOT NULL
);

RESET search_path;

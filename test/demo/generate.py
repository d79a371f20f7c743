#!/usr/bin/env python3
"""Makes the CSV files of the demo project from the hand-written fragments in texts/.

    python3 generate.py            writes *.csv beside this file

The project: a helpdesk pays experts to write questions, to correct the answers of three
models and to label them.  Everything is invented.  The same seed gives the same bytes:
random() is the only source, since Python keeps it stable between releases.

What is planted, so that a report has something to find:
  * bram is harsh, dorian hurries (noise, few seconds), sofie gives nearly the same answers
    to everything, the others differ mildly;
  * every 14th answer goes to all raters (calibration); of the rest, 7 in 10 have two raters and
    the others one; a third rater is asked for "correct" only where the first two disagreed on
    it (tie-break), and some then fall into line;
  * answers to one prompt belong together (prompt_id is the cluster);
  * in preferences the side shown first has a small advantage; some pairs come back swapped;
  * among the prompts: near duplicates, a template, a copied prompt, and one copied answer.

texts/FIELD.txt: "== topic", then "key: text" lines.  "var name: a | b | c" fills {name} in
the first, second and third prompt of the topic and in the answers to it; right, partly and
wrong are the heart of an answer, more and care are extras, leak is a breach of privacy, and
risk says which safety label a wrong answer deserves.
"""
import csv
import datetime as dt
import json
import math
import os
import random
import re

HERE = os.path.dirname(os.path.abspath(__file__))
FIELDS = ["medicine", "law", "code", "maths"]
CORRECT = ["no", "partly", "yes"]
HEART = ["wrong", "partly", "right"]
TONE = ["rude", "curt", "neutral", "warm"]
rng = random.Random(20260302)


# ---- random helpers -------------------------------------------------------------------
def chance(p):
    return rng.random() < p


def pick(seq, weights=None):
    if weights is None:
        return seq[int(rng.random() * len(seq))]
    x = rng.random() * sum(weights)
    for value, w in zip(seq, weights):
        x -= w
        if x < 0:
            return value
    return seq[-1]


def shuffled(seq):
    order = sorted((rng.random(), i) for i in range(len(seq)))
    return [seq[i] for _, i in order]


def noise(sd):
    """Roughly normal: the sum of twelve uniform numbers (Irwin-Hall)."""
    return sd * (sum(rng.random() for _ in range(12)) - 6)


def grade(x, low, high):
    return max(low, min(high, math.floor(x + 0.5)))


# ---- time: office hours of the project, spring 2026 -------------------------------------
def office(day, hours=None):
    """A moment on the day-th working day from 2 March 2026."""
    week, weekday = divmod(max(0, int(day)), 5)
    h = 8.0 + 9.5 * rng.random() if hours is None else hours
    return dt.datetime(2026, 3, 2) + dt.timedelta(days=7 * week + weekday, seconds=int(h * 3600))


def later(t, low, high):
    """A moment low..high hours after t, moved on to office hours and working days."""
    t = t + dt.timedelta(seconds=int(3600 * (low + (high - low) * rng.random())))
    if t.hour >= 19 or t.hour < 7:
        t = t + dt.timedelta(hours=12)
    while t.weekday() >= 5:
        t = t + dt.timedelta(days=1)
    return t


def stamp(t):
    return t.strftime("%Y-%m-%d %H:%M:%S+00")


def write(name, header, rows):
    with open(os.path.join(HERE, name + ".csv"), "w", encoding="utf-8", newline="") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(header)
        out.writerows(rows)
    print("%-12s %5d rows" % (name, len(rows)))


# ---- texts ------------------------------------------------------------------------------
def read_topics(field):
    topics = []
    with open(os.path.join(HERE, "texts", field + ".txt"), encoding="utf-8") as f:
        for line in f:
            line = line.rstrip("\n")
            if line.startswith("== "):
                topics.append({"name": line[3:], "field": field, "var": {}, "prompt": [],
                               "right": [], "partly": [], "wrong": [], "more": [], "leak": []})
            elif line.startswith("var "):
                name, values = line[4:].split(": ", 1)
                topics[-1]["var"][name] = values.split(" | ")
            elif line and not line.startswith("#"):
                key, text = line.split(": ", 1)
                if key in ("care", "risk"):
                    topics[-1][key] = text
                else:
                    topics[-1][key].append(text)
    return topics


def fill(topic, text, i):
    """Puts the i-th values of the topic's slots in; a slot that opens a text gets a capital."""
    first = text.startswith("{")
    for name, values in topic["var"].items():
        text = text.replace("{" + name + "}", values[i % len(values)])
    return text[0].upper() + text[1:] if first else text


HELLO = ["Hi, ", "Hello team, ", "Quick one: ", "Hi there. ", "Good morning! "]
BYE = [" Thanks!", " Thank you in advance.", " Any help is appreciated.", " Cheers, Jo",
       " It is a bit urgent.", " Short answer is enough."]
OPENING = {
    "rude": ["This has been asked a hundred times.", "You could have looked this up.",
             "Please read the instructions before you ask.", "As anybody can read on the first page of any guide:"],
    "curt": ["", "", "Short version:", "See below."],
    "neutral": ["", "", "Here is what applies:", "In brief:", "Two things matter here."],
    "warm": ["Thanks for asking, let us take it step by step.", "Good that you ask before doing anything.",
             "I can see why this is confusing.", "Happy to help, here is what I would do."],
}
GUSH = ["What a great question!", "Certainly! I would be happy to help you with that.",
        "As an AI language model I can give you some general information.",
        "Absolutely! This is a really important topic that many people wonder about."]
CLOSING = ["I hope this helps! Let me know if you have any other questions.",
           "Feel free to reach out if anything is unclear!",
           "In conclusion, it is important to consider all factors carefully."]
WORDY = [("because", "due to the fact that"), ("If ", "In the event that "), ("many ", "a large number of "),
         ("you may ", "you are allowed to ")]
TEMPLATE = ("You are an experienced {0}. Explain {1} to a beginner step by step, give three examples "
            "and close with a short summary.")
TEMPLATED = [("nurse", "how to measure blood pressure at home", "medicine"),
             ("pharmacist", "how antibiotics should be taken", "medicine"),
             ("lawyer", "how a rental deposit works", "law"),
             ("lawyer", "what to do about an unpaid invoice", "law"),
             ("developer", "what a race condition is", "code"),
             ("developer", "how a git revert works", "code"),
             ("teacher", "how compound interest works", "maths"),
             ("teacher", "why percentages do not add up", "maths")]


class Answer:
    """An answer in parts, with the truth about it that raters try to see."""

    def __init__(self, topic, i, model):
        strength = {"wren-small": (30, 30, 40), "finch-1": (18, 24, 58), "finch-2": (9, 19, 72),
                    "expert": (2, 9, 89)}[model]
        self.topic, self.i = topic, i
        self.correct = pick([0, 1, 2], strength)
        self.tone = pick([0, 1, 2, 3], {"wren-small": (1, 4, 50, 45), "finch-1": (11, 44, 40, 5),
                                        "finch-2": (1, 9, 50, 40), "expert": (3, 22, 50, 25)}[model])
        self.gush = model == "wren-small" and chance(0.55)
        self.core = pick(topic[HEART[self.correct]])
        self.more = shuffled(topic["more"])[:pick([0, 1, 2, 3], (35, 45, 20, 0) if model == "finch-1"
                                                  else (10, 35, 40, 15))]
        self.care = chance({"wren-small": 0.45, "finch-1": 0.35, "finch-2": 0.7, "expert": 0.85}[model])
        self.leak = topic["leak"][0] if topic["leak"] and model != "expert" and chance(0.4) else ""
        self.opening = pick(GUSH if self.gush else OPENING[TONE[self.tone]])
        self.closing = pick(CLOSING) if self.gush and chance(0.8) else ""
        self.wordy = shuffled(WORDY)[:2] if self.gush else []
        self.safety = self.true_safety()
        self.help = (1.1 + 1.15 * self.correct + 0.3 * len(self.more) + 0.3 * self.care
                     + 0.25 * (self.tone - 1.5) - 0.5 * self.gush - 0.4 * bool(self.leak))

    def true_safety(self):
        if self.leak:
            return "privacy"
        if self.correct == 0 and self.topic["risk"] != "none":
            return self.topic["risk"]
        if not self.care and self.topic["risk"] != "none":
            return "needs caveat"
        return "none"

    def text(self):
        care = self.topic["care"] if self.care else ""
        parts = [self.opening, self.core, self.leak] + self.more + [care, self.closing]
        text = " ".join(fill(self.topic, p, self.i) for p in parts if p)
        for plain, long in self.wordy:
            text = text.replace(plain, long, 1)
        return text

    def corrected(self):
        """What an expert makes of it, and why; None where nothing needs doing."""
        new, why = Answer.__new__(Answer), []
        new.__dict__.update(self.__dict__)
        if self.leak:
            new.leak = ""
            why.append("privacy")
        if self.correct < 2:
            new.core = pick(self.topic["right"])
            why.append("wrong" if self.correct == 0 else "imprecise")
        if not self.care and self.topic["risk"] != "none":
            new.care = True
            why.append("caveat missing")
        if self.tone == 0 or self.gush:
            new.opening = pick(OPENING["neutral"])
            new.closing = ""
            why.append("tone")
        if self.wordy:
            new.wordy = []
            why.append("wordy")
        if len(self.more) == 3:
            new.more = self.more[:2]
            why.append("too long")
        elif not self.more and chance(0.6):
            new.more = [pick(self.topic["more"])]
            why.append("too thin")
        if new.text() == self.text():
            return None
        return new.text(), why


# ---- people -----------------------------------------------------------------------------
# fields, shift on "correct", noise, shift on helpfulness, how often safety is seen right, seconds a form
RATERS = {
    "ines":   (["medicine"],         0.00, 0.22,  0.0, 0.93,  95),
    "tomasz": (["law"],              0.05, 0.30,  0.2, 0.90,  80),
    "priya":  (["code", "maths"],    0.10, 0.27,  0.3, 0.92,  70),
    "bram":   (["law", "code"],     -0.62, 0.28, -1.1, 0.86,  88),
    "yuki":   (["maths", "code"],    0.00, 0.22, -0.1, 0.94,  85),
    "leila":  (["medicine", "law"],  0.08, 0.33,  0.2, 0.88,  76),
    "dorian": (["medicine", "code"], 0.05, 0.85,  0.2, 0.62,  19),
    "sofie":  (["law", "maths"],     0.10, 0.40,  0.3, 0.85,  41),
    "marek":  (["law", "maths"],    -0.08, 0.30, -0.2, 0.91,  92),
    "hana":   (FIELDS,               0.00, 0.20,  0.0, 0.95, 102),
}
THIRD = ["hana", "ines", "yuki", "marek"]
WRITERS = ["oskar", "nadia", "felix", "chiara", "joan"]
EDITORS = ["ines", "tomasz", "yuki", "leila", "hana", "nadia"]
REVIEWERS = ["greta", "samuel"]
NAMES = {"ines": "Inês Carvalho", "tomasz": "Tomasz Wolny", "priya": "Priya Nair", "bram": "Bram de Wit",
         "yuki": "Yuki Arai", "leila": "Leila Haddad", "dorian": "Dorian Pell", "sofie": "Sofie Lund",
         "marek": "Marek Horák", "hana": "Hana Okoye", "oskar": "Oskar Brandt", "nadia": "Nadia Petrov",
         "felix": "Felix Amato", "chiara": "Chiara Russo", "joan": "Joan Feeney", "greta": "Greta Solberg",
         "samuel": "Samuel Etienne"}


def make_people():
    rows = []
    for handle, name in NAMES.items():
        roles = [r for r, group in (("writer", WRITERS), ("editor", EDITORS), ("rater", list(RATERS)),
                                    ("reviewer", REVIEWERS)) if handle in group]
        fields = RATERS[handle][0] if handle in RATERS else FIELDS
        rows.append([handle, name, "{%s}" % ",".join(roles), "{%s}" % ",".join(fields),
                     (dt.date(2025, 9, 1) + dt.timedelta(days=int(170 * rng.random()))).isoformat()])
    write("people", ["person", "name", "roles", "fields", "joined"], rows)


# ---- prompts and responses ----------------------------------------------------------------
def make_prompts():
    prompts = []                        # [text, field, author, at, topic, variant]

    def add(text, field, author, topic, i):
        prompts.append([text, field, author, office(len(prompts) / 6.5), topic, i])

    ordered = [(t, i) for f in FIELDS for t in read_topics(f) for i in range(3)]
    for n, (topic, i) in enumerate(shuffled(ordered)):
        text = fill(topic, topic["prompt"][i], i)
        if chance(0.22) and not text.startswith("hi"):
            hello = pick(HELLO)
            if hello.endswith(", ") and text[1].islower():
                text = text[0].lower() + text[1:]
            text = hello + text
        if chance(0.22):
            text += pick(BYE)
        add(text, topic["field"], pick(WRITERS), topic, i)
        if n % 14 == 9:                 # a near duplicate of an earlier question, by somebody else
            old = prompts[int(rng.random() * (len(prompts) - 1))]
            near = re.sub(r"^(Hi, |Hello team, |Quick one: |Hi there\. |Good morning! )", "", old[0])
            near = pick([near.replace("?", "", 1), near.replace(" the ", " teh ", 1), near.lower(),
                         near + " Please answer today."])
            if near != old[0]:
                add(near, old[1], pick([w for w in WRITERS if w != old[2]]), old[4], old[5])
        if n % 15 == 11:                # one writer works with a template
            job, what, field = TEMPLATED[n // 15]
            add(TEMPLATE.format(job, what), field, "oskar", None, 0)
    source = [p for p in prompts if p[2] == "nadia" and p[4]][3]
    add(source[0], source[1], "oskar", source[4], source[5])        # copied, letter for letter
    write("prompts", ["prompt_id", "field", "author", "text", "created_at"],
          [["P%03d" % (n + 1), p[1], p[2], p[0], stamp(p[3])] for n, p in enumerate(prompts)])
    return prompts


def make_responses(prompts):
    responses = []                      # dicts
    for n, p in enumerate(prompts):
        if p[4] is None:                # templates were turned down before any answer was made
            continue
        models = shuffled(["wren-small", "finch-1", "finch-2"])[:2 if chance(0.62) else 3]
        if chance(0.2):
            models.append("expert")
        for m in models:
            a = Answer(p[4], p[5], m)
            text = a.text()
            if any(r["text"] == text and r["prompt"] == n for r in responses):
                continue
            responses.append({"prompt": n, "field": p[1], "model": m, "answer": a, "text": text,
                              "at": later(p[3], 0.1, 3)})
    # one "expert" answer is a model's answer with another first line
    lazy = next(r for r in responses if r["model"] == "expert"
                and any(s["prompt"] == r["prompt"] and s["model"] == "finch-2" for s in responses))
    other = next(s for s in responses if s["prompt"] == lazy["prompt"] and s["model"] == "finch-2")
    lazy["answer"], lazy["text"] = other["answer"], "From my experience: " + other["text"]
    for k, r in enumerate(responses):
        r["id"] = "R%03d" % (k + 1)
        r["prompt_id"] = "P%03d" % (r["prompt"] + 1)
    write("responses", ["response_id", "prompt_id", "model", "text", "created_at"],
          [[r["id"], r["prompt_id"], r["model"], r["text"], stamp(r["at"])] for r in responses])
    return responses


# ---- labels -----------------------------------------------------------------------------
SAFETY_SLIPS = {"none": (["needs caveat"], [1]), "needs caveat": (["none", "harmful"], [8, 2]),
                "harmful": (["needs caveat", "none"], [7, 3]), "privacy": (["none", "needs caveat"], [6, 4])}


def see(rater, r, question):
    """What a rater answers to one question about one response."""
    a = r["answer"]
    fields, shift, sd, kind, keen, _ = RATERS[rater]
    home = 1.0 if r["field"] in fields else 1.35
    constant = rater == "sofie" and chance(0.88)
    if question == "correct":
        return "yes" if constant else CORRECT[grade(a.correct + shift + noise(sd * home), 0, 2)]
    if question == "tone":
        return "neutral" if constant else TONE[grade(a.tone + 0.5 * min(shift, 0) + noise(0.24 + 0.25 * sd), 0, 3)]
    if question == "safety":
        if constant:
            return "none"
        return a.safety if chance(keen) else pick(*SAFETY_SLIPS[a.safety])
    return 4 if constant else grade(a.help + kind + noise(0.28 + 0.4 * sd), 1, 5)


def form(rater, r):
    answers = [see(rater, r, q) for q in ("correct", "tone", "safety", "helpfulness")]
    if chance(0.02):
        answers[3] = ""                 # left empty
    pace = RATERS[rater][5]
    return answers + [max(4, int(pace * (0.5 + len(r["text"]) / 700.0) * math.exp(noise(0.3))))]


def make_labels(responses):
    rows = []                           # response, rater, round, four answers, seconds, at
    for n, r in enumerate(responses):
        if n % 14 == 5:
            rows += [[r["id"], x, "calibration"] + form(x, r) + [later(r["at"], 20, 120)] for x in RATERS]
            continue
        own = [x for x in RATERS if r["field"] in RATERS[x][0]]
        team = [pick(own)]
        if chance(0.7):
            team.append(pick([x for x in (own if chance(0.6) else list(RATERS)) if x != team[0]]))
        at, standing = r["at"], []
        for rater in team:
            at = later(at, 1, 30)
            sent = [r["id"], rater, "regular"] + form(rater, r) + [at]
            if chance(0.025):           # a slip, put right within minutes
                slip = pick([c for c in CORRECT if c != sent[3]])
                rows.append(sent[:3] + [slip] + sent[4:-1] + [at - dt.timedelta(minutes=3)])
            rows.append(sent)
            standing.append(sent)
        if len(team) == 2 and standing[0][3] != standing[1][3]:
            rows += tie_break(r, standing, later(at, 18, 60))
    rows.sort(key=lambda x: (x[-1], x[0], x[1]))
    write("labels", ["label_id", "response_id", "rater", "round", "correct", "tone", "safety", "helpfulness",
                     "seconds", "at"],
          [[n + 1] + x[:-1] + [stamp(x[-1])] for n, x in enumerate(rows)])


def tie_break(r, standing, at):
    """A senior's verdict, and the forms of those who change their own answer after it."""
    senior = pick([x for x in THIRD if x not in [f[1] for f in standing]])
    verdict = see(senior, r, "correct")
    rows = [[r["id"], senior, "tie-break", verdict, "", "", "", 40 + int(60 * rng.random()), at]]
    for f in standing:
        if f[3] != verdict and chance(0.35):
            rows.append(f[:3] + [verdict] + f[4:7] + [9 + int(9 * rng.random()), later(at, 1, 20)])
    return rows


# ---- corrections and their reviews ----------------------------------------------------------
def make_corrections(responses):
    rows, reviews = [], []
    for r in responses:
        if r["model"] == "expert" or not chance(0.75):
            continue
        edit = r["answer"].corrected()
        if edit is None:
            continue
        text, why = edit
        editor = pick(EDITORS)
        at = later(r["at"], 30, 120)
        key = "C%03d" % (len(rows) + 1)
        rows.append([key, r["id"], editor, text, "{%s}" % ",".join('"%s"' % w for w in why),
                     int(60 + 45 * len(why) * math.exp(noise(0.4))), stamp(at)])
        reviews += review_of(key, editor, at)
    write("corrections", ["correction_id", "response_id", "editor", "text", "reasons", "seconds", "created_at"], rows)
    reviews.sort(key=lambda x: (x[-1], x[0]))
    write("reviews", ["review_id", "correction_id", "from_state", "to_state", "person", "comment", "at"],
          [[n + 1] + x[:-1] + [stamp(x[-1])] for n, x in enumerate(reviews)])


RETURNED = ["The second sentence contradicts the first.", "Please name the source.", "Too long for the helpdesk.",
            "The caveat belongs at the end.", "Still sounds like the model.", "Check the number again."]


def review_of(key, editor, at):
    """draft -> submitted -> in review -> (returned -> submitted -> in review)* -> accepted or rejected"""
    steps = [[key, "", "draft", editor, "", at]]

    def move(state, person, low, high, comment=""):
        steps.append([key, steps[-1][2], state, person, comment, later(steps[-1][-1], low, high)])

    move("submitted", editor, 0.1, 4)
    reviewer, rounds = pick(REVIEWERS), 0
    while True:
        if chance(0.06):
            return steps                # still waiting
        move("in_review", reviewer, 2, 60 if reviewer == "samuel" else 26)
        if rounds < 3 and chance(0.24):
            move("returned", reviewer, 0.1, 1, pick(RETURNED))
            move("submitted", editor, 3, 50)
            rounds += 1
        elif chance(0.06):
            move("rejected", reviewer, 0.1, 1, "Not worth saving, please start again.")
            return steps
        else:
            move("accepted", reviewer, 0.1, 1)
            return steps


# ---- rubrics and grades ---------------------------------------------------------------------
def make_rubrics(responses):
    fact = {"medicine": "States what to do and what not to do, and both are right",
            "law": "Names the rule that applies and its limit, and both are right",
            "code": "Names the cause and a fix that works",
            "maths": "Gives the right result with a way to it"}
    care = {"medicine": "Says when to see a doctor", "law": "Says where rules differ or when to get advice",
            "code": "Warns of side effects of the fix", "maths": "Names the assumption behind the result"}
    bodies = []
    for f in FIELDS:
        leaves = {"version": "1", "criteria": [
            {"id": "fact", "text": fact[f], "points": 6, "tags": ["content"]},
            {"id": "complete", "text": "Answers every part of the question", "points": 4, "tags": ["content"]},
            {"id": "care", "text": care[f], "points": 2, "tags": ["content"]},
            {"id": "short", "text": "No filler, under 120 words", "points": 3, "tags": ["form"]},
            {"id": "tone", "text": "Polite without flattery", "points": 3, "tags": ["form"]},
            {"id": "leak", "text": "Gives away data of another person or a secret", "points": -8, "gate": True,
             "tags": ["safety"]}]}
        bodies.append(["rubric-" + f, f, json.dumps(leaves)])
    write("rubrics", ["rubric_id", "field", "body"], bodies)

    rows = []
    for r in responses:
        if not chance(0.22):
            continue
        for grader in shuffled([x for x in RATERS if r["field"] in RATERS[x][0]])[:1 if chance(0.55) else 2]:
            at = later(r["at"], 20, 200)
            for criterion in ("fact", "complete", "care", "short", "tone", "leak"):
                rows.append([r["id"], "rubric-" + r["field"], criterion, grader,
                             graded(grader, r["answer"], criterion, r["text"]), stamp(at)])
    write("grades", ["response_id", "rubric_id", "criterion", "grader", "value", "at"], rows)


def graded(grader, a, criterion, text):
    """0, 0.5 or 1; empty where the criterion does not apply."""
    _, shift, sd, _, keen, _ = RATERS[grader]
    if criterion == "fact":
        return [0, 0.5, 1][grade(a.correct + shift + noise(sd), 0, 2)]
    if criterion == "complete":
        return [0, 0.5, 1][grade(0.4 + a.correct * 0.5 + 0.35 * len(a.more) + shift + noise(sd), 0, 2)]
    if criterion == "care" and a.topic["risk"] == "none" and chance(0.6):
        return ""
    truth = {"care": a.care, "short": not a.gush and len(text.split()) < 120,
             "tone": a.tone > 0 and not a.gush, "leak": bool(a.leak)}[criterion]
    return int(truth if chance(keen) else not truth)


# ---- preferences ------------------------------------------------------------------------------
def make_preferences(responses):
    by_prompt = {}
    for r in responses:
        by_prompt.setdefault(r["prompt_id"], []).append(r)
    rows = []
    for prompt_id, group in by_prompt.items():
        pair = shuffled(group)[:2]
        if len(pair) < 2 or not chance(0.85):
            continue
        able = [x for x in RATERS if pair[0]["field"] in RATERS[x][0]]
        for rater in shuffled(able)[:pick([1, 2, 3, 4], [15, 35, 30, 20])]:
            left, right = pair if chance(0.5) else pair[::-1]
            at = later(max(left["at"], right["at"]), 10, 150)
            rows.append(vote(prompt_id, left, right, rater, at))
            if chance(0.12):            # shown again a week later, the other way round
                rows.append(vote(prompt_id, right, left, rater, later(at, 160, 180)))
    rows.sort(key=lambda x: (x[-1], x[0], x[3]))
    write("preferences", ["preference_id", "prompt_id", "shown_first", "shown_second", "rater", "winner",
                          "seconds", "at"],
          [[n + 1] + x[:-1] + [stamp(x[-1])] for n, x in enumerate(rows)])


def vote(prompt_id, left, right, rater, at):
    _, _, sd, _, _, pace = RATERS[rater]
    gap = left["answer"].help - right["answer"].help + 0.25 + noise(0.5 + 0.6 * sd)
    if rater == "sofie" and chance(0.5):
        gap = 1
    winner = "tie" if abs(gap) < 0.3 else "first" if gap > 0 else "second"
    return [prompt_id, left["id"], right["id"], rater, winner, max(3, int(0.6 * pace * math.exp(noise(0.35)))), at]


def main():
    make_people()
    prompts = make_prompts()
    responses = make_responses(prompts)
    make_labels(responses)
    make_corrections(responses)
    make_rubrics(responses)
    make_preferences(responses)


if __name__ == "__main__":
    main()

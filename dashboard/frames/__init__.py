"""Domain values → tidy frames with documented columns. No streamlit, no clock.

    columns.py         how a frame is made; once.py: and not again of the same
    board.py           the list of questions
    revisions.py       the chart of a yes-no question
    distributions.py   the charts of options, numbers and dates
    why.py             why a suggestion is what it is, line by line
    evidence.py        evidence, and the reports behind a piece of it
    details.py         one question's history, signposts and options
    answers.py         one question's scores and receipts
    accuracy.py        who was scored, every question's skill, cohorts
    skill.py           skill with its interval, against references, over time
    calibrated.py      the calibration curve, bins and their questions
    compared.py        pairs of forecasters, habits of revision
    findings.py        what all of these say, in sentences
    calendar.py        what to expect next, by day
    wording.py         what changed from one wording of a question to the next
    scenarios.py       scenarios over time, why they stand so, what would move them, and their table
    coherence.py       what contradicts what, and how repairs did
    groups.py          linked questions side by side
    essay.py           an essay as it is read, and its record by word and by kind
    drafting.py        the form of a draft: how it begins, what a slot changes, what it asks
    learned.py         what this installation has learned
    feeds.py           all feeds and how they fare
    feed.py            one feed's days and items
    trial.py           an address on trial
    versions.py        what an outlet edited

Probabilities are 0..1 in frames for charts and percent numbers in frames for tables. Times are
aware UTC. A frame without rows keeps its column types, because charts and tables need them.
"""

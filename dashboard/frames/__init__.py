"""Data frames for tables and charts, built from domain values. No streamlit, no clock.

    columns.py         typed data frames
    once.py            memoised data frames
    board.py           question list
    revisions.py       chart of a yes-no question
    series.py          probability lines of a chart
    waterfall.py       suggestion as a waterfall chart
    distributions.py   charts of options, numbers and dates
    why.py             lines of a suggestion
    moved.py           reasons of a probability change
    evidence.py        evidence and the reports of a story
    inbox.py           evidence to review
    versions.py        versions of a feed item
    details.py         history, signposts and options of a question
    stops.py           probability slider
    answers.py         scores and receipts of a question
    postmortem.py      lessons of an answered question
    accuracy.py        scored forecasters, questions, rules, cohorts
    skill.py           skill with its interval, against references, over time
    calibrated.py      calibration curve, bins and their questions
    compared.py        pairs of forecasters, updating habits
    findings.py        sentences about accuracy
    today.py           home page
    calendar.py        expected events by day
    wording.py         wording changes of a question
    scenarios.py       scenarios over time, their reasons and their table
    coherence.py       contradictions and repairs
    groups.py          linked questions
    essay.py           essay text and record
    drafting.py        form of a draft
    learned.py         learned parameters
    feeds.py           list of feeds
    feed.py            days and items of a feed
    trial.py           feed on trial

Probabilities are 0..1 in frames for charts and percent numbers in frames for tables. Times are
aware UTC. A frame without rows keeps its column types, because charts and tables need them.
"""

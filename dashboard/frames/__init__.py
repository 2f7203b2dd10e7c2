"""Domain values → tidy frames with documented columns. No streamlit, no clock.

    columns.py     how a frame is made
    board.py       the list of questions
    revisions.py   one question's chart
    details.py     one question's tables
    accuracy.py    scores, calibration, receipts
    feeds.py       feed health

Probabilities are 0..1 in frames for charts and percent numbers in frames for tables. Times are aware
UTC. A frame without rows keeps its column types, because charts and tables need them.
"""

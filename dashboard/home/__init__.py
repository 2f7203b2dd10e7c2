"""Home, the list of questions, the calendar, reports, and asking a question.

May import components, charts, wording and `tracker`.
"""

"""The place Questions: list, board and calendar, and asking a question.

May import components, charts, wording, `tracker`, and the pages of one question and of scenarios.
"""

"""The page of one question: chart, reasons, forecast form, answer.

May import components, charts, wording and `tracker`.
"""

"""Home and reports.

May import components, charts, wording and `tracker`.
"""

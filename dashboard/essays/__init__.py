"""The essay pages: read an essay, mark claims, draft questions.

May import components, charts, wording and `tracker`.
"""

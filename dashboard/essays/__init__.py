"""The essay pages: read an essay, see how it stands, draft questions from its sentences.

May import components, charts, wording, `tracker`, and the form of a question.
"""

"""Poll feeds, store items, match them to questions and record evidence.

May import questions, storage, matching, feeds and model.
"""

"""Read models of questions: list, page, accuracy, habits, feed status.

May import storage, matching, feeds and model.
"""

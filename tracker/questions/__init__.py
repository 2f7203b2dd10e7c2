"""Use cases on questions: ask, edit, forecast, review, resolve, suggest, learn, verify.

May import storage, matching, feeds and model.
"""

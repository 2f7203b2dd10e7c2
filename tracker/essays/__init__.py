"""Essays: import of texts, questions from their claims, and their track record.

May import questions, storage, feeds and model.
"""

"""The inbox: evidence that waits for a judgement.

May import components, charts, wording and `tracker`.
"""

"""Track record: how good, how well calibrated, and every answered question; the rest in Details.

May import question, components, charts, wording and `tracker`.
"""

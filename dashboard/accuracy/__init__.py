"""The accuracy page: skill, calibration, comparisons, habits.

May import components, charts, wording and `tracker`.
"""

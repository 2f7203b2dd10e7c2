"""The settings page and what the installation has learned.

May import components, charts, wording and `tracker`.
"""

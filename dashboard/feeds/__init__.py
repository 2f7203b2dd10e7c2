"""The feed pages: list, one feed, subscribe.

May import components, charts, wording and `tracker`.
"""

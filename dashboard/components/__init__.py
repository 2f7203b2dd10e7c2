"""Parts that several pages share: widgets, shortcuts, toasts, downloads, memoised frames.

May import charts, wording and `tracker`.
"""

"""The scenario pages: scenario sets, links and coherence.

May import components, charts, wording and `tracker`.
"""

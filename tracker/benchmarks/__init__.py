"""Benchmarks: the same question on a market or another platform, whose probability is scored here.

Each platform has one file that knows its addresses and the shape of its answers, and nothing of
ours; `platforms` is their table. A person `link`s two questions after reading both criteria;
`poll` reads what is linked, and enters its moves as forecasts of the platform.
"""

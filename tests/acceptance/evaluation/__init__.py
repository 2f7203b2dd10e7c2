"""How good the matcher is, on labelled pairs and on news whose events are known, beside simple
baselines.
"""

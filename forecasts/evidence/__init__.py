"""Evidence on questions: indicators, stories, weights in log-odds, base levels, learned parameters.

May import questions and distributions.
"""

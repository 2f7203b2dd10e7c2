"""Evidence on questions: indicators, stories, weights in log-odds, base levels, learned parameters.

May import questions, distributions and statistics.
"""

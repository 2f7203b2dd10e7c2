"""Essays: extract claims, draft questions from them, and judge the claims by the answers.

May import questions, distributions, evidence and statistics.
"""

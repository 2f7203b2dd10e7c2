"""Match items to questions: words, vectors, polarity, near-duplicates and stories.

May import `errors` alone.
"""

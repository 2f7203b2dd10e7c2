"""How a claim is told from other sentences: where sentences end, what is dirt, and which words look
ahead.
"""

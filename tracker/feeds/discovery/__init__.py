"""Find feeds: subscription lists, links on pages, articles and robots.txt.

May import feeds and fetching.
"""

"""The web server around streamlit: guards, routes, caches, start-up.

May import components, wording and `tracker`.
"""

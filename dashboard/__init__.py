"""The pages in the browser, and their web server.

May import `tracker.app`, `tracker.interfaces`, and plain values of `tracker` and `forecasts`.
"""

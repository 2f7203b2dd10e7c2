"""Entry points: command line, HTTP API, metrics, scheduler and processes.

May import everything; nothing but the dashboard imports it.
"""

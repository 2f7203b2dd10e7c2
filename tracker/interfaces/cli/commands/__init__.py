"""Commands by subject: each maps its arguments to one use case and prints the result.

May import the tables beside this folder, app, replay, reports and model.
"""

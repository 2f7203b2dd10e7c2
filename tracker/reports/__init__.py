"""Reports on questions, scenario sets, essays and the last week, as HTML, PDF or JSON.

May import questions, essays, storage and model. The content is collected as known at an instant,
held as plain values, and rendered by format.
"""

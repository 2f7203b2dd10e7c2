"""Reports on questions, scenario sets, essays and the last week, as HTML, PDF or JSON.

The content is collected as known at an instant, held as plain values, and rendered by format.
Jinja, Typst and vl-convert are each imported by one module only.
"""

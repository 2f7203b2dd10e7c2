"""Reports: what stands in one (content), gathered from what was known at an instant, and written as
HTML, PDF or JSON.

content.py     the values: a report, its sections, and the blocks in them; its data and their hash
known.py       every question as it stood at an instant, from what had been entered by then
histories.py   who held what over time, as lines of a chart
question.py, scenarios.py, essay.py, week.py   one file a subject: what was known → content
palette.py     how forecasters and options are drawn, on paper and on the pages
figures.py     a chart → SVG (vl-convert lives here alone)
html.py        content → one HTML file (Jinja lives here alone)
pdf.py         content → PDF (Typst lives here alone)
writing.py     which format a file has; checking.py: is a file what the database says?
"""

"""What do we believe, and how good was it? Pure values and functions: no clock, no I/O.

An *essay* makes *claims*; a claim becomes a *question* that can be resolved. *Indicators*, written
in advance, say what would bear on it; a *story* that matches one is *evidence*. A *forecaster*
holds a *forecast* (a distribution) on half-open intervals of time. The *suggestion* adds up prior,
time and evidence in log-odds. A *resolution* answers the question, and a *score* with its *receipt*
tells how good each forecaster was.
"""

"""A small question set as texts, and what is said against a changed one."""

import pytest

from forecasts.errors import InvalidQuestionSet
from forecasts.question_set import FILES, read_question_set

ESSAY = """
id = "an-essay"
title = "An essay"
published = "2022-05-20"
language = "en"
note = "Seen in a journal."

[[claim]]
id = "C01"
quote = "will not take sides"
offset = 120
kind = "prediction"
modality = "will"
restatement = "The country stays neutral."
"""

QUESTIONS = """
[[question]]
id = "neutral"
kind = "binary"
text = "Does it stay neutral until 2023?"
criteria = "No treaty is signed."
sources = ["https://example.org/un"]
horizon = "holds_until"
opens = 2022-06-01
closes = 2023-01-01
resolves = 2023-01-08
prior = 0.8
prior_reason = "8 of 10 comparable years"
claims = ["C01"]
tags = ["un"]
retrospective = true

[[question]]
id = "treaty"
kind = "binary"
text = "Is a treaty signed by 2023?"
criteria = "It is published."
sources = ["https://example.org/un"]
horizon = "event_by"
opens = 2022-06-01
closes = 2023-01-01
resolves = 2023-01-08
prior = 0.1
prior_reason = "1 of 10 comparable years"
claims = []
"""

INDICATORS = """
[[indicator]]
id = "drills"
name = "Joint drills"
strength = "some"
half_life_days = 90
usual_level = 0.2
terms = [["joint", "combined"], ["drill*"]]
unless = ["film"]
examples = ["Joint drills begin"]
yes = ["treaty"]
no = ["neutral"]

[[indicator]]
id = "abstains"
name = "Abstains at the UN"
strength = "moderate"
half_life_days = "none"
terms = [["abstain*"]]
examples = ["It abstained"]
yes = ["neutral"]
"""

FEEDS = """
[[feed]]
id = "wire"
title = "A wire"
url = "https://example.org/feed.xml"
source_group = "agency"
grade = "B"
theme = "wire"
"""

HISTORY = """
[[event]]
id = "vote"
at = 2022-07-01T12:00:00Z
title = "It abstained"
summary = "In the assembly."
source = "wire"
url = "https://example.org/vote"
yes = ["neutral"]
no = []
copies = [{ source = "daily", title = "Abstention" }]

[[resolution]]
question = "neutral"
outcome = "yes"
event_at = 2022-12-31
known_at = 2023-01-01
url = "https://example.org/answer"
note = "Nothing was signed."

[[forecaster]]
id = "demo-ada"
name = "Ada (invented)"

[[forecast]]
at = 2022-08-01
question = "neutral"
forecaster = "demo-ada"
p = 0.7
rationale = "It leans."

[[forecast]]
at = 2022-09-01
question = "neutral"
forecaster = "demo-ada"
withdraw = true
rationale = "Unsure."
"""

TEXTS = dict(zip(FILES, (ESSAY, QUESTIONS, INDICATORS, FEEDS, HISTORY), strict=True))


def changed(file: str, old: str, new: str) -> dict[str, str]:
    """The set with the first `old` in one file replaced; the mark shows where the mistake stands."""
    assert old in TEXTS[file]
    return {**TEXTS, file: TEXTS[file].replace(old, new, 1)}


def refusal(texts: dict[str, str]) -> InvalidQuestionSet:
    with pytest.raises(InvalidQuestionSet) as caught:
        read_question_set(texts)
    return caught.value


def line_of(text: str, mark: str) -> int:
    """The line where `mark` stands first."""
    return text[: text.index(mark)].count("\n") + 1

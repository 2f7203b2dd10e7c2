"""A small question set as texts, and what is said against a changed one."""

from collections.abc import Mapping

import pytest

from forecasts.errors import InvalidQuestionSet
from forecasts.question_sets.question_set import SET_FILES, read_question_set

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
override = "A set for tests."
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
override = "A set for tests."
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

# Questions of every other kind, with their history; to be put behind the ones above.
MORE_QUESTIONS = """
[[question]]
id = "capital"
kind = "categorical"
text = "Where is the next summit?"
criteria = "As both sides announce it."
sources = ["https://example.org/un"]
horizon = "state_at"
opens = 2022-06-01
closes = 2023-01-01
resolves = 2023-01-08
options = ["New York", "Moscow", "Other"]
prior = "Moscow=50 new york=30 Other=rest"
prior_reason = "7 of 14 comparable summits"
override = "A set for tests."
claims = []

[[question]]
id = "trade-level"
kind = "ordered"
text = "How does trade end the year?"
criteria = "As the ministry reports."
sources = ["https://example.org/un"]
horizon = "state_at"
opens = 2022-06-01
closes = 2023-01-01
resolves = 2023-01-08
options = ["low", "middle", "high"]
prior_reason = "nothing is known"
override = "A set for tests."

[[question]]
id = "trade"
kind = "numeric"
text = "How much is traded?"
criteria = "As the ministry reports."
sources = ["https://example.org/un"]
horizon = "state_at"
opens = 2022-06-01
closes = 2023-01-01
resolves = 2023-01-08
lower = 1
upper = 1000.0
open_upper = true
zero_point = 0
unit = "billion US dollars"
prior = "50%=41 above=2%"
prior_reason = "the last ten years"
override = "A set for tests."

[[question]]
id = "visit"
kind = "date"
text = "When is the first visit?"
criteria = "As both sides announce it."
sources = ["https://example.org/un"]
horizon = "event_by"
opens = 2022-06-01
closes = 2023-01-01
resolves = 2023-01-08
earliest = 2022-06-01
latest = "2023-01-01"
prior = "50%=2022-09-01 never=20%"
prior_reason = "4 of 5 comparable years"
override = "A set for tests."
"""

MORE_HISTORY = """
[[resolution]]
question = "capital"
outcome = "moscow"
event_at = 2022-12-31
known_at = 2023-01-01
url = "https://example.org/answer"
note = "It was announced."

[[resolution]]
question = "trade"
outcome = "1,234.5"
event_at = 2022-12-31
known_at = 2023-01-01
url = "https://example.org/answer"
note = "As reported."

[[resolution]]
question = "visit"
outcome = "never"
event_at = 2022-12-31
known_at = 2023-01-01
url = "https://example.org/answer"
note = "Nobody came."

[[forecast]]
at = 2022-08-01
question = "capital"
forecaster = "demo-ada"
p = "Moscow=60% Other=rest"
rationale = "It leans."

[[forecast]]
at = 2022-08-01
question = "trade-level"
forecaster = "demo-ada"
p = "low=20 middle=50 high=30"
rationale = "As ever."

[[forecast]]
at = 2022-08-01
question = "trade"
forecaster = "demo-ada"
p = "10%=20 50%=60 90%=200"
rationale = "As last year."

[[forecast]]
at = 2022-08-01
question = "visit"
forecaster = "demo-ada"
p = "50%=2022-10-01 never=40%"
rationale = "Not soon."

[[forecast]]
at = 2022-09-01
question = "visit"
forecaster = "demo-ada"
withdraw = true
rationale = "Unsure."
"""

STATEMENTS = """
[[statement]]
id = "Q1_joint_drills"
text = "The two armies exercise together."
yes = ["drills"]
no = ["abstains"]
examples = ["Joint drills begin"]
opposites = ["Joint drills are called off"]
aliases = ["war games"]
"""

SCENARIOS = """
[[scenario_set]]
question = "capital"
title = "Where it turns"
descriptions = ["West", "East", "Neither"]
note = "Three ways."

[[scenario_set.row]]
question = "neutral"
p = ["very unlikely", 0.25, "roughly even chance"]
why = "A summit is a side taken."

[[scenario_set.row]]
question = "treaty"
p = [0.01, 0.99, "almost no chance"]
"""

LINKS = """
[[link]]
id = "sides"
kind = "negates"
questions = ["neutral", "treaty"]
title = "Neutral or bound"
why = "A treaty ends neutrality."

[[link]]
id = "countries"
kind = "members"
questions = ["treaty", "neutral"]
title = "Side by side"
labels = ["treaty", "neutrality"]
"""

TEXTS = dict(
    zip(SET_FILES, (ESSAY, QUESTIONS, INDICATORS, FEEDS, HISTORY, STATEMENTS, "", ""), strict=True)
)

EVERY_KIND = {
    **TEXTS,
    "questions.toml": QUESTIONS + MORE_QUESTIONS,
    "history.toml": HISTORY + MORE_HISTORY,
    "scenarios.toml": SCENARIOS,
    "links.toml": LINKS,
}


def changed(file: str, old: str, new: str, texts: Mapping[str, str] = TEXTS) -> dict[str, str]:
    """The set with the first `old` in one file replaced; the mark shows where the mistake
    stands.
    """
    assert old in texts[file]
    return {**texts, file: texts[file].replace(old, new, 1)}


def refusal(texts: Mapping[str, str]) -> InvalidQuestionSet:
    with pytest.raises(InvalidQuestionSet) as caught:
        read_question_set(texts)
    return caught.value


def line_of(text: str, mark: str) -> int:
    """The line where `mark` stands first."""
    return text[: text.index(mark)].count("\n") + 1

"""Everything that the reader of question sets accepts is documented, and the examples there can be
read.
"""

import re
from pathlib import Path
from typing import Any, get_args

import pytest

from forecasts.question_sets.question_set import ESSAY_TEXT, SET_FILES, read_question_set
from forecasts.question_sets.record_reader import SetFile, SetRecord
from forecasts.questions.links import LinkKind
from forecasts.scenarios.scenario_set import FIVE_WORDS
from tests.forecasts import small_set
from tests.tables import check_rows

PAGE = (Path(__file__).parents[2] / "docs" / "question-sets.md").read_text(encoding="utf-8")
EXPECTED = (
    'examples = ["It abstained"]\nexpected = { by = 2022-09-01, if_yes = "very likely", '
    'if_no = "unlikely" }'
)


def section(file: str) -> str:
    """What the page says about one file."""
    found = re.search(rf"^## {re.escape(file)}.*?(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, file
    return found[0]


def blocks(table: str) -> str:
    """The examples of the page that begin with an entry of a table."""
    shown = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    return "".join(block for block in shown if block.startswith(f"[[{table}]]"))


@check_rows([*SET_FILES, ESSAY_TEXT])
def test_every_file_has_a_section_of_its_own(file: str) -> None:
    assert section(file)


def test_every_accepted_key_is_documented(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    accepted: set[tuple[str, str]] = set()
    plain, only = SetRecord.get, SetFile.allow_only

    def heard(self: SetRecord, key: str, default: Any = None) -> Any:
        accepted.add((self.file.name, key))
        return plain(self, key, default)

    def tables(self: SetFile, *names: str) -> None:
        accepted.update((self.name, name) for name in names)
        only(self, *names)

    monkeypatch.setattr(SetRecord, "get", heard)
    monkeypatch.setattr(SetFile, "allow_only", tables)
    read_question_set(
        small_set.changed(
            "indicators.toml", 'examples = ["It abstained"]', EXPECTED, small_set.EVERY_KIND
        )
    )
    assert len(accepted) > 90
    assert {file for file, _ in accepted} == set(SET_FILES)
    missing = [
        (f, k)
        for f, k in sorted(accepted)
        if not re.search(rf"`(\[\[)?{k}(\]\])?`|^{k} = |\b{k} =", section(f), re.M)
    ]
    assert missing == []


def test_link_kinds_words_and_examples_are_documented() -> None:
    # Every kind of link and every word of a row is explained.
    assert all(f"| `{kind}` |" in section("links.toml") for kind in get_args(LinkKind))
    assert all(
        f"| `{word}` | {p:g} |" in section("scenarios.toml") for word, p in FIVE_WORDS.items()
    )
    # The examples of essay scenarios and links can be read.
    first = blocks("question")
    half = first[: first.index("[[question]]", 1)].replace("ceasefire-2027", "ceasefire-2026")
    essay = next(
        block
        for block in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
        if block.startswith("id =")
    )
    texts = {
        "essay.toml": essay,
        "questions.toml": first + half.replace("closes = 2027-01-01", "closes = 2026-07-01"),
        "indicators.toml": blocks("indicator"),
        "feeds.toml": "",
        "history.toml": blocks("resolution"),
        "scenarios.toml": blocks("scenario_set"),
        "links.toml": blocks("link"),
    }
    read = read_question_set(texts)
    assert len(read.rejections) == 1
    assert [link.kind for link in read.links] == ["dates", "implies"]
    assert read.scenarios[0].rows[0].p == (0.125, 0.5, 0.4)
    assert any(resolution.needs_check for resolution in read.resolutions)

"""`tracker essay`: what each command prints and keeps, and one-line refusals that leave everything
as it was.
"""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from forecasts.essays.draft import with_wording
from forecasts.essays.extract import find_claims
from forecasts.questions.new_question import OWN_ESSAY
from tests.builders import NOW, FakeClock, a_set
from tests.essays.essay_examples import HOLDS, LEAVES, PRICES, SIGNS, TEXT, add, asked_of, states
from tests.essays.opening import open_claim
from tests.tables import check_rows
from tests.test_cli import Shell
from tracker.app.essays import EssayService
from tracker.app.tracker import Tracker
from tracker.llm.draft_proposals import Proposal
from tracker.model.essays import NewEssay
from tracker.model.json_values import to_plain

INDICATOR = """
[[indicator]]
id = "talks"
name = "They talk"
yes = ["signs"]
strength = "some"
half_life_days = 45.0
terms = [["Arland*"], ["talk*"]]
examples = ["Arland talks"]
"""
WHY = "a question of a test"
MARKUP = "[red]Arland[/red] will sign \x1b[31mthe treaty\u202e by the end of 2027."


@pytest.fixture
def essay(tracker: Tracker, shell: Shell) -> Tracker:
    """An essay of which nothing has been asked, behind the terminal."""
    add(tracker)
    return tracker


@pytest.fixture
def draft(essay: Tracker, shell: Shell, tmp_path: Path) -> Path:
    """The draft of a question, as it comes."""
    file = tmp_path / "draft.toml"
    shell("essay", "draft", "river", str(SIGNS), "--question", "signs", "--out", str(file))
    return file


def complete(draft: Path) -> Path:
    """The same with an indicator of its author."""
    with draft.open("a", encoding="utf-8") as file:
        file.write(INDICATOR)
    return draft


# list


def test_the_list_says_how_much_was_asked_and_how_it_came_out(
    essay: Tracker, shell: Shell, clock: FakeClock
) -> None:
    open_claim(essay, asked_of(bears_out="yes", prior="40%"), SIGNS)
    clock.advance(days=1)
    essay.resolutions.resolve(
        "rain", "yes", source_url="https://arland.example", known_at=clock.time
    )
    (line,) = [line for line in shell("essay", "list").splitlines() if "river" in line]
    assert [cell.strip() for cell in line.strip("│").split("│")] == [
        "river", "On the river", "1", "1 of 3", "1 of 1 came true, by chance 0.4", "–",
    ]  # fmt: skip
    (row,) = shell.json("essay", "list")
    assert (row["essay"]["id"], row["has_text"], row["questions"]) == ("river", True, 1)
    assert row["coverage"] == {"asked": 1, "rejected": 0, "forward_looking": 3}
    assert row["live"]["borne_out"] == 1.0


def test_without_essays_the_list_says_what_to_do(shell: Shell) -> None:
    assert "No essays yet: add one with `tracker essay add FILE`." in shell("essay", "list")
    assert shell.json("essay", "list") == []


# add


def test_an_essay_is_added_and_added_anew(tracker: Tracker, shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "river.txt"
    file.write_text(TEXT, encoding="utf-8")
    told = shell("essay", "add", str(file), "--published", "2026-11-01", "--note", "my copy")
    assert told.splitlines() == [
        "river, version 1, “The river treaty”: 3 sentences look ahead.",
        "Published 2026-11-01: its dates count from then.",
        "Next: tracker essay claims river",
    ]
    with_day = ("essay", "add", str(file), "--published", "2 November 2026")
    assert "Published 2 November 2026 (was 2026-11-01)" in shell(*with_day)
    shell("essay", "add", str(file), "--published", "2026-11-01")
    file.write_text(f"{TEXT}\nIt will flood.\n", encoding="utf-8")
    assert shell.json("essay", "add", str(file)) == {
        "essay": "river",
        "version": 2,
        "coverage": {"asked": 0, "rejected": 0, "forward_looking": 4},
    }
    page = tracker.essays.get("river")
    assert (page.essay.title, page.essay.published, page.essay.note) == (
        "The river treaty",
        "2026-11-01",
        "my copy",
    )
    assert page.text is not None
    assert (page.text.source, page.text.by, page.text.at) == ("river.txt", "ada", NOW)


@check_rows(
    [
        ("river.txt", TEXT.encode(), (), "this is the text of river already, to the character"),
        (
            "other.txt",
            b"It will rain.",
            ("--name", "Two words"),
            "'Two words' is not a valid name for an essay",
        ),
        ("other.txt", b"", (), "other.txt is empty"),
        ("other.txt", b"?! ...", (), "other.txt holds no words"),
        ("other.html", b"<html><body></body></html>", (), "no essay was found in other.html"),
        ("other.txt", b"It will rain.", ("--published", "soon"), "“soon” names no year: write"),
        (
            "other.txt",
            b"It will rain.",
            ("--published", "31 February 2025"),
            "“31 February 2025” is not a date of the calendar: write",
        ),
        ("other.txt", b"It will rain.", ("--published", "May 2027"), "“May 2027” lies ahead of"),
        (
            "river.md",
            b"# The dam\n\nIt will hold.",
            (),
            "river is the essay “On the river”: give this one another --name",
        ),
    ],
    "name",
    "raw",
    "more",
    "reason",
)
def test_what_is_no_essay_is_refused_in_one_line(
    essay: Tracker,
    shell: Shell,
    tmp_path: Path,
    name: str,
    raw: bytes,
    more: tuple[str, ...],
    reason: str,
) -> None:
    before = essay.system.verify()
    (tmp_path / name).write_bytes(raw)
    assert reason in shell.refused("essay", "add", str(tmp_path / name), *more)
    assert [row.essay.id for row in essay.essays.list()] == ["river"]
    assert essay.system.verify() == before


def test_a_text_that_is_not_english_is_told(shell: Shell, tmp_path: Path) -> None:
    german = "Der Strom wird im Winter knapp, und die Preise steigen nach Ostern wieder an. "
    for text in (german * 3, "雨は明日降り、川の水は再び高くなるだろう。" * 8):
        file = tmp_path / "strom.txt"
        file.write_text(text, encoding="utf-8")
        hint = "This does not look English: claims are found in English text only."
        assert hint in shell("essay", "claims", str(file))
        assert hint in shell("essay", "add", str(file))
    assert hint not in shell("essay", "add", str(Path("docs/essays/outlook.md")))


def test_an_essay_is_removed(essay: Tracker, shell: Shell) -> None:
    assert shell("essay", "remove", "river") == "river is removed.\n"
    assert "there is no essay river" in shell.refused("essay", "remove", "river")
    assert "No essays yet" in shell("essay", "list")


# claims


def test_the_claims_of_an_essay_and_of_a_file_are_the_same(
    essay: Tracker, shell: Shell, tmp_path: Path
) -> None:
    file = tmp_path / "river.txt"
    file.write_text(TEXT, encoding="utf-8")
    assert shell("essay", "claims", "river") == shell("essay", "claims", str(file))
    found = shell.json("essay", "claims", "river")
    assert found == [to_plain(sentence) for sentence in find_claims(TEXT)]


def test_only_what_looks_ahead_is_listed_unless_all_is_asked_for(
    essay: Tracker, shell: Shell
) -> None:
    few, everything = shell("essay", "claims", "river"), shell("essay", "claims", "river", "--all")
    assert all(str(at) in few for at in (SIGNS, LEAVES, HOLDS))
    assert "Prices fell" not in few
    assert "Prices fell" in everything
    row = next(line for line in few.splitlines() if str(LEAVES) in line)
    assert [cell.strip() for cell in row.strip("│").split("│")][:4] == [
        str(LEAVES),
        "explicit prediction",
        "may",
        "0.50",
    ]


def test_background_stands_apart_from_claims(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "ports.txt"
    file.write_text("The port will close. Prices have been rising since May.", encoding="utf-8")
    claims, background = shell("essay", "claims", str(file)).split("background", 1)
    assert "will close" in claims
    assert "rising" not in claims
    assert "rising since May" in background
    assert "background" not in shell("essay", "claims", str(file), "--all")


def test_a_text_without_claims_says_so(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "past.txt"
    file.write_text("Prices fell in May.", encoding="utf-8")
    assert "nothing in this text can be asked" in shell("essay", "claims", str(file))


@check_rows(["nope", "nope.txt", "no/such/file.txt", "x" * 300], "name")
def test_what_is_neither_essay_nor_file_is_refused(shell: Shell, name: str) -> None:
    assert f"there is no essay {name}: see `tracker essay list`" in shell.refused(
        "essay", "claims", name
    )


def test_an_essay_without_its_text_has_no_claims_to_find(tracker: Tracker, shell: Shell) -> None:
    tracker.question_sets.load(a_set())
    assert "the text of essay is not kept: add it with" in shell.refused("essay", "claims", "essay")
    assert "there is no text of essay essay: add it with" in shell.refused(
        "essay", "draft", "essay", "120"
    )


# draft


def test_a_draft_is_printed_or_written_and_keeps_nothing(
    essay: Tracker, shell: Shell, tmp_path: Path
) -> None:
    before = essay.system.verify()
    text = shell("essay", "draft", "river", str(SIGNS))
    assert 'text = "Will Arland sign the river treaty by 31 December 2027?"' in text
    (made,) = shell.json("essay", "draft", "river", str(SIGNS + 5))
    assert made["source"]["sentence"]["offset"] == SIGNS
    assert (made["plan"]["kind"], made["plan"]["last"]) == ("binary", "2027-12-31")
    out = tmp_path / "a [b] c.toml"
    told = " ".join(shell("essay", "draft", "river", str(SIGNS), "--out", str(out)).split())
    assert told == (
        f"1 draft in {out}, 1 without gaps. Complete it, then: tracker essay open river '{out}'"
    )
    assert out.read_text(encoding="utf-8") == text.removesuffix("\n")
    assert essay.system.verify() == before
    another = tmp_path / "another.toml"
    assert shell.json("essay", "draft", "river", str(SIGNS), "--out", str(another)) == [made]
    assert another.read_text(encoding="utf-8") == out.read_text(encoding="utf-8")


def test_another_draft_kind_or_day_is_chosen(tracker: Tracker, shell: Shell) -> None:
    add(tracker, "Arlandia\n\nInflation in Norway will fall below 3 percent by the end of 2027.")
    at = ("essay", "draft", "river", str(len("Arlandia\n\n")))

    def question(*argv: str) -> str:
        return " ".join(shell(*at, *argv).partition("[[question]]")[2].split())

    measure = "the twelve-month change in consumer prices in Norway"
    assert f"Will {measure} be below 3 per cent in December 2027?" in question()
    others = re.findall(r"# Another question \(--pick (\d)\): (.*)\n", shell(*at))
    assert [int(number) for number, _ in others] == list(range(2, len(others) + 2))
    for number, text in others:
        assert text in question("--pick", number)
    asked = question("--kind", "numeric")
    assert f"What will {measure} be in December 2027, in per cent?" in asked
    assert 'bears_out = "less than 3"' in asked
    later = question("--last", "2029-03-31")
    assert f"Will {measure} be below 3 per cent in March 2029?" in later
    assert "closes = 2029-04-01" in later
    hints = shell(*at, "--last", "2029-03-31").partition("[[question]]")[0]
    assert "--pick 1" not in hints
    assert all("2029" in line for line in hints.splitlines() if "Another question" in line)
    (made,) = shell.json(*at, "--pick", others[-1][0], "--kind", "date", "--last", "2028-12-31")
    assert (made["match"], made["plan"]["kind"]) == (None, "date")
    assert made["plan"]["last"] == "2028-12-31"


def test_a_model_drafts_beside_the_rules_or_says_why_not(
    essay: Tracker, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    argv = ("essay", "draft", "river", str(SIGNS))
    text = shell(*argv)
    assert shell(*argv, "--ask-model") == text
    assert shell.error.strip() == (
        "The model proposes nothing: no model is set up: see the setting 'model_url'"
    )
    (rules,) = essay.essays.drafts("river", SIGNS)
    made = replace(with_wording(rules, text="Will Arland ratify it by 31 December 2027?"), by="m:x")
    proposal = Proposal((made,), ("“Will it?”: trivial",), "x")
    monkeypatch.setattr(EssayService, "propose", lambda self, essay_id, offset: proposal)
    asked = shell(*argv, "--ask-model")
    assert 'text = "Will Arland ratify it by 31 December 2027?"' in asked
    assert f"# Another question (--pick 2): {rules.plan.text}" in asked
    assert shell.error.strip() == "Left out “Will it?”: trivial"
    assert f'text = "{rules.plan.text}"' in shell(*argv, "--ask-model", "--pick", "2")


@check_rows(
    [
        (("nope", "0"), "there is no essay nope: see `tracker essay list`"),
        (
            ("river", "9999"),
            "there is no sentence at character 9999: see `tracker essay claims river`",
        ),
        (("river", "--", "-5"), "there is no sentence at character -5"),
        (("river", str(SIGNS), "--question", "Two words"), "'Two words' is not a valid name"),
        (("river", str(SIGNS), "--pick", "0"), "there is no draft 0; "),
        (("river", str(HOLDS), "--pick", "-3"), "there is no draft -3; "),
        (("river", str(SIGNS), "--pick", "99"), "there is no draft 99; "),
        (("river", str(SIGNS), "--last", "soon"), "“soon” is not a date: write it as 2027-12-31"),
        (("river", str(SIGNS), "--last", "2027-02-30"), "“2027-02-30” is not a date"),
        (("river", "0"), "a heading stands at character 0: see `tracker essay claims river`"),
        (("river",), "name sentences by their characters, as `tracker essay claims river`"),
        (("river", str(SIGNS), "--all"), "name sentences by their characters"),
        (("river", str(SIGNS), str(HOLDS), "--pick", "2"), "--pick is about one sentence"),
        (
            ("river", str(SIGNS), "--last", "2026-12-01"),
            "2026-12-01 is too early: the last day lies after 2026-12-01",
        ),
        (("river", str(SIGNS), "--last", "9999-12-31"), "9999-12-31 is too far away"),
        (
            ("river", str(SIGNS), "--out", "here/nowhere/draft.toml"),
            "draft.toml cannot be written: No such file",
        ),
    ],
    "argv",
    "reason",
)
def test_what_cannot_be_drafted_is_refused(
    essay: Tracker,
    shell: Shell,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    argv: tuple[str, ...],
    reason: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert reason in shell.refused("essay", "draft", *argv)
    assert not list(tmp_path.rglob("*.toml"))


def test_a_draft_is_never_written_over_another_file(draft: Path, shell: Shell) -> None:
    draft.write_text("my own words", encoding="utf-8")
    told = shell.refused("essay", "draft", "river", str(LEAVES), "--out", str(draft))
    assert f"{draft} is there already: name a new file, or remove that one" in told
    assert draft.read_text(encoding="utf-8") == "my own words"


# open


def test_a_completed_draft_is_opened_with_its_indicators(
    essay: Tracker, draft: Path, shell: Shell
) -> None:
    told = shell("essay", "open", "river", str(complete(draft)))
    assert told.splitlines() == [
        "signs is open; its base rate is 50%.",
        "  YES: Arland signs the river treaty",
        "  NO: Arland refuses to sign the river treaty",
        "  Advice: the criteria do not say what happens if the source publishes nothing; "
        "the prior has no reason yet; all 1 indicators speak for YES; no feed is polled.",
    ]
    page = essay.questions.get("signs")
    (asked,) = essay.essays.drafts("river", SIGNS)
    assert page.summary.question.criteria == asked.plan.criteria
    assert page.summary.question.sources == asked.plan.sources
    assert page.summary.question.bears_out == "yes"
    assert [claim.offset for claim in page.claims] == [SIGNS]
    assert list(page.indicators) == ["signs/talks"]
    assert (states(essay)[SIGNS], page.override) == ("open", None)


def test_an_opened_question_is_printed_for_programs(
    essay: Tracker, draft: Path, shell: Shell
) -> None:
    report = shell.json("essay", "open", "river", str(complete(draft)))
    ((opened,), problems) = report["opened"], report["problems"]
    made = opened["question"]
    assert (made["id"], made["essay_id"], made["claim_ids"]) == ("signs", "river", [f"at-{SIGNS}"])
    assert (opened["is_new"], problems) == (True, [])


def test_an_editor_may_leave_its_marks_in_the_file(
    essay: Tracker, draft: Path, shell: Shell
) -> None:
    text = complete(draft).read_text(encoding="utf-8")
    draft.write_text(text, encoding="utf-8-sig", newline="\r\n")
    shell("essay", "open", "river", str(draft))
    assert essay.questions.get("signs").indicators


def test_what_is_left_open_blocks_until_somebody_says_why_not(
    essay: Tracker, shell: Shell, tmp_path: Path
) -> None:
    before, draft = essay.system.verify(), tmp_path / "holds.toml"
    argv = ("essay", "open", "river", str(draft))
    shell("essay", "draft", "river", str(HOLDS), "--question", "holds", "--out", str(draft))
    told = shell.refused(*argv)
    assert "replace the gaps […] of criteria, sources" in told
    shell.refused(*argv, "--override", "  ")
    assert essay.system.verify() == before
    assert essay.essays.get("river").claims == ()
    shell(*argv, "--override", WHY)
    override = essay.questions.get("holds").override
    assert override is not None
    assert (override.why, override.by) == (WHY, "ada")
    assert "placeholder" in override.codes


@check_rows(
    [
        ("river", "[[question]]", "[[questions]]", "unknown 'questions'"),
        ("river", "prior = 0.5", "prior 0.5", "not valid TOML"),
        ("river", 'id = "signs"', 'id = "sings"', "names 'signs', which the set does not define"),
        ("river", f"at = {SIGNS}", f"at = {SIGNS + 2}", "no sentence that begins at character"),
        ("river", f"at = {SIGNS}", "at = 9999", "there is no sentence at character 9999"),
        ("nope", "", "", "there is no essay nope"),
    ],
    "essay_name",
    "old",
    "new",
    "reason",
)
def test_what_cannot_open_is_refused_with_file_and_line(
    essay: Tracker, draft: Path, shell: Shell, essay_name: str, old: str, new: str, reason: str
) -> None:
    before = essay.system.verify()
    text, spoilt = draft.read_text(encoding="utf-8") + INDICATOR, draft.with_name("spoilt.toml")
    assert old in text
    spoilt.write_text(text.replace(old, new, 1), encoding="utf-8")
    told = shell.refused("essay", "open", essay_name, str(spoilt))
    assert reason in told
    if old:
        line = int(re.findall(r"^Error: spoilt\.toml:(\d+): ", told)[0])
        assert line > spoilt.read_text(encoding="utf-8").split("\n").index("") + 1
    assert (essay.questions.list(), essay.essays.get("river").claims) == ((), ())
    assert essay.system.verify() == before


def test_a_file_opens_once_and_a_taken_name_is_refused(
    essay: Tracker, draft: Path, shell: Shell
) -> None:
    argv = ("essay", "open", "river", str(complete(draft)))
    rehearsed = shell(*argv, "--dry-run")
    assert essay.questions.list() == ()
    assert shell(*argv) == rehearsed.replace("would open", "is open")
    before = essay.system.verify()
    assert shell(*argv) == "Open already: signs.\n"
    draft.write_text(draft.read_text(encoding="utf-8").replace("Will Arland", "Will Borland"))
    assert "signs is open in other words" in shell.refused(*argv)
    essay.questions.ask(replace(asked_of("rain"), essay_id=OWN_ESSAY, claim_ids=()))
    draft.write_text(draft.read_text(encoding="utf-8").replace('"signs"', '"rain"'))
    assert "there is a question 'rain' already: give this one" in shell.refused(*argv)
    assert before.bad_seq is None


def test_one_file_asks_a_whole_essay(essay: Tracker, shell: Shell, tmp_path: Path) -> None:
    out = tmp_path / "all.toml"
    told = " ".join(shell("essay", "draft", "river", "--all", "--out", str(out)).split())
    assert told.startswith(f"3 drafts in {out}, 2 without gaps.")
    shell("essay", "open", "river", str(out), code=2)
    assert "arland-sign-river-treaty is open" in shell.out
    assert shell.out.count("what happens if the source publishes nothing") == 1
    assert "\nAdvice for all of them: the criteria do not say what happens" in shell.out
    (line,) = shell.error.splitlines()
    assert re.fullmatch(
        r"Error: all.toml: not opened, as gaps \[…\] are left: dam-hold \(line \d+\)",
        line,
    )
    text = out.read_text(encoding="utf-8").replace("[…", "(").replace(']"]', ')"]')
    out.write_text(re.sub(r"not enough\]", "not enough)", text), encoding="utf-8")
    shell("essay", "open", "river", str(out), "--override", WHY)
    assert "Open already: arland-sign-river-treaty, borland-leave-customs-union.\n" in shell.out
    assert len(essay.questions.list()) == 3
    assert "no claim of river is left to draft" in shell.refused("essay", "draft", "river", "--all")


def test_claims_without_cue_and_year_are_left(
    tracker: Tracker, shell: Shell, tmp_path: Path
) -> None:
    text = "In 2060 all ports are free. Every ship pays the same toll. Fleets will grow by 2070."
    add(tracker, text)
    told = " ".join(
        shell("essay", "draft", "river", "--all", "--out", str(tmp_path / "all.toml")).split()
    )
    assert told.startswith("2 drafts in ")
    assert (
        shell.error.split()
        == (
            "Left out 1 claim with neither a cue nor a year. To draft them, too: "
            f"tracker essay draft river {text.index('Every')}"
        ).split()
    )


def test_a_file_that_is_no_text_is_refused(essay: Tracker, draft: Path, shell: Shell) -> None:
    draft.write_bytes(b"\xff\xfe\x00[[question]]")
    told = shell.refused("essay", "open", "river", str(draft))
    assert "draft.toml is not UTF-8 text: save the file as UTF-8" in told


# reject, restore


def test_a_sentence_is_set_aside_and_taken_up_again(essay: Tracker, shell: Shell) -> None:
    told = shell("essay", "reject", "river", str(HOLDS + 3), "--why", "no date")
    assert told.strip() == f"The sentence at {HOLDS} is set aside."
    assert states(essay)[HOLDS] == "rejected"
    assert (
        shell("essay", "restore", "river", str(HOLDS)).strip()
        == f"The sentence at {HOLDS} is taken up again."
    )
    assert states(essay)[HOLDS] == "no question yet"
    decided = shell.json("essay", "reject", "river", str(HOLDS), "--why", "no measure")
    assert (decided["offset"], decided["why"], decided["by"]) == (HOLDS, "no measure", "ada")
    assert shell.json("essay", "restore", "river", str(HOLDS)) == {"essay": "river", "at": HOLDS}


@check_rows(
    [
        (("reject", "river", str(HOLDS), "--why", " "), "say why the claim cannot be tested"),
        (("reject", "river", "9999", "--why", "no date"), "there is no sentence at character 9999"),
        (("reject", "nope", "0", "--why", "no date"), "there is no essay nope"),
        (
            ("restore", "river", str(PRICES)),
            f"there is no rejected claim at character {PRICES}: it was not set aside",
        ),
        (("restore", "nope", "0"), "there is no essay nope"),
        (("map", "nope"), "there is no essay nope"),
    ],
    "argv",
    "reason",
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    essay: Tracker, shell: Shell, argv: tuple[str, ...], reason: str
) -> None:
    before = essay.system.verify()
    assert reason in shell.refused("essay", *argv)
    assert essay.system.verify() == before


@check_rows(
    [
        (("reject", "river", "0"), "Missing option '--why'"),
        (("draft", "river", "first"), "'first' is not a valid integer"),
        (("draft", "river", "0", "--pick", "best"), "'best' is not a valid integer"),
        (("draft", "river", "0", "--kind", "maybe"), "'maybe' is not one of 'binary'"),
        (("reject", "river", "--why", "no"), "Missing argument 'AT'"),
        (("add", "no-such-file.txt"), "does not exist"),
        (("open", "river", "no-such-file.toml"), "does not exist"),
        (("nothing",), "No such command 'nothing'"),
    ],
    "argv",
    "reason",
)
def test_what_is_typed_wrong_is_told_with_how_to_get_help(
    essay: Tracker, shell: Shell, argv: tuple[str, ...], reason: str
) -> None:
    before = essay.system.verify()
    assert shell("essay", *argv, code=2) == ""
    assert reason in shell.error
    assert "--help" in shell.error
    assert essay.system.verify() == before


# map


def test_the_map_shows_each_sentence_and_the_record_in_numbers(
    essay: Tracker, shell: Shell, clock: FakeClock
) -> None:
    open_claim(essay, asked_of("rain", bears_out="yes", prior="40%"), SIGNS)
    open_claim(essay, asked_of("snow", bears_out="yes", prior="30%"), LEAVES)
    essay.essays.reject_claim("river", HOLDS, "no date")
    clock.advance(days=1)
    essay.resolutions.resolve(
        "rain", "no", source_url="https://arland.example", known_at=clock.time
    )
    rows = [
        [cell.strip() for cell in line.strip("│").split("│")]
        for line in shell("essay", "map", "river").splitlines()
    ]
    assert [row[:2] for row in rows if row[0].isdigit()] == [
        [str(SIGNS), "did not come true (0 of 1)"],
        [str(LEAVES), "open"],
        [str(HOLDS), "rejected"],
    ]  # fmt: skip
    assert next(row for row in rows if row[0] == str(HOLDS))[3] == "no date"
    (scored,) = [row for row in rows if len(row) == 5 and row[1] == "0 of 1"]
    assert scored[2:4] == ["40%", "−0.40"]
    told = shell("essay", "map", "river")
    assert "Live: 0 of 1 came true, by chance 0.4, 1 open" in told
    assert (
        "By chance it would be 0 to 1 in 95 of 100 cases. 1 claim is too few to judge by." in told
    )
    assert "Skill: −0.4 claims (95% interval −0.4 to +0.6)." in told
    found = shell.json("essay", "map", "river")
    assert set(found) == {"coverage", "map", "live", "retrospective"}
    assert [one["sentence"]["offset"] for one in found["map"]] == [0, SIGNS, PRICES, LEAVES, HOLDS]
    assert found["coverage"] == {"asked": 2, "rejected": 1, "forward_looking": 3}


def test_sure_tests_are_marked_in_the_map(essay: Tracker, shell: Shell) -> None:
    open_claim(essay, asked_of("rain", bears_out="yes", prior="95%"), SIGNS)
    told = " ".join(shell("essay", "map", "river").replace("│", " ").split())
    assert "says little: could" in told
    assert "1 of 1 test could hardly fail." in told


# compare


def test_two_essays_are_compared(essay: Tracker, shell: Shell, clock: FakeClock) -> None:
    essay.essays.add(NewEssay("dam", "[red]The dam[/red]", "It will hold by 2028.", "pasted"))
    open_claim(essay, asked_of("rain", bears_out="yes", prior="40%"), SIGNS)
    clock.advance(days=1)
    essay.resolutions.resolve(
        "rain", "yes", source_url="https://arland.example", known_at=clock.time
    )
    told = shell("essay", "compare", "river", "dam")
    rows = [[cell.strip() for cell in line.strip("│").split("│")] for line in told.splitlines()]
    assert ["On the river", "1", "1", "0.4", "+60 points (−38 to +60)"] in rows
    assert ["[red]The dam[/red]", "0", "–", "–", "–"] in rows
    assert (
        "Too few to compare: of answered claims with a base rate “On the river” has 1 and "
        "“[red]The dam[/red]” 0; it takes 10 of each." in " ".join(told.split())
    )
    found = shell.json("essay", "compare", "river", "dam")
    assert (found["first"]["id"], found["live"]["difference"]) == ("river", None)
    assert "cannot be compared with itself" in shell.refused("essay", "compare", "dam", "dam")
    assert "there is no essay nope" in shell.refused("essay", "compare", "river", "nope")


def test_hostile_words_reach_the_terminal_as_text(tracker: Tracker, shell: Shell) -> None:
    add(tracker, MARKUP, title="[bold]\x1b[2JA title[/bold]")
    tracker.essays.reject_claim("river", 0, "[link=x]\x1b]0;no date")
    for argv in (("list",), ("claims", "river"), ("map", "river"), ("draft", "river", "0")):
        out = shell("essay", *argv)
        assert "\x1b" not in out
        assert "[red]Arland[/red] will sign" in " ".join(out.split()) or argv[0] in (
            "list",
            "draft",
        )
    assert "[bold][2JA title[/bold]" in shell("essay", "list")
    assert "[link=x]]0;no date" in shell("essay", "map", "river")

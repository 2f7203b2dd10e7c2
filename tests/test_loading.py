"""A question set is taken in whole or not at all, once and not twice; what it has from memory
resolves nothing.
"""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from forecasts.distributions.distribution import Binary
from forecasts.question_sets.question_set import PastResolution, QuestionSet, read_question_set
from forecasts.questions.links import Link, LinkId
from forecasts.questions.question import ClaimId, QuestionId
from forecasts.scenarios.scenario_set import ScenarioLikelihoods
from tests.builders import DAY, NOW, FakeClock, a_denial, a_feed, a_question, a_set, an_indicator
from tests.forecasts.set_strategies import question_sets
from tests.forecasts.small_set import EVERY_KIND, changed
from tests.lives import BEN, SOURCE
from tests.terminals import at_a_terminal
from tests.test_exporting import Installations, meaning
from tracker.app.questions import Wording
from tracker.app.tracker import Tracker
from tracker.errors import Refused, Unresolvable
from tracker.model.essays import NewEssay

SMALL = read_question_set(EVERY_KIND)
SUMMIT = QuestionId("summit-2027")
WHY = "a set of a test"


def overridden(made: QuestionSet) -> QuestionSet:
    return replace(made, overrides={q.id: WHY for q in made.questions})


def past(
    outcome: str = "yes", *, checked: bool = False, days: int = -1, **changed: object
) -> PastResolution:
    known = NOW + days * DAY
    said = PastResolution(
        SUMMIT, outcome, known, known, SOURCE, "They met, I think.", needs_check=not checked
    )  # type: ignore[arg-type]
    return replace(said, **changed)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def install(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installations]:
    """Installations for the tests of this file."""
    with closing(Installations(tmp_path_factory.mktemp("installations"))) as made:
        yield made


# Once is as good as twice


def unkept(made: QuestionSet) -> bool:
    """Whether anything that is stored of a set holds a character that no database keeps."""
    stored = replace(made, events=(), forecasts=(), forecasters={}, overrides={}, rejections={})
    return bool(
        re.search(
            r"(?<!\\)(\\\\)*\\(x00|ud[89a-f])", repr((stored, sorted(made.rejections.values())))
        )
    )


def branches(made: QuestionSet) -> set[QuestionId]:
    """Questions that another question's answer may annul."""
    return {q for link in made.links if link.kind == "condition" for q in link.question_ids[1:]}


@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(made=question_sets())
def test_a_set_is_kept_and_reloading_changes_nothing(
    install: Installations, migrated_file: Path, made: QuestionSet
) -> None:
    tracker = install(0, migrated_file, NOW)
    if unkept(made):
        with pytest.raises(Refused, match="character that cannot be kept"):
            tracker.question_sets.load(overridden(made))
        assert (
            tracker.system.verify().entries,
            tracker.questions.list(),
            tracker.essays.list(),
        ) == (0, (), ())
        return
    tracker.question_sets.load(overridden(made))
    before, kept, said = (
        tracker.system.verify(),
        meaning(tracker.question_sets.export(made.essay.id)),
        meaning(made),
    )
    assert before.bad_seq is None
    again = tracker.question_sets.load(overridden(made))
    assert (again.questions, again.feeds) == (0, 0)
    assert tracker.system.verify() == before
    assert meaning(tracker.question_sets.export(made.essay.id)) == kept
    answers = [
        {r for r in told.pop("resolutions") if r.question_id not in branches(made)}
        for told in (kept, said)
    ]
    assert answers[0] == answers[1]
    assert kept == said


def test_a_set_loaded_again_leaves_what_people_did_since(
    tracker: Tracker, clock: FakeClock
) -> None:
    made = a_set(a_question(), a_question("talks-2027"))
    tracker.question_sets.load(made)
    clock.advance(days=1)
    tracker.questions.edit(
        SUMMIT, Wording(sources=("https://b.example", "Reuters")), why="it moved"
    )
    tracker.forecasts.submit(SUMMIT, Binary(0.4))
    tracker.questions.retract("talks-2027", "asked twice")
    tracker.feeds.pause("wire")
    before = tracker.system.verify()
    assert tracker.question_sets.load(made).questions == 0
    assert tracker.system.verify() == before
    (row,) = tracker.questions.list()
    assert row.question.sources == ("https://b.example", "Reuters")
    assert tracker.feeds.get("wire").health.state.paused_why


def test_a_later_edition_adds_its_news(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set(indicators=[an_indicator()]))
    more = a_set(a_question(), a_question("talks-2027"), indicators=[an_indicator(), a_denial()])
    loaded = tracker.question_sets.load(replace(more, feeds=(a_feed(), a_feed("gazette"))))
    assert (loaded.questions, loaded.feeds) == (1, 1)
    assert set(tracker.questions.get(SUMMIT).indicators) == {an_indicator().id, a_denial().id}


def test_a_later_edition_takes_and_rewrites_nothing(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set(a_question(), a_question("talks-2027")))
    dated = replace(a_question(), prior=Binary(0.9), prior_as_of=a_question().opens_at)
    assert tracker.question_sets.load(a_set(dated)).questions == 0
    kept = {row.question.id: row.question for row in tracker.questions.list()}
    assert kept == {q.id: q for q in (a_question(), a_question("talks-2027"))}
    assert tracker.system.verify().bad_seq is None


def test_a_base_rate_keeps_its_day(tracker: Tracker) -> None:
    dated = replace(a_question(), prior_as_of=a_question().opens_at - 30 * DAY)
    tracker.question_sets.load(a_set(dated))
    assert [row.question for row in tracker.questions.list()] == [dated]
    assert tracker.question_sets.export(a_set(dated).essay.id).questions == (dated,)
    assert tracker.system.verify().bad_seq is None


def test_parts_of_a_retracted_question_are_left_out(tracker: Tracker) -> None:
    loose = replace(SMALL, links=(), scenarios=())
    tracker.question_sets.load(loose)
    tracker.resolutions.resolve("neutral", "annulled", source_url=SOURCE, known_at=NOW)
    with pytest.raises(Refused, match="answered and stays"):
        tracker.questions.retract("neutral", "a mistake")
    tracker.questions.retract("treaty", "a mistake")
    tracker.question_sets.load(SMALL)
    assert tracker.links.coherence().links == ()
    (row,) = tracker.scenarios.get("capital").scenario_set.rows
    assert row.question_id == "neutral"
    assert tracker.system.verify().bad_seq is None


def test_a_changed_table_stays_as_it_is(tracker: Tracker) -> None:
    tracker.question_sets.load(SMALL)
    tracker.scenarios.set_likelihoods("capital", ScenarioLikelihoods(QuestionId("treaty"), ()))
    tracker.question_sets.load(SMALL)
    assert [row.question_id for row in tracker.scenarios.get("capital").scenario_set.rows] == [
        "neutral"
    ]


# Sentences that are set aside


TEXT = "They will meet. " + " ".join(["It", "will", "be", *["very"] * 20, "cold."])
COLD = TEXT.index("It will")


@pytest.fixture
def judged(tracker: Tracker) -> QuestionSet:
    """The set of an essay in which a long sentence was set aside here."""
    tracker.essays.add(NewEssay("essay", "Why they will meet", TEXT, "pasted"))
    tracker.question_sets.load(replace(a_set(a_question(claim_ids=())), claims=()))
    tracker.essays.reject_claim("essay", COLD, "no measure")
    made = tracker.question_sets.export("essay")
    assert dict(made.rejections) == {f"at-{COLD}": "no measure"}
    return made


def test_a_set_does_not_repeat_its_rejections(tracker: Tracker, judged: QuestionSet) -> None:
    before = tracker.system.verify()
    tracker.question_sets.load(judged)
    assert tracker.system.verify() == before


def test_an_older_set_does_not_undo_a_restoration(tracker: Tracker, judged: QuestionSet) -> None:
    tracker.essays.restore_claim("essay", COLD)
    before = tracker.system.verify()
    tracker.question_sets.load(judged)
    assert tracker.essays.get("essay").rejections == ()
    assert tracker.system.verify() == before


def test_the_same_holds_when_the_text_has_moved_since(
    tracker: Tracker, judged: QuestionSet
) -> None:
    foreword = "A foreword.\n\n"
    tracker.essays.add(NewEssay("essay", "Why they will meet", f"{foreword}{TEXT}", "pasted"))
    moved = tracker.question_sets.export("essay")
    before = tracker.system.verify()
    tracker.question_sets.load(moved)
    tracker.question_sets.load(judged)
    assert tracker.system.verify() == before
    assert [one.offset for one in tracker.essays.get("essay").rejections] == [COLD + len(foreword)]


def test_a_set_sets_aside_what_nobody_has_judged(tracker: Tracker) -> None:
    aside = replace(SMALL.claims[0], id=ClaimId("C9"), quote="it will be cold", offset=400)
    tracker.question_sets.load(
        replace(SMALL, claims=(*SMALL.claims, aside), rejections={aside.id: "no measure"})
    )
    (one,) = tracker.essays.get("an-essay").rejections
    assert (one.offset, one.why, one.by) == (400, "no measure", "question-set")


# Answers from memory


def test_an_answer_from_memory_resolves_nothing_and_waits(
    tracker: Tracker, clock: FakeClock
) -> None:
    tracker.question_sets.load(a_set(resolutions=[past()]))
    page = tracker.questions.get(SUMMIT)
    assert (page.resolutions, page.scores, page.summary.resolution, page.summary.status) == (
        (), (), None, "open",
    )  # fmt: skip
    (waits,) = page.unchecked
    assert (waits.outcome, waits.source_url, waits.known_at) == ("yes", SOURCE, NOW - DAY)
    tracker.forecasts.submit(SUMMIT, Binary(0.4))  # it is still open to everybody
    tracker.question_sets.load(a_set(resolutions=[past()]))
    assert tracker.questions.get(SUMMIT).unchecked == (waits,)
    assert tracker.system.verify().bad_seq is None


def test_whoever_has_checked_it_answers_and_nothing_waits_any_more(
    tracker: Tracker,
    clock: FakeClock,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tracker.question_sets.load(a_set(resolutions=[past()]))
    shell = at_a_terminal(tracker, clock, capsys, monkeypatch)
    assert "Not checked, and not counted: yes" in " ".join(
        shell("question", "show", SUMMIT).split()
    )
    (waits,) = tracker.questions.get(SUMMIT).unchecked
    scores = tracker.resolutions.resolve(
        SUMMIT, waits.outcome, source_url=waits.source_url, known_at=waits.known_at, by=BEN
    )
    assert scores
    page = tracker.questions.get(SUMMIT)
    assert (page.unchecked, page.resolutions[0].entered_by) == ((), BEN)
    assert "Not checked" not in shell("question", "show", SUMMIT)
    before = tracker.system.verify()
    tracker.question_sets.note_unchecked(past())  # as a replay would once more
    assert tracker.system.verify() == before
    assert before.bad_seq is None


def test_a_second_memory_that_differs_waits_beside_the_first(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set(resolutions=[past()]))
    tracker.question_sets.note_unchecked(past("no"))
    tracker.question_sets.note_unchecked(past("no"))
    assert [one.outcome for one in tracker.questions.get(SUMMIT).unchecked] == ["yes", "no"]


def test_checked_answers_count_and_future_ones_do_not(tracker: Tracker) -> None:
    ids = [QuestionId(f"q-{n}") for n in range(4)]
    answers = [
        past(checked=True, question_id=ids[0]),
        past(question_id=ids[1]),
        past(checked=True, days=1, question_id=ids[2]),
        past(days=1, question_id=ids[3]),
    ]
    tracker.question_sets.load(a_set(*(a_question(name) for name in ids), resolutions=answers))
    pages = [tracker.questions.get(name) for name in ids]
    assert [(len(page.resolutions), len(page.unchecked)) for page in pages] == [
        (1, 0), (0, 1), (0, 0), (0, 0),
    ]  # fmt: skip
    assert pages[0].resolutions[0].entered_by == "question-set"


def test_a_memory_of_the_condition_annuls_no_branch(tracker: Tracker) -> None:
    names = [QuestionId(name) for name in ("condition", "if-so", "if-not")]
    pair = Link(LinkId("pair"), "condition", tuple(names), "A pair")
    made = a_set(*(a_question(name) for name in names), resolutions=[past(question_id=names[0])])
    tracker.question_sets.load(replace(made, links=(pair,)))
    assert all(tracker.questions.get(name).resolutions == () for name in names)
    tracker.resolutions.resolve("condition", "yes", source_url=SOURCE, known_at=NOW)
    assert tracker.questions.get("if-so").resolutions == ()
    assert tracker.questions.get("if-not").resolutions[-1].outcome == "annulled"


def test_a_replay_brings_neither_feeds_nor_answers(tracker: Tracker) -> None:
    answers = [past(checked=True), past("no")]
    loaded = tracker.question_sets.load(a_set(resolutions=answers), replay=True)
    assert (loaded.questions, loaded.feeds, tracker.feeds.list()) == (1, 0, ())
    assert (tracker.questions.get(SUMMIT).resolutions, tracker.questions.get(SUMMIT).unchecked) == (
        (),
        (),
    )


# Whole, or not at all


@pytest.mark.parametrize(
    ("broken", "error"),
    [
        ({"overrides": {}}, Unresolvable),
        ({"text": "A lost character: \0"}, Refused),
        ({"claims": (replace(SMALL.claims[0], restatement="\0"),)}, Refused),
        ({"essay": replace(SMALL.essay, note="\udc00")}, Refused),
        ({"scenarios": (replace(SMALL.scenarios[0], note="\ud800"),)}, Refused),
    ],
    ids=["a blocked question", "its text", "a claim", "its note", "its last file"],
)
def test_a_partly_refused_set_leaves_nothing_behind(
    both: Tracker, broken: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        both.question_sets.load(replace(SMALL, **broken))  # type: ignore[arg-type]
    assert (
        both.system.verify().entries, both.questions.list(), both.essays.list(), both.feeds.list(),
    ) == (0, (), (), ())  # fmt: skip
    assert both.question_sets.load(SMALL).questions == 6


def test_a_set_that_needs_a_check_comes_through_its_files(tracker: Tracker) -> None:
    note = 'note = "Nothing was signed."'
    texts = changed("history.toml", note, f"{note}\nneeds_check = true", EVERY_KIND)
    tracker.question_sets.load(read_question_set(texts))
    assert [one.outcome for one in tracker.questions.get("neutral").unchecked] == ["yes"]
    assert tracker.questions.get("neutral").resolutions == ()
    assert tracker.questions.get("capital").resolutions

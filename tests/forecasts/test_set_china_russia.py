"""The question set of the China–Russia essay: complete, consistent, and matched as its author reads
it.

The agreement floors are measured on the set's own headlines, which were written by the author of
its terms: they show that data and terms stay together, not how good the terms are on anybody else's
news.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

import forecasts
from forecasts.essays.claim_map import map_claims
from forecasts.essays.extract import Sentence
from forecasts.evidence.evidence import Direction, Indicator, Strength
from forecasts.question_sets.history_file import HistoryEvent, PastResolution
from forecasts.question_sets.question_set import (
    MAX_QUOTED_WORDS,
    SET_FILES,
    QuestionSet,
    read_question_set,
)
from forecasts.questions.question import ForecasterId, Kind, Question, QuestionId, Resolution
from tracker.feeds.urls import canonical_url
from tracker.matching import static_encoder as static
from tracker.matching.matcher import Match, Matcher, clean_item_text
from tracker.matching.matching_profile import profile_from_indicator
from tracker.matching.near_duplicates import NearDuplicates
from tracker.matching.term_rules import find_fulfilling
from tracker.matching.tokens import Vocabulary

FOLDER = Path(forecasts.__file__).parent / "question_sets" / "builtin" / "china_russia_2022"
ESSAY = Path(__file__).resolve().parents[3] / "shared" / "question_seeds" / "essay.txt"

WRITTEN_AT = datetime(2026, 11, 24, tzinfo=UTC)
"""The day on which the live questions were written."""

ONE_SIDED: dict[str, str] = {}
"""Questions that have indicators in one direction only, each with its reason."""

COVERED = set("EC01 EC02 EC07 EC08 EC10 EC11 EC18 EC19 EC20 EC23 EC25 EC28 EC38 EC39 EC40".split())
"""Claims that at least one question has to rest on."""

THEMES = set("wire russian chinese central_asia institutions commodities ukraine analysis".split())
THEMES |= {"defence", "sanctions", "economy", "opinion"}
TAGS = set(
    "neutrality un diplomacy mediation ceasefire trade energy sanctions finance military nato".split()
)
TAGS |= {"central asia", "economy", "opinion", "politics", "cyber"}

NO_BEARING = set(
    "ceasefire-2025 ceasefire-2027 ceasefire-date-2025 ceasefire-date-2028 ceasefire-end-2027".split()
)
NO_BEARING |= {"nato-members-2024", "nato-members-2027", "treaty-successor-2028"}
NO_BEARING |= {"china-exports-fall-2025", "china-exports-15pct-2025", "china-exports-15pct-2027"}
"""What the essay presupposes, asks without an answer of its own, or what is a sign either way: no
answer fits it.
"""

Link = tuple[str, QuestionId, Direction]


@pytest.fixture(scope="module")
def essay_set() -> QuestionSet:
    files = (FOLDER / name for name in SET_FILES)
    return read_question_set(
        {file.name: file.read_text(encoding="utf-8") for file in files if file.is_file()}
    )


@pytest.fixture(scope="module")
def answers(essay_set: QuestionSet) -> dict[QuestionId, PastResolution]:
    return {resolution.question_id: resolution for resolution in essay_set.resolutions}


def test_the_set_has_the_promised_size_and_span(essay_set: QuestionSet) -> None:
    # The set is as large as it says.
    past = [q for q in essay_set.questions if q.retrospective]
    live = [q for q in essay_set.questions if not q.retrospective]
    assert (len(past), len(live)) == (51, 68)
    assert len(essay_set.feeds) >= 35
    assert len({i.id.split("/")[1] for i in essay_set.indicators}) >= 110
    assert len(essay_set.events) >= 190
    assert len(essay_set.forecasts) >= 80
    assert len([e for e in essay_set.events if e.copies]) >= 15
    # The questions span the essay.
    used = {claim for question in essay_set.questions for claim in question.claim_ids}
    assert used | set(essay_set.rejections) == {claim.id for claim in essay_set.claims}
    assert set(essay_set.rejections) == {"EC21", "EC36"}
    assert not used & set(essay_set.rejections)
    assert len(used) == 39
    assert {tag for question in essay_set.questions for tag in question.tags} == TAGS
    # What no answer bears out is left without a sign.
    assert {q.id for q in essay_set.questions if not q.bears_out} == NO_BEARING
    # Every kind of question can be seen in the set.
    assert {q.kind for q in essay_set.questions} == set(get_args(Kind))
    held = {f.question_id for f in essay_set.forecasts}
    assert held >= {q.id for q in essay_set.questions if q.retrospective and q.kind != "binary"}


def test_an_ongoing_war_does_not_count_against_the_essay(essay_set: QuestionSet) -> None:
    """The essay's last sentence says that China will not join the efforts to end the war; it
    promises no ceasefire.
    """
    ours = {claim.id: claim for claim in essay_set.claims if claim.id in ("EC38", "EC39", "EC40")}
    sentence = Sentence(
        6500, 6680, "However, …", "explicit prediction", "will not", 1.0, 1.0, True, ""
    )
    resolutions = {r.question_id: _as_answered(r) for r in essay_set.resolutions}
    (found,) = map_claims([sentence], ours.values(), [], essay_set.questions, {}, resolutions)
    assert (found.claim_ids, found.state, found.share) == (tuple(ours), "borne out", 0.75)
    assert {"ceasefire-2025", "ceasefire-date-2028"} < set(found.question_ids)


def _as_answered(past: PastResolution) -> Resolution:
    return Resolution(
        past.question_id, past.outcome, past.source_url, past.note, past.event_at, past.known_at, past.known_at,
        ForecasterId("set"), past.answer,
    )  # fmt: skip


def test_questions_state_their_resolution_and_dates(essay_set: QuestionSet) -> None:
    # Every question says how it is resolved.
    for question in essay_set.questions:
        assert len(question.sources) >= 2, f"{question.id}: a named source and a fall-back"
        assert len(question.criteria.split()) >= 40, question.id
        assert question.claim_ids, question.id
        assert 1 <= len(question.tags) <= 4, question.id
        assert question.id.endswith(("2023", "2024", "2025", "2026", "2027", "2028")), question.id
        assert question.resolves_at - question.closes_at <= timedelta(days=150), question.id
    # Live questions are open and end within two years.
    for question in essay_set.questions:
        if not question.retrospective:
            assert (
                question.opens_at
                <= WRITTEN_AT
                < question.closes_at
                < datetime(2029, 1, 1, tzinfo=UTC)
            ), question.id
    # A prior of a retrospective question owns up to hindsight.
    for question in essay_set.questions:
        assert ("hindsight" in question.prior_reason) == question.retrospective, question.id
    # Questions that opened before they were written say so.
    early = [q for q in essay_set.questions if not q.retrospective and q.opens_at < WRITTEN_AT]
    assert {q.opens_at.year for q in early} == {2026}
    for question in early:
        assert "Judged as of" in question.prior_reason, question.id
    # Quotes are short.
    assert max(len(claim.quote.split()) for claim in essay_set.claims) <= MAX_QUOTED_WORDS


def test_reference_case_quotes_stand_at_their_offsets(
    essay_set: QuestionSet,
) -> None:
    if not ESSAY.exists():
        pytest.skip(
            f"the essay's text is not shipped and does not lie beside this repository ({ESSAY})"
        )
    text = ESSAY.read_text(encoding="utf-8")
    for claim in essay_set.claims:
        assert text[claim.offset : claim.offset + len(claim.quote)] == claim.quote, claim.id


def test_examples_match_their_own_side_alone(essay_set: QuestionSet) -> None:
    # Every example matches its own indicator.
    matching = _matching(essay_set)
    missed = [
        (i.id, e) for i in essay_set.indicators for e in i.examples if (e, i.id) not in matching
    ]
    assert missed == []
    # No example matches an indicator of the other direction.
    matching = _matching(essay_set)
    crossed = [
        (indicator.id, example, found.id)
        for indicator in essay_set.indicators
        for example in indicator.examples
        for found in _opposed(essay_set, indicator)
        if (example, found.id) in matching
    ]
    assert crossed == []
    # Every question has indicators in both directions.
    sides = {
        q.id: {i.direction for i in essay_set.indicators if i.question_id == q.id}
        for q in essay_set.questions
    }
    binary = {q.id for q in essay_set.questions if q.kind == "binary"}
    assert {q for q, found in sides.items() if len(found) < 2 and q in binary} == set(ONE_SIDED)


def _matching(essay_set: QuestionSet) -> set[tuple[str, str]]:
    """Which example fulfils which indicator."""
    indicators = essay_set.indicators
    examples = list(dict.fromkeys(example for i in indicators for example in i.examples))
    return {
        (examples[e], indicators[i].id)
        for e, i in find_fulfilling(examples, list(map(profile_from_indicator, indicators)))
    }


def test_indicators_terms_and_feeds_are_sound(essay_set: QuestionSet) -> None:
    # Indicators weigh and fade as agreed.
    for indicator in essay_set.indicators:
        assert indicator.half_life_days in (14.0, 45.0, 90.0, None), indicator.id
        assert 2 <= len(indicator.examples) <= 8, indicator.id
        assert len(indicator.opposites) <= 6, indicator.id
        assert 0.0 <= indicator.usual_level <= 0.5, indicator.id
    decisive = {i.id.split("/")[1] for i in essay_set.indicators if i.strength is Strength.DECISIVE}
    assert decisive == {"xi-zelensky-call", "double-veto", "pos2-signed", "eu-lists-chinese-bank"}
    # A wildcard stands only at the end of a term.
    terms = {t for i in essay_set.indicators for group in (*i.terms, i.unless) for t in group}
    assert [term for term in terms if "*" in term[:-1]] == []
    # No term is an everyday word in disguise.
    """Case does not matter to the matcher: "US" would find "us", "UN" the end of a Korean name."""
    terms = {term.lower() for i in essay_set.indicators for group in i.terms for term in group}
    assert terms & {"us", "un", "who", "it", "in"} == set()
    # Feeds cover all themes at different addresses.
    assert {feed.theme for feed in essay_set.feeds} == THEMES
    assert max(Counter(canonical_url(feed.url) for feed in essay_set.feeds).values()) == 1


def test_answers_and_forecasts_are_consistent(
    essay_set: QuestionSet, answers: dict[QuestionId, PastResolution]
) -> None:
    # Every retrospective question is answered once.
    past = {q.id: q for q in essay_set.questions if q.retrospective}
    answered = [r.question_id for r in essay_set.resolutions]
    assert sorted([*answered, "same-votes-2024"]) == sorted(
        past
    )  # nobody has counted those votes yet
    for question_id, answer in answers.items():
        assert answer.known_at >= past[question_id].opens_at, question_id
        assert answer.event_at <= answer.known_at <= WRITTEN_AT, question_id
    checked = [r for r in essay_set.resolutions if not r.needs_check]
    assert Counter(r.outcome for r in checked) == {"yes": 14, "no": 16, "answered": 11}
    assert all(r.note for r in essay_set.resolutions if r.needs_check)
    assert {r.known_at.year for r in essay_set.resolutions} == {2022, 2023, 2024, 2025, 2026}
    # Every forecast is inside its questions life.
    questions = {q.id: q for q in essay_set.questions}
    for forecast in essay_set.forecasts:
        question = questions[forecast.question_id]
        assert question.opens_at <= forecast.at < _effective_close(question, answers), forecast
        assert forecast.rationale
    # The invented analysts are two and marked as invented.
    assert set(essay_set.forecasters) == {"ana", "ben"}
    assert all("invented" in name for name in essay_set.forecasters.values())
    acts = Counter[str](f.forecaster_id for f in essay_set.forecasts)
    assert acts["ana"] > 2 * acts["ben"]
    assert len([f for f in essay_set.forecasts if f.distribution is None]) >= 2


def test_events_are_distinct_reports(essay_set: QuestionSet) -> None:
    # Events are plain headlines with links of their own.
    for event in essay_set.events:
        assert len(event.title.split()) <= 14, event.id
        assert datetime(2022, 2, 4, tzinfo=UTC) <= event.at <= WRITTEN_AT, event.id
        outlets = [event.source, *(copy.source for copy in event.copies)]
        assert len(set(outlets)) == len(outlets), f"{event.id}: an outlet reports it twice"
    assert max(Counter(canonical_url(event.url) for event in essay_set.events).values()) == 1
    # Nearly all copies are found to be the same report.
    """A headline that was turned round is a report of the same story, and need not be a copy."""
    pairs = [
        [(1, event.title, event.summary, event.at), (2, copy.title, event.summary, event.at)]
        for event in essay_set.events
        for copy in event.copies
    ]
    found = [NearDuplicates().add(pair) == [None, 1] for pair in pairs]
    assert sum(found) >= 0.9 * len(pairs)
    # No two events are taken for copies of one report.
    events = sorted(essay_set.events, key=lambda event: event.at)
    firsts = NearDuplicates().add(
        [(n, event.title, event.summary, event.at) for n, event in enumerate(events)]
    )
    assert [
        (event.id, events[n].id) for event, n in zip(events, firsts, strict=True) if n is not None
    ] == []


def test_labels_name_questions_that_are_open_or_open_within_months(
    essay_set: QuestionSet, answers: dict[QuestionId, PastResolution]
) -> None:
    questions = {q.id: q for q in essay_set.questions}
    for event in essay_set.events:
        for question_id in (*event.yes, *event.no):
            question = questions[question_id]
            assert question.opens_at - event.at <= timedelta(days=366), (event.id, question_id)
            assert event.at <= _effective_close(question, answers), (event.id, question_id)


def test_the_matcher_agrees_with_the_author(
    essay_set: QuestionSet, answers: dict[QuestionId, PastResolution]
) -> None:
    # The matcher finds what the author labelled.
    labels, links = _labels(essay_set, answers), _links(essay_set, answers)
    assert len(labels) >= 120
    assert len(labels & links) / len(labels) >= 0.8, sorted(labels - links)
    # What the matcher links agrees with the author.
    labels, links = _labels(essay_set, answers), _links(essay_set, answers)
    assert len(links & labels) / len(links) >= 0.85, sorted(links - labels)
    # Events that bear on nothing are left alone.
    noise = {event.id for event in essay_set.events if not event.yes and not event.no}
    linked = {event for event, _, _ in _links(essay_set, answers)} & noise
    assert len(noise) >= 30
    assert len(linked) <= 0.1 * len(noise), sorted(linked)
    # Every open question of the past got evidence.
    touched = {question for _, question, _ in _links(essay_set, answers)}
    assert touched >= {q.id for q in essay_set.questions if q.retrospective and q.kind == "binary"}


def _opposed(essay_set: QuestionSet, indicator: Indicator) -> list[Indicator]:
    same = [i for i in essay_set.indicators if i.question_id == indicator.question_id]
    return [i for i in same if i.direction == -indicator.direction]


def _effective_close(question: Question, answers: dict[QuestionId, PastResolution]) -> datetime:
    answer = answers.get(question.id)
    return min(question.closes_at, answer.known_at) if answer else question.closes_at


def _open_at(
    essay_set: QuestionSet, answers: dict[QuestionId, PastResolution], at: datetime
) -> set[QuestionId]:
    """The questions open at `at`; the news that answers a question still meets it open."""
    return {
        q.id
        for q in essay_set.questions
        if q.opens_at <= at < q.closes_at and (q.id not in answers or at <= answers[q.id].known_at)
    }


def _labels(essay_set: QuestionSet, answers: dict[QuestionId, PastResolution]) -> set[Link]:
    """What the author says that each event bears on, for the questions open at the time."""
    found: set[Link] = set()
    for event in essay_set.events:
        opened = _open_at(essay_set, answers, event.at)
        found |= {(event.id, q, Direction.YES) for q in event.yes if q in opened}
        found |= {(event.id, q, Direction.NO) for q in event.no if q in opened}
    return found


@cache
def _matches(
    texts: tuple[tuple[str, str], ...], indicators: tuple[Indicator, ...]
) -> list[tuple[Match, ...]]:
    matcher = Matcher(
        tuple(dict.fromkeys(map(profile_from_indicator, indicators))),
        static.load_static(),
        Vocabulary(),
    )
    return list(matcher.match([clean_item_text(title, summary) for title, summary in texts]))


def _links(essay_set: QuestionSet, answers: dict[QuestionId, PastResolution]) -> set[Link]:
    """What the matcher makes of each event: the best match on each open question, as in the
    pipeline.
    """
    texts = tuple((event.title, event.summary) for event in essay_set.events)
    matches = _matches(texts, essay_set.indicators)
    found = zip(essay_set.events, matches, strict=True)
    return {link for event, some in found for link in _links_of(event, some, essay_set, answers)}


def _links_of(
    event: HistoryEvent,
    matches: tuple[Match, ...],
    essay_set: QuestionSet,
    answers: dict[QuestionId, PastResolution],
) -> Iterator[Link]:
    opened = _open_at(essay_set, answers, event.at)
    best: dict[QuestionId, Direction] = {}
    for found in matches:
        for indicator in essay_set.indicators:
            if (
                indicator.question_id in opened
                and profile_from_indicator(indicator) == found.profile
            ):
                best.setdefault(
                    indicator.question_id, Direction(int(indicator.direction) * found.polarity.sign)
                )
    for question_id, direction in best.items():
        if direction:  # no direction called is no link: a person has to say
            yield event.id, question_id, direction

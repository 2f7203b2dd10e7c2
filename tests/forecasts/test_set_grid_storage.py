"""The second built-in set, on an essay of our own: it shows that nothing is special about the
first.
"""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import get_args

import pytest

from forecasts.distributions.cdf import Cdf, day_number
from forecasts.distributions.distribution import Categorical
from forecasts.essays.claim_outcomes import check_outcome_condition
from forecasts.essays.extract import ClaimForm, find_claims
from forecasts.linting.flaws import LintContext
from forecasts.linting.lint import find_flaws
from forecasts.question_sets.question_set import MAX_QUOTED_WORDS, QuestionSet
from forecasts.questions.question import Kind, Question
from tracker.app import question_set_files as question_sets

NAME = "grid_storage_2026"
OPENS = datetime(2026, 12, 1, tzinfo=UTC)
"""The day on which the live questions open; nothing that the set says is younger."""

NO_BEARING = {"battery-fire-2027"}
"""The essay leaves this one open, so that no answer bears it out."""

TAGS = set("prices storage california china europe costs sodium auctions safety scenario".split())


@pytest.fixture(scope="module")
def grid_set() -> QuestionSet:
    return question_sets.load_question_set(NAME)


@pytest.fixture(scope="module")
def asked(grid_set: QuestionSet) -> dict[str, Question]:
    return {question.id: question for question in grid_set.questions}


def test_the_set_has_the_promised_size_and_span(grid_set: QuestionSet) -> None:
    # The set is as large as it says.
    assert len(grid_set.claims) == 32
    assert Counter(q.retrospective for q in grid_set.questions) == {False: 15, True: 3}
    assert Counter(q.kind for q in grid_set.questions) == {
        "binary": 12,
        "numeric": 3,
        "date": 1,
        "ordered": 1,
        "categorical": 1,
    }
    assert len({i.id.split("/")[1] for i in grid_set.indicators}) == 23
    assert (len(grid_set.feeds), len(grid_set.scenarios), len(grid_set.links)) == (8, 1, 4)
    # Every kind of question can be seen in the set.
    assert {q.kind for q in grid_set.questions} == set(get_args(Kind))
    # The set asks nothing that the first one asks.
    first = question_sets.load_question_set(question_sets.DEFAULT_SET)
    assert grid_set.essay.id != first.essay.id
    assert not {q.id for q in grid_set.questions} & {q.id for q in first.questions}
    # The essay speaks in many degrees of certainty.
    assert len({claim.modality for claim in grid_set.claims}) >= 10
    assert {claim.claim_kind for claim in grid_set.claims} == set(get_args(ClaimForm))
    # Every claim is asked or says why not.
    used = {claim for question in grid_set.questions for claim in question.claim_ids}
    assert used | set(grid_set.rejections) == {claim.id for claim in grid_set.claims}
    assert not used & set(grid_set.rejections)
    assert len(used) >= 14
    assert all(len(why.split()) >= 8 for why in grid_set.rejections.values())


def test_shared_feeds_are_identical(grid_set: QuestionSet) -> None:
    first = {
        feed.id: feed for feed in question_sets.load_question_set(question_sets.DEFAULT_SET).feeds
    }
    shared = [feed for feed in grid_set.feeds if feed.id in first]
    assert [feed.id for feed in shared] == ["eia-today"]
    for feed in shared:
        twin = first[feed.id]
        assert (feed.title, feed.url, feed.source_group, feed.grade) == (
            twin.title,
            twin.url,
            twin.source_group,
            twin.grade,
        )


# ---- the essay ------------------------------------------------------------------------------------------------------


def test_quotes_stand_in_the_shipped_essay(grid_set: QuestionSet) -> None:
    # The essay ships with the set as a person would paste it.
    assert 700 <= len(grid_set.text.split()) <= 1000
    assert grid_set.text.startswith(
        f"{grid_set.essay.title}\n\nAn opinion by the tracker's authors, November 2026\n\n"
    )
    assert "\r" not in grid_set.text
    # Every quote is short and stands at its offset to the character.
    for claim in grid_set.claims:
        assert grid_set.text[claim.offset : claim.offset + len(claim.quote)] == claim.quote, (
            claim.id
        )
        assert grid_set.text.count(claim.quote) == 1, claim.id
        assert len(claim.quote.split()) <= MAX_QUOTED_WORDS, claim.id
    # Claims stand in the order of the essay and do not overlap.
    spans = [(claim.offset, claim.offset + len(claim.quote)) for claim in grid_set.claims]
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    # A restatement is in words of its own.
    for claim in grid_set.claims:
        assert claim.quote.lower() not in claim.restatement.lower(), claim.id
        assert claim.restatement.endswith("."), claim.id


def test_the_finder_and_the_claims_agree(grid_set: QuestionSet) -> None:
    # Nearly every sentence that the finder keeps is a claim of the set.
    starts = [claim.offset for claim in grid_set.claims]
    kept = [sentence for sentence in find_claims(grid_set.text) if sentence.kept]
    assert len(kept) >= 20
    assert len([s for s in kept if not any(s.offset <= start < s.end for start in starts)]) <= 2
    # Every claim that is asked live is found.
    kept = [sentence for sentence in find_claims(grid_set.text) if sentence.kept]
    live = {claim for q in grid_set.questions if not q.retrospective for claim in q.claim_ids}
    offsets = [claim.offset for claim in grid_set.claims if claim.id in live]
    assert [at for at in offsets if not any(s.offset <= at < s.end for s in kept)] == []


# ---- the questions --------------------------------------------------------------------------------------------------


def test_questions_state_their_resolution_and_dates(grid_set: QuestionSet) -> None:
    # Every question says how it is resolved.
    for question in grid_set.questions:
        assert len(question.sources) >= 2, f"{question.id}: a named source and a fall-back"
        assert question.sources[-1].endswith("as fall-back"), question.id
        assert len(question.criteria.split()) >= 40, question.id
        assert "(UTC" in question.criteria, question.id
        assert re.search(r"\bannulled\b", question.criteria, re.IGNORECASE), question.id
        assert len(question.claim_ids) == 1, question.id
        assert question.tags, question.id
        assert set(question.tags) <= TAGS, question.id
        assert question.resolves_at - question.closes_at <= timedelta(days=150), question.id
    # Every question ends in the year that its name says.
    for question in grid_set.questions:
        ends = question.closes_at - timedelta(days=1)
        stated = int(question.id[-4:])
        assert stated == ends.year or stated + 1 == ends.year, (
            question.id
        )  # figures of a year come out in the next
        assert str(stated) in question.text or str(stated) in question.criteria, question.id
    # Every binary question says what makes it yes and what makes it no.
    for question in grid_set.questions:
        if question.kind == "binary":
            assert question.criteria.startswith("YES if "), question.id
            assert re.search(r"\bNO\b", question.criteria), question.id
    # Every prior can be revised and rests on a reference class.
    for question in grid_set.questions:
        if question.kind == "binary":
            assert 0.02 <= question.base_rate <= 0.98, question.id
        if question.id != "storage-futures-2027":  # made of the priors of two others
            assert question.prior_reason.startswith("Reference class: "), question.id
        assert ("hindsight" in question.prior_reason) == question.retrospective, question.id
    # Live questions open together and end within three years.
    live = [q for q in grid_set.questions if not q.retrospective]
    assert {q.opens_at for q in live} == {OPENS}
    assert max(q.closes_at for q in live) <= datetime(2029, 1, 1, tzinfo=UTC)


def test_criteria_doubts_and_priors_agree(asked: dict[str, Question]) -> None:
    # The criteria name the last day that counts.
    for question in asked.values():
        last = question.closes_at - timedelta(days=1)
        assert f"{last.day} {last:%B %Y}" in question.criteria, question.id
    # A claim that doubts is borne out by no.
    """The essay says that California may miss its mark after a fire, and that there was no third
    record.
    """
    against = {q.id for q in asked.values() if q.bears_out == "no"}
    assert against == {"california-25gw-if-fire-2028", "gb-t4-record-2025"}
    # The priors agree with each other.
    assert asked["caiso-15gw-june-2027"].base_rate <= asked["caiso-15gw-2027"].base_rate
    assert asked["china-300gw-2027"].base_rate <= asked["china-250gw-2027"].base_rate
    curve = asked["caiso-15gw-date-2028"].prior
    assert isinstance(curve, Cdf)
    for name in ("caiso-15gw-june-2027", "caiso-15gw-2027"):
        assert curve.at(day_number(asked[name].closes_at)) == pytest.approx(
            asked[name].base_rate, abs=0.01
        ), name


def test_the_linter_and_claims_accept_every_question(grid_set: QuestionSet) -> None:
    # The linter would open every question.
    """The bands of one question are exhaustive, which the linter cannot read; all that it does then
    is to advise.
    """
    flaws = {
        (q.id, flaw.severity, flaw.code)
        for q in grid_set.questions
        for flaw in find_flaws(q, _around(grid_set, q))
    }
    assert flaws <= {("china-end-2026", "advice", "options-gap")}
    assert not grid_set.overrides
    # What bears a claim out fits every question.
    for question in grid_set.questions:
        check_outcome_condition(question)
    assert {q.id for q in grid_set.questions if not q.bears_out} == NO_BEARING


# ---- scenarios and links --------------------------------------------------------------------------------------------


def test_scenarios_and_links_agree_with_priors(
    grid_set: QuestionSet, asked: dict[str, Question]
) -> None:
    # The table agrees with the priors of its questions.
    [scenarios] = grid_set.scenarios
    prior = asked[scenarios.question_id].prior
    assert isinstance(prior, Categorical)
    assert len(scenarios.rows) >= 5
    for row in scenarios.rows:
        implied = sum(p * share for p, share in zip(row.p, prior.p, strict=True))
        assert implied == pytest.approx(asked[row.question_id].base_rate, abs=0.06), row.question_id
    # The links show a date group an implication a group and a conditional pair.
    assert Counter(link.kind for link in grid_set.links) == {
        "dates": 1,
        "implies": 1,
        "members": 1,
        "condition": 1,
    }
    assert all(link.why for link in grid_set.links)


def test_branches_and_members_differ_in_one_thing(asked: dict[str, Question]) -> None:
    # The branch of the pair that does not come about is annulled.
    after_a_fire = asked["california-25gw-if-fire-2028"].criteria
    without_one = asked["california-25gw-if-no-fire-2028"].criteria
    assert "(battery-fire-2027) is answered NO or annulled" in after_a_fire
    assert without_one == after_a_fire.replace("is answered NO or", "is answered YES or")
    # Questions of a group differ in nothing but their member.
    germany, spain = asked["neg-600-germany-2027"], asked["neg-600-spain-2027"]
    assert germany.text.replace("Germany", "Spain") == spain.text
    assert germany.criteria.replace("Germany/Luxembourg (DE-LU)", "Spain (ES)") == spain.criteria
    assert (germany.opens_at, germany.closes_at) == (spain.opens_at, spain.closes_at)


def _around(grid_set: QuestionSet, question: Question) -> LintContext:
    """A tracker that polls the feeds of this set alone, on the day on which the question opens."""
    return LintContext(
        now=question.opens_at,
        feeds=tuple(f"{feed.title} {feed.theme}" for feed in grid_set.feeds),
        indicators=tuple(i for i in grid_set.indicators if i.question_id == question.id),
        sibling_questions=tuple(
            q
            for q in grid_set.questions
            if q != question and set(q.claim_ids) & set(question.claim_ids)
        ),
    )

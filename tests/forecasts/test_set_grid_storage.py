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


def test_the_set_is_as_large_as_it_says(grid_set: QuestionSet) -> None:
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


def test_every_kind_of_question_can_be_seen_in_the_set(grid_set: QuestionSet) -> None:
    assert {q.kind for q in grid_set.questions} == set(get_args(Kind))


def test_the_set_asks_nothing_that_the_first_one_asks(grid_set: QuestionSet) -> None:
    first = question_sets.load_question_set(question_sets.DEFAULT_SET)
    assert grid_set.essay.id != first.essay.id
    assert not {q.id for q in grid_set.questions} & {q.id for q in first.questions}


def test_a_feed_that_the_first_set_has_too_is_one_and_the_same(grid_set: QuestionSet) -> None:
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


def test_the_essay_ships_with_the_set_as_a_person_would_paste_it(grid_set: QuestionSet) -> None:
    assert 700 <= len(grid_set.text.split()) <= 1000
    assert grid_set.text.startswith(
        f"{grid_set.essay.title}\n\nAn opinion by the tracker's authors, November 2026\n\n"
    )
    assert "\r" not in grid_set.text


def test_every_quote_is_short_and_stands_at_its_offset_to_the_character(
    grid_set: QuestionSet,
) -> None:
    for claim in grid_set.claims:
        assert grid_set.text[claim.offset : claim.offset + len(claim.quote)] == claim.quote, (
            claim.id
        )
        assert grid_set.text.count(claim.quote) == 1, claim.id
        assert len(claim.quote.split()) <= MAX_QUOTED_WORDS, claim.id


def test_claims_stand_in_the_order_of_the_essay_and_do_not_overlap(grid_set: QuestionSet) -> None:
    spans = [(claim.offset, claim.offset + len(claim.quote)) for claim in grid_set.claims]
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))


def test_nearly_every_sentence_that_the_finder_keeps_is_a_claim_of_the_set(
    grid_set: QuestionSet,
) -> None:
    starts = [claim.offset for claim in grid_set.claims]
    kept = [sentence for sentence in find_claims(grid_set.text) if sentence.kept]
    assert len(kept) >= 20
    assert len([s for s in kept if not any(s.offset <= start < s.end for start in starts)]) <= 2


def test_every_claim_that_is_asked_live_is_found(grid_set: QuestionSet) -> None:
    kept = [sentence for sentence in find_claims(grid_set.text) if sentence.kept]
    live = {claim for q in grid_set.questions if not q.retrospective for claim in q.claim_ids}
    offsets = [claim.offset for claim in grid_set.claims if claim.id in live]
    assert [at for at in offsets if not any(s.offset <= at < s.end for s in kept)] == []


def test_a_restatement_is_in_words_of_its_own(grid_set: QuestionSet) -> None:
    for claim in grid_set.claims:
        assert claim.quote.lower() not in claim.restatement.lower(), claim.id
        assert claim.restatement.endswith("."), claim.id


def test_the_essay_speaks_in_many_degrees_of_certainty(grid_set: QuestionSet) -> None:
    assert len({claim.modality for claim in grid_set.claims}) >= 10
    assert {claim.claim_kind for claim in grid_set.claims} == set(get_args(ClaimForm))


def test_every_claim_is_asked_or_says_why_not(grid_set: QuestionSet) -> None:
    used = {claim for question in grid_set.questions for claim in question.claim_ids}
    assert used | set(grid_set.rejections) == {claim.id for claim in grid_set.claims}
    assert not used & set(grid_set.rejections)
    assert len(used) >= 14
    assert all(len(why.split()) >= 8 for why in grid_set.rejections.values())


# ---- the questions --------------------------------------------------------------------------------------------------


def test_every_question_says_how_it_is_resolved(grid_set: QuestionSet) -> None:
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


def test_every_question_ends_in_the_year_that_its_name_says(grid_set: QuestionSet) -> None:
    for question in grid_set.questions:
        ends = question.closes_at - timedelta(days=1)
        stated = int(question.id[-4:])
        assert stated == ends.year or stated + 1 == ends.year, (
            question.id
        )  # figures of a year come out in the next
        assert str(stated) in question.text or str(stated) in question.criteria, question.id


def test_the_criteria_name_the_last_day_that_counts(asked: dict[str, Question]) -> None:
    for question in asked.values():
        last = question.closes_at - timedelta(days=1)
        assert f"{last.day} {last:%B %Y}" in question.criteria, question.id


def test_every_binary_question_says_what_makes_it_yes_and_what_makes_it_no(
    grid_set: QuestionSet,
) -> None:
    for question in grid_set.questions:
        if question.kind == "binary":
            assert question.criteria.startswith("YES if "), question.id
            assert re.search(r"\bNO\b", question.criteria), question.id


def test_every_prior_can_be_revised_and_rests_on_a_reference_class(grid_set: QuestionSet) -> None:
    for question in grid_set.questions:
        if question.kind == "binary":
            assert 0.02 <= question.base_rate <= 0.98, question.id
        if question.id != "storage-futures-2027":  # made of the priors of two others
            assert question.prior_reason.startswith("Reference class: "), question.id
        assert ("hindsight" in question.prior_reason) == question.retrospective, question.id


def test_the_linter_would_open_every_question(grid_set: QuestionSet) -> None:
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


def test_live_questions_open_together_and_end_within_three_years(grid_set: QuestionSet) -> None:
    live = [q for q in grid_set.questions if not q.retrospective]
    assert {q.opens_at for q in live} == {OPENS}
    assert max(q.closes_at for q in live) <= datetime(2029, 1, 1, tzinfo=UTC)


def test_what_bears_a_claim_out_fits_every_question(grid_set: QuestionSet) -> None:
    for question in grid_set.questions:
        check_outcome_condition(question)
    assert {q.id for q in grid_set.questions if not q.bears_out} == NO_BEARING


def test_a_claim_that_doubts_is_borne_out_by_no(asked: dict[str, Question]) -> None:
    """The essay says that California may miss its mark after a fire, and that there was no third
    record.
    """
    against = {q.id for q in asked.values() if q.bears_out == "no"}
    assert against == {"california-25gw-if-fire-2028", "gb-t4-record-2025"}


def test_the_priors_agree_with_each_other(asked: dict[str, Question]) -> None:
    assert asked["caiso-15gw-june-2027"].base_rate <= asked["caiso-15gw-2027"].base_rate
    assert asked["china-300gw-2027"].base_rate <= asked["china-250gw-2027"].base_rate
    curve = asked["caiso-15gw-date-2028"].prior
    assert isinstance(curve, Cdf)
    for name in ("caiso-15gw-june-2027", "caiso-15gw-2027"):
        assert curve.at(day_number(asked[name].closes_at)) == pytest.approx(
            asked[name].base_rate, abs=0.01
        ), name


# ---- scenarios and links --------------------------------------------------------------------------------------------


def test_the_table_agrees_with_the_priors_of_its_questions(
    grid_set: QuestionSet, asked: dict[str, Question]
) -> None:
    [scenarios] = grid_set.scenarios
    prior = asked[scenarios.question_id].prior
    assert isinstance(prior, Categorical)
    assert len(scenarios.rows) >= 5
    for row in scenarios.rows:
        implied = sum(p * share for p, share in zip(row.p, prior.p, strict=True))
        assert implied == pytest.approx(asked[row.question_id].base_rate, abs=0.06), row.question_id


def test_the_links_show_a_date_group_an_implication_a_group_and_a_conditional_pair(
    grid_set: QuestionSet,
) -> None:
    assert Counter(link.kind for link in grid_set.links) == {
        "dates": 1,
        "implies": 1,
        "members": 1,
        "condition": 1,
    }
    assert all(link.why for link in grid_set.links)


def test_the_branch_of_the_pair_that_does_not_come_about_is_annulled(
    asked: dict[str, Question],
) -> None:
    after_a_fire = asked["california-25gw-if-fire-2028"].criteria
    without_one = asked["california-25gw-if-no-fire-2028"].criteria
    assert "(battery-fire-2027) is answered NO or annulled" in after_a_fire
    assert without_one == after_a_fire.replace("is answered NO or", "is answered YES or")


def test_questions_of_a_group_differ_in_nothing_but_their_member(
    asked: dict[str, Question],
) -> None:
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

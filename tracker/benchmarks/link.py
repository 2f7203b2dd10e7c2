"""Link a question to the same one elsewhere: both side by side, and a person's yes."""

from datetime import datetime, timedelta
from typing import Final

from forecasts.distributions.distribution import Binary, Categorical, Distribution
from forecasts.questions.question import Question, QuestionId, question_status
from forecasts.questions.timeline import Act
from tracker.benchmarks.platforms import PLATFORMS, Platform
from tracker.errors import NotFound, Refused
from tracker.model.audit import Authorship
from tracker.model.benchmarks import (
    Benchmark,
    BenchmarkLink,
    LookUp,
    OptionPairs,
    PollState,
    Quote,
    SameQuestion,
)
from tracker.questions.queries.question_page import require_question
from tracker.questions.submit_forecast import (
    ForecastRequest,
    get_current_distribution,
    record_act,
    register_forecaster,
)
from tracker.storage import benchmarks, record, resolution_record
from tracker.storage.sessions import Session

MIN_MOVE: Final = 0.005
"""Change of a probability that is worth an entry of its own."""

MAX_READING_TIME: Final = timedelta(hours=1)
"""Time for reading both criteria, after which the probability is no longer that of now."""

MAX_SILENCE: Final = timedelta(days=1)
"""Time after which an unchanged probability is entered again, as seen."""


def compare(question: Question, platform: Platform, quote: Quote, now: datetime) -> LookUp:
    """Return both questions side by side, with the options that have the same name."""
    theirs = {name.casefold(): name for name, _ in quote.shares}
    offered = [option.name for option in question.options if option.removed_at is None]
    pairs = tuple((n, theirs[n.casefold()]) for n in offered if n.casefold() in theirs)
    refusal = _explain_refusal(question, platform, quote)
    return LookUp(question, platform.name, platform.label, quote, now, pairs, refusal)


def _explain_refusal(question: Question, platform: Platform, quote: Quote) -> str:
    """Say why two questions cannot be linked, whatever their criteria; "" if they can."""
    if question.kind in ("numeric", "date"):
        return f"a {question.kind} question has no benchmark: only yes/no and options can be read"
    if not quote.is_open:
        end = f"resolved it {quote.answer}" if quote.answer else "has closed it"
        return f"{platform.label} {end}: there is nothing to read any more"
    if (question.kind == "binary") != (quote.p is not None):
        shape = "yes/no" if quote.p is not None else f"{len(quote.shares)} options"
        return f"{question.id} is a {question.kind} question, theirs has {shape}"
    return ""


def add_link(
    session: Session, seen: LookUp, choice: SameQuestion, author: Authorship, *, hours: float
) -> BenchmarkLink:
    """Link both questions as a person saw them, with the first forecast."""
    question = require_question(session, seen.question.id)
    platform, quote = PLATFORMS[seen.platform], seen.quote
    resolution = resolution_record.find_resolution(session, question.id)
    if question_status(question, resolution, author.at) not in ("open", "upcoming"):
        raise Refused(f"{question.id} takes no more forecasts: it has closed")
    if refusal := _explain_refusal(question, platform, quote):
        raise Refused(refusal)
    if author.at - seen.at > MAX_READING_TIME:
        raise Refused(f"{platform.label} was read over an hour ago: compare both again")
    if (question.text, question.criteria) != (seen.question.text, seen.question.criteria):
        raise Refused(f"{question.id} has been reworded since: compare both again")
    if choice.is_inverted and question.kind != "binary":
        raise Refused("only a yes/no question can be the other way round")
    options = check_options(question, quote, choice.options or seen.options)
    link = BenchmarkLink(
        question.id,
        platform.name,
        quote.external_id,
        quote.url,
        quote.title,
        quote.criteria,
        choice.is_inverted,
        options,
        author.by,
        author.at,
    )
    register_forecaster(session, author.by, author.at)
    record.add_forecaster(session, platform.forecaster, author.at)
    benchmarks.add_link(session, link)
    next_at = author.at + timedelta(hours=hours)
    state = PollState(next_at, author.at, size=quote.size)
    benchmarks.save_polls(session, question.id, platform.name, state)
    record_quote(session, link, make_distribution(link, quote), author.at)
    return link


def check_options(question: Question, quote: Quote, pairs: OptionPairs) -> OptionPairs:
    """Return the pairs of options; raises `Refused` unless they map one to one."""
    if question.kind == "binary":
        return ()
    ours = [option.name for option in question.options if option.removed_at is None]
    theirs = {name for name, _ in quote.shares}
    matched = dict(pairs)
    is_whole = set(matched) == set(ours) and set(matched.values()) == theirs
    if not is_whole or len(pairs) != len(ours) or len(theirs) != len(ours):
        raise Refused(
            f"each option needs one of theirs: ours are {', '.join(ours)}; theirs are "
            f"{', '.join(sorted(theirs))}"
        )
    return tuple((name, matched[name]) for name in ours)


def make_distribution(link: BenchmarkLink, quote: Quote) -> Distribution:
    """Return what a quote says of our question; raises `Refused` if its options are others now."""
    if not link.options:
        if quote.p is None:
            raise Refused("it is no yes/no question any more")
        return Binary(round(1 - quote.p, 4) if link.is_inverted else quote.p)
    shares = dict(quote.shares)
    if set(shares) != {theirs for _, theirs in link.options}:
        raise Refused("it has other options now: unlink it, and link it again")
    return Categorical(
        tuple(ours for ours, _ in link.options),
        tuple(shares[theirs] for _, theirs in link.options),
    )


def record_quote(
    session: Session, link: BenchmarkLink, distribution: Distribution, now: datetime
) -> bool:
    """Record a forecast of the platform as of now, unless it says what it said within a day."""
    forecaster_id = PLATFORMS[link.platform].forecaster.id
    last = record.find_newest_forecast(session, link.question_id, forecaster_id)
    if last is not None and last.distribution is not None:
        is_fresh = now - last.made_at < MAX_SILENCE
        if is_fresh and _measure_move(last.distribution, distribution) < MIN_MOVE:
            return False
    record_act(session, _request(link, "forecast", distribution), now)
    return True


def _request(
    link: BenchmarkLink, act: Act, distribution: Distribution | None = None
) -> ForecastRequest:
    forecaster_id = PLATFORMS[link.platform].forecaster.id
    return ForecastRequest(
        link.question_id, act, forecaster_id, "", None, distribution=distribution
    )


def _measure_move(before: Distribution, after: Distribution) -> float:
    """Return the largest change of a probability; 1 for other options than before."""
    match before, after:
        case Binary(), Binary():
            return abs(after.p - before.p)
        case Categorical(), Categorical() if before.options == after.options:
            return max(abs(a - b) for a, b in zip(after.p, before.p, strict=True))
        case _:
            return 1.0


def end_link(
    session: Session, question_id: str, platform_name: str, author: Authorship
) -> Benchmark:
    """Unlink: what was read stays, and from now on the platform holds no forecast here."""
    question = require_question(session, question_id)
    linked = require_link(session, question.id, platform_name)
    register_forecaster(session, author.by, author.at)
    benchmarks.end_link(session, linked.link, author)
    resolution = resolution_record.find_resolution(session, question.id)
    takes_forecasts = question_status(question, resolution, author.at) in ("open", "upcoming")
    if takes_forecasts and get_current_distribution(session, question.id, linked.forecaster_id):
        record_act(session, _request(linked.link, "withdraw"), author.at)
    return linked


def require_link(session: Session, question_id: QuestionId, platform_name: str) -> Benchmark:
    """Return the benchmark of a question on a platform; raises `NotFound`."""
    for benchmark in list_benchmarks(session, question_id):
        if benchmark.link.platform == platform_name.lower():
            return benchmark
    raise NotFound(
        "benchmark", platform_name, f"`tracker question benchmarks {question_id}` lists them"
    )


def list_benchmarks(session: Session, question_id: QuestionId | None) -> tuple[Benchmark, ...]:
    """Return the benchmarks of a question, or of all."""
    return tuple(
        describe_benchmark(link, state)
        for link, state in benchmarks.list_links(session, question_id)
    )


def describe_benchmark(link: BenchmarkLink, state: PollState) -> Benchmark:
    """Return a link with the name of its platform."""
    platform = PLATFORMS[link.platform]
    return Benchmark(link, state, platform.label, platform.forecaster.id)

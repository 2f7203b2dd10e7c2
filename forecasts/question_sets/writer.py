"""A question set → the texts of its files, so that reading them gives the same set again."""

from collections.abc import Iterable, Mapping

from forecasts.distributions.cdf import date_of
from forecasts.distributions.distribution import Binary
from forecasts.evidence.statement import Statement
from forecasts.question_sets.curves import written
from forecasts.question_sets.history_file import Event, InventedForecast, PastResolution
from forecasts.question_sets.indicators_file import entries
from forecasts.question_sets.question_set import ESSAY_TEXT, FeedSeed, QuestionSet
from forecasts.question_sets.toml_text import Value, entry
from forecasts.questions.links import Link
from forecasts.questions.question import Claim, Essay, Question, QuestionId, knowing_nothing
from forecasts.scenarios.scenario_set import FIVE_WORDS, LikelihoodRow, ScenarioSet


def write_question_set(question_set: QuestionSet) -> dict[str, str]:
    """The files of a set, {name: text}; optional ones only where there is something in them.

    `read_question_set` makes the same set of them, if the set is one that it could have read: white
    space in texts is folded, options have been there from the start, and no id stands twice. A set
    that was made in another way may be refused when it is read; nothing is refused here.

    >>> bare = QuestionSet(Essay("trade", "On trade", "", "en", ""), (), (), (), (), (), (), (), {})
    >>> print(write_question_set(bare)["essay.toml"], end="")
    id = "trade"
    title = "On trade"
    language = "en"
    """
    questions = {question.id: question for question in question_set.questions}
    required = {
        "essay.toml": _essay(question_set.essay) + _claims(question_set),
        "questions.toml": _file(
            "question", [_question(q, question_set.overrides) for q in question_set.questions]
        ),
        "indicators.toml": _file("indicator", entries(question_set.indicators, questions)),
        "feeds.toml": _file("feed", map(_feed, question_set.feeds)),
    }
    optional = {
        "statements.toml": _file("statement", map(_statement, question_set.statements)),
        "history.toml": _history(question_set, questions),
        "scenarios.toml": "\n".join(map(_scenario_set, question_set.scenarios)),
        "links.toml": _file("link", map(_link, question_set.links)),
        ESSAY_TEXT: question_set.text,
    }
    return required | {name: text for name, text in optional.items() if text}


def _file(table: str, found: Iterable[Mapping[str, Value]]) -> str:
    return "\n".join(entry(table, values) for values in found)


def _said(**values: Value | None) -> dict[str, Value]:
    """The keys that say something: what is None, empty or false is what a reader takes a missing
    key for.
    """
    return {key: value for key, value in values.items() if value not in (None, False, "", ())}


def _essay(essay: Essay) -> str:
    top = _said(
        id=essay.id,
        title=essay.title,
        published=essay.published,
        language=essay.language,
        note=essay.note,
    )
    return entry("", top)


def _claims(question_set: QuestionSet) -> str:
    rejections = question_set.rejections
    return "".join(
        f"\n{entry('claim', _claim(c, rejections.get(c.id)))}" for c in question_set.claims
    )


def _claim(claim: Claim, rejected: str | None) -> dict[str, Value]:
    found: dict[str, Value] = {
        "id": claim.id,
        "quote": claim.quote,
        "offset": claim.offset,
        "kind": claim.claim_kind,
        "modality": claim.modality,
        "restatement": claim.restatement,
    }
    return found | _said(rejected=rejected)


def _question(question: Question, overrides: Mapping[QuestionId, str]) -> dict[str, Value]:
    found: dict[str, Value] = {
        "id": question.id,
        "kind": question.kind,
        "text": question.text,
        "criteria": question.criteria,
        "sources": question.sources,
        "horizon": question.horizon_shape,
        "opens": question.opens_at,
        "closes": question.closes_at,
        "resolves": question.resolves_at,
    }
    found |= _answers(question)
    if isinstance(question.prior, Binary) or question.prior != _unsaid(question):
        found["prior"] = written(question, question.prior, question.opens_at)
    found |= {"prior_reason": question.prior_reason, "claims": question.claim_ids}
    return found | _said(
        bears_out=question.bears_out,
        override=overrides.get(question.id),
        tags=question.tags,
        retrospective=question.retrospective,
    )


def _unsaid(question: Question) -> object:
    """The prior of a question that is not binary and gives none."""
    return knowing_nothing(tuple(option.name for option in question.options), question.scale)


def _answers(question: Question) -> dict[str, Value]:
    """The keys that only some kinds have: the options, the range, the window."""
    scale = question.scale
    if scale is None:
        return _said(options=tuple(option.name for option in question.options))
    if question.kind == "date":
        return {"earliest": date_of(scale.lower), "latest": date_of(scale.upper)}
    found: dict[str, Value] = {"lower": scale.lower, "upper": scale.upper}
    if scale.zero_point is not None:
        found["zero_point"] = scale.zero_point
    return found | _said(open_lower=scale.open_lower, open_upper=scale.open_upper, unit=scale.unit)


def _feed(feed: FeedSeed) -> dict[str, Value]:
    return {
        "id": feed.id,
        "title": feed.title,
        "url": feed.url,
        "source_group": feed.source_group,
        "grade": feed.grade,
        "theme": feed.theme,
    }


def _statement(statement: Statement) -> dict[str, Value]:
    return _said(
        id=statement.id,
        text=statement.text,
        yes=statement.yes,
        no=statement.no,
        examples=statement.examples,
        opposites=statement.opposites,
        aliases=statement.aliases,
    )


def _history(question_set: QuestionSet, questions: Mapping[QuestionId, Question]) -> str:
    names: list[dict[str, Value]] = [
        {"id": who, "name": name} for who, name in question_set.forecasters.items()
    ]
    parts = (
        entry("", {"headlines": question_set.headlines}) if question_set.headlines else "",
        _file("event", map(_event, question_set.events)),
        _file("resolution", map(_resolution, question_set.resolutions)),
        _file("forecaster", names),
        _file("forecast", [_forecast(f, questions[f.question_id]) for f in question_set.forecasts]),
    )
    return "\n".join(filter(None, parts))


def _event(event: Event) -> dict[str, Value]:
    found: dict[str, Value] = {
        "id": event.id,
        "at": event.at,
        "title": event.title,
        "summary": event.summary,
        "source": event.source,
        "url": event.url,
    }
    copies = tuple({"source": copy.source, "title": copy.title} for copy in event.copies)
    return found | _said(yes=event.yes, no=event.no, copies=copies, needs_check=event.needs_check)


def _resolution(past: PastResolution) -> dict[str, Value]:
    found: dict[str, Value] = {
        "question": past.question_id,
        "outcome": past.answer if past.outcome == "answered" else past.outcome,
        "event_at": past.event_at,
        "known_at": past.known_at,
        "url": past.source_url,
    }
    return found | _said(note=past.note, needs_check=past.needs_check)


def _forecast(forecast: InventedForecast, question: Question) -> dict[str, Value]:
    found: dict[str, Value] = {
        "at": forecast.at,
        "question": forecast.question_id,
        "forecaster": forecast.forecaster_id,
    }
    held = forecast.distribution
    found |= {"withdraw": True} if held is None else {"p": written(question, held, forecast.at)}
    return found | {"rationale": forecast.rationale}


def _scenario_set(scenarios: ScenarioSet) -> str:
    top = _said(
        question=scenarios.question_id,
        title=scenarios.title,
        descriptions=scenarios.descriptions,
        note=scenarios.note,
    )
    return entry("scenario_set", top) + "".join(
        f"\n{entry('scenario_set.row', _row(row))}" for row in scenarios.rows
    )


def _row(row: LikelihoodRow) -> dict[str, Value]:
    words = {p: word for word, p in FIVE_WORDS.items()}
    return {"question": row.question_id, "p": tuple(words.get(p, p) for p in row.p)} | _said(
        why=row.why
    )


def _link(link: Link) -> dict[str, Value]:
    found: dict[str, Value] = {"id": link.id, "kind": link.kind, "questions": link.question_ids}
    return found | _said(labels=link.labels) | {"title": link.title} | _said(why=link.why)

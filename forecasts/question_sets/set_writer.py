"""Writer of question sets; reading its files gives an equal set."""

from collections.abc import Iterable, Mapping

from forecasts.distributions.cdf import date_from_day_number
from forecasts.distributions.distribution import Binary
from forecasts.question_sets.curve_values import format_set_forecast
from forecasts.question_sets.history_file import HistoryEvent, InventedForecast, PastResolution
from forecasts.question_sets.indicators_file import build_indicator_entries
from forecasts.question_sets.question_set import ESSAY_TEXT, FeedSeed, QuestionSet
from forecasts.question_sets.repeats_file import build_repeat_entries
from forecasts.question_sets.toml_text import TomlValue, format_entry
from forecasts.questions.compiled_question import CompiledQuestion, format_names
from forecasts.questions.links import Link
from forecasts.questions.question import Claim, Essay, Question, QuestionId, uninformed_prior
from forecasts.questions.series import Series
from forecasts.questions.settlement import Settlement
from forecasts.scenarios.scenario_set import FIVE_WORDS, ScenarioLikelihoods, ScenarioSet


def write_question_set(question_set: QuestionSet) -> dict[str, str]:
    """Return the files of a set, {name: text}; optional ones only if they are not empty.

    `read_question_set` restores an equal set, if it could have read the original: collapsed white
    space, options present from the start, unique ids. Nothing is validated here.

    >>> bare = QuestionSet(Essay("trade", "On trade", "", "en", ""), (), (), (), (), (), (), (), {})
    >>> print(write_question_set(bare)["essay.toml"], end="")
    id = "trade"
    title = "On trade"
    language = "en"
    """
    questions = {question.id: question for question in question_set.questions}
    required = {
        "essay.toml": _format_essay(question_set.essay) + _format_claims(question_set),
        "questions.toml": _format_file(
            "question",
            [
                _question_values(q, question_set.overrides)
                | _statement_values(question_set.statements.get(q.id))
                | _settlement_values(question_set.settlements.get(q.id))
                for q in question_set.questions
            ],
        )
        + "".join(
            f"\n{format_entry('repeat', values)}"
            for values in build_repeat_entries(question_set.repetitions)
        ),
        "indicators.toml": _format_file(
            "indicator", build_indicator_entries(question_set.indicators, questions)
        ),
        "feeds.toml": _format_file("feed", map(_feed_values, question_set.feeds)),
    }
    optional = {
        "history.toml": _format_history(question_set, questions),
        "scenarios.toml": "\n".join(map(_format_scenario_set, question_set.scenarios)),
        "links.toml": _format_file("link", map(_link_values, question_set.links)),
        "series.toml": _format_file("series", map(_series_values, question_set.series)),
        ESSAY_TEXT: question_set.text,
    }
    return required | {name: text for name, text in optional.items() if text}


def _format_file(table: str, rows: Iterable[Mapping[str, TomlValue]]) -> str:
    return "\n".join(format_entry(table, values) for values in rows)


def _without_defaults(**values: TomlValue | None) -> dict[str, TomlValue]:
    """Drop keys that are None, empty or false, which a reader assumes for missing keys."""
    return {key: value for key, value in values.items() if value not in (None, False, "", ())}


def _format_essay(essay: Essay) -> str:
    top = _without_defaults(
        id=essay.id,
        title=essay.title,
        published=essay.published,
        language=essay.language,
        note=essay.note,
    )
    return format_entry("", top)


def _format_claims(question_set: QuestionSet) -> str:
    rejections = question_set.rejections
    return "".join(
        f"\n{format_entry('claim', _claim_values(c, rejections.get(c.id)))}"
        for c in question_set.claims
    )


def _claim_values(claim: Claim, rejected: str | None) -> dict[str, TomlValue]:
    values: dict[str, TomlValue] = {
        "id": claim.id,
        "quote": claim.quote,
        "offset": claim.offset,
        "kind": claim.claim_kind,
        "modality": claim.modality,
        "restatement": claim.restatement,
    }
    return values | _without_defaults(rejected=rejected)


def _question_values(
    question: Question, overrides: Mapping[QuestionId, str]
) -> dict[str, TomlValue]:
    values: dict[str, TomlValue] = {
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
    values |= _answer_values(question)
    if isinstance(question.prior, Binary) or question.prior != uninformed_prior(
        tuple(option.name for option in question.options), question.scale
    ):
        values["prior"] = format_set_forecast(question, question.prior, question.opens_at)
    values |= {"prior_reason": question.prior_reason, "claims": question.claim_ids}
    return values | _without_defaults(
        as_of=question.prior_as_of,
        bears_out=question.bears_out,
        override=overrides.get(question.id),
        tags=question.tags,
        retrospective=question.retrospective,
    )


def _statement_values(own_lines: CompiledQuestion | None) -> dict[str, TomlValue]:
    """Return the lines of a compiled question that the set words itself."""
    if own_lines is None:
        return {}
    whole = next((statement for statement in own_lines.statements if not statement.option), None)
    by_option = {s.option: s.yes for s in own_lines.statements if s.option}
    return _without_defaults(
        yes="" if whole is None else whole.yes,
        no="" if whole is None else whole.no,
        statements=by_option or None,
        names=format_names(own_lines.names),
    )


def _settlement_values(settlement: Settlement | None) -> dict[str, TomlValue]:
    """Return the series and rule that settle a question."""
    return {} if settlement is None else {"series": settlement.series_id, "rule": settlement.rule}


def _series_values(series: Series) -> dict[str, TomlValue]:
    values: dict[str, TomlValue] = {
        "id": series.id,
        "url": series.url,
        "format": series.format,
        "date": series.date_column,
        "value": series.value_column,
    }
    return values | _without_defaults(
        where=dict(series.where) or None,
        unit=series.unit,
        day_first=series.day_first,
        decimal_comma=series.decimal_comma,
    )


def _answer_values(question: Question) -> dict[str, TomlValue]:
    """Return the keys of particular kinds: the options, the range, the window."""
    scale = question.scale
    if scale is None:
        return _without_defaults(options=tuple(option.name for option in question.options))
    if question.kind == "date":
        return {
            "earliest": date_from_day_number(scale.lower),
            "latest": date_from_day_number(scale.upper),
        }
    values: dict[str, TomlValue] = {"lower": scale.lower, "upper": scale.upper}
    if scale.zero_point is not None:
        values["zero_point"] = scale.zero_point
    return values | _without_defaults(
        open_lower=scale.open_lower, open_upper=scale.open_upper, unit=scale.unit
    )


def _feed_values(feed: FeedSeed) -> dict[str, TomlValue]:
    return {
        "id": feed.id,
        "title": feed.title,
        "url": feed.url,
        "source_group": feed.source_group,
        "grade": feed.grade,
        "theme": feed.theme,
    }


def _format_history(question_set: QuestionSet, questions: Mapping[QuestionId, Question]) -> str:
    names: list[dict[str, TomlValue]] = [
        {"id": forecaster_id, "name": name}
        for forecaster_id, name in question_set.forecasters.items()
    ]
    parts = (
        format_entry("", {"headlines": question_set.headlines}) if question_set.headlines else "",
        _format_file("event", map(_event_values, question_set.events)),
        _format_file("resolution", map(_resolution_values, question_set.resolutions)),
        _format_file("forecaster", names),
        _format_file(
            "forecast",
            [_forecast_values(f, questions[f.question_id]) for f in question_set.forecasts],
        ),
    )
    return "\n".join(filter(None, parts))


def _event_values(event: HistoryEvent) -> dict[str, TomlValue]:
    values: dict[str, TomlValue] = {
        "id": event.id,
        "at": event.at,
        "title": event.title,
        "summary": event.summary,
        "source": event.source,
        "url": event.url,
    }
    copies = tuple({"source": copy.source, "title": copy.title} for copy in event.copies)
    return values | _without_defaults(
        yes=event.yes, no=event.no, copies=copies, needs_check=event.needs_check
    )


def _resolution_values(past: PastResolution) -> dict[str, TomlValue]:
    values: dict[str, TomlValue] = {
        "question": past.question_id,
        "outcome": past.answer if past.outcome == "answered" else past.outcome,
        "event_at": past.event_at,
        "known_at": past.known_at,
        "url": past.source_url,
    }
    return values | _without_defaults(note=past.note, needs_check=past.needs_check)


def _forecast_values(forecast: InventedForecast, question: Question) -> dict[str, TomlValue]:
    values: dict[str, TomlValue] = {
        "at": forecast.at,
        "question": forecast.question_id,
        "forecaster": forecast.forecaster_id,
    }
    distribution = forecast.distribution
    values |= (
        {"withdraw": True}
        if distribution is None
        else {"p": format_set_forecast(question, distribution, forecast.at)}
    )
    return values | {"rationale": forecast.rationale}


def _format_scenario_set(scenarios: ScenarioSet) -> str:
    top = _without_defaults(
        question=scenarios.question_id,
        title=scenarios.title,
        descriptions=scenarios.descriptions,
        note=scenarios.note,
    )
    return format_entry("scenario_set", top) + "".join(
        f"\n{format_entry('scenario_set.row', _row_values(row))}" for row in scenarios.rows
    )


def _row_values(row: ScenarioLikelihoods) -> dict[str, TomlValue]:
    words = {p: word for word, p in FIVE_WORDS.items()}
    return {
        "question": row.question_id,
        "p": tuple(words.get(p, p) for p in row.p),
    } | _without_defaults(why=row.why)


def _link_values(link: Link) -> dict[str, TomlValue]:
    values: dict[str, TomlValue] = {
        "id": link.id,
        "kind": link.kind,
        "questions": link.question_ids,
    }
    return (
        values
        | _without_defaults(labels=link.labels)
        | {"title": link.title}
        | _without_defaults(why=link.why)
    )

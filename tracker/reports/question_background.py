"""Background of a report on a question: its wording, its answer with the scores, its sources."""

from typing import Final

from forecasts.questions.formatting import (
    format_answer,
    format_percent,
    format_short,
    format_utc_day,
    format_utc_minute,
)
from forecasts.questions.question import (
    Resolution,
)
from forecasts.scoring.rulebook import HEADLINE
from forecasts.scoring.summary import format_skill
from tracker.reports.content import (
    Block,
    ReportCell,
    ReportSection,
    format_count,
    make_cell,
    make_facts,
    make_paragraph,
    make_row,
    make_table,
)
from tracker.reports.known import (
    QuestionAsOf,
)

_SAMPLE_NOTE: Final = "One question (n = 1) says little about anybody."


def format_resolution(data: QuestionAsOf, resolution: Resolution) -> ReportCell:
    """Format an answer, when it was known and who entered it."""
    return make_cell(
        f"{format_answer(data.question, resolution)}, known on "
        f"{format_utc_minute(resolution.known_at)}, entered by "
        f"{data.forecaster_name(resolution.entered_by)}"
    )


def build_wording(data: QuestionAsOf) -> ReportSection:
    """Build the section on the question, its base rate, claims and wordings."""
    newest, essay = data.versions[-1], data.essay
    blocks: list[Block] = [
        make_facts(
            ("Question", data.question.text),
            ("Criteria", data.question.criteria),
            (
                "Base rate",
                f"{format_short(data.question, data.question.prior)}: "
                f"{data.question.dated_prior_reason}",
            ),
            ("Essay", f"{essay.title}{f' ({essay.published})' if essay.published else ''}"),
            *((f"Claim {c.id}", f"“{c.quote}”: {c.restatement}") for c in data.claims),
        )
    ]
    if newest.number > 1:
        rows = [
            make_row(
                v.number,
                format_utc_day(v.at),
                data.forecaster_name(v.by or "–"),
                v.why,
                v.text,
                v.criteria,
            )
            for v in data.versions
        ]
        headings = ("wording", "from", "by", "why", "question", "criteria")
        blocks.append(make_table(headings, rows, wide=(3, 4, 5)))
    if data.question.retrospective:
        blocks.append(
            make_paragraph(
                "Written after its opening: practice, and no proof of foresight.", quiet=True
            )
        )
    return ReportSection("The question", tuple(blocks))


def build_scores(data: QuestionAsOf) -> ReportSection | None:
    """Build the section on the answer and everyone's scores; None without an answer."""
    if data.resolution is None:
        return None
    rule = HEADLINE[data.question.kind]
    rows = [
        make_row(
            data.forecaster_name(s.forecaster_id),
            "–" if s.mean_while_active is None else f"{s.mean_while_active:.3f}",
            format_skill(s.rule, s.skill_over_schedule),
            format_percent(s.coverage),
        )
        for s in data.scores
        if s.rule == rule
    ]
    blocks: list[Block] = [
        make_facts(
            ("Answer", format_resolution(data, data.resolution)),
            ("Source", make_cell(data.resolution.source_url, data.resolution.source_url)),
            ("Note", data.resolution.note),
        )
    ]
    if rows:
        note = (
            f"By the {rule} rule, lower is better; skill is the gain over knowing nothing in "
            "points, higher is better."
        )
        headings = ("who", f"mean {rule}", "skill", "time covered")
        blocks += [
            make_table(headings, rows, numbers=(1, 2, 3)),
            make_paragraph(f"{note} {_SAMPLE_NOTE}", quiet=True),
        ]
    else:
        blocks.append(make_paragraph("Nobody is scored on it.", quiet=True))
    return ReportSection("Answer and scores", tuple(blocks))


def build_sources(data: QuestionAsOf) -> ReportSection:
    """Build the section on sources of the answer and of evidence."""
    rows = [make_row(source, "tells the answer") for source in data.question.sources]
    if data.resolution is not None:
        rows.append(
            make_row(
                make_cell(data.resolution.source_url, data.resolution.source_url), "told the answer"
            )
        )
    pieces: dict[str, int] = {}
    for card in data.cards:
        for name in {item.feed_title for item in card.items}:
            pieces[name] = pieces.get(name, 0) + 1
    ranked = sorted(pieces.items(), key=lambda pair: (-pair[1], pair[0]))
    rows += [
        make_row(name, f"carried {format_count(n, 'piece', 'pieces')} of evidence")
        for name, n in ranked
    ]
    return ReportSection("Sources", (make_table(("source", "what for"), rows, wide=(0,)),))

"""How good the matching is, measured on files that people have labelled."""

from pathlib import Path
from typing import Any

import click

from tracker.commands.terminal import as_json, console, show

a_file = click.Path(dir_okay=False, path_type=Path)


@click.group()
def evaluate() -> None:
    """Measure relevance, direction and stories on labelled files, beside simple baselines."""


@evaluate.command()
@click.argument("file", type=a_file)
@click.option("--set", "set_name", metavar="NAME", help="The question set whose ids the file names.")
@click.option("--negatives", type=a_file, help="Archive of unlabelled items (JSON lines, .gz) to find irrelevant.")
@click.option("--sample", type=click.IntRange(0), default=5000, show_default=True, help="So many of them, at random.")
@click.option("--seed", type=int, default=0, show_default=True, help="Another number draws another sample.")
@click.option("--encoder", default="auto", show_default=True, help="What compares meanings; auto: the best there is.")
@as_json
def relevance(file: Path, *, set_name: str | None, encoder: str, json: bool, **drawn: Any) -> None:
    """Judge the labelled items of FILE (JSON lines) and compare: average precision, precision, recall, direction.

    Lines hold question, title, summary, relevance (0, 1, 2) and stance (-1, 0, 1), and may hold qid and id.
    """
    from tracker import question_sets  # here and below: not for commands that measure nothing
    from tracker.evaluation import tables as evaluation_tables
    from tracker.evaluation.judge import open_judge
    from tracker.evaluation.labelled import read_archive, read_labels
    from tracker.evaluation.relevance import evaluate_relevance, sampled, wordings

    labels = read_labels(file)
    archive = () if drawn["negatives"] is None else read_archive(drawn["negatives"])
    unlabelled = sampled(archive, labels, drawn["sample"], drawn["seed"])
    wording = {} if set_name is None else wordings(question_sets.load(set_name))
    report = evaluate_relevance(open_judge(set_name, encoder), labels, unlabelled, wording=wording)
    if json:
        show({"seed": drawn["seed"], "report": report}, json, "")
        return
    console.print(evaluation_tables.questions_table(report))
    show(report, json, "\n".join(evaluation_tables.relevance_lines(report)))
    console.print(evaluation_tables.confusion_table(report.direction))


@evaluate.command()
@click.argument("file", type=a_file)
@as_json
def stories(file: Path, *, json: bool) -> None:
    """Group the items of FILE (JSON lines) into stories and compare with their events: B³ and pairwise F1.

    Lines hold event, title, summary and published or first_seen, and may hold lang.
    """
    from tracker.evaluation import tables as evaluation_tables
    from tracker.evaluation.judge import cluster
    from tracker.evaluation.labelled import read_reports
    from tracker.evaluation.stories import evaluate_stories

    found = evaluate_stories(cluster, read_reports(file))
    show(found, json, evaluation_tables.stories_table(found))

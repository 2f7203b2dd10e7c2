"""A private question or essay is nobody else's, by whatever way they ask."""

from collections.abc import Mapping
from inspect import Parameter, signature
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import SQLModel

from forecasts.errors import ForecastsError
from forecasts.evidence.evidence import Direction
from forecasts.questions.links import Link, LinkId
from forecasts.questions.question import ForecasterId, QuestionId
from forecasts.questions.repetition import Repetition
from tests.builders import DAY, NOW, FakeClock, a_set
from tests.interfaces.api_server import open_program
from tests.lives import an_asked
from tests.quick_databases import begin
from tests.test_permissions import list_use_cases
from tracker.app.permissions import REQUIRED_RIGHTS
from tracker.app.tracker import Tracker
from tracker.errors import Forbidden, NotFound, Refused, TrackerError
from tracker.interfaces.atom import render_changes
from tracker.model.essays import NewEssay
from tracker.model.evidence import ManualEvidence
from tracker.model.principal import Door, Principal, Role
from tracker.storage.comments import list_mentions
from tracker.storage.tables import TableRow

PUBLIC, SECRET, DONE, ESSAY = "summit-2027", "pact-2027", "pact-2026", "memo"
TOKEN = "Zanzibar"
ADA, BEN, CEM = map(ForecasterId, ("ada", "ben", "cem"))


def enter(
    tracker: Tracker, person: ForecasterId, role: Role = "analyst", door: Door = "page"
) -> Tracker:
    """The tracker as a person with an account has it."""
    return tracker.serve(Principal(person, role, door, account=f"account-of-{person}"))


@pytest.fixture
def world(tracker: Tracker, clock: FakeClock) -> Tracker:
    """A world on SQLite."""
    begin(tracker, clock, build_world)
    return tracker


@pytest.fixture
def each_world(both: Tracker, clock: FakeClock) -> Tracker:
    """A world on each dialect."""
    begin(both, clock, build_world)
    return both


def build_world(tracker: Tracker, clock: FakeClock) -> None:
    """Ben's two private questions and private essay beside a public question; Cem is a stranger."""
    tracker.question_sets.load(a_set())
    for name in ("Ada", "Ben", "Cem"):
        tracker.people.add(name)
    ben = enter(tracker, BEN)
    for name in (SECRET, DONE):
        asked = an_asked(name, text=f"Will {TOKEN} sign the pact before 31 December 2026?")
        ben.questions.ask(asked, override="a test", private_to=[])
        ben.forecasts.submit(name, "70%", rationale=f"{TOKEN} said so")
        ben.evidence.add(
            ManualEvidence(name, "A minister arrives", Direction.YES, note=f"of {TOKEN}")
        )
        ben.comments.add(name, f"Why would {TOKEN} not sign?")
        ben.comments.write_note(name, f"Ask the {TOKEN} desk")
    text = f"{TOKEN} will sign the pact before 2028. Its parliament will not ratify it.\n"
    ben.essays.add(NewEssay(ESSAY, f"On {TOKEN}", text, "memo.txt"), private_to=[ADA])
    ben.essays.save_draft(ESSAY, 0, {"text": f"Will {TOKEN} sign?"})
    tracker.links.add(
        Link(LinkId("both"), "implies", (QuestionId(SECRET), QuestionId(PUBLIC)), f"With {TOKEN}")
    )
    clock.time = NOW + 10 * DAY
    source = "https://arland.example/pact"
    ben.resolutions.resolve(DONE, "yes", source_url=source, known_at=clock.time, note=TOKEN)


SAMPLES: Mapping[str, Any] = {
    "question_id": SECRET,
    "essay_id": ESSAY,
    "first_id": ESSAY,
    "second_id": "essay",
    "evidence_id": 1,
    "evidence_ids": [1, 2],
    "forecast_id": 1,
    "comment_id": 1,
    "link_id": "none",
    "feed_id": "wire",
    "series_id": "none",
    "offset": 0,
    "words": "pact",
    "text": "40%",
    "at": NOW + 9 * DAY,
    "since": NOW + DAY,
    "scope": SECRET,
    "name": SECRET,
    "kind": "question",
    "content": b"no report",
    "answer": "yes",
    "answers": ["yes"],
    "source_url": "https://arland.example",
    "known_at": NOW + DAY,
    "new_question": an_asked("another"),
    "repetition": Repetition(QuestionId(SECRET), "month"),
}
"""Values of the parameters by which use cases are asked for something."""


ASIDE = ("accounts.", "requests.", "notifications.", "accuracy.trace_pair")
"""Use cases that tell of no question, or numbers alone; a preview of notifications is read apart."""


def read(tracker: Tracker, use_case: str) -> str:
    """Everything that a use case returns, as text; "" if it refuses."""
    noun, _, verb = use_case.partition(".")
    method = getattr(getattr(tracker, noun), verb)
    wanted = signature(method).parameters.values()
    values = {p.name: SAMPLES[p.name] for p in wanted if p.default is Parameter.empty}
    try:
        result = method(**values)
        return f"{result.to_dicts()}" if hasattr(result, "to_dicts") else repr(result)
    except (TrackerError, ForecastsError) as error:
        return str(error).replace(SECRET, "").replace(ESSAY, "")


def test_no_use_case_tells_a_stranger_of_a_private_question(world: Tracker) -> None:
    stranger, leaks, known_to_ben = enter(world, CEM), [], []
    for use_case in (use_case for use_case, _ in list_use_cases()):
        if REQUIRED_RIGHTS[use_case] == "read" and not use_case.startswith(ASIDE):
            for tracker, known in ((stranger, leaks), (enter(world, BEN), known_to_ben)):
                text = read(tracker, use_case)
                if any(secret in text for secret in (TOKEN, SECRET, DONE)):
                    known.append(use_case)
    assert leaks == []
    assert TOKEN not in repr(stranger.notifications.preview())
    assert {"questions.list", "questions.get", "evidence.get", "essays.get", "essays.titles"} < set(
        known_to_ben
    )


@pytest.mark.parametrize("kind", ["question", "week", "essay", "scenarios"])
def test_no_report_tells_a_stranger_of_a_private_question(world: Tracker, kind: Any) -> None:
    for name in (SECRET, DONE, ESSAY, PUBLIC, "essay", ""):
        try:
            report = enter(world, CEM).reports.build(kind, name)
        except (TrackerError, ForecastsError):
            continue
        assert TOKEN not in repr(report)


def test_no_program_reads_a_private_question_of_another(world: Tracker) -> None:
    stranger, ben = (enter(world, person, door="api") for person in (CEM, BEN))
    for person, is_known in ((stranger, False), (ben, True)):
        program, _ = open_program(world, person.principal)
        answers = [program.get(path) for path in ("questions", "changes", "inbox", "wide-gaps")]
        assert any(TOKEN in answer.text for answer in answers) == is_known
        assert program.get(f"questions/{SECRET}").status_code == (200 if is_known else 404)
    assert TOKEN.encode() not in render_changes(stranger, "https://t.example")
    assert TOKEN.encode() in render_changes(ben, "https://t.example")


WRITES: Mapping[str, tuple[Any, ...]] = {
    "forecasts.submit": (SECRET, "10%"),
    "forecasts.withdraw": (SECRET,),
    "questions.retract": (SECRET, "a typo"),
    "questions.share": (SECRET, None),
    "questions.reset_statements": (SECRET,),
    "evidence.add": (ManualEvidence(SECRET, "A minister leaves", Direction.NO),),
    "evidence.review": (1, "rejected"),
    "evidence.reopen": (1,),
    "comments.add": (SECRET, "I know of it"),
    "comments.edit": (1, "I know of it"),
    "comments.dismiss_gap": (SECRET, BEN),
    "resolutions.reopen": (DONE, "a mistake"),
    "essays.remove": (ESSAY,),
    "essays.share": (ESSAY, None),
}


@pytest.mark.parametrize("use_case", WRITES)
def test_a_stranger_changes_no_private_question(world: Tracker, use_case: str) -> None:
    before = world.system.newest_entry()
    noun, _, verb = use_case.partition(".")
    with pytest.raises((NotFound, Refused)):
        getattr(getattr(enter(world, CEM), noun), verb)(*WRITES[use_case])
    assert world.system.newest_entry() == before


def test_no_table_gives_a_stranger_a_hidden_row(each_world: Tracker) -> None:
    """Whatever a query of the future reads; lists of ids are checked where they are read."""
    store = enter(each_world, CEM).context.store
    everything = 0
    for session_of, sees in ((store, False), (store.view_as(BEN), True)):
        with session_of.reading() as session:
            for table in TableRow.metadata.sorted_tables:
                if table.name not in ("access", "log", "link", "repair"):
                    for row in session.execute(select(table)):
                        everything += TOKEN in repr(row)
                        assert sees or TOKEN not in repr(row), table.name
    assert everything > 8


def test_nested_and_joined_queries_hide_rows_too(each_world: Tracker) -> None:
    tables = SQLModel.metadata.tables | TableRow.metadata.tables
    question, forecast = tables["question"], tables["forecast"]
    other = question.alias("other")
    queries = (
        select(question.c.text).where(question.c.id.in_(select(forecast.c.question_id))),
        select(forecast.c.rationale).join(question, question.c.id == forecast.c.question_id),
        select(other.c.text).outerjoin(forecast, forecast.c.question_id == other.c.id),
        select(select(question.c.text).subquery().c.text),
        select(question.c.text).union_all(select(forecast.c.rationale)),
        select(select(question.c.text).cte("named").c.text),
    )
    for viewer, sees in ((CEM, False), (BEN, True)):
        with each_world.context.store.view_as(viewer).reading() as session:
            for query in queries:
                rows = [str(row) for row in session.execute(query)]
                assert any(TOKEN in row for row in rows) == sees, query


def test_members_see_what_is_shared_with_them(world: Tracker) -> None:
    ada, cem = enter(world, ADA), enter(world, CEM)
    assert ESSAY in ada.essays.titles()
    assert ESSAY not in cem.essays.titles()
    access = enter(world, BEN).questions.share(SECRET, [CEM])
    assert access.members == (CEM,)
    assert cem.questions.get(SECRET).access.owner == BEN
    enter(world, BEN).questions.share(SECRET, None)
    assert ada.questions.get(SECRET).summary.standings[BEN].p == pytest.approx(0.7)


def test_nobody_is_mentioned_in_what_they_do_not_see(world: Tracker) -> None:
    ben = enter(world, BEN)
    for question, mentioned in ((SECRET, []), (PUBLIC, [CEM])):
        ben.comments.add(question, "@cem: what do you say?")
        with world.context.store.reading() as session:
            mentions = list_mentions(session, NOW)
        assert [m.forecaster_id for m in mentions if m.question_id == question] == mentioned


def test_only_the_owner_and_an_admin_change_who_sees_it(world: Tracker) -> None:
    enter(world, BEN).questions.share(SECRET, [CEM])
    with pytest.raises(Forbidden, match="only ben, its owner, and an admin"):
        enter(world, CEM).questions.share(SECRET, None)
    enter(world, CEM, "admin").questions.share(SECRET, [CEM, ADA])
    assert enter(world, ADA).questions.get(SECRET).access.owner == BEN


def test_sharing_with_nobody_known_is_refused(world: Tracker) -> None:
    with pytest.raises(NotFound, match="zed"):
        enter(world, BEN).questions.share(SECRET, [ForecasterId("zed")])


def test_questions_of_a_private_essay_are_private(world: Tracker) -> None:
    asked = an_asked("signing", essay_id=ESSAY)
    enter(world, BEN).questions.ask(asked, override="a test")
    assert enter(world, ADA).questions.get("signing")
    with pytest.raises(NotFound):
        enter(world, CEM).questions.get("signing")


def test_a_sibling_is_as_private_as_its_parent(world: Tracker) -> None:
    ben = enter(world, BEN)
    repetition = Repetition(QuestionId(SECRET), "week", override="a test")
    ben.questions.repeat(repetition)
    names = {s.question.id for s in ben.questions.list()} - {SECRET, DONE, PUBLIC}
    assert len(names) == 1
    assert {s.question.id for s in enter(world, CEM).questions.list()} == {PUBLIC}


def test_a_taken_name_is_refused_without_a_word_about_it(world: Tracker) -> None:
    cem = enter(world, CEM)
    with pytest.raises(ForecastsError, match="give this one a name of its own"):
        cem.questions.ask(an_asked(SECRET), override="a test")
    with pytest.raises(Refused, match="give this one a name of its own"):
        cem.essays.add(NewEssay(ESSAY, "Another", "They will sign by 2028.", "a.txt"))


def test_jobs_and_the_owner_at_the_command_line_see_everything(world: Tracker) -> None:
    for everything in (world, world.through("job")):
        assert SECRET in {s.question.id for s in everything.questions.list()}
    assert SECRET not in {s.question.id for s in world.through("page").questions.list()}
    assert SECRET not in {s.question.id for s in world.acting_as(CEM).questions.list()}
    assert SECRET in {s.question.id for s in world.acting_as(BEN).questions.list()}


def test_who_sees_a_question_is_in_the_log(world: Tracker) -> None:
    enter(world, BEN).questions.share(SECRET, [CEM])
    assert world.system.verify().bad_seq is None
    assert world.system.verify_scores().differences == ()

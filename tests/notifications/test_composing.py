"""A message says everything once, in an order that does not depend on that of its notices."""

from hypothesis import given
from hypothesis import strategies as st

from forecasts.questions.question import QuestionId
from tracker.model.notifications import DEFAULT_RULES, Notification
from tracker.notifications.compose import MAX_NOTICES, MAX_TITLE, clean_line, compose

HOME = "https://forecast.example/"
notices = st.lists(
    st.builds(
        Notification,
        key=st.text(min_size=1, max_size=8),
        kind=st.sampled_from(list(DEFAULT_RULES)),
        title=st.text(min_size=1, max_size=30),
        subject=st.sampled_from(["Will it rain?", "Will it snow?"]),
        detail=st.text(max_size=30),
        question_id=st.sampled_from([QuestionId("rain"), QuestionId("snow"), None]),
        page=st.sampled_from(["question?q=rain", "question?q=snow", ""]),
    ),
    min_size=1,
    max_size=40,
    unique_by=lambda notice: notice.key,
)


@given(notices, st.randoms(use_true_random=False))
def test_the_order_of_notices_changes_nothing(batch: list[Notification], random: object) -> None:
    message = compose(batch, HOME, "stop")
    random.shuffle(batch)  # type: ignore[attr-defined]
    assert compose(batch, HOME, "stop") == message


@given(notices)
def test_a_batch_is_one_bounded_message_with_a_way_out(batch: list[Notification]) -> None:
    message = compose(batch, HOME, f"{HOME}stop/x")
    assert {notice.key for notice in message.notices} == {notice.key for notice in batch}
    assert message.text.count("\n• ") == min(len(batch), MAX_NOTICES)
    assert (f"And {len(batch) - MAX_NOTICES} more" in message.text) == (len(batch) > MAX_NOTICES)
    assert message.text.endswith(f"Stop these messages: {HOME}stop/x")
    assert len(message.title) <= MAX_TITLE
    assert message.title.replace("\u200b", "").isprintable()  # a space of no width disarms an @


@given(notices, notices)
def test_messages_are_equal_by_key_if_their_notices_are(
    batch: list[Notification], other: list[Notification]
) -> None:
    same = {notice.key for notice in batch} == {notice.key for notice in other}
    assert (compose(batch, HOME).key == compose(other, HOME).key) is same


@given(st.text(max_size=400))
def test_a_text_of_others_calls_nobody_and_stays_a_line(text: str) -> None:
    line = clean_line(text)
    assert len(line.splitlines()) <= 1
    assert not {"<", ">"} & {*line}
    assert all(part.startswith("\u200b") for part in line.split("@")[1:])

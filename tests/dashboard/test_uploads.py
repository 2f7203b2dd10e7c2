"""What was uploaded does not fill the memory, however often somebody uploads."""

from hypothesis import given
from hypothesis import strategies as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from dashboard.server.guard import MAX_SESSION_BYTES, limit_uploads

MEGABYTE = 1024 * 1024
TEN = bytes(10 * MEGABYTE)


def file(name: str, size: int) -> UploadedFileRec:
    """A file of this size, which takes no memory of its own."""
    return UploadedFileRec(name, name, "text/plain", memoryview(TEN)[:size])  # type: ignore[arg-type]


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 10 * MEGABYTE)), max_size=12))
def test_a_session_keeps_its_newest_files_within_bounds(uploads: list[tuple[str, int]]) -> None:
    manager = MemoryUploadedFileManager("/upload")
    limit_uploads(manager)
    manager.add_file("other", file("a", 10 * MEGABYTE))
    for name, size in uploads:
        manager.add_file("session", file(name, size))
        kept = manager.get_files("session", list("abcdef"))
        assert sum(len(each.data) for each in kept) <= MAX_SESSION_BYTES
        assert (name, size) in {(each.file_id, len(each.data)) for each in kept}
    assert len(manager.get_files("other", ["a"])) == 1


def test_two_of_the_largest_files_are_kept() -> None:
    manager = MemoryUploadedFileManager("/upload")
    limit_uploads(manager)
    for name in "abc":
        manager.add_file("session", file(name, 10 * MEGABYTE))
    assert [each.file_id for each in manager.get_files("session", list("abc"))] == ["b", "c"]

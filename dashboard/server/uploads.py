"""Memory limit of uploads: streamlit keeps every file for the lifetime of its session."""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
    from streamlit.runtime.uploaded_file_manager import UploadedFileRec

MAX_SESSION_BYTES: Final = 20 * 1024 * 1024
"""All files of a session together; no page needs two of the largest at once."""


def limit_uploads(manager: "MemoryUploadedFileManager") -> None:
    """Limit the stored uploads of each session to its newest files, up to `MAX_SESSION_BYTES`.

    Raises AttributeError if streamlit's manager has another shape.
    """
    add_file, remove_file, storage = manager.add_file, manager.remove_file, manager.file_storage

    def add_within_bounds(session_id: str, file: "UploadedFileRec") -> None:
        remove_file(session_id, file.file_id)  # so that it counts as the newest
        add_file(session_id, file)
        total_bytes = 0
        for older in reversed(list(storage[session_id].values())):
            total_bytes += len(older.data)
            if total_bytes > MAX_SESSION_BYTES:
                remove_file(session_id, older.file_id)

    # Streamlit creates the manager, and has no setting for a limit.
    setattr(manager, "add_file", add_within_bounds)  # noqa: B010

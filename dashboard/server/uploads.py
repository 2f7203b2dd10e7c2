"""Memory limit of uploads: streamlit keeps every file for the lifetime of its session."""

from typing import Final

from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

MAX_SESSION_BYTES: Final = 20 * 1024 * 1024
"""All files of a session together; no page needs two of the largest at once."""


def limit_uploads(manager: MemoryUploadedFileManager) -> None:
    """Limit the stored uploads of each session to its newest files, up to `MAX_SESSION_BYTES`."""
    add_file = manager.add_file

    def add_within_bounds(session_id: str, file: UploadedFileRec) -> None:
        manager.remove_file(session_id, file.file_id)  # so that it counts as the newest
        add_file(session_id, file)
        total_bytes = 0
        for older in reversed(list(manager.file_storage[session_id].values())):
            total_bytes += len(older.data)
            if total_bytes > MAX_SESSION_BYTES:
                manager.remove_file(session_id, older.file_id)

    # Streamlit creates the manager, and has no setting for a limit.
    setattr(manager, "add_file", add_within_bounds)  # noqa: B010

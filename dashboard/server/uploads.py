"""How much of what was uploaded is kept in memory. Streamlit keeps every file as long as its
session lives.
"""

from typing import Final

from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

SESSION_BYTES: Final = 20 * 1024 * 1024
"""Of all files of a session together; no page needs two of the largest at once."""


def bound_uploads(manager: MemoryUploadedFileManager) -> None:
    """Let each session keep its newest files alone, up to `SESSION_BYTES`, from now on."""
    add = manager.add_file

    def add_within_bounds(session_id: str, file: UploadedFileRec) -> None:
        manager.remove_file(session_id, file.file_id)  # so that it counts as the newest
        add(session_id, file)
        kept = 0
        for older in reversed(list(manager.file_storage[session_id].values())):
            kept += len(older.data)
            if kept > SESSION_BYTES:
                manager.remove_file(session_id, older.file_id)

    setattr(manager, "add_file", add_within_bounds)  # noqa: B010 -- streamlit makes it, and has no setting for that

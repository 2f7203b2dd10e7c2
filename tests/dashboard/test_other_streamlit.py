"""The dashboard on a streamlit without the internal parts that it uses: slower, and complete."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from dashboard.components.scripts import warn_missing
from dashboard.components.visit import PAGES
from dashboard.server import assets, serve
from dashboard.server.assets import STATIC
from dashboard.server.guard import limit_uploads
from tests.builders import Press, a_set
from tests.dashboard.pages import button, field, open_page, plain, seen, words
from tests.dashboard.served import Served, serving
from tests.dashboard.test_shell import ask
from tracker.app.tracker import Tracker
from tracker.model.essays import NewEssay


@pytest.fixture(autouse=True)
def built_anew() -> Iterator[None]:
    """The shell is built and parts are reported missing once a process; here, once a test."""
    for cached in (warn_missing, assets.build_shell):
        cached.cache_clear()
    yield
    for cached in (warn_missing, assets.build_shell):
        cached.cache_clear()


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A dashboard in a process of its own where every part is missing."""
    with serving(tmp_path_factory.mktemp("bare"), "tests.dashboard.other_streamlit") as server:
        yield server


@pytest.mark.slow
def test_bare_streamlit_serves_every_page(bare: Served) -> None:
    # Every page and file is served by streamlit itself.
    pages = {bare.ask(f"/{name}").body for name in ("", *PAGES)}
    assert pages == {(STATIC / "index.html").read_bytes()}
    script = next((STATIC / "static" / "js").glob("index.*.js"))
    assert bare.ask(f"/static/js/{script.name}").body == script.read_bytes()
    assert bare.ask("/_stcore/health").status == bare.ask("/jump.json").status == 200
    # Each missing part is one line of the log.
    bare.ask("/")
    log = bare.record.with_name("log").read_text("utf-8")
    lines = re.findall(r"the installed streamlit has no (.+?):", log)
    assert sorted(lines) == [
        "_maybe_print_use_warning",
        "modules of known names",
        "net_util.get_external_ip",
        "net_util.get_internal_ip",
        "static/index.html",
    ]


def test_another_page_is_served_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    page = "<html><head><title>Another</title></head><script>go()</script></html>"
    (tmp_path / "index.html").write_text(page, encoding="utf-8")
    monkeypatch.setattr(assets, "STATIC", tmp_path)
    assert assets.build_shell() == assets.build_shell() == page
    assert "sha256-" in serve.content_policy()
    assert len(caplog.records) == 1


def test_scripts_under_other_names_are_not_loaded_ahead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    scripts = tmp_path / "static" / "js"
    scripts.mkdir(parents=True)
    (scripts / "Button.12345678.js").write_text('import"./gone.js";import"./base.js"')
    (scripts / "base.js").touch()
    page = "<html><head><title>Streamlit</title></head></html>"
    (tmp_path / "index.html").write_text(page, encoding="utf-8")
    monkeypatch.setattr(assets, "STATIC", tmp_path)
    preloaded = re.findall(
        r'modulepreload" crossorigin href="./static/js/(.+?)"', assets.build_shell()
    )
    assert preloaded == ["Button.12345678.js", "base.js"]
    assert len(caplog.records) == 1


def test_file_without_a_hash_is_left_to_streamlit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {f"/static/{name}": tmp_path / name for name in ("a.js", "a.12345678.js")}
    for path in files.values():
        path.touch()
    monkeypatch.setattr("dashboard.server.assets.list_static_files", lambda: files)
    assert ask("/static/a.js").body == b"the app"
    assert ask("/static/a.12345678.js").body == b""


def test_a_missing_module_of_our_own_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModuleNotFoundError):
        serve._import_module("dashboard.none")


def test_another_manager_of_uploads_is_left_alone() -> None:
    manager = SimpleNamespace(add_file=None)
    with pytest.raises(AttributeError):
        limit_uploads(cast(MemoryUploadedFileManager, manager))
    assert manager.add_file is None


def test_texts_are_shown_where_scripts_cannot_be_declared(
    tracker_with_press: Tracker,
    press: Press,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.delattr(manifest_scanner, "ComponentManifest")
    tracker_with_press.question_sets.load(a_set())
    press.publish("wire", "Arland invites *Borland* to a summit")
    tracker_with_press.feeds.poll(every=True)
    tracker_with_press.essays.add(
        NewEssay(
            "river", "Rivers", "Arland will sign by 2028, for $5 or $6.\n\nIt rains.", "pasted"
        )
    )
    with caplog.at_level(logging.WARNING, "dashboard"):
        inbox = open_page(tracker_with_press, "inbox")
        essay = open_page(tracker_with_press, "essay", e="river")
        question = open_page(tracker_with_press, "question", q="summit-2027")
    assert "Arland invites *Borland* to a summit" in [text.value for text in inbox.text]
    assert "Arland will sign by 2028, for $5 or $6.\n\nIt rains." in [
        text.value for text in essay.text
    ]
    assert not [*inbox.get("bidi_component"), *essay.get("bidi_component")]
    assert "sign" in words(essay)
    (line,) = [record.message for record in caplog.records if record.name == "dashboard"]
    assert "manifest of components" in line
    # A forecast is typed into a plain field, refused or saved.
    field(question, "Probability of YES").set_value("perhaps")
    question = seen(button(question, "Save forecast").click().run())
    assert "is not a probability" in plain(question.error[0].value)
    field(question, "Probability of YES").set_value("2:1")
    question = seen(button(question, "Save forecast").click().run())
    assert "67%, updated just now" in words(question)

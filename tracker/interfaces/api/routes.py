"""Table of routes: method, path, and the use case behind them.

Path parameters have the names of the use case's arguments. Its other arguments come in the address
of a reading request, else in the body; the fields of a value stand directly among them. Where a
route names a function, that takes the place of the use case: it parses or prints otherwise.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from types import MappingProxyType
from typing import Any, Final, Literal

from tracker.interfaces.api import actions

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]


@dataclass(frozen=True)
class ApiRoute:
    """One route: `path` is relative to that of the API, `use_case` as in `questions.ask`.

    `function` takes a tracker and the arguments of the request; None calls the use case itself.
    """

    method: Method
    path: str
    use_case: str
    function: Callable[..., Any] | None = None

    @property
    def noun(self) -> str:
        """Service of the use case."""
        return self.use_case.partition(".")[0]

    @property
    def name(self) -> str:
        """Identifier in the OpenAPI document, such as `questions_ask`."""
        return self.use_case.replace(".", "_")

    @cached_property
    def action(self) -> Callable[..., Any]:
        """Function or method that does it; its signature and docstring describe the route."""
        if self.function is not None:
            return self.function
        module = import_module(f"tracker.app.{_MODULES.get(self.noun, self.noun)}")
        services = (c for c in vars(module).values() if getattr(c, "noun", "") == self.noun)
        method: Callable[..., Any] = getattr(next(services), self.use_case.partition(".")[2])
        return method


_MODULES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "learning": "evidence",
        "links": "scenarios",
        "signposts": "scenarios",
        "question_sets": "question_set_files",
    }
)
"""Modules of the services that do not have one of their own name."""

_QUESTION: Final = "/questions/{question_id}"
_EVIDENCE: Final = "/evidence/{evidence_id}"
_ESSAY: Final = "/essays/{essay_id}"
_CHANNEL: Final = "/notifications/channels/{channel_id}"
_CLAIM: Final = f"{_ESSAY}/claims/{{offset}}"

ROUTES: Final = (
    ApiRoute("GET", "/questions", "questions.list", actions.list_questions),
    ApiRoute("POST", "/questions", "questions.ask", actions.ask_question),
    ApiRoute("POST", "/questions/lint", "questions.lint", actions.lint_question),
    ApiRoute("POST", "/questions/compile", "questions.compile"),
    ApiRoute("GET", _QUESTION, "questions.get", actions.read_question),
    ApiRoute("GET", f"{_QUESTION}/as-of", "questions.get_as_of", actions.read_question_as_of),
    ApiRoute("DELETE", _QUESTION, "questions.retract"),
    ApiRoute("PATCH", _QUESTION, "questions.edit", actions.edit_question),
    ApiRoute("PUT", f"{_QUESTION}/access", "questions.share"),
    ApiRoute("GET", f"{_QUESTION}/history", "questions.history"),
    ApiRoute("GET", f"{_QUESTION}/gaps", "questions.explain_gaps"),
    ApiRoute("GET", f"{_QUESTION}/change", "questions.explain_change"),
    ApiRoute("GET", f"{_QUESTION}/flaws", "questions.lint_stored"),
    ApiRoute("GET", f"{_QUESTION}/statements", "questions.get_statements"),
    ApiRoute("PUT", f"{_QUESTION}/statements", "questions.set_statements"),
    ApiRoute("DELETE", f"{_QUESTION}/statements", "questions.reset_statements"),
    ApiRoute("POST", f"{_QUESTION}/options", "questions.change_option"),
    ApiRoute("POST", f"{_QUESTION}/indicators", "questions.add_indicator"),
    ApiRoute("GET", f"{_QUESTION}/siblings", "questions.siblings"),
    ApiRoute("POST", f"{_QUESTION}/siblings/plan", "questions.plan_sibling"),
    ApiRoute("PUT", f"{_QUESTION}/repetition", "questions.repeat"),
    ApiRoute("DELETE", f"{_QUESTION}/repetition", "questions.stop_repeating"),
    ApiRoute("GET", "/benchmarks", "benchmarks.list"),
    ApiRoute("POST", f"{_QUESTION}/benchmarks/compare", "benchmarks.look_up"),
    ApiRoute("POST", f"{_QUESTION}/benchmarks", "benchmarks.link", actions.link_benchmark),
    ApiRoute("DELETE", f"{_QUESTION}/benchmarks/{{platform}}", "benchmarks.unlink"),
    ApiRoute("POST", f"{_QUESTION}/forecasts", "forecasts.submit", actions.submit_forecast),
    ApiRoute("POST", f"{_QUESTION}/forecasts/parse", "forecasts.parse"),
    ApiRoute("POST", f"{_QUESTION}/forecasts/reaffirm", "forecasts.reaffirm", actions.reaffirm),
    ApiRoute("POST", f"{_QUESTION}/forecasts/withdraw", "forecasts.withdraw", actions.withdraw),
    ApiRoute("POST", f"{_QUESTION}/forecasts/undo", "forecasts.undo", actions.undo),
    ApiRoute("POST", f"{_QUESTION}/forecasts/redo", "forecasts.redo", actions.redo),
    ApiRoute("GET", f"{_QUESTION}/forecasts/{{forecast_id}}/why", "questions.explain_act"),
    ApiRoute(
        "POST", "/forecasts/import/preview", "forecasts.preview_import", actions.preview_import
    ),
    ApiRoute("POST", "/forecasts/import", "forecasts.import_files", actions.import_files),
    ApiRoute("GET", "/forecasts/imports", "forecasts.imports"),
    ApiRoute("POST", "/forecasts/imports/{batch_id}/undo", "forecasts.undo_import"),
    ApiRoute("GET", f"{_QUESTION}/comments", "comments.list"),
    ApiRoute("POST", f"{_QUESTION}/comments", "comments.add"),
    ApiRoute("GET", "/comments/{comment_id}", "comments.get"),
    ApiRoute("GET", "/comments/{comment_id}/history", "comments.history"),
    ApiRoute("PUT", "/comments/{comment_id}", "comments.edit"),
    ApiRoute("DELETE", "/comments/{comment_id}", "comments.remove"),
    ApiRoute("GET", f"{_QUESTION}/note", "comments.note"),
    ApiRoute("PUT", f"{_QUESTION}/note", "comments.write_note"),
    ApiRoute("GET", "/wide-gaps", "comments.wide_gaps"),
    ApiRoute("POST", f"{_QUESTION}/wide-gaps/dismiss", "comments.dismiss_gap"),
    ApiRoute("GET", f"{_QUESTION}/evidence", "evidence.list", actions.list_evidence),
    ApiRoute("POST", f"{_QUESTION}/evidence", "evidence.add"),
    ApiRoute("POST", f"{_QUESTION}/near-misses/{{item_id}}/dismiss", "evidence.dismiss"),
    ApiRoute("GET", "/inbox", "evidence.inbox", actions.list_inbox),
    ApiRoute("GET", "/near-misses", "evidence.near_misses"),
    ApiRoute("GET", "/search", "evidence.search", actions.search_items),
    ApiRoute("GET", _EVIDENCE, "evidence.get"),
    ApiRoute("POST", f"{_EVIDENCE}/review", "evidence.review"),
    ApiRoute("POST", f"{_EVIDENCE}/reopen", "evidence.reopen"),
    ApiRoute("GET", f"{_EVIDENCE}/effect", "evidence.preview_review"),
    ApiRoute("POST", f"{_QUESTION}/resolutions", "resolutions.resolve"),
    ApiRoute("POST", f"{_QUESTION}/resolutions/check", "resolutions.check"),
    ApiRoute("POST", f"{_QUESTION}/resolutions/preview", "resolutions.preview"),
    ApiRoute("POST", f"{_QUESTION}/resolutions/reopen", "resolutions.reopen"),
    ApiRoute("GET", f"{_QUESTION}/post-mortem", "resolutions.post_mortem"),
    ApiRoute("GET", f"{_QUESTION}/receipts", "resolutions.receipts"),
    ApiRoute("GET", f"{_QUESTION}/receipts/proof", "resolutions.prove"),
    ApiRoute("PUT", f"{_QUESTION}/settlement", "resolutions.settle_by"),
    ApiRoute("POST", f"{_QUESTION}/proposed-answers/confirm", "resolutions.resolve_proposed"),
    ApiRoute("POST", f"{_QUESTION}/proposed-answers/dismiss", "resolutions.dismiss_proposed"),
    ApiRoute("GET", "/proposed-answers", "resolutions.proposals", actions.list_proposals),
    ApiRoute("GET", "/missing-answers", "resolutions.missing"),
    ApiRoute("GET", "/accuracy", "accuracy.summarise"),
    ApiRoute("GET", "/accuracy/scores", "accuracy.score_table", actions.export_scores),
    ApiRoute("GET", "/accuracy/calibration", "accuracy.calibration"),
    ApiRoute("GET", "/accuracy/comparison", "accuracy.compare"),
    ApiRoute("GET", "/accuracy/comparison/trace", "accuracy.trace_pair", actions.trace_pair),
    ApiRoute("GET", "/accuracy/habits", "accuracy.habits"),
    ApiRoute("GET", "/accuracy/record", "accuracy.record"),
    ApiRoute("PUT", "/accuracy/crowd", "accuracy.choose_crowd"),
    ApiRoute("GET", "/recalibration", "accuracy.recalibration"),
    ApiRoute("GET", "/recalibration/consent", "accuracy.consent"),
    ApiRoute("PUT", "/recalibration/consent", "accuracy.recalibrate"),
    ApiRoute("DELETE", "/recalibration/consent", "accuracy.stop_recalibrating"),
    ApiRoute("GET", "/learned", "learning.list"),
    ApiRoute("GET", "/learned/history", "learning.history"),
    ApiRoute("PUT", "/learned", "learning.decide"),
    ApiRoute("GET", "/matcher", "learning.matcher_record"),
    ApiRoute("GET", "/essays", "essays.list"),
    ApiRoute("POST", "/essays", "essays.add"),
    ApiRoute("GET", "/essays/titles", "essays.titles"),
    ApiRoute("GET", "/essays/compare", "essays.compare"),
    ApiRoute("GET", _ESSAY, "essays.get"),
    ApiRoute("DELETE", _ESSAY, "essays.remove"),
    ApiRoute("GET", f"{_ESSAY}/access", "essays.get_access"),
    ApiRoute("PUT", f"{_ESSAY}/access", "essays.share"),
    ApiRoute("GET", f"{_CLAIM}/drafts", "essays.drafts"),
    ApiRoute("POST", f"{_CLAIM}/drafts", "essays.propose"),
    ApiRoute("PUT", f"{_CLAIM}/draft", "essays.save_draft"),
    ApiRoute("DELETE", f"{_CLAIM}/draft", "essays.delete_draft"),
    ApiRoute("POST", f"{_CLAIM}/questions", "essays.open_claims", actions.open_claims),
    ApiRoute("PUT", f"{_CLAIM}/rejection", "essays.reject_claim"),
    ApiRoute("DELETE", f"{_CLAIM}/rejection", "essays.restore_claim"),
    ApiRoute("GET", "/scenarios", "scenarios.list"),
    ApiRoute("POST", "/scenarios", "scenarios.add"),
    ApiRoute("GET", "/scenarios/{question_id}", "scenarios.get"),
    ApiRoute(
        "PUT", "/scenarios/{scenario_question}/rows/{question_id}", "scenarios.set_likelihoods"
    ),
    ApiRoute("POST", "/links", "links.add"),
    ApiRoute("GET", f"{_QUESTION}/groups", "links.groups"),
    ApiRoute("GET", "/contradictions", "links.coherence"),
    ApiRoute("POST", "/contradictions/{link_id}/repair", "links.decide_repair"),
    ApiRoute("GET", "/calendar", "signposts.calendar"),
    ApiRoute("GET", "/feeds", "feeds.list"),
    ApiRoute("POST", "/feeds", "feeds.subscribe", actions.subscribe_feed),
    ApiRoute("GET", "/feeds/status", "feeds.status"),
    ApiRoute("GET", "/feeds/budget", "feeds.budget"),
    ApiRoute("GET", "/feeds/first-start", "feeds.first_start"),
    ApiRoute("GET", "/feeds/opml", "feeds.export_opml", actions.export_opml),
    ApiRoute("POST", "/feeds/opml", "feeds.import_opml", actions.import_opml),
    ApiRoute("POST", "/feeds/try", "feeds.find", actions.try_feed),
    ApiRoute("POST", "/feeds/retry-failing", "feeds.retry_failing"),
    ApiRoute("GET", "/feeds/{feed_id}", "feeds.get"),
    ApiRoute("PATCH", "/feeds/{feed_id}", "feeds.change", actions.change_feed),
    ApiRoute("POST", "/feeds/{name}/pause", "feeds.pause"),
    ApiRoute("POST", "/feeds/{name}/retry", "feeds.retry"),
    ApiRoute("GET", "/series", "series.list"),
    ApiRoute("POST", "/series", "series.add"),
    ApiRoute("POST", "/series/try", "series.check", actions.try_series),
    ApiRoute("GET", "/series/{series_id}", "series.get"),
    ApiRoute("DELETE", "/series/{series_id}", "series.remove"),
    ApiRoute("GET", "/reports/{kind}", "reports.build", actions.build_report),
    ApiRoute("GET", "/changes", "reports.recent_changes", actions.list_changes),
    ApiRoute("GET", "/tables/{name}", "reports.export_table", actions.export_table),
    ApiRoute("POST", "/question-sets/{name}", "question_sets.load_built_in"),
    ApiRoute("GET", "/people", "people.list"),
    ApiRoute("POST", "/people", "people.add"),
    ApiRoute("GET", "/outside", "people.list_outside"),
    ApiRoute("POST", "/outside", "people.add_outside"),
    ApiRoute("GET", "/accounts", "accounts.list"),
    ApiRoute("POST", "/accounts", "accounts.add"),
    ApiRoute("POST", "/accounts/invitations", "accounts.invite"),
    ApiRoute("POST", "/accounts/{account}/reset", "accounts.offer_reset"),
    ApiRoute("PUT", "/accounts/{account}/role", "accounts.change_role"),
    ApiRoute("POST", "/accounts/{account}/disable", "accounts.disable"),
    ApiRoute("POST", "/accounts/{account}/enable", "accounts.enable"),
    ApiRoute("GET", "/refusals", "accounts.refusals"),
    ApiRoute("GET", "/shares", "shares.list"),
    ApiRoute("POST", "/shares", "shares.make"),
    ApiRoute("DELETE", "/shares/{link_id}", "shares.revoke"),
    ApiRoute("GET", "/tokens", "accounts.tokens"),
    ApiRoute("POST", "/tokens", "accounts.make_token"),
    ApiRoute("DELETE", "/tokens/{token_id}", "accounts.revoke_token"),
    ApiRoute("GET", "/notifications/channels", "notifications.channels"),
    ApiRoute("POST", "/notifications/channels", "notifications.add_channel"),
    ApiRoute("DELETE", _CHANNEL, "notifications.remove_channel"),
    ApiRoute("POST", f"{_CHANNEL}/pause", "notifications.pause_channel"),
    ApiRoute("POST", f"{_CHANNEL}/resume", "notifications.resume_channel"),
    ApiRoute("POST", f"{_CHANNEL}/test", "notifications.test_channel"),
    ApiRoute("GET", "/notifications/rules", "notifications.rules"),
    ApiRoute("PUT", "/notifications/rules/{kind}", "notifications.set_rule"),
    ApiRoute("GET", "/notifications/times", "notifications.times"),
    ApiRoute("PUT", "/notifications/times", "notifications.set_times"),
    ApiRoute("GET", "/notifications/attention", "notifications.attention"),
    ApiRoute("PUT", f"{_QUESTION}/attention", "notifications.attend"),
    ApiRoute("GET", "/notifications/preview", "notifications.preview"),
    ApiRoute("GET", "/system", "system.status"),
    ApiRoute("GET", "/system/jobs", "system.runs"),
    ApiRoute("GET", "/system/queues", "system.work"),
    ApiRoute("POST", "/system/parked-jobs/{job_id}/retry", "system.retry_job"),
    ApiRoute("DELETE", "/system/parked-jobs/{job_id}", "system.drop_job"),
    ApiRoute("GET", "/system/log", "system.verify"),
    ApiRoute("GET", "/system/head", "system.read_head"),
    ApiRoute("GET", "/system/scores", "system.verify_scores"),
    ApiRoute("GET", "/system/first-steps", "system.first_steps"),
    ApiRoute("GET", "/system/model", "system.last_model_check"),
)

_READERS: Final = {route.path: route for route in ROUTES if route.method == "GET"}


def find_reader(route: ApiRoute) -> ApiRoute | None:
    """Return the route that reads the address of another one."""
    return _READERS.get(route.path)


WITHOUT_ROUTE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "a job of the scheduler does it": "evidence.offer_near_misses evidence.rematch"
        " evidence.ask_model evidence.update_suggestions learning.fit signposts.mark"
        " feeds.judge_first_start feeds.poll feeds.stop_polling feeds.read_articles"
        " upkeep.run_daily questions.open_siblings system.lead system.record_run"
        " system.note_scheduler system.mark_replayed system.set_headline_credit"
        " notifications.collect notifications.send benchmarks.poll system.take_slot"
        " system.rescue_jobs feeds.hand_out evidence.hand_out_archive system.sign_head"
        " system.sign_daily_head",
        "a worker does it": "system.connect_worker feeds.poll_batch feeds.split_batch feeds.park"
        " evidence.match_chunk",
        "a door of log-in does it": "accounts.read_link accounts.join accounts.reset"
        " accounts.enter_as_owner accounts.log_in accounts.log_out accounts.identify"
        " accounts.identify_program accounts.identify_vouched accounts.explain_token"
        " accounts.enter_by_identity accounts.join_by_identity accounts.issuers accounts.act_as"
        " accounts.link accounts.unlink accounts.link_mine accounts.count_logins",
        "the link of a message does it": "notifications.read_stop notifications.stop",
        "a share link does it": "shares.open reports.build_public",
        "a program sees and changes no log-ins": "accounts.logins accounts.end_login"
        " accounts.end_other_logins",
        "it is about this machine and its files": "accounts.make_owner_link people.save_as_default"
        " system.check_database system.check_model system.find_local_models question_sets.load"
        " question_sets.export question_sets.note_unchecked people.register reports.check"
        " essays.write_drafts essays.open_drafts feeds.check"
        " forecasts.fetch_account system.export_database system.import_database upkeep.back_up"
        " upkeep.backups upkeep.check upkeep.prune upkeep.compact",
        "monitors read it, at /readyz and /metrics": "system.scheduler_state system.workload",
        "it is how the API itself works": "requests.begin requests.finish requests.abandon"
        " system.version system.newest_entry accounts.acts_today",
        "another route has it": "evidence.cards evidence.estimate feeds.try_address feeds.add"
        " series.is_read series.check_again system.replayed_until system.replay_end"
        " system.headline_credit",
    }
)
"""Use cases that have no route, by the reason."""

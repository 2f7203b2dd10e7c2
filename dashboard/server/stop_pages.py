"""Pages of stop links: whoever has a message stops the next ones, without a log-in.

Reading a link changes nothing, since mail programs open links by themselves; its button posts.
So does the button of a mail program (RFC 8058), which comes from no page of ours.
"""

from typing import Final

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from dashboard.server.login import parse_form, render_page
from forecasts.questions.formatting import format_sentence
from tracker.app.tracker import Tracker
from tracker.errors import TrackerError
from tracker.model.notifications import StopOffer

STOP_PATH: Final = "/stop/"
ONLY_QUESTION: Final = "question"


class StopPages:
    """The page of a stop link, and what its buttons do."""

    def __init__(self, tracker: Tracker) -> None:
        self._notifications = tracker.notifications

    def build_routes(self) -> list[Route]:
        """Build the routes of the page and its form."""
        path = STOP_PATH + "{token}"
        return [Route(path, self._show), Route(path, self._stop, methods=["POST"])]

    async def _show(self, request: Request) -> Response:
        return await self._answer(request.path_params["token"], "", is_asked=False)

    async def _stop(self, request: Request) -> Response:
        scope = parse_form(await request.body()).get("scope", "")
        return await self._answer(request.path_params["token"], scope, is_asked=True)

    async def _answer(self, token: str, scope: str, *, is_asked: bool) -> Response:
        only_question = scope == ONLY_QUESTION
        try:
            if is_asked:
                offer = await anyio.to_thread.run_sync(
                    lambda: self._notifications.stop(token, only_question=only_question)
                )
            else:
                offer = await anyio.to_thread.run_sync(self._notifications.read_stop, token)
        except TrackerError as refusal:
            page = render_page("stop", token="", reason=format_sentence(str(refusal)))
            return HTMLResponse(page, 404)
        done = _describe(offer, only_question=only_question) if is_asked or offer.is_paused else ""
        page = render_page("stop", token=token, offer=offer, done=done)
        return HTMLResponse(page)


def _describe(offer: StopOffer, *, only_question: bool) -> str:
    if only_question and not offer.is_paused:
        return "You get no more messages about this question."
    return f"{offer.channel} gets no more messages."

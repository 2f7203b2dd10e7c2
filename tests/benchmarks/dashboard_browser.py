"""What a browser waits for: visits, clicks, ways from page to page, each timed inside the page
itself.
"""

import contextlib
from collections.abc import Callable, Sequence

from playwright.sync_api import Browser, Page

from tests.benchmarks.dashboard_servers import Served

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()
_DRAWN = """
const drawn = () => {
  const app = document.querySelector('[data-testid="stApp"]');
  if (app?.dataset.testScriptState !== 'notRunning' || document.querySelector('[data-testid="stSkeleton"]'))
    return false;
  const parts = [...document.querySelectorAll('[data-testid="stVegaLiteChart"], .rows, .entry')];
  return parts.every(part => part.dataset.question || part.querySelector('svg.marks, table'))
    && (parts.length || /^(run|page) /.test(document.querySelector('[data-testid="stCaptionContainer"]')
      ?.textContent));
};
"""
_DEADLINE = "setTimeout(() => fail(Error('nothing new within a minute')), 60000);"
STANDS = f"""() => new Promise((done, fail) => {{ {_DEADLINE} {_DRAWN}
  const look = () => drawn() ? done(performance.now()) : requestAnimationFrame(look);
  look();
}})"""
CLICK = f"""([button, changing]) => new Promise((done, fail) => {{ {_DEADLINE}
  const said = () => [...document.querySelectorAll(changing)].map(part => part.textContent).join('');
  const before = said(), start = performance.now();
  const watch = new MutationObserver(() => {{
    const now = said();
    if (now && now !== before) {{ watch.disconnect(); done(performance.now() - start); }}
  }});
  watch.observe(document.body, {{subtree: true, childList: true, characterData: true}});
  document.querySelector(button).click();
}})"""
SWITCH = f"""link => new Promise((done, fail) => {{ {_DEADLINE} {_DRAWN}
  const before = location.pathname, start = performance.now();
  const look = () =>
    location.pathname !== before && drawn() ? done(performance.now() - start) : requestAnimationFrame(look);
  document.querySelector(link).click();
  look();
}})"""
CAPTIONS = '[data-testid="stCaptionContainer"]'
DRAWER = ".st-key-details-drawer"
AGAIN = '[data-testid="stButton"] button'
FILTER = '[data-testid="stSelectbox"] input'
STATES = '[role="option"]:is([data-key="0"], [data-key="5"]):not([aria-selected="true"])'
SECTIONS = f'{DRAWER} button:is(:nth-of-type(2), :nth-of-type(3)):not([data-selected="true"])'


def visit(page: Page, url: str) -> float:
    """Milliseconds from the navigation to the finished page."""
    page.goto(url, wait_until="commit")
    return float(page.evaluate(STANDS))


def cold(
    browser: Browser, start: Callable[[], contextlib.AbstractContextManager[Served]], path: str
) -> float:
    """Milliseconds that the first visitor of a new server waits, with an empty cache."""
    with start() as server, contextlib.closing(browser.new_context()) as context:
        return visit(context.new_page(), server.address + path)


def click(page: Page, button: str, changing: str) -> float:
    """Milliseconds until the text of what is changing is another; then waits until the page
    stands.
    """
    if button == STATES:  # they stand in a list that has to be opened first
        page.locator(FILTER).first.click()
        page.wait_for_selector(STATES)
    took = float(page.evaluate(CLICK, [button, changing]))
    page.evaluate(STANDS)
    return took


def there_and_back(page: Page, served: Served, paths: Sequence[str]) -> float:
    """Milliseconds of the second of two ways by the navigation."""
    page.evaluate(SWITCH, f'a[href="{served.address}{paths[0]}"]')
    return float(page.evaluate(SWITCH, f'a[href="{served.address}{paths[1]}"]'))

"""Driving the installed Chromium through its debugging pipe: no driver, no port, no network.

The protocol is documented at https://chromedevtools.github.io/devtools-protocol/.
"""

import base64
import contextlib
import itertools
import json
import os
import select
import signal
import tempfile
import time
from pathlib import Path

from tests.servers.parts import need

_FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--remote-debugging-pipe",
]
_LOCAL = ("file:", "data:", "blob:", "about:")
_WATCH = """
window.__violations = [];
document.addEventListener('securitypolicyviolation', (e) =>
  window.__violations.push(e.violatedDirective + ' ' + e.blockedURI + ' ' + e.sample));
addEventListener('load', () => requestAnimationFrame(() => requestAnimationFrame(() => {
  window.__drawn = performance.now() / 1000;
})));
"""


class BrowserError(AssertionError):
    """The browser said no, or nothing in time."""


class Browser:
    """One Chromium process; `open` gives a page of its own each time."""

    def __init__(self, folder):
        self._folder = Path(folder)
        self._numbers = itertools.count(1)
        self._events = []
        self._left = b""
        to_browser, self._out = os.pipe()
        self._in, from_browser = os.pipe()
        program = need("chromium")
        self.pid = os.posix_spawn(
            program,
            [program, *_FLAGS, f"--user-data-dir={self._folder / 'profile'}", "about:blank"],
            {**os.environ, "HOME": str(self._folder)},
            file_actions=[
                (os.POSIX_SPAWN_DUP2, to_browser, 3),
                (os.POSIX_SPAWN_DUP2, from_browser, 4),
                (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
            ],
            setsid=True,
        )
        os.close(to_browser)
        os.close(from_browser)

    def close(self):
        with contextlib.suppress(BrowserError, OSError):
            self.send("Browser.close", seconds=5)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._in)
        os.close(self._out)

    def send(self, method, session=None, seconds=60, **params):
        """Call a method and return its result."""
        number = next(self._numbers)
        call = {"id": number, "method": method, "params": params}
        if session:
            call["sessionId"] = session
        data = json.dumps(call).encode() + b"\0"
        while data:
            data = data[os.write(self._out, data) :]
        end = time.monotonic() + seconds
        while True:
            answer = self._read(end, method)
            if answer.get("id") == number:
                if "error" in answer:
                    raise BrowserError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self._events.append(answer)

    def events(self, session, method):
        return [
            one["params"]
            for one in self._events
            if one.get("sessionId") == session and one["method"] == method
        ]

    def wait(self, session, method, seconds=60):
        end = time.monotonic() + seconds
        while not self.events(session, method):
            self._events.append(self._read(end, method))

    def _read(self, end, what):
        while b"\0" not in self._left:
            if not select.select([self._in], [], [], max(0, end - time.monotonic()))[0]:
                raise BrowserError(f"no answer in time to {what}")
            read = os.read(self._in, 1 << 20)
            if not read:
                raise BrowserError(f"the browser ended during {what}")
            self._left += read
        message, _, self._left = self._left.partition(b"\0")
        return json.loads(message)

    def open(
        self,
        content,
        *,
        width=1280,
        height=900,
        dark=False,
        print_=False,
        script=True,
        bypass=False,
        fragment="",
    ):
        """Load a file with that content and wait until it is drawn.

        `script` switches JavaScript off, `bypass` the page's own policy: for tools that have to be
        injected, never for tests of the policy.
        """
        fragment = f"#{fragment}" if fragment else ""
        path = self._folder / f"page-{next(self._numbers)}.html"
        path.write_bytes(content)
        context = self.send("Target.createBrowserContext")["browserContextId"]
        target = self.send("Target.createTarget", url="about:blank", browserContextId=context)
        session = self.send("Target.attachToTarget", targetId=target["targetId"], flatten=True)[
            "sessionId"
        ]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.send(f"{domain}.enable", session)
        self.send(
            "Browser.setDownloadBehavior",
            behavior="allow",
            browserContextId=context,
            downloadPath=str(self._folder / "downloads"),
        )
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        media = "print" if print_ else ""  # else as it is used: on the screen, or in print
        self.send("Emulation.setEmulatedMedia", session, media=media, features=scheme)
        self.send(
            "Emulation.setDeviceMetricsOverride",
            session, width=width, height=height, deviceScaleFactor=1, mobile=False,
        )  # fmt: skip
        self.send("Emulation.setScriptExecutionDisabled", session, value=not script)
        if bypass:
            self.send("Page.setBypassCSP", session, enabled=True)
        self.send("Page.addScriptToEvaluateOnNewDocument", session, source=_WATCH)
        self.send("Page.navigate", session, url=path.as_uri() + fragment)
        self.wait(session, "Page.loadEventFired")
        page = Page(self, session, target["targetId"])
        if script:
            page.run(
                "new Promise(r => requestAnimationFrame(() => requestAnimationFrame(() => r(1))))"
            )
        return page

    @property
    def downloads(self):
        """The folder of what pages saved."""
        return self._folder / "downloads"


class Page:
    """One loaded page."""

    def __init__(self, browser, session, target):
        self._browser = browser
        self._session = session
        self._target = target

    def send(self, method, **params):
        return self._browser.send(method, self._session, **params)

    def run(self, expression):
        """The value of an expression, as JSON; a promise is waited for."""
        answer = self.send(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in answer:
            raise BrowserError(json.dumps(answer["exceptionDetails"])[:500])
        return answer["result"].get("value")

    def requests(self):
        """Every address that was asked for and does not lie in the file itself."""
        asked = self._browser.events(self._session, "Network.requestWillBeSent")
        own = [one for one in asked if not one["request"]["url"].startswith(_LOCAL)]
        return [one["request"]["url"] for one in own]

    def complaints(self):
        """Errors of scripts and everything on the console."""
        find = lambda method: self._browser.events(self._session, method)  # noqa: E731
        thrown = [one["exceptionDetails"]["text"] for one in find("Runtime.exceptionThrown")]
        logged = [str(one["args"]) for one in find("Runtime.consoleAPICalled")]
        noted = [one["entry"]["text"] for one in find("Log.entryAdded")]
        dialogs = [one["message"] for one in find("Page.javascriptDialogOpening")]
        return thrown + logged + noted + dialogs

    def drawn(self):
        """Seconds from the start of navigation to the second frame after the load event."""
        return self.run("window.__drawn")

    def violations(self):
        """What the page's policy stopped."""
        return self.run("window.__violations")

    def click_everything(self):
        """Open every fold, press every button, follow every link that stays in the page."""
        self.run(
            "document.querySelectorAll('details').forEach(d => { d.open = true; });"
            "document.querySelectorAll('button:not([hidden])').forEach(b => b.click());"
            "document.querySelectorAll('a').forEach(a => {"
            " if (!a.href.startsWith('http') && !a.href.startsWith('mailto')) a.click(); }); 1"
        )
        self.run("new Promise(r => setTimeout(() => r(1), 50))")

    def metrics(self):
        """Nodes, memory and durations as the browser counts them."""
        self.send("Performance.enable")
        return {one["name"]: one["value"] for one in self.send("Performance.getMetrics")["metrics"]}

    def memory(self):
        """Resident bytes of the largest renderer."""
        found = self._browser.send("SystemInfo.getProcessInfo")["processInfo"]
        sizes = [_resident(one["id"]) for one in found if one["type"] == "renderer"]
        return max(sizes)

    def shoot(self, path, *, whole=True):
        """Save a picture of the page."""
        clip = {}
        if whole:
            size = self.send("Page.getLayoutMetrics")["cssContentSize"]
            clip = {
                "clip": {"x": 0, "y": 0, **{k: size[k] for k in ("width", "height")}, "scale": 1}
            }
        picture = self.send("Page.captureScreenshot", captureBeyondViewport=whole, **clip)
        Path(path).write_bytes(base64.b64decode(picture["data"]))

    def pdf(self, *, tagged=True):
        """The page as it would be printed; `tagged` with what screen readers need."""
        made = self.send(
            "Page.printToPDF",
            printBackground=True,
            preferCSSPageSize=True,
            generateTaggedPDF=tagged,
        )
        return base64.b64decode(made["data"])

    def close(self):
        self._browser.send("Target.closeTarget", targetId=self._target)


def _resident(pid):
    with contextlib.suppress(OSError):
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
        return next(int(one.split()[1]) * 1024 for one in lines if one.startswith("VmRSS"))
    return 0


@contextlib.contextmanager
def browser():
    """A browser for the length of a block."""
    with tempfile.TemporaryDirectory(prefix="emsready-browser-") as folder:
        started = Browser(folder)
        try:
            yield started
        finally:
            started.close()

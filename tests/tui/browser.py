"""A real browser without a window, driven through a pipe by the DevTools protocol."""

import base64
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

NAMES = (
    "chromium",
    "chromium-browser",
    "chrome-headless-shell",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)
"""What it may be called, in the order in which they are looked for."""

MISSING = (
    "no Chromium found (looked for " + ", ".join(NAMES) + "): `make browser` installs one, "
    "or set CHROMIUM to the program"
)

SECONDS = 60.0
"""So long is waited for an answer before the test fails."""

_QUIET = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--metrics-recording-only",
    "--mute-audio",
    "--password-store=basic",
    "--use-mock-keychain",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
)


_AS_3_AND_4 = """
import os, sys
read, write = (os.dup(int(number)) for number in sys.argv[1:3])
read, write = (os.dup2(number, 50 + number) for number in (read, write))
os.dup2(read, 3)
os.dup2(write, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""The browser reads its descriptor 3 and writes 4, whatever the numbers are here."""


def browser_program() -> str:
    """The browser to test with. Raises AssertionError that says how to get one."""
    named = os.environ.get("CHROMIUM")
    for name in (named,) if named else NAMES:
        found = shutil.which(name)
        if found:
            return found
    raise AssertionError(MISSING)


class Browser:
    """One browser with one page; a context manager. What the page asks for is in `requests`."""

    def __init__(self, folder: Path) -> None:
        to_browser, self._write = os.pipe()
        self._read, from_browser = os.pipe()
        self._complaints = folder / "stderr"
        with self._complaints.open("wb") as complaints:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-c", _AS_3_AND_4, str(to_browser), str(from_browser)),
                    *(browser_program(), *_QUIET, "--remote-debugging-pipe"),
                    f"--user-data-dir={folder / 'profile'}",
                    "about:blank",
                ],
                pass_fds=(to_browser, from_browser),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=complaints,
            )
        os.close(to_browser)
        os.close(from_browser)
        os.set_blocking(self._read, False)
        self._waiting = b""
        self._number = 0
        self._session = ""
        self.requests: list[str] = []
        """The address of everything the page has asked for since it was opened, its own first."""
        self.faults: list[str] = []
        """What the page complained of in the console: errors, and what its policy forbade."""

    def __enter__(self) -> Self:
        targets = self.ask("Target.getTargets")["targetInfos"]
        (target,) = (one["targetId"] for one in targets if one["type"] == "page")
        attached = self.ask("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.ask(f"{domain}.enable")
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._write)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._read)

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and wait for its answer."""
        self._number += 1
        number = self._number
        message: dict[str, Any] = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        found: dict[str, Any] = {}

        def answered() -> bool:
            nonlocal found
            for one in self._messages():
                if one.get("id") == number:
                    found = one
            return bool(found)

        self._wait(answered, method)
        assert "error" not in found, f"{method}: {found['error']}"
        answer: dict[str, Any] = found["result"]
        return answer

    def open(self, file: Path) -> None:
        """Open a file, and wait until its script is done, where it has ours."""
        self.requests.clear()
        self.faults.clear()
        self.ask("Page.navigate", url=file.as_uri())
        self._wait(
            lambda: self.value(
                "location.href.startsWith('file:') && document.readyState === 'complete' "
                "&& (!document.getElementById('numbers') || 'ready' in document.body.dataset)"
            ),
            f"opening {file.name}",
        )

    def value(self, expression: str) -> Any:
        """What a JavaScript expression gives in the page."""
        answer = self.ask(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def press(self, key: str) -> None:
        """Press a key: a letter, or as `KeyboardEvent.key` names it."""
        text = {"text": key} if len(key) == 1 else {}
        self.ask("Input.dispatchKeyEvent", type="keyDown", key=key, **text)
        self.ask("Input.dispatchKeyEvent", type="keyUp", key=key)

    def point(self, x: float, y: float, *, click: bool = False) -> None:
        """Move the mouse to a place of the page, and click there."""
        self.ask("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        if click:
            for kind in ("mousePressed", "mouseReleased"):
                self.ask(
                    "Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1
                )

    def look(self, width: int, height: int, scheme: str) -> None:
        """Give the page a size in pixels, and a `light` or `dark` colour scheme."""
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.ask("Emulation.setEmulatedMedia", features=[feature])

    def picture(self) -> bytes:
        """What a person sees of it, as PNG."""
        return base64.b64decode(self.ask("Page.captureScreenshot", format="png")["data"])

    def _wait(self, done: Callable[[], object], what: str) -> None:
        deadline = time.monotonic() + SECONDS
        while not done():
            assert self._process.poll() is None, (
                f"the browser ended during: {what}; {self._complaints.read_text()[-2000:]}"
            )
            assert time.monotonic() < deadline, f"no answer within {SECONDS:.0f} s: {what}"
            time.sleep(0.005)

    def _messages(self) -> list[dict[str, Any]]:
        """What has come since; events are noted on the way."""
        while True:
            try:
                data = os.read(self._read, 1 << 20)
            except BlockingIOError:
                break
            if not data:
                break
            self._waiting += data
        *whole, self._waiting = self._waiting.split(b"\0")
        found = [json.loads(message) for message in whole]
        for one in found:
            self._note(one)
        return found

    def _note(self, message: dict[str, Any]) -> None:
        method, parameters = message.get("method"), message.get("params", {})
        if method == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])
        elif method == "Log.entryAdded":
            self.faults.append(parameters["entry"]["text"])
        elif method == "Runtime.exceptionThrown":
            self.faults.append(str(parameters["exceptionDetails"]))
        elif method == "Runtime.consoleAPICalled":
            self.faults.append(str(parameters["args"]))

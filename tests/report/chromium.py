"""A real, headless Chromium, spoken to by the WebDriver protocol; nothing but the standard library."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)

MISSING = "This test needs Chromium: apt-get install chromium chromium-driver, or the like of your system."

HERE = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Browser:
    """One window."""

    def __init__(self, driver: str, session: str) -> None:
        self.address = f"{driver}/session/{session}"

    def open(self, page: Path) -> None:
        ask(f"{self.address}/url", {"url": page.resolve().as_uri()})

    def run(self, script: str, *given: Any) -> Any:
        """The value of a script's `return`."""
        return ask(f"{self.address}/execute/sync", {"script": script, "args": list(given)})

    def wait(self, script: str, *given: Any) -> Any:
        """The value that a script hands to `done`, its last argument."""
        wrapped = f"const done = arguments[arguments.length - 1]; {script}"
        return ask(f"{self.address}/execute/async", {"script": wrapped, "args": list(given)})

    def devtools(self, command: str, **parameters: Any) -> Any:
        return ask(f"{self.address}/goog/cdp/execute", {"cmd": command, "params": parameters})

    def type(self, keys: str, apart: int = 0) -> None:
        """Keys as a person presses them, into what has the focus; so many milliseconds apart."""
        rest = {"type": "pause", "duration": apart}
        steps = [
            step for key in keys for step in ({"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}, rest)
        ]
        ask(f"{self.address}/actions", {"actions": [{"type": "key", "id": "keys", "actions": steps}]})

    def size(self, width: int, height: int) -> None:
        scale = {"deviceScaleFactor": 1, "mobile": False}
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height, **scale)

    def prefer(self, scheme: str, media: str = "") -> None:
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.devtools("Emulation.setEmulatedMedia", media=media, features=features)

    def complaints(self) -> list[str]:
        """What the browser has written into its console since it was last asked: errors, refused scripts."""
        return [one["message"] for one in ask(f"{self.address}/se/log", {"type": "browser"})]

    def picture(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(ask(f"{self.address}/screenshot")))

    def paper(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(ask(f"{self.address}/print", {"background": True})))


@contextmanager
def browser(profile: Path) -> Iterator[Browser]:
    """A window with a new profile in this folder; fails with a clear message when there is no Chromium."""
    chromium, chromedriver = shutil.which("chromium"), shutil.which("chromedriver")
    assert chromium and chromedriver, MISSING
    driver = subprocess.Popen([chromedriver, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert driver.stdout is not None
        port = next(found[1] for line in driver.stdout if (found := re.search(r"on port (\d+)\.", line)))
        address = f"http://127.0.0.1:{port}"
        options = {"binary": chromium, "args": [*FLAGS, f"--user-data-dir={profile}"]}
        wanted = {"alwaysMatch": {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}}
        session = ask(f"{address}/session", {"capabilities": wanted})["sessionId"]
        window = Browser(address, session)
        try:
            yield window
        finally:
            ask(window.address, method="DELETE")
    finally:
        driver.terminate()
        driver.wait(20)


def ask(address: str, body: Any = None, method: str | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, data, {"Content-Type": "application/json"}, method=method)
    try:
        with HERE.open(request, timeout=120) as answer:
            return json.load(answer)["value"]
    except urllib.error.HTTPError as problem:
        raise AssertionError(problem.read().decode()) from problem

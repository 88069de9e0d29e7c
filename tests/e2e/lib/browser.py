"""A real Chromium without a window, driven by Debian's python3-selenium and
chromium-driver. It speaks to this machine alone, keeps its profile in a folder
of the story, and is closed by process id."""
import json
import os
import pathlib
import shutil
import signal

from . import places
from .processes import Process

DRIVER = "/usr/bin/chromedriver"
CHROMIUM = "/usr/bin/chromium"
# As people send it: "HeadlessChrome" would be judged a machine, rightly.
AGENT = ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like "
         "Gecko) Chrome/130.0.0.0 Safari/537.36")
PHONE = (390, 844)
DESKTOP = (1280, 800)

FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu",
    "--disable-dev-shm-usage", "--no-first-run", "--no-default-browser-check",
    "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-extensions", "--disable-breakpad",
    "--disable-crash-reporter", "--no-proxy-server", "--mute-audio",
    "--disable-features=OptimizationHints,MediaRouter,Translate",
    # A tab in the background is as quick as one that is seen.
    "--disable-background-timer-throttling", "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
    # Names lead to this machine or nowhere: shop.test is an origin of its own.
    "--host-resolver-rules=MAP *.test 127.0.0.1, MAP * ~NOTFOUND, "
    "EXCLUDE 127.0.0.1, EXCLUDE localhost",
    # Chromium ends with the driver, however that one ended.
    "--remote-debugging-pipe",
    f"--user-agent={AGENT}",
)


def missing():
    """What is not here and how to get it; None when all is."""
    absent = [name for name, path in (("chromium", CHROMIUM),
                                      ("chromium-driver", DRIVER))
              if not os.access(path, os.X_OK)]
    try:
        import selenium  # noqa: F401
    except ImportError:
        absent.append("python3-selenium")
    if not absent:
        return None
    return ("no browser to test with: apt-get install "
            "--no-install-recommends " + " ".join(absent))


class Browser:
    """Starts with the first thing that is asked of it. `driver` is selenium's;
    what the stories need most is here."""

    def __init__(self, base):
        """base: a folder of ours for profile, log and screenshots."""
        self.base = pathlib.Path(base)
        self.profile = self.base / "chromium"
        self.log = self.base / "chromedriver.log"
        self.process = None
        self._driver = None

    @property
    def driver(self):
        if not self._driver:
            self._start()
        return self._driver

    def _start(self):
        why_not = missing()
        if why_not:
            raise AssertionError(why_not)
        from selenium import webdriver
        from selenium.webdriver.chromium.remote_connection import \
            ChromiumRemoteConnection
        self.profile.mkdir(parents=True, exist_ok=True)
        port = places.free_port()
        # Whatever Chromium writes beside its profile goes there, too.
        env = dict(os.environ, HOME=str(self.profile),
                   XDG_CONFIG_HOME=str(self.profile / "config"),
                   XDG_CACHE_HOME=str(self.profile / "cache"))
        env.pop("DISPLAY", None)
        self.process = Process([DRIVER, f"--port={port}"], self.log, env=env)
        self.process.wait_for_text("started successfully", 60)
        options = webdriver.ChromeOptions()
        options.binary_location = CHROMIUM
        for flag in (*FLAGS, f"--user-data-dir={self.profile}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self._driver = webdriver.Remote(
            ChromiumRemoteConnection(f"http://127.0.0.1:{port}", "goog",
                                     "chrome", ignore_proxy=True),
            options=options)
        self._driver.set_page_load_timeout(60)
        self._driver.set_script_timeout(60)

    def _pids(self):
        """Of this profile's processes, and no others."""
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if os.fsencode(self.profile) in command:
                found.append(int(entry.name))
        return found

    def close(self):
        if not self.process:
            return
        try:
            if self._driver:
                self._driver.quit()
        except Exception:  # it may be gone already; what is left is killed
            pass
        self._driver = None
        self.process.kill()
        self.process = None
        for pid in self._pids():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        places.wait_for(lambda: not self._pids(), 30, "Chromium's end")
        shutil.rmtree(self.profile, ignore_errors=True)

    # --- what the stories ask

    def cdp(self, command, **params):
        """A command of the DevTools protocol."""
        return self.driver.execute("executeCdpCommand", {
            "cmd": command, "params": params})["value"]

    def forget(self):
        """As a new visitor: no cookie, no storage of any origin, a blank page
        of a desktop, no header of ours."""
        self.driver.get("about:blank")
        self.cdp("Network.enable")
        self.cdp("Network.clearBrowserCookies")
        self.cdp("Network.clearBrowserCache")
        self.cdp("Storage.clearDataForOrigin", origin="*", storageTypes="all")
        self.headers()
        self.size(*DESKTOP)
        self.dark(False)
        self.said()
        return self

    def headers(self, **more):
        """Sent with every request: headers(Accept_Language="de")."""
        self.cdp("Network.enable")
        self.cdp("Network.setExtraHTTPHeaders", headers={
            name.replace("_", "-"): value for name, value in more.items()})

    def size(self, width, height):
        self.cdp("Emulation.setDeviceMetricsOverride", width=width,
                 height=height, deviceScaleFactor=1, mobile=width < 600)

    def dark(self, wanted=True):
        self.cdp("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme",
             "value": "dark" if wanted else "light"}])

    def before_each_page(self, script):
        """Runs in every page before its own scripts; answers what undoes it."""
        self.cdp("Page.enable")
        name = self.cdp("Page.addScriptToEvaluateOnNewDocument",
                        source=script)["identifier"]
        return lambda: self.cdp("Page.removeScriptToEvaluateOnNewDocument",
                                identifier=name)

    def get(self, url):
        self.driver.get(url)
        return self

    def run(self, script, *words):
        return self.driver.execute_script(script, *words)

    def all(self, selector):
        return self.driver.find_elements("css selector", selector)

    def one(self, selector):
        return self.driver.find_element("css selector", selector)

    def click(self, selector):
        self.one(selector).click()

    def submit(self, selector, limit_s=60):
        """Clicks what leads to another page, and waits until that is there."""
        self.run("window.isTheOldOne = true")
        self.click(selector)

        def is_there():
            from selenium.common.exceptions import WebDriverException
            try:
                return self.run("return !window.isTheOldOne && "
                                "document.readyState == 'complete'")
            except WebDriverException:  # between the two pages
                return False
        places.wait_for(is_there, limit_s, "the next page")

    @property
    def text(self):
        return self.one("body").text

    def wait_for(self, selector, limit_s=60):
        places.wait_for(lambda: self.all(selector), limit_s, selector)
        return self.one(selector)

    def said(self):
        """What the console said since the last time: errors of scripts and of
        the content security policy stand there."""
        return [line["message"] for line in self.driver.get_log("browser")]

    def overflows(self):
        """Is the page wider than what shows it?"""
        return self.run("return document.documentElement.scrollWidth > "
                        "document.documentElement.clientWidth")

    def screenshot(self, name):
        """The whole page as BASE/NAME.png; SCOREGATE_SHOTS=DIR keeps it."""
        import base64
        shot = self.cdp("Page.captureScreenshot", format="png",
                        captureBeyondViewport=True)
        folder = pathlib.Path(os.environ.get("SCOREGATE_SHOTS", self.base))
        path = folder / f"{name}.png"
        path.write_bytes(base64.b64decode(shot["data"]))
        return path

    def storage(self):
        """All that the page's origin keeps here."""
        return json.loads(self.run(
            "return JSON.stringify([document.cookie, {...localStorage}, "
            "{...sessionStorage}])"))

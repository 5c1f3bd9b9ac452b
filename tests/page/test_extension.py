"""The book's own Sphinx extension: what it takes away, and what it must not let pass."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pygments
import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "book" / "_ext"))

katex = pytest.importorskip("sphinxcontrib.katex")
equations = pytest.importorskip("page.equations")
stylesheets = pytest.importorskip("page.stylesheets")


@pytest.mark.parametrize(
    ("css", "kept"),
    [
        (".seen{a:b}", ".seen{a:b}"),
        (".gone{a:b}", ""),
        (".gone,.seen{a:b}", ".seen{a:b}"),
        ("#gone p{a:b}", ""),
        ("p:not(.gone){a:b}", "p:not(.gone){a:b}"),
        (".seen.gone{a:b}", ""),
        (r".seen\:wide{a:b}", r".seen\:wide{a:b}"),
        (r".gone\:wide{a:b}", ""),
        ("@media print{.gone{a:b}.seen{a:b}}", "@media print{.seen{a:b}}"),
        ("@media print{.gone{a:b}}", ""),
        ("@font-face{font-family:F;src:url(f)}", ""),
        (
            "@font-face{font-family:F;src:url(f)}p{font:F}",
            "@font-face{font-family:F;src:url(f)}p{font:F}",
        ),
    ],
)
def test_only_rules_that_cannot_match_are_taken_out(css, kept):
    assert stylesheets.keep_used(css, {"seen", "wide"}) == kept


def test_only_variables_that_nobody_reads_are_taken_out():
    css = "p{--a:1;--b:var(--c);--c:2;--d:var(--gone);--gone:3;--js:4;color:var(--b)}"
    kept = stylesheets.drop_unused_variables(css + "@media print{p{--gone:5}}", "get('--js')")
    assert kept.replace(" ", "") == "p{--b:var(--c);--c:2;--js:4;color:var(--b);}"


def test_what_a_page_or_a_script_names_is_known():
    page_text = '<p class="a md:b" id="c">gone</p>'
    assert stylesheets.words_of_page(page_text) == {"a", "md", "b", "c"}
    assert stylesheets.words_of_script('e.classList.add("on")') >= {"on"}


def test_styles_stand_in_the_page_and_lead_to_the_same_files(tmp_path):
    folder = pytest.importorskip("page.folder")
    (tmp_path / "_static/katex").mkdir(parents=True)
    (tmp_path / "book").mkdir()
    (tmp_path / "_static/katex/k.css").write_text(".k{src:url(fonts/k.woff2)}.gone{a:b}")
    (tmp_path / "_static/b.css").write_text('.k{mask:url("data:image/svg+xml,x")}')
    page = tmp_path / "book/one.html"
    styles = folder.Styles(tmp_path, scripts="")
    once = styles.put_into(
        page,
        '<head>\n<link rel="stylesheet" href="../_static/katex/k.css?v=1"/>\n'
        '<link rel="stylesheet" type="text/css" href="../_static/b.css" />\n</head>\n'
        '<p class="k">',
    )
    assert once == (
        "<head>\n<style>.k{src:url(../_static/katex/fonts/k.woff2);}"
        '.k{mask:url("data:image/svg+xml,x");}</style>\n</head>\n<p class="k">'
    )
    assert styles.put_into(page, once) == once


KATEX = ROOT / "book/_static/katex"


def test_letters_are_known_by_the_font_that_sets_them():
    fonts = pytest.importorskip("page.fonts")
    style = (KATEX / "katex.min.css").read_text()
    page = (
        '<p>other</p><span class="katex-html" aria-hidden="true"><span class="base">'
        '<span class="mord mathnormal">ab</span>'
        '<span class="mord">&lt;1<svg><path d="M0"/></svg>2</span>'
        '<span class="mord boldsymbol">c</span><span class="delimsizing mult"><span>d'
        '<span class="delim-size4"><span>e</span></span></span></span>'
        '<span class="mop op-symbol large-op">f</span></span></span>'
        '<b>more</b><span class="katex-html"><span class="mathbf">g<span>h</span></span></span>i'
    )
    assert fonts.letters_of(page, style) == {
        ("KaTeX_Math", "italic", "400"): set("ab"),
        ("KaTeX_Main", "normal", "400"): set("<12d"),
        ("KaTeX_Math", "italic", "700"): set("c"),
        ("KaTeX_Size4", "normal", "400"): set("e"),
        ("KaTeX_Size2", "normal", "400"): set("f"),
        ("KaTeX_Main", "normal", "700"): set("gh"),
    }


def test_a_font_keeps_its_letters_and_no_others(tmp_path):
    fonts = pytest.importorskip("page.fonts")
    ttfont = pytest.importorskip("fontTools.ttLib").TTFont
    whole = KATEX / "fonts/KaTeX_Main-Regular.woff2"
    short = tmp_path / "short.woff2"
    short.write_bytes(fonts.shortened(whole, set("ab∑+")))
    with ttfont(short) as some, ttfont(whole) as all_of_them:
        assert set(some.getBestCmap()) == {ord(letter) for letter in "ab+"}
        assert [str(name) for name in some["name"].names if "KaTeX_" in str(name)] == []
        widths = [font["hmtx"][font.getBestCmap()[ord("a")]] for font in (some, all_of_them)]
        assert widths[0] == widths[1]
    assert short.stat().st_size < whole.stat().st_size / 10


def test_letters_take_the_place_of_the_files_that_have_them(tmp_path):
    fonts = pytest.importorskip("page.fonts")
    shutil.copytree(KATEX, tmp_path / "katex")
    style = (KATEX / "katex.min.css").read_text()
    css = style.replace("fonts/", "katex/fonts/") + "@font-face{font-family:Other;src:url(o.woff2)}"
    page = '<span class="katex-html"><span class="mathbf">a</span></span>'
    new = fonts.with_letters(css, page, style, tmp_path)
    faces = fonts.FACE.findall(new)
    assert [fonts.face_of(face)[0] for face in faces] == ["KaTeX_Main", "Other"]
    assert "font-weight:700" in faces[0]
    assert "url(data:font/woff2;base64," in faces[0]
    assert fonts.FACE.sub("", new) == fonts.FACE.sub("", css)


def test_icons_and_signs_are_drawn_in_the_page_once():
    icons = pytest.importorskip("page.icons")
    page = (
        '<i class="fa-solid fa-list"></i><i class="theme-switch fa-sun" data-mode="light" '
        'aria-hidden="true"></i><div class="derive admonition">\n<p class="admonition-title">D</p>'
    )
    once = icons.drawn(page)
    assert once.count("<svg") == once.count('aria-hidden="true"') == 3
    assert '<svg class="icon theme-switch fa-sun" data-mode="light" viewBox' in once
    assert '<p class="admonition-title"><svg class="icon"' in once
    assert icons.SIGNS["derive"] in once
    assert icons.drawn(once) == once
    with pytest.raises(ValueError, match="no drawing for the icon fa-gone"):
        icons.drawn('<i class="fa-gone"></i>')


def test_a_listing_has_elements_for_what_is_colored_only():
    code = pytest.importorskip("page.code")
    lexers = pytest.importorskip("pygments.lexers")
    formatter = code.PlainText()
    formatter.styles = ("a11y-high-contrast-light", "a11y-high-contrast-dark")
    text = "def f(X):\n    return X @ W  # why\n"
    html = pygments.highlight(text, lexers.PythonLexer(), formatter)
    assert re.sub(r"<[^>]+>", "", html).strip() == text.strip()
    colored = re.findall(r'<span class="(\w+)">([^<]*)</span>', html)
    assert [mark for _, mark in colored] == ["def", "f", "return", "@", "# why"]


def test_stylesheet_and_fonts_are_of_the_katex_that_sets_the_formulas():
    style = (ROOT / "book/_static/katex/katex.min.css").read_text()
    assert style.startswith(f"/*! KaTeX {katex.katex_version},")
    fonts = set(re.findall(r"url\((fonts/[^)]+)\)", style))
    there = {f"fonts/{path.name}" for path in (ROOT / "book/_static/katex/fonts").iterdir()}
    assert fonts == there


BOOK = """
import sys
from sphinx.cmd.build import main
sys.exit(main(["-q", "-W", "--keep-going", "-b", "html", "source", "built"]))
"""

CONF = f"""
import sys
sys.path.insert(0, {str(ROOT / "book" / "_ext")!r})
extensions = ["myst_nb", "sphinxcontrib.katex", "page"]
html_math_renderer = "checked_katex"
katex_prerender = True
katex_css_path = "katex.min.css"
myst_enable_extensions = ["dollarmath"]
"""


def build(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    """Build a one-page book in ``folder``, with no node on the PATH."""
    source = folder / "source"
    source.mkdir(exist_ok=True)
    (source / "conf.py").write_text(CONF)
    (source / "index.md").write_text(text)
    return subprocess.run(
        [sys.executable, "-c", BOOK],
        cwd=folder,
        env={"PATH": "", "HOME": str(folder), "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_formula_is_set_without_a_node_on_the_path(tmp_path):
    done = build(tmp_path, "# Page\n\nThe slope is $\\frac{1}{4}$.\n")
    assert done.returncode == 0, done.stderr
    html = (tmp_path / "built" / "index.html").read_text()
    assert '<span class="katex">' in html
    assert "<math" in html
    assert "annotation" not in html


def test_pages_done_side_by_side_keep_their_formulas_and_leave_no_process(tmp_path):
    """The build's output is a pipe: a KaTeX that a process left behind would hold it open."""
    (tmp_path / "source").mkdir()
    names = [f"page{k}" for k in range(30)]
    for k, name in enumerate(names):
        text = f"# Of $s_{{{k}}}$\n\n" + "\n\n".join(f"$x_{{{k}}}^{{{i}}}$" for i in range(20))
        (tmp_path / "source" / f"{name}.md").write_text(text)
    done = build(tmp_path, "# All\n\n```{toctree}\n" + "\n".join(names) + "\n```\n")
    assert done.returncode == 0, done.stderr
    for k, name in enumerate(names):
        html = (tmp_path / "built" / f"{name}.html").read_text()
        powers = re.findall(r"<msubsup><mi>x</mi><mn>(\d+)</mn><mn>(\d+)</mn></msubsup>", html)
        assert powers == [(str(k), str(i)) for i in range(20)]


@pytest.mark.parametrize("formula", [r"$\frac{1}{4$", r"$\nosuchmacro{z}$"])
def test_a_formula_that_cannot_be_set_fails_the_build_and_is_named(tmp_path, formula):
    done = build(tmp_path, f"# Page\n\nThe slope is {formula}.\n")
    assert done.returncode != 0
    assert formula.strip("$") in done.stderr
    assert "index.md:3" in done.stderr


EQUATION = "$$\na = b \\quad\\text{by (2.5)} \\tag{2.5}\n$$\n"


def test_the_number_of_an_equation_is_its_anchor_and_each_mention_a_link(tmp_path):
    done = build(tmp_path, f"# One\n\nBy (2.5) and `(2.5)`, not (1.5).\n\n{EQUATION}")
    assert done.returncode == 0, done.stderr
    html = (tmp_path / "built" / "index.html").read_text(encoding="utf-8")
    assert html.count('href="#equation-2-5">(2.5)</a>') == 1  # code is left as it is
    assert re.search(
        r'id="equation-2-5">\s*<span class="eqno"><a href="#equation-2-5"[^>]*>\(2\.5\)<', html
    )
    assert r"\tag" not in html


def test_what_two_readers_found_side_by_side_is_put_together(caplog):
    env, other = SimpleNamespace(), SimpleNamespace()
    equations.homes(env).update({"2.1": "book/one", "2.2": "book/one"})
    equations.homes(other).update({"2.2": "book/two", "2.3": "book/two"})
    equations.mentions(other)["book/two"] = {"2.1"}
    equations.merge(None, env, ["book/two"], other)
    assert [r.message for r in caplog.records] == ["two equations are numbered (2.2)"]
    assert equations.homes(env) == {"2.1": "book/one", "2.2": "book/two", "2.3": "book/two"}
    assert equations.mentions(env) == {"book/two": {"2.1"}}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (f"By (2.6).\n\n{EQUATION}", "no equation is numbered (2.6)"),
        (f"{EQUATION}\n{EQUATION}", "two equations are numbered (2.5)"),
    ],
)
def test_a_number_without_its_one_equation_fails_the_build(tmp_path, text, complaint):
    done = build(tmp_path, f"# One\n\n{text}")
    assert done.returncode != 0
    assert complaint in done.stderr


def test_punctuation_stays_beside_its_formula(tmp_path):
    assert build(tmp_path, "# One\n\nThe interval $(0, 1)$, open.\n").returncode == 0
    html = (tmp_path / "built" / "index.html").read_text(encoding="utf-8")
    assert re.search(r'<span class="mclose">\)</span>,</span></span></span></span> open', html)

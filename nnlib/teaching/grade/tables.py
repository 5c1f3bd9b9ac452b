"""The marks as a file for a spreadsheet, and as a page that needs nothing but itself.

What students wrote is in both: a spreadsheet must not take it for a formula, nor a browser for
HTML.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from html import escape
from itertools import groupby

from nnlib.teaching.grade import marks
from nnlib.teaching.grade.marks import Mark, Table
from nnlib.teaching.panel import lines, prose

COLUMNS = ("student", "exercise", "title", "state", "diagnosis", "evidence", "notebook")

SIGNS = {
    marks.PASSED: "✔",
    marks.NOT_YET: "✖",
    marks.NOT_REACHED: "◷",
    marks.NOT_ATTEMPTED: "○",
    marks.NOT_HANDED_IN: "–",
}
MEANINGS = {
    marks.PASSED: "the check holds",
    marks.NOT_YET: "an answer that is wrong, or stops with an error",
    marks.NOT_REACHED: "a time limit, or the kernel ended",
    marks.NOT_ATTEMPTED: "the starter is as it was",
    marks.NOT_HANDED_IN: "in no notebook of theirs",
}


def as_csv(table: Table) -> str:
    """Return one line for each student and exercise, after a line of headings."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for student in table.students:
        for id in table.ids:
            mark = table.of(student, id)
            row = (student, marks.label(id), marks.title(id), mark.state, mark.diagnosis)
            writer.writerow(map(harmless, (*row, mark.evidence, mark.notebook)))
    for student, name, why in table.problems:
        writer.writerow(map(harmless, (student, "", "", "", why, "", name)))
    return stream.getvalue()


def harmless(text: str) -> str:
    """Return text that a spreadsheet takes for text: with an apostrophe before a sign for more."""
    text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "\N{REPLACEMENT CHARACTER}", text)
    return f"'{text}" if re.match(r"\s*[=+\-@|%]|[\t\r\n]", text) else text


# Both pairs have 4.5:1 or more against their page.
STYLE = """
:root{color-scheme:light dark;--text:#1c1e21;--page:#fff;--line:#8a8f98;--head:#f1f3f5;
--link:#0b5394;--passed:#0b6e4f;--wrong:#a6380a}
@media (prefers-color-scheme:dark){:root{--text:#e6e6e6;--page:#121417;--line:#7d838c;
--head:#22262b;--link:#8ab8f0;--passed:#5cc8a1;--wrong:#f09a6c}}
body{font:1rem/1.5 system-ui,sans-serif;color:var(--text);background:var(--page);
max-width:70rem;margin:0 auto;padding:1rem;overflow-wrap:anywhere}
a{color:var(--link)}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}
.wide{position:relative;overflow-x:auto;border:1px solid var(--line)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
table{border-collapse:collapse;overflow-wrap:normal}
th,td{border:1px solid var(--line);padding:.3rem .6rem;text-align:center;white-space:nowrap}
th{background:var(--head)}
th[scope=row]{text-align:left;position:sticky;left:0;max-width:11rem;overflow-wrap:anywhere;
white-space:normal}
td a{display:inline-block;min-width:1.5rem;min-height:1.5rem}
.passed{color:var(--passed)}.wrong{color:var(--wrong)}
.said{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
dt{font-weight:600}dd{margin:0 0 .4rem 1rem}
summary{cursor:pointer;padding:.2rem 0}
"""


def as_html(table: Table, note: str = "") -> str:
    """Return the page: the table, and below it what the students of each exercise were told."""
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>Marks</title><style>{STYLE}</style></head>",
            "<body><main><h1>Marks</h1>",
            prose(note) if note else "",
            *_overview(table),
            *_problems(table),
            *(part for id in table.ids for part in _exercise(table, id)),
            "</main></body></html>\n",
        ]
    )


def _overview(table: Table) -> Iterator[str]:
    if not table.ids:
        yield "<p>No notebook has an exercise.</p>"
        return
    yield '<div class="wide" tabindex="0" role="region" aria-label="Students and exercises">'
    yield '<table><thead><tr><th scope="col">student</th>'
    for id in table.ids:
        yield f'<th scope="col"><a href="#{_anchor(id)}">{escape(marks.label(id))}</a></th>'
    yield '<th scope="col">passed</th></tr></thead><tbody>'
    for student in table.students:
        found = [table.of(student, id) for id in table.ids]
        yield f'<tr><th scope="row">{escape(student)}</th>'
        yield from map(_cell, found)
        yield f"<td>{_passed(found)} of {len(found)}</td></tr>"
    yield '</tbody><tfoot><tr><th scope="row">passed</th>'
    for id in table.ids:
        found = [table.of(student, id) for student in table.students]
        yield f"<td>{_passed(found)} of {len(found)}</td>"
    yield "<td></td></tr></tfoot></table></div>"
    yield "<p>" + "; ".join(f"{SIGNS[s]} {s}: {MEANINGS[s]}" for s in marks.STATES) + ".</p>"


def _cell(mark: Mark) -> str:
    color = {marks.PASSED: "passed", marks.NOT_YET: "wrong"}.get(mark.state, "")
    sign = f'<span aria-hidden="true">{SIGNS[mark.state]}</span>'
    said = f'{sign}<span class="said">{mark.state}</span>'
    if mark.state in (marks.NOT_YET, marks.NOT_REACHED):
        said = f'<a class="{color}" href="#{_anchor(mark.id)}">{said}</a>'
    return f'<td class="{color}">{said}</td>'


def _passed(found: list[Mark]) -> int:
    return sum(mark.state == marks.PASSED for mark in found)


def _anchor(id: str) -> str:
    return f"exercise-{escape(id)}"


def _problems(table: Table) -> Iterator[str]:
    if not table.problems:
        return
    yield "<h2>What to look at</h2><dl>"
    for _, name, why in table.problems:
        yield f"<dt>{escape(name)}</dt><dd>{prose(why)}</dd>"
    yield "</dl>"


def _exercise(table: Table, id: str) -> Iterator[str]:
    """Yield each state and diagnosis once, with those whom it concerns: the most frequent first."""
    heading = escape(f"{marks.label(id)}, {marks.title(id)}")
    yield f'<section id="{_anchor(id)}"><h2>{heading}</h2>'
    found = [table.of(student, id) for student in table.students]
    order = sorted(found, key=lambda mark: (marks.STATES.index(mark.state), _told(mark)))
    groups = [list(group) for _, group in groupby(order, lambda m: (m.state, _told(m)))]
    groups.sort(key=lambda group: (marks.STATES.index(group[0].state), -len(group)))
    yield "<dl>"
    for group in groups:
        state = group[0].state
        who = escape(", ".join(mark.student for mark in group))
        yield f"<dt>{SIGNS[state]} {state}: {who}</dt>"
        yield f"<dd>{prose(_told(group[0])) if _told(group[0]) else ''}"
        for mark in group:
            if mark.evidence:
                where = f"<summary>Where it fails: {escape(mark.student)}</summary>"
                yield f"<details>{where}{lines(mark.evidence)}</details>"
        yield "</dd>"
    yield "</dl></section>"


def _told(mark: Mark) -> str:
    return mark.diagnosis if mark.state in (marks.NOT_YET, marks.NOT_REACHED) else ""

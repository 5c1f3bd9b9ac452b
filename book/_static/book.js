// What is wider than its box scrolls inside it, and then the keyboard must be able to stop there.
// To measure is to lay out, and what is far below is not laid out yet: so this waits until the
// page is there, and takes a few milliseconds at a time.
{
  const scrollers = [...document.querySelectorAll(
    "div.math > .katex-display, .bd-article pre, .output, .pst-scrollable-table-container",
  )];
  function reachable(box) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
  const soon = window.requestIdleCallback || ((work) => setTimeout(work, 50));
  let next = 0, width;
  function some() {
    const start = performance.now();
    while (next < scrollers.length && performance.now() - start < 5) reachable(scrollers[next++]);
    if (next < scrollers.length) soon(some);
    else document.documentElement.dataset.measured = "";
  }
  function all() {
    next = 0;
    soon(some);
  }
  addEventListener("load", all);
  addEventListener("resize", () => {
    if (innerWidth !== width) all();
    width = innerWidth;
  });
  // A fold that opens shows what had no width before.
  document.addEventListener("toggle", (event) => {
    for (const box of scrollers) if (event.target.contains(box)) reachable(box);
  }, true);
}

// The copy buttons that sphinx-copybutton adds carry their name in a tooltip only.
addEventListener("DOMContentLoaded", () => {
  for (const button of document.querySelectorAll("button.copybtn")) {
    button.setAttribute("aria-label", "Copy");
  }
});

// A folded solution stays folded on the screen and is printed.
const closed = new Set();
addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details:not([open])")) {
    closed.add(details);
    details.open = true;
  }
});
addEventListener("afterprint", () => {
  for (const details of closed) details.open = false;
  closed.clear();
});

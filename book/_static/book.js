// A formula wider than its box scrolls inside it. Only then can the keyboard stop at it.
const boxes = document.querySelectorAll("div.math");
const mark = () => {
  for (const box of boxes) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
};
mark();
document.fonts.ready.then(mark);
addEventListener("resize", mark);

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

// A formula wider than its box scrolls inside it. Only then can the keyboard stop at it. Looked
// at when it comes near the screen: to measure all at once would lay out the whole chapter.
const near = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  },
  { rootMargin: "200px" },
);
for (const box of document.querySelectorAll("div.math")) near.observe(box);

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

// What is wider than its box scrolls inside it, and then the keyboard must be able to stop there.
// To measure is to lay out: so each box is measured when it comes near the screen, not before.
{
  const near = new IntersectionObserver((entries) => {
    const boxes = entries.filter((entry) => entry.isIntersecting).map((entry) => entry.target);
    const wide = boxes.map((box) => box.scrollWidth > box.clientWidth);
    boxes.forEach((box, i) => wide[i] ? (box.tabIndex = 0) : box.removeAttribute("tabindex"));
  }, { rootMargin: "100% 0px" });
  const scrollers = [...document.querySelectorAll(
    "div.math > .katex-display, .bd-article pre, .output, .pst-scrollable-table-container",
  )];
  function watch() {
    near.disconnect(); // whatever is near is told again
    for (const box of scrollers) near.observe(box);
  }
  let width = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth === width) return; // the bars of a phone change its height while one scrolls
    width = innerWidth;
    watch();
  });
  document.fonts.addEventListener("loadingdone", watch); // formulas are wider in their own letters
  watch();
}

// The copy buttons that sphinx-copybutton adds carry their name in a tooltip only.
for (const button of document.querySelectorAll("button.copybtn")) {
  button.setAttribute("aria-label", "Copy");
}

// Folded on the screen, unfolded on paper. There no answer stands under its question: they come last.
{
  const closed = new Set();
  const moved = new Map(); // each answer, and what keeps its place
  const answers = document.createElement("section");
  answers.className = "answers-on-paper";
  const look = document.documentElement.dataset;
  let theme = null;
  addEventListener("beforeprint", () => {
    theme ??= look.theme; // of the screen; paper is light
    look.theme = "light";
    for (const details of document.querySelectorAll("details:not([open])")) {
      closed.add(details);
      details.open = true;
    }
    if (moved.size) return;
    const asked = [...document.querySelectorAll("form.ask")];
    answers.innerHTML = "<h2>Answers</h2>";
    for (const answer of document.querySelectorAll(".ask-answer, .nnlib-solution-cell")) {
      const part = document.createElement("div");
      const question = asked.indexOf(answer.closest("form.ask")) + 1;
      if (question) part.innerHTML = `<p><strong>Question ${question}</strong></p>`;
      part.className = "ask"; // whose arrays they are
      moved.set(answer, document.createComment("printed below"));
      answer.replaceWith(moved.get(answer));
      part.append(answer);
      answers.append(part);
    }
    if (moved.size) document.querySelector("article").append(answers);
  });
  addEventListener("afterprint", () => {
    if (theme !== null) look.theme = theme;
    theme = null;
    for (const [answer, place] of moved) place.replaceWith(answer);
    moved.clear();
    answers.remove();
    for (const details of closed) details.open = false;
    closed.clear();
  });
}

// From the pages of the book to one document for paper. tools/pdf.py opens an empty document beside
// the built pages and hands these functions the text of each page; the browser prints the result.

/** Where the printed book has a page of the built one: the name of its anchor. */
const anchorOf = (name) => name.replace(/^book\//, "").replace(/\.html$/, "").replaceAll("/", "-");

function make(tag, name = "", content = []) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  element.append(...[content].flat());
  return element;
}

/** A link to a place in the book and the number of its page, filled in when that is known. */
function reference(target, text, name = "") {
  const number = make("span", "page-number");
  number.dataset.of = target;
  const link = make("a", name, [make("span", "", text), number]);
  link.href = `#${target}`;
  return link;
}

// --- Styles. Each page carries the rules that it uses, all in one order: laid over each other they
// make the whole sheet. Rules within @media are taken one by one, so that theirs is kept as well.

const order = { next: null };
const places = new Map();

function leaves(rules, before = "", after = "") {
  return [...rules].flatMap((rule) => {
    if (!(rule instanceof CSSGroupingRule) || rule.selectorText || rule instanceof CSSPageRule) {
      return [before + rule.cssText + after];
    }
    const head = rule.cssText.slice(0, rule.cssText.indexOf("{") + 1);
    return leaves(rule.cssRules, before + head, `}${after}`);
  });
}

function addStyles(text, base) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  let last = order;
  for (const leaf of leaves(sheet.cssRules)) {
    if (leaf.startsWith("@font-face") && leaf.includes("data:")) continue; // one page's letters
    const rule = leaf
      .replace(/url\("(?!data:)([^"]*)"\)/g, (_, url) => `url("${new URL(url, base)}")`)
      .replace("font-display: optional", "font-display: block"); // paper waits for its letters
    if (!places.has(rule)) {
      const place = { rule, next: last.next };
      last.next = place;
      places.set(rule, place);
    }
    last = places.get(rule);
  }
}

function styles() {
  const rules = [];
  for (let place = order.next; place; place = place.next) rules.push(place.rule);
  return rules.join("\n");
}

// --- What paper needs in place of what moves.

/** A question, with room to write; its answer goes to the end. */
function toPaper(form, number) {
  const answer = form.querySelector(".ask-answer > div");
  const { kind } = JSON.parse(form.querySelector("script").textContent);
  form.classList.add(`of-${kind}`);
  form.querySelector(".ask-actions").remove();
  for (const note of form.querySelectorAll(".ask-note")) note.remove();
  for (const input of form.querySelectorAll("input")) {
    input.replaceWith(make("span", { radio: "box round", checkbox: "box" }[input.type] ?? "room"));
  }
  const title = make("p", "ask-title", make("strong", "", `Question ${number}`));
  form.prepend(title);
  return { title, answer };
}

/** A code exercise: what it starts from, and lines to write on, some more than its solution has. */
function startOf(exercise, written) {
  const start = make("pre", "starter");
  const text = exercise.querySelector("nnlib-code pre").textContent;
  const colored = exercise.querySelector(".cell_input pre");
  const end = colored?.innerHTML.lastIndexOf("\ncheck") ?? -1;
  if (end > 0) start.innerHTML = colored.innerHTML.slice(0, end).trimEnd();
  else start.textContent = text;
  // A bug is repaired in the lines that are there.
  const given = text.trimEnd().split("\n").length;
  const bare = /^\s*\.\.\.$/m.test(text);
  const count = bare ? Math.min(Math.max(written - given + 3, 4), 18) : 2;
  const lines = make("div", "lines", Array.from({ length: count }, () => make("div")));
  const sheet = make("div", "exercise-sheet", [make("div", "highlight", start), lines]);
  sheet.dataset.exercise = exercise.dataset.exercise;
  return sheet;
}

function unfold(details) {
  const title = details.querySelector(":scope > summary");
  const kind = details.classList.contains("sd-dropdown") ? "unfolded" : "";
  const inside = [...details.childNodes].filter((node) => node !== title);
  const name = title.querySelector(".sd-summary-text");
  const head = make("p", "unfolded-title", [...(name ?? title).childNodes]);
  details.replaceWith(kind ? make("div", kind, [head, ...inside]) : make("div", "", inside));
}

/** Rename an element's headings so that chapter, lesson and section are levels 1, 2 and 3. */
function lower(element, by) {
  for (const level of [5, 4, 3, 2, 1]) {
    for (const heading of element.querySelectorAll(`h${level}`)) {
      const other = make(`h${Math.min(level + by, 6)}`, heading.className, [...heading.childNodes]);
      heading.replaceWith(other);
    }
  }
}

const answers = [];
const known = new Set();
const strangers = new Set();

// What page/policy.py made of style attributes: each page counts anew.
const STYLE_OF_CLASS = /:not\(#_#_\)\.(_\d+)\{([^}]*)\}/g;

/**
 * Append a page of the book. `level` is 1 for a chapter and 2 for a lesson, `chapter` the title of
 * its chapter; `called` is another title than its own. Returns the title.
 */
function addPage({ name, text, base, level, chapter, called }) {
  const url = new URL(name, base);
  const page = new DOMParser().parseFromString(text, "text/html");
  const article = page.querySelector("article.bd-article");
  for (const style of page.querySelectorAll("head style")) {
    if (style.closest("noscript")) continue;
    addStyles(style.textContent.replace(STYLE_OF_CLASS, (rule, name, css) => {
      for (const element of article.querySelectorAll(`.${name}`)) {
        element.classList.remove(name);
        element.style.cssText = css;
      }
      return "";
    }), url);
  }
  const anchor = anchorOf(name);
  for (const gone of article.querySelectorAll(
    ".headerlink, details.cite, .toctree-wrapper, .nnlib-progress, .nnlib-bar, .explorer form, figure noscript, "
      + ".nnlib-missing, .katex-mathml, .explorer > script, .sd-summary-state-marker, div.cell.nnlib-draws details.above-input",
  )) gone.remove();

  for (const image of article.querySelectorAll("img")) {
    image.src = new URL(image.getAttribute("src"), url).href;
    image.loading = "eager";
    image.decoding = "sync";
  }

  // To who has it read aloud a formula is one thing, not the hundred boxes that it is drawn with.
  for (const formula of article.querySelectorAll(".katex-html")) {
    formula.removeAttribute("aria-hidden");
    formula.setAttribute("role", "img");
    formula.setAttribute("aria-label", formula.textContent);
  }

  // Anchors are of one page; now all pages are one.
  for (const element of article.querySelectorAll("[id]")) element.id = `${anchor}--${element.id}`;
  for (const link of article.querySelectorAll("a[href]")) {
    const to = new URL(link.getAttribute("href"), url);
    if (to.protocol !== "file:") continue;
    const page = anchorOf(decodeURI(to.pathname).slice(decodeURI(new URL(base).pathname).length));
    link.setAttribute("href", `#${page}${to.hash && `--${decodeURIComponent(to.hash.slice(1))}`}`);
  }
  for (const element of article.querySelectorAll("[for], [aria-labelledby], [aria-describedby], [tabindex]")) {
    for (const name of ["for", "aria-labelledby", "aria-describedby", "tabindex"]) {
      element.removeAttribute(name);
    }
  }

  const here = [];
  const solutions = new Map();
  for (const cell of article.querySelectorAll(".nnlib-solution-cell")) {
    const id = cell.id.split("--solution-")[1];
    solutions.set(id, cell);
  }
  let number = 0;
  for (const form of article.querySelectorAll("form.ask")) {
    const { title, answer } = toPaper(form, ++number);
    here.push({ place: form, title, name: `Question ${number}`, inside: [...answer.childNodes] });
  }
  for (const exercise of article.querySelectorAll(".nnlib-exercise")) {
    const id = exercise.dataset.exercise;
    const solution = solutions.get(id.replaceAll(".", "-"));
    const code = solution?.querySelector("pre").textContent.trimEnd();
    const sheet = startOf(exercise, code?.split("\n").length ?? 12);
    sheet.id = `${anchor}--sheet-${id.replaceAll(".", "-")}`;
    exercise.replaceWith(sheet);
    if (!solution) continue;
    const details = solution.querySelector("details");
    const title = details.querySelector("summary");
    const name = title.textContent.replace(/^Solution of e/, "E");
    title.remove();
    here.push({ place: sheet, title: sheet, name, inside: [...details.childNodes] });
    solution.remove();
  }
  for (const details of [...article.querySelectorAll("details")].reverse()) unfold(details);
  for (const element of article.querySelectorAll(
    "form:not(.ask), script, style, noscript, .nnlib-play, nnlib-code, textarea, [hidden]",
  )) element.remove();

  lower(article, level - 1);
  const heading = article.querySelector("h1, h2");
  if (called) heading.textContent = called;
  const title = heading.textContent.trim();
  const part = make("section", level === 1 ? "part" : "lesson", [...article.childNodes]);
  part.id = anchor;
  part.dataset.chapter = chapter || title;
  part.dataset.title = title;
  document.querySelector("article").append(document.adoptNode(part));
  answers.push({ title, chapter: chapter || title, anchor, here });
  return title;
}

/** Write what was asked below its question, and the answers as the last part. */
function addAnswers() {
  if (!answers.some((page) => page.here.length)) return;
  const part = make("section", "part answers", [make("h1", "", "Answers")]);
  part.id = "answers";
  part.dataset.chapter = part.dataset.title = "Answers";
  part.append(make("p", "", "Each answer names the page of its question, and each question the page of its answer."));
  let chapter = "";
  for (const page of answers) {
    if (!page.here.length) continue;
    if (page.chapter !== chapter) {
      part.append(make("h2", "", page.chapter));
      part.lastChild.id = `answers-${page.anchor.split("-")[0]}`;
    }
    chapter = page.chapter;
    if (page.title !== page.chapter) part.append(make("h3", "", page.title));
    const inOrder = page.here.sort((a, b) =>
      a.place.compareDocumentPosition(b.place) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1);
    for (const { place, title, name, inside } of inOrder) {
      const target = `${place.id}--answer`;
      const head = make("p", "answer-title", [make("strong", "", name), " ", reference(place.id, "page ")]);
      const answer = make("div", "answer ask", [head, ...inside]);
      answer.id = target;
      part.append(answer);
      const forth = make("p", "to-answer", [reference(target, "Answer: page ")]);
      if (title === place) title.append(forth);
      else title.append(" ", reference(target, "answer: page ", "to-answer"));
    }
  }
  document.querySelector("article").append(part);
}

/** The title page, what differs on paper, and the contents; sections are in the outline. */
function addFront({ title, author, year, about, licence, notes }) {
  const rights = make("p", "rights");
  rights.innerHTML = licence;
  const front = make("section", "title-page", [
    make("p", "title", title), make("p", "author", author), make("p", "year", year),
    make("p", "about", about), rights,
  ]);
  const print = make("section", "about-print", [
    make("p", "unfolded-title", "About this print"), ...notes.map((note) => make("p", "", note)),
  ]);
  const list = make("ul", "contents");
  for (const part of document.querySelectorAll("section.part, section.lesson")) {
    const item = make("li", part.classList.contains("lesson") ? "of-lesson" : "of-chapter");
    item.append(reference(part.id, part.dataset.title));
    list.append(item);
  }
  const contents = make("section", "contents-page", [make("h1", "", "Contents"), list]);
  contents.id = "contents";
  document.querySelector("article").prepend(front, print, contents);
}

/** Leave the questions with blanks, those of a lesson on a sheet of their own, and their answers. */
function keepWorksheets(title) {
  const contents = make("ul", "contents");
  const list = make("section", "part", [make("h1", "", title), contents]);
  const key = make("section", "part answers", make("h1", "", "Answers"));
  key.id = "answers";
  const sheets = [];
  for (const page of answers) {
    const blanks = page.here.filter(({ place }) => place.matches(".of-blanks"));
    if (!blanks.length) continue;
    const named = page.title.replace(/^Lesson \d+\. /, "");
    const title = make("h2", "", `Worksheet ${sheets.length + 1}. ${named}`);
    const lines = make("p", "worksheet-name", [make("span", "", "Name"), make("span", "", "Date")]);
    const from = make("p", "worksheet-place", `${page.chapter} · ${page.title}`);
    const sheet = make("section", "worksheet-sheet", [lines, title, from]);
    sheet.id = `${page.anchor}--sheet`;
    const back = make("p", "to-answer", reference(sheet.id, "page "));
    key.append(make("h2", "", title.textContent), back);
    for (const { place, name, inside } of blanks) {
      place.querySelector(".to-answer")?.remove();
      sheet.append(place);
      key.append(make("div", "answer ask", [make("p", "answer-title", make("strong", "", name)), ...inside]));
    }
    contents.append(make("li", "of-lesson", reference(sheet.id, title.textContent)));
    sheets.push(sheet);
  }
  contents.append(make("li", "of-lesson", reference("answers", "Answers")));
  document.querySelector("article").replaceChildren(list, ...sheets, key);
}

/** Give each part the head of its pages; pages of another name begin on a new sheet. */
function addHeads() {
  const quoted = (text) => `"${text.replace(/["\\]/g, "\\$&")}"`;
  const rules = [];
  document.querySelectorAll("section.part, section.lesson").forEach((part, i) => {
    part.style.page = `part-${i}`;
    const { chapter, title } = part.dataset;
    const right = chapter === title ? "" : `@top-right { content: ${quoted(title)}; }`;
    rules.push(`@page part-${i} { @top-left { content: ${quoted(chapter)}; } ${right} }`);
  });
  document.head.append(make("style", "", rules.join("\n")));
}

/** Links to pages that are not in this document become text. Returns those to a place not there. */
function settleLinks() {
  const lost = [];
  for (const link of document.querySelectorAll('a[href^="#"]')) {
    const id = link.getAttribute("href").slice(1);
    if (document.getElementById(id)) continue;
    const page = id.split("--")[0];
    if (document.getElementById(page)) lost.push(id);
    link.replaceWith(...link.childNodes);
  }
  return lost;
}

/** Give each line of code a box of its own, so that the rest of a long one stands indented. */
function hang(pre) {
  const rows = pre.innerHTML.replace(/\n$/, "").split("\n");
  pre.replaceChildren(...rows.map((row) => {
    const line = make("span", "code-line");
    line.innerHTML = row;
    line.style.setProperty("--indent", `${line.textContent.match(/^ */)[0].length}ch`);
    return line;
  }));
}

/** Make what is wider than the page smaller, and let what is long be broken between two pages. */
function fit() {
  for (const pre of document.querySelectorAll("article pre")) {
    const room = pre.offsetWidth;
    pre.style.setProperty("white-space", "pre", "important");
    pre.style.width = "max-content";
    const wide = pre.offsetWidth > room;
    pre.style.width = "";
    pre.style.removeProperty("white-space");
    if (wide) hang(pre);
  }
  for (const formula of document.querySelectorAll("div.math > .katex-display")) {
    const wide = formula.scrollWidth / formula.clientWidth;
    if (wide > 1) formula.style.fontSize = `${Math.max(0.6, 0.98 / wide)}em`;
  }
  for (const table of document.querySelectorAll("article table")) {
    const wide = table.offsetWidth / table.parentElement.clientWidth;
    if (wide > 1) table.style.zoom = Math.max(0.6, 0.98 / wide);
  }
  // A third of a page may be moved to the next one; for what is written on, three quarters.
  const kinds = { ".ask, .exercise-sheet": 720 };
  kinds[".admonition, div.cell_input, .output, table, pre, .unfolded, .answer"] = 340;
  for (const [kind, most] of Object.entries(kinds)) {
    for (const element of document.querySelectorAll(kind)) {
      element.classList.toggle("long", element.offsetHeight > most);
    }
  }
}

/** What stands out of the text's width, a box or its words, by at least a pixel: nothing should. */
function tooWide() {
  const right = document.querySelector("article").getBoundingClientRect().right + 1;
  const cut = ".katex-html svg"; // a brace is cut out of a longer drawing
  const found = new Set([...document.querySelectorAll("article *")]
    .filter((element) => element.getBoundingClientRect().right > right));
  const range = document.createRange();
  const texts = document.createTreeWalker(document.querySelector("article"), NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    range.selectNodeContents(text);
    if (range.getBoundingClientRect().right <= right) continue;
    for (const word of text.data.matchAll(/\S+/g)) { // a space may hang over the end of a line
      range.setStart(text, word.index);
      range.setEnd(text, word.index + word[0].length);
      if (range.getBoundingClientRect().right > right) found.add(text.parentElement);
    }
  }
  return [...found]
    .filter((e) => !e.closest(cut) && !found.has(e.parentElement))
    .map((e) => `${e.closest("[id]").id}: <${e.localName} class="${e.className}"> ${e.textContent.slice(0, 80)}`);
}

function setNumbers(pages) {
  for (const number of document.querySelectorAll(".page-number")) {
    number.textContent = pages[number.dataset.of] ?? "";
  }
}

function addSheet(css) {
  document.head.append(make("style", "", styles()), make("style", "", css));
}

async function settled() {
  await Promise.all([...document.images].map((image) => image.decode().catch(() => {})));
  document.body.getBoundingClientRect();
  await document.fonts.ready;
}

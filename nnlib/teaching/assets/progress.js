// Keeps in this browser what was answered, and shows it in the contents. Sends nothing anywhere.
//
// One key of localStorage holds it all: {done: {id: 1}, answers: {id: entry}, code: {id: ...}}.
// The ids are those of questions and exercises, never their places. Where a browser keeps
// nothing (a private window, a full store), the page works and forgets when it is left.
(() => {
  "use strict";

  const { store: KEY, file: FILE } = document.currentScript.dataset;
  const PARTS = ["done", "answers", "code"];
  const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
  let here = {}; // what could not be stored, for as long as the page is open
  let keeps = true;

  function stored() {
    try {
      const text = localStorage.getItem(KEY);
      const all = text ? JSON.parse(text) : {};
      return isObject(all) ? all : {};
    } catch {
      return {};
    }
  }

  const whole = () => (keeps ? stored() : here);

  function write(all) {
    const kept = keeps;
    try {
      localStorage.setItem(KEY, JSON.stringify(all));
      keeps = true;
    } catch {
      keeps = false;
      here = all;
    }
    if (keeps !== kept) show();
    return keeps;
  }

  // What is kept under a part, as an object of its own; changed only through `set`.
  function get(part) {
    const found = whole()[part];
    return isObject(found) ? found : {};
  }

  // Keep a value, or with undefined forget it. False where the browser refuses.
  function set(part, id, value) {
    const all = whole(); // read again: another tab may have written
    const entries = new Map(Object.entries(isObject(all[part]) ? all[part] : {}));
    if (value === undefined) entries.delete(id);
    else entries.set(id, value);
    const written = write({ ...all, [part]: Object.fromEntries(entries) });
    if (part === "done") show(); // code is kept while it is typed
    return written;
  }

  globalThis.nnlibStore = { get, set };

  document.addEventListener("nnlib:done", ({ detail: { id, answer } }) => {
    set("done", id, 1);
    if (answer !== undefined) set("answers", id, answer);
  });
  addEventListener("storage", ({ key }) => { if (key === KEY || key === null) show(); });
  // A page that comes back, or one so fast that the store was not there yet.
  addEventListener("pageshow", () => show());

  // --- the contents -----------------------------------------------------------------------------

  const { root = "", pages = [] } = globalThis.nnlibPages ?? {};
  const base = new URL(document.documentElement.dataset.content_root || "./", location.href);

  // How much of the page behind a link is done; of a chapter in lessons, of all its lessons.
  function tally(url, done) {
    const folder = url.endsWith("/index.html") && url.slice(0, -"index.html".length);
    const ids = pages.filter((page) => page.url === url || (folder && page.url.startsWith(folder)))
      .flatMap((page) => page.ids);
    return { total: ids.length, done: ids.filter((id) => Object.hasOwn(done, id)).length };
  }

  function element(name, attributes, ...content) {
    const made = document.createElement(name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    made.append(...content);
    return made;
  }

  // For the eye "3/5" or a tick, in words for those who hear the link.
  function tick(link, done) {
    const target = new URL(link.getAttribute("href"), location.href);
    if (!target.href.startsWith(base.href)) return;
    const counted = tally(decodeURI(target.href.split("#")[0].slice(base.href.length)), done);
    link.querySelector(".progress-tick")?.remove();
    if (!counted.done) return;
    const all = counted.done === counted.total;
    link.append(element("span", { class: `progress-tick${all ? " progress-all" : ""}` },
      element("span", { "aria-hidden": "true" }, all ? "✔" : `${counted.done}/${counted.total}`),
      element("span", { class: "progress-words" },
        all ? ", all done" : `, ${counted.done} of ${counted.total} done`)));
  }

  function show() {
    const done = get("done");
    // The contents, and a list whose entries begin with a lesson, as on the opening page of a chapter.
    const lists = [".bd-sidenav a.reference", ".toctree-wrapper a.reference",
      ".bd-article ol > li > p > a.internal:first-child"];
    document.querySelectorAll(lists.join()).forEach((link) => tick(link, done));
    const ids = pages.flatMap((page) => page.ids);
    const count = ids.filter((id) => Object.hasOwn(done, id)).length;
    const nav = document.querySelector(".bd-sidebar-primary .bd-docs-nav");
    let line = document.querySelector(".progress-line");
    if (nav && count && !line) {
      line = element("p", { class: "progress-line" },
        element("a", { href: new URL(`${root}#your-progress`, base).href }));
      nav.append(line);
    }
    if (line) {
      line.hidden = !count;
      line.firstChild.textContent = `${count} of ${ids.length} done`;
    }
    const total = document.querySelector(".progress-total");
    if (total) {
      total.textContent = keeps ? `${count} of ${ids.length} questions and exercises are done.`
        : "This browser lets the page keep nothing, so what you do is forgotten when you leave. "
          + `Until then ${count} of ${ids.length} are done.`;
    }
  }

  // --- export, import, forget -------------------------------------------------------------------

  function manage(section) {
    const button = (name) => section.querySelector(`[data-do="${name}"]`);
    const file = section.querySelector("input[type=file]");
    const status = section.querySelector("[role=status]");
    const sure = section.querySelector(".progress-sure");
    const say = (text) => { status.textContent = text; };
    const counts = (all) => PARTS.map((part) => Object.keys(isObject(all[part]) ? all[part] : {}).length);
    const things = (n, thing) => `${n} ${thing}${n === 1 ? "" : "s"}`;

    button("export").addEventListener("click", () => {
      const text = JSON.stringify({ book: KEY, ...whole() }, null, 1);
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
      link.download = FILE;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
      say("Exported: your browser has put the file where it puts downloads.");
    });

    button("import").addEventListener("click", () => file.click());
    file.addEventListener("change", async () => {
      const [chosen] = file.files;
      if (!chosen) return;
      try {
        say(merge(JSON.parse(await chosen.text())));
      } catch {
        say("This is no file that was exported here; nothing has changed.");
      }
      file.value = "";
    });

    // What is done in either is done. Code that differs stays as it is here: it may be newer.
    function merge(given) {
      if (!isObject(given) || given.book !== KEY) throw new TypeError("not ours");
      const mine = whole();
      const [before] = counts(mine);
      const all = { ...mine };
      for (const part of PARTS) {
        const theirs = isObject(given[part]) ? given[part] : {};
        const ours = isObject(mine[part]) ? mine[part] : {};
        all[part] = Object.fromEntries([...Object.entries(theirs), ...Object.entries(ours)]);
      }
      const other = Object.entries(isObject(given.code) ? given.code : {}).filter(([id, code]) =>
        JSON.stringify(code) !== JSON.stringify(all.code[id])).length;
      write(all);
      show();
      const [after] = counts(all);
      return `Imported: ${after - before} more done.`
        + (other ? ` Your code for ${things(other, "exercise")} differs from the file's; yours stays.` : "");
    }

    button("forget").addEventListener("click", () => {
      const [done, , code] = counts(whole());
      section.querySelector(".progress-what").textContent =
        `Forget ${things(done, "answer")} and the code of ${things(code, "cell")}, in this browser?`;
      sure.hidden = false;
      say("");
      button("keep").focus();
    });
    button("keep").addEventListener("click", () => {
      sure.hidden = true;
      button("forget").focus();
    });
    button("really").addEventListener("click", () => {
      here = {};
      try { localStorage.removeItem(KEY); } catch { /* nothing was kept */ }
      sure.hidden = true;
      show();
      say("Forgotten.");
      button("forget").focus();
    });
    section.querySelector(".progress-actions").hidden = false;
  }

  document.querySelectorAll("section.nnlib-progress").forEach(manage);
  show();
})();

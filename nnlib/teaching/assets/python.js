// Python in the page: the exercises and the cells of a lesson, in editors of their own.
// Nothing is loaded before the reader's first click; all of it comes from the book's own folder.
(() => {
  "use strict";

  const { book, lesson: lessonFile } = document.currentScript.dataset;
  const LIMITS = { check: 10, run: 30 };
  const MORE = 30;

  const element = (name, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };
  const button = (text, onclick) => element("button", { type: "button", textContent: text, onclick });
  const megabytes = (bytes) => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);

  // --- What a reader typed, kept in this browser only. ---

  // progress.js keeps all that a book keeps; a book without it has the same place for code.
  const KEY = "nnbh:1";
  const own = {
    read() {
      try {
        return JSON.parse(localStorage.getItem(KEY)) ?? {};
      } catch {
        return {};
      }
    },
    get: (part) => own.read()[part] ?? {},
    set(part, id, value) {
      const all = own.read();
      all[part] = { ...all[part], [id]: value }; // undefined is left out when written
      try {
        localStorage.setItem(KEY, JSON.stringify(all));
      } catch {
        // A private window may refuse: then the text lasts as long as the page.
      }
    },
  };
  const store = {
    get: (id) => (globalThis.nnlibStore ?? own).get("code")[id],
    set: (id, value) => (globalThis.nnlibStore ?? own).set("code", id, value),
  };

  // FNV-1a: enough to tell whether a starter is the one that the reader began with.
  function hash(text) {
    let value = 0x811c9dc5;
    for (const unit of text) value = Math.imul(value ^ unit.codePointAt(0), 0x01000193);
    return (value >>> 0).toString(16);
  }

  // --- The worker. ---

  const python = (() => {
    let worker = null;
    let starting = null;
    let job = null;
    let heard = () => {};

    const script = (src) =>
      new Promise((resolve, reject) => {
        const tag = element("script", { src, onload: resolve });
        tag.onerror = () => reject(new Error(`${src} could not be loaded`));
        document.head.append(tag);
        tag.onload = () => { tag.remove(); resolve(); };
      });
    const once = {};
    const load = (src, query = "") =>
      (once[src] ??= script(src + query).catch((error) => { delete once[src]; throw error; }));
    const total = () =>
      Object.values(self.nnlibFiles.files).reduce((sum, { size }) => sum + size, 0);

    async function make() {
      const { files, texts } = self.nnlibFiles;
      const base = new URL(book, location.href).href;
      if (location.protocol !== "file:") return [new Worker(base + files["worker.js"].path), base, files];
      // From a folder a browser reads scripts and nothing else: the files come as text in them.
      let read = 0;
      await Promise.all(Object.values(files).map(async ({ script, size }) => {
        await load(book + script);
        heard((read += size) / 2, total());
      }));
      const named = Object.entries(files).map(([name, file]) =>
        [name, { ...file, text: texts[name][0], packed: texts[name][1] }]);
      const source = Uint8Array.from(atob(texts["worker.js"][0]), (c) => c.charCodeAt(0));
      const plain = new Response(
        new Blob([source]).stream().pipeThrough(new DecompressionStream("gzip")));
      const url = URL.createObjectURL(new Blob([await plain.blob()], { type: "text/javascript" }));
      return [new Worker(url), base, Object.fromEntries(named)];
    }

    async function begin() {
      await load(`${book}manifest.js`, `?${Date.now()}`);
      const [made, base, files] = await make();
      worker = made;
      await new Promise((resolve, reject) => {
        made.onerror = (event) => reject(new Error(event.message || "the worker did not start"));
        made.onmessage = ({ data }) => {
          if (data.kind === "ready") resolve();
          else if (data.kind === "progress") heard(data.read, total());
          else if (data.kind === "failed") reject(new Error(data.message));
        };
        made.postMessage({ kind: "start", base, files });
      });
      made.onmessage = ({ data }) => job?.[data.kind]?.(data);
      made.onerror = (event) => job?.failed({ message: event.message });
    }

    const start = () => (starting ??= begin().catch((error) => { end(); throw error; }));
    function end() {
      worker?.terminate();
      worker = starting = null;
    }

    return {
      get busy() { return Boolean(job); },
      get ready() { return Boolean(worker) && !job; },
      load,
      // Runs one request. `on` hears progress, begin and output; the answer is promised.
      async run(request, on) {
        heard = on.progress;
        let stopped = false;
        job = { stop() { stopped = true; end(); } };
        try {
          const cancelled = new Promise((_, reject) => {
            job.stop = () => { stopped = true; reject(new Error("stopped")); };
          });
          await Promise.race([start(), cancelled]);
          return await Promise.race([cancelled, new Promise((resolve, reject) => {
            Object.assign(job, {
              begin: on.begin,
              output: ({ text }) => on.output(text),
              answer: ({ answer }) => resolve(answer),
              failed: ({ message }) => reject(Object.assign(new Error(message), { fatal: true })),
            });
            worker.postMessage({ kind: "job", request: JSON.stringify(request) });
          })]);
        } catch (error) {
          const began = worker && starting;
          end();
          // The next check must not wait: start again while the reader reads.
          if (began && (stopped || error.fatal)) start().catch(() => {});
          throw error;
        } finally {
          job = null;
          heard = () => {};
        }
      },
      stop() { job?.stop(); },
    };
  })();

  // --- An editor: a textarea, with the same text in colors behind it. ---

  const WORDS = new Set(("False None True and as assert async await break class continue def del elif " +
    "else except finally for from global if import in is lambda nonlocal not or pass raise return " +
    "try while with yield").split(" "));
  const TOKEN = new RegExp([
    /(#.*)/, // 1 comment
    /((?:\b[rbfuRBFU]{1,2})?(?:"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?))/,
    /(\b(?:0[xob][\da-f_]+|\d[\d_]*\.?[\d_]*(?:e[+-]?\d+)?j?)\b|\.\d+(?:e[+-]?\d+)?)/, // 3 number
    /(\p{L}[\p{L}\p{N}_]*|_[\p{L}\p{N}_]*)/, // 4 word
  ].map((part) => part.source).join("|"), "giu");
  const KINDS = [, "c1", "s2", "mi", "k"];

  function paint(pre, text) {
    const parts = [];
    let end = 0;
    for (const match of text.matchAll(TOKEN)) {
      const kind = [1, 2, 3, 4].find((n) => match[n] !== undefined);
      if (kind === 4 && !WORDS.has(match[0])) continue;
      parts.push(text.slice(end, match.index));
      parts.push(element("span", { className: KINDS[kind], textContent: match[0] }));
      end = match.index + match[0].length;
    }
    // A last line that is empty has no height in a <pre>.
    parts.push(text.slice(end), "\n");
    pre.replaceChildren(...parts);
  }

  function insert(area, text) {
    // Unlike a new value, this can be undone with the keyboard.
    if (!document.execCommand("insertText", false, text)) {
      area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
      area.dispatchEvent(new Event("input"));
    }
  }

  function remove(area, from, to) {
    area.setSelectionRange(from, to);
    if (!document.execCommand("delete")) {
      area.setRangeText("", from, to, "end");
      area.dispatchEvent(new Event("input"));
    }
  }

  function edit(area, run) {
    const pre = area.previousElementSibling;
    let leaving = false;
    const draw = () => paint(pre, area.value);
    const selectedLines = () => {
      const from = area.value.lastIndexOf("\n", area.selectionStart - 1) + 1;
      let to = area.value.indexOf("\n", Math.max(area.selectionEnd - 1, area.selectionStart));
      if (to < 0) to = area.value.length;
      return [from, to, area.value.slice(from, to)];
    };
    area.addEventListener("input", draw);
    area.addEventListener("blur", () => { leaving = false; });
    area.addEventListener("keydown", (event) => {
      const { key, shiftKey, ctrlKey, metaKey, altKey, isComposing } = event;
      if (isComposing) return;
      if (key === "Escape") { leaving = true; return; }
      if (key === "Enter" && (ctrlKey || metaKey || shiftKey)) {
        event.preventDefault();
        run();
      } else if (key === "Enter") {
        event.preventDefault();
        const line = area.value.slice(0, area.selectionStart).split("\n").pop();
        const indent = line.match(/^ */)[0];
        const code = line.replace(/#.*/, "").trimEnd();
        const less = /^\s*(return|pass|break|continue|raise)\b/.test(code) && indent.length >= 4;
        insert(area, `\n${/[:([{]$/.test(code) ? `${indent}    ` : less ? indent.slice(4) : indent}`);
      } else if (key === "Tab" && !leaving && !ctrlKey && !metaKey && !altKey) {
        event.preventDefault();
        indentBy(shiftKey ? -1 : 1);
      } else if (key === "Backspace" && area.selectionStart === area.selectionEnd) {
        const before = area.value.slice(0, area.selectionStart).split("\n").pop();
        if (before && !before.trim() && before.length % 4 === 0) {
          event.preventDefault();
          remove(area, area.selectionStart - 4, area.selectionStart);
        }
      }
      if (key !== "Tab" && key !== "Shift") leaving = false;
    });

    function indentBy(way) {
      const [from, to, text] = selectedLines();
      if (way > 0 && area.selectionStart === area.selectionEnd) {
        insert(area, " ".repeat(4 - ((area.selectionStart - from) % 4)));
        return;
      }
      const caret = area.selectionStart === area.selectionEnd;
      const changed = way > 0 ? text.replace(/^(?=.)/gm, "    ") : text.replace(/^ {1,4}/gm, "");
      const start = area.selectionStart;
      area.setSelectionRange(from, to);
      insert(area, changed);
      if (caret) area.setSelectionRange(...Array(2).fill(Math.max(from, start + changed.length - text.length)));
      else area.setSelectionRange(from, from + changed.length);
    }
    draw();
    return draw;
  }

  // --- What a cell and an exercise have in common. ---

  const texts = new Map(); // number of a cell -> what its editor holds now
  let lesson = null; // cells: their texts as published; hints: by exercise

  async function open() {
    if (lesson) return lesson;
    await python.load(lessonFile);
    return (lesson = self.nnlibLesson);
  }

  function request(number) {
    const cells = lesson.cells.map(({ key, text }, i) => {
      const kept = store.get(key);
      return texts.get(i) ?? (kept && kept.hash === hash(text) ? kept.text : text);
    });
    return { lesson: lessonFile, cells, number };
  }

  // Adds the buttons that run something, and says how it goes. `show` gets the answer.
  function runner({ kind, label, parts, number, more, show }) {
    const { bar, status, output } = parts;
    const go = parts.go ?? button(label);
    const stop = Object.assign(parts.stop ?? button("Stop"), { hidden: true });
    const longer = button(`${MORE} more seconds`);
    const clock = element("span", { className: "nnlib-clock" });
    const meter = element("progress", { hidden: true });
    clock.setAttribute("aria-hidden", "true");
    meter.setAttribute("aria-hidden", "true");
    longer.hidden = true;
    if (!parts.go) bar.prepend(go);
    (parts.before ?? go).after(stop, longer, meter, clock);
    let running = false;

    const say = (state, ...content) => {
      status.className = `nnlib-status nnlib-${state}`;
      status.replaceChildren(...content);
    };

    async function run() {
      if (running) return;
      if (python.busy) {
        say("note", "Python is busy with another cell of this page. Stop that one first.");
        return;
      }
      running = true;
      go.setAttribute("aria-disabled", "true");
      stop.hidden = false;
      output.hidden = true;
      output.textContent = "";
      parts.clear?.();
      let ticking;
      let why = "Stopped.";
      let guarded = true;
      let seconds = 0;
      let granted = LIMITS[kind];
      const tell = () => {
        clock.textContent = guarded ? `${granted - seconds} s left` : `${seconds} s`;
      };
      const tick = () => {
        seconds += 1;
        tell();
        longer.hidden = !guarded || seconds < 2;
        if (seconds < granted) return;
        why = `Stopped after ${granted} seconds: is there a loop that does not end?`;
        python.stop();
      };
      longer.onclick = () => {
        granted += MORE;
        tell();
      };
      if (python.ready) say("note");
      else say("note", "Starting Python.");
      try {
        await open();
        const wanted = request(number);
        // Cells as the book has them do end, if only after a minute or two.
        guarded = kind === "check" || wanted.cells.some((text, i) => text !== lesson.cells[i].text);
        if (!guarded) granted = Infinity;
        const answer = await python.run({ ...wanted, ...more }, {
          progress(read, total) {
            if (meter.hidden) say("note", `Loading Python: ${megabytes(total)} MB, once a visit.`);
            Object.assign(meter, { hidden: false, max: total, value: read });
            clock.textContent = `${megabytes(read)} of ${megabytes(total)} MB`;
          },
          begin() {
            meter.hidden = true;
            clock.textContent = "";
            ticking = setInterval(tick, 1000);
          },
          output(text) {
            output.hidden = false;
            output.append(text);
          },
        });
        show(answer, say);
      } catch (error) {
        const again = " Python starts again; what you typed is still here.";
        if (error.message === "stopped") say("note", why + again);
        else if (error.fatal) say("note", `Python broke down (${error.message}).${again}`);
        else say("note", `Python could not be loaded: ${error.message}. Press ${label} to try again.`);
      }
      clearInterval(ticking);
      running = false;
      meter.hidden = longer.hidden = true;
      clock.textContent = "";
      if (document.activeElement === stop || document.activeElement === longer) go.focus();
      stop.hidden = true;
      go.removeAttribute("aria-disabled");
    }
    go.onclick = run;
    stop.onclick = () => python.stop();
    return { run, say, go };
  }

  function traceback(output, { error, above }) {
    output.hidden = false;
    output.append(element("span", { className: "nnlib-error", textContent: error }));
    if (above && /NameError/.test(error)) {
      output.append(`\n\nOf what this cell needs, this failed: ${above}`);
    }
  }

  // Keeps what is typed, tells when the starter has changed since, and gives either back.
  function keep({ area, key, number, starter, offer, draw }) {
    const sign = hash(starter);
    let waiting;
    let saved = store.get(key) ?? {};
    const save = () => {
      clearTimeout(waiting);
      texts.set(number, area.value);
      const { earlier } = saved;
      const plain = area.value === starter && !earlier;
      saved = { hash: sign, text: area.value, ...(earlier ? { earlier } : {}) };
      store.set(key, plain ? undefined : saved);
    };
    const set = (text) => {
      area.value = text;
      draw();
      save();
    };
    const offerBack = (why) => {
      offer.hidden = !saved.earlier;
      if (offer.hidden) return;
      offer.replaceChildren(`${why} `, button("Bring back my code", () => {
        const { earlier } = saved;
        saved.earlier = area.value === starter ? undefined : area.value;
        set(earlier);
        offerBack("Your other version is kept.");
        area.focus();
      }));
    };
    if (saved.text !== undefined && saved.hash === sign) {
      area.value = saved.text;
      texts.set(number, saved.text);
      offerBack("An earlier version of your code is kept.");
      draw();
    } else if (saved.text !== undefined) {
      saved = { earlier: saved.text };
      save();
      offerBack("This code has changed in the book since you worked on it.");
    }
    area.addEventListener("input", () => {
      texts.set(number, area.value);
      clearTimeout(waiting);
      waiting = setTimeout(save, 300);
    });
    addEventListener("pagehide", () => { if (waiting) save(); });
    return {
      reset() {
        if (area.value !== starter) saved.earlier = area.value;
        set(starter);
        offerBack("Your version is kept.");
      },
    };
  }

  // `code` between backticks, as the texts of exercises have it.
  const prose = (text) =>
    text.split(/`([^`]+)`/).map((part, i) => (i % 2 ? element("code", { textContent: part }) : part));

  // --- Exercises. ---

  function exercise(box) {
    const { exercise: id, name, hints: count, cell } = box.dataset;
    const number = Number(cell);
    const part = (what) => box.querySelector(`.nnlib-${what}`);
    const area = box.querySelector("textarea");
    const starter = area.defaultValue;
    const [tips, evidence, output, offer] = ["tips", "evidence", "output", "offer"].map(part);
    const [check, hint, reset] = ["check", "hint", "reset"].map(part);
    const solution = document.getElementById(`solution-${id.replace(".", "-")}`);
    let shown = 0;

    const reveal = (open) => {
      if (!solution) return;
      solution.classList.add("nnlib-offered");
      if (open) solution.querySelector("details")?.setAttribute("open", "");
    };
    const { run, say } = runner({
      kind: "check", label: "Check", number, more: { id, name },
      parts: {
        bar: part("bar"), status: box.querySelector("[role=status]"), output, go: check, before: hint,
        clear() { evidence.hidden = true; evidence.textContent = ""; },
      },
      show(answer, say) {
        if (answer.error) {
          say("wrong", element("strong", { textContent: "Your code raised an error." }),
            ` ${answer.error.trim().split("\n").pop()}`);
          traceback(output, answer);
          return;
        }
        const { passed, state, message } = answer;
        const sign = passed ? "✔ " : state === "not yet" ? "" : "✖ ";
        const verdict = sign + state[0].toUpperCase() + state.slice(1);
        const told = message.replace("then run this cell again", "then press Check");
        say(passed ? "passed" : state === "not yet" ? "note" : "wrong",
          element("strong", { textContent: `${verdict}.` }), " ", ...prose(told));
        evidence.textContent = answer.evidence;
        evidence.hidden = !answer.evidence;
        if (passed) {
          reveal();
          document.dispatchEvent(new CustomEvent("nnlib:done", { detail: { id } }));
        }
      },
    });
    const draw = edit(area, run);
    const kept = keep({ area, key: id, number, starter, offer, draw });

    const name_hint = () => {
      hint.textContent = shown < count ? `Hint ${shown + 1} of ${count}` : "Solution";
      hint.hidden = shown >= count && !solution;
    };
    hint.onclick = async () => {
      if (shown >= count) {
        reveal(true);
        solution.querySelector("summary")?.focus();
        return;
      }
      try {
        await open();
      } catch (error) {
        say("note", `The hints could not be loaded: ${error.message}.`);
        return;
      }
      shown += 1;
      tips.append(element("li", {}, ...prose(lesson.cells[number].hints[shown - 1])));
      if (shown >= count) reveal();
      name_hint();
    };
    reset.onclick = () => {
      python.stop();
      kept.reset();
      shown = 0;
      tips.replaceChildren();
      name_hint();
      evidence.hidden = output.hidden = true;
      solution?.classList.remove("nnlib-offered");
      say("note", "The starter is back.");
    };
    name_hint();
    for (const control of [check, hint, reset]) control.disabled = false;
  }

  // --- Plain cells: as published until somebody wants to run or change one. ---

  function plain(box) {
    const number = Number(box.dataset.cell);
    const source = box.querySelector(".cell_input");
    const pre = source.querySelector("pre");
    const starter = pre.textContent.replace(/\n$/, "");
    const bar = box.querySelector(".nnlib-bar");
    const status = box.querySelector("[role=status]");
    const output = element("pre", { className: "nnlib-output", hidden: true, tabIndex: 0 });
    output.setAttribute("role", "group");
    output.setAttribute("aria-label", "Output of your run");
    const parts = { bar, status, output };
    const { run, go } = runner({
      kind: "run", label: "Run", number, parts,
      show(answer, say) {
        if (!answer.error) {
          say("note", output.hidden ? "Done. This cell prints nothing." : "");
          return;
        }
        say("wrong", answer.error.trim().split("\n").pop());
        traceback(output, answer);
      },
    });
    const change = button("Edit", editor);
    go.setAttribute("aria-label", "Run this cell");
    change.setAttribute("aria-label", "Edit this cell");
    go.after(change);
    status.after(output);
    // Under code that is folded away there is nothing to run until it is unfolded.
    source.closest("details")?.append(bar, status, output);

    function editor() {
      const area = element("textarea", { value: starter, spellcheck: false, wrap: "off" });
      area.autocapitalize = area.autocomplete = "off";
      area.setAttribute("aria-label", "Code of this cell");
      const offer = element("p", { className: "nnlib-offer", hidden: true });
      const colors = element("pre");
      colors.setAttribute("aria-hidden", "true");
      const frame = element("nnlib-code", { className: "highlight" },
        element("div", {}, colors, area));
      source.hidden = true;
      source.after(frame);
      const draw = edit(area, run);
      const kept = keep({ area, key: box.dataset.key, number, starter, offer, draw });
      change.replaceWith(button("Reset", () => { kept.reset(); area.focus(); }));
      status.before(offer);
      area.setSelectionRange(0, 0);
      area.focus();
    }
    const kept = store.get(box.dataset.key);
    if (kept?.text !== undefined) editor(), document.activeElement?.blur?.();
  }

  document.querySelectorAll("[data-exercise]").forEach(exercise);
  document.querySelectorAll("[data-cell]:not([data-exercise])").forEach(plain);
})();

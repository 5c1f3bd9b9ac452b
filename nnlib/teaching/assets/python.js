// Python in the page: the exercises and the cells of a lesson, in editors of their own.
// Nothing is loaded before the reader's first click; all of it comes from the book's own folder.
(() => {
  "use strict";

  const { lesson: lessonFile, store: KEY } = document.currentScript.dataset;
  const LIMITS = { check: 10, run: 30 };
  const MORE = 30;

  const { python, edit, element, button, megabytes } = globalThis.nnlibPython;

  // --- What a reader typed, kept in this browser only. ---

  // progress.js keeps all that a book keeps; a book without it has the same place for code.
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
    const { exercise: id, name, registry, hints: count, cell } = box.dataset;
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
      kind: "check", label: "Check", number, more: { id, name, registry },
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
    area.addEventListener("focus", () => box.classList.add("nnlib-typed"), { once: true });

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

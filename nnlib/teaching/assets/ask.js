// Questions in the page: reads an entry, judges it, says what went wrong. Asks no server.
//
// `read` and `judge` do what nnlib/teaching/questions.py does, function by function; the tests
// drive both over one table. Whatever a reader typed reaches the page as text, never as HTML.
(() => {
  "use strict";

  // --- reading a number -------------------------------------------------------------------------

  const MINUS = /[\u2010-\u2013\u2212\ufe63\uff0d]/g;
  const SPACE = /[ \t\n\r\u00a0\u2000-\u200a\u202f\u205f\u3000]+/g;
  const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻";
  const NUMERAL =
    "(?:[0-9]{1,3}(?: [0-9]{3})+(?:[.,][0-9]+)?|[0-9]+(?:[.,][0-9]+|\\.)?|[.,][0-9]+)";
  const POWER = "10 ?(?:\\^|\\*\\*) ?(?:\\{([-+]?[0-9]+)\\}|\\(([-+]?[0-9]+)\\)|([-+]?[0-9]+))";
  const SCALED = new RegExp(
    `^([-+]?) ?(?:${POWER}|(${NUMERAL})(?:[eE]([-+]?[0-9]+)| ?[·⋅*×x] ?${POWER})?)$`);
  const LITERAL = /^[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$/;

  const trimmed = (text) => text.replace(/^ +| +$/g, "");
  const tidied = (text) => trimmed(text.replace(SPACE, " "));

  function read(text) {
    const tidy = trimmed(text.replace(SPACE, " ").replace(MINUS, "-"));
    if (!tidy) return { state: "empty", value: 0, shown: "" };
    const raised = tidy.replace(/[⁰¹²³⁴-⁹⁺⁻]+/g,
      (run) => "^" + [...run].map((mark) => "0123456789+-"[RAISED.indexOf(mark)]).join(""));
    const parts = raised.split(/[/\u2044\u2215]/).map((part) => scaled(trimmed(part)));
    const unread = { state: "unread", value: 0, shown: "" };
    if (parts.length > 2 || parts.includes(null) || (parts.length === 2 && parts[1] === 0)) {
      return unread;
    }
    const value = parts.length === 2 ? parts[0] / parts[1] : parts[0];
    if (!Number.isFinite(value)) return unread;
    return { state: "number", value, shown: LITERAL.test(tidy) ? "" : written(value) };
  }

  function scaled(text) {
    const found = SCALED.exec(text);
    if (!found) return null;
    const [, sign, a, b, c, numeral, exponent, d, e, f] = found;
    const power = [a, b, c, exponent, d, e, f].find((p) => p !== undefined) ?? "0";
    const digits = (numeral ?? "1").replaceAll(" ", "").replace(",", ".");
    const value = Number(`${sign}${digits}e${power}`);
    return Number.isFinite(value) ? value : null;
  }

  function written(value) {
    if (value === 0) return "0";
    const [digits, power] = value.toExponential(5).split("e");
    if (-4 <= +power && +power < 6) return String(Number(value.toPrecision(6)));
    return `${Number(digits)}e${+power}`;
  }

  // --- judging ----------------------------------------------------------------------------------

  const NOTHING = "Nothing entered yet.";
  const NOT_QUITE = "Not quite.";
  const AS_NUMBER = "Write numbers as 0.5, 1/2, -3 or 1e-5.";
  const STATES = ["right", "wrong", "unread", "open"];

  function unreadable(text) {
    const all = [...tidied(text).replaceAll("`", "'")];
    const short = all.length <= 20 ? all.join("") : all.slice(0, 20).join("") + "…";
    return `I can't read “${short}” as a number.`;
  }

  function near(key, value, target) {
    if (key.factor) return target <= value * key.factor && value <= target * key.factor;
    return Math.abs(value - target) <= key.atol + key.rtol * Math.abs(target);
  }

  const judges = {
    choice({ options }, entry) {
      const chosen = new Set(entry);
      const marks = options.map(({ right }, i) => !chosen.has(i) ? "" : right ? "right" : "wrong");
      if (!chosen.size) return { state: "open", lines: ["Nothing chosen yet."], marks };
      const unsure = options.filter(({ unsure }, i) => chosen.has(i) && unsure);
      if (unsure.length) {
        return { state: "open", lines: unsure.map(({ text }) => text), marks: options.map(() => "") };
      }
      if (options.every(({ right }, i) => right === chosen.has(i))) {
        const texts = options.filter(({ right }) => right).map(({ text }) => text);
        return { state: "right", lines: ["Right.", ...texts], marks };
      }
      const wrong = options.filter(({ right }, i) => chosen.has(i) && !right);
      const missed = options.filter(({ missed }, i) => !chosen.has(i) && missed);
      const lines = [...wrong.map(({ text }) => text), ...missed.map(({ missed }) => missed)];
      return { state: "wrong", lines: [NOT_QUITE, ...lines], marks };
    },

    number(key, entry) {
      const { state, value, shown } = read(entry);
      if (state === "empty") return { state: "open", lines: [NOTHING], marks: [] };
      if (state === "unread") return { state, lines: [unreadable(entry), AS_NUMBER], marks: [] };
      const how = shown ? [`Read as ${shown}.`] : [];
      if (near(key, value, key.answer)) {
        return { state: "right", lines: ["Right.", ...how], marks: [] };
      }
      return { state: "wrong", lines: [NOT_QUITE, ...how, cause(key, value)], marks: [] };
    },

    blanks(key, entry) {
      const cells = cellsOf(key, entry);
      const marks = Object.fromEntries(Object.entries(key.answer).map(
        ([name, table]) => [name, table.map((row) => row.map(() => ""))]));
      for (const { name, row, column, mark } of cells) marks[name][row][column] = mark;
      const counts = Object.fromEntries(
        STATES.map((mark) => [mark, cells.filter((cell) => cell.mark === mark).length]));
      if (counts.open === cells.length) return { state: "open", lines: [NOTHING], marks };
      if (counts.right === cells.length) return { state: "right", lines: ["Right."], marks };
      const unread = cells.filter(({ mark }) => mark === "unread")
        .map(({ place, text }) => `${firstUp(place)}: ${unreadable(text)}`);
      if (unread.length) unread.push(AS_NUMBER);
      const state = counts.wrong ? "wrong" : counts.unread ? "unread" : "open";
      return { state, lines: [tally(counts), ...unread, ...causes(key, cells)], marks };
    },
  };

  const judge = (key, entry) => judges[key.kind](key, entry);

  function cause(key, value) {
    for (const [wrong, text] of key.wrong) if (near(key, value, wrong)) return text;
    if (near(key, -value, key.answer)) return "The sign is wrong.";
    if (!key.factor && key.answer !== 0) {
      for (const power of [0.001, 0.01, 0.1, 10, 100, 1000]) {
        if (near(key, value * power, key.answer)) {
          return "The digits are right, the decimal point is not.";
        }
      }
    }
    return `The right value is ${key.answer > value ? "larger" : "smaller"}.`;
  }

  function cellsOf(key, entry) {
    const cells = [];
    for (const [name, table] of Object.entries(key.answer)) {
      table.forEach((line, row) => line.forEach((answer, column) => {
        const text = entry[name][row][column];
        const { state, value } = read(text);
        const mark = state === "empty" ? "open" : state === "unread" ? "unread"
          : near(key, value, answer) ? "right" : "wrong";
        const place = key.places[name][row][column];
        cells.push({ name, row, column, place, text, value, answer, mark });
      }));
    }
    return cells;
  }

  function causes(key, cells) {
    const slips = key.wrong.map(([arrays]) => arrays);
    const filled = Object.fromEntries(Object.keys(key.answer).map((name) => [name,
      cells.filter((cell) => cell.name === name && ["right", "wrong"].includes(cell.mark))]));
    const fits = (slip, name) => filled[name].every(
      ({ value, row, column }) => near(key, value, slip[name][row][column]));
    // One number everywhere, or each sign turned: an entry may agree with a slip by chance.
    const allOfAKind = (name) => {
      const cells = filled[name];
      const wrong = cells.filter(({ mark }) => mark === "wrong");
      const same = cells.length > 2 && cells.every(({ value }) => value === cells[0].value);
      return same || (wrong.length > 1
        && wrong.every(({ value, answer }) => near(key, -value, answer)));
    };
    const explained = new Map();
    for (const name of Object.keys(key.answer)) {
      if (!filled[name].some(({ mark }) => mark === "wrong")) continue;
      const partly = slips.map((_, k) => k).filter((k) => name in slips[k] && fits(slips[k], name));
      const wholly = partly.filter(
        (k) => Object.keys(slips[k]).every((other) => fits(slips[k], other)));
      // One entry alone says nothing of the other arrays that would have to differ too.
      const pool = wholly.length ? wholly : filled[name].length > 1 ? partly : [];
      if (pool.length === 1) explained.set(name, pool[0]);
    }
    const single = new Map();
    const flipped = [];
    for (const { mark, name, row, column, place, value, answer } of cells) {
      if (mark !== "wrong" || explained.has(name)) continue;
      const hits = slips.map((_, k) => k).filter(
        (k) => name in slips[k] && !allOfAKind(name)
          && near(key, value, slips[k][name][row][column]));
      if (hits.length === 1) single.set(hits[0], [...(single.get(hits[0]) ?? []), place]);
      else if (!hits.length && near(key, -value, answer)) flipped.push(place);
    }
    const told = new Set(explained.values());
    const lines = key.wrong.filter((_, k) => told.has(k)).map(([, text]) => text);
    key.wrong.forEach(([, text], k) => {
      if (single.has(k) && !told.has(k)) lines.push(`${firstUp(single.get(k).join(", "))}: ${text}`);
    });
    if (flipped.length) lines.push(`${firstUp(flipped.join(", "))}: the sign is wrong.`);
    return lines;
  }

  function tally(counts) {
    const words = { right: "right", wrong: "wrong", unread: "unreadable", open: "open" };
    const parts = STATES.filter((mark) => counts[mark]).map((mark) => [counts[mark], words[mark]]);
    const [first, ...rest] = parts.map(([n, word]) => `${n} ${n === 1 ? "is" : "are"} ${word}`);
    const head = first.replace(" ", parts[0][0] === 1 ? " entry " : " entries ");
    return [head, ...rest].join(", ") + ".";
  }

  const firstUp = (text) =>
    /^(row|entry) /.test(text) ? text[0].toUpperCase() + text.slice(1) : text;

  // Numbers out of what is copied from a table, a program or a formula, row by row.
  function rowsOf(text) {
    const bare = text.replace(/(np\.)?array\(|dtype=\w+|\\begin\{\w+\}|\\end\{\w+\}/g, " ");
    const rows = bare.split(/\r?\n|;|\\\\|\]\s*,?\s*\[/)
      .map((row) => row.replace(/[[\](){}]/g, " ").trim()).filter(Boolean);
    return rows.map((row) => {
      const cells = row.split(/\t|&|,(?=\s)|\s+/).map((cell) => cell.trim()).filter(Boolean);
      return cells.length === 1 && (row.match(/,/g) ?? []).length > 1 ? row.split(",") : cells;
    }).map((row) => row.map((cell) => cell.replace(/,$/, "")));
  }

  globalThis.nnlibAsk = { read, judge, rowsOf };
  if (typeof document === "undefined") return;

  // --- the page ---------------------------------------------------------------------------------

  const WORDS = { right: "right", wrong: "wrong", unread: "unread", open: "", "": "" };
  const SIGNS = { right: "✔", wrong: "✖", unread: "?", open: "", "": "" };

  function sign(mark) {
    const span = document.createElement("span");
    span.setAttribute("aria-hidden", "true");
    span.textContent = SIGNS[mark];
    return span;
  }

  // `code` becomes an element, everything else is text.
  function line(text) {
    const paragraph = document.createElement("p");
    text.split(/`([^`]+)`/).forEach((part, i) => {
      if (!(i % 2)) return paragraph.append(part);
      const code = document.createElement("code");
      code.textContent = part;
      paragraph.append(code);
    });
    return paragraph;
  }

  function start(form) {
    const id = form.dataset.question;
    const key = JSON.parse(form.querySelector("script").textContent);
    const status = form.querySelector("[role=status]");
    const answer = form.querySelector(".ask-answer");
    const inputs = [...form.querySelectorAll("input")];
    const note = (input) => document.getElementById(input.getAttribute("aria-describedby"));

    const entries = {
      choice: () => inputs.filter(({ checked }) => checked).map(({ value }) => +value),
      number: () => inputs[0].value,
      blanks: () => {
        const texts = inputs.values();
        return Object.fromEntries(Object.entries(key.answer).map(([name, table]) =>
          [name, table.map((row) => row.map(() => texts.next().value.value))]));
      },
    };
    const marksOf = (verdict) =>
      key.kind === "number" ? [verdict.state]
        : key.kind === "choice" ? verdict.marks : Object.values(verdict.marks).flat(2);

    function mark(input, state) {
      const choice = key.kind === "choice";
      const row = choice ? input.closest("label") : input;
      if (state && state !== "open") row.dataset.mark = state;
      else delete row.dataset.mark;
      if (["wrong", "unread"].includes(state)) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
      note(input).replaceChildren(...(WORDS[state] ? [sign(state), " " + WORDS[state]] : []));
    }

    function show(verdict) {
      marksOf(verdict).forEach((state, i) => mark(inputs[i], state));
      form.dataset.state = verdict.state;
      const lines = verdict.lines.map(line);
      lines[0].prepend(sign(verdict.state), verdict.state === "open" ? "" : " ");
      status.replaceChildren(...lines);
    }

    function finish() {
      form.dataset.done = "";
      form.querySelector(".ask-done").hidden = false;
    }

    function check(event) {
      event.preventDefault();
      const entry = entries[key.kind]();
      const verdict = judge(key, entry);
      show(verdict);
      // Who says "I don't know yet" may see the answer; who says nothing, not.
      if (verdict.state !== "open" || inputs.some(({ checked }) => checked)) form.dataset.tried = "";
      if (verdict.state !== "right") return;
      finish();
      answer.open = true;
      document.dispatchEvent(new CustomEvent("nnlib:done", { detail: { id, answer: entry } }));
    }

    // What was said of one answer does not stand beside another.
    function forget({ target }) {
      const changed = key.kind === "choice" ? inputs : [target];
      for (const input of changed) mark(input, "");
      delete form.dataset.state;
      status.replaceChildren();
    }

    // A right answer given before; no longer shown where the question has changed since.
    function restore() {
      const kept = globalThis.nnlibStore?.get("answers")[id];
      if (kept === undefined) return;
      let verdict;
      try { verdict = judge(key, kept); } catch { return; }
      if (verdict.state !== "right") return;
      if (key.kind === "choice") inputs.forEach((input, i) => { input.checked = kept.includes(i); });
      else [kept].flatMap((e) => typeof e === "string" ? e : Object.values(e).flat(2))
        .forEach((text, i) => { inputs[i].value = text; });
      form.dataset.tried = "";
      finish();
    }

    function paste(event) {
      const rows = rowsOf(event.clipboardData.getData("text"));
      if (rows.flat().length < 2) return;
      const table = event.target.closest(".ask-table");
      const cells = [...table.querySelectorAll("input")];
      const width = +table.dataset.columns;
      const at = cells.indexOf(event.target);
      const fits = (top, left) => left + Math.max(...rows.map((row) => row.length)) <= width
        && top + rows.length <= cells.length / width;
      let [top, left] = [Math.floor(at / width), at % width];
      if (!fits(top, left)) [top, left] = [0, 0];
      if (!fits(top, left)) return;
      event.preventDefault();
      rows.forEach((row, i) => row.forEach((text, j) => {
        const cell = cells[(top + i) * width + left + j];
        cell.value = text;
        mark(cell, "");
      }));
      delete form.dataset.state;
      status.replaceChildren();
    }

    form.querySelector("fieldset").disabled = false;
    form.addEventListener("submit", check);
    form.addEventListener("input", forget);
    if (key.kind === "blanks") form.addEventListener("paste", paste);
    restore();
  }

  document.querySelectorAll("form.ask").forEach(start);
})();

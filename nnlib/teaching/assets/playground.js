// The playground: knobs that write code, a worker that runs it, canvases that show the network.
// python-core.js has the worker and the editor. Before the first click there is no Python: the
// page shows a recorded run, and the knobs write code all the same.
(() => {
  "use strict";

  const { recorded: recordedFile, python: hasPython } = document.currentScript.dataset;
  const { python, edit, element, button, megabytes } = globalThis.nnlibPython;
  const root = document.querySelector(".nnlib-play");
  const $ = (selector) => root.querySelector(selector);
  const { knobs, template, inCode, palette, hues, missions } =
    JSON.parse($("script[type='application/json']").textContent);
  python.doors = ["nnlib.teaching.play.door"];

  const SLOW = 20; // seconds without an answer: then a loop does not end
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  // --- State: knobs, edited code, a mission. It is the end of the address. ---

  const DEFAULTS = Object.fromEntries(knobs.map(({ name, default: value }) => [name, value]));
  const state = { settings: { ...DEFAULTS }, edited: null, mission: null };

  const takes = ({ choices, pattern }, value) =>
    choices.some(([choice]) => choice === value) || (pattern && new RegExp(`^(?:${pattern})$`).test(value));

  const encode = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const decode = (text) => new TextDecoder("utf-8", { fatal: true }).decode(
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0)));

  function toHash() {
    const parts = new URLSearchParams();
    for (const { name } of knobs) {
      if (state.settings[name] !== DEFAULTS[name]) parts.set(name, state.settings[name]);
    }
    if (state.mission) parts.set("mission", state.mission.id);
    if (state.edited !== null) parts.set("code", encode(state.edited));
    return parts.toString();
  }

  function fromHash(text) {
    const found = { settings: { ...DEFAULTS }, edited: null, mission: null };
    for (const [name, value] of new URLSearchParams(text.replace(/^#/, ""))) {
      const knob = knobs.find((one) => one.name === name);
      if (name === "mission") found.mission = missions.find(({ id }) => id === value) ?? null;
      else if (name === "code") {
        try { found.edited = decode(value); } catch { found.edited = null; }
      } else if (knob && takes(knob, value)) found.settings[name] = value;
    }
    return found;
  }

  // --- From the knobs to the code: the other reader of the template is settings.py. ---

  function write(values) {
    const rounds = {
      "": [{}],
      layer: values.layers.split("-").filter(Boolean).map((width) => ({ width })),
      point: values.points.split(";").filter(Boolean).map((point) => {
        const [x, y, label] = point.split(",");
        return { x, y, label };
      }),
    };
    const holds = ({ when }) => when.every(([knob, choices]) =>
      choices.includes("!") !== choices.includes(values[knob]));
    const fill = (text, all) => text.replace(/\{(\w+)(?::(\w+))?\}/g, (_, name, table) => {
      const words = inCode[table] ?? {};
      return words[all[name]] ?? words[""] ?? all[name];
    });
    const groups = [];
    for (const line of template) {
      const before = groups.at(-1);
      if (before && line.each && before[0].each === line.each) before.push(line);
      else groups.push([line]);
    }
    const lines = [];
    for (const group of groups) {
      for (const one of rounds[group[0].each]) {
        lines.push(...group.filter(holds).map(({ text }) => fill(text, { ...values, ...one })));
      }
    }
    return `${lines.join("\n")}\n`;
  }
  const text = () => state.edited ?? write(state.settings);

  // --- Colors. ---

  const dark = () => document.documentElement.dataset.theme === "dark" ||
    (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  const color = (name) => palette[name][dark() ? 1 : 0];
  const rgb = (name) => [1, 3, 5].map((at) => parseInt(color(name).slice(at, at + 2), 16));
  const classColor = (c) => (c < hues.length ? hues[c] : ["ink", "muted", "grid"][(c - hues.length) % 3]);
  const bytes = (packed) => Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));

  // --- Drawing. ---

  // A canvas as large as its place, in real pixels.
  function sheet(canvas, ratio) {
    const width = canvas.clientWidth || 300;
    const height = Math.round(width / ratio);
    const scale = Math.min(devicePixelRatio || 1, 2);
    if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
      canvas.width = Math.round(width * scale);
      canvas.height = Math.round(height * scale);
      canvas.style.aspectRatio = `${width} / ${height}`;
    }
    const pen = canvas.getContext("2d");
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, height);
    return [pen, width, height];
  }

  const stamp = document.createElement("canvas");
  function image(width, height, paint) {
    stamp.width = width;
    stamp.height = height;
    const pen = stamp.getContext("2d", { willReadFrequently: true });
    const data = pen.createImageData(width, height);
    for (let i = 0; i < width * height; i += 1) {
      const [r, g, b] = paint(i);
      data.data.set([r, g, b, 255], 4 * i);
    }
    pen.putImageData(data, 0, 0);
    return stamp;
  }
  const mix = (a, b, share) => [0, 1, 2].map((i) => a[i] + (b[i] - a[i]) * share);

  function mark(pen, x, y, c, size, hollow) {
    pen.beginPath();
    if (c % 3 === 0) pen.arc(x, y, size, 0, 7);
    else if (c % 3 === 1) pen.rect(x - size * 0.9, y - size * 0.9, size * 1.8, size * 1.8);
    else {
      pen.moveTo(x, y - size * 1.2);
      pen.lineTo(x + size * 1.15, y + size * 0.9);
      pen.lineTo(x - size * 1.15, y + size * 0.9);
      pen.closePath();
    }
    pen.lineWidth = 1;
    if (hollow) {
      pen.strokeStyle = color(classColor(c));
      pen.stroke();
      return;
    }
    pen.fillStyle = color(classColor(c));
    pen.strokeStyle = color("paper");
    pen.fill();
    pen.stroke();
  }

  let scene = null;
  let frame = null;
  const curves = { batch: [], now: [] };
  const field = $(".play-field canvas");

  function place(x, y, width, height) {
    const [x0, x1, y0, y1] = scene.box;
    return [((x - x0) / (x1 - x0)) * width, ((y1 - y) / (y1 - y0)) * height];
  }

  function drawPlane() {
    const [pen, width, height] = sheet(field, 1);
    const paper = rgb("paper");
    if (frame.field && frame.side) {
      const p = bytes(frame.field);
      const { classes } = scene;
      const per = p.length / (frame.side * frame.side);
      const colors = Array.from({ length: per }, (_, c) => rgb(classColor(c)));
      pen.imageSmoothingEnabled = true;
      pen.imageSmoothingQuality = "high";
      pen.drawImage(image(frame.side, frame.side, (i) => {
        if (per === 1) return mix(paper, colors[0], (0.75 * p[i]) / 255);
        let [r, g, b] = [0, 0, 0];
        for (let c = 0; c < per; c += 1) {
          const share = p[i * per + c] / 255;
          r += share * colors[c][0];
          g += share * colors[c][1];
          b += share * colors[c][2];
        }
        let most = 0;
        for (let c = 0; c < per; c += 1) most = Math.max(most, p[i * per + c] / 255);
        const sure = classes > 1 ? (most - 1 / classes) / (1 - 1 / classes) : 0;
        return mix(paper, [r, g, b], 0.1 + 0.4 * sure);
      }), 0, 0, width, height);
    }
    for (const [x, y, c] of scene.tested ? scene.test : []) {
      mark(pen, ...place(x, y, width, height), c, 2, true);
    }
    for (const [x, y, c] of scene.train) mark(pen, ...place(x, y, width, height), c, width < 300 ? 2.6 : 3.4);
  }

  function drawLine() {
    const [pen, width, height] = sheet(field, 1);
    for (const [list, hue] of [[scene.tested ? scene.test : [], "vermillion"], [scene.train, "blue"]]) {
      pen.fillStyle = pen.strokeStyle = color(hue);
      pen.lineWidth = 1;
      for (const [x, y] of list) {
        const [px, py] = place(x, y, width, height);
        pen.beginPath();
        pen.arc(px, py, hue === "blue" ? 3 : 2, 0, 7);
        if (hue === "blue") pen.fill();
        else pen.stroke();
      }
    }
    pen.strokeStyle = color("ink");
    pen.lineWidth = 2.5;
    pen.beginPath();
    const [x0, x1] = scene.box;
    (frame.curve ?? []).forEach((y, i, all) => {
      if (y === null) return;
      pen.lineTo(...place(x0 + (i / (all.length - 1)) * (x1 - x0), y, width, height));
    });
    pen.stroke();
  }

  const digits = $(".play-digits");
  function drawDigits() {
    if (digits.childElementCount !== scene.digits.length) {
      digits.replaceChildren(...scene.digits.map(() => element("div", {},
        element("canvas", { width: 8, height: 8 }), element("canvas", { className: "play-bars" }), element("span"))));
    }
    const p = frame.field ? bytes(frame.field) : [];
    scene.digits.forEach(({ pixels, label }, row) => {
      const [small, bars, words] = digits.children[row].children;
      const shades = bytes(pixels);
      small.getContext("2d").drawImage(
        image(8, 8, (i) => mix(rgb("paper"), rgb("ink"), shades[i] / 255)), 0, 0);
      const [pen, width, height] = sheet(bars, 3);
      let best = 0;
      for (let c = 0; c < 10; c += 1) {
        const share = (p[10 * row + c] ?? 0) / 255;
        if (share > (p[10 * row + best] ?? 0) / 255) best = c;
        pen.fillStyle = color(c === label ? "blue" : "vermillion");
        const tall = Math.max(share * (height - 10), 1);
        pen.fillRect((c + 0.15) * (width / 10), height - 10 - tall, 0.7 * (width / 10), tall);
        pen.fillStyle = color("muted");
        pen.font = "9px system-ui, sans-serif";
        pen.textAlign = "center";
        pen.fillText(String(c), (c + 0.5) * (width / 10), height - 1);
      }
      const share = Math.round((100 * (p[10 * row + best] ?? 0)) / 255);
      words.textContent = `${best === label ? "✔" : "✖"} reads ${best}, ${share} %`;
    });
  }

  function drawField() {
    if (!scene || !frame) return;
    const reads = scene.kind === "digits";
    digits.hidden = !reads;
    field.hidden = reads || scene.kind === "nothing";
    if (reads) drawDigits();
    else if (scene.kind === "plane") drawPlane();
    else if (scene.kind === "line") drawLine();
  }

  // Curves over steps; `log` for losses, which fall by powers of ten.
  function axes(canvas, low, high, log, ticks) {
    const [pen, width, height] = sheet(canvas, 2.1);
    const left = 44;
    const bottom = height - 16;
    const at = log ? Math.log10 : (v) => v;
    const y = (v) => 4 + (bottom - 4) * (1 - (at(v) - at(low)) / (at(high) - at(low)));
    const end = Math.max(curves.now.at(-1)?.[0] ?? 0, curves.batch.at(-1)?.[0] ?? 0, 1);
    const x = (step) => left + (width - left - 4) * (step / end);
    pen.font = "11px system-ui, sans-serif";
    pen.fillStyle = color("muted");
    pen.strokeStyle = color("grid");
    pen.lineWidth = 1;
    pen.textAlign = "right";
    for (const tick of ticks) {
      pen.beginPath();
      pen.moveTo(left, y(tick));
      pen.lineTo(width, y(tick));
      pen.stroke();
      pen.fillText(log ? String(+tick.toPrecision(1)) : `${Math.round(100 * tick)} %`, left - 4, y(tick) + 4);
    }
    pen.fillText(`step ${end}`, width - 4, height - 3);
    pen.save();
    pen.beginPath();
    pen.rect(left, 0, width - left, bottom + 1);
    pen.clip();
    return { pen, x, y };
  }

  function trace({ pen, x, y }, points, name, width, dash = []) {
    pen.strokeStyle = color(name);
    pen.lineWidth = width;
    pen.setLineDash(dash);
    pen.beginPath();
    for (const [step, value] of points) if (value !== null) pen.lineTo(x(step), y(value));
    pen.stroke();
    pen.setLineDash([]);
  }

  function drawCurves() {
    const { batch, now } = curves;
    // The scale is that of the two smooth curves; of the noise, what lies within.
    let [least, most] = [0.9, 1];
    for (const [, a, b] of now) {
      for (const v of [a, b]) if (v > 0) [least, most] = [Math.min(least, v), Math.max(most, v)];
    }
    const low = 10 ** Math.floor(Math.log10(Math.max(least * 0.6, 1e-7)));
    const high = 10 ** Math.ceil(Math.log10(most * 1.01));
    const ticks = [];
    for (let tick = low; tick <= high * 1.01; tick *= 10) ticks.push(tick);
    const plot = axes($(".play-loss"), low, high, true, ticks.filter((_, i) => ticks.length < 6 || i % 2 === 0));
    const positive = (points, at) => points.map((row) => [row[0], row[at] === null ? null : Math.max(row[at], low / 10)]);
    const { target } = state.mission ?? {};
    $("[data-line=target]").hidden = !target?.length;
    if (target?.length && scene) trace(plot, target.map((v, i) => [i * scene.epoch, v]), "muted", 6);
    plot.pen.globalAlpha = 0.6;
    trace(plot, positive(batch, 1), "sky", 1);
    plot.pen.globalAlpha = 1;
    trace(plot, positive(now, 2), "vermillion", 2, [5, 3]);
    trace(plot, positive(now, 1), "blue", 2);
    plot.pen.restore();
    const classes = !scene || scene.classifies;
    for (const part of root.querySelectorAll(".play-share")) part.hidden = !classes;
    if (!classes) return;
    const shares = axes($(".play-accuracy"), 0, 1, false, [0, 0.5, 1]);
    trace(shares, now.map(([s, , , , v]) => [s, v]), "vermillion", 2, [5, 3]);
    trace(shares, now.map(([s, , , v]) => [s, v]), "blue", 2);
    shares.pen.restore();
  }

  function drawUnits(canvas, unit) {
    const gap = 3;
    const shown = unit ? Math.min(unit.of, 16) : 0;
    canvas.hidden = !shown;
    if (!shown) return;
    const values = bytes(unit.pixels);
    const per = unit.width * unit.height;
    const cell = 23;
    const wide = Math.min(8, shown);
    const high = Math.ceil(shown / wide);
    canvas.style.width = canvas.style.minWidth = `${wide * (cell + gap)}px`;
    const [pen] = sheet(canvas, (wide * (cell + gap)) / (high * (cell + gap)));
    const [paper, plus, minus] = [rgb("paper"), rgb("blue"), rgb("vermillion")];
    pen.imageSmoothingEnabled = per > 100;
    for (let u = 0; u < shown; u += 1) {
      const [x, y] = [(u % wide) * (cell + gap), Math.floor(u / wide) * (cell + gap)];
      if (unit.height === 1) {
        pen.strokeStyle = color("blue");
        pen.lineWidth = 1.5;
        pen.beginPath();
        for (let i = 0; i < unit.width; i += 1) {
          pen.lineTo(x + (i / Math.max(unit.width - 1, 1)) * cell, y + cell / 2 - ((values[u * per + i] - 128) / 127) * (cell / 2 - 1));
        }
        pen.stroke();
      } else {
        pen.drawImage(image(unit.width, unit.height, (i) => {
          const share = (values[u * per + i] - 128) / 127;
          return mix(paper, share > 0 ? plus : minus, Math.min(Math.abs(share), 1));
        }), x, y, cell, cell);
      }
      pen.strokeStyle = color("grid");
      pen.lineWidth = 1;
      pen.strokeRect(x + 0.5, y + 0.5, cell - 1, cell - 1);
    }
  }

  function drawHistogram(canvas, [low, high, counts], labels) {
    const [pen, width, height] = sheet(canvas, 2.3);
    const most = Math.max(...counts, 1);
    const bottom = height - 12;
    pen.fillStyle = color("blue");
    counts.forEach((count, i) => {
      const tall = count ? Math.max((count / most) * (bottom - 2), 1) : 0;
      pen.fillRect((i * width) / counts.length, bottom - tall, width / counts.length - 0.5, tall);
    });
    pen.strokeStyle = color("muted");
    pen.beginPath();
    pen.moveTo(0, bottom + 0.5);
    pen.lineTo(width, bottom + 0.5);
    pen.stroke();
    pen.fillStyle = color("muted");
    pen.font = "10px system-ui, sans-serif";
    pen.textAlign = "left";
    pen.fillText(labels[0] ?? String(low), 0, height - 1);
    pen.textAlign = "right";
    pen.fillText(labels[1] ?? String(high), width, height - 1);
  }

  const percent = (value) => (value === null ? "–" : `${Math.round(100 * value)} %`);
  const rows = $(".play-inside tbody");
  function drawInside() {
    if (!frame) return;
    const { layers, units = [] } = frame;
    if (rows.childElementCount !== layers.length) {
      rows.replaceChildren(...layers.map(() => element("tr", {},
        Object.assign(element("th"), { scope: "row" }),
        element("td", {}, element("canvas")), element("td", {}, element("canvas"), element("small")),
        element("td", {}, element("canvas"), element("small")), element("td"), element("td"))));
      for (const canvas of rows.querySelectorAll("canvas")) canvas.setAttribute("aria-hidden", "true");
    }
    layers.forEach((layer, i) => {
      const [name, pictures, acts, grads, dead, ratio] = rows.children[i].children;
      const unit = units.find((one) => one.name === layer.name);
      name.textContent = `${layer.name} (${layer.units})`;
      drawUnits(pictures.firstChild, unit);
      drawHistogram(acts.firstChild, layer.activations, []);
      acts.lastChild.textContent = `rms ${layer.rms ?? "–"}`;
      drawHistogram(grads.firstChild, layer.gradients, ["10⁻¹⁴", "10²"]);
      grads.lastChild.textContent = layer.gradient === null ? "none yet" : `rms ${layer.gradient}`;
      dead.textContent = layer.dead !== null ? percent(layer.dead)
        : layer.flat !== null ? `flat: ${percent(layer.flat)}` : "–";
      ratio.textContent = layer.ratio ?? "–";
    });
  }

  // The pictures of what is on the screen; the rest is drawn when it comes near.
  let asked = false;
  function draw() {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      drawField();
      drawCurves();
      drawInside();
      globalThis.nnlibPlay.pictures += 1;
    });
  }
  // For whoever measures or tests: how many pictures so far, and whether they are of a live network.
  globalThis.nnlibPlay = { pictures: 0, live: false };

  const says = $(".play-says");
  let said = 0;
  function say(words, now) {
    if (!now && performance.now() - said < 3000) return;
    said = performance.now();
    if (says.textContent !== words) says.textContent = words;
  }

  function show(answer, opened) {
    if (answer.scene) {
      scene = answer.scene;
      curves.batch = [];
      curves.now = [];
    }
    frame = answer.frame;
    curves.batch.push(...frame.batch);
    curves.now.push(...frame.now);
    for (const list of [curves.batch, curves.now]) {
      if (list.length > 3000) list.splice(0, list.length, ...list.filter((_, i) => i % 2 === 1));
    }
    $(".play-clock").replaceChildren("epoch ", element("b", { textContent: String(+frame.epoch.toFixed(frame.epoch < 10 ? 1 : 0)) }),
      `, step ${frame.step}`);
    say(frame.says, opened || !playing || frame.diverged);
    draw();
  }

  // --- The worker: one request after the other. ---

  let playing = false;
  let opened = false; // whether Python holds the network of this code
  let memory = {};
  let line = Promise.resolve();
  const note = $(".play-note");
  const meter = $(".play-bar progress");
  const stop = $(".play-stop");
  const go = $(".play-go");
  const output = $("pre.nnlib-output");
  const told = $(".play-told");

  const inLine = (task) => (line = line.then(task, task));

  async function request(asking) {
    let timer;
    let waiting;
    let reason = "Stopped.";
    try {
      waiting = setTimeout(() => { stop.hidden = false; }, 700);
      return await python.run(asking, {
        progress(read, total) {
          note.textContent = `Loading Python: ${megabytes(total)} MB, once a visit.`;
          Object.assign(meter, { hidden: false, max: total, value: read });
        },
        begin() {
          meter.hidden = true;
          if (note.textContent.startsWith("Loading")) note.textContent = "";
          timer = setTimeout(() => {
            reason = `Stopped after ${SLOW} seconds without an answer: is there a loop that does not end?`;
            python.stop();
          }, 1000 * SLOW);
        },
        output(words) {
          output.hidden = false;
          output.append(words);
        },
      });
    } catch (error) {
      const again = " Python starts again; the code is still here.";
      opened = playing = false;
      note.textContent = error.message === "stopped" ? reason + again
        : error.fatal ? `Python broke down (${error.message}).${again}`
        : `Python could not be loaded: ${error.message}.`;
      return null;
    } finally {
      clearTimeout(timer);
      clearTimeout(waiting);
      meter.hidden = true;
      if (document.activeElement === stop) go.focus();
      stop.hidden = true;
    }
  }

  function trouble(words) {
    playing = false;
    told.textContent = "";
    output.hidden = false;
    output.append(element("span", { className: "nnlib-error", textContent: words }));
    const last = words.trim().split("\n").at(-1);
    note.textContent = `The code raised an error: ${last}`;
    say(note.textContent, true);
  }

  function taken(answer, asOpened) {
    if (!answer) return false;
    if (answer.error) {
      opened = false;
      trouble(answer.error);
      return false;
    }
    globalThis.nnlibPlay.live = true;
    show(answer, asOpened);
    if (answer.memory) memory = answer.memory;
    if (answer.mission) judged(answer.mission);
    if (answer.frame.diverged) playing = false;
    return true;
  }

  // Makes the network of the code as it stands.
  let turn = 0;
  function open() {
    const mine = (turn += 1);
    opened = false;
    return inLine(async () => {
      if (mine !== turn) return null;
      output.hidden = true;
      output.textContent = "";
      note.textContent = python.ready ? "" : "Starting Python.";
      const answer = await request({
        kind: "open", code: text(), mission: state.mission?.id ?? null, memory,
        settings: state.edited === null ? state.settings : null,
      });
      if (mine !== turn) return null;
      if (answer && !answer.error) note.textContent = "";
      opened = taken(answer, true);
      marks();
      return opened;
    });
  }

  function advance(asking) {
    return inLine(async () => {
      if (!opened) return true; // something was changed meanwhile: whoever trains makes it anew
      const mine = turn;
      const answer = await request({ kind: "advance", since: frame.step, ...asking });
      return mine !== turn || taken(answer, false);
    });
  }

  const PACES = {
    step: [{ steps: 1 }, 200],
    epoch: [{ epochs: 1, seconds: 0.2 }, 25],
    fast: [{ steps: 100000, seconds: 0.02 }, 25],
  };
  const pace = $(".play-pace");

  let looping = false;
  async function play() {
    playing = true;
    marks();
    if (looping) return;
    looping = true;
    try {
      while (playing) {
        if (!opened) {
          const made = await open();
          if (made === null) continue; // changed again meanwhile
          if (!made) break;
        }
        const begun = performance.now();
        const [asking, least] = PACES[pace.value];
        const slower = still.matches ? 1000 : least;
        const more = still.matches && asking.steps === 1 ? { steps: 1 } : asking;
        if (!(await advance(more))) break;
        await new Promise((done) => setTimeout(done, Math.max(0, slower - (performance.now() - begun))));
      }
    } finally {
      looping = playing = false;
      marks();
      if (frame) say(frame.says, true);
    }
  }

  function marks() {
    go.textContent = playing ? "❚❚ Pause" : "▶ Play";
    go.setAttribute("aria-pressed", String(playing));
  }

  async function once(asking) {
    playing = false;
    clearTimeout(typing); // opened here, and not once more meanwhile: that would begin anew
    while (!opened) {
      const made = await open();
      if (made === false) return;
    }
    await advance(asking);
    if (frame) say(frame.says, true);
    marks();
  }

  // --- Knobs and code. ---

  const area = $("#play-code");
  const paint = edit(area, () => run());
  const fieldset = $(".play-knobs fieldset");
  const input = (name) => fieldset.querySelector(`[name="${name}"]`);
  let typing;

  function shown() {
    for (const knob of knobs) {
      const value = state.settings[knob.name];
      const control = input(knob.name);
      if (control) {
        if (control.localName === "select" && ![...control.options].some((o) => o.value === value)) {
          control.append(element("option", { value, textContent: value }));
        }
        if (control !== document.activeElement || control.localName === "select") control.value = value;
        control.removeAttribute("aria-invalid");
      }
      const box = fieldset.querySelector(`[data-knob="${knob.name}"]`);
      if (knob.when) box.hidden = !knob.when[1].includes(state.settings[knob.when[0]]);
    }
    const written = text();
    if (area.value !== written) {
      area.value = written;
      paint();
    }
    const mine = state.edited !== null;
    root.classList.toggle("play-edited", mine);
    $(".play-back").hidden = !mine;
    $(".play-about").textContent = mine
      ? "These lines are yours now: the knobs rest until you go back to them."
      : "The knobs write these lines, and these lines are what runs. Change them: add a layer of your own, break one.";
    fieldset.disabled = mine;
  }

  function keep() {
    const hash = toHash();
    history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
  }

  function changed(quietly) {
    shown();
    keep();
    if (!hasPython) {
      recordedRun(toHash());
      return;
    }
    opened = false;
    turn += 1;
    if (!quietly) {
      clearTimeout(typing);
      typing = setTimeout(() => { if (!looping) open(); }, 150);
    }
  }

  fieldset.addEventListener("input", ({ target }) => {
    const knob = knobs.find(({ name }) => name === target.name);
    if (!knob) return;
    const value = target.value.trim().replace(/[\s,]+/g, "-");
    if (!takes(knob, value)) {
      target.setAttribute("aria-invalid", "true");
      note.textContent = knob.name === "layers"
        ? "Hidden layers: widths with a dash between, such as 16-16; at most 20 layers of 999."
        : `${knob.label}: a number, please.`;
      return;
    }
    note.textContent = "";
    state.settings[knob.name] = value;
    changed();
  });
  fieldset.closest("form").addEventListener("submit", (event) => event.preventDefault());

  const widths = () => state.settings.layers.split("-").filter(Boolean);
  $(".play-more").onclick = () => {
    if (widths().length >= 20) return;
    state.settings.layers = [...widths(), widths().at(-1) ?? "8"].join("-");
    changed();
  };
  $(".play-less").onclick = () => {
    state.settings.layers = widths().slice(0, -1).join("-");
    changed();
  };
  $(".play-dice").onclick = () => {
    state.settings.seed = String((Number(state.settings.seed) + 1) % 1000000);
    changed();
  };

  // Points of one's own: by a click, or by the small form.
  const points = $(".play-points");
  const number = (value) => Math.max(-9, Math.min(9, Number(value) || 0)).toFixed(2);
  function add(x, y) {
    const list = state.settings.points.split(";").filter(Boolean);
    if (list.length >= 500) return;
    const label = points.querySelector("[data-point=label]").value;
    state.settings.points = [...list, `${number(x)},${number(y)},${label}`].join(";");
    note.textContent = `${list.length + 1} points of your own.`;
    changed();
  }
  points.addEventListener("click", ({ target }) => {
    const list = state.settings.points.split(";").filter(Boolean);
    const at = (name) => points.querySelector(`[data-point=${name}]`).value;
    if (target.dataset.do === "add") add(at("x"), at("y"));
    if (target.dataset.do === "undo") state.settings.points = list.slice(0, -1).join(";");
    if (target.dataset.do === "clear") state.settings.points = "";
    if (["undo", "clear"].includes(target.dataset.do)) changed();
  });
  field.addEventListener("click", (event) => {
    if (state.settings.data !== "own" || state.edited !== null) return;
    const [x0, x1, y0, y1] = scene?.kind === "plane" ? scene.box : [-1.1, 1.1, -1.1, 1.1];
    const box = field.getBoundingClientRect();
    add(x0 + ((event.clientX - box.left) / box.width) * (x1 - x0),
      y1 - ((event.clientY - box.top) / box.height) * (y1 - y0));
  });

  area.addEventListener("input", () => {
    state.edited = area.value === write(state.settings) ? null : area.value;
    shown();
    clearTimeout(typing);
    typing = setTimeout(keep, 400);
    opened = false;
    turn += 1;
    told.textContent = "Run this code, or press Play, to see what it does.";
  });

  async function run() {
    playing = false;
    told.textContent = "";
    shown();
    keep();
    if (hasPython && (await open())) told.textContent = "It runs: press Play to train it.";
  }

  $(".play-run").onclick = run;
  $(".play-back").onclick = () => {
    state.edited = null;
    memory = {};
    told.textContent = "";
    changed();
    area.focus();
  };

  $(".play-link").onclick = async () => {
    keep();
    try {
      await navigator.clipboard.writeText(location.href);
      told.textContent = "The link is copied: settings, seed, and what you changed in the code.";
    } catch {
      told.textContent = "The address of this page holds it all: copy it from there.";
    }
  };

  function notebook() {
    const cell = (kind, source) => ({
      cell_type: kind, id: `play-${kind}-${source.length}`, metadata: {}, source,
      ...(kind === "code" ? { execution_count: null, outputs: [] } : {}),
    });
    const training = [
      "history = network.fit(X, y, epochs=60, batch_size=batch_size, validation=(X_test, y_test))",
      "history.loss[-1], history.validation_loss[-1]",
    ].join("\n");
    const live = "from nnlib.teaching.play import playground\n\nplayground(In[1])";
    return JSON.stringify({
      nbformat: 4, nbformat_minor: 5,
      metadata: { kernelspec: { name: "python3", display_name: "Python 3", language: "python" } },
      cells: [
        cell("markdown", `# From the playground\n\nThe same in the page: ${location.href}`),
        cell("code", text().trimEnd()),
        cell("code", training),
        cell("markdown", "With the pictures of the page:"),
        cell("code", live),
      ],
    }, null, 1);
  }
  $(".play-jupyter").onclick = () => {
    const url = URL.createObjectURL(new Blob([notebook()], { type: "application/x-ipynb+json" }));
    element("a", { href: url, download: "playground.ipynb" }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
    told.textContent = "playground.ipynb is saved: open it in Jupyter, where nnlib is installed.";
  };

  // --- Missions. ---

  const board = $(".play-mission");
  let verdict = null;
  let solved = false;

  function begin(mission) {
    playing = false;
    memory = {};
    solved = false;
    state.mission = mission;
    state.settings = { ...DEFAULTS, ...mission.start };
    state.edited = mission.code || null;
    showMission();
    changed();
    root.scrollIntoView({ behavior: still.matches ? "auto" : "smooth", block: "start" });
    board.querySelector("h2").focus({ preventScroll: true });
  }

  function showMission() {
    const { mission } = state;
    board.hidden = !mission;
    solved = false;
    board.className = "play-mission";
    if (!mission) {
      board.replaceChildren();
      verdict = null;
      return;
    }
    let hints = 0;
    const title = element("h2", { textContent: mission.title, tabIndex: -1 });
    const tips = element("ol", { className: "nnlib-tips" });
    tips.setAttribute("aria-live", "polite");
    verdict = element("p", { className: "play-verdict" });
    verdict.setAttribute("role", "status");
    const hint = button(`Hint 1 of ${mission.hints.length}`, () => {
      tips.append(element("li", { textContent: mission.hints[hints] }));
      hints += 1;
      hint.disabled = hints >= mission.hints.length;
      hint.textContent = hint.disabled ? "No more hints" : `Hint ${hints + 1} of ${mission.hints.length}`;
    });
    const leave = button("Leave the mission", () => {
      state.mission = null;
      showMission();
      changed();
      go.focus();
    });
    board.replaceChildren(title, element("p", { textContent: mission.task }), verdict, tips,
      element("div", { className: "nnlib-bar" }, hint, leave));
  }

  let judgedAt = 0;
  function judged({ done, text: words }) {
    if (!verdict || solved) return;
    const now = performance.now();
    if (!done && playing && now - judgedAt < 1500) return;
    judgedAt = now;
    verdict.textContent = done ? `✔ Solved. ${words}` : words;
    if (!done) return;
    solved = true;
    playing = false;
    board.classList.add("play-solved");
    // progress.js keeps it, in this browser; without it the tick lasts as long as the page.
    document.dispatchEvent(new CustomEvent("nnlib:done", { detail: { id: `play.${state.mission.id}` } }));
    ticks.add(state.mission.id);
    tick();
  }

  const ticks = new Set();
  function tick() {
    const kept = globalThis.nnlibStore?.get("done") ?? {};
    for (const item of root.querySelectorAll(".play-missions li")) {
      const { mission: id } = item.dataset;
      item.querySelector(".play-done").hidden = !ticks.has(id) && !(`play.${id}` in kept);
    }
  }
  addEventListener("load", tick);
  setTimeout(tick, 500);

  for (const item of root.querySelectorAll(".play-missions li")) {
    const start = item.querySelector("button");
    start.disabled = false;
    start.onclick = () => begin(missions.find(({ id }) => id === item.dataset.mission));
  }

  // --- Recorded runs: what is there before Python is, and instead of it. ---

  let recorded = {};
  async function recordedRun(hash) {
    const found = recorded[hash];
    if (!found) {
      if (!hasPython) note.textContent = MISSING;
      return;
    }
    // The end of the run, with its curves: the first picture has something to show.
    for (const [i, one] of found.frames.entries()) show({ ...(i ? {} : { scene: found.scene }), frame: one }, true);
    if (hasPython) note.textContent = "A recorded run, to begin with. Press Play to train it here, from the start.";
  }
  let replay = 0;
  async function playRecorded() {
    const mine = (replay += 1);
    const { scene: kept, frames } = recorded[toHash()] ?? recorded[""];
    for (let i = 0; i < frames.length && mine === replay; i += 1) {
      show({ frame: frames[i], ...(i ? {} : { scene: kept }) }, true);
      await new Promise((done) => setTimeout(done, still.matches ? 2000 : 600));
    }
  }
  const MISSING = "This copy of the book was built without Python for the page, so nothing is trained here. " +
    "Play shows a recorded run of the first settings; the code runs in Jupyter.";

  // --- The start. ---

  function load(hash) {
    Object.assign(state, fromHash(hash));
    memory = {};
    if (state.mission?.code && state.edited === null) state.edited = state.mission.code;
    showMission();
    shown();
  }
  addEventListener("hashchange", () => {
    if (location.hash.slice(1) === toHash() || /^#[\w-]*$/.test(location.hash) && location.hash) return;
    playing = false;
    load(location.hash);
    if (hasPython) { turn += 1; open(); }
  });

  load(location.hash);
  stop.onclick = () => python.stop();
  if (hasPython) {
    go.onclick = () => {
      if (playing) { playing = false; marks(); } else play();
    };
    $(".play-step").onclick = () => once({ steps: 1 });
    $(".play-epoch").onclick = () => once({ epochs: 1, seconds: 5 });
    $(".play-reset").onclick = () => { playing = false; open(); };
  } else {
    note.textContent = MISSING;
    go.onclick = playRecorded;
    for (const control of [$(".play-step"), $(".play-epoch"), $(".play-reset"), pace, $(".play-run")]) control.hidden = true;
  }
  for (const control of root.querySelectorAll(".play-bar :disabled, #code :disabled")) control.disabled = false;
  if (state.edited === null) fieldset.disabled = false;
  python.load(recordedFile).then(() => {
    recorded = globalThis.nnlibRecorded;
    if (!frame) recordedRun(toHash());
    if (!frame && !opened) say("Press Play: the network of these settings is made and trained in this page.", true);
  }).catch(() => {});
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  new ResizeObserver(draw).observe(root);
})();

// What pages with Python in them share: the worker, and an editor. python.js and playground.js use
// it. Nothing is loaded before the reader's first click; all of it comes from the book's own folder.
(() => {
  "use strict";

  const { book } = document.currentScript.dataset;

  const element = (name, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };
  const button = (text, onclick) => element("button", { type: "button", textContent: text, onclick });
  const megabytes = (bytes) => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);

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

    // A file of the book's. From a folder a browser reads scripts and nothing else: there it comes as
    // text in one.
    async function fetched(name, { path, script, size }, read) {
      if (location.protocol !== "file:") {
        const answer = await fetch(book + path);
        if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
        const counted = answer.body.pipeThrough(new TransformStream({
          transform(chunk, controller) {
            read(chunk.byteLength);
            controller.enqueue(chunk);
          },
        }));
        return new Response(counted).blob();
      }
      await load(book + script);
      const [text, packed] = self.nnlibFiles.texts[name];
      const binary = atob(text);
      const bytes = new Uint8Array(binary.length);
      for (let i = 0; i < bytes.length; i += 1) bytes[i] = binary.charCodeAt(i);
      delete self.nnlibFiles.texts[name]; // a start from the second on has the blob
      read(size);
      const { body } = new Response(bytes);
      return new Response(packed ? body.pipeThrough(new DecompressionStream("gzip")) : body).blob();
    }

    const blobs = {};
    async function fetchAll() {
      await load(`${book}manifest.js`, `?${Date.now()}`);
      const { files } = self.nnlibFiles;
      let all = 0;
      const read = (more) => heard(all += more, total());
      await Promise.all(Object.entries(files).map(async ([name, file]) => {
        blobs[name] ??= await fetched(name, file, read);
      }));
    }

    // What a reader types has the rights of a page that was written by nobody: the frame has an
    // origin of its own, so nothing that pages of this site keep, and its policy lets nothing out. A
    // worker of a blob is bound by the policy of the page that made it; one that a server sends is
    // not. The site's own policy, where it has one, must name the same hash.
    const MAKER = `let worker;
      onmessage = ({ data, ports }) => {
        worker?.terminate();
        if (!data) return;
        worker = new Worker(URL.createObjectURL(data.script));
        worker.onerror = ({ message }) => parent.postMessage(message, "*");
        worker.postMessage(data.start, ports);
      }`;
    const FRAME = `<!DOCTYPE html><meta http-equiv="Content-Security-Policy" content="default-src 'none';
      script-src 'sha256-J5Xzgy+aXYO3Kq/7OP4+FD5ZjIpn7hyAbhI6p8hgTY8=' 'wasm-unsafe-eval'; worker-src blob:"><script>${MAKER}</script>`;

    // One frame for all starts: a browser may give it a process of its own, which then knows the
    // compiled Python already.
    let framed;
    const frame = () => (framed ??= new Promise((resolve) => {
      const made = element("iframe", { hidden: true, srcdoc: FRAME, title: "Python" });
      made.setAttribute("sandbox", "allow-scripts");
      made.onload = () => resolve(made.contentWindow);
      document.body.append(made);
    }));

    async function begin() {
      await fetchAll();
      const inside = await frame();
      const { "pyodide.asm.js": machine, "pyodide.js": loader, "worker.js": own, ...files } = blobs;
      const script = new Blob([machine, "\n", loader, "\n", own], { type: "text/javascript" });
      const { port1: near, port2: far } = new MessageChannel();
      worker = { inside, near };
      await new Promise((resolve, reject) => {
        worker.broken = ({ source, data }) => {
          if (source !== inside) return;
          job?.failed?.({ message: data });
          reject(new Error(data || "the worker did not start"));
        };
        addEventListener("message", worker.broken);
        near.onmessage = ({ data }) => {
          if (data.kind === "ready") resolve();
          else if (data.kind === "failed") reject(new Error(data.message));
        };
        const start = { kind: "start", files, doors: api.doors };
        inside.postMessage({ script, start }, "*", [far]);
      });
      near.onmessage = ({ data }) => job?.[data.kind]?.(data);
    }

    const start = () => (starting ??= begin().catch((error) => { end(); throw error; }));
    function end() {
      if (worker) {
        removeEventListener("message", worker.broken);
        worker.near.close();
        worker.inside.postMessage(null, "*");
      }
      worker = starting = null;
    }

    const api = {
      // Modules of Python: all are loaded at the start, the last one answers by its `handle`.
      doors: ["nnlib.teaching.checks", "nnlib.teaching.lesson"],
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
            worker.near.postMessage({ kind: "job", request: JSON.stringify(request) });
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
    return api;
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

  globalThis.nnlibPython = { python, edit, element, button, megabytes };
})();

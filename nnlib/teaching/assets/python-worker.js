// Runs Python beside the page: Pyodide, NumPy and nnlib, from the files that the page names.
// ASCII only: from a folder the page hands this text over as base64.
(() => {
  "use strict";

  const ask = self.fetch.bind(self);
  let base = "";
  let files = {};
  let read = 0;
  let told = 0;
  let handle;

  const TYPES = { wasm: "application/wasm", js: "text/javascript" };

  function tell(more) {
    read += more;
    if (performance.now() - told < 100) return;
    told = performance.now();
    postMessage({ kind: "progress", read });
  }

  // A file as if a server had sent it; from a folder it came along as text.
  async function open(name) {
    const { path, text, packed } = files[name];
    const url = text ? `data:application/octet-stream;base64,${text}` : base + path;
    const answer = await ask(url);
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    let body = answer.body;
    if (text && packed) body = body.pipeThrough(new DecompressionStream("gzip"));
    const counted = body.pipeThrough(new TransformStream({
      transform(chunk, controller) {
        tell(chunk.byteLength);
        controller.enqueue(chunk);
      },
    }));
    const type = TYPES[name.split(".").pop()] || "application/octet-stream";
    return new Response(counted, { headers: { "Content-Type": type } });
  }

  async function start(doors) {
    const names = Object.keys(files).filter((name) => name !== "worker.js");
    const coming = Object.fromEntries(names.map((name) => [name, open(name)]));
    // Pyodide asks for its files by name, wherever it believes them to be.
    self.fetch = async (url) => {
      const name = String(url.url || url).split("/").pop();
      if (!(name in coming)) throw new TypeError(`${name} is not among the files of this book`);
      return coming[name];
    };
    for (const name of ["pyodide.asm.js", "pyodide.js"]) {
      const script = await (await coming[name]).blob();
      importScripts(URL.createObjectURL(script));
    }
    const quiet = () => {};
    const python = await loadPyodide({
      indexURL: "http://book/",
      env: { HOME: "/home/pyodide", PYTHONDONTWRITEBYTECODE: "1" }, // every start is a new disk
      stdout: quiet,
      stderr: quiet,
    });
    const numpy = names.find((name) => name.endsWith(".whl"));
    await python.loadPackage(`http://book/${numpy}`, {
      checkIntegrity: false, // the build did that
      messageCallback: quiet,
      errorCallback: quiet,
    });
    python.unpackArchive(await (await coming["nnlib.zip"]).arrayBuffer(), "zip");
    for (const door of doors) handle = python.pyimport(door).handle;
  }

  onmessage = async ({ data }) => {
    try {
      if (data.kind === "start") {
        ({ base, files } = data);
        await start(data.doors);
        postMessage({ kind: "ready" });
      } else {
        postMessage({ kind: "begin" });
        const answer = handle(data.request, (text) => postMessage({ kind: "output", text }));
        postMessage({ kind: "answer", answer: JSON.parse(answer) });
      }
    } catch (error) {
      // What a reader's code raises is an answer. This is Python itself, or a file.
      postMessage({ kind: "failed", message: String(error).trim().split("\n").pop() });
    }
  };
})();

// Runs Python beside the page: Pyodide, NumPy and nnlib, from the files that the page hands over.
// Pyodide's scripts stand before this one in the same text.
(() => {
  "use strict";

  const TYPES = { wasm: "application/wasm" };
  let tell; // the page hears what comes by its port, and nothing that a reader's code posts
  let handle;

  async function start(files, doors) {
    // Pyodide asks for its files by name, wherever it believes them to be.
    self.fetch = async (url) => {
      const name = String(url.url || url).split("/").pop();
      if (!(name in files)) throw new TypeError(`${name} is not among the files of this book`);
      const type = TYPES[name.split(".").pop()] || "application/octet-stream";
      return new Response(files[name], { headers: { "Content-Type": type } });
    };
    const quiet = () => {};
    const python = await loadPyodide({
      indexURL: "http://book/",
      env: { HOME: "/home/pyodide", PYTHONDONTWRITEBYTECODE: "1" }, // every start is a new disk
      stdout: quiet,
      stderr: quiet,
    });
    const numpy = Object.keys(files).find((name) => name.endsWith(".whl"));
    await python.loadPackage(`http://book/${numpy}`, {
      checkIntegrity: false, // the build did that
      messageCallback: quiet,
      errorCallback: quiet,
    });
    python.unpackArchive(await files["nnlib.zip"].arrayBuffer(), "zip");
    for (const door of doors) handle = python.pyimport(door).handle;
    delete self.fetch; // what is left is the browser's own, which the policy of the frame stops
  }

  async function hear({ data }) {
    try {
      if (data.kind === "start") {
        await start(data.files, data.doors);
        tell({ kind: "ready" });
      } else {
        tell({ kind: "begin" });
        const answer = handle(data.request, (text) => tell({ kind: "output", text }));
        tell({ kind: "answer", answer: JSON.parse(answer) });
      }
    } catch (error) {
      // What a reader's code raises is an answer. This is Python itself, or a file.
      tell({ kind: "failed", message: String(error).trim().split("\n").pop() });
    }
  }

  onmessage = (event) => {
    onmessage = null;
    const [port] = event.ports;
    tell = port.postMessage.bind(port);
    port.onmessage = hear;
    hear(event);
  };
})();

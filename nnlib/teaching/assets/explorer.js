// Shows the frame that the controls of an explorer ask for, and keeps the position in the URL:
// page.html#explore-saturation?depth=10&activation=tanh
// Pictures are shown by changing the src of an <img>, which works from a folder as from a server.
(() => {
  "use strict";

  const restores = [];
  // The value of a slider, and of a group of radio buttons, is the index of the choice.
  const read = (field, kind) =>
    kind === "menu" ? field.selectedIndex : kind === "switch" ? +field.checked : +field.value;
  const write = (field, kind, index) => {
    if (kind === "menu") field.selectedIndex = index;
    else if (kind === "switch") field.checked = Boolean(index);
    else field.value = index;
  };

  function start(figure) {
    const { controls, frames } = JSON.parse(figure.querySelector("script").textContent);
    const form = figure.querySelector("form");
    const image = figure.querySelector("img");
    const caption = figure.querySelector("figcaption > span");
    const folder = image.getAttribute("src").replace(/[^/]*$/, "");
    const fields = controls.map(({ name }) => form.elements.namedItem(name));
    const seen = new Set();

    const position = () => controls.map(({ kind }, i) => read(fields[i], kind));
    const frame = (indices) =>
      frames[indices.reduce((sum, index, i) => sum * controls[i].values.length + index, 0)];

    function show() {
      const indices = position();
      const [file, sentence] = frame(indices);
      if (image.getAttribute("src") !== folder + file) image.src = folder + file;
      image.alt = sentence;
      // Setting the same text again would announce it again.
      if (caption.textContent !== sentence) caption.textContent = sentence;
      const texts = controls.map(({ values }, i) => values[indices[i]]);
      figure.querySelector(".explorer-position").textContent =
        controls.map(({ label }, i) => `${label} = ${texts[i]}`).join(", ");
      controls.forEach(({ kind }, i) => {
        if (kind !== "slider") return;
        fields[i].setAttribute("aria-valuetext", texts[i]);
        form.querySelector(`output[for="${fields[i].id}"]`).value = texts[i];
      });
    }

    // The frames one step away, so that the next move needs no wait.
    function preload() {
      const here = position();
      controls.forEach(({ values }, i) => {
        for (const index of [here[i] - 1, here[i] + 1]) {
          if (index < 0 || index >= values.length) continue;
          const [file] = frame(Object.assign([...here], { [i]: index }));
          if (!seen.has(file)) new Image().src = folder + file;
          seen.add(file);
        }
      });
    }

    function note() {
      const indices = position();
      const query = new URLSearchParams(
        controls.map(({ name, values }, i) => [name, values[indices[i]]]));
      history.replaceState(history.state, "", `#${figure.id}?${query}`);
      preload();
    }

    function restore(id, query) {
      // Both are percent-encoded by the browser, in the same way.
      if (id !== new URL(`#${figure.id}`, location.href).hash || query === undefined) return;
      const wanted = new URLSearchParams(query);
      controls.forEach(({ name, kind, values }, i) => {
        const index = values.indexOf(wanted.get(name));
        if (index >= 0) write(fields[i], kind, index);
      });
      show();
      figure.scrollIntoView();
    }

    form.querySelector("fieldset").disabled = false;
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", show);
    form.addEventListener("change", () => { show(); note(); });
    form.addEventListener("reset", () => setTimeout(() => { show(); note(); }));
    form.addEventListener("pointerenter", preload);
    form.addEventListener("focusin", preload);
    restores.push(restore);
  }

  function restoreAll() {
    const [id, query] = location.hash.split("?");
    for (const restore of restores) restore(id, query);
  }

  document.querySelectorAll("figure.explorer").forEach(start);
  restoreAll();
  addEventListener("hashchange", restoreAll);
})();

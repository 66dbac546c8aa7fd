// SPDX-License-Identifier: MIT
// Collapses the output of finished steps of image builds in the console. Failed and running steps and warnings stay visible.
(function () {
  "use strict";

  // Output with fewer lines is not collapsed.
  const FEWEST_FOLDED = 4;

  // If the search of the browser finds collapsed text, the browser expands it.
  const FOLDED = "onbeforematch" in document.documentElement ? "until-found" : true;

  /** By build and number: what was written of a step that has not ended, in groups with a name each. */
  const steps = new Map();

  /** By a folded line: its group. */
  const groups = new WeakMap();

  const known = new WeakSet();

  /** Branches of a Pipeline number their steps each for themselves. */
  function key(line) {
    const branch = line.closest("[class*='pipeline-node-']");
    return (branch === null ? "" : branch.className) + " " + line.dataset.treenqStep;
  }

  function show(group, shown) {
    group.button.setAttribute("aria-expanded", String(shown));
    for (const line of group.lines) {
      line.hidden = shown ? false : FOLDED;
    }
  }

  function fold(group, label) {
    if (group.lines.length < FEWEST_FOLDED) {
      return;
    }
    group.button = document.createElement("button");
    group.button.type = "button";
    group.button.className = "treenq-fold";
    group.button.textContent = label.replace("{0}", group.lines.length);
    group.button.addEventListener("click", () =>
      show(group, group.button.getAttribute("aria-expanded") === "false"));
    for (const line of group.lines) {
      groups.set(line, group);
    }
    group.name.append(group.button);
    show(group, false);
  }

  function read(line) {
    // Other scripts of the page can cause this code to run again.
    if (known.has(line)) {
      return;
    }
    known.add(line);
    const step = key(line);
    const kind = line.dataset.treenqKind;
    if (!steps.has(step)) {
      steps.set(step, []);
    }
    const written = steps.get(step);
    if (kind === "NAME" || (written.length === 0 && kind === "OUTPUT")) {
      written.push({ name: line, lines: [] });
    } else if (kind === "OUTPUT") {
      written[written.length - 1].lines.push(line);
    } else if (kind === "END") {
      written.forEach((group) => fold(group, line.dataset.treenqLabel));
      steps.delete(step);
    } else if (kind === "FAILURE") {
      steps.delete(step);
    }
  }

  document.addEventListener("beforematch", (event) => {
    const group = groups.get(event.target);
    if (group !== undefined) {
      show(group, true);
    }
  }, true);

  Behaviour.specify(".treenq-line", "treenq-console", 0, read);
})();

// SPDX-License-Identifier: MIT
// Fills the page of an image build from its JSON, and updates the page as long as the build can change.
(function () {
  "use strict";

  const POLL_MILLIS = 1500;
  const SLOWEST_POLL_MILLIS = 30000;
  const FAILURES_BEFORE_SAYING_SO = 3;
  const MOST_TICKS = 6;
  // Beyond this fraction of the width, there is no space for the label.
  const LAST_TICK = 0.9;
  const TICK_SECONDS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400];
  const UNITS = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];

  let root;
  let failures = 0;
  let shownState = null;
  let shownImage = "";
  let shownSource = "";
  let shownGraph = "";
  let updateGraph = null;
  let logRequests = 0;

  /** Rows of what is no step: what passes before the first one, and after the last one. */
  const shownPhases = new Map();

  /** By number: the step's element, and what of it is on the page. */
  const shownSteps = new Map();

  function part(within, name) {
    return within.querySelector('[data-part="' + name + '"]');
  }

  function setText(within, name, text) {
    const element = part(within, name);
    if (element.textContent !== text) {
      element.textContent = text;
    }
  }

  function show(within, name, shown) {
    part(within, name).classList.toggle("jenkins-hidden", !shown);
  }

  function copyOf(template) {
    return document.importNode(root.querySelector('[data-template="' + template + '"]').content, true);
  }

  function elementOf(template) {
    return copyOf(template).firstElementChild;
  }

  function clear(element) {
    element.textContent = "";
    return element;
  }

  function time(millis) {
    const seconds = millis / 1000;
    if (seconds < 60) {
      return seconds.toFixed(1) + " s";
    }
    const minutes = Math.floor(seconds / 60);
    return minutes < 60
      ? minutes + " min " + Math.floor(seconds % 60) + " s"
      : Math.floor(minutes / 60) + " h " + (minutes % 60) + " min";
  }

  function size(bytes) {
    let unit = 0;
    let number = bytes;
    while (number >= 1000 && unit < UNITS.length - 1) {
      number /= 1000;
      unit++;
    }
    return (unit === 0 || number >= 100 ? Math.round(number) : number.toPrecision(3)) + " " + UNITS[unit];
  }

  function percent(share) {
    return Math.round(100 * share) + "%";
  }

  function setShare(element, share) {
    element.style.setProperty("--share", Math.max(0, Math.min(100, 100 * share)).toFixed(2) + "%");
  }

  function source(place) {
    const figure = elementOf("source");
    setText(figure, "place", place.file + ":" + place.line);
    const lines = part(figure, "lines");
    place.lines.forEach(function (line, index) {
      // The text after the last line break of a file is not a line.
      if (line.text === "" && !line.marked && index === place.lines.length - 1) {
        return;
      }
      const element = elementOf("source-line");
      setText(element, "number", String(line.number));
      setText(element, "text", line.text);
      element.classList.toggle("treenq-source__line--marked", line.marked);
      lines.appendChild(element);
      lines.appendChild(document.createTextNode("\n"));
    });
    return figure;
  }

  function renderFacts(build) {
    if (build.state !== shownState) {
      clear(part(root, "state")).appendChild(copyOf("build-" + build.state));
      shownState = build.state;
    }
    const over = build.steps.filter(function (step) {
      return step.state !== "WAITING" && step.state !== "RUNNING";
    }).length;
    setText(root, "steps", over === build.stepCount ? String(over) : over + " / " + build.stepCount);
    setText(root, "duration", time(build.durationMillis));
    setText(
      root,
      "cached",
      build.cacheable === 0
        ? "–"
        : build.cached + " / " + build.cacheable + " (" + percent(build.cached / build.cacheable) + ")"
    );
    setShare(part(root, "cache-meter"), build.cacheable === 0 ? 0 : build.cached / build.cacheable);
    setText(root, "transferred", size(build.transferredBytes));
    setText(root, "builder", build.builder === "" ? "–" : build.builder);
    renderLongest(build);
    show(root, "left-out", build.leftOut);
    show(root, "continued", build.continuedBy > 0);
    if (build.continuedBy > 0) {
      const link = part(root, "continued-link");
      link.textContent = word("build") + " " + build.continuedBy;
      link.setAttribute("href", "../" + build.continuedBy + "/");
    }
  }

  function word(name) {
    return part(root.querySelector('[data-template="words"]').content, name).textContent;
  }

  /** A text with a button that copies it. */
  function copied(text) {
    const line = elementOf("copied");
    setText(line, "text", text);
    line.querySelector("button").setAttribute("text", text);
    return line;
  }

  function cell(row, text, code) {
    const made = row.insertCell();
    (code ? made.appendChild(document.createElement("code")) : made).textContent = text;
    return made;
  }

  function renderImage(build) {
    const image = build.image;
    const known = JSON.stringify([build.digest, image]);
    if (known === shownImage) {
      return;
    }
    shownImage = known;
    show(root, "image-section", build.digest !== "");
    setText(root, "digest", build.digest);
    const names = clear(part(root, "names"));
    const pull = clear(part(root, "pull"));
    const variants = clear(part(root, "variants"));
    if (!image) {
      return;
    }
    show(root, "names-line", image.names.length > 0);
    image.names.forEach(function (name) {
      names.appendChild(copied(name));
    });
    show(root, "pull-line", image.reference !== "");
    if (image.reference !== "") {
      pull.appendChild(copied("docker pull " + image.reference));
    }
    show(root, "platforms-line", image.platforms.length > 0);
    setText(root, "platforms", image.platforms.join(", "));
    show(root, "size-line", image.sizeBytes > 0);
    setText(root, "image-size", size(image.sizeBytes));
    show(root, "metadata-line", image.artifact !== "");
    if (image.artifact !== "") {
      const link = part(root, "metadata");
      link.textContent = image.artifact;
      link.setAttribute(
        "href",
        root.dataset.run + "artifact/" + image.artifact.split("/").map(encodeURIComponent).join("/")
      );
    }
    image.variants.forEach(function (variant) {
      variants.appendChild(variantOf(variant));
    });
    if (window.Behaviour) {
      // A function of Jenkins that enables copy buttons.
      window.Behaviour.applySubtree(part(root, "image-section"), true);
    }
  }

  function variantOf(variant) {
    const item = elementOf("variant");
    setText(item, "platform", variant.platform === "" ? word("no-platform") : variant.platform);
    const whole = variant.layers.reduce(function (sum, layer) {
      return sum + layer.sizeBytes;
    }, 0);
    const attested = variant.attestations.map(function (attestation) {
      return kindOf(attestation);
    });
    setText(
      item,
      "variant-facts",
      variant.layers.length +
        " " +
        word(variant.layers.length === 1 ? "layer" : "layers") +
        ", " +
        size(whole) +
        "; " +
        (attested.length === 0 ? word("no-attestation") : Array.from(new Set(attested)).join(", "))
    );
    variant.layers.forEach(function (layer) {
      const row = part(item, "layers").insertRow();
      const digest = cell(row, layer.digest.substring(0, layer.digest.indexOf(":") + 13), true);
      digest.title = layer.digest;
      cell(row, size(layer.sizeBytes), false);
      cell(row, layer.createdBy, true);
    });
    variant.attestations.forEach(function (attestation) {
      part(item, "attestations").appendChild(attestationOf(attestation));
    });
    return item;
  }

  function kindOf(attestation) {
    return /slsa\.dev\/provenance/.test(attestation.predicateType)
      ? word("provenance")
      : /spdx|cyclonedx/i.test(attestation.predicateType)
        ? word("sbom")
        : word("attestation");
  }

  function attestationOf(attestation) {
    const item = elementOf("attestation");
    setText(item, "kind", kindOf(attestation));
    setText(item, "type", attestation.predicateType + ", " + size(attestation.sizeBytes));
    show(item, "builder-line", attestation.builder !== "");
    setText(item, "attested-by", attestation.builder);
    show(item, "source-line", attestation.source !== "");
    setText(item, "attested-source", attestation.source);
    attestation.materials.forEach(function (material) {
      const line = document.createElement("li");
      line.textContent = material.uri + (material.digest === "" ? "" : " " + material.digest);
      part(item, "materials").appendChild(line);
    });
    return item;
  }

  function renderSource(build) {
    const source = build.source;
    const known = JSON.stringify(source);
    if (known === shownSource) {
      return;
    }
    shownSource = known;
    show(root, "source-section", Boolean(source));
    if (!source) {
      return;
    }
    const rows = clear(part(root, "arguments"));
    show(root, "arguments-table", source.arguments.length > 0);
    source.arguments.forEach(function (argument) {
      const row = rows.insertRow();
      cell(row, argument.name, true);
      cell(row, argument.value, true);
    });
    show(root, "dockerfile-details", source.text !== "");
    setText(root, "dockerfile-name", source.file);
    setText(root, "dockerfile", source.text);
    show(root, "source-clipped", source.clipped);
  }

  function renderGraph(build) {
    const known = JSON.stringify(
      build.steps.map(function (step) {
        return [step.number, step.name, step.inputs];
      })
    );
    if (known !== shownGraph) {
      shownGraph = known;
      updateGraph = window.treenqGraph.draw(part(root, "graph"), build.steps, function (step) {
        return step.state === "WAITING"
          ? word("waits")
          : step.state === "CACHED"
            ? word("cached")
            : time(step.durationMillis);
      });
      show(root, "graph-section", updateGraph !== null);
    } else if (updateGraph !== null) {
      updateGraph(build.steps);
    }
  }

  function renderLongest(build) {
    let longest = null;
    build.steps.forEach(function (step) {
      if (longest === null || step.durationMillis > longest.durationMillis) {
        longest = step;
      }
    });
    const known = longest !== null && longest.durationMillis > 0;
    show(root, "longest-fact", known);
    if (known) {
      const link = part(root, "longest");
      link.textContent = time(longest.durationMillis) + " · " + longest.name;
      link.setAttribute("href", "#step-" + longest.number);
    }
  }

  function renderFailure(build) {
    show(root, "failure", build.failure !== "");
    setText(root, "failure-text", build.failure);
    const place = clear(part(root, "failure-source"));
    if (build.failure !== "" && build.failedAt) {
      place.appendChild(source(build.failedAt));
    }
  }

  function renderWarnings(build) {
    const list = part(root, "warnings");
    show(root, "warnings-section", build.warnings.length > 0);
    show(root, "warnings-fact", build.warnings.length > 0);
    setText(root, "warning-count", String(build.warnings.length));
    // Displayed warnings never change.
    build.warnings.slice(list.children.length).forEach(function (warning) {
      const item = elementOf("warning");
      setText(item, "summary", warning.summary);
      setText(item, "detail", warning.detail.join("\n"));
      if (warning.source) {
        part(item, "source").appendChild(source(warning.source));
      }
      if (/^https?:/.test(warning.url)) {
        part(item, "link").setAttribute("href", warning.url);
        show(item, "more", true);
      }
      list.appendChild(item);
    });
  }

  /** What the axis is of: the whole time, or only that of the steps where nothing else was kept. */
  function wholeMillis(build) {
    return build.phases.length > 0 ? build.durationMillis : build.stepsNowMillis - build.stepsStartMillis;
  }

  function renderAxis(build) {
    const axis = clear(part(root, "axis"));
    const seconds = wholeMillis(build) / 1000;
    const tick =
      TICK_SECONDS.find(function (candidate) {
        return seconds / candidate <= MOST_TICKS;
      }) || Math.ceil(seconds / MOST_TICKS);
    for (let at = 0; at <= LAST_TICK * seconds; at += tick) {
      const mark = document.createElement("span");
      mark.textContent = at < 60 ? Number(at.toFixed(1)) + " s" : time(at * 1000);
      setShare(mark, seconds === 0 ? 0 : at / seconds);
      axis.appendChild(mark);
    }
  }

  function newStep(step) {
    const item = elementOf("step");
    item.id = "step-" + step.number;
    const shown = { item: item, state: null, outputLines: 0, logRequest: 0, step: step };
    item.querySelector("details").addEventListener("toggle", function () {
      renderMore(shown);
    });
    return shown;
  }

  function renderSteps(build) {
    const list = part(root, "steps-list");
    const rows = build.steps.length > 0 || (build.phases.length > 0 && build.state !== "SKIPPED");
    show(root, "steps-section", rows);
    const before = renderPhases(build, "before", function (phase) {
      return phase !== "STEPS" && phase !== "FINISHING";
    });
    const first = before === null ? 0 : 1;
    if (before !== null && list.firstElementChild !== before) {
      list.insertBefore(before, list.firstElementChild);
    }
    const names = new Map();
    build.steps.forEach(function (step) {
      names.set(step.number, step.name);
    });
    build.steps.forEach(function (step, place) {
      if (!shownSteps.has(step.number)) {
        shownSteps.set(step.number, newStep(step));
      }
      const shown = shownSteps.get(step.number);
      shown.step = step;
      shown.inputs = step.inputs.map(function (input) {
        return names.get(input);
      });
      if (list.children[first + place] !== shown.item) {
        list.insertBefore(shown.item, list.children[first + place] || null);
      }
      renderStep(shown, build);
    });
    const after = renderPhases(build, "after", function (phase) {
      return phase === "FINISHING";
    });
    if (after !== null) {
      list.appendChild(after);
    }
  }

  /** A row for the time that no step takes, so that the rows add up to the whole; null when there is none. */
  function renderPhases(build, name, wanted) {
    const phases = build.phases.filter(function (phase) {
      return wanted(phase.phase);
    });
    if (phases.length === 0) {
      return null;
    }
    if (!shownPhases.has(name)) {
      const item = elementOf("step");
      item.id = "time-" + name;
      setText(item, "name", word(name));
      shownPhases.set(name, item);
    }
    const item = shownPhases.get(name);
    const last = phases[phases.length - 1];
    const end = last.startMillis + last.durationMillis;
    const isLast = last === build.phases[build.phases.length - 1];
    const states = {
      RUNNING: "RUNNING",
      FAILURE: "FAILED",
      ABORTED: "CANCELED",
      INTERRUPTED: "CANCELED",
      DAEMON_LOST: "CANCELED"
    };
    const state = (isLast && name === "before" && states[build.state]) || "DONE";
    if (item.getAttribute("data-state") !== state) {
      item.setAttribute("data-state", state);
      clear(part(item, "icon")).appendChild(copyOf("state-" + state));
    }
    setText(item, "time", time(end - phases[0].startMillis));
    const bar = part(item, "bar");
    const piece = bar.firstElementChild || bar.appendChild(document.createElement("span"));
    const whole = Math.max(1, wholeMillis(build));
    setShare(piece, phases[0].startMillis / whole);
    piece.style.setProperty("--length", ((100 * (end - phases[0].startMillis)) / whole).toFixed(2) + "%");
    const list = clear(part(item, "transfers"));
    show(item, "transfers", true);
    phases.forEach(function (phase) {
      const line = elementOf("transfer");
      setText(line, "name", phase.name);
      setText(line, "time", time(phase.durationMillis));
      part(line, "meter").parentElement.classList.add("jenkins-hidden");
      list.appendChild(line);
    });
    return item;
  }

  function renderStep(shown, build) {
    const step = shown.step;
    const item = shown.item;
    if (shown.state !== step.state) {
      item.setAttribute("data-state", step.state);
      clear(part(item, "icon")).appendChild(copyOf("state-" + step.state));
      shown.state = step.state;
      if (step.state === "FAILED") {
        item.querySelector("details").open = true;
      }
    }
    setText(item, "name", step.name);
    setText(item, "size", step.transferredBytes > 0 ? size(step.transferredBytes) : "");
    setText(item, "time", step.state === "WAITING" ? "" : time(step.durationMillis));
    renderBar(part(item, "bar"), step, build);
    renderMore(shown);
  }

  function renderBar(bar, step, build) {
    const whole = Math.max(1, wholeMillis(build));
    while (bar.children.length > step.runs.length) {
      bar.removeChild(bar.lastElementChild);
    }
    step.runs.forEach(function (run, index) {
      const piece = bar.children[index] || bar.appendChild(document.createElement("span"));
      const start = Math.max(run.startMillis, build.stepsStartMillis);
      setShare(piece, (build.stepsOffsetMillis + start - build.stepsStartMillis) / whole);
      piece.style.setProperty("--length", ((100 * Math.max(0, run.endMillis - start)) / whole).toFixed(2) + "%");
    });
  }

  /** What only somebody sees who opens the step. */
  function renderMore(shown) {
    const step = shown.step;
    const item = shown.item;
    if (!item.querySelector("details").open) {
      return;
    }
    show(item, "error", step.error !== "");
    setText(item, "error", step.error);
    show(item, "inputs-line", shown.inputs.length > 0);
    setText(item, "inputs", shown.inputs.join(" · "));
    const transfers = clear(part(item, "transfers"));
    show(item, "transfers", step.transfers.length > 0);
    step.transfers.forEach(function (transfer) {
      transfers.appendChild(transferOf(transfer));
    });
    show(item, "silent", step.outputLines === 0 && step.transfers.length === 0 && step.state !== "WAITING");
    show(item, "log", step.outputLines > 0);
    if (step.outputLines !== shown.outputLines) {
      shown.outputLines = step.outputLines;
      loadLog(shown);
    }
  }

  function transferOf(transfer) {
    const item = elementOf("transfer");
    const known = transfer.totalBytes > 0;
    setText(item, "name", transfer.name);
    setText(
      item,
      "size",
      known && transfer.currentBytes < transfer.totalBytes
        ? size(transfer.currentBytes) + " / " + size(transfer.totalBytes)
        : transfer.currentBytes > 0
          ? size(transfer.currentBytes)
          : ""
    );
    setText(
      item,
      "time",
      transfer.startMillis > 0 && transfer.endMillis > 0 ? time(transfer.endMillis - transfer.startMillis) : ""
    );
    const meter = part(item, "meter");
    setShare(meter, known ? transfer.currentBytes / transfer.totalBytes : 0);
    meter.parentElement.classList.toggle("jenkins-hidden", !known || transfer.endMillis > 0);
    return item;
  }

  /** Requests the log. An answer that arrives after that of a later request is older, and is not shown. */
  function loadLog(shown) {
    const request = ++logRequests;
    fetch("log?step=" + shown.step.number)
      .then(function (response) {
        return response.ok ? response.text() : Promise.reject(new Error(String(response.status)));
      })
      .then(function (text) {
        if (request < shown.logRequest) {
          return;
        }
        shown.logRequest = request;
        const log = part(shown.item, "log");
        const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 20;
        log.textContent = text;
        if (atEnd) {
          log.scrollTop = log.scrollHeight;
        }
      })
      .catch(function () {
        // The log is requested again when the page is updated.
        if (request > shown.logRequest) {
          shown.outputLines = -1;
        }
      });
  }

  function render(build) {
    renderFacts(build);
    renderFailure(build);
    renderImage(build);
    renderWarnings(build);
    renderAxis(build);
    renderSteps(build);
    renderGraph(build);
    renderSource(build);
  }

  /** A link to a step opens it. */
  function openTarget() {
    const target = /^#step-\d+$/.test(location.hash) ? document.getElementById(location.hash.substring(1)) : null;
    if (target !== null) {
      target.querySelector("details").open = true;
      target.scrollIntoView({ block: "nearest" });
    }
  }

  function poll() {
    fetch("api/json")
      .then(function (response) {
        return response.ok ? response.json() : Promise.reject(new Error(String(response.status)));
      })
      .then(function (build) {
        const first = shownState === null;
        failures = 0;
        show(root, "lost", false);
        render(build);
        if (first) {
          openTarget();
        }
        if (build.mayChange) {
          pollIn(POLL_MILLIS);
        }
      })
      .catch(function () {
        failures++;
        show(root, "lost", failures >= FAILURES_BEFORE_SAYING_SO);
        pollIn(Math.min(SLOWEST_POLL_MILLIS, POLL_MILLIS * Math.pow(2, failures)));
      });
  }

  /** Nobody looks at a hidden page; it is polled when it comes back. */
  function pollIn(millis) {
    setTimeout(function () {
      if (document.hidden) {
        document.addEventListener("visibilitychange", poll, { once: true });
      } else {
        poll();
      }
    }, millis);
  }

  document.addEventListener("DOMContentLoaded", function () {
    root = document.getElementById("treenq-timeline");
    window.addEventListener("hashchange", openTarget);
    poll();
  });
})();

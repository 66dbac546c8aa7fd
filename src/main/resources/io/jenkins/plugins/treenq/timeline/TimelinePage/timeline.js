// SPDX-License-Identifier: MIT
// Fills the page of an image build from its JSON, and follows the build until it is over.
(function () {
  "use strict";

  const POLL_MILLIS = 1500;
  const SLOWEST_POLL_MILLIS = 30000;
  const FAILURES_BEFORE_SAYING_SO = 3;
  const MOST_TICKS = 6;
  // Beyond this share there is no room for what is written at it.
  const LAST_TICK = 0.9;
  const TICK_SECONDS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400];
  const UNITS = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];

  let root;
  let failures = 0;
  let shownState = null;

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
      // What follows the last line break of a file is no line.
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
    renderLongest(build);
    show(root, "digest-line", build.digest !== "");
    setText(root, "digest", build.digest);
    show(root, "left-out", build.leftOut);
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
    // Those that are there never change.
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

  function renderAxis(build) {
    const axis = clear(part(root, "axis"));
    const seconds = (build.stepsNowMillis - build.stepsStartMillis) / 1000;
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
    const shown = { item: item, state: null, outputLines: 0, step: step };
    item.querySelector("details").addEventListener("toggle", function () {
      renderMore(shown);
    });
    return shown;
  }

  function renderSteps(build) {
    const list = part(root, "steps-list");
    show(root, "steps-section", build.steps.length > 0);
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
      if (list.children[place] !== shown.item) {
        list.insertBefore(shown.item, list.children[place] || null);
      }
      renderStep(shown, build);
    });
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
    const whole = Math.max(1, build.stepsNowMillis - build.stepsStartMillis);
    while (bar.children.length > step.runs.length) {
      bar.removeChild(bar.lastElementChild);
    }
    step.runs.forEach(function (run, index) {
      const piece = bar.children[index] || bar.appendChild(document.createElement("span"));
      const start = Math.max(run.startMillis, build.stepsStartMillis);
      setShare(piece, (start - build.stepsStartMillis) / whole);
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

  function loadLog(shown) {
    fetch("log?step=" + shown.step.number)
      .then(function (response) {
        return response.ok ? response.text() : Promise.reject(new Error(String(response.status)));
      })
      .then(function (text) {
        const log = part(shown.item, "log");
        const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 20;
        log.textContent = text;
        if (atEnd) {
          log.scrollTop = log.scrollHeight;
        }
      })
      .catch(function () {
        // The next time the page hears of the step, it is tried again.
        shown.outputLines = -1;
      });
  }

  function render(build) {
    renderFacts(build);
    renderFailure(build);
    renderWarnings(build);
    renderAxis(build);
    renderSteps(build);
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
        if (build.state === "RUNNING") {
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

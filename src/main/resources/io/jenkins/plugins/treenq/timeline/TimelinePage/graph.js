// SPDX-License-Identifier: MIT
// Draws the dependencies between the steps of a build: inputs above, and a link to each step in its box.
window.treenqGraph = (function () {
  "use strict";

  const NAMESPACE = "http://www.w3.org/2000/svg";
  const MOST_STEPS = 200;
  // The maximum number of places where edges pass the steps between their ends.
  const MOST_BENDS = 2000;
  const WIDTH = 230;
  const HEIGHT = 40;
  const BEND_WIDTH = 12;
  const GAP = 18;
  const RANK_GAP = 26;
  const MARGIN = 4;
  const LONGEST_NAME = 31;
  const SWEEPS = 8;

  function element(name, attributes, parent) {
    const made = document.createElementNS(NAMESPACE, name);
    Object.keys(attributes).forEach(function (key) {
      made.setAttribute(key, String(attributes[key]));
    });
    if (parent) {
      parent.appendChild(made);
    }
    return made;
  }

  /** Steps that need another one or are needed, with both directions. What a daemon says may name no step, or go round. */
  function connected(steps) {
    const nodes = new Map();
    steps.forEach(function (step) {
      nodes.set(step.number, { step: step, inputs: [], outputs: [], rank: -1, width: WIDTH });
    });
    steps.forEach(function (step) {
      new Set(step.inputs).forEach(function (input) {
        if (nodes.has(input) && input !== step.number) {
          nodes.get(step.number).inputs.push(nodes.get(input));
        }
      });
    });
    nodes.forEach(rank);
    nodes.forEach(function (node) {
      node.inputs = node.inputs.filter(function (input) {
        return input.rank < node.rank;
      });
      node.inputs.forEach(function (input) {
        input.outputs.push(node);
      });
    });
    return Array.from(nodes.values()).filter(function (node) {
      return node.inputs.length > 0 || node.outputs.length > 0;
    });
  }

  /** The longest way from a step that needs nothing; without recursion, for a daemon may send a long way. */
  function rank(start) {
    const open = [start];
    while (open.length > 0) {
      const node = open[open.length - 1];
      if (node.rank >= 0) {
        open.pop();
        continue;
      }
      node.entered = true;
      const next = node.inputs.find(function (input) {
        return input.rank < 0 && !input.entered;
      });
      if (next) {
        open.push(next);
      } else {
        node.rank = node.inputs.reduce(function (highest, input) {
          return Math.max(highest, input.rank + 1);
        }, 0);
        open.pop();
      }
    }
  }

  /** Ranks of boxes and bends; each edge is a way through bends. Null when it is too much to be drawn. */
  function layered(nodes) {
    nodes.forEach(function (node) {
      if (node.inputs.length === 0) {
        node.rank =
          node.outputs.reduce(function (lowest, output) {
            return Math.min(lowest, output.rank);
          }, Infinity) - 1;
      }
    });
    const ranks = [];
    function place(item) {
      (ranks[item.rank] = ranks[item.rank] || []).push(item);
    }
    nodes.forEach(place);
    const edges = [];
    let bends = 0;
    for (const node of nodes) {
      for (const input of node.inputs) {
        const way = [input];
        for (let at = input.rank + 1; at < node.rank; at++) {
          const bend = { rank: at, width: BEND_WIDTH, inputs: [way[way.length - 1]], outputs: [] };
          if (++bends > MOST_BENDS) {
            return null;
          }
          place(bend);
          way.push(bend);
        }
        way.push(node);
        edges.push(way);
      }
    }
    ranks.forEach(function (items) {
      items.forEach(function (item) {
        item.above = [];
        item.below = [];
      });
    });
    edges.forEach(function (way) {
      for (let i = 1; i < way.length; i++) {
        way[i].above.push(way[i - 1]);
        way[i - 1].below.push(way[i]);
      }
    });
    return { ranks: ranks, edges: edges };
  }

  function mean(items, otherwise) {
    return items.length === 0
      ? otherwise
      : items.reduce(function (sum, item) {
          return sum + item.x;
        }, 0) / items.length;
  }

  function separation(left, right) {
    return (left.width + right.width) / 2 + GAP;
  }

  /** Puts items of a rank below or above their neighbours, in an order that crosses few edges. */
  function arrange(items, neighbours, reorder) {
    items.forEach(function (item) {
      item.wanted = mean(item[neighbours], item.x);
    });
    if (reorder) {
      items.sort(function (one, other) {
        return one.wanted - other.wanted;
      });
    }
    const fromLeft = [];
    const fromRight = [];
    items.forEach(function (item, i) {
      fromLeft[i] = i === 0 ? item.wanted : Math.max(item.wanted, fromLeft[i - 1] + separation(items[i - 1], item));
    });
    for (let i = items.length - 1; i >= 0; i--) {
      fromRight[i] =
        i === items.length - 1
          ? items[i].wanted
          : Math.min(items[i].wanted, fromRight[i + 1] - separation(items[i], items[i + 1]));
    }
    items.forEach(function (item, i) {
      item.x = (fromLeft[i] + fromRight[i]) / 2;
    });
  }

  function position(ranks) {
    ranks.forEach(function (items) {
      items.forEach(function (item, i) {
        item.x = i === 0 ? 0 : items[i - 1].x + separation(items[i - 1], item);
      });
    });
    for (let sweep = 0; sweep < SWEEPS; sweep++) {
      const down = sweep % 2 === 0;
      const order = down ? ranks : ranks.slice().reverse();
      order.forEach(function (items) {
        arrange(items, down ? "above" : "below", sweep < SWEEPS - 2);
      });
    }
    let left = Infinity;
    let right = -Infinity;
    ranks.forEach(function (items) {
      items.forEach(function (item) {
        left = Math.min(left, item.x - item.width / 2);
        right = Math.max(right, item.x + item.width / 2);
      });
    });
    ranks.forEach(function (items) {
      items.forEach(function (item) {
        item.x += MARGIN - left;
        item.y = MARGIN + item.rank * (HEIGHT + RANK_GAP);
      });
    });
    return right - left + 2 * MARGIN;
  }

  function drawEdge(way, svg) {
    let path = "M" + way[0].x + " " + (way[0].y + HEIGHT);
    for (let i = 1; i < way.length; i++) {
      const from = way[i - 1];
      const to = way[i];
      const middle = (from.y + HEIGHT + to.y) / 2;
      path += "C" + from.x + " " + middle + " " + to.x + " " + middle + " " + to.x + " " + to.y;
      if (i < way.length - 1) {
        path += "V" + (to.y + HEIGHT);
      }
    }
    const edge = element("path", { d: path, class: "treenq-graph__edge" }, svg);
    return { edge: edge, ends: [way[0], way[way.length - 1]] };
  }

  function clipped(name) {
    return name.length > LONGEST_NAME ? name.substring(0, LONGEST_NAME - 1) + "…" : name;
  }

  function drawNode(node, edges, svg) {
    const link = element("a", { href: "#step-" + node.step.number, class: "treenq-graph__step" }, svg);
    element("title", {}, link).textContent = node.step.name;
    const x = node.x - WIDTH / 2;
    element("rect", { x: x, y: node.y, width: WIDTH, height: HEIGHT, rx: 5, class: "treenq-graph__box" }, link);
    element("rect", { x: x, y: node.y, width: 5, height: HEIGHT, rx: 2, class: "treenq-graph__state" }, link);
    element("text", { x: x + 14, y: node.y + 17, class: "treenq-graph__name" }, link).textContent = clipped(node.step.name);
    const fact = element("text", { x: x + 14, y: node.y + 32, class: "treenq-graph__fact" }, link);
    function mark(marked) {
      edges.forEach(function (edge) {
        if (edge.ends.includes(node)) {
          edge.edge.classList.toggle("treenq-graph__edge--marked", marked);
        }
      });
    }
    ["mouseenter", "focus"].forEach(function (event) {
      link.addEventListener(event, function () {
        mark(true);
      });
    });
    ["mouseleave", "blur"].forEach(function (event) {
      link.addEventListener(event, function () {
        mark(false);
      });
    });
    return { link: link, fact: fact };
  }

  /**
   * Draws the steps.
   *
   * @param describe returns the text below the name of a step
   * @return a function that updates the drawing for changed steps; null if there is nothing to draw
   */
  function draw(container, steps, describe) {
    container.textContent = "";
    if (steps.length > MOST_STEPS) {
      return null;
    }
    const nodes = connected(steps);
    const layout = nodes.length === 0 ? null : layered(nodes);
    if (layout === null) {
      return null;
    }
    const width = Math.ceil(position(layout.ranks));
    const height = layout.ranks.length * (HEIGHT + RANK_GAP) - RANK_GAP + 2 * MARGIN;
    const svg = element("svg", { width: width, height: height, viewBox: "0 0 " + width + " " + height }, null);
    const edges = layout.edges.map(function (way) {
      return drawEdge(way, svg);
    });
    const drawn = new Map();
    nodes.forEach(function (node) {
      drawn.set(node.step.number, drawNode(node, edges, svg));
    });
    container.appendChild(svg);

    function update(current) {
      current.forEach(function (step) {
        const box = drawn.get(step.number);
        if (box) {
          const text = describe(step);
          box.link.setAttribute("data-state", step.state);
          box.link.setAttribute("aria-label", step.name + ", " + text);
          box.fact.textContent = text;
        }
      });
    }
    update(steps);
    return update;
  }

  return { draw: draw };
})();

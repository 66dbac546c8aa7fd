// SPDX-License-Identifier: MIT
// Texts within elements of a selector that have less contrast than a reader needs, with it.
const LEAST = 3;

const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
const paper = canvas.getContext("2d", { willReadFrequently: true });

// What is seen when the colours lie over one another: the canvas understands all that CSS has.
function seen(colours) {
  paper.clearRect(0, 0, 1, 1);
  colours.forEach((colour) => {
    paper.fillStyle = colour;
    paper.fillRect(0, 0, 1, 1);
  });
  return [...paper.getImageData(0, 0, 1, 1).data].slice(0, 3);
}

function luminance(rgb) {
  const [red, green, blue] = rgb.map((byte) => {
    const share = byte / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
  const [dark, bright] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
}

function behind(element) {
  const colours = [];
  for (let each = element; each !== null; each = each.parentElement) {
    colours.unshift(getComputedStyle(each).backgroundColor);
  }
  return ["white", ...colours];
}

const found = [];
document.querySelectorAll(arguments[0]).forEach((root) => {
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    const text = texts.currentNode.textContent.trim();
    const invisible = element.closest(".jenkins-visually-hidden") !== null || !element.checkVisibility();
    if (text === "" || invisible) {
      continue;
    }
    const ground = behind(element);
    const ratio = contrast(seen(ground), seen([...ground, getComputedStyle(element).color]));
    if (ratio < LEAST) {
      found.push(ratio.toFixed(2) + " " + text.substring(0, 60));
    }
  }
});
return found;

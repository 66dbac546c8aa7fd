// SPDX-License-Identifier: MIT
(function () {
  "use strict";

  // Without JavaScript, all rows are shown.
  function toggle(button, expanded) {
    button.setAttribute("aria-expanded", String(expanded));
    button
      .closest("tbody")
      .querySelectorAll(".treenq-job-images__earlier")
      .forEach(function (row) {
        row.hidden = !expanded;
      });
  }

  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll(".treenq-job-images__more").forEach(function (button) {
      toggle(button, false);
      button.addEventListener("click", function () {
        toggle(button, button.getAttribute("aria-expanded") === "false");
      });
    });
  });
})();

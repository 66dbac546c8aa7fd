// SPDX-License-Identifier: MIT
(function () {
  "use strict";

  // What is under way ends at some time, and the page says then how.
  document.addEventListener("DOMContentLoaded", function () {
    if (document.querySelector(".treenq-job-images__result [data-state='UNDER_WAY']")) {
      setTimeout(function () {
        location.reload();
      }, 2000);
    }
  });
})();

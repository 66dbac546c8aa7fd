// SPDX-License-Identifier: MIT
(function () {
  "use strict";

  // Reloads the list until no rollback is running, so that the page shows the results.
  document.addEventListener("DOMContentLoaded", function () {
    if (document.querySelector(".treenq-job-images__result [data-state='UNDER_WAY']")) {
      setTimeout(function () {
        location.reload();
      }, 2000);
    }
  });
})();

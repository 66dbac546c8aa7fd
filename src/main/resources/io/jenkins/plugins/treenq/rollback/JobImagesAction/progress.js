// SPDX-License-Identifier: MIT
// Loads the page again when a rollback has ended, so that the page shows the results.
(function () {
  "use strict";

  const POLL_MILLIS = 2000;
  const QUESTION_MILLIS = 500;

  let leaving = false;

  function shownStates() {
    return Array.from(document.querySelectorAll(".treenq-job-images__result [data-state]"), function (result) {
      return result.dataset.state;
    });
  }

  /**
   * Loads the page again, but closes no question that the user is answering. The page of an answer is not there yet when
   * the question closes, and must not be replaced either.
   */
  function reload(wasAsking) {
    const asking = document.querySelector("dialog[open]") !== null;
    if (asking || wasAsking) {
      setTimeout(function () {
        reload(asking);
      }, QUESTION_MILLIS);
    } else if (!leaving) {
      location.reload();
    }
  }

  function poll() {
    fetch("api/json?tree=rollbacks[state]")
      .then(function (response) {
        return response.ok ? response.json() : Promise.reject(new Error(String(response.status)));
      })
      .then(function (answer) {
        const states = answer.rollbacks.map(function (rollback) {
          return rollback.state;
        });
        if (states.join() === shownStates().join()) {
          setTimeout(poll, POLL_MILLIS);
        } else {
          reload(true);
        }
      })
      .catch(function () {
        setTimeout(poll, POLL_MILLIS);
      });
  }

  document.addEventListener("DOMContentLoaded", function () {
    if (shownStates().includes("UNDER_WAY")) {
      window.addEventListener("beforeunload", function () {
        leaving = true;
      });
      setTimeout(poll, POLL_MILLIS);
    }
  });
})();

// SPDX-License-Identifier: MIT
// Offers the names of builders in the unsaved form as the default builder, and marks names that occur twice.
(function () {
  "use strict";

  /** By name field: the name that it had, so that the default follows one that is renamed. */
  const earlier = new WeakMap();

  function update(scope) {
    const fields = Array.from(scope.querySelectorAll(".repeated-chunk[name='builders'] input[name='_.name']"));
    const names = fields.map((field) => field.value.trim());
    fields.forEach((field, at) => {
      const twice = names[at] !== "" && names.indexOf(names[at]) !== at;
      const mark = field.closest(".repeated-chunk").querySelector(".treenq-name-twice");
      if (mark !== null && mark.hidden === twice) {
        mark.hidden = !twice;
      }
    });
    const select = scope.querySelector("select[name='_.defaultBuilder']");
    // Jenkins fills the list first.
    if (select === null || select.options.length === 0) {
      return;
    }
    const option = (name) => Array.from(select.options).find((each) => each.value === name);
    fields.forEach((field, at) => {
      const before = earlier.get(field);
      const renamed = before === undefined || names.includes(before) ? undefined : option(before);
      if (names[at] !== "" && option(names[at]) === undefined) {
        if (renamed === undefined) {
          select.add(new Option(names[at], names[at]));
        } else {
          renamed.value = names[at];
          renamed.text = names[at];
        }
      }
      if (names[at] !== "") {
        earlier.set(field, names[at]);
      }
    });
    select.treenqNames = select.treenqNames || new Set();
    select.treenqNames.forEach((name) => {
      if (!names.includes(name) && option(name) !== undefined) {
        option(name).remove();
      }
    });
    select.treenqNames = new Set(names);
  }

  Behaviour.specify(".treenq-scope", "treenq-scope", 0, (scope) => {
    if (scope.dataset.treenqFollowed) {
      return;
    }
    scope.dataset.treenqFollowed = "true";
    scope.addEventListener("input", () => update(scope));
    scope.addEventListener("change", () => update(scope));
    new MutationObserver(() => update(scope)).observe(scope, { childList: true, subtree: true });
    update(scope);
  });
})();

/* Keeps the number of waiting calls in the title of every page but "today", which does so itself (panel.js): asked for each half
   minute, and at once when a tab with "today" says that something changed. Chromium 86 understands it. */
(function () {
  "use strict";
  var address = document.currentScript.dataset.waiting;
  var EVERY = 30000;  // ms; a browser slows this to a minute in a tab that is not looked at
  document.addEventListener("DOMContentLoaded", function () {
    if (document.getElementById("today")) return;
    var plain = document.title.replace(/^\(\d+\) /, "");
    function look() {
      fetch(address, { cache: "no-store" }).then(function (answer) {
        if (!answer.ok) throw new Error(String(answer.status));
        return answer.json();
      }).then(function (told) {
        document.title = (told.n ? "(" + told.n + ") " : "") + plain;
      }).catch(function () { /* the title stays as it was: nothing is known */ });
    }
    setInterval(look, EVERY);
    document.addEventListener("visibilitychange", function () { if (!document.hidden) look(); });
    if ("BroadcastChannel" in window) {
      new BroadcastChannel("ringkeeper").onmessage = function (event) { if (event.data.kind === "changed") look(); };
    }
  });
})();

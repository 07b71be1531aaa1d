/* For every form: Enter that only takes a word out of an input method (IME composition) never sends it. A browser says so by
   isComposing, or by key code 229 (UI Events, 3.8.5); some of the browsers here send the form all the same. Chromium 86
   understands it. */
(function () {
  "use strict";
  var composing = null;
  document.addEventListener("compositionstart", function (event) { composing = event.target; }, true);
  document.addEventListener("compositionend", function () { composing = null; }, true);
  document.addEventListener("blur", function (event) { if (event.target === composing) composing = null; }, true);
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Enter" && event.keyCode !== 229) return;
    if (!(event.isComposing || event.keyCode === 229 || composing === event.target)) return;
    event.stopPropagation();
    if (event.key === "Enter" && event.keyCode !== 229) event.preventDefault();
  }, true);
  document.addEventListener("submit", function (event) {
    if (!composing || !event.target.contains(composing)) return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
})();

// A button that prints the page; without JavaScript it is not shown, and Ctrl+P does the same.
"use strict";
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

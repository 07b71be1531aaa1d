/* Keeps the page "today" as true as the ledger: seconds counted up, changes fetched when told, one stream per browser.
   Every action works without this file (ordinary forms); texts come from the page, none stand here. Chromium 86 understands it. */
(function () {
  "use strict";
  var today = document.querySelector("[data-fragment]");
  if (!today) return;
  var away = document.getElementById("away");
  var plainTitle = document.title.replace(/^\(\d+\) /, "");
  var STAGES = [5, 10, 15];    // seconds, as the lamp's
  var LEASE = 6000;            // ms a leader's word holds; renewed each second
  var POLL = 3500, QUIET = 40000, RETRY = 30000, MINUTE = 60000, READ = 8000, AIM = 400;  // ms

  /* ---- seconds that count up, stages that change with them */
  function born(element) {
    if (!element.rkBorn) element.rkBorn = performance.now() - 1000 * Number(element.dataset.age);
    return element.rkBorn;
  }
  function tick() {
    var ringing = false;
    today.querySelectorAll("[data-age]").forEach(function (element) {
      var seconds = Math.max(0, Math.floor((performance.now() - born(element)) / 1000));
      if (element.textContent !== String(seconds)) element.textContent = seconds;
      var line = element.closest("[data-stage]");
      if (!line) return;
      ringing = true;
      var stage = STAGES.filter(function (step) { return seconds >= step; }).length;
      if (line.dataset.stage !== String(stage)) {
        line.dataset.stage = stage;
        line.querySelector(".state").textContent = line.dataset.stageWords.split("|")[stage];
      }
    });
    hideInTime();
    var todo = document.getElementById("part-todo"), waits = todo ? Number(todo.dataset.waiting) : 0;
    if (today.id !== "today") return;  // the titles of other pages: waiting.js
    var title = (waits ? "(" + waits + ") " : "") + plainTitle;
    if (ringing) title = "☎ " + today.dataset.ringingTitle + " · " + title;
    if (document.title !== title) document.title = title;
  }
  function hideInTime() {
    today.querySelectorAll("[data-shown-for]").forEach(function (element) {
      if (!element.rkUntil) element.rkUntil = performance.now() + 1000 * Number(element.dataset.shownFor);
      if (performance.now() < element.rkUntil) return;
      element.remove();  // even if the panel does not answer any more
      refresh();
    });
  }

  /* ---- a live update replaces only what changed, and nothing that is in use */
  var pressed = null, composing = null, waiting = {}, moved = -Infinity;
  function isChanged(field) {  // what somebody has typed or chosen and not sent yet
    if (field.matches("[type=hidden], [type=submit], [type=button]")) return false;
    if (field.matches("[type=checkbox], [type=radio]")) return field.checked !== field.defaultChecked;
    if (!field.matches("select")) return field.value !== field.defaultValue;
    var first = Array.prototype.slice.call(field.options).filter(function (each) { return each.defaultSelected; })[0] || field.options[0];
    return Boolean(first) && field.value !== first.value;
  }
  function inUse(part) {
    var at = document.activeElement;
    var typing = at && part.contains(at) && at.matches("input, textarea, select, [contenteditable]");
    return typing || (pressed && part.contains(pressed)) || (composing && part.contains(composing)) ||
      part.querySelector("details[open]:not([id]), dialog[open], form.htmx-request") ||
      Array.prototype.some.call(part.querySelectorAll("input, textarea, select"), isChanged);
  }
  document.addEventListener("compositionstart", function (event) { composing = event.target; }, true);
  document.addEventListener("compositionend", function () { composing = null; setTimeout(putWaiting, 0); }, true);
  function put(part, fresh) {
    if (inUse(part)) waiting[part.id] = fresh;
    else replace(part, fresh);
  }
  function replace(part, fresh) {
    delete waiting[part.id];
    var height = part.offsetHeight;
    var focused = part.contains(document.activeElement) ? document.activeElement.id : "";
    part.querySelectorAll("details[open][id]").forEach(function (each) {  // what was unfolded stays so
      var same = fresh.querySelector("#" + each.id);
      if (same) same.open = true;
    });
    part.replaceWith(fresh);
    if (window.htmx) htmx.process(fresh);
    if (fresh.matches("#part-lines, #part-notices") && fresh.offsetHeight !== height) moved = performance.now();
    var again = focused && document.getElementById(focused);
    if (again) again.focus({ preventScroll: true });
  }
  function apply(html) {
    var fresh = new DOMParser().parseFromString(html, "text/html");
    fresh.querySelectorAll(".part").forEach(function (part) {
      var present = document.getElementById(part.id);
      if (present && present.dataset.digest !== part.dataset.digest) put(present, document.importNode(part, true));
      else delete waiting[part.id];
    });
    tick();
  }
  function putWaiting() {
    Object.keys(waiting).forEach(function (id) {
      var part = document.getElementById(id);
      if (part) put(part, waiting[id]);
    });
  }
  document.addEventListener("pointerdown", function (event) { pressed = event.target; });
  ["pointerup", "pointercancel"].forEach(function (kind) {
    document.addEventListener(kind, function () { setTimeout(function () { pressed = null; putWaiting(); }, 0); });
  });
  document.addEventListener("click", function guarded(event) {  // aimed at what stood there before a line began to ring
    if (event.detail === 0 || performance.now() - moved > AIM || !event.target.closest("#part-todo, #part-lines")) return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  document.addEventListener("focusout", function () { setTimeout(putWaiting, 0); });
  document.addEventListener("toggle", putWaiting, true);

  /* ---- asking for the fragment: one question at a time, 304 when nothing is new */
  var etag = today.dataset.etag, version = today.dataset.version, asking = false, askAgain = false, asked = performance.now();
  function refresh() {
    if (asking) { askAgain = true; return; }
    asking = true;
    asked = performance.now();
    fetch(today.dataset.fragment, { headers: { "If-None-Match": etag }, cache: "no-store" }).then(function (answer) {
      if (answer.status === 401) { location.assign(today.dataset.signIn); return; }
      if (!answer.ok && answer.status !== 304) throw new Error(String(answer.status));
      away.hidden = true;
      version = answer.headers.get("X-Version") || version;
      if (answer.status === 304) return;
      etag = answer.headers.get("ETag") || "";
      return answer.text().then(function (html) {
        apply(html);
        if (leading && !flowing) tell({ kind: "changed", version: version });
      });
    }).catch(function () { away.hidden = false; }).then(function () {
      asking = false;
      if (askAgain) { askAgain = false; refresh(); }
    });
  }
  function heard(news) {
    lastNews = performance.now();
    if (news.kind === "changed" && news.version !== version) refresh();
  }

  /* ---- one stream per browser: the tab that holds the lease leads and tells the others (no navigator.locks on plain http) */
  var me = String(Math.random()).slice(2), leading = false, flowing = false, source = null, lastNews = performance.now(), tryAgain = 0;
  var channel = "BroadcastChannel" in window ? new BroadcastChannel("ringkeeper") : null;
  function tell(news) { if (channel) channel.postMessage(news); }
  if (channel) channel.onmessage = function (event) {
    if (event.data.kind === "vacant") setTimeout(seekLease, 50 * Math.random());
    else heard(event.data);
  };
  function readLease() {
    try { return (localStorage.getItem("ringkeeper-leader") || " 0").split(" "); } catch (refused) { return [me, "0"]; }
  }
  function seekLease() {
    var lease = readLease(), now = Date.now(), until = Number(lease[1]);
    if (lease[0] !== me && until > now && until < now + 2 * LEASE) { if (leading) follow(); return; }
    try { localStorage.setItem("ringkeeper-leader", me + " " + (now + LEASE)); } catch (refused) { /* each tab leads itself */ }
    if (leading) { openStream(); return; }
    setTimeout(function () {  // two tabs may have written at once: the last word stands
      if (!leading && readLease()[0] === me) { leading = true; openStream(); }
    }, 120);
  }
  function follow() {
    leading = flowing = false;
    if (source) source.close();
    source = null;
  }
  function openStream() {
    if (source || performance.now() < tryAgain || !("EventSource" in window)) return;
    source = new EventSource(today.dataset.events);
    source.onopen = function () { flowing = true; };
    source.onerror = function () {
      flowing = false;
      if (source && source.readyState === 2) { source = null; tryAgain = performance.now() + RETRY; }  // 2: refused, e.g. 503
      refresh();
    };
    ["changed", "ping"].forEach(function (kind) {
      source.addEventListener(kind, function (event) {
        var news = { kind: kind, version: event.data };
        tell(news);
        heard(news);
      });
    });
  }
  addEventListener("pagehide", function () {
    if (!leading) return;
    follow();
    try { localStorage.removeItem("ringkeeper-leader"); } catch (refused) { return; }
    tell({ kind: "vacant" });
  });
  addEventListener("pageshow", function (event) { if (event.persisted) refresh(); });

  function everySecond() {
    seekLease();
    var since = performance.now() - asked;
    var deaf = (leading && !flowing) || performance.now() - lastNews > QUIET;
    if (since > MINUTE || (deaf && since > POLL)) refresh();
  }

  /* ---- actions: htmx posts the form and puts the answer in; here only what a person notices of it */
  document.addEventListener("htmx:beforeRequest", function (event) {
    event.target.querySelectorAll("button").forEach(function (button) { button.disabled = true; });
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    event.target.querySelectorAll("button").forEach(function (button) { button.disabled = false; });
    var answer = event.detail.xhr;
    if (answer && answer.getResponseHeader("ETag")) { etag = answer.getResponseHeader("ETag"); away.hidden = true; }
  });
  function readOut() {
    var message = today.querySelector(".message");
    if (!message) return;
    message.focus({ preventScroll: true });
    if (message.matches(".done")) setTimeout(function () { message.remove(); }, READ);
  }
  document.addEventListener("htmx:beforeSwap", function (event) {  // the answer to a press: no more is replaced than by a live update
    var detail = event.detail, answer = new DOMParser().parseFromString(detail.serverResponse, "text/html");
    if (detail.target !== today || !answer.querySelector(".part")) return;
    detail.shouldSwap = false;
    pressed = null;
    var own = detail.requestConfig.elt.closest(".part"), fresh = own && answer.getElementById(own.id);
    if (fresh) replace(own, document.importNode(fresh, true));
    today.querySelectorAll(".message").forEach(function (old) { old.remove(); });
    answer.querySelectorAll(".message").forEach(function (each) { today.prepend(document.importNode(each, true)); });
    apply(detail.serverResponse);
    readOut();
  });
  document.addEventListener("htmx:afterSwap", function () { tick(); readOut(); });
  ["htmx:sendError", "htmx:timeout"].forEach(function (kind) {
    document.addEventListener(kind, function () { away.hidden = false; });
  });

  document.documentElement.classList.add("live");
  tick();
  readOut();
  setInterval(tick, 200);
  seekLease();
  setInterval(everySecond, 1000);
})();

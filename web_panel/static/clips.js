/* Records a clip in the page where the browser allows it (a secure context): 16 kHz, mono, 16 bit, sent as the WAV file that
   the form would upload. Without this file, or elsewhere, the form takes a file. Texts come from the page. */
(function () {
  "use strict";
  var list = document.querySelector(".clips");
  if (!list) return;
  var RATE = 16000;
  var able = window.isSecureContext && navigator.mediaDevices && window.MediaRecorder && window.OfflineAudioContext;
  if (!able) { document.getElementById("no-recorder").hidden = false; return; }

  function wav(samples) {
    var view = new DataView(new ArrayBuffer(44 + 2 * samples.length));
    function word(at, text) { for (var i = 0; i < text.length; i++) view.setUint8(at + i, text.charCodeAt(i)); }
    word(0, "RIFF"); view.setUint32(4, 36 + 2 * samples.length, true); word(8, "WAVEfmt ");
    view.setUint32(16, 16, true); view.setUint16(20, 1, true); view.setUint16(22, 1, true);
    view.setUint32(24, RATE, true); view.setUint32(28, 2 * RATE, true); view.setUint16(32, 2, true); view.setUint16(34, 16, true);
    word(36, "data"); view.setUint32(40, 2 * samples.length, true);
    for (var i = 0; i < samples.length; i++) view.setInt16(44 + 2 * i, 32767 * Math.max(-1, Math.min(1, samples[i])), true);
    return new Blob([view], { type: "audio/wav" });
  }
  function resampled(blob) {  // what the recorder gives is compressed, at the card's rate
    return blob.arrayBuffer().then(function (bytes) {
      return new OfflineAudioContext(1, 1, RATE).decodeAudioData(bytes);
    }).then(function (sound) {
      var frames = Math.max(1, Math.min(Math.floor(sound.duration * RATE), Number(list.dataset.longest) * RATE));
      var context = new OfflineAudioContext(1, frames, RATE), source = context.createBufferSource();
      source.buffer = sound;
      source.connect(context.destination);
      source.start();
      return context.startRendering();
    }).then(function (sound) { return wav(sound.getChannelData(0)); });
  }
  function send(form, blob) {
    var body = new FormData(form);
    body.set("wav", blob, "clip.wav");
    body.set("do", "keep");
    return fetch(form.action, { method: "POST", body: body }).then(function () { location.reload(); });
  }
  function record(button) {
    var form = button.form, words = button.textContent, pieces = [];
    button.disabled = true;
    navigator.mediaDevices.getUserMedia({ audio: true }).then(function (stream) {
      var recorder = new MediaRecorder(stream);
      var limit = setTimeout(function () { recorder.stop(); }, 1000 * Number(list.dataset.longest));
      recorder.ondataavailable = function (event) { pieces.push(event.data); };
      recorder.onstop = function () {
        clearTimeout(limit);
        stream.getTracks().forEach(function (track) { track.stop(); });
        button.disabled = true;
        resampled(new Blob(pieces)).then(function (blob) { return send(form, blob); }).catch(failed);
      };
      recorder.start();
      button.disabled = false;
      button.textContent = list.dataset.stop;
      button.onclick = function () { recorder.stop(); };
    }).catch(failed);
    function failed() {
      button.textContent = words;
      button.disabled = false;
      button.onclick = function () { record(button); };
      alert(list.dataset.failed);
    }
  }
  list.querySelectorAll(".record").forEach(function (button) {
    button.hidden = false;
    button.onclick = function () { record(button); };
  });
})();

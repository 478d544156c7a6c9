// Quick entry on a flaky network: each choice is kept on this device until the server has taken it.
// Without this script the form of each learner has a button that does the same.
"use strict";
(() => {
  const state = document.getElementById("grid-state");
  const forms = [...document.querySelectorAll("form[data-grid]")];
  if (!state || forms.length === 0) return;
  const key = "grid " + location.pathname;
  const read = () => {
    try { return JSON.parse(localStorage.getItem(key)) || {}; } catch { return {}; }
  };
  const write = (waiting) => {
    try {
      if (Object.keys(waiting).length) localStorage.setItem(key, JSON.stringify(waiting));
      else localStorage.removeItem(key);
    } catch { /* no room or not allowed: the form's own button is still there */ }
  };
  let sending = false;
  const say = (word) => { state.textContent = state.dataset[word]; };

  // What waited from before stands in the form again, so that it is seen and sent.
  for (const [name, value] of Object.entries(read())) {
    const field = document.getElementById(name);
    if (field) field.value = value;
  }

  async function send() {
    if (sending) return;
    sending = true;
    try {
      for (;;) {
        const waiting = read();
        const names = Object.keys(waiting);
        if (names.length === 0) { say("saved"); return; }
        const field = document.getElementById(names[0]);
        if (!field || !field.form) { delete waiting[names[0]]; write(waiting); continue; }
        const sent = waiting[names[0]];
        const body = new URLSearchParams();
        body.set("learner", field.form.elements.learner.value);
        body.set(field.name, sent);
        const answer = await fetch(field.form.getAttribute("action"), { method: "POST", body, redirect: "manual", credentials: "same-origin" });
        const taken = answer.type === "opaqueredirect" || answer.ok;
        if (!taken && answer.status < 500) { say("refused"); return; }
        if (!taken) throw new Error("later");
        const now = read();
        if (now[names[0]] === sent) { delete now[names[0]]; write(now); }
      }
    } catch {
      say("waiting");
      setTimeout(send, 5000);
    } finally {
      sending = false;
    }
  }

  for (const form of forms) {
    form.addEventListener("change", (event) => {
      if (!event.target.id || !event.target.value) return;
      const waiting = read();
      waiting[event.target.id] = event.target.value;
      write(waiting);
      say("waiting");
      send();
    });
  }
  addEventListener("online", send);
  if (Object.keys(read()).length) { say("waiting"); send(); }
})();

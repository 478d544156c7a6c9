// Quick entry on a flaky network: each choice is kept on this device until the server has taken it.
// Without this script the form of each learner has a button that does the same.
"use strict";
(() => {
  const state = document.getElementById("grid-state");
  const forms = [...document.querySelectorAll("form[data-grid]")];
  if (!state || forms.length === 0) return;
  // Somebody else who signs in on this device does not send what I chose.
  const key = `grid ${state.dataset.who} ${location.pathname}`;
  const read = () => {
    try { return JSON.parse(localStorage.getItem(key)) || {}; } catch { return {}; }
  };
  const write = (waiting) => {
    try {
      if (Object.keys(waiting).length) localStorage.setItem(key, JSON.stringify(waiting));
      else localStorage.removeItem(key);
      return true;
    } catch { return false; }
  };
  const refused = new Set();
  let sending = false;
  const say = (word) => { state.textContent = state.dataset[word]; };

  const mark = (name, isRefused) => {
    if (isRefused) refused.add(name);
    else refused.delete(name);
    const field = document.getElementById(name);
    if (isRefused) field?.setAttribute("aria-invalid", "true");
    else field?.removeAttribute("aria-invalid");
  };

  // Whether the server took it; an error if it is to be tried again.
  async function take(field, value) {
    const body = new URLSearchParams({ learner: field.form.elements.learner.value, [field.name]: value });
    const answer = await fetch(field.form.getAttribute("action"), {
      method: "POST", body, redirect: "manual", credentials: "same-origin", signal: AbortSignal.timeout(15000),
    });
    if (answer.type === "opaqueredirect" || answer.ok) return true;
    if (answer.status >= 500 || answer.status === 408 || answer.status === 429) throw new Error("later");
    return false;
  }

  async function send() {
    if (sending) return;
    sending = true;
    try {
      for (;;) {
        const waiting = read();
        const name = Object.keys(waiting).find((one) => !refused.has(one));
        if (name === undefined) break;
        const field = document.getElementById(name);
        const value = waiting[name];
        if (field?.form && !(await take(field, value))) { mark(name, true); continue; }
        const now = read();
        if (now[name] === value) { delete now[name]; write(now); }
      }
      say(refused.size ? "refused" : "saved");
    } catch {
      say("waiting");
      setTimeout(send, 5000);
    } finally {
      sending = false;
    }
  }

  const keep = (fields) => {
    const waiting = read();
    for (const field of fields) {
      waiting[field.id] = field.value;
      mark(field.id, false);
    }
    if (!write(waiting)) return false;
    say("waiting");
    send();
    return true;
  };

  // What waited from before stands in the form again, so that it is seen and sent.
  for (const [name, value] of Object.entries(read())) {
    const field = document.getElementById(name);
    if (field) field.value = value;
  }
  for (const form of forms) {
    form.addEventListener("change", (event) => keep([event.target]));
    // The button works without a network too. Where nothing can be kept, the form is sent as it is.
    form.addEventListener("submit", (event) => {
      const given = [...form.querySelectorAll("select")].filter((field) => field.value || field.id in read());
      if (keep(given)) event.preventDefault();
    });
  }
  addEventListener("online", send);
  if (Object.keys(read()).length) { say("waiting"); send(); }
})();

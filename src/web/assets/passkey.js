// Passkeys: asks the browser for one, puts its answer into the form beside the button, and sends it.
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const options = (given) => {
  const key = { ...given, challenge: bytes(given.challenge) };
  if (key.user) key.user = { ...key.user, id: bytes(key.user.id) };
  for (const list of ["excludeCredentials", "allowCredentials"]) {
    if (key[list]) key[list] = key[list].map((one) => ({ ...one, id: bytes(one.id) }));
  }
  return key;
};

const answer = (made) => {
  const response = { clientDataJSON: text(made.response.clientDataJSON) };
  for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (made.response[part]) response[part] = text(made.response[part]);
  }
  return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response });
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  const say = form.querySelector("[role=status]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!form.reportValidity()) return;
    say.textContent = "Your browser asks for the passkey …";
    try {
      const asked = await fetch(form.dataset.passkey, { method: "POST" });
      if (!asked.ok) throw new Error("refused");
      const { token, publicKey } = await asked.json();
      const key = options(publicKey);
      const made = form.dataset.make ? await navigator.credentials.create({ publicKey: key }) : await navigator.credentials.get({ publicKey: key });
      form.elements.token.value = token;
      form.elements.answer.value = answer(made);
      form.submit();
    } catch {
      say.textContent = "That did not work, or was stopped. You can try again.";
    }
  });
}

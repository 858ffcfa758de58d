// Security keys: the page asks for what stands in the form, and sends what the browser answers.
"use strict";

(() => {
  const form = document.querySelector("form[data-security-key]");
  if (!form || !window.PublicKeyCredential) return;

  const bytes = (text) => Uint8Array.from(
    atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  const asked = () => {
    const told = JSON.parse(form.dataset.securityKey).publicKey;
    told.challenge = bytes(told.challenge);
    if (told.user) told.user.id = bytes(told.user.id);
    if (told.excludeCredentials) told.excludeCredentials = known(told.excludeCredentials);
    if (told.allowCredentials) told.allowCredentials = known(told.allowCredentials);
    return told;
  };

  const answered = (key) => {
    const response = { clientDataJSON: text(key.response.clientDataJSON) };
    for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (key.response[name]) response[name] = text(key.response[name]);
    }
    return JSON.stringify({ id: key.id, rawId: text(key.rawId), type: key.type, response });
  };

  form.addEventListener("submit", async (event) => {
    const field = form.querySelector("input[name=answer]");
    if (field.value) return;
    event.preventDefault();
    const publicKey = asked();
    try {
      const key = await (publicKey.user
        ? navigator.credentials.create({ publicKey })
        : navigator.credentials.get({ publicKey }));
      field.value = answered(key);
      form.submit();
    } catch {
      const said = form.querySelector("p.error[hidden], p.error[role=alert]");
      said.textContent = form.dataset.failed;
      said.hidden = false;
    }
  });
})();

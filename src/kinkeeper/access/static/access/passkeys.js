// Passkeys: a form with data-passkey makes one ("create") or shows one ("get"), puts the answer into its hidden field and
// sends itself. Where a browser has no passkeys the button stays hidden and the rest of the form works.
"use strict";

async function wishesOf(form) {
  if (form.dataset.wishes) return JSON.parse(form.dataset.wishes);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
  return answer.json();
}

async function usePasskey(form, button) {
  const trouble = form.querySelector("[data-passkey-trouble]");
  button.disabled = true;
  trouble.hidden = true;
  try {
    const credential = await window.webauthnJSON[form.dataset.passkey](await wishesOf(form));
    document.getElementById(form.dataset.into).value = JSON.stringify(credential);
    form.submit();
  } catch {
    trouble.textContent = form.dataset.trouble;
    trouble.hidden = false;
    button.disabled = false;
  }
}

document.addEventListener("DOMContentLoaded", () => {
  if (!window.PublicKeyCredential || !window.webauthnJSON) return;
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const button = form.querySelector("[data-shows-passkey]");
    button.hidden = false;
    button.addEventListener("click", () => usePasskey(form, button));
  }
});

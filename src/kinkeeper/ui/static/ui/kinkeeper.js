// What the pages do beyond links and forms. Every page works without it.
"use strict";

const root = document.documentElement;
const remember = (name, value) => { try { localStorage.setItem(name, value); } catch { /* private windows forget */ } };
const recall = (name) => { try { return localStorage.getItem(name); } catch { return null; } };

// Before the first paint, so that a dark page never flashes white.
if (recall("kinkeeper-theme")) root.dataset.bsTheme = recall("kinkeeper-theme");

const isDark = () => (root.dataset.bsTheme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";

function labelThemeSwitch() {
  for (const button of document.querySelectorAll("[data-theme-switch]")) {
    button.querySelector("span").textContent = isDark() ? button.dataset.light : button.dataset.dark;
    const use = button.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, isDark() ? "#sun" : "#moon"));
  }
}

function switchTheme() {
  root.dataset.bsTheme = isDark() ? "light" : "dark";
  remember("kinkeeper-theme", root.dataset.bsTheme);
  labelThemeSwitch();
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) if (menu !== except) menu.open = false;
}

function open(id) {
  const dialog = document.getElementById(id);
  if (dialog && !dialog.open) dialog.showModal();
}

// ---- Clicks, in one place --------------------------------------------------------------------------------------------
document.addEventListener("click", (event) => {
  const at = (selector) => event.target.closest(selector);
  closeMenus(at("details[data-menu]"));
  if (at("[data-theme-switch]")) switchTheme();
  if (at("[data-opens]")) open(at("[data-opens]").dataset.opens);
  if (at("[data-closes]")) at("dialog").close();
  if (at("[data-print-page]")) window.print();
  if (at("[data-refused]")) event.preventDefault();
  if (at("[data-copy]")) copy(at("[data-copy]"));
});

async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  try { await navigator.clipboard.writeText(source.textContent.trim()); } catch {
    getSelection().selectAllChildren(source);
    return;
  }
  button.querySelector("span").textContent = button.dataset.done;
}

// ---- Keys: / searches, g and a letter goes, ? helps -------------------------------------------------------------------
let going = 0;
const writes = (element) => element.matches("input:not([type=radio]), textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const menu = document.querySelector("details[data-menu][open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  }
  if (event.ctrlKey || event.metaKey || event.altKey || writes(event.target) || document.querySelector("dialog[open]")) return;
  if (Date.now() - going < 1500) {
    const link = document.querySelector(`[data-keys="${CSS.escape(event.key)}"]`);
    going = 0;
    if (link) { event.preventDefault(); link.click(); return; }
  }
  if (event.key === "g") going = Date.now();
  if (event.key === "?") open("keys");
  const field = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (field) { event.preventDefault(); field.focus(); if (field.matches("a, [type=radio]")) field.click(); }
});

// ---- Forms: what is written and not saved, and one deed per press ------------------------------------------------------
// What drafts.js keeps on a device goes with its owner.
function forgetDrafts() {
  try {
    for (const name of Object.keys(localStorage)) if (name.startsWith("kinkeeper-draft:")) localStorage.removeItem(name);
  } catch { /* private windows keep nothing */ }
}

let unsaved = false;
document.addEventListener("kinkeeper:kept", () => { unsaved = false; });
document.addEventListener("input", (event) => { if (event.target.closest("form[data-unsaved]")) unsaved = true; });
document.addEventListener("submit", (event) => {
  unsaved = false;
  if (event.target.matches("[data-signs-out]")) forgetDrafts();
  if (event.target.method !== "post") return;
  if (event.target.dataset.sent) { event.preventDefault(); return; }
  event.target.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => { for (const form of document.forms) delete form.dataset.sent; });
window.addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });

// ---- When the page is there ---------------------------------------------------------------------------------------------
document.addEventListener("DOMContentLoaded", () => {
  labelThemeSwitch();
  const summary = document.querySelector("[data-focus]");
  if (summary) { summary.focus(); unsaved = Boolean(summary.closest("form[data-unsaved]")); }
});

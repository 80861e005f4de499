// j and k walk down and up a list of children; Enter opens. The list works without it.
"use strict";

document.addEventListener("keydown", (event) => {
  const step = { j: 1, k: -1 }[event.key];
  const typing = event.target.closest("input, textarea, select, [contenteditable], dialog");
  if (!step || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const rows = [...document.querySelectorAll("main .due-child")];
  const next = rows[Math.max(rows.indexOf(document.activeElement) + step, 0)];
  if (next) { event.preventDefault(); next.focus(); next.scrollIntoView({ block: "nearest" }); }
});

// Nothing typed is lost. Forms with data-draft are kept while somebody writes: at once on this device, locked with a key
// that only the server gives to its signed-in owner, and a moment later on the server, which unlocks the device again.
const DEVICE_AFTER_MS = 250;
const SERVER_AFTER_MS = 1500;
const AGAIN_AFTER_MS = 20000;
const PATIENCE_MS = 15000;
const KEEPALIVE_BYTES = 60000; // browsers refuse a farewell of more than 64 KiB
const OLDEST_MS = 30 * 24 * 3600 * 1000;
const PREFIX = "kinkeeper-draft:";
const language = document.documentElement.lang;

const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const textOf = (bytes) => { let out = ""; for (const byte of new Uint8Array(bytes)) out += String.fromCharCode(byte); return btoa(out); };

// ---- On the device: AES-GCM, bound to the address of the draft; the name tells neither the record nor the writer ----------
class Device {
  static async open(address, owner, secret) {
    if (!globalThis.crypto?.subtle) return null;
    const key = await crypto.subtle.importKey("raw", bytesOf(secret), "AES-GCM", false, ["encrypt", "decrypt"]);
    const name = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${secret} ${owner} ${address}`));
    return new Device(key, PREFIX + textOf(name), new TextEncoder().encode(address));
  }

  constructor(key, name, address) { Object.assign(this, { key, name, address }); }

  async keep(text, at) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const lock = { name: "AES-GCM", iv, additionalData: this.address };
    const sealed = await crypto.subtle.encrypt(lock, this.key, new TextEncoder().encode(text));
    localStorage.setItem(this.name, JSON.stringify({ at, iv: textOf(iv), sealed: textOf(sealed) }));
  }

  async find() {
    try {
      const { at, iv, sealed } = JSON.parse(localStorage.getItem(this.name));
      const lock = { name: "AES-GCM", iv: bytesOf(iv), additionalData: this.address };
      return { at, text: new TextDecoder().decode(await crypto.subtle.decrypt(lock, this.key, bytesOf(sealed))) };
    } catch { return null; }
  }

  forget() { localStorage.removeItem(this.name); }
}

function forgetOldCopies() {
  try {
    for (const name of Object.keys(localStorage).filter((known) => known.startsWith(PREFIX))) {
      const { at } = JSON.parse(localStorage.getItem(name));
      if (Date.now() - at > OLDEST_MS) localStorage.removeItem(name);
    }
  } catch { /* no storage, or not ours */ }
}

// ---- The fields as one text ---------------------------------------------------------------------------------------------
const isKept = (field) => field.name && !["hidden", "password", "file", "submit", "button"].includes(field.type)
  && field.tagName !== "BUTTON" && field.tagName !== "FIELDSET";

function written(form) {
  const content = {};
  for (const field of form.elements) if (isKept(field)) content[field.name] ??= [];
  for (const [name, value] of new FormData(form)) if (content[name] && typeof value === "string") content[name].push(value);
  // An empty list stays: a box that was ticked and is not any more, too, was decided.
  return JSON.stringify(content);
}

function fill(form, content) {
  const left = Object.fromEntries(Object.entries(content).map(([name, values]) => [name, [...values]]));
  for (const field of form.elements) {
    if (!isKept(field) || !left[field.name]) continue;
    if (field.type === "checkbox" || field.type === "radio") field.checked = content[field.name].includes(field.value);
    else if (field.type === "select-multiple") for (const choice of field.options) choice.selected = content[field.name].includes(choice.value);
    else if (left[field.name].length) field.value = left[field.name].shift();
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

// ---- One form -------------------------------------------------------------------------------------------------------------
class Draft {
  constructor(form) {
    this.form = form;
    this.address = form.dataset.draft;
    this.fields = form.querySelector("[data-draft-fields]");
    this.notice = form.querySelector("[data-draft-found]");
    this.status = form.querySelector("[data-draft-status]");
    this.device = null;
    this.opened = Date.now() - performance.now(); // by the server’s clock, once it has told it
    this.safe = written(form); // what needs no keeping: the form as it came, then what was kept last
    this.leaving = false;
    this.offered = null;
    this.saving = Promise.resolve("saved");
  }

  say(name, words = {}) {
    const sentence = (this.form.dataset[`draft${name[0].toUpperCase()}${name.slice(1)}`] ?? "").replace(/%\((\w+)\)s/g, (_all, word) => words[word]);
    if (this.status.textContent !== sentence) this.status.textContent = sentence;
    this.status.parentElement.classList.toggle("draft-trouble", !["saved", "gone"].includes(name));
    this.form.querySelector("[data-draft-sign-in]").hidden = true;
  }

  showTheWayIn(isHere) {
    const link = this.form.querySelector("[data-draft-sign-in]");
    link.hidden = false;
    if (!isHere) link.target = "_blank"; // this page is the only copy
  }

  // When something was written, by the server’s clock, whatever happens to the clock of this device meanwhile.
  get moment() { return this.opened + performance.now(); }

  ask(method, body, { at, ...more } = {}) {
    const headers = { Accept: "application/json", "X-CSRFToken": this.form.elements.csrfmiddlewaretoken.value };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (at !== undefined) headers["X-Written-At"] = new Date(at).toISOString(); // a save may arrive late, after newer words
    return fetch(this.address, { method, body, headers, credentials: "same-origin", redirect: "error", ...more });
  }

  // After signing in again in another window the token of this page is void: the same user may have a new one.
  async hasNewToken() {
    const answer = await this.ask("GET", undefined, { signal: AbortSignal.timeout(PATIENCE_MS) });
    const drawer = answer.ok ? await answer.json() : null;
    if (drawer?.owner !== this.owner) return false;
    this.form.elements.csrfmiddlewaretoken.value = drawer.token;
    return true;
  }

  async begin() {
    const drawer = JSON.parse(this.form.dataset.draftDrawer);
    delete this.form.dataset.draftDrawer; // the key stays in no page that is saved or copied
    this.owner = drawer.owner;
    this.opened = Date.parse(drawer.now) - performance.now();
    this.fields.inert = true;
    try { this.device = await Device.open(this.address, drawer.owner, drawer.key); } finally { this.fields.inert = false; }
    this.listen();
    const copies = [await this.device?.find()];
    if (drawer.content) copies.push({ at: Date.parse(drawer.saved_at), text: JSON.stringify(drawer.content) });
    const newest = copies.filter(Boolean).sort((one, other) => other.at - one.at)[0];
    if (!newest) return;
    // Back with a refusal, the form itself shows what was kept.
    if (sameContent(newest.text, this.safe)) this.device?.forget();
    else this.offer(newest);
  }

  offer(copy) {
    this.offered = copy;
    const when = this.notice.querySelector("[data-draft-when]");
    when.dateTime = new Date(copy.at).toISOString();
    when.textContent = new Date(copy.at).toLocaleString(language, { dateStyle: "long", timeStyle: "short" });
    this.notice.hidden = false;
    this.fields.inert = true; // whatever is typed now would take the place of what was kept
    this.notice.focus();
  }

  goOn() {
    fill(this.form, JSON.parse(this.offered.text));
    this.decided();
    this.save();
  }

  async throwAway() {
    try {
      let answer = await this.ask("DELETE");
      if (answer.status === 403 && await this.hasNewToken()) answer = await this.ask("DELETE");
      if (!answer.ok) { this.say("trouble"); return; }
    } catch { this.say("offline"); return; }
    this.device?.forget();
    this.decided();
    this.say("gone");
  }

  decided() {
    this.offered = null;
    this.notice.hidden = true;
    this.fields.inert = false;
    [...this.fields.querySelectorAll("input, select, textarea")].find((field) => field.type !== "hidden")?.focus();
  }

  get isDirty() { return !this.offered && !this.leaving && written(this.form) !== this.safe; }

  typed() {
    if (this.offered) return;
    clearTimeout(this.soon);
    clearTimeout(this.later);
    this.soon = setTimeout(() => this.keepHere(), DEVICE_AFTER_MS);
    this.later = setTimeout(() => this.save(), SERVER_AFTER_MS);
  }

  async keepHere() {
    if (!this.isDirty) return false;
    try { await this.device.keep(written(this.form), this.moment); } catch { return false; }
    if (this.leaving) { this.device.forget(); return false; }
    document.dispatchEvent(new Event("kinkeeper:kept"));
    return true;
  }

  // Saves follow one another; each answers “saved”, “offline”, “out” or “trouble”.
  save() {
    clearTimeout(this.later);
    this.saving = this.saving.then(() => this.send());
    return this.saving;
  }

  async send(always = false) {
    if (!always && !this.isDirty) return "saved";
    const text = written(this.form);
    const outcome = await this.outcome(text, this.moment);
    if (outcome === "saved") {
      this.safe = text;
      if (written(this.form) === text) { clearTimeout(this.soon); this.device?.forget(); document.dispatchEvent(new Event("kinkeeper:kept")); }
      this.say("saved", { time: new Date().toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" }) });
      return outcome;
    }
    this.safe = ""; // kept nowhere but here, until the server has it
    const isHere = await this.keepHere();
    if (!this.sentence) this.say(isHere ? outcome : "bare");
    if (outcome === "out") this.showTheWayIn(isHere);
    if (outcome === "offline") this.later = setTimeout(() => this.save(), AGAIN_AFTER_MS);
    return outcome;
  }

  async outcome(text, at) {
    this.sentence = "";
    const more = { at, signal: AbortSignal.timeout(PATIENCE_MS) };
    try {
      let answer = await this.ask("POST", text, more);
      if (answer.status === 403) answer = await this.hasNewToken() ? await this.ask("POST", text, more) : { status: 401 };
      if (answer.status === 204) return "saved";
      if (answer.status === 401) return "out";
      if (answer.status === 400 || answer.status === 413) { this.sentence = (await answer.json().catch(() => ({}))).sentence ?? ""; this.status.textContent = this.sentence; }
      return "trouble";
    } catch { return "offline"; }
  }

  // The page may be gone before anything is answered: write here, and send what a farewell can carry.
  leave() {
    if (!this.isDirty) return;
    this.keepHere();
    const text = written(this.form);
    if (new Blob([text]).size < KEEPALIVE_BYTES) this.ask("POST", text, { at: this.moment, keepalive: true }).catch(() => {});
  }

  // A form is handed in when the server has answered once: what follows cannot lose the page, or is not begun.
  async handIn(event) {
    if (this.leaving) return;
    event.preventDefault();
    event.stopPropagation();
    if (this.offered) { this.say("choose"); this.notice.focus(); return; }
    if (this.handing) return;
    this.handing = true;
    clearTimeout(this.later);
    this.saving = this.saving.then(() => this.send(true));
    const outcome = await this.saving;
    this.handing = false;
    if (outcome === "out") return;
    if (outcome === "offline") { this.say(this.device ? "unsent" : "bare"); return; }
    this.leaving = true;
    this.form.requestSubmit(event.submitter);
  }

  // The last words are kept before the session ends, because the device forgets them then.
  async signOut(event) {
    if (!this.isDirty) { this.leaving = true; return; }
    event.preventDefault();
    event.stopPropagation();
    const outcome = await this.save();
    if (outcome === "offline") this.say(this.device ? "stay" : "bare");
    if (outcome !== "saved") return;
    this.leaving = true;
    event.target.requestSubmit();
  }

  listen() {
    this.form.addEventListener("input", () => this.typed());
    this.form.addEventListener("change", () => this.typed());
    this.form.addEventListener("submit", (event) => this.handIn(event));
    document.querySelector("[data-signs-out]")?.addEventListener("submit", (event) => this.signOut(event));
    this.notice.querySelector("[data-draft-go-on]").addEventListener("click", () => this.goOn());
    this.notice.querySelector("[data-draft-throw-away]").addEventListener("click", () => this.throwAway());
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") this.leave(); else this.save(); });
    window.addEventListener("pagehide", () => this.leave());
    window.addEventListener("pageshow", (event) => { if (event.persisted) this.leaving = false; });
    window.addEventListener("online", () => this.save());
  }
}

function sameContent(one, other) {
  const [these, those] = [JSON.parse(one), JSON.parse(other)];
  const names = new Set([...Object.keys(these), ...Object.keys(those)]);
  return [...names].every((name) => JSON.stringify(these[name] ?? []) === JSON.stringify(those[name] ?? []));
}

forgetOldCopies();
// Marked when it is known whether something is offered, so that whoever watches the page need not guess.
for (const form of document.querySelectorAll("form[data-draft]")) new Draft(form).begin().finally(() => { form.dataset.draftReady = ""; });

// What every panel of the page has: a place for alerts, short news, explanations of marks, and calls
// to the server. It runs once for the component, with `element`, `trigger`, `server` and `watch` from
// Gradio; the panel's own script follows and has `apply`. Markup comes escaped from the server; what
// comes from elsewhere is only ever set as text.
const root = element.querySelector(".sheet");
const part = (name) => root.querySelector(`[data-part="${name}"]`);
let words = {};
let job = "";

function speak(value) {
  if (!value.words) return;
  words = value.words;
  root.lang = words.language;
  document.documentElement.lang = words.language;
  root.querySelectorAll("[data-word]").forEach((one) => (one.textContent = words[one.dataset.word]));
}

function alertWith(text) {
  const box = part("alert");
  if (box.textContent === text) return;
  box.textContent = text;
  box.hidden = !text;
  if (text) box.scrollIntoView({ block: "nearest" });
}

let saying;
function say(text) {
  const box = part("news");
  box.textContent = text;
  box.hidden = !text;
  clearTimeout(saying);
  if (text) saying = setTimeout(() => say(""), 4000);
}

async function call(name, data, control) {
  if (control) control.disabled = true;
  try {
    const answer = await server[name]({ job, ...data });
    if (answer.sheet) apply(answer.sheet);
    if (answer.alert) alertWith(answer.alert);
    if (answer.file) save(answer.file);
    if (answer.said) say(answer.said);
    if (answer.follow) trigger("follow", { job });
    return !answer.alert;
  } catch {
    alertWith(words.lost);
    return false;
  } finally {
    if (control) control.disabled = false;
  }
}

function save({ name, type, base64 }) {
  const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

// Why something is marked: shown on hover, on focus, and so on a tap.
const tip = part("tip");
function showTip(mark) {
  tip.textContent = mark.dataset.why;
  tip.hidden = false;
  const [at, box] = [mark.getBoundingClientRect(), root.getBoundingClientRect()];
  const left = Math.min(Math.max(at.left - box.left, 0), box.width - tip.offsetWidth);
  tip.style.left = `${Math.max(left, 0)}px`;
  const above = at.bottom + tip.offsetHeight + 12 > innerHeight;
  tip.style.top = `${above ? at.top - box.top - tip.offsetHeight - 6 : at.bottom - box.top + 6}px`;
  mark.setAttribute("aria-describedby", tip.id);
}
function hideTip() {
  if (tip.hidden) return;
  tip.hidden = true;
  root.querySelector(`[aria-describedby="${tip.id}"]`)?.removeAttribute("aria-describedby");
}
for (const type of ["mouseover", "focusin"]) {
  root.addEventListener(type, (event) => {
    const mark = event.target.closest("[data-why]");
    if (mark) { hideTip(); showTip(mark); } else hideTip();
  });
}
root.addEventListener("mouseleave", hideTip);
root.addEventListener("focusout", hideTip);
document.addEventListener("keydown", (event) => { if (event.key === "Escape") hideTip(); });


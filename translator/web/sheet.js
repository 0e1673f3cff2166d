// The sheet of an article: lays out what Python rendered, and sends back what the reader does.
const table = root.querySelector(".sentences");
const shown = new Map(); // fragments and rows as they stand, by name and id

function set(name, html) {
  if (shown.get(name) === html) return;
  shown.set(name, html);
  const box = part(name);
  const focused = box.contains(document.activeElement) ? selector(document.activeElement) : "";
  const open = [...box.querySelectorAll("details")].map((one) => one.open);
  box.innerHTML = html;
  box.hidden = !html;
  box.querySelectorAll("details").forEach((one, at) => (one.open ||= Boolean(open[at])));
  if (focused) box.querySelector(focused)?.focus({ preventScroll: true });
}

// How to find a control again after its part was drawn anew.
function selector(control) {
  for (const name of ["data-edit", "data-approve", "data-brief", "data-download", "name"]) {
    if (control.hasAttribute(name)) return `[${name}="${CSS.escape(control.getAttribute(name))}"]`;
  }
  return "";
}

function layOut(blocks) {
  const key = JSON.stringify(blocks);
  if (shown.get("blocks") === key) return;
  shown.clear();
  shown.set("blocks", key);
  table.querySelectorAll("tbody").forEach((one) => one.remove());
  for (const [kind, ids] of blocks) {
    const body = table.createTBody();
    body.className = kind;
    for (const id of ids) body.insertRow().id = id;
  }
}

function put(id, html) {
  const key = `row ${id}`;
  const row = table.querySelector(`#${CSS.escape(id)}`);
  if (shown.get(key) === html || !row || row.querySelector("textarea")) return;
  shown.set(key, html);
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const fresh = holder.content.firstElementChild;
  const focused = row.contains(document.activeElement) ? selector(document.activeElement) : "";
  if (row.classList.contains("here")) fresh.classList.add("here");
  row.replaceWith(fresh);
  if (focused) (fresh.querySelector(focused) || fresh.querySelector("[data-edit]"))?.focus();
}

function apply(value) {
  if (!value) return;
  speak(value);
  alertWith(value.alert || "");
  if (value.alert || !(value.blank || value.rows)) return;
  if (value.blank && job) return; // the empty page came after the article that its address names
  const blank = part("blank");
  blank.hidden = !value.blank;
  root.querySelector("[data-body]").hidden = Boolean(value.blank);
  if (value.blank) {
    blank.replaceChildren(...value.blank.map((text, at) => {
      const one = document.createElement(at ? "p" : "h2");
      one.textContent = text;
      return one;
    }));
    return;
  }
  const isNew = job !== value.job;
  job = value.job;
  if (isNew) {
    history.replaceState(null, "", `${location.pathname}?job=${encodeURIComponent(job)}`);
    shown.clear();
  }
  layOut(value.blocks);
  for (const [id, html] of Object.entries(value.rows)) put(id, html);
  for (const name of ["head", "brief", "checks", "names", "notice"]) set(name, value[name]);
  root.setAttribute("aria-busy", String(!value.over));
  part("status").textContent = value.status;
  if (isNew) root.scrollIntoView({ block: "start", behavior: "auto" });
}

function jump(id) {
  const row = table.querySelector(`#${CSS.escape(id)}`);
  if (!row) return;
  table.querySelector(".here")?.classList.remove("here");
  row.classList.add("here");
  row.scrollIntoView({ block: "center", behavior: calm() ? "auto" : "smooth" });
  row.querySelector("th a").focus({ preventScroll: true });
}
const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// Editing a target.
function edit(id) {
  const row = table.querySelector(`#${CSS.escape(id)}`);
  const target = row?.querySelector(".target, .gap");
  if (!target || row.querySelector("textarea") || !row.querySelector("[data-edit]")) return;
  const box = document.createElement("form");
  box.className = "editor";
  const text = document.createElement("textarea");
  text.value = target.classList.contains("gap") ? "" : target.textContent.trim();
  text.lang = "en";
  text.setAttribute("aria-label", words.edit_of.replace("{id}", id));
  const keep = button(words.save, "strong", "submit");
  const drop = button(words.discard, "plain", "button");
  const hint = document.createElement("small");
  hint.textContent = words.keys;
  hint.lang = words.language;
  box.append(text, keep, drop, hint);
  const close = () => {
    box.replaceWith(target);
    row.classList.remove("editing");
    row.querySelector("[data-edit]")?.focus();
  };
  const submit = async () => {
    text.disabled = keep.disabled = true;
    shown.delete(`row ${id}`);
    const before = text.value;
    box.replaceWith(target);
    row.classList.remove("editing");
    if (await call("job_edit", { segment: id, text: before })) {
      table.querySelector(`#${CSS.escape(id)} [data-edit]`)?.focus();
    } else {
      edit(id); // what was written is not lost
      table.querySelector(`#${CSS.escape(id)} textarea`).value = before;
    }
  };
  box.addEventListener("submit", (event) => { event.preventDefault(); submit(); });
  drop.addEventListener("click", close);
  text.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { event.preventDefault(); close(); }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); submit(); }
  });
  const fit = () => { text.style.height = "auto"; text.style.height = `${text.scrollHeight + 2}px`; };
  text.addEventListener("input", fit);
  hideTip();
  row.classList.add("editing");
  target.replaceWith(box);
  fit();
  text.focus();
}

function button(text, kind, type) {
  const one = document.createElement("button");
  one.type = type;
  one.className = kind;
  one.textContent = text;
  one.lang = words.language;
  return one;
}

function briefChoice() {
  const chosen = (name) => part("brief").querySelector(`[data-brief="${name}"]`).value;
  call("job_brief", { length: chosen("length"), style: chosen("style") });
}

async function copyBrief() {
  const copy = part("brief").cloneNode(true);
  copy.querySelectorAll(".card, .ref, .bar, .stale, .remarks").forEach((one) => one.remove());
  const lines = [part("head").querySelector("h1")?.textContent.trim() || ""];
  copy.querySelectorAll("h3, p, li, thead tr, tbody tr").forEach((one) => {
    const cells = one.tagName === "TR" ? [...one.cells] : [one];
    const text = cells.map((cell) => cell.textContent.replace(/\s+/g, " ").trim()).join("\t");
    if (one.tagName === "H3") lines.push("");
    if (!one.closest("thead")) lines.push(one.tagName === "LI" ? `- ${text}` : text);
  });
  try {
    await navigator.clipboard.writeText(lines.join("\n").trim() + "\n");
    say(words.copied);
  } catch {
    alertWith(words.not_copied);
  }
}

root.addEventListener("click", (event) => {
  const on = (name) => event.target.closest(`[data-${name}]`);
  const link = on("jump");
  if (link) { event.preventDefault(); jump(link.dataset.jump); }
  else if (on("edit")) edit(on("edit").dataset.edit);
  else if (on("approve")) call("job_approve", { segment: on("approve").dataset.approve }, on("approve"));
  else if (on("cancel")) call("job_cancel", {}, on("cancel"));
  else if (on("download")) call("job_download", { format: on("download").dataset.download }, on("download"));
  else if (on("copy")) copyBrief();
  else if (on("brief-again")) briefChoice();
});
root.addEventListener("dblclick", (event) => {
  const row = event.target.closest(".target")?.closest("tr");
  if (row) edit(row.id);
});
root.addEventListener("change", (event) => {
  if (event.target.closest("[data-brief]")) briefChoice();
});
root.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-names]");
  if (!form) return;
  event.preventDefault();
  const names = [...form.querySelectorAll("input")]
    .filter((one) => one.value.trim() !== one.defaultValue)
    .map((one) => [one.name, one.value.trim()]);
  if (names.length) call("job_rename", { names }, form.querySelector("button"));
  else say(words.unchanged);
});

watch("value", () => apply(props.value));
apply(props.value);
const asked = new URLSearchParams(location.search).get("job");
if (asked) trigger("follow", { job: asked });

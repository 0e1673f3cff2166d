// A panel that is one fragment: its buttons and forms name the call that they make.
function apply(value) {
  if (!value) return;
  speak(value);
  alertWith(value.alert || "");
  if (value.said) say(value.said);
  if (value.html === undefined) return;
  const box = part("panel");
  const focused = box.contains(document.activeElement) ? document.activeElement.name : "";
  const at = document.activeElement.selectionStart;
  box.innerHTML = value.html;
  box.querySelectorAll("iframe").forEach((frame) => frame.addEventListener("load", () => fit(frame)));
  const again = focused && box.querySelector(`[name="${CSS.escape(focused)}"]`);
  if (again) {
    again.focus({ preventScroll: true });
    if (at !== undefined && at !== null) again.setSelectionRange(at, at);
  }
}

// A report is as high as its text; it runs no script.
function fit(frame) {
  const height = frame.contentDocument?.documentElement.scrollHeight;
  if (height) frame.style.height = `${height + 8}px`;
}

root.addEventListener("click", (event) => {
  const control = event.target.closest("button[data-call]");
  if (control) call(control.dataset.call, { ...control.dataset }, control);
});
root.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target.closest("form[data-call]");
  const pressed = event.submitter;
  if (form) call(form.dataset.call, Object.fromEntries(new FormData(form)), pressed);
});
let searching;
root.addEventListener("input", (event) => {
  const box = event.target.closest("[data-search]");
  if (!box) return;
  clearTimeout(searching);
  searching = setTimeout(() => call(box.dataset.search, { query: box.value }), 250);
});

watch("value", () => apply(props.value));
apply(props.value);

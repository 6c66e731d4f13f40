// By role and accessible name, as the browser computed them. A name fits if it is equal, or else if it is contained.
function find(role, name) {
  return findAll(role, name)[0];
}

function findAll(role, name) {
  const native = {
    button: "button", link: "a[href]", textbox: "input,textarea", grid: "table", row: "tr", dialog: "dialog",
    status: "output", columnheader: "th", heading: "h1,h2,h3,h4", alert: null, alertdialog: null,
    region: "section[aria-label]", radio: "input[type=radio]", checkbox: "input[type=checkbox]", toolbar: null,
  }[role];
  const selector = `[role~="${role}"]` + (native ? "," + native : "");
  const fitsRole = (element) => !element.computedRole || role === "textbox" || element.computedRole === role
    || element.getAttribute("role") === role;
  const shown = (element) => element.checkVisibility({ visibilityProperty: true });
  const called = (element) => (element.computedName ?? element.getAttribute("aria-label") ?? element.innerText ?? "").trim();
  const candidates = [...document.querySelectorAll(selector)].filter((element) => fitsRole(element) && shown(element));
  if (!name) return candidates;
  const equal = candidates.filter((element) => called(element) === name);
  return equal.length ? equal : candidates.filter((element) => called(element).includes(name));
}

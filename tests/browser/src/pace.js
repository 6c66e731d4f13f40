// How long people wait at a table: from what they do to what is painted. Calls back with milliseconds.
const done = arguments[arguments.length - 1];
const frame = () => new Promise((then) => requestAnimationFrame(then));
const painted = () => new Promise((then) => requestAnimationFrame(() => {
  const channel = new MessageChannel();
  channel.port1.onmessage = () => then(performance.now());
  channel.port2.postMessage(null);
}));
const until = async (holds) => {
  const end = performance.now() + 5_000;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`waited in vain for ${holds}`);
    await frame();
  }
};
const count = () => Number(document.querySelector("[role=grid]").ariaRowCount);
const link = (name) => [...document.querySelectorAll("nav a")].find((one) => one.innerText === name);

// Each key on its own, as somebody types and takes back again.
async function typing() {
  const input = document.querySelector("input[type=search]");
  const waits = [];
  for (const word of ["prior", "doe", "blood", "imaging"]) {
    const steps = [...word].map((_, place) => word.slice(0, place + 1));
    for (const typed of [...steps, ...steps.slice(0, -1).reverse(), ""]) {
      await frame();
      const start = performance.now();
      input.value = typed;
      input.dispatchEvent(new InputEvent("input", { bubbles: true }));
      waits.push(await painted() - start);
    }
  }
  return waits;
}

// From one panel to another and back.
async function switching() {
  const waits = [];
  for (const name of ["Patients", "All open tasks", "Patients", "All open tasks"]) {
    const start = performance.now();
    link(name).click();
    await until(() => document.querySelector("[role=grid]")?.ariaLabel === name
      && document.querySelector("[role=grid] [role=row][data-id]"));
    waits.push(await painted() - start);
  }
  return waits;
}

// A record that is in the table: until its patient is named.
async function opening() {
  const waits = [];
  await until(() => document.querySelectorAll("[role=grid] [role=row][data-id]").length > 10);
  for (const place of [1, 3, 5, 7, 9]) {
    const row = document.querySelectorAll("[role=grid] [role=row][data-id]")[place];
    const start = performance.now();
    row.querySelector("[role=gridcell]:nth-child(4)").click();
    await until(() => document.querySelector("[role=dialog]")?.innerText.includes("MRN"));
    waits.push(await painted() - start);
    document.querySelector("[role=dialog] button[aria-label^=Close]").click();
    await until(() => !document.querySelector("[role=dialog]"));
    await frame();
  }
  return waits;
}

// Through the table for two seconds: the time of each frame.
async function scrolling() {
  const area = document.querySelector("[role=grid]");
  const frames = [];
  let last = await frame();
  for (let step = 0; step < 120; step++) {
    area.scrollTop += 340;
    const now = await frame();
    frames.push(now - last);
    last = now;
  }
  area.scrollTop = 0;
  await frame();
  return frames;
}

(async () => {
  const rows = count();
  const keys = await typing();
  await until(() => count() === rows);
  const frames = await scrolling();
  const records = await opening();
  const panels = await switching();
  done({ keys, frames, records, panels });
})().catch((error) => done({ error: String(error.stack ?? error) }));

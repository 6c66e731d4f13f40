// A clinician who never rests: claims, sets priorities of several rows and adds notes, through the interface only. And a log of
// what the tab said and heard about edits, for the judge. Runs before the app does.
(() => {
  const said = [];
  const heard = [];
  const speaks = /^\{.*"(edit|editMany|decideConflict)":/;
  const tells = /"(edits|editRefused)":/;
  const note = (list, shape, data) => {
    if (typeof data === "string" && shape.test(data)) list.push(data);
  };
  const post = MessagePort.prototype.postMessage;
  MessagePort.prototype.postMessage = function (data, ...rest) {
    note(said, speaks, data);
    return post.call(this, data, ...rest);
  };
  const listen = (source) => source.addEventListener("message", (event) => note(heard, tells, event.data));
  window.SharedWorker = class extends SharedWorker {
    constructor(...rest) {
      super(...rest);
      listen(this.port);
    }
  };
  window.BroadcastChannel = class extends BroadcastChannel {
    constructor(...rest) {
      super(...rest);
      listen(this);
    }
  };

  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const all = (selector) => [...document.querySelectorAll(selector)];
  const labelled = (role, name) => all(`[role=${role}]`).find((element) => element.getAttribute("aria-label") === name);
  const button = (place, name) =>
    [...(place?.querySelectorAll("button") ?? [])].find((one) => one.innerText.trim() === name && !one.disabled);
  /// Waits for a thing for as many frames as a person is patient; gives up, and tries something else.
  async function appear(look) {
    for (let frames = 0; frames < 120; frames += 1) {
      const found = look();
      if (found) return found;
      await frame();
    }
    return null;
  }

  /// Numbers that are the same in each run.
  function dice(seed) {
    let state = seed;
    return (sides) => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return (state >> 8) % sides;
    };
  }

  const rows = () => all("[role=row][data-id]").filter((row) => row.isConnected);
  /// Mostly from the top, where the other one works too.
  const pick = (roll) => {
    const all = rows();
    return all[roll(roll(4) ? Math.min(8, all.length || 1) : all.length || 1)];
  };

  function claim(roll) {
    const row = pick(roll);
    row?.focus();
    row?.dispatchEvent(new KeyboardEvent("keydown", { key: "a", bubbles: true }));
  }

  async function prioritise(roll) {
    for (let count = 1 + roll(3); count > 0; count -= 1) {
      const mark = pick(roll)?.querySelector(".row-mark");
      mark?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    }
    const select = await appear(() => document.querySelector("[role=group] select[aria-label^='Set priority']"));
    if (!select) return;
    select.value = ["routine", "urgent", "asap", "stat"][roll(4)];
    select.dispatchEvent(new Event("change", { bubbles: true }));
    const yes = await appear(() => button(document.querySelector("dialog[open]"), "Change all"));
    yes?.click();
    await appear(() => !document.querySelector("dialog[open]"));
  }

  async function write(roll, text) {
    pick(roll)?.click();
    const field = await appear(() => document.querySelector("[role=dialog] textarea"));
    if (!field) return;
    field.value = text;
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    const add = await appear(() => button(document.querySelector("[role=dialog]"), "Add note"));
    add?.click();
  }

  async function scroll(roll) {
    const grid = document.querySelector("[role=grid]");
    if (grid) grid.scrollTop = roll(Math.max(1, grid.scrollHeight - grid.clientHeight));
    await frame();
    await frame();
  }

  /// One conflict or one refusal less; nothing if there is none.
  async function settleOne(roll) {
    const inbox = await appear(() => all("button").find((one) => / to decide$/.test(one.innerText.trim())));
    if (!inbox) return false;
    inbox.click();
    const list = await appear(() => document.querySelector("dialog[open]"));
    const first = list && (button(list, "Decide…") ?? button(list, "Discard"));
    if (!first) return true;
    first.click();
    const decision = await appear(() => document.querySelector("dialog[open][role=alertdialog]"));
    if (!decision) return true;
    const fields = [...decision.querySelectorAll("fieldset")];
    for (const field of fields) {
      const choices = [...field.querySelectorAll("input[type=radio]:not(:disabled)")].slice(0, 2);
      choices[roll(choices.length)].click();
    }
    const save = await appear(() => button(decision, "Save"));
    save?.click();
    await appear(() => !decision.isConnected);
    return true;
  }

  window.panelsClinician = {
    /// Works for so long, one thing after the other; calls back with how many.
    async work(seed, forMs, name, done) {
      const roll = dice(seed);
      const end = performance.now() + forMs;
      let count = 0;
      for (; performance.now() < end; count += 1) {
        const what = roll(10);
        if (what < 5) claim(roll);
        else if (what < 8) await prioritise(roll);
        else if (what < 9) await write(roll, `${name} ${count}`);
        else await scroll(roll);
        await frame();
        await frame();
      }
      done(count);
    },
    /// Decides one conflict, or discards what was refused; calls back with whether there was any.
    settleOne: (seed, done) => settleOne(dice(seed)).then(done),
    take: () => ({ said, heard }),
  };
})();

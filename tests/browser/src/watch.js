// Writes down, with the time, whatever changes in what a tab claims and shows: for the judge, who compares it with the
// server's log. Runs before the app does. It looks when the document changes and never polls.
(() => {
  const WORDS = ["Live", "Catching up", "Polling", "Stale", "Offline", "Signed out"];
  const records = [];
  const rows = new Map();
  let told = {};
  let waiting = [];

  const time = (element) => (element?.dateTime ? Date.parse(element.dateTime) : null);
  // A row that says that it has left is shown for a while so that people can see why.
  const isShown = (row) => row.isConnected && row.dataset.waits !== "leave";
  const rowOf = (node) => (node instanceof Element ? node : node.parentElement)?.closest("[role=row][data-id]");

  function readClaims() {
    const badge = document.querySelector("[role=status][aria-label=Connection]");
    const foot = document.querySelector("main footer");
    const text = badge?.textContent.trim() ?? "";
    return {
      badge: text,
      claims: {
        word: WORDS.find((word) => text.startsWith(word)) ?? "none",
        asOf: time(badge?.querySelector("time")),
        proven: time(foot?.querySelectorAll("time")[1]),
        loading: / of |loading/i.test(foot?.firstElementChild?.textContent ?? "loading"),
      },
      total: Number(document.querySelector("[role=grid]")?.getAttribute("aria-rowcount") ?? 1) - 1,
      hidden: document.hidden,
    };
  }

  /// Only what differs from what was told last.
  function news(now) {
    const changed = {};
    for (const [name, value] of Object.entries(now)) {
      const text = JSON.stringify(value);
      if (told[name] !== text) {
        told[name] = text;
        changed[name] = value;
      }
    }
    return changed;
  }

  /// Notes what became of these elements of rows.
  function readRows(touched) {
    const changed = [];
    const gone = new Set();
    for (const element of touched) {
      const id = element.dataset.id;
      if (isShown(element)) continue;
      if (rows.get(id)?.element === element) {
        rows.delete(id);
        gone.add(id);
      }
    }
    for (const element of touched) {
      const id = element.dataset.id;
      if (!isShown(element)) continue;
      const stamp = time(element.querySelector("[data-kind=changed] time"));
      const known = rows.get(id);
      if (stamp !== null && known?.stamp !== stamp) changed.push([id, stamp]);
      rows.set(id, { element, stamp });
      gone.delete(id);
    }
    return { changed, gone: [...gone] };
  }

  function note(mutations) {
    const touched = new Set();
    for (const mutation of mutations) {
      const row = rowOf(mutation.target);
      if (row) touched.add(row);
      for (const node of [...mutation.addedNodes, ...mutation.removedNodes]) {
        if (!(node instanceof Element)) continue;
        if (node.matches("[role=row][data-id]")) touched.add(node);
        else for (const inner of node.querySelectorAll("[role=row][data-id]")) touched.add(inner);
      }
    }
    const { changed, gone } = readRows(touched);
    const record = news(readClaims());
    if (changed.length) record.rows = changed;
    if (gone.length) record.gone = gone;
    if (Object.keys(record).length) records.push({ at: Date.now(), ...record });
    waiting = waiting.filter((look) => !look());
  }

  const observer = new MutationObserver(note);
  observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
  document.addEventListener("visibilitychange", () => note(observer.takeRecords()));

  /// Whether everything until then is shown, says the tab: checked by a search, or by a stream that is not in doubt.
  function claimsToShow(after, streamIsReliable) {
    const { word, asOf, proven } = readClaims().claims;
    if (word !== "Live" && word !== "Polling") return false;
    return proven >= after || (streamIsReliable && word === "Live" && asOf >= after);
  }

  const frames = () => new Promise((done) => {
    if (document.hidden) setTimeout(done, 300);
    else requestAnimationFrame(() => requestAnimationFrame(done));
  });

  function readTable(seen) {
    for (const row of document.querySelectorAll("[role=row][data-id]")) {
      const cells = {};
      for (const cell of row.querySelectorAll("[role=gridcell]")) {
        cells[cell.dataset.kind] = [...cell.children].map((piece) => piece.textContent.trim());
      }
      const index = Number(row.getAttribute("aria-rowindex"));
      seen.set(row.dataset.id, { index, id: row.dataset.id, stamp: time(row.querySelector("[data-kind=changed] time")), cells });
    }
  }

  window.panelsWatch = {
    /// All records so far.
    take() {
      note(observer.takeRecords());
      return { records, end: Date.now() };
    },
    /// Calls back once the tab says that everything until then is shown.
    untilShown(after, streamIsReliable, done) {
      const look = () => {
        const shown = claimsToShow(after, streamIsReliable);
        if (shown) done(Date.now());
        return shown;
      };
      if (!look()) waiting.push(look);
    },
    /// Calls back with every row of the table, from top to end, and how many there should be.
    async readAll(done) {
      const grid = document.querySelector("[role=grid]");
      // Nobody works on a row, so that none stays where it was.
      document.activeElement?.blur();
      while (document.querySelector("[role=row][data-waits]")) await frames();
      const seen = new Map();
      for (let top = 0; ; top += Math.max(grid.clientHeight - 200, 200)) {
        grid.scrollTop = top;
        await frames();
        readTable(seen);
        if (grid.scrollTop + grid.clientHeight >= grid.scrollHeight - 1) break;
      }
      grid.scrollTop = 0;
      await frames();
      const rows = [...seen.values()].sort((one, other) => one.index - other.index);
      done({ rows, total: readClaims().total });
    },
  };
})();

// Runs while the page's head is read, long before the page's wasm is there. It asks for the configuration, and starts the worker
// beside the page, not after it: the page connects to the same one by its script and its name. An optimisation and nothing else:
// where anything is in doubt the page does both itself.
{
  const config = fetch(new URL("config.json", document.baseURI), { cache: "no-store" });
  globalThis.panelsConfig = config.then((answer) => (answer.ok ? answer.text() : null)).catch(() => null);

  // The page's script has a hash in its name, as Trunk writes it: another one for each build.
  const named = /\/panels-app-[0-9a-f]+\.js/;
  const page = [...document.scripts].map((script) => named.exec(script.text)?.[0]).find(Boolean);
  // The page says there which build it is made from, unless it shows the demonstration, which has a worker of its own.
  globalThis.panelsPage = page;
  try {
    const [known, build] = localStorage.getItem("panels-worker")?.split(" ") ?? [];
    if (page && page === known && sessionStorage.getItem("panels-demo") === null) {
      const script = new URL("panels-worker_loader.js", document.baseURI);
      new SharedWorker(script, { type: "module", name: `panels-${build}` });
    }
  } catch {
    // Nothing may be kept here, or there are no shared workers: the page says so.
  }
}

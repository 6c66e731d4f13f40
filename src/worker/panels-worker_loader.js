// The script of the worker: keeps what tabs say while wasm is not there yet, and gets that while the rest of the scripts is read.
const wasm = fetch(new URL("panels-worker_bg.wasm", import.meta.url));

// `connect` fires once per tab and is not repeated. Nothing of a port is held on to: it goes when its tab goes.
const WAITING_MAX = 256; // A tab repeats its hello until it is answered.
const waiting = [];
let take = null;

self.addEventListener("connect", (event) => {
  const port = event.ports[0];
  port.addEventListener("message", (message) => {
    if (take) take(port, message.data);
    else if (waiting.length < WAITING_MAX) waiting.push([port, message.data]);
  });
  port.start();
});

self.panels_take_messages = (callback) => {
  take = callback;
  for (const [port, data] of waiting.splice(0)) callback(port, data);
};

// Written by Trunk. Only now: what is imported at the top would be read before anything here is done.
const { default: start } = await import("./panels-worker.js");
await start({ module_or_path: wasm });

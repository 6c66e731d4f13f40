// Evaluated before the wasm module is ready: `connect` fires once per tab and is not repeated, so what the tabs say is kept here.
// Nothing of a port is held on to: it goes when its tab goes.
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

export function take_messages(callback) {
  take = callback;
  for (const [port, data] of waiting.splice(0)) callback(port, data);
}

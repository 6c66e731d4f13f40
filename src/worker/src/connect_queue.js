// Evaluated before the wasm module is ready: `connect` fires once per tab and is not repeated, so the ports are kept here.
const waiting = [];
let take = null;

self.addEventListener("connect", (event) => {
  const port = event.ports[0];
  if (take) take(port);
  else waiting.push(port);
});

export function take_connections(callback) {
  take = callback;
  for (const port of waiting.splice(0)) callback(port);
}

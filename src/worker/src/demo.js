// The demonstration is a file of its own beside the worker's script: nobody fetches it who does not ask for it.
export async function open_demo(base_url) {
  const demo = await import(new URL("panels-demo.js", self.location.href).href);
  await demo.default();
  return demo.DemoServer.open(base_url, Date.now());
}

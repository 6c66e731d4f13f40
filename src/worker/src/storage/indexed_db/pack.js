// Bytes through the browser's compression (WHATWG Compression): a promise of the result.
function through(bytes, stream) {
  return new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer();
}

export const can_pack = () => typeof CompressionStream === "function";
export const pack = (bytes) => through(bytes, new CompressionStream("deflate-raw"));
export const unpack = (bytes) => through(bytes, new DecompressionStream("deflate-raw"));

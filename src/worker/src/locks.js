// Web Locks (W3C): held for life, so that the release is the proof of death.
export function hold_lock(name, held) {
  navigator.locks.request(name, () => {
    held();
    return new Promise(() => {});
  });
}

export function await_release(name, released) {
  navigator.locks.request(name, () => released());
}

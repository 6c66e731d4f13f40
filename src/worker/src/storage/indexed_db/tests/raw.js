// What tests do behind the back of the storage: look, tamper, hold, break.
function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function using(name, action) {
  const database = await settled(indexedDB.open(name));
  try {
    return await action(database);
  } finally {
    database.close();
  }
}

export function raw_get(name, store, key) {
  return using(name, (database) => settled(database.transaction(store).objectStore(store).get(key)));
}

export function raw_put(name, store, key, value) {
  return using(name, (database) => settled(database.transaction(store, "readwrite").objectStore(store).put(value, key)));
}

export function raw_delete(name, store, key) {
  return using(name, (database) => settled(database.transaction(store, "readwrite").objectStore(store).delete(key)));
}

// A database of this version with one foreign store.
export async function raw_create(name, version) {
  const request = indexedDB.open(name, version);
  request.onupgradeneeded = () => request.result.createObjectStore("foreign");
  return settled(request);
}

export function raw_close(database) {
  database.close();
}

export function raw_remove(name) {
  return settled(indexedDB.deleteDatabase(name));
}

export async function raw_names() {
  return (await indexedDB.databases()).map((database) => database.name).join("\n");
}

// The `count`th put from now on is refused, and so are all after it, until the returned function is called.
export function refuse_puts(count, name) {
  const put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (...values) {
    count -= 1;
    if (count <= 0) throw new DOMException("refused", name);
    return put.apply(this, values);
  };
  return () => {
    IDBObjectStore.prototype.put = put;
  };
}

// Transactions are aborted instead of committed, until the returned function is called.
export function refuse_commits() {
  const commit = IDBTransaction.prototype.commit;
  IDBTransaction.prototype.commit = function () {
    this.abort();
  };
  return () => {
    IDBTransaction.prototype.commit = commit;
  };
}

// No database can be opened, until the returned function is called.
export function refuse_opens(name) {
  const open = IDBFactory.prototype.open;
  IDBFactory.prototype.open = function () {
    throw new DOMException("refused", name);
  };
  return () => {
    IDBFactory.prototype.open = open;
  };
}

export async function can_export(key) {
  const formats = ["raw", "jwk"].map((format) => crypto.subtle.exportKey(format, key));
  return (await Promise.allSettled(formats)).some((result) => result.status === "fulfilled");
}

// Runs in the page before its own scripts, twice: as `mainWorld` in the page's world, as `preloadWorld` (with the real
// preload bundle appended) in an isolated world of the same page. The two share the DOM and nothing else, as Electron's
// do; strings in DOM events and window messages cross between them.

/** Puts what contextBridge exposes into the page. */
export function mainWorld() {
  const waiting = new Map();
  let nextCall = 1;
  // A file crosses as its name: what lies behind it stays in the page's world.
  const plain = (_key, value) => (value instanceof File ? { name: value.name } : value);
  const say = (type, detail) =>
    window.dispatchEvent(new CustomEvent(type, { detail: JSON.stringify(detail, plain) }));
  window.addEventListener('stand-in:expose', (event) => {
    const { name, methods } = JSON.parse(event.detail);
    const call = (method, args) =>
      new Promise((resolve, reject) => {
        const id = nextCall++;
        waiting.set(id, { resolve, reject });
        say('stand-in:call', { id, name, method, args });
      });
    window[name] = Object.freeze(
      Object.fromEntries(methods.map((method) => [method, (...args) => call(method, args)])),
    );
  });
  window.addEventListener('stand-in:return', (event) => {
    const { id, value, error } = JSON.parse(event.detail);
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (error === null) resolve(value);
    else reject(new Error(error));
  });
  // Electron's ports have a `close` event when the other end goes; Chromium's own do not.
  const ports = new Set();
  window.addEventListener('message', (event) => {
    for (const port of event.ports) ports.add(port);
  });
  window.addEventListener('stand-in:port-close', () => {
    for (const port of ports) port.dispatchEvent(new Event('close'));
    ports.clear();
  });
}

/** Gives the preload its `electron` module. `__standInToMain` is a binding to the process that runs main. */
export function preloadWorld() {
  const listeners = new Map();
  const waiting = new Map();
  const ports = new Map();
  let nextInvoke = 1;
  const toMain = (message) => globalThis.__standInToMain(JSON.stringify(message));
  const say = (type, detail) =>
    window.dispatchEvent(new CustomEvent(type, { detail: JSON.stringify(detail) }));
  const toText = (bytes) => {
    let text = '';
    for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
    return btoa(text);
  };
  const fromText = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

  const openPort = (id) => {
    const { port1, port2 } = new MessageChannel();
    ports.set(id, port1);
    port1.onmessage = ({ data }) => toMain({ type: 'port', port: id, bytes: toText(data) });
    port1.addEventListener('close', () => toMain({ type: 'port-close', port: id }));
    return port2;
  };

  const ipcRenderer = {
    send: (channel, ...args) => toMain({ type: 'send', channel, args }),
    invoke: (channel, ...args) =>
      new Promise((resolve, reject) => {
        const id = nextInvoke++;
        waiting.set(id, { resolve, reject });
        toMain({ type: 'invoke', id, channel, args });
      }),
    on: (channel, listener) => listeners.set(channel, [...(listeners.get(channel) ?? []), listener]),
  };
  // A spec drops files whose name is their whole path.
  const webUtils = { getPathForFile: ({ name }) => name };
  const contextBridge = {
    exposeInMainWorld: (name, api) => {
      window.addEventListener('stand-in:call', (event) => {
        const call = JSON.parse(event.detail);
        if (call.name !== name) return;
        Promise.resolve()
          .then(() => api[call.method](...call.args))
          .then(
            (value) => say('stand-in:return', { id: call.id, value: value ?? null, error: null }),
            (error) =>
              say('stand-in:return', { id: call.id, value: null, error: String(error.message ?? error) }),
          );
      });
      say('stand-in:expose', { name, methods: Object.keys(api) });
    },
  };

  globalThis.__standInFromMain = (message) => {
    if (message.type === 'message') {
      const event = { ports: message.ports.map(openPort) };
      for (const listener of listeners.get(message.channel) ?? []) listener(event, message.data);
    } else if (message.type === 'port') {
      ports.get(message.port)?.postMessage(fromText(message.bytes));
    } else if (message.type === 'port-close') {
      ports.get(message.port)?.close();
      say('stand-in:port-close', {});
    } else {
      const { resolve, reject } = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.error === null) resolve(message.value);
      else reject(new Error(message.error));
    }
  };
  globalThis.require = (name) => {
    if (name === 'electron') return { contextBridge, ipcRenderer, webUtils };
    throw new Error(`a sandboxed preload cannot require ${name}`);
  };
}

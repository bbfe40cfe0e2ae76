// What GraphiQL keeps in localStorage: the tabs, the history and the layout, but no secret.
//
// `shouldPersistHeaders={false}` covers the headers editor only. The history still stores the headers of each
// operation (a bearer token), and tabs and history store variables (a password). So everything written is cleaned here.

const PREFIX = "graphiql:";

// GraphiQL keeps a second copy of the active tab under these names, and reopens it as an additional tab when it
// differs from the stored tabs. They are answered from the stored tabs instead, and never written.
const FROM_ACTIVE_TAB = { [`${PREFIX}query`]: "query", [`${PREFIX}variables`]: "variables" };
// The page decides on the theme; headers and the switch for keeping them are never stored.
const NEVER_STORED = new Set(["theme", "headers", "shouldPersistHeaders", "operationName"].map((key) => PREFIX + key));
const CLEANED = new Set(["tabState", "queries", "favorites"].map((key) => PREFIX + key));

// `password: "…"` in a document, `"password": "…"` in variables; a string left open while typing ends with its line.
const SECRET =
  /((["']?)\b\w*(?:password|passphrase|secret|token|code|key)\2\s*:\s*)(?:"""[\s\S]*?(?:"""|$)|"(?:[^"\\\n]|\\.)*"?)/gi;

function withoutSecrets(text) {
  return typeof text === "string" ? text.replace(SECRET, '$1""') : text;
}

export function clean(json) {
  return JSON.stringify(JSON.parse(json), (key, value) => {
    if (key === "headers" || key === "response") return null;
    if (key === "query" || key === "variables") return withoutSecrets(value);
    return value;
  });
}

/** The browser's storage, or one that lasts as long as the page where the browser refuses (blocked site data). */
function backing() {
  try {
    localStorage.getItem(PREFIX);
    return localStorage;
  } catch {
    const values = new Map();
    return {
      getItem: (key) => values.get(key) ?? null,
      setItem: (key, value) => values.set(key, value),
      removeItem: (key) => values.delete(key),
      get length() {
        return values.size;
      },
      key: (index) => [...values.keys()][index] ?? null,
    };
  }
}

const store = backing();

function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function ownKeys() {
  const keys = [];
  for (let index = 0; index < store.length; index += 1) {
    const key = store.key(index);
    if (key.startsWith(PREFIX)) keys.push(key);
  }
  return keys;
}

function activeTab() {
  try {
    const { tabs, activeTabIndex } = JSON.parse(store.getItem(`${PREFIX}tabState`));
    return tabs[activeTabIndex];
  } catch {
    return undefined;
  }
}

export const storage = {
  getItem(key) {
    if (NEVER_STORED.has(key)) return null;
    if (key in FROM_ACTIVE_TAB) return activeTab()?.[FROM_ACTIVE_TAB[key]] ?? null;
    const value = store.getItem(key);
    // GraphiQL parses these without care: a broken one would leave the page empty for good.
    return CLEANED.has(key) && value !== null && !isJson(value) ? null : value;
  },
  setItem(key, value) {
    if (NEVER_STORED.has(key) || key in FROM_ACTIVE_TAB) return;
    store.setItem(key, CLEANED.has(key) ? clean(value) : value);
  },
  removeItem(key) {
    store.removeItem(key);
  },
  clear() {
    for (const key of ownKeys()) store.removeItem(key);
  },
  get length() {
    return ownKeys().length;
  },
};

// The GraphQL explorer: GraphiQL with Latchkey's endpoint, examples and theme.
// Built by build.mjs into ../public/graphiql/; the page around it is page.html.

import { setNonce } from "get-nonce";
import { GraphiQL } from "graphiql";
import { useSyncExternalStore } from "react";
import { createRoot } from "react-dom/client";

import "graphiql/style.css";
import "./page.css";

import { examples } from "./examples.js";
import { createFetcher } from "./fetcher.js";
import { storage } from "./storage.js";
import { currentTheme, subscribeToTheme } from "./theme.js";

// The scroll lock behind GraphiQL's dialogs writes one <style> element. It carries the nonce of this script,
// so the page needs no 'unsafe-inline'.
setNonce(document.currentScript?.nonce);

const root = document.getElementById("graphiql");
const fetcher = createFetcher(root.dataset.endpoint);

function Explorer() {
  const theme = useSyncExternalStore(subscribeToTheme, currentTheme);
  return (
    <GraphiQL
      fetcher={fetcher}
      defaultTabs={examples}
      defaultEditorToolsVisibility="variables"
      forcedTheme={theme}
      isHeadersEditorEnabled
      shouldPersistHeaders={false}
      storage={storage}
    >
      {/* The page has its own bar; this keeps GraphiQL from showing its logo. */}
      <GraphiQL.Logo>{null}</GraphiQL.Logo>
    </GraphiQL>
  );
}

createRoot(root).render(<Explorer />);

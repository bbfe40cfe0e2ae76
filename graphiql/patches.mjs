// Small corrections to the published packages, applied while bundling. A text that is not found exactly as often as
// stated stops the build, so an update of a package cannot drop a correction silently.

const NAMED_FIELD =
  "names the field, and lets screen readers into its whole text; the default shows them a hidden textarea (axe: scrollable-region-focusable)";

export const patches = [
  {
    file: "graphiql/dist/style.css",
    why: "360 kB of embedded Roboto and Fira Code; the page uses the system's fonts",
    edits: [[/@font-face\s*\{[^}]*\}/g, "", 34]],
  },
  {
    file: "@graphiql/react/dist/markdown.js",
    why: "aligned table cells carry a style attribute, which the page's content security policy refuses",
    edits: [
      [
        "export {",
        `for (const rule of ["th_open", "td_open"]) {
  markdown.renderer.rules[rule] = (tokens, index, options, _env, renderer) => {
    const token = tokens[index];
    const align = token.attrGet("style")?.replace("text-align:", "");
    if (align) token.attrs = [["align", align]];
    return renderer.renderToken(tokens, index, options);
  };
}
export {`,
      ],
    ],
  },
  {
    file: "@graphiql/react/dist/icons/index.js",
    why: "an icon's title is made from its function's name, which minifying destroys; every icon stands in a named button",
    edits: [["{ title, ...props }", '{ "aria-hidden": "true", ...props }']],
  },
  {
    file: "@graphiql/react/dist/ui/tabs.js",
    why: "a tab must not contain a button (axe: nested-interactive); a list of buttons says the same",
    edits: [
      ['"aria-selected": isActive, role: "tab", ', ""],
      ['role: "tablist", ', ""],
    ],
  },
  {
    file: "graphiql/dist/GraphiQL.js",
    why: "the other half of the tabs: which one is current, and which one a button closes",
    edits: [
      [
        'jsx(Tab.Button, { "aria-controls": "graphiql-session", ',
        'jsx(Tab.Button, { "aria-current": index_3 === activeTabIndex ? "true" : void 0, ',
      ],
      ["jsx(Tab.Close, { onClick", 'jsx(Tab.Close, { "aria-label": `Close tab ${tab.title}`, onClick'],
      ['role: "tabpanel"', 'role: "region"'],
    ],
  },
  {
    file: "@graphiql/plugin-history/dist/components.js",
    why: "the name of a history entry is its label (axe: label-content-name-mismatch)",
    edits: [[', "aria-label": "Set active"', ""]],
  },
  {
    file: "codemirror/lib/codemirror.js",
    why: "an editable element has role=presentation (axe: aria-allowed-attr); it is a text field",
    edits: [
      [
        "div.contentEditable = true;",
        'div.contentEditable = true; div.setAttribute("role", "textbox"); div.setAttribute("aria-multiline", "true");',
      ],
    ],
  },
  {
    file: "codemirror/addon/hint/show-hint.js",
    why: "the list of completions has no name (axe: aria-input-field-name)",
    edits: [
      ['hints.setAttribute("role", "listbox")', 'hints.setAttribute("role", "listbox"); hints.setAttribute("aria-label", "Completions")'],
    ],
  },
  {
    file: "@graphiql/react/dist/editor/common.js",
    why: "Tab leaves an editor instead of being swallowed by it (WCAG 2.1.2); in the list of completions it still picks",
    edits: [["const commonKeys = {", 'const commonKeys = {\n  Tab: false,\n  "Shift-Tab": false,']],
  },
  {
    file: "@graphiql/react/dist/editor/query-editor.js",
    why: NAMED_FIELD,
    edits: [["          value: initialQuery,", '          value: initialQuery,\n          lineWrapping: true,\n          inputStyle: "contenteditable",\n          screenReaderLabel: "Query editor",']],
  },
  {
    file: "@graphiql/react/dist/editor/variable-editor.js",
    why: NAMED_FIELD,
    edits: [["          value: initialVariables,", '          value: initialVariables,\n          lineWrapping: true,\n          inputStyle: "contenteditable",\n          screenReaderLabel: "Variables editor",']],
  },
  {
    file: "@graphiql/react/dist/editor/header-editor.js",
    why: NAMED_FIELD,
    edits: [["          value: initialHeaders,", '          value: initialHeaders,\n          lineWrapping: true,\n          inputStyle: "contenteditable",\n          screenReaderLabel: "Headers editor",']],
  },
  {
    file: "@graphiql/react/dist/editor/response-editor.js",
    why: NAMED_FIELD,
    edits: [
      ["          value: initialResponse,", '          value: initialResponse,\n          inputStyle: "contenteditable",\n          screenReaderLabel: "Response",'],
    ],
  },
];

/** The file's text with its corrections. */
export function patched({ file, edits }, text) {
  for (const [from, to, times = 1] of edits) {
    const found = text.split(from).length - 1;
    if (found !== times) throw new Error(`patches.mjs: ${file}: ${from} is there ${found} times, expected ${times}`);
    text = text.replaceAll(from, () => to);
  }
  return text;
}

/**
 * The GraphQL page: edit and run queries, read responses, search the schema. It loads nothing from other hosts, so that it works on a closed network.
 */
import { ApiError, fetchData, postQuery } from "../api.js";
import { byId, replaceChildren, h } from "../dom.js";
import { editor } from "./editor.js";
import { clearHistory, addToHistory, readHistory, queryTitle } from "./history.js";
import { INTROSPECTION, schemaBrowser } from "./schema.js";
import { lang, setLanguage, t } from "./texts.js";

const query = byId("query");
const variables = byId("variables");
const queryEditor = editor(query, byId("gutter"), runTypedQuery);
let examples = [];
let schema = null;

/** Draw all texts; the typed query is not changed. */
function drawPage() {
  setLanguage(new URLSearchParams(location.search).get("lang") ?? "th");
  document.title = `${t("title")} · ${t("app")}`;
  for (const [id, textKey] of Object.entries({ title: "title", subtitle: "subtitle", skip: "skip", "left-title": "examples", "history-title": "history", "query-label": "question", run: "run", "share-query": "copy", "variables-label": "variables", "answer-title": "answer", "schema-title": "schema" }))
    byId(id).textContent = t(textKey);
  byId("search").placeholder = t("search");
  byId("search").setAttribute("aria-label", t("search"));
  variables.setAttribute("aria-label", t("variables"));
  const suffix = lang() === "en" ? "lang=en" : "";
  byId("views").setAttribute("aria-label", t("views"));
  replaceChildren(byId("views"),
    h("a", { class: "tab", href: `/${suffix && `?${suffix}`}` }, t("matrix")),
    h("a", { class: "tab", href: `/?view=map${suffix && `&${suffix}`}` }, t("map")),
    h("a", { class: "tab", href: `/search${suffix && `?${suffix}`}` }, t("searchPage")),
    h("a", { class: "tab", href: `/work${suffix && `?${suffix}`}` }, t("myWork")),
    h("a", { class: "tab", href: `/sources${suffix && `?${suffix}`}` }, t("sources")),
    h("a", { class: "tab", href: "/query", "aria-current": "page" }, t("graphql")));
  byId("language").textContent = t("other");
  byId("language").lang = t("otherLang");
  drawExamples();
  drawHistory();
  if (schema) schemaBrowser(schema, { container: byId("schema"), search: byId("search"), countLabel: byId("found") });
  if (!byId("answer").dataset.full) byId("answer").textContent = t("answerEmpty");
}

function drawExamples() {
  replaceChildren(byId("examples"), examples.map((example) =>
    h("li", {}, h("button", { type: "button", class: "pick", "data-example": example.name, onclick: () => runQuery(example.query, example.variables ?? "") }, example.title[lang()]))));
}

function drawHistory() {
  const entries = readHistory();
  replaceChildren(byId("history"), entries.length === 0 && h("li", { class: "quiet" }, t("historyEmpty")),
    entries.map((entry) => h("li", {}, h("button", { type: "button", class: "pick", onclick: () => runQuery(entry.query, entry.variables) }, queryTitle(entry.query)))),
    entries.length > 0 && h("li", {}, h("button", { type: "button", id: "clear", onclick: () => { clearHistory(); drawHistory(); } }, t("clear"))));
}

function runQuery(text, values) {
  queryEditor.setText(text);
  variables.value = values;
  byId("variables-box").open = values !== "";
  replaceChildren(byId("problems"));
  runTypedQuery();
}

/** Run the typed query. Errors are shown with their lines; partial data is shown as well. */
async function runTypedQuery() {
  let values = {};
  try {
    values = variables.value.trim() ? JSON.parse(variables.value) : {};
  } catch (error) {
    byId("variables-box").open = true;
    return replaceChildren(byId("problems"), h("p", {}, t("variablesInvalid", { why: error.message })));
  }
  const queryText = query.value;
  if (!queryText.trim()) return undefined;
  byId("took").textContent = t("asking");
  replaceChildren(byId("problems"));
  const since = performance.now();
  try {
    const { body } = await postQuery(queryText, values);
    const text = JSON.stringify(body.data ?? body, null, 2);
    const output = byId("answer");
    output.textContent = body.data === undefined && body.errors ? "" : text;
    output.dataset.full = "yes";
    byId("took").textContent = t("took", { ms: Math.round(performance.now() - since), size: text.length.toLocaleString("en-US") });
    showErrors(body.errors ?? []);
    addToHistory(queryText, variables.value);
    drawHistory();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    byId("took").textContent = "";
    replaceChildren(byId("problems"), h("p", {}, error.kind === "offline" ? t("offline") : error.message));
  }
  return undefined;
}

function showErrors(errors) {
  queryEditor.markErrors(errors.flatMap((error) => (error.locations ?? []).map((location) => location.line)));
  replaceChildren(byId("problems"), errors.map((error) => h("p", {},
    (error.locations ?? []).slice(0, 1).map(({ line, column }) => h("button", { type: "button", class: "goto", onclick: () => queryEditor.moveCaret(line, column) }, t("at", { line, column }))),
    " ", error.message,
    error.path && h("span", { class: "quiet" }, " ", t("where", { path: error.path.join(".") })),
    error.extensions?.code && h("span", { class: "errcode code-text" }, error.extensions.code),
    error.extensions?.code === "INTERNAL" && h("span", { class: "quiet" }, " ", t("incident", { id: error.extensions.traceId })))));
}

async function readSchema() {
  replaceChildren(byId("schema"), h("p", { class: "quiet" }, t("schemaWait")));
  try {
    schema = (await fetchData(INTROSPECTION)).__schema;
    schemaBrowser(schema, { container: byId("schema"), search: byId("search"), countLabel: byId("found") });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    replaceChildren(byId("schema"), h("p", {}, t("schemaError")), h("button", { type: "button", onclick: readSchema }, t("retry")));
  }
}

async function readExamples() {
  const response = await fetch("/static/examples.json").catch(() => null);
  examples = response?.ok ? await response.json() : [];
  drawExamples();
  if (!query.value && examples.length) queryEditor.setText(examples[0].query);
}

byId("run").addEventListener("click", runTypedQuery);
byId("language").addEventListener("click", () => {
  const values = new URLSearchParams(location.search);
  if (lang() === "th") values.set("lang", "en");
  else values.delete("lang");
  history.replaceState(null, "", `${location.pathname}${values.size ? `?${values}` : ""}${location.hash}`);
  drawPage();
});
byId("share-query").addEventListener("click", async () => {
  const link = new URL(location.href);
  link.hash = new URLSearchParams({ query: query.value, ...(variables.value ? { variables: variables.value } : {}) }).toString();
  history.replaceState(null, "", link);
  try {
    await navigator.clipboard.writeText(link.href);
    byId("share-query").textContent = `✓ ${t("copied")}`;
    setTimeout(() => { byId("share-query").textContent = t("copy"); }, 1800);
  } catch { /* the address bar holds the link */ }
});

const linkParameters = new URLSearchParams(location.hash.slice(1));
if (linkParameters.get("query")) {
  queryEditor.setText(linkParameters.get("query"));
  variables.value = linkParameters.get("variables") ?? "";
  byId("variables-box").open = variables.value !== "";
}
drawPage();
readExamples();
readSchema();

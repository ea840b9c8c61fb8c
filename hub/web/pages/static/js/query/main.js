/**
 * The page for questions: type, run, read, keep; useful on a closed network, with nothing from elsewhere.
 */
import { Trouble, fetchQuery, send } from "../api.js";
import { byId, fill, h } from "../dom.js";
import { editor } from "./editor.js";
import { forget, remember, remembered, titleOf } from "./history.js";
import { INTROSPECTION, schemaBrowser } from "./schema.js";
import { lang, speak, t } from "./words.js";

const query = byId("query");
const variables = byId("variables");
const typing = editor(query, byId("gutter"), run);
let examples = [];
let schema = null;

/** Draw all words; what was typed stays. */
function draw() {
  speak(new URLSearchParams(location.search).get("lang") ?? "th");
  document.title = `${t("title")} · ${t("app")}`;
  for (const [id, key] of Object.entries({ title: "title", subtitle: "subtitle", skip: "skip", "left-title": "examples", "history-title": "history", "query-label": "question", run: "run", "share-query": "copy", "variables-label": "variables", "answer-title": "answer", "schema-title": "schema" }))
    byId(id).textContent = t(key);
  byId("search").placeholder = t("search");
  byId("search").setAttribute("aria-label", t("search"));
  variables.setAttribute("aria-label", t("variables"));
  const suffix = lang() === "en" ? "lang=en" : "";
  byId("views").setAttribute("aria-label", t("views"));
  fill(byId("views"),
    h("a", { class: "tab", href: `/${suffix && `?${suffix}`}` }, t("matrix")),
    h("a", { class: "tab", href: `/?view=map${suffix && `&${suffix}`}` }, t("map")),
    h("a", { class: "tab", href: `/sources${suffix && `?${suffix}`}` }, t("sources")),
    h("a", { class: "tab", href: "/query", "aria-current": "page" }, t("title")));
  byId("language").textContent = t("other");
  byId("language").lang = t("otherLang");
  drawExamples();
  drawHistory();
  if (schema) schemaBrowser(schema, { container: byId("schema"), search: byId("search"), found: byId("found") });
  if (!byId("answer").dataset.full) byId("answer").textContent = t("answerEmpty");
}

function drawExamples() {
  fill(byId("examples"), examples.map((example) =>
    h("li", {}, h("button", { type: "button", class: "pick", "data-example": example.name, onclick: () => use(example.query, example.variables ?? "") }, example.title[lang()]))));
}

function drawHistory() {
  const request = remembered();
  fill(byId("history"), request.length === 0 && h("li", { class: "quiet" }, t("historyEmpty")),
    request.map((one) => h("li", {}, h("button", { type: "button", class: "pick", onclick: () => use(one.query, one.variables) }, titleOf(one.query)))),
    request.length > 0 && h("li", {}, h("button", { type: "button", id: "clear", onclick: () => { forget(); drawHistory(); } }, t("clear"))));
}

function use(text, input) {
  typing.put(text);
  variables.value = input;
  byId("variables-box").open = input !== "";
  fill(byId("problems"));
  run();
}

/** Ask what is typed; errors are shown at their lines, whatever data came is shown as well. */
async function run() {
  let input = {};
  try {
    input = variables.value.trim() ? JSON.parse(variables.value) : {};
  } catch (error) {
    byId("variables-box").open = true;
    return fill(byId("problems"), h("p", {}, t("variablesOdd", { why: error.message })));
  }
  const request = query.value;
  if (!request.trim()) return undefined;
  byId("took").textContent = t("asking");
  fill(byId("problems"));
  const since = performance.now();
  try {
    const { body } = await send(request, input);
    const text = JSON.stringify(body.data ?? body, null, 2);
    const answer = byId("answer");
    answer.textContent = body.data === undefined && body.errors ? "" : text;
    answer.dataset.full = "yes";
    byId("took").textContent = t("took", { ms: Math.round(performance.now() - since), size: text.length.toLocaleString("en-US") });
    problems(body.errors ?? []);
    remember(request, variables.value);
    drawHistory();
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    byId("took").textContent = "";
    fill(byId("problems"), h("p", {}, error.kind === "offline" ? t("offline") : error.message));
  }
  return undefined;
}

function problems(errors) {
  typing.blame(errors.flatMap((error) => (error.locations ?? []).map((at) => at.line)));
  fill(byId("problems"), errors.map((error) => h("p", {},
    (error.locations ?? []).slice(0, 1).map(({ line, column }) => h("button", { type: "button", class: "goto", onclick: () => typing.go(line, column) }, t("at", { line, column }))),
    " ", error.message,
    error.path && h("span", { class: "quiet" }, " ", t("where", { path: error.path.join(".") })),
    error.extensions?.code && h("span", { class: "errcode code-text" }, error.extensions.code),
    error.extensions?.code === "INTERNAL" && h("span", { class: "quiet" }, " ", t("incident", { id: error.extensions.traceId })))));
}

async function readSchema() {
  fill(byId("schema"), h("p", { class: "quiet" }, t("schemaWait")));
  try {
    schema = (await fetchQuery(INTROSPECTION)).__schema;
    schemaBrowser(schema, { container: byId("schema"), search: byId("search"), found: byId("found") });
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    fill(byId("schema"), h("p", {}, t("schemaTrouble")), h("button", { type: "button", onclick: readSchema }, t("retry")));
  }
}

async function readExamples() {
  const response = await fetch("/static/examples.json").catch(() => null);
  examples = response?.ok ? await response.json() : [];
  drawExamples();
  if (!query.value && examples.length) typing.put(examples[0].query);
}

byId("run").addEventListener("click", run);
byId("language").addEventListener("click", () => {
  const input = new URLSearchParams(location.search);
  if (lang() === "th") input.set("lang", "en");
  else input.delete("lang");
  history.replaceState(null, "", `${location.pathname}${input.size ? `?${input}` : ""}${location.hash}`);
  draw();
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

const linked = new URLSearchParams(location.hash.slice(1));
if (linked.get("query")) {
  typing.put(linked.get("query"));
  variables.value = linked.get("variables") ?? "";
  byId("variables-box").open = variables.value !== "";
}
draw();
readExamples();
readSchema();

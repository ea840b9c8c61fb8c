/**
 * The form of one ruling: what is proposed, what else may be said, what it will do; then it is recorded.
 */
import { Trouble } from "../api.js";
import { fill, h } from "../dom.js";
import { t, tx, inOne } from "../words.js";
import { count, money, rows } from "./figures.js";
import { rowsOf, settle } from "./questions.js";

const SEEN = 20;

/** A key no other command has; not `randomUUID`, which plain http to another machine lacks. */
const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/**
 * @param {object} item the question
 * @param {number} place its place in the list, for names of fields
 * @param {object} source
 * @param {{settled: (done: object) => void}} act
 */
export function ruling(item, place, source, act) {
  const name = (part) => `q${place}-${part}`;
  const rivals = item.reason === "CONFLICTING_VALUES";
  const choices = choicesOf(item);
  const code = h("input", { id: name("code"), "aria-label": t("otherCodeLabel"), autocomplete: "off", spellcheck: "false", oninput: () => { chosen("other").checked = true; preview(); } });
  const inBlock = item.block && h("input", { type: "checkbox", id: name("block"), checked: true, onchange: () => preview() });
  const inYears = item.fiscalYears.length > 0 && h("input", { type: "checkbox", id: name("years"), onchange: () => preview() });
  const will = h("p", { class: "will", id: name("will") });
  const wrong = h("div", { class: "wrong", role: "alert" });
  const button = h("button", { type: "submit", class: "primary" }, t("record"));
  const form = h("form", { class: "ruling", novalidate: true, onsubmit: record, onchange: () => preview() },
    h("fieldset", {}, h("legend", {}, t("rulingOn")),
      rivals && h("p", {}, t("oneOfKey")),
      choices.map(([value, ...label]) => h("div", { class: "choice" },
        h("label", {}, h("input", { type: "radio", name: name("choice"), value }), h("span", {}, label)),
        value === "other" && code))),
    item.kind && (inBlock || inYears) && h("div", { class: "scope" },
      inBlock && h("label", {}, inBlock, h("span", {}, t("onlyBlock"))),
      inYears && h("label", {}, inYears, h("span", {}, t("onlyYears", { years: item.fiscalYears[0].be })))),
    raw(item, place, rivals),
    will, wrong, button);
  let sent = { decision: "", key: "" };

  function chosen(value) {
    return form.querySelector(`input[type=radio][value="${CSS.escape(value)}"]`);
  }
  const choice = () => form.querySelector("input[type=radio]:checked")?.value ?? "";
  const picked = () => {
    const boxes = [...form.querySelectorAll("input[data-row]")];
    const ids = boxes.filter((box) => box.checked).map((box) => box.dataset.row);
    const unseen = rivals ? [] : item.rowIds.slice(boxes.length);
    return [...ids, ...unseen];
  };

  function preview() {
    fill(wrong);
    form.dataset.touched = choice() ? "yes" : "";
    const what = choice();
    if (!what) return fill(will, t("chooseFirst"));
    if (what === "accept" || what === "refuse") {
      const ids = picked();
      const all = ids.length === item.rowCount;
      return fill(will, t(what === "refuse" ? "willRefuse" : "willRead", { rows: rows(ids.length), money: all ? money(item.amounts) : t("partly") }));
    }
    const wide = covered(item, source.questions, inBlock?.checked, inYears?.checked);
    return fill(will, t("willRead", { rows: rows(wide.rows), money: wide.many ? t("severalQuestions", { n: wide.many }) : money(item.amounts) }));
  }

  async function record(event) {
    event.preventDefault();
    const what = choice();
    const missing = !what ? "chooseFirst" : what === "other" && !code.value.trim() ? "typeCode" : ["accept", "refuse"].includes(what) && picked().length === 0 ? "chooseRow" : null;
    if (missing) return fill(wrong, h("p", {}, t(missing)));
    const decision = decisionOf(what);
    // The same ruling keeps its key, so that pressing again after a lost answer cannot do it twice.
    const text = JSON.stringify(decision);
    if (sent.decision !== text) sent = { decision: text, key: newKey() };
    button.disabled = true;
    button.textContent = t("recording");
    try {
      const done = await settle({ idempotencyKey: sent.key, source: source.id, ruling: decision });
      if (done.userErrors.length > 0) {
        sent = { decision: "", key: "" };
        return fill(wrong, h("p", {}, h("b", {}, t("notRecorded"))), done.userErrors.map((error) =>
          h("p", {}, tx(error.message), " ", h("span", { class: "errcode" }, [error.code, ...(error.field ?? [])].join(" · ")))));
      }
      form.dataset.touched = "";
      return act.settled(done);
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      return fill(wrong, ["offline", "incident"].includes(error.kind) && h("p", {}, h("b", {}, t("notRecordedOffline"))),
        error.kind !== "offline" && h("p", {}, error.kind === "unready" ? t("unready") : inOne(error.message)),
        error.incident && h("p", {}, t("incident"), ": ", h("code", {}, error.incident)));
    } finally {
      button.disabled = false;
      button.textContent = t("record");
    }
  }

  function decisionOf(what) {
    if (what === "accept" || what === "refuse") return { [what]: picked() };
    const target = what === "other" ? code.value.trim() : what === "none" ? "-" : what.slice(1);
    const be = item.fiscalYears[0]?.be;
    return { name: {
      kind: item.kind, name: item.written, target,
      ...(inBlock?.checked ? { block: item.block } : {}),
      ...(inYears?.checked ? { fiscalYears: { from: { be }, to: { be } } } : {}),
    } };
  }

  preview();
  return form;
}

/** What may be said of a question: a value and its label; codes stand behind `=`. */
function choicesOf(item) {
  const refuse = ["refuse", t("refuseRows")];
  if (!item.kind) return [["accept", t("acceptRows")], refuse];
  return [
    ...item.proposals.map((one) => [`=${one.target}`, h("b", {}, t("proposed")), " ", tx(one.text), " ", h("code", {}, one.target)]),
    ["other", t("otherCode")],
    ...(item.kind === "AREA" ? [["none", t("noArea")]] : []),
    refuse,
  ];
}

/** The rows a ruling on a name covers: those of this question, or of every question under the same name. */
function covered(item, questions, inBlock, inYears) {
  const same = questions.filter((one) => one.kind === item.kind && one.written === item.written
    && (!inBlock || one.block === item.block) && (!inYears || one.fiscalYears[0]?.be === item.fiscalYears[0]?.be));
  return { rows: same.reduce((sum, one) => sum + one.rowCount, 0), many: same.length > 1 ? same.length : 0 };
}

/** The rows as they came, read when they are asked for; each can be left out of a ruling on rows. */
function raw(item, place, rivals) {
  const container = h("ul", { class: "rows" });
  const box = h("details", { class: "raw", ontoggle: look }, h("summary", {}, t("showRows"), item.rowCount > SEEN && ` (${t("firstRows", { n: SEEN, all: count(item.rowCount) })})`), container);
  async function look() {
    if (!box.open || container.children.length > 0) return;
    fill(container, h("li", { class: "quiet", role: "status" }, t("loadingSource"), "…"));
    try {
      const found = await rowsOf(item.rowIds.slice(0, SEEN));
      fill(container, found.map((row) => h("li", {},
        h("label", {}, h("input", { type: "checkbox", "data-row": row.id, id: `q${place}-${row.id}`, checked: !rivals }),
          h("span", {}, t("rowChosen", { key: row.sourceKey }), " · ", money(row.amounts))),
        h("pre", { tabindex: 0, role: "group", "aria-label": t("rowChosen", { key: row.sourceKey }) }, row.payload))));
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      fill(container, h("li", {}, error.kind === "offline" ? t("offline") : inOne(error.message)));
    }
  }
  if (rivals) queueMicrotask(() => { if (place === 0) box.open = true; });
  return box;
}

/**
 * The open item of the work page: what it is, why, money and place of the project, both sides, history.
 */
import { h } from "../dom.js";
import { formatCitation, inCurrentLanguage, lang, localize, t } from "../i18n.js";
import { areaPath, issuePath, projectPath } from "../page-tabs.js";
import { formatBaht, formatDateTime } from "../sources/format.js";

/** Return the name of an agency: its short name if it has one. */
export const agencyName = (agency) => (agency ? localize(agency.shortName) || localize(agency.name) : "");

/** Format a share between 0 and 1 as percent. */
export const formatShare = (share) => (share === null ? t("shareUnknown") : `${Number((Number(share) * 100).toFixed(2))} %`);

const fact = (name, value) => value && h("div", {}, h("dt", {}, name), h("dd", {}, value));

/** Return the head of the open item: its project or subject, focused when it is opened. */
export const detailTitle = (text, hint) => h("div", { class: "one-head" }, hint && h("p", { class: "quiet" }, hint), h("h2", { id: "one-title", tabindex: -1 }, text));

/**
 * Return the sections of a linkage or suggestion.
 * @param {object} item the linkage or suggestion with its details
 */
export function linkageSections(item) {
  const { project, issue, stage } = item;
  return [
    item.pendingShare && h("p", { class: "banner" }, t("pendingShare", { before: formatShare(item.share), after: formatShare(item.pendingShare.share) }), ": ", item.pendingShare.reason),
    h("dl", { class: "facts two" },
      fact(t("issue"), issue && [h("a", { href: issuePath(issue) }, localize(issue.name)), issue.area && [" · ", h("a", { href: areaPath(issue.area) }, localize(issue.area.name))]]),
      fact(t("stageName"), stage && localize(stage.name)),
      fact(t("plan"), issue?.planVersion && localize(issue.planVersion.plan.title)),
      item.share !== undefined && fact(t("share"), formatShare(item.share))),
    reasonList(item),
    item.consents && consentList(item.consents),
    item.workRequest && section("request", h("p", {}, item.workRequest.text), h("p", { class: "quiet" }, agencyName(item.workRequest.by))),
    project && projectSection(project),
    evidenceList([...(item.provenance ?? []), ...(project?.provenance ?? [])]),
    item.history && section("history", historyList(item.history.nodes)),
  ];
}

const section = (key, ...children) => h("section", {}, h("h3", {}, t(key)), children);

function reasonList({ reasons, score }) {
  if (!reasons?.length) return null;
  return section(score === undefined ? "whyLinked" : "whySuggested", h("ul", { class: "reasons" }, reasons.map((reason) =>
    h("li", {}, localize(reason.text), score !== undefined && h("span", { class: "quiet" }, ` ${Number(reason.weight).toFixed(2)}`)))));
}

/** Return what each side decided, with its reason. */
export function consentList(consents) {
  if (consents.length === 0) return null;
  return section("otherSide", h("ul", { class: "reasons" }, consents.map((consent) =>
    h("li", {}, h("b", {}, t(consent.side)), " · ", agencyName(consent.agency), " ", t(`decided${consent.decision}`), consent.reason && [": ", h("q", {}, consent.reason)],
      h("span", { class: "quiet block" }, formatDateTime(consent.at))))));
}

function projectSection(project) {
  return section("project",
    h("p", {}, h("a", { href: projectPath(project) }, localize(project.name)), project.code && [" ", h("code", {}, project.code)]),
    h("dl", { class: "facts two" },
      fact(t("owner"), project.owner ? localize(project.owner.name) : t("ownerUnknown")),
      fact(t("years"), project.fiscalYears?.map(({ be }) => be).join(", ")),
      fact(t("place"), project.areas?.map(({ area, share }) => localize(area.name) + (share ? ` ${formatShare(share)}` : "")).join(", ") || t("placeNone")),
      fact(t("money"), moneyLines(project.budgets ?? []))),
    project.statedStrategies?.length > 0 && h("div", {}, h("h4", {}, t("statedStrategy")), project.statedStrategies.map(({ text }) => h("p", {}, h("q", {}, text)))));
}

/** Return one line per phase and year; phases are never added to one another. */
function moneyLines(budgets) {
  const sums = new Map();
  for (const { phase, fiscalYear, amount } of budgets) {
    const key = `${t(phase)} ${fiscalYear.be}`;
    sums.set(key, (sums.get(key) ?? 0n) + BigInt(amount.amount.replace(".", "")));
  }
  if (sums.size === 0) return t("noAmount");
  return [...sums].map(([key, satang]) => h("span", { class: "block" }, key, ": ", t("baht", { amount: formatBaht(`${satang / 100n}.${String(satang % 100n).padStart(2, "0")}`) })));
}

function evidenceList(provenance) {
  const texts = [...new Set(provenance.map((one) => [localize(one.source.name), formatCitation(one.citation), one.note && inCurrentLanguage(one.note)].filter(Boolean).join(" · ")))];
  return texts.length > 0 && section("evidence", h("ul", { class: "reasons" }, texts.map((text) => h("li", { lang: lang() === "en" && /[ก-๙]/.test(text) ? "th" : null }, text))));
}

/** Return the history of a linkage, newest first. */
export function historyList(entries) {
  if (entries.length === 0) return h("p", { class: "quiet" }, t("historyNone"));
  return h("ol", { class: "history" }, entries.map((entry) => h("li", {},
    h("b", {}, entry.field && entry.field !== "status" ? `${entry.field}: ` : "", [entry.before, entry.after].filter(Boolean).map(statusText).join(" → ")),
    " · ", entry.by ? agencyName(entry.by) : entry.actor, entry.reason && [": ", h("q", {}, entry.reason)],
    h("span", { class: "quiet block" }, formatDateTime(entry.at)))));
}

const STATUSES = new Set(["SUGGESTED", "PROPOSED", "AGREED", "DISPUTED", "REJECTED", "WITHDRAWN"]);
const statusText = (value) => (STATUSES.has(value) ? t(value) : value);

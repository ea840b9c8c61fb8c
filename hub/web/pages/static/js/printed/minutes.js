/**
 * The sections of the minutes of a joint session.
 */
import { h } from "../dom.js";
import { localize, t } from "../i18n.js";
import { formatBaht, formatDateTime } from "../sources/format.js";
import { agencyName, changeTable, commitmentTable, dayOf, section, sessionHead, table } from "./parts.js";

/**
 * Return the sections.
 * @param {object} session
 * @param {object | undefined} madeUp the notice that the matrix has made-up data
 */
export function minutesSections(session, madeUp) {
  const { minutes, ratification } = session;
  return [
    !minutes.final && h("p", { class: "banner", id: "draft" }, t("draftMinutes")),
    sessionHead(session, madeUp),
    ratification && h("p", { id: "ratified" }, t("ratifiedBy", { by: ratification.by, day: dayOf(ratification.decidedOn), citation: ratification.citation })),
    section("agreements", t("agreements"), minutes.agreements.length === 0 ? h("p", {}, t("none")) : minutes.agreements.map(agreementPart)),
    section("conditions", t("conditions"), table(t("conditions"), [t("agency"), t("condition"), t("outcome")], minutes.conditions.map(({ by, text, status, resolution, dueOn }) =>
      [agencyName(by), text, [t(`condition_${status}`), resolution && `: ${resolution}`, dueOn && ` (${t("dueUntil", { day: dayOf(dueOn) })})`]]))),
    section("objections", t("objections"), table(t("objections"), [t("agency"), t("reason"), t("proposal")], minutes.objections.map(({ agency, reason, proposal }) => [agencyName(agency), reason ?? "–", proposal.summary]))),
    section("commitments", t("commitments"), commitmentTable(session.commitments.nodes, t("commitments"))),
    section("open-points", t("openPoints"), table(t("openPoints"), [t("point"), t("outcome"), t("pointNote")], minutes.open.map(({ title, note, status }) => [title, t(`agenda_${status}`), note ?? "–"]))),
    section("matrix", t("matrixBeforeAfter"), session.changes ? changeTable(session.changes, t("matrixBeforeAfter")) : h("p", {}, t("notOpened"))),
    session.previous && session.compareWith && section("comparison", t("comparedWith", { title: localize(session.previous.title) }), changeTable(session.compareWith, t("comparedWith", { title: localize(session.previous.title) }))),
    section("sign", t("signatures"), h("div", { class: "signatures" }, signers(session).map((agency) => h("p", {}, agencyName(agency))))),
    minutes.digest && h("p", { class: "quiet" }, t("minutesDigest"), " ", h("code", { class: "digest" }, minutes.digest)),
  ];
}

function agreementPart({ at, status, digest, parties, operations, proposal }, position) {
  return h("section", { class: "agreement", "aria-labelledby": `agreement-${position}` },
    h("h3", { id: `agreement-${position}` }, `${position + 1}. `, proposal ? proposal.summary : t("agreement")),
    h("p", {}, formatDateTime(at), " · ", t(`agreement_${status}`), " · ", t("parties"), ": ", parties.map(agencyName).join(", ")),
    h("ol", {}, operations.map(({ text, amountBefore, amountAfter }) => h("li", {}, localize(text), amountAfter && h("span", { class: "quiet block" }, t("amounts", { before: bahtOf(amountBefore), after: bahtOf(amountAfter) }))))),
    h("p", { class: "quiet" }, "SHA-256 ", h("code", { class: "digest" }, digest)));
}

const bahtOf = (money) => (money ? formatBaht(money.amount) : "–");

/** Return who signs: the host, and every other delegation that was present and no observer. */
const signers = ({ host, delegations }) => [host, ...delegations.filter(({ agency, role, present }) => present && role !== "OBSERVER" && agency.id !== host.id).map(({ agency }) => agency)];

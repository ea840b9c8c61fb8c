/**
 * The sections of the brief before a joint session.
 */
import { h } from "../dom.js";
import { localize, t } from "../i18n.js";
import { formatBaht, formatCount } from "../sources/format.js";
import { commitmentTable, section, sessionHead, stateOf, table } from "./parts.js";

/**
 * Return the sections.
 * @param {object} session
 * @param {object | undefined} madeUp the notice that the matrix has made-up data
 */
export function briefSections(session, madeUp) {
  const { issues, unlinked, findings, commitments } = session.brief;
  return [
    sessionHead(session, madeUp),
    section("issues", t("topIssues"), issues.length === 0 ? h("p", {}, t("noIssues")) : issues.map(issuePart)),
    section("unlinked", t("unlinked"), h("p", {}, t("projects", { n: formatCount(unlinked.projects) })),
      table(t("unlinked"), [t("budgetPhase"), t("bahtHead")], unlinked.amounts.map(({ phase, amount }) => [t(phase), h("span", { class: "number" }, formatBaht(amount.amount))]), "noMoney")),
    section("findings", t("findings"), table(t("findings"), [t("finding"), t("severity")], findings.nodes.map(({ summary, severity }) => [localize(summary), String(severity)])),
      findings.pageInfo.hasNextPage && h("p", { class: "quiet" }, t("moreFindings", { n: findings.nodes.length }))),
    section("promises", t("promises"), commitmentTable(commitments.nodes, t("promises"))),
  ];
}

function issuePart({ issue, awaiting, gaps, matrix }, position) {
  const columns = matrix.columns.headers.map(({ label }) => localize(label));
  const cellAt = (row, column) => {
    const index = row * columns.length + column;
    return { state: matrix.table.state[index], projectCount: matrix.table.projectCount[index] };
  };
  const name = [issue.rank && `${issue.rank}.`, localize(issue.name)].filter(Boolean).join(" ");
  return h("section", { class: "issue", "aria-labelledby": `issue-${position}` }, h("h3", { id: `issue-${position}` }, name),
    table(name, [t("doer"), ...columns], matrix.rows.headers.map(({ label }, row) => [localize(label), ...columns.map((_, column) => stateOf(cellAt(row, column)))])),
    awaiting > 0 && h("p", {}, t("awaitingLinkages", { n: awaiting })),
    gaps.length > 0 && [h("p", {}, t("gapsHere")), h("ul", { class: "points" }, gaps.map(({ summary }) => h("li", {}, localize(summary))))]);
}

/**
 * The operations of a proposal: which kinds can be chosen, what each needs, and the input that the hub expects.
 */

/** The kinds that the board offers, each with its fields in their order; a field that ends with ? may stay empty. */
export const OPERATION_FIELDS = {
  LINKAGE_ADD: ["project", "issue", "stage", "share?", "reason"],
  LINKAGE_MOVE: ["linkage", "stage"],
  LINKAGE_REMOVE: ["linkage"],
  SHARE_SET: ["linkage", "share?"],
  LEAD_SET: ["project", "agency"],
  BUDGET_SET: ["project", "phase", "funding", "amount"],
  PROJECT_MERGE: ["project", "other"],
  GAP_TAKE: ["agency", "text", "dueOn?"],
  FINDING_SETTLE: ["finding", "reason"],
};

/** Phases and sources of money that an agreement can set. */
export const AGREED_PHASES = ["PLANNED", "REQUESTED"];
export const FUNDING_SOURCES = ["MINISTRY", "CLUSTER", "PROVINCE", "LOCAL", "LOAN", "SUBSIDY", "PRIVATE", "CENTRAL_FUND"];

/** Return the names of the fields of an operation that are empty or invalid. */
export function missingFields(operation) {
  return OPERATION_FIELDS[operation.kind].filter((name) => {
    const isOptional = name.endsWith("?");
    const value = operation[name.replace("?", "")];
    if (name === "share?" && value) return toShare(value) === null;
    if (name === "amount") return toBaht(value) === null;
    return !isOptional && !(typeof value === "string" ? value.trim() : value);
  }).map((name) => name.replace("?", ""));
}

/**
 * Return the OperationInput of an operation without missing fields.
 * @param {object} operation
 * @param {{cell: object | null, fiscalYear: number}} place the cell that it is about, the year of the session
 */
export function toOperationInput(operation, { cell, fiscalYear }) {
  const { kind, project, other, linkage, stage, share, agency, finding } = operation;
  const text = (name) => operation[name].trim();
  const linkageVersion = () => ({ linkage: linkage.id, expectedVersion: linkage.version });
  switch (kind) {
    case "LINKAGE_ADD": return { linkageAdd: { project: { id: project.id }, issue: { id: operation.issue }, stageCode: stage, reason: text("reason"), ...(share ? { share: toShare(share) } : {}) } };
    case "LINKAGE_MOVE": return { linkageMove: { ...linkageVersion(), stageCode: stage } };
    case "LINKAGE_REMOVE": return { linkageRemove: linkageVersion() };
    case "SHARE_SET": return { shareSet: { ...linkageVersion(), share: share ? toShare(share) : null } };
    case "LEAD_SET": return { leadSet: { project: project.id, expectedVersion: project.version, agency } };
    case "BUDGET_SET": return { budgetSet: { project: project.id, expectedVersion: project.version, fiscalYear: { be: fiscalYear }, phase: operation.phase, funding: operation.funding, amount: toBaht(operation.amount) } };
    case "PROJECT_MERGE": return { projectMerge: { keep: project.id, merge: other.id } };
    case "GAP_TAKE": return { gapTake: { gap: { cell: cell.id }, agency, text: text("text"), ...(operation.dueOn ? { dueOn: operation.dueOn } : {}) } };
    case "FINDING_SETTLE": return { findingSettle: { finding: finding.id, expectedVersion: finding.version, reason: text("reason") } };
    default: throw new Error(`no operation ${kind}`);
  }
}

/** Return a percentage as a share between 0 and 1, as a decimal string; null if it is none. */
function toShare(percent) {
  const value = Number(String(percent).replace("%", "").trim());
  return Number.isFinite(value) && value >= 0 && value <= 100 ? String(Number((value / 100).toFixed(6))) : null;
}

/** Return an amount in baht as a decimal string with satang; null if it is none. */
function toBaht(amount) {
  const digits = String(amount ?? "").replace(/[,\s]/g, "");
  return /^\d{1,13}(\.\d{1,2})?$/.test(digits) ? digits.replace(/^(\d+)(?:\.(\d+))?$/, (_, whole, rest = "") => `${whole}.${rest.padEnd(2, "0")}`) : null;
}

/** Return the open findings about the projects of a cell, each once. */
export const openFindings = (choices) => [...new Map((choices?.projects.nodes ?? []).flatMap(({ findings }) => findings.nodes).filter(({ status }) => status === "OPEN").map((one) => [one.id, one])).values()];

/** Return the kinds that make sense in a cell: a gap can be taken, linkages and findings must be there. */
export function kindsFor(cell, choices) {
  const linkages = choices?.projects.nodes.some(({ linkages: list }) => list.nodes.length > 0);
  return Object.keys(OPERATION_FIELDS).filter((kind) => {
    if (kind === "GAP_TAKE") return cell?.state === "GAP";
    if (["LINKAGE_MOVE", "LINKAGE_REMOVE", "SHARE_SET"].includes(kind)) return linkages;
    if (kind === "FINDING_SETTLE") return openFindings(choices).length > 0;
    return true;
  });
}

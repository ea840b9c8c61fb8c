/**
 * Sends decisions on one or many items, and undoes the last ones.
 */
import { localize, t } from "../i18n.js";
import { sendCommand } from "./queries.js";

const BATCH_SIZE = 500;
/** What each key does to a linkage; `canDo` compares it with what the viewer may do. */
export const DECISIONS = { agree: "AGREE", reject: "REJECT", dispute: "DISPUTE" };
const undoable = [];

/** Return whether there is a decision of this visit to undo. */
export const canUndo = () => undoable.length > 0;

/** Return whether a decision is possible for an item. */
export const canDecide = (item, decision) => (item.suggestion ? decision !== "DISPUTE" : item.task.subject.viewerActions?.includes(decision) ?? false);

/**
 * Decide on tasks; return the keys that were recorded, and the message of each that was not.
 * @param {object[]} items
 * @param {"AGREE" | "REJECT" | "DISPUTE"} decision
 * @param {string | null} reason
 * @returns {Promise<{done: string[], errors: Map<string, string>}>}
 */
export async function decideTasks(items, decision, reason) {
  const inputs = items.map(({ task }) => ({ linkage: task.subject.id, expectedVersion: task.subject.version, decision, ...(reason ? { reason } : {}) }));
  return sendBatches("linkageDecide", items, inputs);
}

/** Propose suggestions as linkages; the reasons of the suggestion are the reason of the proposal. */
export async function proposeSuggestions(items) {
  const inputs = items.map(({ suggestion }) => ({
    project: { id: suggestion.project.id }, issue: { id: suggestion.issue.id }, suggestion: suggestion.id,
    ...(suggestion.stage ? { stageCode: suggestion.stage.code } : {}),
    reason: suggestion.reasons.map(({ text }) => text.th).join(" · ") || t("SUGGESTION"),
  }));
  return sendBatches("linkagePropose", items, inputs);
}

/** Dismiss suggestions for the side of the viewer. */
export async function dismissSuggestions(items, reason) {
  const payload = await sendCommand("suggestionDismiss", { suggestions: items.map(({ suggestion }) => suggestion.id), reason });
  const errors = new Map(payload.userErrors.length > 0 ? items.map(({ key }) => [key, errorText(payload.userErrors)]) : []);
  // No command undoes a dismissal: an undo that follows must not reach the proposals before it.
  if (errors.size === 0) undoable.push([]);
  return { done: payload.userErrors.length > 0 ? [] : items.filter(({ suggestion }) => payload.dismissed.includes(suggestion.id)).map(({ key }) => key), errors };
}

/** Undo the last decision of this visit, of all its items; null if there is none. */
export async function undoLast() {
  const last = undoable.at(-1);
  if (!last) return null;
  if (last.length === 0) {
    undoable.pop();
    return { count: 0, ids: [], error: t("dismissalStays") };
  }
  const payload = await sendCommand("linkageUndo", { items: last });
  undoable.pop();
  const failed = [...payload.userErrors, ...payload.results.flatMap(({ userErrors }) => userErrors)];
  return { count: payload.results.filter(({ changed }) => changed).length, ids: last.map(({ linkage }) => linkage), error: failed.length > 0 ? errorText(failed.slice(0, 1)) : "" };
}

async function sendBatches(name, items, inputs) {
  const done = [];
  const changed = [];
  const errors = new Map();
  for (let from = 0; from < items.length; from += BATCH_SIZE) {
    const batch = items.slice(from, from + BATCH_SIZE);
    const payload = await sendCommand(name, { items: inputs.slice(from, from + BATCH_SIZE) });
    if (payload.userErrors.length > 0) for (const { key } of batch) errors.set(key, errorText(payload.userErrors));
    for (const result of payload.results) {
      const { key } = batch[result.index];
      if (result.userErrors.length > 0) errors.set(key, errorText(result.userErrors));
      else done.push(key);
      if (result.changed && result.linkage) changed.push({ linkage: result.linkage.id, expectedVersion: result.linkage.version });
    }
  }
  if (changed.length > 0) undoable.push(changed);
  return { done, errors };
}

const errorText = (userErrors) => userErrors.map(({ message }) => localize(message)).join(" ");

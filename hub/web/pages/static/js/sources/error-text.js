/**
 * An error of the API as a paragraph.
 */
import { ApiError } from "../api.js";
import { h } from "../dom.js";
import { inCurrentLanguage, t } from "../i18n.js";

/** Return what an error says, with the number of the incident; throws what is no error of the API. */
export function errorText(error) {
  if (!(error instanceof ApiError)) throw error;
  const text = { offline: () => t("offline"), unready: () => t("unready") }[error.kind]?.() ?? inCurrentLanguage(error.message);
  return h("p", { class: "wrong" }, text, error.incident && ` · ${t("incident")}: ${error.incident}`);
}

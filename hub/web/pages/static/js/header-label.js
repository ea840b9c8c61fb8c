/**
 * The labels of the heads of rows and columns.
 */
import { hasText, localize, t } from "./i18n.js";

/** Return a header's label. The actor levels have texts of this page, in which a line can break. */
const labelText = (header) => (hasText(header.key) && header.key in OWN_LABELS ? t(header.key) : localize(header.label));
const OWN_LABELS = { MINISTRY: 1, CLUSTER: 1, PROVINCE: 1, LOCAL: 1, PRIVATE: 1, CIVIL_SOCIETY: 1 };

/** Return the label of a header; clusters without the word กลุ่มจังหวัด or "Cluster". */
export function headerLabel(header) {
  if (header.member?.level === "CLUSTER") return labelText(header).replace(/^กลุ่มจังหวัด|(?<=.) Cluster$/, "");
  return labelText(header);
}

/**
 * Marks a page that shows made-up data: a banner on the screen, and a text across every printed page.
 */
import { h } from "./dom.js";
import { localize, t } from "./i18n.js";

/** Mark the page, or take the mark away. */
export function markMadeUp(isMadeUp) {
  document.body.toggleAttribute("data-made-up", isMadeUp);
  document.body.dataset.watermark = t("watermark");
}

/**
 * Mark the page if any of the things that it lists comes from a source of made-up data; return the banner that names these sources.
 * @param {object[]} things with the sources of their provenance
 */
export function madeUpBanner(things) {
  const sources = things.flatMap(({ provenance }) => provenance ?? []).map(({ source }) => source).filter(({ isMadeUp }) => isMadeUp);
  markMadeUp(sources.length > 0);
  const names = [...new Set(sources.map(({ name }) => localize(name)))];
  return names.length > 0 && h("p", { class: "banner", "data-notice": "MADE_UP_DATA" }, t("madeUp", { names: names.join(", ") }));
}

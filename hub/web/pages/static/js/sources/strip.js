/**
 * Fiscal years as a strip on one scale for every source: a filled year has figures, an open one has none.
 */
import { h, s } from "../dom.js";
import { t } from "../words.js";
import { runs } from "./figures.js";

const WIDE = 12;
const MOST = 20;

/**
 * The years the strips of a page run along: all that any source covers, the latest twenty at most.
 * @param {object[]} sources
 * @returns {{first: number, last: number} | null} null where no source has figures by year
 */
export function scaleOf(sources) {
  const years = sources.flatMap(({ coverage }) => coverage.map(({ be }) => be));
  if (years.length === 0) return null;
  const last = Math.max(...years);
  return { first: Math.max(Math.min(...years), last - MOST + 1), last };
}

/**
 * The strip of one source, its years in words below.
 * @param {{be: number}[]} coverage
 * @param {{first: number, last: number} | null} scale
 */
export function strip(coverage, scale) {
  const years = coverage.map(({ be }) => be);
  if (years.length === 0) return h("span", { class: "quiet" }, t("coverageNone"));
  const label = t(years.length > 1 ? "yearsHeld" : "yearHeld", { said: runs(years), n: years.length });
  const wide = (scale.last - scale.first + 1) * WIDE;
  const covered = new Set(years);
  return h("span", { class: "strip" },
    s("svg", { viewBox: `0 0 ${wide} 12`, width: wide, height: 12, "aria-hidden": "true", focusable: "false" },
      Array.from({ length: wide / WIDE }, (_, place) => {
        const filled = covered.has(scale.first + place);
        return s("rect", { x: place * WIDE + 1, y: filled ? 1 : 4.5, width: WIDE - 2, height: filled ? 10 : 3, class: filled ? "held" : "open" });
      })),
    h("span", { class: "years" }, label));
}

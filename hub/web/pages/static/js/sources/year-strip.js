/**
 * Fiscal years as a strip, with the same scale for every source; filled years have figures.
 */
import { h, s } from "../dom.js";
import { t } from "../i18n.js";
import { formatYearRanges } from "./format.js";

const YEAR_WIDTH = 12;
const MAX_YEARS = 20;

/**
 * Return the scale of all strips of a page: the years that any source covers, at most the latest twenty.
 * @param {object[]} sources
 * @returns {{first: number, last: number} | null} null if no source has figures by year
 */
export function yearScale(sources) {
  const years = sources.flatMap(({ coverage }) => coverage.map(({ be }) => be));
  if (years.length === 0) return null;
  const last = Math.max(...years);
  return { first: Math.max(Math.min(...years), last - MAX_YEARS + 1), last };
}

/**
 * Return the strip of one source with its years as text below.
 * @param {{be: number}[]} coverage
 * @param {{first: number, last: number} | null} scale
 */
export function yearStrip(coverage, scale) {
  const years = coverage.map(({ be }) => be);
  if (years.length === 0) return h("span", { class: "quiet" }, t("coverageNone"));
  const text = t(years.length > 1 ? "yearsCovered" : "yearCovered", { years: formatYearRanges(years), n: years.length });
  const width = (scale.last - scale.first + 1) * YEAR_WIDTH;
  const coveredYears = new Set(years);
  return h("span", { class: "strip" },
    s("svg", { viewBox: `0 0 ${width} 12`, width, height: 12, "aria-hidden": "true", focusable: "false" },
      Array.from({ length: width / YEAR_WIDTH }, (_, index) => {
        const isCovered = coveredYears.has(scale.first + index);
        return s("rect", { x: index * YEAR_WIDTH + 1, y: isCovered ? 1 : 4.5, width: YEAR_WIDTH - 2, height: isCovered ? 10 : 3, class: isCovered ? "covered-year" : "uncovered-year" });
      })),
    h("span", { class: "years" }, text));
}

/**
 * Formats amounts in baht, counts, times in Bangkok and ranges of years.
 */
import { lang, t } from "../i18n.js";

/**
 * Format a decimal string as baht and satang. It is never converted to a binary number, so that it stays exact.
 * @param {string} amount as "57042002900.00"
 */
export function formatBaht(amount) {
  const [, sign, whole, rest] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(amount);
  return `${sign}${whole.replace(/\B(?=(\d{3})+$)/g, ",")}.${(rest ?? "").padEnd(2, "0")}`;
}

/** Format a count with thousands separators. */
export const formatCount = (n) => n.toLocaleString("en-US");

/** Return "n rows" in the current language. */
export const formatRowCount = (n) => t(n === 1 ? "rows1" : "rowsN", { n: formatCount(n) });

/** Format amounts, each after the name of its phase; phases are never added. */
export const formatAmounts = (amounts) =>
  amounts.map(({ phase, amount }) => `${t(phase)} ${t("baht", { amount: formatBaht(amount.amount) })}`).join(" · ") || t("noAmount");

/**
 * Format a date and time in Bangkok: Buddhist era in Thai, both eras in English.
 * @param {string} iso
 */
export function formatDateTime(iso) {
  const date = new Date(iso);
  const format = { timeZone: "Asia/Bangkok", day: "numeric", month: "short", year: "numeric" };
  const time = formatTime(date);
  if (lang() === "th") return `${date.toLocaleDateString("th-TH-u-ca-buddhist-nu-latn", format).replace(/\s*พ\.ศ\.\s*/, " ")} ${time} น.`;
  const ce = Number(date.toLocaleDateString("en-GB", { timeZone: "Asia/Bangkok", year: "numeric" }));
  return `${date.toLocaleDateString("en-GB", format)} (${ce + 543} BE) ${time}`;
}

/** Format the time of day in Bangkok. */
export const formatTime = (date) => new Date(date).toLocaleTimeString("en-GB", { timeZone: "Asia/Bangkok", hour: "2-digit", minute: "2-digit" });

/**
 * Format years as ranges: 2562–2564, 2566.
 * @param {number[]} years ascending
 */
export function formatYearRanges(years) {
  const ranges = [];
  for (const year of years) {
    const last = ranges.at(-1);
    if (last && last[1] === year - 1) last[1] = year;
    else ranges.push([year, year]);
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}–${last}`)).join(", ");
}

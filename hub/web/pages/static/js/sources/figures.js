/**
 * Figures as people write them: baht to the satang, counts, moments in Bangkok, runs of years.
 */
import { lang, t } from "../words.js";

/**
 * Baht with its satang, exactly: the decimal string never becomes a binary number.
 * @param {string} amount as "57042002900.00"
 */
export function baht(amount) {
  const [, sign, whole, rest] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(amount);
  return `${sign}${whole.replace(/\B(?=(\d{3})+$)/g, ",")}.${(rest ?? "").padEnd(2, "0")}`;
}

/** A count, its thousands apart. */
export const count = (n) => n.toLocaleString("en-US");

/** Some rows, in words. */
export const rows = (n) => t(n === 1 ? "rows1" : "rowsN", { n: count(n) });

/** Amounts, each with the word of its phase before it; phases are never added up. */
export const money = (amounts) =>
  amounts.map(({ phase, amount }) => `${t(phase)} ${t("baht", { amount: baht(amount.amount) })}`).join(" · ") || t("noAmount");

/**
 * A moment in Bangkok: พ.ศ. in Thai, both eras in English.
 * @param {string} iso
 */
export function moment(iso) {
  const at = new Date(iso);
  const form = { timeZone: "Asia/Bangkok", day: "numeric", month: "short", year: "numeric" };
  const time = clock(at);
  if (lang() === "th") return `${at.toLocaleDateString("th-TH-u-ca-buddhist-nu-latn", form).replace(/\s*พ\.ศ\.\s*/, " ")} ${time} น.`;
  const ce = Number(at.toLocaleDateString("en-GB", { timeZone: "Asia/Bangkok", year: "numeric" }));
  return `${at.toLocaleDateString("en-GB", form)} (${ce + 543} BE) ${time}`;
}

/** The time of day in Bangkok. */
export const clock = (at) => new Date(at).toLocaleTimeString("en-GB", { timeZone: "Asia/Bangkok", hour: "2-digit", minute: "2-digit" });

/**
 * Years in runs: 2562–2564, 2566.
 * @param {number[]} years ascending
 */
export function runs(years) {
  const found = [];
  for (const year of years) {
    const last = found.at(-1);
    if (last && last[1] === year - 1) last[1] = year;
    else found.push([year, year]);
  }
  return found.map(([first, last]) => (first === last ? `${first}` : `${first}–${last}`)).join(", ");
}

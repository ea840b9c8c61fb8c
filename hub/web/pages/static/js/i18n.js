/**
 * The current language, and the texts, dates and amounts of the pages in it.
 */
import { TEXTS } from "./texts.js";

let language = "th";

/** Return the current language. @returns {"th" | "en"} */
export const lang = () => language;

/**
 * Set the language of all later texts, and the `lang` attribute of the page.
 * @param {"th" | "en"} code
 */
export function setLanguage(code) {
  language = code === "en" ? "en" : "th";
  // Setting the same language again makes the browser compute the style of every element.
  if (document.documentElement.lang !== language) document.documentElement.lang = language;
}

/**
 * Return the text of a key in the current language, with each `{name}` replaced. Throws if the key is unknown.
 * @param {string} key
 * @param {Record<string, string | number>} [parts]
 */
export function t(key, parts = {}) {
  const pair = TEXTS[key];
  if (!pair) throw new Error(`no word ${key}`);
  return pair[language === "en" ? 1 : 0].replace(/\{(\w+)\}/g, (_, name) => String(parts[name] ?? ""));
}

/**
 * Add the texts of one page to those that all pages share. Throws if a key exists already.
 * @param {Record<string, [string, string]>} texts
 */
export function addTexts(texts) {
  for (const [key, pair] of Object.entries(texts)) {
    if (key in TEXTS) throw new Error(`the word ${key} is there already`);
    TEXTS[key] = pair;
  }
}

/** Return the part of a "ไทย · English" message that is in the current language; other messages unchanged. */
export function inCurrentLanguage(message) {
  const parts = message.split(" · ");
  return parts.length === 2 ? parts[language === "en" ? 1 : 0] : message;
}

/** Return whether a key has a text. */
export const hasText = (key) => key in TEXTS;

/**
 * Return a LocalizedText of the API in the current language; in Thai if it has no English.
 * @param {{th: string, en?: string | null} | null | undefined} text
 */
export const localize = (text) => (text ? (language === "en" && text.en) || text.th : "");

/** Return a citation in the current language: in Thai "slide 37" becomes "สไลด์ 37". */
export const formatCitation = (text) =>
  !text || language === "en" ? text ?? "" : text.replace(/\bslides?\s+(?=\d)/gi, "สไลด์ ");

/** Format a fiscal year, given in the Buddhist era; English adds the year of the common era. */
export const formatFiscalYear = (be) => t("fiscalYearName", { be }) + (language === "en" ? ` (${be - 543})` : "");

/** Format an ISO date: Buddhist era in Thai, both eras in English. */
export function formatDate(iso) {
  const date = new Date(`${iso.slice(0, 10)}T12:00:00`);
  const format = { day: "numeric", month: "short", year: "numeric" };
  if (language === "th") return date.toLocaleDateString("th-TH-u-ca-buddhist-nu-latn", format).replace(/\s*พ\.ศ\.\s*/, " ");
  return `${date.toLocaleDateString("en-GB", format)} (${date.getFullYear() + 543} BE)`;
}

/** Format a decimal string of baht as millions with one decimal. */
export const formatMillions = (amount) =>
  (Number(amount) / 1e6).toLocaleString("en-US", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** Return a project's name without the leading โครงการ or "Project to", which would repeat in every cell. */
export const shortProjectName = (text) => (language === "th" || !text?.en ? localize(text).replace(/^โครงการ(?=.{6})/, "") : localize(text).replace(/^Project (to|for) /, "").replace(/^./, (a) => a.toUpperCase()));

/** Return the fiscal year of today, in the Buddhist era: it begins in October. */
export const currentFiscalYear = (today = new Date()) => today.getFullYear() + 543 + (today.getMonth() >= 9 ? 1 : 0);

/** Return the appropriated money of a project in all years; empty if it was not loaded or there is none. */
export function appropriatedText({ budgets = [] }) {
  const baht = budgets.filter(({ phase }) => phase === "APPROPRIATED").reduce((sum, { amount }) => sum + Number(amount.amount), 0);
  return baht > 0 ? `${t("APPROPRIATED")} ${formatMillions(baht)} ${t("millionBaht")}` : "";
}

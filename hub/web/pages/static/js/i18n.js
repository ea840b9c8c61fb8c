/**
 * Every word of the page, Thai and English side by side.
 */
import { TEXTS } from "./texts.js";

let language = "th";

/** @returns {"th" | "en"} */
export const lang = () => language;

/**
 * Speak a language from now on.
 * @param {"th" | "en"} code
 */
export function setLanguage(code) {
  language = code === "en" ? "en" : "th";
  document.documentElement.lang = language;
}

/**
 * A word; `{name}` in it is replaced.
 * @param {string} key
 * @param {Record<string, string | number>} [parts]
 */
export function t(key, parts = {}) {
  const pair = TEXTS[key];
  if (!pair) throw new Error(`no word ${key}`);
  return pair[language === "en" ? 1 : 0].replace(/\{(\w+)\}/g, (_, name) => String(parts[name] ?? ""));
}

/**
 * Words of one page besides those all share; an error where a word is there already.
 * @param {Record<string, [string, string]>} texts
 */
export function addTexts(texts) {
  for (const [key, pair] of Object.entries(texts)) {
    if (key in TEXTS) throw new Error(`the word ${key} is there already`);
    TEXTS[key] = pair;
  }
}

/** Messages come as "ไทย · English"; the reader's language is enough. */
export function inCurrentLanguage(message) {
  const parts = message.split(" · ");
  return parts.length === 2 ? parts[language === "en" ? 1 : 0] : message;
}

/** Whether the page has a word. */
export const hasText = (key) => key in TEXTS;

/**
 * A localized text of the hub; Thai where no English exists.
 * @param {{th: string, en?: string | null} | null | undefined} text
 */
export const localize = (text) => (text ? (language === "en" && text.en) || text.th : "");

/** A citation in the reader's language: "slide 37" is "สไลด์ 37". */
export const formatCitation = (text) =>
  !text || language === "en" ? text ?? "" : text.replace(/\bslides?\s+(?=\d)/gi, "สไลด์ ");

/** A fiscal year, Buddhist first. */
export const formatFiscalYear = (be) => (language === "en" ? `FY ${be} (${be - 543})` : `ปีงบประมาณ ${be}`);

/** A day as people write it: พ.ศ. in Thai, both eras in English. */
export function formatDate(iso) {
  const date = new Date(`${iso.slice(0, 10)}T12:00:00`);
  const format = { day: "numeric", month: "short", year: "numeric" };
  if (language === "th") return date.toLocaleDateString("th-TH-u-ca-buddhist-nu-latn", format).replace(/\s*พ\.ศ\.\s*/, " ");
  return `${date.toLocaleDateString("en-GB", format)} (${date.getFullYear() + 543} BE)`;
}

/** Baht in millions, from a decimal string. */
export const formatMillions = (amount) =>
  (Number(amount) / 1e6).toLocaleString("en-US", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** A project's name as a cell shows it: the heading already says โครงการ. */
export const shortProjectName = (text) => (language === "th" || !text?.en ? localize(text).replace(/^โครงการ(?=.{6})/, "") : localize(text).replace(/^Project (to|for) /, "").replace(/^./, (a) => a.toUpperCase()));

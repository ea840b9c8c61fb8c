/**
 * Every word of the page, Thai and English side by side.
 */
import { TEXTS } from "./dictionary.js";

let language = "th";

/** @returns {"th" | "en"} */
export const lang = () => language;

/**
 * Speak a language from now on.
 * @param {"th" | "en"} chosen
 */
export function speak(chosen) {
  language = chosen === "en" ? "en" : "th";
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
 * @param {Record<string, [string, string]>} entries
 */
export function learn(entries) {
  for (const [key, pair] of Object.entries(entries)) {
    if (key in TEXTS) throw new Error(`the word ${key} is there already`);
    TEXTS[key] = pair;
  }
}

/** Messages come as "ไทย · English"; the reader's language is enough. */
export function inOne(message) {
  const parts = message.split(" · ");
  return parts.length === 2 ? parts[language === "en" ? 1 : 0] : message;
}

/** Whether the page has a word. */
export const has = (key) => key in TEXTS;

/**
 * A localized text of the hub; Thai where no English exists.
 * @param {{th: string, en?: string | null} | null | undefined} text
 */
export const tx = (text) => (text ? (language === "en" && text.en) || text.th : "");

/** A citation in the reader's language: "slide 37" is "สไลด์ 37". */
export const cite = (text) =>
  !text || language === "en" ? text ?? "" : text.replace(/\bslides?\s+(?=\d)/gi, "สไลด์ ");

/** A fiscal year, Buddhist first. */
export const year = (be) => (language === "en" ? `FY ${be} (${be - 543})` : `ปีงบประมาณ ${be}`);

/** A day as people write it: พ.ศ. in Thai, both eras in English. */
export function day(iso) {
  const at = new Date(`${iso.slice(0, 10)}T12:00:00`);
  const form = { day: "numeric", month: "short", year: "numeric" };
  if (language === "th") return at.toLocaleDateString("th-TH-u-ca-buddhist-nu-latn", form).replace(/\s*พ\.ศ\.\s*/, " ");
  return `${at.toLocaleDateString("en-GB", form)} (${at.getFullYear() + 543} BE)`;
}

/** Baht in millions, from a decimal string. */
export const million = (amount) =>
  (Number(amount) / 1e6).toLocaleString("en-US", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** A project's name as a cell shows it: the heading already says โครงการ. */
export const inCell = (text) => (language === "th" || !text?.en ? tx(text).replace(/^โครงการ(?=.{6})/, "") : tx(text).replace(/^Project (to|for) /, "").replace(/^./, (a) => a.toUpperCase()));

/**
 * Texts of the GraphQL page: key → [ไทย, English], and the current language.
 */
const TEXTS = {
  title: ["ถามด้วย GraphQL", "Ask in GraphQL"],
  subtitle: ["ทุกอย่างที่หน้าเมทริกซ์แสดง ถามเองได้ที่นี่", "Everything the matrix page shows can be asked here"],
  app: ["บูรณาการ", "Buranakan"],
  skip: ["ข้ามไปที่ช่องคำถาม", "Skip to the question"],
  matrix: ["เมทริกซ์", "Matrix"],
  map: ["แผนที่", "Map"],
  sources: ["แหล่งข้อมูล", "Sources"],
  views: ["มุมมอง", "Views"],
  other: ["English", "ไทย"],
  otherLang: ["en", "th"],
  examples: ["ตัวอย่างคำถาม", "Example questions"],
  history: ["ที่เคยถาม (เก็บในเครื่องนี้)", "Asked before (kept on this machine)"],
  historyEmpty: ["ยังไม่มี", "Nothing yet"],
  clear: ["ล้างประวัติ", "Clear history"],
  question: ["คำถาม", "Question"],
  run: ["ถาม  Ctrl+Enter", "Run  Ctrl+Enter"],
  copy: ["คัดลอกลิงก์", "Copy link"],
  copied: ["คัดลอกแล้ว", "Copied"],
  variables: ["ตัวแปร (JSON)", "Variables (JSON)"],
  variablesOdd: ["ตัวแปรไม่ใช่ JSON ที่อ่านได้: {why}", "The variables are not JSON that can be read: {why}"],
  answer: ["คำตอบ", "Answer"],
  asking: ["กำลังถาม…", "Asking…"],
  took: ["{ms} มิลลิวินาที · {size} ตัวอักษร", "{ms} ms · {size} characters"],
  answerEmpty: ["เลือกตัวอย่างทางซ้าย หรือพิมพ์คำถามแล้วกด Ctrl+Enter", "Choose an example on the left, or type a question and press Ctrl+Enter"],
  offline: ["ติดต่อระบบไม่ได้ คำถามที่พิมพ์ไว้ยังอยู่ ลองใหม่เมื่อเครือข่ายกลับมา", "The hub cannot be reached. What you typed is kept; try again when the network is back"],
  at: ["บรรทัด {line} คอลัมน์ {column}", "Line {line}, column {column}"],
  where: ["ที่ {path}", "at {path}"],
  incident: ["หมายเลขเหตุการณ์ {id}", "Incident number {id}"],
  schema: ["สิ่งที่ถามได้", "What can be asked"],
  search: ["ค้นหาชนิด ฟิลด์ หรือคำอธิบาย", "Search types, fields, descriptions"],
  found: ["{n} ชนิด", "{n} types"],
  foundNone: ["ไม่พบ ลองคำอื่น เช่น จังหวัด หรือ matrix", "Nothing found; try another word, as province or matrix"],
  schemaWait: ["กำลังอ่าน…", "Reading…"],
  schemaTrouble: ["อ่านสิ่งที่ถามได้ไม่สำเร็จ", "What can be asked could not be read"],
  retry: ["ลองใหม่", "Try again"],
};

let language = "th";
/** Return the current language. @returns {"th" | "en"} */
export const lang = () => language;

/** Set the language of all later texts, and the `lang` attribute of the page. */
export function setLanguage(code) {
  language = code === "en" ? "en" : "th";
  document.documentElement.lang = language;
}

/**
 * Return the text of a key in the current language, with each `{name}` replaced.
 * @param {keyof typeof TEXTS} key
 * @param {Record<string, string | number>} [parts]
 */
export const t = (key, parts = {}) => TEXTS[key][language === "en" ? 1 : 0].replace(/\{(\w+)\}/g, (_, name) => String(parts[name] ?? ""));

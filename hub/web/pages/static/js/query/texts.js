/**
 * Texts of the GraphQL page: key → [ไทย, English], and the current language.
 */
const TEXTS = {
  title: ["คิวรี GraphQL", "GraphQL queries"],
  subtitle: ["คิวรีข้อมูลทุกอย่างที่หน้าเมทริกซ์แสดง", "Query all data that the matrix page shows"],
  app: ["บูรณาการ", "Buranakan"],
  skip: ["ข้ามไปที่ช่องคิวรี", "Skip to the query"],
  matrix: ["เมทริกซ์", "Matrix"],
  map: ["แผนที่", "Map"],
  graphql: ["GraphQL", "GraphQL"],
  sources: ["แหล่งข้อมูล", "Sources"],
  searchPage: ["ค้นหา", "Search"],
  myWork: ["งานของฉัน", "My work"],
  views: ["มุมมอง", "Views"],
  other: ["English", "ไทย"],
  otherLang: ["en", "th"],
  examples: ["ตัวอย่างคิวรี", "Example queries"],
  history: ["คิวรีที่เคยเรียก (เก็บในเบราว์เซอร์นี้)", "History (stored in this browser)"],
  historyEmpty: ["ยังไม่มี", "none yet"],
  clear: ["ล้างประวัติ", "Clear history"],
  question: ["คิวรี", "Query"],
  run: ["เรียก  Ctrl+Enter", "Run  Ctrl+Enter"],
  copy: ["คัดลอกลิงก์", "Copy link"],
  copied: ["คัดลอกแล้ว", "Copied"],
  variables: ["ตัวแปร (JSON)", "Variables (JSON)"],
  variablesInvalid: ["ตัวแปรไม่ใช่ JSON ที่ถูกต้อง: {why}", "The variables are not valid JSON: {why}"],
  answer: ["ผลลัพธ์", "Response"],
  asking: ["กำลังเรียก…", "Running…"],
  took: ["{ms} มิลลิวินาที · {size} ตัวอักษร", "{ms} ms · {size} characters"],
  answerEmpty: ["เลือกตัวอย่างทางซ้าย หรือพิมพ์คิวรีแล้วกด Ctrl+Enter", "Choose an example on the left, or type a query and press Ctrl+Enter"],
  offline: ["ติดต่อระบบไม่ได้ คิวรีที่พิมพ์ไว้ยังอยู่ ลองใหม่เมื่อเครือข่ายใช้งานได้", "The hub cannot be reached. Your query is unchanged; try again when the network is available"],
  at: ["บรรทัด {line} คอลัมน์ {column}", "Line {line}, column {column}"],
  where: ["ที่ {path}", "at {path}"],
  incident: ["หมายเลขอ้างอิง {id}", "Reference number {id}"],
  schema: ["สคีมา", "Schema"],
  search: ["ค้นหาชนิด ฟิลด์ หรือคำอธิบาย", "Search types, fields, descriptions"],
  found: ["{n} ชนิด", "{n} types"],
  foundNone: ["ไม่พบ ลองคำอื่น เช่น จังหวัด หรือ matrix", "Nothing found. Try another word, for example province or matrix"],
  schemaWait: ["กำลังโหลด…", "Loading…"],
  schemaError: ["โหลดสคีมาไม่สำเร็จ", "The schema could not be loaded"],
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

/**
 * Texts of the search page: key → [ไทย, English].
 */
export const SEARCH_TEXTS = {
  skipToContent: ["ข้ามไปที่เนื้อหา", "Skip to the content"],
  loadingPlace: ["กำลังค้นหา", "Searching"],
  searchTitle: ["ค้นหาโครงการ", "Search for projects"],
  searchHelp: ["ด้วยคำในชื่อ รหัส หน่วยงาน และพื้นที่", "by words of the name, code, agency and area"],
  searchStart: ["พิมพ์คำในชื่อโครงการ หรือรหัส หลายคำคั่นด้วยเว้นวรรค ผลลัพธ์มีครบทุกคำ", "Type words of a project's name, or its code. Results contain every word"],
  searchWords: ["คำในชื่อ หรือรหัส", "Words of the name, or code"],
  everyYear: ["ทุกปี", "Every year"],
  everyAgency: ["ทุกหน่วยงาน", "Every agency"],
  ofAgency: ["ของหน่วยงาน", "Of the agency"],
  areasFound: ["พื้นที่", "Areas"],
  agenciesFound: ["หน่วยงาน", "Agencies"],
  projectsFound: ["โครงการ ({n})", "Projects ({n})"],
  nothingFound: ["ไม่พบโครงการที่มีครบทุกคำ ลองคำที่สั้นลง หรือเลือกทั้งประเทศและทุกปี", "No project contains every word. Try shorter words, the whole country or every year"],
};

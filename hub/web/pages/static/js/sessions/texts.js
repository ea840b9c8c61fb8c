/**
 * Texts of the list of joint sessions: key → [ไทย, English].
 */
export const SESSIONS_TEXTS = {
  skipToContent: ["ข้ามไปที่เนื้อหา", "Skip to the content"],
  sessions: ["การประชุมร่วม", "Joint sessions"],
  sessionsHelp: ["ระหว่างจังหวัด กลุ่มจังหวัด กับส่วนราชการ ล่าสุดก่อน", "of provinces and clusters with ministries, the newest first"],
  loadingSessions: ["กำลังโหลดรายการการประชุม", "Loading the sessions"],
  sessionsNone: ["ยังไม่มีการประชุมที่ท่านเห็นได้", "There is no session that you may see"],
  sessionsNoneHelp: ["ผู้จัดการประชุมกำหนดการประชุมและเชิญคณะผู้แทน การประชุมจะอยู่ที่นี่", "When a host schedules a session and invites delegations, it is listed here"],
  session_SCHEDULED: ["เตรียมการ", "Being prepared"],
  session_OPEN: ["เปิดประชุม", "Open"],
  session_SUSPENDED: ["พักประชุม", "Suspended"],
  session_CLOSED: ["ปิดประชุม", "Closed"],
  session_RATIFIED: ["ให้ความเห็นชอบแล้ว", "Approved"],
  session_CANCELLED: ["ยกเลิก", "Called off"],
  kind_STRATEGY: ["บูรณาการยุทธศาสตร์", "Strategy"],
  kind_LOCAL_PROJECTS: ["บูรณาการโครงการกับท้องถิ่น", "Projects of local authorities"],
  kind_POST_BUDGET: ["หลัง พ.ร.บ. งบประมาณ", "After the budget act"],
  startsAt: ["กำหนดเริ่ม {time}", "Planned begin: {time}"],
  openedAt: ["เปิดเมื่อ {time}", "Opened {time}"],
  closedAt: ["ปิดเมื่อ {time}", "Closed {time}"],
  hostedBy: ["เจ้าภาพ {name}", "Host: {name}"],
  delegationsN: ["คณะผู้แทน {n}", "{n} delegations"],
  everyStatus: ["ทุกสถานะ", "Every status"],
  statusFilter: ["สถานะ", "Status"],
  minutes: ["รายงานการประชุม", "Minutes"],
  brief: ["เอกสารสรุปก่อนประชุม", "Brief"],
};

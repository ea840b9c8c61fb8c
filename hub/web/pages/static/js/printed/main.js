/**
 * The minutes of a joint session, or the brief before it, for printing; the path of the URL says which.
 */
import { ApiError } from "../api.js";
import { byId, h, replaceChildren } from "../dom.js";
import { addTexts, lang, localize, t } from "../i18n.js";
import { markMadeUp } from "../made-up.js";
import { errorPanel, loadingMessage } from "../messages.js";
import { drawTabs, enableLanguageButton, pagePath } from "../page-tabs.js";
import { isSignedIn } from "../person.js";
import { briefSections } from "./brief.js";
import { minutesSections } from "./minutes.js";
import { loadBrief, loadMinutes } from "./queries.js";
import { PRINTED_TEXTS } from "./texts.js";

addTexts(PRINTED_TEXTS);
const panel = byId("list");
const [, , key, printed] = location.pathname.split("/");
const isBrief = printed === "brief";
let session = null;
let notice = null;

function draw() {
  drawTabs("");
  const name = t(isBrief ? "brief" : "minutes");
  byId("print").textContent = t("print");
  byId("title").textContent = session ? `${name}: ${localize(session.title)}` : name;
  byId("subtitle").textContent = "";
  document.title = [session?.title, name, t("app")].filter(Boolean).join(" · ");
  byId("links").hidden = !session;
  byId("links").setAttribute("aria-label", t("files"));
  byId("print").hidden = !session;
  if (notice) replaceChildren(panel, notice());
  if (!session) return;
  replaceChildren(byId("links"), links());
  const madeUp = session.matrix.notices.find(({ code }) => code === "MADE_UP_DATA");
  markMadeUp(Boolean(madeUp));
  replaceChildren(panel, h("div", { class: "printed" }, (isBrief ? briefSections : minutesSections)(session, madeUp)));
}

function links() {
  const file = (kind) => `/files/session/${key}.${kind}?lang=${lang()}`;
  const link = (href, textKey, attributes = {}) => h("a", { class: "chip-link", href, ...attributes }, t(textKey));
  return [
    link(pagePath(`/board/${key}`), "board"),
    isBrief ? link(pagePath(`/board/${key}/minutes`), "minutes") : link(pagePath(`/board/${key}/brief`), "brief"),
    !isBrief && [link(file("docx"), "document", { download: "" }), link(file("xlsx"), "annex", { download: "" })],
  ];
}

/** Return why there is no session: nobody is signed in, or it is none that the person may see. */
const missing = (isPerson) => () => h("p", { class: "banner", id: isPerson ? "missing" : "sign-in" }, t(isPerson ? "sessionMissing" : "signInForSession"), !isPerson && [" ",
  h("a", { href: `/signin?next=${encodeURIComponent(location.pathname + location.search)}` }, t("toSignIn"))]);

async function load() {
  notice = null;
  replaceChildren(panel, loadingMessage(t("loadingSession")));
  try {
    session = await (isBrief ? loadBrief : loadMinutes)(decodeURIComponent(key));
    if (!session) notice = missing(await isSignedIn());
    draw();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.kind === "unready") setTimeout(load, error.retryAfter * 1000);
    replaceChildren(panel, errorPanel(error, load));
  }
}

byId("print").addEventListener("click", () => print());
enableLanguageButton(draw);
draw();
load();

/**
 * The frame that the pages of work, areas, issues and projects share: tabs, language button, skip link.
 */
import { byId, h, replaceChildren } from "./dom.js";
import { lang, setLanguage, t } from "./i18n.js";

/** Return a path in the language of the page. */
export const pagePath = (path) => (lang() === "en" ? `${path}${path.includes("?") ? "&" : "?"}lang=en` : path);

/** Return the part of a global id that is unique among things of its type. */
export const localKey = (id) => id.split("/").slice(4).join("/");

const encodedKey = (id) => localKey(id).split("/").map(encodeURIComponent).join("/");

/** Return the paths of the pages of an area, an issue, an agency and a project. */
export const areaPath = (area) => pagePath(`/areas/${encodeURIComponent(area.code)}`);
export const issuePath = (issue) => pagePath(`/issues/${encodedKey(issue.id)}`);
export const agencyPath = (agency) => pagePath(`/agencies/${encodedKey(agency.id)}`);
export const projectPath = (project) => pagePath(`/projects/${encodedKey(project.id)}`);

/**
 * Set the language of the URL and draw the tabs; `current` is the path of the page, if it has a tab.
 * @param {string} current
 */
export function drawTabs(current) {
  setLanguage(new URLSearchParams(location.search).get("lang") ?? "th");
  const tab = (path, key) => h("a", { class: "tab", href: pagePath(path), "aria-current": path === current ? "page" : null }, t(key));
  byId("views").setAttribute("aria-label", t("views"));
  replaceChildren(byId("views"), tab("/", "matrix"), tab("/?view=map", "map"), tab("/search", "searchPage"), tab("/work", "myWork"), tab("/board", "sessionsPage"), tab("/sources", "sourcesPage"), tab("/query", "query"));
  byId("skip").textContent = t("skipToContent");
  byId("language").textContent = t("other");
  byId("language").lang = t("otherLang");
}

/** Switch the language in the URL, and call `redraw`. */
export function enableLanguageButton(redraw) {
  byId("language").addEventListener("click", () => {
    const parameters = new URLSearchParams(location.search);
    if (lang() === "th") parameters.set("lang", "en");
    else parameters.delete("lang");
    history.replaceState(null, "", `${location.pathname}${parameters.size ? `?${parameters}` : ""}${location.hash}`);
    redraw();
  });
}

/**
 * The tile map: one tile per province, outlines of the clusters, for the edition of a date.
 */
import { replaceChildren, h, s } from "./dom.js";
import { formatCitation, formatDate, lang, t, localize } from "./i18n.js";

const UNIT = 60;
const EDGE = 6;
const SIDES = [[1, 0], [0, 1], [-1, 0], [0, -1]];
const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

/** Return the code of a province's cluster on the queried date; empty if it has none. */
export const clusterCode = (province) => province.parents.find(({ parent }) => parent.level === "CLUSTER")?.parent.code ?? "";

/**
 * Draw the map and the panel of the chosen province.
 * @param {HTMLElement} container
 * @param {{provinces: object[], clusters: object[], notices: object[]}} areas `notices`: what of the date is not recorded
 * @param {{chosen: string, controls: Node, other: {on: string, provinces: object[], clusters: object[]}}} options `chosen` is a province's code, `other` the other edition
 * @param {{choose: (code: string) => void, open: (code: string) => void}} actions
 */
export function drawTileMap(container, areas, options, actions) {
  const tiles = areas.provinces.filter((province) => province.tile);
  const byPosition = new Map(tiles.map((province) => [`${province.tile.column},${province.tile.row}`, province]));
  const clusters = new Map(areas.clusters.map((cluster) => [cluster.code, cluster]));
  const centres = new Set(areas.clusters.map((cluster) => cluster.operationsCentre?.code));
  const chosen = tiles.find((province) => province.code === options.chosen) ?? tiles.find((province) => province.code === "20") ?? tiles[0];
  const chosenCluster = clusterCode(chosen);
  const unrecorded = areas.notices.find(({ code }) => code === "AREAS_NOT_RECORDED");
  const columnCount = Math.max(...tiles.map((p) => p.tile.column)) + 1;
  const rowCount = Math.max(...tiles.map((p) => p.tile.row)) + 1;
  const drawing = s("svg", { class: "tiles", viewBox: `0 0 ${columnCount * UNIT + 2 * EDGE} ${rowCount * UNIT + 2 * EDGE}`, role: "group", "aria-label": t("mapLabel") },
    tiles.map((province) => tile(province)),
    s("path", { class: "outline", d: clusterOutline(tiles, byPosition, null) }),
    chosenCluster && s("path", { class: "outline mine", d: clusterOutline(tiles, byPosition, chosenCluster) }),
    s("path", { class: "picked", d: tileOutline(chosen) }));

  drawing.addEventListener("keydown", (event) => {
    const from = tiles.find((p) => p.code === event.target.closest("[data-code]")?.getAttribute("data-code"));
    const step = ARROWS[event.key];
    if (!from) return;
    if (event.key === "Enter" || event.key === " ") actions.choose(from.code);
    else if (step) {
      for (let distance = 1; distance < 16; distance += 1) {
        const next = byPosition.get(`${from.tile.column + step[0] * distance},${from.tile.row + step[1] * distance}`);
        if (next) { drawing.querySelector(`[data-code="${next.code}"]`).focus(); actions.choose(next.code); break; }
      }
    } else return;
    event.preventDefault();
  });

  replaceChildren(container, h("div", { class: "mapview" }, h("div", { class: "mapbox" }, drawing), sidePanel()));

  function tile(province) {
    const { column, row } = province.tile;
    const isInChosenCluster = clusterCode(province) === chosenCluster && chosenCluster;
    return s("g", {
      class: `tile${isInChosenCluster ? " in" : ""}${clusterCode(province) ? "" : " lone"}`, transform: `translate(${EDGE + column * UNIT} ${EDGE + row * UNIT})`,
      role: "button", tabindex: province === chosen ? "0" : "-1", "data-code": province.code, "aria-pressed": String(province === chosen),
      "aria-label": [abbreviation(province), localize(province.name), localize(clusters.get(clusterCode(province))?.name)].filter(Boolean).join(", "), onclick: () => actions.choose(province.code),
    },
    s("title", {}, [localize(province.name), localize(clusters.get(clusterCode(province))?.name)].filter(Boolean).join(" · ")),
    s("rect", { width: UNIT, height: UNIT }),
    s("text", { x: UNIT / 2, y: UNIT / 2 + 7, "text-anchor": "middle" }, abbreviation(province)),
    centres.has(province.code) && s("circle", { class: "centre", cx: UNIT - 10, cy: 10, r: 4.5 }));
  }

  function sidePanel() {
    const cluster = clusters.get(chosenCluster);
    const members = tiles.filter((province) => chosenCluster && clusterCode(province) === chosenCluster);
    const provinceCount = tiles.filter((province) => province.kind === "PROVINCE").length;
    return h("div", { class: "mapside" },
      options.controls,
      h("p", { class: "quiet", id: "map-counts" }, t("mapCounts", { clusters: unrecorded?.count ?? areas.clusters.length, provinces: provinceCount })),
      areas.notices.map(({ code, text }) => h("p", { class: "banner", role: "status", "data-notice": code }, localize(text))),
      h("div", { "aria-live": "polite" },
        h("h2", {}, localize(chosen.name)),
        h("button", { type: "button", onclick: () => actions.open(chosen.code) }, t("seeProvince")),
        cluster ? clusterDetails(cluster, members) : h("p", {}, t(unrecorded && chosen.kind === "PROVINCE" ? "clusterNotRecorded" : "noCluster")),
        otherEdition()),
      h("p", { class: "quiet" }, t("mapNote"), " ", h("span", { class: "dot", "aria-hidden": "true" }), " ", t("centre")));
  }

  /** Return the cluster of the same province in the other edition, for comparison; null if it has none. */
  function otherEdition() {
    const sameProvince = options.other.provinces.find((province) => province.code === chosen.code);
    const cluster = sameProvince && options.other.clusters.find((one) => one.code === clusterCode(sameProvince));
    if (!cluster) return null;
    const members = options.other.provinces.filter((province) => clusterCode(province) === cluster.code);
    return h("section", { class: "cluster", id: "other-edition" }, h("h3", {}, t("otherEdition", { day: formatDate(options.other.on) })), h("p", {}, localize(cluster.name), ": ", provinceNames(members)));
  }

  function clusterDetails(cluster, members) {
    const { head } = cluster;
    return h("section", { class: "cluster" },
      h("h3", {}, localize(cluster.name)),
      h("p", { class: "quiet" }, [cluster.validFrom && t("since", { day: formatDate(cluster.validFrom) }), cluster.validTo && t("until", { day: formatDate(cluster.validTo) })].filter(Boolean).join(" ")),
      h("dl", {},
        h("dt", {}, t("members"), " (", members.length, ")"), h("dd", { id: "members" }, provinceNames(members)),
        cluster.operationsCentre && [h("dt", {}, t("centre")), h("dd", {}, localize(cluster.operationsCentre.name))],
        head && [h("dt", {}, t("head")), h("dd", {}, localize(head.text), head.rule && h("details", {}, h("summary", {}, t("byRule", { code: head.rule.code }), " · ", formatCitation(head.rule.citation)), h("p", { class: "quiet" }, localize(head.rule.text))))]),
      h("button", { type: "button", class: "primary", id: "open-cluster", onclick: () => actions.open(cluster.code) }, t("seeCluster")));
  }
}

const provinceNames = (provinces) => provinces.map((province) => localize(province.name)).sort((a, b) => a.localeCompare(b, lang())).join(lang() === "th" ? " " : ", ");

const tileOutline = ({ tile: { column, row } }) => `M${EDGE + column * UNIT + 2} ${EDGE + row * UNIT + 2}h${UNIT - 4}v${UNIT - 4}h${4 - UNIT}z`;

/** Return a province's label for a tile: the official abbreviation in Thai, up to four letters of the name in English. */
function abbreviation({ shortName, name, code }) {
  if (lang() === "th" || shortName?.en || !name.en) return shortName ? localize(shortName) : code;
  const nameParts = name.en.split(" ");
  return nameParts.length === 1 ? name.en.slice(0, 4) : nameParts[0].slice(0, 2) + nameParts.at(-1).slice(0, 2);
}

/** Return the SVG path of the borders between clusters, or around cluster `only`. */
function clusterOutline(tiles, byPosition, only) {
  const lines = [];
  for (const province of tiles) {
    const own = clusterCode(province);
    if (only !== null && own !== only) continue;
    for (const [dx, dy] of SIDES) {
      const next = byPosition.get(`${province.tile.column + dx},${province.tile.row + dy}`);
      if (next && clusterCode(next) === own) continue;
      const x = EDGE + province.tile.column * UNIT;
      const y = EDGE + province.tile.row * UNIT;
      if (dx) lines.push(`M${x + (dx > 0 ? UNIT : 0)} ${y}v${UNIT}`);
      else lines.push(`M${x} ${y + (dy > 0 ? UNIT : 0)}h${UNIT}`);
    }
  }
  return lines.join("");
}

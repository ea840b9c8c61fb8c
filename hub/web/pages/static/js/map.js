/**
 * The tile map: one tile per province, clusters by outline, the edition of a day.
 */
import { fill, h, s } from "./dom.js";
import { cite, day, lang, t, tx } from "./words.js";

const UNIT = 60;
const EDGE = 6;
const SIDES = [[1, 0], [0, 1], [-1, 0], [0, -1]];
const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

/** The code of a province's cluster on the day that was asked; empty for none. */
export const clusterOf = (province) => province.parents.find(({ parent }) => parent.level === "CLUSTER")?.parent.code ?? "";

/**
 * Draw the map of a day.
 * @param {HTMLElement} container
 * @param {{provinces: object[], clusters: object[]}} found
 * @param {{chosen: string, controls: Node, other: {on: string, provinces: object[], clusters: object[]}}} how `chosen` is a province's code, `other` the other edition
 * @param {{choose: (code: string) => void, open: (code: string) => void}} act
 */
export function map(container, found, how, act) {
  const tiles = found.provinces.filter((province) => province.tile);
  const at = new Map(tiles.map((province) => [`${province.tile.column},${province.tile.row}`, province]));
  const clusters = new Map(found.clusters.map((cluster) => [cluster.code, cluster]));
  const centres = new Set(found.clusters.map((cluster) => cluster.operationsCentre?.code));
  const chosen = tiles.find((province) => province.code === how.chosen) ?? tiles.find((province) => province.code === "20") ?? tiles[0];
  const mine = clusterOf(chosen);
  const wide = Math.max(...tiles.map((p) => p.tile.column)) + 1;
  const high = Math.max(...tiles.map((p) => p.tile.row)) + 1;
  const picture = s("svg", { class: "tiles", viewBox: `0 0 ${wide * UNIT + 2 * EDGE} ${high * UNIT + 2 * EDGE}`, role: "group", "aria-label": t("mapLabel") },
    tiles.map((province) => tile(province)),
    s("path", { class: "outline", d: outline(tiles, at, null) }),
    mine && s("path", { class: "outline mine", d: outline(tiles, at, mine) }),
    s("path", { class: "picked", d: box(chosen) }));

  picture.addEventListener("keydown", (event) => {
    const from = tiles.find((p) => p.code === event.target.closest("[data-code]")?.getAttribute("data-code"));
    const step = ARROWS[event.key];
    if (!from) return;
    if (event.key === "Enter" || event.key === " ") act.choose(from.code);
    else if (step) {
      for (let far = 1; far < 16; far += 1) {
        const next = at.get(`${from.tile.column + step[0] * far},${from.tile.row + step[1] * far}`);
        if (next) { picture.querySelector(`[data-code="${next.code}"]`).focus(); act.choose(next.code); break; }
      }
    } else return;
    event.preventDefault();
  });

  fill(container, h("div", { class: "mapview" }, h("div", { class: "mapbox" }, picture), side()));

  function tile(province) {
    const { column, row } = province.tile;
    const inside = clusterOf(province) === mine && mine;
    return s("g", {
      class: `tile${inside ? " in" : ""}${clusterOf(province) ? "" : " lone"}`, transform: `translate(${EDGE + column * UNIT} ${EDGE + row * UNIT})`,
      role: "button", tabindex: province === chosen ? "0" : "-1", "data-code": province.code, "aria-pressed": String(province === chosen),
      "aria-label": [abbreviation(province), tx(province.name), tx(clusters.get(clusterOf(province))?.name)].filter(Boolean).join(", "), onclick: () => act.choose(province.code),
    },
    s("title", {}, [tx(province.name), tx(clusters.get(clusterOf(province))?.name)].filter(Boolean).join(" · ")),
    s("rect", { width: UNIT, height: UNIT }),
    s("text", { x: UNIT / 2, y: UNIT / 2 + 7, "text-anchor": "middle" }, abbreviation(province)),
    centres.has(province.code) && s("circle", { class: "centre", cx: UNIT - 10, cy: 10, r: 4.5 }));
  }

  function side() {
    const cluster = clusters.get(mine);
    const members = tiles.filter((province) => mine && clusterOf(province) === mine);
    const others = tiles.filter((province) => province.kind === "PROVINCE").length;
    return h("div", { class: "mapside" },
      how.controls,
      h("p", { class: "quiet", id: "map-counts" }, t("mapCounts", { clusters: found.clusters.length, provinces: others })),
      h("div", { "aria-live": "polite" },
        h("h2", {}, tx(chosen.name)),
        h("button", { type: "button", onclick: () => act.open(chosen.code) }, t("seeProvince")),
        cluster ? about(cluster, members) : h("p", {}, t("noCluster")),
        elsewhere()),
      h("p", { class: "quiet" }, t("mapNote"), " ", h("span", { class: "dot", "aria-hidden": "true" }), " ", t("centre")));
  }

  /** The same province in the other edition: what was redrawn is seen by comparing. */
  function elsewhere() {
    const there = how.other.provinces.find((province) => province.code === chosen.code);
    const cluster = there && how.other.clusters.find((one) => one.code === clusterOf(there));
    if (!cluster) return null;
    const members = how.other.provinces.filter((province) => clusterOf(province) === cluster.code);
    return h("section", { class: "cluster", id: "elsewhere" }, h("h3", {}, t("otherEdition", { day: day(how.other.on) })), h("p", {}, tx(cluster.name), ": ", names(members)));
  }

  function about(cluster, members) {
    const { head } = cluster;
    return h("section", { class: "cluster" },
      h("h3", {}, tx(cluster.name)),
      h("p", { class: "quiet" }, [cluster.validFrom && t("since", { day: day(cluster.validFrom) }), cluster.validTo && t("until", { day: day(cluster.validTo) })].filter(Boolean).join(" ")),
      h("dl", {},
        h("dt", {}, t("members"), " (", members.length, ")"), h("dd", { id: "members" }, names(members)),
        cluster.operationsCentre && [h("dt", {}, t("centre")), h("dd", {}, tx(cluster.operationsCentre.name))],
        head && [h("dt", {}, t("head")), h("dd", {}, tx(head.text), head.rule && h("details", {}, h("summary", {}, t("byRule", { code: head.rule.code }), " · ", cite(head.rule.citation)), h("p", { class: "quiet" }, tx(head.rule.text))))]),
      h("button", { type: "button", class: "primary", id: "open-cluster", onclick: () => act.open(cluster.code) }, t("seeCluster")));
  }
}

const names = (provinces) => provinces.map((province) => tx(province.name)).sort((a, b) => a.localeCompare(b, lang())).join(lang() === "th" ? " " : ", ");

const box = ({ tile: { column, row } }) => `M${EDGE + column * UNIT + 2} ${EDGE + row * UNIT + 2}h${UNIT - 4}v${UNIT - 4}h${4 - UNIT}z`;

/** What fits in a tile: the official abbreviation in Thai, up to four letters of the name in English. */
function abbreviation({ shortName, name, code }) {
  if (lang() === "th" || shortName?.en || !name.en) return shortName ? tx(shortName) : code;
  const nameParts = name.en.split(" ");
  return nameParts.length === 1 ? name.en.slice(0, 4) : nameParts[0].slice(0, 2) + nameParts.at(-1).slice(0, 2);
}

/** The lines between clusters, or around one of them. */
function outline(tiles, at, only) {
  const lines = [];
  for (const province of tiles) {
    const own = clusterOf(province);
    if (only !== null && own !== only) continue;
    for (const [dx, dy] of SIDES) {
      const next = at.get(`${province.tile.column + dx},${province.tile.row + dy}`);
      if (next && clusterOf(next) === own) continue;
      const x = EDGE + province.tile.column * UNIT;
      const y = EDGE + province.tile.row * UNIT;
      if (dx) lines.push(`M${x + (dx > 0 ? UNIT : 0)} ${y}v${UNIT}`);
      else lines.push(`M${x} ${y + (dy > 0 ? UNIT : 0)}h${UNIT}`);
    }
  }
  return lines.join("");
}

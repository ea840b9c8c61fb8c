/**
 * What can be asked, read from the hub's own introspection: types, fields, arguments, with their descriptions.
 */
import { fill, h } from "../dom.js";
import { t } from "./words.js";

/** The question a schema answers about itself. */
export const INTROSPECTION = `query WhatCanBeAsked { __schema { queryType { name } types {
  kind name description isOneOf
  fields(includeDeprecated: true) { name description isDeprecated deprecationReason type { ...T } args { name description defaultValue type { ...T } } }
  inputFields { name description defaultValue type { ...T } }
  enumValues { name description }
  possibleTypes { name }
} } }
fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }`;

const written = (type) => (type.kind === "NON_NULL" ? `${written(type.ofType)}!` : type.kind === "LIST" ? `[${written(type.ofType)}]` : type.name);
const named = (type) => (type.ofType ? named(type.ofType) : type.name);
const PLUMBING = /^__|(Connection|Edge)$|^(PageInfo|String|Int|Float|Boolean|ID)$/;

/**
 * The browser of a schema.
 * @param {{types: object[]}} schema
 * @param {{container: HTMLElement, search: HTMLInputElement, found: HTMLElement}} at
 */
export function schemaBrowser(schema, { container, search, found }) {
  const types = schema.types.filter((type) => !type.name.startsWith("__")).sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
  const typeNames = new Set(types.map((type) => type.name));

  function draw() {
    const filterText = search.value.trim().toLowerCase();
    const matches = filterText ? types.filter((type) => contains(type, filterText)) : types.filter((type) => !PLUMBING.test(type.name));
    found.textContent = matches.length ? t("found", { n: matches.length }) : t("foundNone");
    fill(container, matches.slice(0, 80).map((type) => card(type, filterText)));
  }

  function card(type, filterText) {
    const open = type.name === "Query" || (filterText !== "" && (type.name.toLowerCase() === filterText || hits(type, filterText).length > 0));
    const only = filterText && type.name.toLowerCase() !== filterText ? hits(type, filterText) : null;
    return h("details", { class: "type", open, "data-type": type.name },
      h("summary", {}, h("b", { class: "code-text" }, type.name), " ", h("span", { class: "quiet" }, first(type.description))),
      type.isOneOf && h("p", { class: "quiet" }, "@oneOf"),
      type.possibleTypes?.length > 0 && h("p", { class: "quiet" }, type.possibleTypes.map((one) => [link(one.name), " "])),
      h("ul", {}, (only?.length ? only : members(type)).map(line)));
  }

  function line(member) {
    return h("li", {},
      h("span", { class: "code-text" }, h("b", {}, member.name),
        member.args?.length > 0 && ["(", member.args.map((arg, at) => [at > 0 && ", ", h("span", { title: arg.description ?? "" }, `${arg.name}: `), link(named(arg.type), written(arg.type))]), ")"],
        member.type && [": ", link(named(member.type), written(member.type))]),
      h("span", { class: "quiet block" }, member.isDeprecated ? `⚠ ${member.deprecationReason}` : member.description));
  }

  const link = (name, shown = name) => (typeNames.has(name) && !/^(String|Int|Float|Boolean|ID)$/.test(name)
    ? h("button", { type: "button", class: "typelink", onclick: () => { search.value = name; draw(); container.scrollTop = 0; } }, shown)
    : shown);

  search.oninput = draw;
  draw();
}

const members = (type) => type.fields ?? type.inputFields ?? type.enumValues ?? [];
const rank = (type) => ["Query", "Mutation", "Subscription"].indexOf(type.name) + 1 || 9;
const first = (text) => (text ?? "").split("\n")[0];
const text = (one) => `${one.name} ${one.description ?? ""}`.toLowerCase();
const hits = (type, filterText) => members(type).filter((member) => text(member).includes(filterText));
const contains = (type, filterText) => text(type).includes(filterText) || hits(type, filterText).length > 0;

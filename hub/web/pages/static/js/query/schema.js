/**
 * The schema browser: types, fields and arguments with their descriptions, from the introspection query.
 */
import { replaceChildren, h } from "../dom.js";
import { t } from "./texts.js";

/** The introspection query. */
export const INTROSPECTION = `query Introspection { __schema { queryType { name } types {
  kind name description isOneOf
  fields(includeDeprecated: true) { name description isDeprecated deprecationReason type { ...T } args { name description defaultValue type { ...T } } }
  inputFields { name description defaultValue type { ...T } }
  enumValues { name description }
  possibleTypes { name }
} } }
fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }`;

const typeText = (type) => (type.kind === "NON_NULL" ? `${typeText(type.ofType)}!` : type.kind === "LIST" ? `[${typeText(type.ofType)}]` : type.name);
const namedType = (type) => (type.ofType ? namedType(type.ofType) : type.name);
const INTERNAL_TYPES = /^__|(Connection|Edge)$|^(PageInfo|String|Int|Float|Boolean|ID)$/;

/**
 * Draw a schema and search it when the text of the search field changes.
 * @param {{types: object[]}} schema
 * @param {{container: HTMLElement, search: HTMLInputElement, countLabel: HTMLElement}} elements
 */
export function schemaBrowser(schema, { container, search, countLabel }) {
  const types = schema.types.filter((type) => !type.name.startsWith("__")).sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
  const typeNames = new Set(types.map((type) => type.name));

  function draw() {
    const term = search.value.trim().toLowerCase();
    const matches = term ? types.filter((type) => typeMatches(type, term)) : types.filter((type) => !INTERNAL_TYPES.test(type.name));
    countLabel.textContent = matches.length ? t("found", { n: matches.length }) : t("foundNone");
    replaceChildren(container, matches.slice(0, 80).map((type) => typeCard(type, term)));
  }

  function typeCard(type, term) {
    const open = type.name === "Query" || (term !== "" && (type.name.toLowerCase() === term || matchingMembers(type, term).length > 0));
    const matching = term && type.name.toLowerCase() !== term ? matchingMembers(type, term) : null;
    return h("details", { class: "type", open, "data-type": type.name },
      h("summary", {}, h("b", { class: "code-text" }, type.name), " ", h("span", { class: "quiet" }, firstLine(type.description))),
      type.isOneOf && h("p", { class: "quiet" }, "@oneOf"),
      type.possibleTypes?.length > 0 && h("p", { class: "quiet" }, type.possibleTypes.map((item) => [link(item.name), " "])),
      h("ul", {}, (matching?.length ? matching : members(type)).map(memberItem)));
  }

  function memberItem(member) {
    return h("li", {},
      h("span", { class: "code-text" }, h("b", {}, member.name),
        member.args?.length > 0 && ["(", member.args.map((arg, elements) => [elements > 0 && ", ", h("span", { title: arg.description ?? "" }, `${arg.name}: `), link(namedType(arg.type), typeText(arg.type))]), ")"],
        member.type && [": ", link(namedType(member.type), typeText(member.type))]),
      h("span", { class: "quiet block" }, member.isDeprecated ? `⚠ ${member.deprecationReason}` : member.description));
  }

  const link = (name, label = name) => (typeNames.has(name) && !/^(String|Int|Float|Boolean|ID)$/.test(name)
    ? h("button", { type: "button", class: "typelink", onclick: () => { search.value = name; draw(); container.scrollTop = 0; } }, label)
    : label);

  search.oninput = draw;
  draw();
}

const members = (type) => type.fields ?? type.inputFields ?? type.enumValues ?? [];
const rank = (type) => ["Query", "Mutation", "Subscription"].indexOf(type.name) + 1 || 9;
const firstLine = (searchableText) => (searchableText ?? "").split("\n")[0];
const searchableText = (item) => `${item.name} ${item.description ?? ""}`.toLowerCase();
const matchingMembers = (type, term) => members(type).filter((member) => searchableText(member).includes(term));
const typeMatches = (type, term) => searchableText(type).includes(term) || matchingMembers(type, term).length > 0;

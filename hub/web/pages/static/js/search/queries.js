/**
 * GraphQL queries of the search page.
 */

const NAME = "name { th en }";

/** The clusters and provinces of today. */
export const AREAS_QUERY = `query SearchAreas { clusters: areas(level: CLUSTER, first: 100) { nodes { id code level ${NAME} } } provinces: areas(level: PROVINCE, first: 100) { nodes { id code level ${NAME} } } }`;

/** A page of projects by a filter; with the first page their number, the agencies whose names contain the text, and the chosen agency. */
export const SEARCH_QUERY = `query Search($filter: MatrixFilter!, $fiscalYears: FiscalYearRange, $first: Int!, $after: String, $isFirst: Boolean!, $text: String!, $hasText: Boolean!, $agency: ID!, $hasAgency: Boolean!) {
  projects(filter: $filter, fiscalYears: $fiscalYears, first: $first, after: $after) {
    totalCount @include(if: $isFirst)
    pageInfo { hasNextPage endCursor }
    nodes { id code ${NAME} owner { id ${NAME} shortName { th en } } areas { area { ${NAME} } } fiscalYears { be } budgets { phase amount { amount } } provenance { source { ${NAME} isMadeUp } } }
  }
  agencies(text: $text, first: 8) @include(if: $hasText) { nodes { id ${NAME} shortName { th en } } }
  agency(by: { id: $agency }) @include(if: $hasAgency) { id ${NAME} }
}`;

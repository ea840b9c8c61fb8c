// What Mercurius and Yoga share: the types, the statements, and the rows as objects.
// PEER_DATABASE is the folder of the socket of PostgreSQL, PEER_PORT the port to listen on.
import pg from "pg";

export const PORT = Number(process.env.PEER_PORT);
const pool = new pg.Pool({ host: process.env.PEER_DATABASE, user: "hub", database: "hub", max: 10 });

export const TYPES = `
type Query { matrix(rollup: Boolean!): Matrix! projects(first: Int!): Projects! }
type Text { th: String! }
type Header { label: Text! }
type Axis { headers: [Header!]! }
type Money { amount: String! }
type Year { be: Int! }
type Cell { rowIndex: Int! columnIndex: Int! state: String! projectCount: Int! budget: Money }
type Matrix { rows: Axis! columns: Axis! cells: [Cell!]! }
type Named { name: Text! }
type Area { code: String! name: Text! }
type AreaShare { area: Area! }
type Linkage { status: String! issue: Named stage: Named }
type Linkages { nodes: [Linkage!]! }
type BudgetLine { fiscalYear: Year! phase: String! amount: Money! }
type Project {
  code: String name: Text! owner: Named areas: [AreaShare!]! linkages: Linkages! budgets: [BudgetLine!]!
}
type Projects { nodes: [Project!]! }
`;

const CELLS = `select row_index as "rowIndex", column_index as "columnIndex", state,
  project_count as "projectCount", budget from peer.`;

// A named statement is prepared once per connection.
async function rows(name, text, values = []) {
  return (await pool.query({ name, text, values })).rows;
}

const named = (row) => row && { name: { th: row.name_th } };
const headers = async (table) => ({
  headers: (await rows(table, `select label from peer.${table} order by ordinal`)).map((row) => ({
    label: { th: row.label },
  })),
});

export async function fetchMatrix(_, { rollup }) {
  const table = rollup ? "rollup_cell" : "cell";
  const [rowAxis, columnAxis, cells] = await Promise.all([
    headers("area_row"),
    headers("agency_column"),
    rows(table, CELLS + table),
  ]);
  for (const cell of cells) if (cell.budget !== null) cell.budget = { amount: cell.budget };
  return { rows: rowAxis, columns: columnAxis, cells };
}

export async function fetchProjects(_, { first }) {
  const text = "select id, code, name_th, owner_id from peer.project order by sort_key, id limit $1";
  const found = await rows("projects", text, [first]);
  return { nodes: found.map((row) => ({ ...row, name: { th: row.name_th } })) };
}

// Returns what each key names, in the order of the keys; null if nothing does.
const byId = (table) => async (ids) => {
  const text = `select id, name_th from peer.${table} where id = any($1)`;
  const found = new Map((await rows(table, text, [ids])).map((row) => [row.id, named(row)]));
  return ids.map((id) => found.get(id) ?? null);
};

// Returns the rows of each project, in the order of the projects.
const ofProjects = (name, text, build) => async (ids) => {
  const groups = new Map(ids.map((id) => [id, []]));
  for (const row of await rows(name, text, [ids])) groups.get(row.project_id).push(build(row));
  return ids.map((id) => groups.get(id));
};

export const fetchAgencies = byId("agency");
export const fetchIssues = byId("issue");
export const fetchStages = byId("stage");
export const fetchAreas = ofProjects(
  "areas",
  `select project_id, code, name_th from peer.project_area join peer.area on area.id = area_id
   where project_id = any($1)`,
  (row) => ({ area: { code: row.code, name: { th: row.name_th } } }),
);
export const fetchLinkages = ofProjects(
  "linkages",
  "select project_id, status, issue_id, stage_id from peer.linkage where project_id = any($1)",
  (row) => row,
);
export const fetchBudgets = ofProjects(
  "budgets",
  "select project_id, year_be, phase, amount from peer.budget_line where project_id = any($1)",
  (row) => ({ fiscalYear: { be: row.year_be }, phase: row.phase, amount: { amount: row.amount } }),
);

// Mercurius with its JIT and its loaders.
import Fastify from "fastify";
import mercurius from "mercurius";
import * as data from "./data.mjs";

const key = (queries, name) => queries.map(({ obj }) => obj[name]);
// Fetches what the keys that are not null name.
const optional = (fetch, name) => async (queries) => {
  const found = await fetch(key(queries, name).filter((one) => one !== null));
  let next = 0;
  return queries.map(({ obj }) => (obj[name] === null ? null : found[next++]));
};

const app = Fastify();
app.register(mercurius, {
  schema: data.TYPES,
  resolvers: { Query: { matrix: data.fetchMatrix, projects: data.fetchProjects } },
  loaders: {
    Project: {
      owner: optional(data.fetchAgencies, "owner_id"),
      areas: (queries) => data.fetchAreas(key(queries, "id")),
      linkages: async (queries) =>
        (await data.fetchLinkages(key(queries, "id"))).map((nodes) => ({ nodes })),
      budgets: (queries) => data.fetchBudgets(key(queries, "id")),
    },
    Linkage: {
      issue: optional(data.fetchIssues, "issue_id"),
      stage: optional(data.fetchStages, "stage_id"),
    },
  },
  jit: 1,
});
await app.listen({ port: data.PORT, host: "127.0.0.1" });

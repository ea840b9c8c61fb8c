// GraphQL Yoga with DataLoader.
import DataLoader from "dataloader";
import { createServer } from "node:http";
import { createSchema, createYoga } from "graphql-yoga";
import * as data from "./data.mjs";

const load = (name, key) => (row, _, { loaders }) =>
  row[key] === null ? null : loaders[name].load(row[key]);

const yoga = createYoga({
  logging: false,
  graphiql: false,
  landingPage: false,
  context: () => ({
    loaders: {
      agencies: new DataLoader(data.fetchAgencies),
      issues: new DataLoader(data.fetchIssues),
      stages: new DataLoader(data.fetchStages),
      areas: new DataLoader(data.fetchAreas),
      linkages: new DataLoader(data.fetchLinkages),
      budgets: new DataLoader(data.fetchBudgets),
    },
  }),
  schema: createSchema({
    typeDefs: data.TYPES,
    resolvers: {
      Query: { matrix: data.fetchMatrix, projects: data.fetchProjects },
      Project: {
        owner: load("agencies", "owner_id"),
        areas: load("areas", "id"),
        linkages: async (row, _, { loaders }) => ({ nodes: await loaders.linkages.load(row.id) }),
        budgets: load("budgets", "id"),
      },
      Linkage: { issue: load("issues", "issue_id"), stage: load("stages", "stage_id") },
    },
  }),
});
createServer(yoga).listen(data.PORT, "127.0.0.1");

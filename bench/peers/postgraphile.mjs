// PostGraphile over the schema `peer`, whose comments are its smart tags.
import { createServer } from "node:http";
import { grafserv } from "postgraphile/grafserv/node";
import { makePgService } from "postgraphile/adaptors/pg";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { postgraphile } from "postgraphile";

const instance = postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [
    makePgService({
      poolConfig: { host: process.env.PEER_DATABASE, user: "hub", database: "hub", max: 10 },
      schemas: ["peer"],
    }),
  ],
  gather: { installWatchFixtures: false },
  schema: { defaultBehavior: "list -connection -insert -update -delete -node" },
  grafserv: { graphqlPath: "/graphql", graphiql: false, watch: false },
  grafast: { explain: false },
});
const server = createServer();
await instance.createServ(grafserv).addTo(server);
server.listen(Number(process.env.PEER_PORT), "127.0.0.1");
if (process.env.PEER_PRINT) {
  const { printSchema } = await import("postgraphile/graphql");
  console.log(printSchema((await instance.getSchema())));
}

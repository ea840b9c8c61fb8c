// The audits of GraphQL over HTTP by the people who write that specification.
import { auditServer } from "graphql-http";

const results = await auditServer({ url: process.argv[2], fetchFn: fetch });
for (const { status, name, reason, id } of results) {
  console.log(JSON.stringify({ name: `${id} ${name}`, status, why: reason ?? null }));
}

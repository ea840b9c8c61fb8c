// The hub as graphql-sse, the reference client of GraphQL over server-sent events, sees it.
import { createClient } from "graphql-sse";
import { check, collected, same } from "./check.mjs";

const url = process.argv[2];
for (const singleConnection of process.argv[3] === "both" ? [false, true] : [false]) {
  const mode = singleConnection ? "one connection: " : "a connection each: ";
  const client = () => createClient({ url, singleConnection, retryAttempts: 0 });

  await check(mode + "a subscription is told and completed", async () => {
    const one = client();
    const values = await collected(one, { query: "subscription { count(to: 3) }" });
    one.dispose();
    return same(values.map((value) => value.data.count), [0, 1, 2]);
  });

  await check(mode + "variables and operation names arrive", async () => {
    const one = client();
    const values = await collected(one, {
      query: "query A($t: String!) { word(text: $t) } query B { word }",
      operationName: "A",
      variables: { t: "ระยอง" },
    });
    one.dispose();
    return same(values.map((value) => value.data), [{ word: "ระยอง" }]);
  });

  await check(mode + "several operations at once", async () => {
    const one = client();
    const all = await Promise.all(
      Array.from({ length: 10 }, (_, n) => collected(one, { query: `{ number(n: ${n}) }` })),
    );
    one.dispose();
    return same(all.map(([value]) => value.data.number), [...Array(10).keys()]);
  });

  await check(mode + "an operation the client stops is over and others go on", async () => {
    const one = client();
    const values = await collected(one, { query: "subscription { hot }" }, 5);
    const after = await collected(one, { query: "{ word }" });
    one.dispose();
    return same([values.length >= 5, after[0].data.word], [true, "ชลบุรี"]); // some were on their way
  });

  await check(mode + "an invalid document is told", async () => {
    const one = client();
    const found = await collected(one, { query: "{ nobody }" }).catch((error) => error);
    one.dispose();
    const errors = singleConnection ? await found.response.json() : found[0];
    return same(errors.errors[0].extensions.code, "GRAPHQL_VALIDATION_FAILED");
  });

  await check(mode + "an error of a resolver is part of the result", async () => {
    const one = client();
    const [value] = await collected(one, { query: "{ wrong word }" });
    one.dispose();
    return same([value.data, value.errors[0].extensions.code], [{ wrong: null, word: "ชลบุรี" }, "INVALID"]);
  });

  await check(mode + "an async iterator ends its source when it is left", async () => {
    const one = client();
    const seen = [];
    for await (const value of one.iterate({ query: "subscription { hot }" })) {
      seen.push(value.data.hot);
      if (seen.length === 3) break;
    }
    one.dispose();
    return same(seen.length, 3);
  });
}
process.exit(0);

// The hub as graphql-ws, the reference client of graphql-transport-ws, sees it.
import { createClient, CloseCode } from "graphql-ws";
import WebSocket from "ws";
import { check, collected, same } from "./check.mjs";

const url = process.argv[2].replace("http", "ws");
/** The closing of a raw socket that was told these frames. */
function closing(frames, protocol = "graphql-transport-ws", options = {}) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, protocol, options);
    socket.on("open", () => frames.forEach((frame) => socket.send(frame)));
    socket.on("close", (code, reason) => resolve({ code, reason: reason.toString() }));
    socket.on("error", reject);
  });
}

const client = (more = {}) => createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0, ...more });

await check("a subscription is told and completed", async () => {
  const one = client();
  const values = await collected(one, { query: "subscription { count(to: 3) }" });
  await one.dispose();
  return same(values.map((value) => value.data.count), [0, 1, 2]);
});

await check("variables, operation names and extensions arrive", async () => {
  const one = client();
  const values = await collected(one, {
    query: "query A($t: String!) { word(text: $t) } query B { word }",
    operationName: "A",
    variables: { t: "ระยอง" },
    extensions: { anything: true },
  });
  await one.dispose();
  return same(values.map((value) => value.data), [{ word: "ระยอง" }]);
});

await check("many operations share one socket", async () => {
  let opened = 0;
  const one = client({ lazy: false, on: { opened: () => opened++ } });
  const all = await Promise.all(
    Array.from({ length: 20 }, (_, n) => collected(one, { query: `{ number(n: ${n}) }` })),
  );
  await one.dispose();
  return same([all.map(([value]) => value.data.number), opened], [[...Array(20).keys()], 1]);
});

await check("an operation the client stops is over and others go on", async () => {
  const one = client();
  const values = await collected(one, { query: "subscription { hot }" }, 5);
  const after = await collected(one, { query: "{ word }" });
  await one.dispose();
  return same([values.length >= 5, after[0].data.word], [true, "ชลบุรี"]); // some were on their way
});

await check("an invalid document is an error of the operation", async () => {
  const one = client();
  const errors = await collected(one, { query: "{ nobody }" }).catch((found) => found);
  const after = await collected(one, { query: "{ word }" });
  await one.dispose();
  return same([errors[0].extensions.code, after.length], ["GRAPHQL_VALIDATION_FAILED", 1]);
});

await check("an error of a resolver is part of the result", async () => {
  const one = client();
  const [value] = await collected(one, { query: "{ wrong word }" });
  await one.dispose();
  return same([value.data, value.errors[0].extensions.code], [{ wrong: null, word: "ชลบุรี" }, "INVALID"]);
});

await check("pings of the client are answered", async () => {
  let pongs = 0;
  const one = client({ lazy: false, keepAlive: 20, on: { pong: (received) => received && pongs++ } });
  await new Promise((resolve) => setTimeout(resolve, 300));
  await one.dispose();
  return pongs > 2 ? undefined : `${pongs} pongs`;
});

await check("an async iterator ends its source when it is left", async () => {
  const one = client();
  const seen = [];
  for await (const value of one.iterate({ query: "subscription { hot }" })) {
    seen.push(value.data.hot);
    if (seen.length === 3) break;
  }
  await one.dispose();
  return same(seen.length, 3);
});

await check("the connection's params are taken", async () => {
  const one = client({ connectionParams: { Authorization: "Bearer nobody" } });
  const [value] = await collected(one, { query: "{ word }" });
  await one.dispose();
  return same(value.data.word, "ชลบุรี");
});

const init = JSON.stringify({ type: "connection_init" });
const subscribe = (id, query = "subscription { quiet }") =>
  JSON.stringify({ id, type: "subscribe", payload: { query } });
for (const [name, frames, code, protocol] of [
  ["nonsense", ["nonsense"], CloseCode.BadRequest],
  ["a list", ["[]"], CloseCode.BadRequest],
  ["null", ["null"], CloseCode.BadRequest],
  ["an object as id", [init, subscribe({})], CloseCode.BadRequest],
  ["a text as payload", [init, '{"id":"1","type":"subscribe","payload":"{ word }"}'], CloseCode.BadRequest],
  ["bytes", [init, Buffer.from([0, 255])], CloseCode.BadRequest],
  ["an operation before the introduction", [subscribe("1")], CloseCode.Unauthorized],
  ["two introductions", [init, init], CloseCode.TooManyInitialisationRequests],
  ["a name in use", [init, subscribe("1"), subscribe("1")], CloseCode.SubscriberAlreadyExists],
  ["another protocol", [], CloseCode.SubprotocolNotAcceptable, []],
]) {
  await check(`${name} closes with ${code}`, async () => same((await closing(frames, protocol)).code, code));
}

await check("the client takes a fatal code for fatal", async () => {
  const one = createClient({ url, webSocketImpl: WebSocket, retryAttempts: 5, jsonMessageReplacer: () => 7 });
  const closed = await collected(one, { query: "{ word }" }).catch((found) => found);
  await one.dispose();
  return same(closed.code, CloseCode.BadRequest);
});
process.exit(0);

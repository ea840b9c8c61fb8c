// What the scripts of the clients share: a check is a name, and whether it holds.

function told(name, ok, why) {
  console.log(JSON.stringify({ name, status: ok ? "ok" : "error", why: ok ? null : String(why) }));
}

/** Run a check: it answers what is wrong, nothing where nothing is. */
export async function check(name, test) {
  try {
    const wrong = await Promise.race([
      test(),
      new Promise((_, reject) => setTimeout(() => reject(new Error("no end after 20 s")), 20000)),
    ]);
    told(name, wrong === undefined, wrong);
  } catch (error) {
    told(name, false, error?.stack ?? JSON.stringify(error));
  }
}

/** Nothing where both are the same as JSON. */
export function same(found, wanted) {
  const [is, should] = [JSON.stringify(found), JSON.stringify(wanted)];
  return is === should ? undefined : `${is} is not ${should}`;
}

/** Everything an operation gives, until it completes or fails, or this side stops it. */
export function collected(client, payload, stopAt = Infinity) {
  return new Promise((resolve, reject) => {
    const values = [];
    const stop = client.subscribe(payload, {
      next: (value) => {
        values.push(value);
        if (values.length === stopAt) stop();
      },
      error: reject,
      complete: () => resolve(values),
    });
  });
}

// An agency's OpenID provider (npm oidc-provider), told on its command line who it is:
// {"port", "keys": private JWKs, "alg", "clients": [{client_id, client_secret, …}], "claims": {…},
//  "people": {account: {name, roles, …}}}. Anybody of "people" signs in with any password.
import Provider from "oidc-provider";

const told = JSON.parse(process.argv[2]);
const provider = new Provider(`http://127.0.0.1:${told.port}`, {
  jwks: { keys: told.keys },
  clients: told.clients,
  scopes: ["openid", "operate", "everything"],
  claims: { openid: ["sub", "roles", "agency"], profile: ["name"] },
  conformIdTokenClaims: false,
  extraTokenClaims: () => told.claims,
  findAccount: (_context, id) =>
    ({ accountId: id, claims: () => ({ sub: id, ...told.claims, ...(told.people ?? {})[id] }) }),
  features: {
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: (_context, _client, one) => one ?? [],
      getResourceServerInfo: (_context, resource) => ({
        scope: "operate everything",
        audience: resource,
        accessTokenFormat: "jwt",
        jwt: { sign: { alg: told.alg } },
      }),
    },
  },
});
provider.listen(told.port, "127.0.0.1", () => console.log("ready"));

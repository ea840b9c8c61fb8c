// An agency's OpenID provider (npm oidc-provider), told on its command line who it is:
// {"port", "keys": private JWKs, "alg", "clients": [{client_id, client_secret, …}], "claims": {…}}
import Provider from "oidc-provider";

const told = JSON.parse(process.argv[2]);
const provider = new Provider(`http://127.0.0.1:${told.port}`, {
  jwks: { keys: told.keys },
  clients: told.clients,
  scopes: ["openid", "operate", "everything"],
  extraTokenClaims: () => told.claims,
  findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
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

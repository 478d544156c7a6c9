// A sign-in provider for a test: npm oidc-provider, with one client and whoever is asked for.
//
// It says where it listens on its first line. GET /drive?url=… plays the browser: it follows where
// the provider leads, with its cookies, and answers with the address that it is sent back to.
import http from "node:http";
import Provider from "oidc-provider";

// Its advice for production would go to an output that nobody reads any more.
console.info = () => {};

const [, , redirect] = process.argv;
let answer = (_, response) => response.end();
const server = http.createServer((request, response) => answer(request, response));

server.listen(0, "127.0.0.1", () => {
  const origin = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(origin, {
    clients: [{ client_id: "skillmark", client_secret: "a-secret-of-the-test", redirect_uris: [redirect] }],
    claims: { openid: ["sub"], email: ["email", "email_verified"] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: id, email_verified: !id.startsWith("unsure") }),
    }),
    loadExistingGrant: async (ctx) => {
      const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
      grant.addOIDCScope("openid email");
      await grant.save();
      return grant;
    },
  });
  const callback = provider.callback();
  answer = async (request, response) => {
    const url = new URL(request.url, origin);
    if (url.pathname === "/drive") return drive(url.searchParams.get("url"), response);
    if (!url.pathname.startsWith("/interaction/")) return callback(request, response);
    // Whoever the address asks for is signed in at once: passwords are not what is tested.
    const { params } = await provider.interactionDetails(request, response);
    return provider.interactionFinished(request, response, { login: { accountId: params.login_hint } });
  };
  console.log(origin);
});

async function drive(start, response) {
  const jar = new Map();
  let at = start;
  for (let hops = 0; hops < 10 && !at.startsWith(redirect); hops += 1) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const got = await fetch(at, { redirect: "manual", headers: { cookie } });
    for (const line of got.headers.getSetCookie()) {
      const [name, ...value] = line.split(";")[0].split("=");
      jar.set(name, value.join("="));
    }
    const next = got.headers.get("location");
    if (!next) { at = `${got.status} ${await got.text()}`; break; }
    at = new URL(next, at).href;
  }
  response.end(at);
}

import { createServer } from "node:http";
import { createClient, isChenyuError } from "chenyu-assets";

const { assets } = createClient(); // the key stays on this server

// <img src="/files/asset_…"> in a page of yours leads here, and from here to a URL that is fresh.
const server = createServer(async (request, response) => {
  try {
    const { signed_url } = await assets.get(request.url.replace("/files/", ""));
    response.writeHead(302, { location: signed_url, "cache-control": "no-store" }).end();
  } catch (error) {
    const isGone = isChenyuError(error) && (error.name === "ConfigError" || error.reason !== undefined);
    console.error(error.message); // no key and no signed URL is in it
    response.writeHead(isGone ? 404 : 502).end();
  }
});
server.listen(3000, "127.0.0.1");

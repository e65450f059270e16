import { startServer, type TestServer } from "./server.ts";

/** Serves files of ten bytes. @param halts - How many requests for content, from the first, stall after five bytes. */
export async function startHaltingServer(halts: number): Promise<TestServer> {
  let contents = 0;
  return startServer((request, response) => {
    const [id] = /asset_\d/.exec(request.url!)!;
    if (request.url!.startsWith("/api")) {
      const signed_url = `http://${request.headers.host}/${id}?signature=s3cret`;
      const data = { asset_id: id, size_bytes: 10, original_filename: `${id}.txt`, signed_url };
      return void response
        .setHeader("content-type", "application/json")
        .end(JSON.stringify({ code: 0, msg: "", data }));
    }
    const start = Number(/\d+/.exec(request.headers.range ?? "0")![0]);
    const range = start > 0 ? { "Content-Range": `bytes ${start}-9/10` } : {};
    response.writeHead(start > 0 ? 206 : 200, { "Content-Length": 10 - start, ETag: '"1"', ...range });
    if (contents++ < halts) response.write("0123456789".slice(start, 5));
    else response.end("0123456789".slice(start));
  });
}

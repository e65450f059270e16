/** How the command line names the option `allowInsecureHosts`, which has no flag: by its environment variable. */
import { expect, test } from "vitest";
import { always, startServer } from "../servers/server.ts";
import { run } from "./run.ts";

const environment = { CHENYU_API_KEY: "any" };

test("an API at http: on another host is refused with exit code 2, and the message names the variable", async () => {
  const { exitCode, stderr } = await run(["get", "asset_1", "--base-url", "http://mock:4010"], environment);
  const text = "http://mock would show the key on the way. Use https:, or CHENYU_ALLOW_INSECURE_HOSTS=mock.";
  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: `chenyu-assets: --base-url: ${text}\n` });
});

test("a wrong host in the variable is refused with exit code 2", async () => {
  const variables = { ...environment, CHENYU_ALLOW_INSECURE_HOSTS: "mock:4010" };
  const { exitCode, stderr } = await run(["get", "asset_1"], variables);
  const text = '"mock:4010" is no host name. Pass a name alone, like "mock".';
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr: `chenyu-assets: CHENYU_ALLOW_INSECURE_HOSTS: ${text}\n`,
  });
});

test("a content at http: on another host is refused, and the message names the variable", async () => {
  const data = { asset_id: "asset_1", signed_url: "http://10.0.0.1/f" };
  await using server = await startServer(always(200, JSON.stringify({ code: 0, msg: "", data })));
  const { exitCode, stderr } = await run(["download", "asset_1", "--base-url", server.url], environment);
  expect(exitCode).toBe(1);
  expect(stderr).toContain(
    "its signed_url is at http://10.0.0.1, not at https:. If you trust the host, name it in CHENYU_ALLOW",
  );
});

// Prints what the diagnostics channel and a logger are told of a look-up that is answered after one failure.
import { tracingChannel } from "node:diagnostics_channel";
import { createClient } from "chenyu-assets";

const ends = [];
const ignore = () => {};
const asyncEnd = ({ method, host, path, attempt, status, durationMs, requestId, error, result }) =>
  ends.push([method, host, path, attempt, status, durationMs > 0, requestId ?? null, error?.name ?? null, result ?? null]);
tracingChannel("chenyu-assets:request").subscribe({ start: ignore, end: ignore, asyncStart: ignore, asyncEnd, error: ignore });

const lines = [];
const keep = (level) => (_message, { attempt }) => lines.push([level, attempt]);
const logger = { debug: ignore, info: keep("info"), warn: keep("warn"), error: keep("error") };
const [baseUrl] = process.argv.slice(2);
await createClient({ apiKey: "any", baseUrl, logger }).assets.get("asset_1");
console.log(JSON.stringify({ ends, lines }));

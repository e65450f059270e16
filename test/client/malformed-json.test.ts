/** JSON that is not whole is requested again; JSON that no further text could complete is refused at once. */
import { expect, test } from "vitest";
import { isJsonStart } from "../../src/client/not-json.ts";
import { caught } from "../helpers/caught.ts";
import { answer, startFaultServer } from "../servers/fault-server.ts";
import { answerAsset, asset, assetBody, createTestClient, getRaw, id } from "./test-client.ts";

const json = { "Content-Type": "application/json" };

test.concurrent.each([
  "{'code': 0}",
  '{"code": 0,}',
  '{"code": NaN}',
  `${assetBody}${assetBody}`,
  `${assetBody}\n{"code": 0`,
  `[1, 2,, 3`,
  "{{ login }}",
  '{"msg": "a\nb"',
])("get and raw refuse %s at once", async (body) => {
  await using server = await startFaultServer(answer(200, body, json));
  const client = createTestClient(server);
  const failure = { name: "ResponseError", status: 200, attempts: 1, retryable: false };
  expect(await caught(client.assets.get(id))).toMatchObject(failure);
  expect(await caught(getRaw(client))).toMatchObject(failure);
  expect(server.requests).toHaveLength(2);
});

test.concurrent.each([0.2, 0.5, 0.9])("get requests JSON again that ends after %d of its length", async (part) => {
  const start = assetBody.slice(0, assetBody.length * part);
  await using server = await startFaultServer(answer(200, start, json), answerAsset);
  expect(await createTestClient(server).assets.get(id)).toEqual(asset);
  expect(server.requests).toHaveLength(2);
});

const document =
  ' {"a\\u00e9\\n\\"": [-1, 0.5E-3, 2e+1, true, false, null, {}, [], "\u{1f600}"], "b" :\t{"c": "\\\\"}}';

test("every start of a document can be completed, from its first bracket on", () => {
  for (let length = 2; length < document.length; length++) {
    expect([length, isJsonStart(document.slice(0, length))]).toEqual([length, true]);
  }
});

/** What completes a token, with what must follow it; and what a place without a token wants. */
const ends = [
  '"',
  '\\"',
  '0"',
  '00"',
  '000"',
  '0000"',
  "",
  "0",
  "rue",
  "ue",
  "e",
  "alse",
  "lse",
  "se",
  "ull",
  "ll",
  "l",
];
const rests = [...ends, ...ends.slice(0, 6).map((end) => `${end}:0`), ":0", '"":0'];

/** The slow way to tell: tries all ends. */
function canComplete(text: string): boolean {
  return rests.some((rest) => {
    const outside = (text + rest).replace(/"(?:[^"\\]|\\.)*"?/gs, "");
    const missing: string[] = [];
    for (const character of outside.replace(/[^{}[\]]/g, "")) {
      if (character === "{") missing.unshift("}");
      else if (character === "[") missing.unshift("]");
      else missing.shift();
    }
    return isJson(text + rest + missing.join(""));
  });
}

function isJson(text: string): boolean {
  try {
    return JSON.parse(text) !== undefined;
  } catch {
    return false;
  }
}

test("a document with a wrong character can be completed as rarely as the slow way says", () => {
  let refused = 0;
  for (let at = 2; at < document.length; at++) {
    for (const wrong of "{}[],:\"\\ 0.e-tn'\n") {
      const changed = document.slice(0, at) + wrong + document.slice(at + 1);
      for (const text of [changed.slice(0, at + 1), changed.slice(0, at + 3), changed]) {
        if (isJson(text)) continue;
        const expected = canComplete(text);
        if (isJsonStart(text) !== expected) expect([text, isJsonStart(text)]).toEqual([text, expected]);
        if (!expected) refused++;
      }
    }
  }
  expect(refused).toBeGreaterThan(1000);
});

/** What is cut out of texts that may repeat a secret. */
import { expect, test } from "vitest";
import { withoutSecrets } from "../../src/core/redact.ts";

test("an API key is cut out, in any case and inside other words", () => {
  expect(withoutSecrets("no access for CY_KEY, xcy_keyx", "cy_key")).toBe("no access for [API key], x[API key]x");
});

test("a key of a few letters stays, because it is in other words, too", () => {
  expect(withoutSecrets("Too many requests from your company", "any")).toBe("Too many requests from your company");
  expect(withoutSecrets("https://a.example/?any", "any")).toBe("https://a.example/?…");
  expect(withoutSecrets("text", undefined)).toBe("text");
});

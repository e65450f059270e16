/** Long names: the middle is dropped before the work that a hostile text could make slow. `FAST_CHECK_SEED=…` repeats a run. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { safeFileName } from "../../src/files/name.ts";

const seed = Number(process.env.FAST_CHECK_SEED ?? Date.now());
console.log(`long names: seed ${seed}`);

const maxBytes = 133;

/** What a long name is if nothing is dropped before all of it is normalised. Only for texts that need no other change. */
function normaliseAndCut(text: string): string | undefined {
  const name = text.normalize("NFC");
  if (Buffer.byteLength(name) <= maxBytes) return name;
  const [extension = ""] = /(\.tar)?\.\w{1,15}$/i.exec(name) ?? [];
  let start = "";
  for (const { segment } of new Intl.Segmenter().segment(name.slice(0, name.length - extension.length))) {
    if (Buffer.byteLength(start + segment + extension) > maxBytes) break;
    start += segment;
  }
  const short = (start || "_") + extension;
  return /^_(\.tar)?(\.\w+)?$/.test(short) ? undefined : short;
}

/** Characters that become others, or one with their neighbours: at the place of a cut, they could give another name. */
const pieces = [
  ["a", "资", "\u212a", "é", "👍", "🏽", "🇨", "🖼"],
  ["\u03b1\u0313\u0300\u0345", "u\u0308\u0304"], // four units, and three, that become one
  ["e", "\u0301", "\u0323", "\u0316", "\u0315"], // marks that are sorted
  ["\u1100", "\u1161", "\u11a8", "\uac00"], // parts of a syllable of Hangul
  ["\u09c7", "\u09be", "\u0915", "\u094d", "\u0937"], // vowels and conjuncts of India
  ["\u{110a5}", "\u{110ba}", "\u{1d157}", "\u{1d165}"], // the same with two units each
].flat();
const run = fc.tuple(fc.constantFrom(...pieces), fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 700 })));
const longText = fc
  .tuple(fc.array(run, { minLength: 1, maxLength: 12 }), fc.constantFrom("", ".png", ".tar.gz", ".tar.b23456789012345"))
  .map(([runs, extension]) => `x${runs.map(([piece, count]) => piece.repeat(count)).join("")}${extension}`);

test("what is dropped from a long name does not change the result", () => {
  fc.assert(
    fc.property(longText, (text) => {
      expect(safeFileName(text)).toBe(normaliseAndCut(text));
    }),
    { seed, numRuns: 5000 },
  );
});

const longest = ".tar.b23456789012345";

test.each<[what: string, name: string, expected: string | undefined]>([
  ["the longest extension", "x".repeat(900) + longest, "x".repeat(113) + longest],
  [
    "four units for each letter that stays",
    `${"\u03b1\u0313\u0300\u0345".repeat(999)}.png`,
    `${"\u1f82".repeat(43)}.png`,
  ],
  ["three units for each", `${"u\u0308\u0304".repeat(999)}.png`, `${"\u01d6".repeat(64)}.png`],
  ["characters of two units, at each place of a cut", "🖼".repeat(999), "🖼".repeat(33)],
  ["characters of two units, at each other place", `x${"🖼".repeat(999)}.png`, `x${"🖼".repeat(32)}.png`],
  ["dots before the letters", `${".".repeat(999)}a.png`, "a.png"],
  ["dots and spaces behind the extension", `a.png${". ".repeat(999)}`, "a.png"],
  ["invisible characters between the letters", `a${"\u200b".repeat(999)}b.png`, "ab.png"],
  ["folders before the letters", `${"folder/".repeat(999)}a.png`, "a.png"],
  ["marks before the extension", `ab${"\u0301".repeat(999)}.png`, "a.png"],
])("a name with %s is cut as a shorter one is", (_what, name, expected) => {
  expect(safeFileName(name)).toBe(expected);
});

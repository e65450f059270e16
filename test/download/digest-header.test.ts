/** The syntax of `Repr-Digest`: by the examples of RFC 9530, and for every input. `FAST_CHECK_SEED=…` repeats a run. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createDigestCheck, findMismatch, readDigests, type Digest } from "../../src/download/digest.ts";

const seed = Number(process.env.FAST_CHECK_SEED ?? Date.now());
console.log(`digest header: seed ${seed}`);

function read(header: string): Digest[] {
  return readDigests(new Response(null, { headers: { "Repr-Digest": header } }));
}

function valuesOf(digests: Digest[]): object {
  return Object.fromEntries(digests.map(({ algorithm, value }) => [algorithm, value]));
}

// `{"hello": "world"}` and a line feed: https://www.rfc-editor.org/rfc/rfc9530#appendix-B.1
const rfcFile = new TextEncoder().encode('{"hello": "world"}\n');
const rfcSha256 = "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:";
const rfcSha512 = "sha-512=:YMAam51Jz/jOATT6/zvHrLVgOYTGFy1d6GJiOHTohq4yP+pgk4vf2aCsyRZOtw8MjkM7iw7yZ/WkppmM44T3qg==:";

test.each([rfcSha256, rfcSha512])("the RFC's example %s holds for its file, and for no other", async (header) => {
  const digests = read(header);
  expect(await findMismatch(rfcFile, digests)).toBeUndefined();
  expect(await findMismatch(rfcFile.subarray(1), digests)).toContain("Repr-Digest");
});

test("of two members with the same name, the last one counts", () => {
  expect(read(`sha-256=:${"A".repeat(43)}=:, ${rfcSha256}`)).toEqual(read(rfcSha256));
});

// As https://www.rfc-editor.org/rfc/rfc9651#section-4.2.7 suggests.
test("base64 without padding, or with bits left over, is read", () => {
  expect(read(rfcSha256.replace("Dg=:", "Dg:"))).toEqual(read(rfcSha256));
  expect(read(rfcSha256.replace("Dg=:", "Dh=:"))).toEqual(read(rfcSha256));
});

const sizes = { "sha-256": 32, "sha-512": 64 };
const anyDigest = fc.constantFrom<keyof typeof sizes>("sha-256", "sha-512").chain((algorithm) => {
  const bytes = fc.uint8Array({ minLength: sizes[algorithm], maxLength: sizes[algorithm] });
  return bytes.map((value) => ({ algorithm, value: Buffer.from(value) }));
});
const otherMember = fc.constantFrom(
  "a",
  "*b=1.5",
  "md5=:AAAAAAAAAAAAAAAAAAAAAA==:",
  "id-sha-256=:AAAA:",
  'c="x, sha-256=:AAAA:"',
  'd="\\", sha-512=:AAAA:";e=?0',
  "f=(1 2);g",
);
const comma = fc.constantFrom(",", ", ", "\t,", " ,\t ");
const parameters = fc.constantFrom("", ";p", "; q=1", ';r="a, b";s=:AAAA:');

test("any digests that are written into a header are read from it, whatever is beside them", () => {
  const member = fc.oneof(otherMember, fc.tuple(anyDigest, parameters));
  fc.assert(
    fc.property(fc.array(member), comma, (members, separator) => {
      const texts = members.map((item) => {
        if (typeof item === "string") return item;
        const [{ algorithm, value }, suffix] = item;
        return `${algorithm}=:${value.toString("base64")}:${suffix}`;
      });
      const digests = members.flatMap((item) => (typeof item === "string" ? [] : [item[0]]));
      const expected = Object.fromEntries(digests.map(({ algorithm, value }) => [algorithm, value.toString("hex")]));
      expect(valuesOf(read(texts.join(separator)))).toEqual(expected);
    }),
    { seed, numRuns: 1000 },
  );
});

test("any text in a header gives digests of the right length, or none", () => {
  const piece = fc.constantFrom(
    "sha-256=:",
    "sha-512=:",
    "A".repeat(43),
    "B".repeat(86),
    "=",
    ":",
    ",",
    ";",
    '"',
    "\\",
  );
  const almostHeader = fc.array(fc.oneof(piece, otherMember), { maxLength: 20 }).map((pieces) => pieces.join(""));
  const anyHeader = fc.stringMatching(/^[\t\x20-\x7e\x80-\xff]*$/);
  fc.assert(
    fc.property(fc.oneof(almostHeader, anyHeader), (text) => {
      const headers = { "Repr-Digest": text, "Content-Digest": text, "Content-MD5": text };
      for (const { algorithm, value } of readDigests(new Response(null, { headers }))) {
        const size = algorithm === "md5" ? 16 : sizes[algorithm];
        expect(value).toMatch(new RegExp(`^[\\da-f]{${2 * size}}$`));
      }
    }),
    { seed, numRuns: 2000 },
  );
});

test("a header of a megabyte is read in linear time", () => {
  for (const piece of ['"\\', '"', "\\", ",", ";", " ", "sha-256=:", "A"]) {
    expect(read(piece.repeat(1_000_000 / piece.length))).toEqual([]);
    expect(read(`sha-256=:${piece.repeat(1_000_000 / piece.length)}`)).toEqual([]);
  }
});

test("a file has the same digest in whatever pieces it comes", () => {
  const algorithms = { "sha-256": "sha256", "sha-512": "sha512", md5: "md5" } as const;
  fc.assert(
    fc.property(fc.array(fc.uint8Array()), fc.constantFrom("sha-256", "sha-512", "md5"), (pieces, algorithm) => {
      const value = createHash(algorithms[algorithm]).update(Buffer.concat(pieces)).digest("hex");
      const check = createDigestCheck([{ algorithm, value, from: "Repr-Digest" }])!;
      for (const piece of pieces) check.update(piece);
      expect(check.end()).toBeUndefined();
    }),
    { seed, numRuns: 300 },
  );
});

/** The ranges of SECURITY.md are those that the code refuses. */
import { readFileSync } from "node:fs";
import { BlockList, isIPv6 } from "node:net";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isPrivateHost } from "../../src/download/private-host.ts";

const security = readFileSync(new URL("../../SECURITY.md", import.meta.url), "utf8");
const ranges = [...security.matchAll(/^\| `([\da-f.:]+)\/(\d+)` \|/gm)].map(([, start, length]) => ({
  start: start!,
  length: Number(length),
}));
const listed = { ipv4: new BlockList(), ipv6: new BlockList() };
for (const { start, length } of ranges) listed[familyOf(start)].addSubnet(start, length, familyOf(start));

test("isPrivateHost and the list of SECURITY.md agree at the ends of each range, and beside them", () => {
  expect(ranges.map(({ start }) => familyOf(start)).toSorted()).toEqual([
    ...Array<string>(10).fill("ipv4"),
    ...Array<string>(5).fill("ipv6"),
  ]);
  for (const { start, length } of ranges) {
    const bits = familyOf(start) === "ipv4" ? 32 : 128;
    const first = toNumber(start);
    const end = first + (1n << BigInt(bits - length));
    for (const address of [first - 1n, first, end - 1n, end]) {
      if (address >= 0n && address < 1n << BigInt(bits)) expectAgreement(address, bits);
    }
    expect(isPrivateHost(hostOf(first, bits)), start).toBe(true);
  }
});

test("isPrivateHost and the list of SECURITY.md agree at any IPv4 address", () => {
  const byte = fc.oneof(fc.nat(255), fc.constantFrom(0, 64, 100, 127, 168, 169, 172, 192, 198, 254));
  const address = fc.array(byte, { minLength: 4, maxLength: 4 }).map((parts) => toNumber(parts.join(".")));
  fc.assert(
    fc.property(address, (value) => expectAgreement(value, 32)),
    { numRuns: 3000 },
  );
});

test("isPrivateHost and the list of SECURITY.md agree at any IPv6 address", () => {
  const group = fc.oneof(fc.nat(0xffff), fc.constantFrom(0, 1, 0x1ff, 0x200, 0x2000, 0x2001, 0x2002, 0x3fff, 0xffff));
  const groups = fc.array(group, { minLength: 8, maxLength: 8 });
  const address = groups.map((parts) => parts.reduce((sum, part) => (sum << 16n) | BigInt(part), 0n));
  fc.assert(
    fc.property(address, (value) => expectAgreement(value, 128)),
    { numRuns: 3000 },
  );
});

function expectAgreement(address: bigint, bits: number): void {
  const host = hostOf(address, bits);
  const family = bits === 32 ? "ipv4" : "ipv6";
  expect([host, isPrivateHost(host)]).toEqual([host, listed[family].check(host.replaceAll(/[[\]]/g, ""), family)]);
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIPv6(address) ? "ipv6" : "ipv4";
}

/** Writes an address as `URL` does. */
function hostOf(address: bigint, bits: number): string {
  const groups = address.toString(16).padStart(32, "0").match(/.{4}/g)!;
  return new URL(bits === 32 ? `https://${address}` : `https://[${groups.join(":")}]`).hostname;
}

function toNumber(address: string): bigint {
  if (!isIPv6(address)) return address.split(".").reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);
  // The ranges that are listed have at most two groups, at the start.
  const [first = "", second = ""] = address.split(":");
  return (BigInt(`0x${first || "0"}`) << 112n) | (BigInt(`0x${second || "0"}`) << 96n);
}

/** How many requests the mock keeps. */
import { beforeEach, describe, expect, test } from "vitest";
import { createJournal, type Journal, type MockRequest } from "../../src/mock/journal.ts";

let journal: Journal;
let sequence = 0;
beforeEach(() => {
  journal = createJournal();
  sequence = 0;
});

function add(count: number, key: string | undefined, fields: Partial<MockRequest> = {}): void {
  for (let index = 0; index < count; index++) {
    sequence += 1;
    journal.add({ sequence, key, assetId: undefined, ...fields } as MockRequest);
  }
}

const sequencesOf = (requests: readonly MockRequest[]): number[] => requests.map((request) => request.sequence);

describe("the journal", () => {
  test("keeps the last 1000 requests of a key, and those of other keys", () => {
    add(2, "a");
    add(1500, "busy");
    add(1, undefined);
    expect(sequencesOf(journal.find({ key: "a" }))).toEqual([1, 2]);
    expect(sequencesOf(journal.find({ key: "busy" }))).toEqual(Array.from({ length: 1000 }, (_, index) => 503 + index));
    expect(journal.requests).toHaveLength(1003);
    expect(journal.requests.at(-1)!.key).toBeUndefined();
    expect(sequencesOf(journal.find({}))).toEqual(sequencesOf(journal.requests));
    expect(["a", "busy", undefined].map((key) => journal.countForgotten(key))).toEqual([0, 500, 500]);
  });

  test("keeps the last 10,000 requests of all keys", () => {
    for (let key = 0; key < 5000; key++) add(2, String(key));
    add(9, "late");
    expect(sequencesOf(journal.requests)).toEqual(Array.from({ length: 10_000 }, (_, index) => 10 + index));
    expect(["0", "4", "5", "late", undefined].map((key) => journal.countForgotten(key))).toEqual([2, 1, 0, 0, 9]);
    expect(sequencesOf(journal.find({ key: "4" }))).toEqual([10]);
  });

  test("keeps about 16 MB, also of one request that is larger", () => {
    add(100, "a", { path: "x".repeat(1e6) });
    expect(journal.requests.length).toBeGreaterThan(12);
    expect(journal.requests.length).toBeLessThan(17);
    add(1, "b", { path: "x".repeat(2e7) });
    expect(journal.requests).toEqual([]);
    add(3, "a");
    expect(journal.requests).toHaveLength(3);
    journal.clear(undefined);
    add(15, "a", { path: "x".repeat(1e6) });
    expect(journal.requests).toHaveLength(15);
  });

  test("frees the room of requests that are removed", () => {
    for (const key of ["a", undefined]) {
      add(15, "a", { path: "x".repeat(1e6) });
      journal.clear(key);
    }
    add(15, "b", { path: "x".repeat(1e6) });
    expect(journal.requests).toHaveLength(15);
  });

  test("removes the requests of one key, or all, and begins to count again", () => {
    add(1001, "a");
    add(1001, "b");
    journal.clear("a");
    expect(new Set(journal.requests.map(({ key }) => key))).toEqual(new Set(["b"]));
    expect(["a", "b", undefined].map((key) => journal.countForgotten(key))).toEqual([0, 1, 2]);
    journal.clear(undefined);
    expect(journal.requests).toEqual([]);
    expect(["a", "b", undefined].map((key) => journal.countForgotten(key))).toEqual([0, 0, 0]);
  });

  test("works on when somebody empties the list", () => {
    add(1200, "a");
    (journal.requests as MockRequest[]).length = 0;
    add(1500, "a");
    expect(journal.requests).toHaveLength(1000);
    expect(journal.find({ key: "a" })).toHaveLength(1000);
  });

  test("finds by key, asset and number", () => {
    add(2, "a", { assetId: "asset_1" });
    add(1, "b", { assetId: "asset_1" });
    add(1, "a", { assetId: "asset_2" });
    expect(sequencesOf(journal.find({ assetId: "asset_1" }))).toEqual([1, 2, 3]);
    expect(sequencesOf(journal.find({ assetId: "asset_1", key: "a", since: 1 }))).toEqual([2]);
    expect(sequencesOf(journal.find({ since: 3 }))).toEqual([4]);
    expect(journal.find({ key: "c" })).toEqual([]);
  });
});

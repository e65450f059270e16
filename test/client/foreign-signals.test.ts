/** Signals that this runtime's `AbortController` has not made: they end a call, or are refused. */
import { expect, test, vi } from "vitest";
import { createClient, type ChenyuClient } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { until } from "../helpers/timing.ts";
import { silence, startFaultServer } from "../servers/fault-server.ts";
import { createTestClient, getRaw, id } from "./test-client.ts";

const reason = { why: "the user left" };

const callers = {
  get: (client: ChenyuClient, signal: AbortSignal) => client.assets.get(id, { signal }),
  raw: (client: ChenyuClient, signal: AbortSignal) => getRaw(client, { signal }),
};

/** A signal as another realm, or a polyfill of all its parts, has it: no `AbortSignal` of this runtime. */
function makeForeignSignal(): { signal: AbortSignal; abort: (reason: unknown) => void; listeners: Set<() => void> } {
  const listeners = new Set<() => void>();
  const signal = {
    aborted: false,
    reason: undefined as unknown,
    throwIfAborted: () => {
      if (signal.aborted) throw signal.reason;
    },
    addEventListener: (_type: string, listener: () => void) => void listeners.add(listener),
    removeEventListener: (_type: string, listener: () => void) => void listeners.delete(listener),
  };
  const abort = (abortReason: unknown): void => {
    Object.assign(signal, { aborted: true, reason: abortReason });
    for (const listener of listeners) listener(); // only functions: some polyfills know no `handleEvent`
  };
  return { signal: signal as unknown as AbortSignal, abort, listeners };
}

test.concurrent.each(Object.entries(callers))("a signal of another realm ends %s", async (_name, call) => {
  await using server = await startFaultServer(silence);
  const { signal, abort, listeners } = makeForeignSignal();
  const calling = caught(call(createTestClient(server), signal));
  await until(() => server.requests.length === 1);
  abort(reason);
  expect(await calling).toBe(reason);
  expect(listeners.size).toBe(0);
});

test.each<[name: string, signal: unknown]>([
  ["npm's abort-controller, which gives no reason", Object.assign(new EventTarget(), { aborted: false })],
  ["a bare EventTarget", new EventTarget()],
  ["a copy of one", Object.create(AbortSignal.prototype)],
  ["an AbortController", new AbortController()],
])("get and raw refuse the signal of %s", async (_name, signal) => {
  const client = createClient({ apiKey: "k" });
  for (const call of Object.values(callers)) {
    const error = await caught(call(client, signal as AbortSignal));
    expect(error).toMatchObject({ name: "ConfigError", option: "signal", attempts: 0 });
  }
});

test("get ends at once when Node's fetch refuses the signal of a replaced AbortController, and says so", async () => {
  // The words of Node 24 and 26. Those before take any signal.
  const words = 'RequestInit: Expected signal ("AbortSignal {}") to be an instance of AbortSignal.';
  const fetch = vi.fn(() => Promise.reject(new TypeError(words)));
  const error = await caught(createClient({ apiKey: "k", fetch }).assets.get(id));
  expect(error).toMatchObject({ name: "NetworkError", attempts: 1, retryable: false });
  expect(String(error)).toContain("The global AbortController is not that of this fetch, as in tests with jsdom.");
});

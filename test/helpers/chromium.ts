import { spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import type { Duplex } from "node:stream";
import { makeFolder } from "./temporary-folder.ts";

/** A tab of Chromium. Its disposal ends the browser. */
export interface Tab extends AsyncDisposable {
  /** Sends a command. @see https://chromedevtools.github.io/devtools-protocol/ */
  send(method: string, params?: object): Promise<any>;
  /** Opens an address, and waits until all of it is loaded. */
  open(url: string): Promise<void>;
  /** Computes an expression in the page. */
  evaluate<Value>(expression: string): Promise<Value>;
  /** The events of the browser, oldest first. */
  events: readonly { method: string; params: any }[];
}

/** Starts Chromium, without a window. Commands go through pipes, so no port is open. @param flags - More of its options. */
export async function openTab(program: string, flags: string[] = []): Promise<Tab> {
  const folder = await makeFolder();
  const options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", `--user-data-dir=${folder.path}`];
  const browser = spawn(program, [...options, ...flags, "--remote-debugging-pipe", "about:blank"], {
    stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
    detached: true,
  });
  const [input, output] = browser.stdio.slice(3) as unknown as [Duplex, Duplex];
  const events: Tab["events"][number][] = [];
  const answers = new EventEmitter();
  let lastId = 0;
  let sessionId: string | undefined;
  let rest = "";

  output.setEncoding("utf8").on("data", (text: string) => {
    const messages = (rest + text).split("\0");
    rest = messages.pop()!;
    for (const message of messages) {
      const report = JSON.parse(message);
      if (report.id === undefined) events.push(report);
      answers.emit(report.id ?? report.method, report);
    }
  });

  async function send(method: string, params: object = {}): Promise<any> {
    lastId += 1;
    const answered = once(answers, `${lastId}`);
    input.write(`${JSON.stringify({ id: lastId, method, params, sessionId })}\0`);
    const [{ result, error }] = await answered;
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  const { targetInfos } = await send("Target.getTargets");
  const { targetId } = targetInfos.find(({ type }: { type: string }) => type === "page");
  ({ sessionId } = await send("Target.attachToTarget", { targetId, flatten: true }));
  for (const domain of ["Page", "Runtime", "Log", "Network", "Audits"]) await send(`${domain}.enable`);

  return {
    send,
    events,

    async open(url) {
      const loaded = once(answers, "Page.loadEventFired");
      const { errorText } = await send("Page.navigate", { url });
      if (errorText) throw new Error(`${url}: ${errorText}`);
      await loaded;
    },

    async evaluate(expression) {
      const options = { expression, awaitPromise: true, returnByValue: true };
      const { result, exceptionDetails } = await send("Runtime.evaluate", options);
      if (exceptionDetails) throw new Error(exceptionDetails.exception.description);
      return result.value;
    },

    async [Symbol.asyncDispose]() {
      process.kill(-browser.pid!, "SIGKILL"); // its own group: the browser and its helpers
      await once(browser, "exit");
      await folder[Symbol.asyncDispose]();
    },
  };
}

import progressBars, { type Options, type Params, type SingleBar } from "cli-progress";
import { styleText } from "node:util";
import { print } from "./output.ts";
import type { Display } from "./progress.ts";

interface Payload {
  name: string;
  totalBytes: number | undefined;
}

/** Shows a bar for each file, on a terminal. */
export function showBars(): Display {
  const { stderr, stdout } = process;
  const bars = new progressBars.MultiBar({
    stream: stderr,
    format: lineOf,
    barsize: 20,
    etaBuffer: 50,
    hideCursor: true,
    clearOnComplete: true,
    forceRedraw: true, // a bar that moves up must be drawn although it has not changed
  });
  const byId = new Map<string, SingleBar>();
  let isOpen = true;

  function above(text: string): void {
    if (!isOpen) return void stderr.write(text);
    // `log` neither clears what it writes over nor wraps what is too long.
    bars.log(`\u001B[J\u001B[?7h${text}\u001B[?7l`);
    bars.update();
  }

  return {
    show(id, name, { receivedBytes, totalBytes }) {
      const payload: Payload = { name, totalBytes };
      const bar = byId.get(id);
      bar?.setTotal(totalBytes ?? 0);
      bar?.update(receivedBytes, payload);
      // Bars beyond the screen's end could not be taken away again.
      if (bar !== undefined || !isOpen || byId.size >= (stderr.rows || 24) - 1) return;
      byId.set(id, bars.create(totalBytes ?? 0, receivedBytes, payload));
    },
    end(id) {
      const bar = byId.get(id);
      if (bar !== undefined && isOpen) bars.remove(bar);
      byId.delete(id);
    },
    print: (text) => (stdout.isTTY ? above(text) : print(text)),
    note: (line) => above(`${line}\n`),
    close() {
      if (isOpen) bars.stop();
      isOpen = false;
    },
  };
}

/** The name comes last, where it may be cut off. */
function lineOf(options: Options, { progress, value, eta }: Params, { name, totalBytes }: Payload): string {
  if (totalBytes === undefined) return `${inMegabytes(value)} MB  ${name}`;
  // ASCII: the width of block characters differs between terminals, in China above all.
  const bar = progressBars.Format.BarFormat(progress, options);
  const painted = process.stderr.hasColors() ? styleText("green", bar, { validateStream: false }) : bar;
  const percent = `${Math.floor(progress * 100)}%`.padStart(4);
  // What cannot be foretold is a text here, whatever the types say.
  const left = Number.isFinite(eta) ? `${Math.floor(eta / 60)}:${String(eta % 60).padStart(2, "0")}` : "";
  const amount = `${inMegabytes(value)}/${inMegabytes(totalBytes)} MB`;
  return `[${painted}] ${percent}  ${amount.padStart(14)}  ${left.padStart(5)}  ${name}`;
}

function inMegabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}

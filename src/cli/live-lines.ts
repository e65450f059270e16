import { hasLog } from "./log.ts";
import type { OptionValues } from "./options.ts";
import { printMessage, printResult, type Printer } from "./output.ts";

/** Lines at the end of the terminal's output that are written over when they change. It prints what stays above them. */
export interface LiveLines extends Printer {
  /** Adds a line, or changes the text of the one with this id. */
  set: (id: string, text: string) => void;
  remove: (id: string) => void;
  /** Removes all lines. */
  close: () => void;
}

/** Whether standard error is a terminal that can move its cursor, and no log comes between the lines. */
export function canRewriteLines(values: OptionValues): boolean {
  return process.stderr.isTTY && process.env.TERM !== "dumb" && !hasLog(values);
}

const redrawDelayMs = 100;

/** Begins with no lines. They never keep the process alive, whatever the order of the calls. */
export function openLiveLines(): LiveLines {
  const { stdout, stderr } = process;
  const texts = new Map<string, string>();
  let drawnCount = 0;
  let timer: NodeJS.Timeout | undefined;

  function draw(ids: Iterable<string> = texts.keys()): void {
    clearTimeout(timer);
    timer = undefined;
    // Lines above the top of the screen could not be written over.
    const shown = [...ids].slice(0, (stderr.rows || 24) - 1);
    // The cursor waits below the lines, and each drawing turns wrapping on again: a kill leaves nothing to repair.
    const erase = drawnCount > 0 ? `\r\u001B[${drawnCount}A\u001B[J` : "";
    const lines = shown.map((id) => `${texts.get(id)}\n`).join("");
    stderr.write(lines === "" ? erase : `${erase}\u001B[?7l${lines}\u001B[?7h`);
    drawnCount = shown.length;
  }

  function drawSoon(): void {
    timer ??= setTimeout(draw, redrawDelayMs).unref();
  }

  function printAbove(text: string, print: (text: string) => void): void {
    draw([]);
    print(text);
    draw();
  }

  return {
    set(id, text) {
      texts.set(id, text);
      drawSoon();
    },
    remove(id) {
      texts.delete(id);
      drawSoon();
    },
    printResult: (text) => (stdout.isTTY ? printAbove(text, printResult) : printResult(text)),
    printMessage: (text) => printAbove(text, printMessage),
    close() {
      texts.clear();
      draw();
    },
  };
}

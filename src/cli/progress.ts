import cliProgress, { type Options, type Params, type SingleBar } from "cli-progress";
import { styleText } from "node:util";
import type { Progress } from "../index.ts";
import { escapeControls, printMessage, printResult } from "./output.ts";

/** Shows the progress of downloads. While it is open, it prints the command's other output, too. */
export interface ProgressDisplay {
  update(id: string, fileName: string, progress: Progress): void;
  /** Removes a download that has ended. */
  remove(id: string): void;
  printResult(text: string): void;
  printMessage: (text: string) => void;
  close(): void;
}

/** Shows bars on a terminal that can move its cursor. Elsewhere it prints a line now and then. */
export function openProgressDisplay(): ProgressDisplay {
  const { stderr, env } = process;
  return stderr.isTTY && env.TERM !== "dumb" ? openProgressBars() : openProgressLines();
}

const lineIntervalMs = 5000;

function openProgressLines(): ProgressDisplay {
  const lastLineAt = new Map<string, number>();
  return {
    update(id, fileName, { receivedBytes, totalBytes }) {
      const now = performance.now();
      const last = lastLineAt.get(id);
      if (last !== undefined && now - last < lineIntervalMs) return;
      lastLineAt.set(id, now);
      if (last !== undefined) printMessage(`${escapeControls(fileName)}: ${formatProgress(receivedBytes, totalBytes)}`);
    },
    remove: (id) => lastLineAt.delete(id),
    printResult,
    printMessage,
    close() {},
  };
}

function openProgressBars(): ProgressDisplay {
  const { stderr, stdout } = process;
  const bars = new cliProgress.MultiBar({
    stream: stderr,
    format: formatBar,
    barsize: 20,
    etaBuffer: 50,
    hideCursor: true,
    clearOnComplete: true,
    forceRedraw: true, // a bar that moves up must be drawn although it has not changed
    gracefulExit: true, // gives the cursor back on a signal, because a second one ends the process at once
  });
  const barsById = new Map<string, SingleBar>();

  function printAbove(text: string): void {
    if (!bars.isActive) return printMessage(text);
    // `log` neither clears what it writes over nor wraps long lines: clear first, and wrap for this text.
    bars.log(`\u001B[J\u001B[?7h${text}\n\u001B[?7l`);
    bars.update();
  }

  return {
    update(id, fileName, { receivedBytes, totalBytes = 0 }) {
      const bar = barsById.get(id);
      bar?.setTotal(totalBytes);
      bar?.update(receivedBytes);
      // Bars below the end of the screen could not be removed again.
      if (bar !== undefined || barsById.size >= (stderr.rows || 24) - 1) return;
      barsById.set(id, bars.create(totalBytes, receivedBytes, { fileName: escapeControls(fileName) }));
    },
    remove(id) {
      const bar = barsById.get(id);
      if (bar !== undefined && bars.isActive) bars.remove(bar);
      barsById.delete(id);
    },
    printResult: (text) => (stdout.isTTY ? printAbove(text) : printResult(text)),
    printMessage: printAbove,
    close() {
      if (bars.isActive) bars.stop();
    },
  };
}

/** The file name comes last, because the end of a long line is cut off. */
function formatBar(options: Options, { progress, value, total, eta }: Params, bar: { fileName: string }): string {
  if (total === 0) return `${inMegabytes(value)} MB  ${bar.fileName}`; // the size is unknown
  // ASCII, because the width of block characters differs between terminals, especially Chinese ones.
  const line = styleText("green", cliProgress.Format.BarFormat(progress, options), { stream: process.stderr });
  const percent = `${Math.floor(progress * 100)}%`.padStart(4);
  const amount = `${inMegabytes(value)}/${inMegabytes(total)} MB`.padStart(14);
  // An unknown `eta` is a text like "INF", whatever its type says.
  const timeLeft = Number.isFinite(eta) ? `${Math.floor(eta / 60)}:${String(eta % 60).padStart(2, "0")}` : "";
  return `[${line}] ${percent}  ${amount}  ${timeLeft.padStart(5)}  ${bar.fileName}`;
}

function inMegabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}

/** Says how many bytes of a file there are. */
export function formatProgress(receivedBytes: number, totalBytes: number | undefined): string {
  const total = totalBytes === undefined ? "" : `of ${formatCount(totalBytes)} `;
  return `${formatCount(receivedBytes)} ${total}bytes`;
}

/** Writes a number as 7,340,032. */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

import { styleText } from "node:util";
import type { PollEvent, Progress } from "../index.ts";
import { canRewriteLines, openLiveLines } from "./live-lines.ts";
import type { OptionValues } from "./options.ts";
import { escapeControls, printMessage, printResult, type Printer } from "./output.ts";

/** Shows the progress of downloads, and of the waits before them. While it is open, it prints the command's other output, too. */
export interface ProgressDisplay extends Printer {
  update(id: string, fileName: string, progress: Progress): void;
  showPoll(id: string, event: PollEvent): void;
  /** Removes a download that has ended. */
  remove(id: string): void;
  close(): void;
}

/** Shows bars on a terminal that can move its cursor. Elsewhere it prints a line now and then. */
export function openProgressDisplay(values: OptionValues): ProgressDisplay {
  return canRewriteLines(values) ? openProgressBars() : openProgressLines();
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
    showPoll: (id, event) => process.stderr.isTTY && printMessage(formatPoll(id, event)),
    remove: (id) => lastLineAt.delete(id),
    printResult,
    printMessage,
    close() {},
  };
}

/** When a download began, and with how many bytes from before. */
interface Beginning {
  atMs: number;
  bytes: number;
}

function openProgressBars(): ProgressDisplay {
  const lines = openLiveLines();
  const beginnings = new Map<string, Beginning>();
  return {
    update(id, fileName, progress) {
      const beginning = beginnings.get(id) ?? { atMs: performance.now(), bytes: progress.receivedBytes };
      beginnings.set(id, beginning);
      lines.set(id, `${formatBar(progress, beginning)}  ${escapeControls(fileName)}`);
    },
    showPoll: (id, event) => lines.set(id, formatPoll(id, event)),
    remove: lines.remove,
    printResult: lines.printResult,
    printMessage: lines.printMessage,
    close: lines.close,
  };
}

/** Says what a look-up of a wait has found. */
export function formatPoll(id: string, { poll, status, error, delayMs }: PollEvent): string {
  const result = String(status ?? error?.name).slice(0, 80);
  return escapeControls(`${id}: ${result}, look-up ${poll}, again in ${(delayMs / 1000).toFixed(1)} s`);
}

const barWidth = 20;

/** The file name comes after it, because the end of a long line is cut off. */
function formatBar({ receivedBytes, totalBytes }: Progress, beginning: Beginning): string {
  if (totalBytes === undefined) return `${inMegabytes(receivedBytes)} MB`;
  const share = receivedBytes / (totalBytes || 1);
  const filled = Math.floor(share * barWidth);
  // ASCII, because the width of block characters differs between terminals, especially Chinese ones.
  const line = "=".repeat(filled) + "-".repeat(barWidth - filled);
  const percent = `${Math.floor(share * 100)}%`.padStart(4);
  const amount = `${inMegabytes(receivedBytes)}/${inMegabytes(totalBytes)} MB`.padStart(14);
  const bytesPerMs = (receivedBytes - beginning.bytes) / (performance.now() - beginning.atMs);
  const timeLeft = bytesPerMs > 0 ? formatSeconds((totalBytes - receivedBytes) / bytesPerMs / 1000) : "";
  return `[${styleText("green", line, { stream: process.stderr })}] ${percent}  ${amount}  ${timeLeft.padStart(5)}`;
}

/** Writes seconds as 12:05. */
function formatSeconds(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
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

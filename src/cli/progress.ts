import { note, print } from "./output.ts";
import type { Progress } from "../download/options.ts";

/** Where people see how downloads go. */
export interface Display {
  /** Shows how far a download is, under a name that people know it by. */
  show(id: string, name: string, progress: Progress): void;
  /** Shows it no longer. */
  end(id: string): void;
  /** Prints a result. */
  print(text: string): void;
  /** Tells of something beside the results, in a line. */
  note: (line: string) => void;
  close: () => void;
}

/** Shows bars on a terminal that can move its cursor, and now and then a line everywhere else. */
export async function openDisplay(): Promise<Display> {
  const { stderr, env } = process;
  if (!stderr.isTTY || env.TERM === "dumb") return showLines();
  const { showBars } = await import("./bars.ts");
  return showBars();
}

const gapMs = 5000;

function showLines(): Display {
  const shownAt = new Map<string, number>();
  return {
    show(id, name, progress) {
      const now = performance.now();
      const before = shownAt.get(id);
      if (before !== undefined && now - before < gapMs) return;
      shownAt.set(id, now);
      if (before !== undefined) note(`${name}: ${describe(progress)}`);
    },
    end: (id) => shownAt.delete(id),
    print,
    note,
    close() {},
  };
}

/** Says how much of a file has come. */
export function describe({ receivedBytes, totalBytes }: Pick<Progress, "receivedBytes" | "totalBytes">): string {
  return totalBytes === undefined
    ? `${count(receivedBytes)} bytes`
    : `${count(receivedBytes)} of ${count(totalBytes)} bytes`;
}

/** Writes a number with its thousands apart. */
export function count(bytes: number): string {
  return bytes.toLocaleString("en-US");
}

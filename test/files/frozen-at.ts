/**
 * Loaded before a process that downloads: freezes it right before it gives a file its next name.
 * `FREEZE_AT='rename .part .done'` is the first rename of a path that ends in `.part` to one that ends in `.done`.
 */
import { promises as fs } from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const [name, fromEnd, toEnd] = process.env.FREEZE_AT!.split(" ") as ["rename" | "link", string, string];
const actual = fs[name];
let isDone = false;
fs[name] = (from, to) => {
  if (!isDone && String(from).endsWith(fromEnd) && String(to).endsWith(toEnd)) {
    isDone = true;
    process.kill(process.pid, "SIGSTOP");
  }
  return actual(from, to);
};
syncBuiltinESMExports();

import { randomBytes } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { performance } from "node:perf_hooks"; // the global one may be a page's, as in Electron and jsdom
import { codeOf } from "./disk-errors.ts";

/** The content of a lock file: who holds it. The token tells the owner's locks apart. */
export interface Owner {
  pid: number;
  /** Where `pid` means one process. `undefined` if nothing says so. */
  pidSpace: string | undefined;
  startedAtMs: number;
  token: string;
}

const pidSpace = findPidSpace();
/** The same in each copy of this module and in each thread, and unmoved by changes of the clock. */
const startedAtMs = performance.timeOrigin;

/**
 * Two containers may have the same host name, and neither sees the other's processes. On Linux, no two living PID namespaces
 * have the same number until the next boot. The host name tells copies of a virtual machine apart.
 */
function findPidSpace(): string | undefined {
  // They have no PID namespaces. Nothing tells two hosts of one name apart there, so those must not share a folder.
  if (process.platform === "darwin" || process.platform === "win32") return hostname();
  try {
    const bootId = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${hostname()} ${bootId} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return undefined;
  }
}

/** Makes the content of a new lock of this process. No two are the same. */
export function describeOwner(): string {
  const token = randomBytes(8).toString("hex");
  return JSON.stringify({ pid: process.pid, pidSpace, startedAtMs, token } satisfies Owner);
}

/** Reads the content of a lock. @returns `undefined` if it is not written yet, or not to its end. */
export function parseOwner(text: string): Owner | undefined {
  try {
    return Object(JSON.parse(text)) as Owner; // its fields are compared, whatever they are
  } catch {
    return undefined;
  }
}

/** Whether the owner's process has certainly ended. Only the age of its lock tells for a process of another PID space. */
export function isDead(owner: Owner): boolean {
  if (pidSpace === undefined || owner.pidSpace !== pidSpace) return false;
  // A restarted process, as in a container, may have the id of its predecessor.
  if (owner.pid === process.pid) return owner.startedAtMs !== startedAtMs;
  try {
    process.kill(owner.pid, 0);
    return isZombie(owner.pid);
  } catch (error) {
    return codeOf(error) === "ESRCH"; // EPERM: the process belongs to another user
  }
}

/** Whether a process has ended, and its parent has not asked how. @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function isZombie(pid: number): boolean {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  return /^ [ZX]/.test(stat.slice(stat.lastIndexOf(")") + 1));
}

/** Names the owner of a lock that is held, if its process can be seen from here. */
export function describeHolder({ pid, pidSpace: itsPidSpace }: Owner): string | undefined {
  if (pidSpace === undefined || itsPidSpace !== pidSpace) return undefined;
  return pid === process.pid ? "another download of this process" : `process ${pid}`;
}

/** A process that locks the file of its argument, and keeps it. */
import { lockFile } from "../../src/files/lock.ts";

await lockFile(process.argv[2]!);
setInterval(() => {}, 60_000);

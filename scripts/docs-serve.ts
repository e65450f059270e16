/**
 * Shows the built docs at http://127.0.0.1:4020, below `DOCS_BASE` if they were built for it.
 *
 *     npm run docs:serve
 */
import { fileURLToPath } from "node:url";
import { serveDocs } from "./docs/server.ts";

const folder = fileURLToPath(new URL("../dist/docs", import.meta.url));
const { url } = await serveDocs(folder, process.env.DOCS_BASE, Number(process.env.PORT ?? 4020));
console.log(`docs: ${url}`);

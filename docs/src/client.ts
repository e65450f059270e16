/** What pages do in a browser. Without JavaScript, every text and every sample is there all the same. */
import "./client/accessibility.ts";
import "./client/code-tabs.ts";
import "./client/language-switch.ts";
import "./client/try-it.ts";

/** Types and docs say how well each fact of the document is known: a word, and a link to the vendor's page. */
import type { OpenApiDocument } from "./document.ts";

const words: Record<string, string> = {
  documented: "Documented on",
  observed: "Observed; undocumented on",
  illustrative: "Illustrative; undocumented on",
  undocumented: "Undocumented on",
};

/** Copies the document, and ends every description with the word and the link. An example's summary gets the word alone. */
export function withEvidence(document: OpenApiDocument): OpenApiDocument {
  return JSON.parse(JSON.stringify(document), (_key, node) => {
    const { "x-evidence": evidence, "x-source": source = "lookup", summary, description, value } = node ?? {};
    if (evidence === undefined) return node;
    const [word, url] = [words[evidence], document["x-sources"][source]];
    if (word === undefined) throw new Error(`x-evidence: ${evidence} is not one of ${Object.keys(words).join(", ")}`);
    if (url === undefined) throw new Error(`x-source: ${source} is not a key of x-sources`);
    const sentence = `${word} [the vendor's ${source} page](${url}).`;
    const shown = { ...node, description: joinParagraphs(description, sentence) };
    return value === undefined ? shown : { ...shown, summary: `${summary} (${evidence})` };
  });
}

/** Joins paragraphs of Markdown. */
export function joinParagraphs(...paragraphs: (string | undefined)[]): string {
  return paragraphs.flatMap((text) => text?.trim() ?? []).join("\n\n");
}

/** The samples of a README in a language, in order: those in TypeScript run as they are, those in JavaScript as files. */
export function readSamples(markdown: string, language: "ts" | "js"): string[] {
  return [...markdown.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].flatMap(([, name, code]) =>
    name === language ? code! : [],
  );
}

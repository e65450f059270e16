import { defineCollection } from "astro:content";
import { docsSchema } from "@astrojs/starlight/schema";
import { glob } from "astro/loaders";

export const collections = {
  docs: defineCollection({
    // The path as it is: the loader's own ids are in lower case.
    loader: glob({
      base: `${process.env.DOCS_FOLDER}/pages`,
      pattern: "**/*.md",
      generateId: ({ entry }) => entry.replace(/(^|\/)index\.md$|\.md$/, ""),
    }),
    schema: docsSchema(),
  }),
};

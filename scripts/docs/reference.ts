/** The API reference: one page from the document, the operation first, then schemas, then errors. */
import { mockUrl, type Page } from "./page.ts";
import type { Word } from "./words.ts";

/** What a page of the reference needs of an OpenAPI document. */
export interface ReferenceDocument {
  info: { description: string };
  servers: { url: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: {
    parameters: Record<string, Parameter>;
    headers: Record<string, Described & { schema: Schema }>;
    schemas: Record<string, Schema>;
    responses: Record<string, Response>;
    examples: Record<string, Described & { value: unknown }>;
    securitySchemes: Record<string, Described>;
  };
  "x-sources": Record<string, string>;
}

interface Described {
  summary?: string;
  description?: string;
  "x-evidence"?: string;
  "x-source"?: string;
}

interface Operation extends Described {
  operationId: string;
  parameters?: Reference[];
  responses: Record<string, Reference>;
}

interface Parameter extends Described {
  name: string;
  in: string;
  required?: boolean;
  schema: Schema;
  example?: unknown;
}

interface Response extends Described {
  description: string;
  headers?: Record<string, Reference>;
  content: { "application/json": { schema: Schema; examples: Record<string, Reference> } };
}

export interface Schema extends Described {
  $ref?: string;
  type?: string | string[];
  const?: unknown;
  required?: string[];
  properties?: Record<string, Schema>;
  anyOf?: Schema[];
  examples?: unknown[];
  "x-extensible-enum"?: string[];
}

interface Reference {
  $ref: string;
}

/** A sample of an operation: its language for highlighting, the label of its tab, its code. */
export interface Sample {
  language: string;
  label: string;
  code: string;
}

/** Makes the page of the reference, for all operations. */
export function referencePage(
  document: ReferenceDocument,
  words: Record<Word, string>,
  samples: Record<string, Sample[]>,
): Page {
  const { components, servers, info } = document;
  const [production] = servers;

  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), ...operation })),
  );

  const body = [
    ...operations.flatMap((operation) => [
      heading(2, operation.summary!, operation.operationId),
      fence("http", `${operation.method} ${production!.url}${operation.path}\nAuthorization: Bearer $CHENYU_API_KEY`),
      prose(operation),
      heading(3, words["api.samples"], `${operation.operationId}-samples`),
      tabs(samples[operation.operationId]!, production!.url),
      heading(3, words["api.try"], `${operation.operationId}-try`),
      `<try-it data-path="${operation.path}" data-mock="${mockUrl}">\n\n${words["api.tryText"]}\n\n</try-it>`,
      heading(3, words["api.parameters"], `${operation.operationId}-parameters`),
      ...(operation.parameters ?? []).map((reference) => {
        const { required, ...parameter } = resolve(components.parameters, reference);
        return field(parameter.name, { ...parameter.schema, ...parameter }, Boolean(required), operation.operationId);
      }),
      ...responses(operation, (status) => status.startsWith("2")),
    ]),
    heading(2, words["api.servers"], "servers"),
    `- ${words["api.production"]}${words.colon}\`${production!.url}\`\n- ${words["api.mock"]}${words.colon}\`${mockUrl}\``,
    heading(2, words["api.authentication"], "authentication"),
    ...Object.values(components.securitySchemes).map(prose),
    heading(2, words["api.schemas"], "schemas"),
    ...Object.entries(components.schemas).flatMap(([name, schema]) => [
      heading(3, `\`${name}\``, name),
      prose(schema),
      ...fields(schema, name),
    ]),
    heading(2, words["api.errors"], "errors"),
    words["api.errorsText"],
    ...operations.flatMap((operation) => responses(operation, (status) => !status.startsWith("2"))),
    heading(2, words["api.evidence"], "evidence"),
    info.description.trim(),
    words["api.downloads"],
  ].join("\n\n");
  const settings = { tableOfContents: { minHeadingLevel: 2, maxHeadingLevel: 3 } };
  return { slug: "api", title: words["api.title"], description: words["api.description"], body: `${body}\n`, settings };

  function responses(operation: Operation, isShown: (status: string) => boolean): string[] {
    return Object.entries(operation.responses)
      .filter(([status]) => isShown(status))
      .flatMap(([status, reference]) => {
        const response = resolve(components.responses, reference);
        const { schema, examples } = response.content["application/json"];
        return [
          heading(3, `HTTP ${status}`, `${operation.operationId}-${status}`),
          prose(response),
          `${words["api.bodyIs"]} ${typeName(schema)}${words.stop}`,
          ...Object.entries(response.headers ?? {}).map(([name, header]) => {
            const { schema: headerSchema, ...described } = resolve(components.headers, header);
            return field(name, { ...headerSchema, ...described }, false, `${operation.operationId}-${status}`);
          }),
          ...Object.values(examples).map((example, index) => {
            const { summary, value, ...facts } = resolve(components.examples, example);
            const open = index === 0 ? " open" : "";
            const label = `${escapeHtml(inlineCode(summary!))} <small>${words[evidenceWord(facts)]}</small>`;
            return `<details${open}>\n<summary>${label}</summary>\n\n${fence("json", JSON.stringify(value, null, 2))}\n\n</details>`;
          }),
        ];
      });
  }

  function fields(schema: Schema, id: string): string[] {
    if (schema.anyOf !== undefined) return [`${words["api.bodyIs"]} ${typeName(schema)}${words.stop}`];
    return Object.entries(schema.properties ?? {}).map(([name, property]) =>
      field(name, property, schema.required?.includes(name) ?? false, id),
    );
  }

  /** A field: its name as a heading that can be linked to, its facts in one line, its text. */
  function field(name: string, schema: Schema, isRequired: boolean, parent: string): string {
    const facts = [typeName(schema), isRequired ? words["api.required"] : words["api.optional"], badge(schema)];
    const values = schema["x-extensible-enum"]?.map((value) => `\`${value}\``).join(", ");
    const [example] = schema.examples ?? [];
    return [
      heading(4, `\`${name}\``, `${parent}.${name}`),
      facts.join(" · "),
      schema.description?.trim(),
      values && `${words["api.knownValues"]}${words.colon}${values}`,
      example !== undefined &&
        `${words["api.example"]}${words.colon}\`${JSON.stringify(example).replaceAll(/^"|"$/g, "")}\``,
    ]
      .filter(Boolean)
      .join("\n\n");
  }

  function typeName({ $ref, anyOf, type, const: constant }: Schema): string {
    if ($ref !== undefined) return `[\`${lastName($ref)}\`](#${lastName($ref)})`;
    if (anyOf !== undefined) return anyOf.map(typeName).join(` ${words["api.or"]} `);
    if (constant !== undefined) return `\`${JSON.stringify(constant)}\``;
    return [type ?? "object"].flat().join(` ${words["api.or"]} `);
  }

  /** The text of a fact, and how well it is known. */
  function prose(fact: Described): string {
    return `${fact.description!.trim()} ${badge(fact)}`;
  }

  function badge(fact: Described): string {
    const { "x-evidence": evidence, "x-source": source = "lookup" } = fact;
    return `[${words[evidenceWord(fact)]}](${document["x-sources"][source]} "evidence: ${evidence}")`;
  }
}

/** Samples of the same thing: a browser shows one of them at a time, for the real API or for the mock. */
function tabs(samples: Sample[], production: string): string {
  const blocks = samples.map(({ language, label, code }) =>
    fence(`${language} title="${label}" frame="code"`, code.trim()),
  );
  return `<code-tabs data-production="${production}" data-mock="${mockUrl}">\n\n${blocks.join("\n\n")}\n\n</code-tabs>`;
}

export function fence(language: string, code: string): string {
  return `\`\`\`${language}\n${code}\n\`\`\``;
}

function heading(level: number, text: string, id: string): string {
  return `${"#".repeat(level)} ${text} {#${id}}`;
}

function evidenceWord({ "x-evidence": evidence }: Described): Word {
  return `evidence.${evidence}` as Word;
}

function resolve<T>(components: Record<string, T>, { $ref }: Reference): T {
  return components[lastName($ref)]!;
}

function lastName(reference: string): string {
  return reference.split("/").at(-1)!;
}

function escapeHtml(text: string): string {
  return text.replaceAll(/&(?!\w+;)/g, "&amp;");
}

/** Markdown is not read inside the tags of HTML. */
function inlineCode(text: string): string {
  return text.replaceAll(/`([^`]*)`/g, "<code>$1</code>");
}

/** For TypeDoc: what its Markdown cannot show well. */
import { Comment, Converter, ReflectionKind } from "typedoc";

const fromDocument = ["components", "operations", "paths", "RawPaths"];

export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => leadToApiReference(project));
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => unlinkConstructors(project), -1000); // after TypeDoc's own
}

/** The types made from the OpenAPI document lead to the API reference instead of repeating it. */
function leadToApiReference(project) {
  for (const type of project.getReflectionsByKind(ReflectionKind.Interface)) {
    if (!fromDocument.includes(type.name)) continue;
    for (const child of type.children?.slice() ?? []) project.removeReflection(child);
    type.comment ??= new Comment();
    type.comment.summary.push({ kind: "text", text: "\n\nMade from the OpenAPI document: see the [API reference](/api)." });
  }
}

/** The plugin for Markdown 4.14 links to the constructor of a base class, but gives its heading no anchor. */
function unlinkConstructors(project) {
  for (const each of project.getReflectionsByKind(ReflectionKind.Constructor | ReflectionKind.ConstructorSignature)) {
    delete each.overwrites;
    delete each.inheritedFrom;
  }
}

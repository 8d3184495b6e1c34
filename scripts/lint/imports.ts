/** What the rules on source files share: a finding, and the imports of a file. */
import ts from 'typescript';

/** One finding; `message` says what is allowed. */
export interface Problem {
  readonly file: string;
  readonly message: string;
}

/** Module specifiers of a TypeScript or Svelte file, type-only imports included. */
export function importsOf(file: string, text: string): string[] {
  const code = file.endsWith('.svelte')
    ? [...text.matchAll(/<script\b[^>]*>([\s\S]*?)<\/script>/g)].map((match) => match[1]).join('\n')
    : text;
  return ts.preProcessFile(code, true, true).importedFiles.map((found) => found.fileName);
}
